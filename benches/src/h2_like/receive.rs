//! Receivers in memory, in virtual time: a server of uploads, and a client of one download.

use std::cell::RefCell;
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use h2_conformance::transport::mem::{pipe, PeerEnd, SubjectEnd};
use http::Request;

use super::h2::{self, client, server, RecvStream};
use super::set_time;
use crate::subject::{self, Application, Intake, Turn, Windows};
use crate::tasks::{Spawner, Tasks};

/// Octets that the application read, by stream, since somebody asked.
type Reads = Rc<RefCell<Vec<(u32, usize)>>>;

pub(super) struct Receiver {
    pipe: PeerEnd,
    tasks: Tasks,
    reads: Reads,
}

impl Receiver {
    pub(super) fn new(intake: &Intake) -> Self {
        let (pipe, end) = pipe();
        let tasks = Tasks::default();
        let reads = Reads::default();
        let spawner = tasks.spawner();
        match intake.application {
            Application::Uploads { stopped } => {
                spawner.spawn(uploads(end, server(intake.windows), stopped, reads.clone(), tasks.spawner()));
            }
            Application::Download => {
                spawner.spawn(download(end, client(intake.windows), reads.clone(), tasks.spawner()));
            }
        }
        Receiver { pipe, tasks, reads }
    }
}

impl subject::Receiver for Receiver {
    fn turn(&mut self, now: Duration, octets: &[u8]) -> Result<Turn, String> {
        set_time(Some(now));
        self.pipe.write(octets);
        let end = self.tasks.run();
        set_time(None);
        end.map(|()| Turn { written: self.pipe.read(), read: self.reads.take() })
    }
}

fn server(windows: Option<Windows>) -> server::Builder {
    let mut builder = server::Builder::new();
    if let Some(Windows { stream, connection }) = windows {
        builder.initial_window_size(stream).initial_connection_window_size(connection);
    }
    builder
}

fn client(windows: Option<Windows>) -> client::Builder {
    let mut builder = client::Builder::new();
    if let Some(Windows { stream, connection }) = windows {
        builder.initial_window_size(stream).initial_connection_window_size(connection);
    }
    builder
}

/// Reads the first `stopped` uploads for one chunk, and the others to their end. Nobody is answered.
async fn uploads(
    end: SubjectEnd,
    builder: server::Builder,
    stopped: u32,
    reads: Reads,
    spawner: Spawner,
) -> Result<(), h2::Error> {
    let mut connection = builder.handshake::<_, Bytes>(end).await?;
    let mut accepted = 0;
    while let Some(request) = connection.accept().await {
        let (request, respond) = request?;
        let (reads, stops) = (reads.clone(), accepted < stopped);
        accepted += 1;
        spawner.spawn(async move {
            // Holds the stream open.
            let _respond = respond;
            let mut body = request.into_body();
            if stops {
                chunk(&mut body, &reads).await?;
                return pending().await;
            }
            read(body, reads).await
        });
    }
    Ok(())
}

/// Reads the response to one request, and takes none of those that are pushed with it.
async fn download(end: SubjectEnd, builder: client::Builder, reads: Reads, spawner: Spawner) -> Result<(), h2::Error> {
    let (mut requester, connection) = builder.handshake::<_, Bytes>(end).await?;
    spawner.spawn(connection);
    let request = Request::get("http://example.test/").body(()).expect("a plain request");
    let (response, _) = requester.send_request(request, true)?;
    read(response.await?.into_body(), reads).await
}

async fn read(mut body: RecvStream, reads: Reads) -> Result<(), h2::Error> {
    while chunk(&mut body, &reads).await? {}
    Ok(())
}

/// Reads and releases one chunk; whether there was one.
async fn chunk(body: &mut RecvStream, reads: &Reads) -> Result<bool, h2::Error> {
    let Some(chunk) = body.data().await else {
        return Ok(false);
    };
    let octets = chunk?.len();
    reads.borrow_mut().push((body.stream_id().into(), octets));
    body.flow_control().release_capacity(octets)?;
    Ok(true)
}
