//! A server in memory whose answers are set beforehand, one task each.

use std::future::{pending, poll_fn};

use bytes::Bytes;
use h2_conformance_wire::pipe::{pipe, PeerEnd, SubjectEnd};
use http::Response;

use super::h2::{self, server::SendResponse, SendStream};
use super::{builder, write};
use crate::subject::{self, Answer};
use crate::tasks::{Spawner, Tasks};

/// Octets of a chunk.
const CHUNK: usize = 16 << 10;

pub(super) struct Server {
    pipe: PeerEnd,
    tasks: Tasks,
}

impl Server {
    pub(super) fn new(answers: &[Answer]) -> Self {
        let (pipe, end) = pipe();
        let tasks = Tasks::default();
        // Made here and not in a turn, because making it costs as much as sending it.
        let content = Bytes::from(vec![b'b'; answers.iter().map(|answer| answer.octets()).max().unwrap_or(0)]);
        let bodies = answers.iter().map(|answer| (*answer, content.slice(..answer.octets()))).collect();
        tasks.spawner().spawn(serve(end, bodies, tasks.spawner()));
        Server { pipe, tasks }
    }
}

impl subject::Server for Server {
    fn turn(&mut self, octets: &[u8]) -> Result<Vec<u8>, String> {
        self.pipe.write(octets);
        self.tasks.run()?;
        Ok(self.pipe.read())
    }
}

async fn serve(end: SubjectEnd, bodies: Vec<(Answer, Bytes)>, spawner: Spawner) -> Result<(), h2::Error> {
    let mut connection = builder(None).handshake(end).await?;
    for (answer, content) in bodies {
        let Some(request) = connection.accept().await else {
            return Ok(());
        };
        spawner.spawn(respond(request?.1, answer, content));
    }
    poll_fn(|cx| connection.poll_closed(cx)).await
}

async fn respond(mut respond: SendResponse<Bytes>, answer: Answer, content: Bytes) -> Result<(), h2::Error> {
    let mut body = respond.send_response(Response::new(()), false)?;
    match answer {
        Answer::Body(_) => write(&mut body, content).await,
        Answer::Chunks(_) => write_chunks(&mut body, content).await,
        Answer::Idle => {
            body.reserve_capacity(1);
            pending().await
        }
    }
}

async fn write_chunks(body: &mut SendStream<Bytes>, mut rest: Bytes) -> Result<(), h2::Error> {
    while !rest.is_empty() {
        body.reserve_capacity(1);
        if body.capacity() == 0 {
            match poll_fn(|cx| body.poll_capacity(cx)).await {
                Some(capacity) => capacity?,
                None => return Ok(()),
            };
        }
        let chunk = rest.split_to(CHUNK.min(rest.len()));
        body.send_data(chunk, rest.is_empty())?;
    }
    Ok(())
}
