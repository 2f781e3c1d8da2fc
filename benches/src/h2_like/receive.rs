//! Receivers in memory, in virtual time: a server of uploads, and a client of one download.

use std::time::Duration;

use bytes::Bytes;
use h2_conformance_wire::pipe::{pipe, PeerEnd, SubjectEnd};
use http::Request;

use super::h2::{self, client, server, RecvStream};
use super::reader::{Reader, Reads};
use super::{set_announcing, set_time};
use crate::subject::{self, Application, Intake, Pace, Turn, Uploads, WindowSizes};
use crate::tasks::{Spawner, Tasks};
use crate::timer::Timer;

pub(super) struct Receiver {
    pipe: PeerEnd,
    tasks: Tasks,
    shared: Shared,
}

/// What all readers share.
#[derive(Clone, Default)]
struct Shared {
    reads: Reads,
    timer: Timer,
}

impl Shared {
    fn reader(&self, body: RecvStream) -> Reader {
        Reader { body, reads: self.reads.clone(), timer: self.timer.clone() }
    }
}

impl Receiver {
    pub(super) fn new(intake: &Intake) -> Self {
        let (pipe, end) = pipe();
        let tasks = Tasks::default();
        let shared = Shared::default();
        let spawner = tasks.spawner();
        match intake.application {
            Application::Uploads(plan) => {
                let mut builder = server(intake.windows);
                set_announcing(&mut builder, plan.announcing);
                spawner.spawn(uploads(end, builder, plan, shared.clone(), tasks.spawner()));
            }
            Application::Download => {
                spawner.spawn(download(end, client(intake.windows), shared.clone(), tasks.spawner()));
            }
        }
        Receiver { pipe, tasks, shared }
    }
}

impl subject::Receiver for Receiver {
    fn turn(&mut self, now: Duration, octets: &[u8]) -> Result<Turn, String> {
        set_time(Some(now));
        self.shared.timer.set(now);
        self.pipe.write(octets);
        let end = self.tasks.run();
        set_time(None);
        end.map(|()| Turn { written: self.pipe.read(), read: self.shared.reads.take() })
    }

    fn next(&self) -> Option<Duration> {
        self.shared.timer.next()
    }
}

fn server(windows: Option<WindowSizes>) -> server::Builder {
    let mut builder = server::Builder::new();
    if let Some(WindowSizes { stream, connection }) = windows {
        builder.initial_window_size(stream).initial_connection_window_size(connection);
    }
    builder
}

fn client(windows: Option<WindowSizes>) -> client::Builder {
    let mut builder = client::Builder::new();
    if let Some(WindowSizes { stream, connection }) = windows {
        builder.initial_window_size(stream).initial_connection_window_size(connection);
    }
    builder
}

/// Reads all uploads as planned and answers none.
async fn uploads(
    end: SubjectEnd,
    builder: server::Builder,
    plan: Uploads,
    shared: Shared,
    spawner: Spawner,
) -> Result<(), h2::Error> {
    let mut connection = builder.handshake::<_, Bytes>(end).await?;
    let mut accepted = 0;
    while let Some(request) = connection.accept().await {
        let (request, respond) = request?;
        let (reader, stops) = (shared.reader(request.into_body()), accepted < plan.stopped);
        accepted += 1;
        spawner.spawn(async move {
            // Holds the stream open.
            let _respond = respond;
            if stops {
                reader.stop().await
            } else {
                reader.read(plan.pace).await
            }
        });
    }
    Ok(())
}

/// Reads the response to one request, and takes none of those that are pushed with it.
async fn download(
    end: SubjectEnd,
    builder: client::Builder,
    shared: Shared,
    spawner: Spawner,
) -> Result<(), h2::Error> {
    let (mut requester, connection) = builder.handshake::<_, Bytes>(end).await?;
    spawner.spawn(connection);
    let request = Request::get("http://example.test/").body(()).expect("a plain request");
    let (response, _) = requester.send_request(request, true)?;
    shared.reader(response.await?.into_body()).read(Pace::Everything).await
}
