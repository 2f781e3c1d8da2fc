//! hyper's server of small requests without a setting, on loopback.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::rc::Rc;

use bytes::Bytes;
use cpu_time::ThreadTime;
use http_body_util::Full;
use hyper::service::service_fn;
use hyper::{server, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpListener;

use super::Error;
use crate::counted_socket::{Calls, CountedSocket};

/// Serves one connection on this thread: to each request it answers so many octets, after `warm_up`
/// requests it begins to count. It tells what it knows by name: the `port`, and at the end `cpu` in
/// microseconds and `calls`, the system calls on the socket.
///
/// # Errors
///
/// A socket fails.
pub(crate) fn serve(octets: usize, warm_up: u32, mut say: impl FnMut(&str, f64)) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let content = Bytes::from(vec![b'h'; octets]);
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        say("port", listener.local_addr()?.port().into());
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        let (socket, calls) = CountedSocket::new(socket);
        let count = Rc::new(Count { left: Cell::new(warm_up), begin: RefCell::new(Begin::of(&calls)) });
        let service = service_fn(|_| {
            count.request(&calls);
            let content = content.clone();
            async move { Ok::<_, Infallible>(Response::new(Full::new(content))) }
        });
        let mut builder = server::conn::http2::Builder::new(TokioExecutor::new());
        builder.timer(TokioTimer::new());
        // The client closes the connection when it has all, which is no failure.
        let _ = builder.serve_connection(TokioIo::new(socket), service).await;
        let begin = count.begin.borrow();
        say("cpu", begin.cpu.elapsed().as_secs_f64() * 1e6);
        say("calls", (calls.reads() + calls.writes() - begin.calls) as f64);
        Ok(())
    })
}

/// Where counting begins.
struct Count {
    left: Cell<u32>,
    begin: RefCell<Begin>,
}

struct Begin {
    cpu: ThreadTime,
    calls: u64,
}

impl Begin {
    fn of(calls: &Calls) -> Self {
        Begin { cpu: ThreadTime::now(), calls: calls.reads() + calls.writes() }
    }
}

impl Count {
    fn request(&self, calls: &Calls) {
        match self.left.get() {
            0 => {}
            left => {
                self.left.set(left - 1);
                self.begin.replace(Begin::of(calls));
            }
        }
    }
}
