//! An application that reads one stream.

use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::task::Poll;

use super::h2::{self, RecvStream};
use crate::subject::Pace;
use crate::timer::Timer;

/// Octets that the application read, by stream, since they were last taken.
pub(super) type Reads = Rc<RefCell<Vec<(u32, usize)>>>;

pub(super) struct Reader {
    pub(super) body: RecvStream,
    pub(super) reads: Reads,
    pub(super) timer: Timer,
}

impl Reader {
    /// Reads and releases everything.
    pub(super) async fn read(mut self, pace: Pace) -> Result<(), h2::Error> {
        while let Some(octets) = self.chunk().await? {
            match pace {
                Pace::Everything => self.release(octets)?,
                Pace::Chunk(span) => {
                    self.timer.sleep(span).await;
                    self.release(octets)?;
                }
                Pace::Octets(crumb) => {
                    for start in (0..octets).step_by(crumb) {
                        self.release(crumb.min(octets - start))?;
                        give_way().await;
                    }
                }
            }
        }
        Ok(())
    }

    /// Reads and releases one chunk and holds the stream ever after.
    pub(super) async fn stop(mut self) -> Result<(), h2::Error> {
        if let Some(octets) = self.chunk().await? {
            self.release(octets)?;
        }
        pending().await
    }

    /// The octets of the next chunk, `None` at the end.
    async fn chunk(&mut self) -> Result<Option<usize>, h2::Error> {
        let Some(chunk) = self.body.data().await else {
            return Ok(None);
        };
        let octets = chunk?.len();
        self.reads.borrow_mut().push((self.body.stream_id().into(), octets));
        Ok(Some(octets))
    }

    fn release(&mut self, octets: usize) -> Result<(), h2::Error> {
        self.body.flow_control().release_capacity(octets)
    }
}

/// Lets every task go first that was woken.
async fn give_way() {
    let mut gave_way = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut gave_way, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
