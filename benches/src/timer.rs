//! A timer in virtual time, for tasks of one thread: the time is what it was last set to.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

#[derive(Clone, Default)]
pub(crate) struct Timer(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    now: Duration,
    /// The tasks that wait, and until when.
    sleepers: Vec<(Duration, Waker)>,
}

impl Timer {
    /// Sets the time, which is not before the last one, and wakes the tasks that waited until then.
    pub(crate) fn set(&self, now: Duration) {
        let mut state = self.0.borrow_mut();
        state.now = now;
        let (due, sleepers) = state.sleepers.drain(..).partition(|(until, _)| *until <= now);
        state.sleepers = sleepers;
        drop(state);
        let due: Vec<(Duration, Waker)> = due;
        due.into_iter().for_each(|(_, waker)| waker.wake());
    }

    /// Returns when the next waiting task wants to be woken.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.0.borrow().sleepers.iter().map(|(until, _)| *until).min()
    }

    pub(crate) async fn sleep(&self, span: Duration) {
        let until = self.0.borrow().now + span;
        poll_fn(|cx| {
            let mut state = self.0.borrow_mut();
            if state.now >= until {
                return Poll::Ready(());
            }
            state.sleepers.push((until, cx.waker().clone()));
            Poll::Pending
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::tasks::Tasks;

    #[test]
    fn sleepers_wake_in_their_time() {
        let (timer, mut tasks) = (Timer::default(), Tasks::default());
        let woken = Rc::new(RefCell::new(Vec::new()));
        for ms in [20, 10] {
            let (timer, woken) = (timer.clone(), woken.clone());
            tasks.spawner().spawn(async move {
                timer.sleep(Duration::from_millis(ms)).await;
                woken.borrow_mut().push(ms);
                Ok::<_, Infallible>(())
            });
        }
        let mut seen = Vec::new();
        for now in [0, 9, 10, 19, 20] {
            timer.set(Duration::from_millis(now));
            tasks.run().expect("it rests");
            seen.push((timer.next().map(|next| next.as_millis()), woken.take()));
        }
        let none = Vec::new;
        assert_eq!(
            seen,
            [(Some(10), none()), (Some(10), none()), (Some(20), vec![10]), (Some(20), none()), (None, vec![20])]
        );
    }
}
