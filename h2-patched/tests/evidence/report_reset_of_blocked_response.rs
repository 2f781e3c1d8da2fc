use super::support::*;

use std::sync::Arc;
use std::task::{Context, Poll, Wake};

struct Task;

impl Wake for Task {
    fn wake(self: Arc<Self>) {}
}

#[tokio::test]
async fn a_reset_is_reported_while_the_end_of_the_response_waits_for_window() {
    let (mut server, mut peer) = serve(&server::Builder::new(), &[]).await;
    peer.send(&[headers(1, GET).end()]).await;
    let (_request, mut respond) = server.request().await;
    let mut response = respond.send_response(Response::new(()), false).unwrap();
    let content = Bytes::from(vec![0; 70_000]);
    response.send_data(content, true).unwrap();
    peer.frames().await;

    peer.send(&[rst_stream(1, Reason::CANCEL)]).await;
    peer.frames().await;
    let waker = Arc::new(Task).into();
    let reported = response.poll_reset(&mut Context::from_waker(&waker));
    assert!(matches!(reported, Poll::Ready(Ok(Reason::CANCEL))));
}
