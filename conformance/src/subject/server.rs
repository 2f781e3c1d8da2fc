//! Servers on a loopback socket, in a thread of this process.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::transport::listening::Listening;
use crate::transport::socket::Stream;

/// What a server answers each request with, after reading it: the same as in memory.
pub(super) const ANSWER: &[u8] = b"ok";
/// Connections served at once. The runner makes one after the other.
const CONNECTIONS: usize = 64;
/// How long the end of a server is waited for. A subject that never yields is left behind.
const PARTING: Duration = Duration::from_secs(1);

/// A server that runs until this is dropped.
#[derive(Debug)]
pub struct RunningServer {
    pub addr: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: JoinHandle<()>,
}

impl RunningServer {
    /// Starts a server in clear text or with TLS that gives each connection to `serve`. An error is
    /// the environment's.
    pub fn start<S, F>(listening: Listening, serve: S) -> io::Result<Self>
    where
        S: Fn(Box<dyn Stream>) -> F + Clone + Send + 'static,
        F: Future<Output = ()> + 'static,
    {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let addr = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name(format!("server {addr}")).spawn(move || {
            let local = tokio::task::LocalSet::new();
            local.block_on(&runtime, async {
                tokio::select! {
                    _ = stopped => {}
                    _ = accept(listener, Rc::new(listening), serve) => {}
                }
            });
        })?;
        Ok(RunningServer { addr, stop: Some(stop), thread })
    }
}

async fn accept<S, F>(listener: std::net::TcpListener, listening: Rc<Listening>, serve: S) -> io::Result<()>
where
    S: Fn(Box<dyn Stream>) -> F + Clone + 'static,
    F: Future<Output = ()> + 'static,
{
    let listener = TcpListener::from_std(listener)?;
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < CONNECTIONS => {
                // An error here is of one connection, which is gone.
                if let Ok((stream, _)) = accepted {
                    let _ = stream.set_nodelay(true);
                    let (listening, serve) = (Rc::clone(&listening), serve.clone());
                    connections.spawn_local(async move {
                        // A handshake that fails shows at the other end.
                        if let Ok(stream) = listening.apply(stream).await {
                            serve(stream).await;
                        }
                    });
                }
            }
            // A panic in a connection ends that connection, which the runner sees.
            Some(_) = connections.join_next() => {}
        }
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        let until = Instant::now() + PARTING;
        while !self.thread.is_finished() && Instant::now() < until {
            thread::sleep(Duration::from_millis(1));
        }
    }
}
