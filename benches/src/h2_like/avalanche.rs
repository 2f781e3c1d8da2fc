//! A server that is asked for more large responses than it should hold.

use std::cell::Cell;
use std::future::poll_fn;
use std::io;
use std::net::TcpListener;
use std::rc::Rc;

use bytes::Bytes;
use http::{Method, Response};
use tokio::net::TcpStream;
use tokio::task::{JoinSet, LocalSet};

use super::h2::{self, server::SendResponse};
use super::{answer, builder, limit_send_buffer};
use crate::chunk::{chunk, CHUNK};
use crate::heap;
use crate::subject::{Avalanche, Peaks, Producer};

pub(super) fn avalanche(listener: &TcpListener, plan: Avalanche) -> io::Result<Peaks> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    heap::begin();
    let tasks = Tasks::default();
    let serving = async {
        let listener = tokio::net::TcpListener::from_std(listener.try_clone()?)?;
        let mut connections = JoinSet::new();
        for _ in 0..plan.connections {
            let (socket, _) = listener.accept().await?;
            socket.set_nodelay(true)?;
            connections.spawn_local(serve(socket, plan, tasks.clone()));
        }
        // A client that has all closes its connection, also with octets that it did not read.
        while connections.join_next().await.is_some() {}
        Ok(())
    };
    let done = LocalSet::new().block_on(&runtime, serving);
    heap::end();
    done.map(|()| Peaks { bytes: heap::peak(), tasks: tasks.0.peak.get() })
}

/// The tasks of responses.
#[derive(Clone, Default)]
struct Tasks(Rc<Count>);

#[derive(Default)]
struct Count {
    now: Cell<usize>,
    peak: Cell<usize>,
}

impl Tasks {
    fn begin(&self) {
        self.0.now.set(self.0.now.get() + 1);
        self.0.peak.set(self.0.peak.get().max(self.0.now.get()));
    }

    fn end(&self) {
        self.0.now.set(self.0.now.get() - 1);
    }
}

async fn serve(socket: TcpStream, plan: Avalanche, tasks: Tasks) -> Result<(), h2::Error> {
    let mut builder = builder(None);
    if let Some(octets) = plan.send_limit {
        limit_send_buffer(&mut builder, octets);
    }
    let mut connection = builder.handshake(socket).await?;
    while let Some(request) = connection.accept().await {
        let (request, respond) = request?;
        if request.method() != Method::GET {
            // An answer that fails is one that the client misses; so below.
            tokio::task::spawn_local(async { answer(respond) });
            continue;
        }
        let tasks = tasks.clone();
        tokio::task::spawn_local(async move {
            tasks.begin();
            let _ = produce(respond, plan).await;
            tasks.end();
        });
    }
    Ok(())
}

async fn produce(mut respond: SendResponse<Bytes>, plan: Avalanche) -> Result<(), h2::Error> {
    let mut body = respond.send_response(Response::new(()), false)?;
    let mut left = plan.octets;
    while left > 0 {
        let octets = match plan.producer {
            Producer::IgnoresCapacity => left.min(CHUNK),
            Producer::AwaitsCapacity => {
                body.reserve_capacity(left.min(CHUNK));
                match poll_fn(|cx| body.poll_capacity(cx)).await {
                    Some(capacity) => capacity?.min(left).min(CHUNK),
                    None => return Ok(()),
                }
            }
        };
        left -= octets;
        body.send_data(chunk(octets), left == 0)?;
    }
    Ok(())
}
