//! The smallest executor: a task is polled when it was woken and never otherwise, in the order of
//! the wakes. A forgotten wake stalls here as in production, and every run is the same.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt::Display;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// Polls after which tasks count as ones that do not come to rest. An honest turn needs some
/// hundreds.
const POLLS: usize = 1_000_000;

type Work = Pin<Box<dyn Future<Output = Result<(), String>>>>;

#[derive(Default)]
pub(crate) struct Tasks {
    /// By number. A task without work has come to its end.
    tasks: Vec<(Arc<WakeFlag>, Option<Work>)>,
    spawner: Spawner,
    woken: Woken,
}

/// Takes new tasks, from within tasks too.
#[derive(Clone, Default)]
pub(crate) struct Spawner(Rc<RefCell<Vec<Work>>>);

/// Numbers of the tasks to be polled.
#[derive(Clone, Default)]
struct Woken(Arc<Mutex<VecDeque<usize>>>);

struct WakeFlag {
    task: usize,
    raised: AtomicBool,
    woken: Woken,
}

impl Tasks {
    pub(crate) fn spawner(&self) -> Spawner {
        self.spawner.clone()
    }

    /// Polls until no task is woken any more.
    ///
    /// # Errors
    ///
    /// The first failure of a task, or that there is no rest.
    pub(crate) fn run(&mut self) -> Result<(), String> {
        for _ in 0..POLLS {
            self.welcome();
            let Some(task) = self.woken.queue().pop_front() else {
                return Ok(());
            };
            let (flag, work) = &mut self.tasks[task];
            flag.raised.store(false, Ordering::Relaxed);
            let waker = Waker::from(flag.clone());
            if let Some(Poll::Ready(end)) =
                work.as_mut().map(|work| work.as_mut().poll(&mut Context::from_waker(&waker)))
            {
                *work = None;
                end?;
            }
        }
        Err("it does not come to rest".into())
    }

    /// A new task is polled once without being woken.
    fn welcome(&mut self) {
        for work in self.spawner.0.take() {
            let flag = WakeFlag { task: self.tasks.len(), raised: AtomicBool::new(false), woken: self.woken.clone() };
            let flag = Arc::new(flag);
            flag.clone().wake();
            self.tasks.push((flag, Some(work)));
        }
    }
}

impl Spawner {
    pub(crate) fn spawn<E: Display>(&self, work: impl Future<Output = Result<(), E>> + 'static) {
        self.0.borrow_mut().push(Box::pin(async { work.await.map_err(|error| error.to_string()) }));
    }
}

impl Woken {
    fn queue(&self) -> MutexGuard<'_, VecDeque<usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for WakeFlag {
    fn wake(self: Arc<Self>) {
        if !self.raised.swap(true, Ordering::Relaxed) {
            self.woken.queue().push_back(self.task);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::convert::Infallible;
    use std::future::poll_fn;

    use super::*;

    #[test]
    fn a_task_is_polled_when_woken_and_only_then() {
        let mut tasks = Tasks::default();
        let polls = Rc::new(Cell::new(0));
        let waker = Rc::new(Cell::new(None));
        let (counted, kept) = (polls.clone(), waker.clone());
        tasks.spawner().spawn(poll_fn(move |cx| {
            counted.set(counted.get() + 1);
            kept.set(Some(cx.waker().clone()));
            Poll::<Result<(), Infallible>>::Pending
        }));
        assert_eq!((tasks.run(), tasks.run(), polls.get()), (Ok(()), Ok(()), 1));
        let waker: Waker = waker.take().expect("it was polled");
        waker.wake_by_ref();
        waker.wake();
        assert_eq!((tasks.run(), polls.get()), (Ok(()), 2));
    }

    #[test]
    fn a_failure_is_told_even_of_a_task_that_a_task_spawned() {
        let mut tasks = Tasks::default();
        let spawner = tasks.spawner();
        tasks.spawner().spawn(async move {
            spawner.spawn(async { Err("too late") });
            Ok::<_, Infallible>(())
        });
        assert_eq!(tasks.run(), Err("too late".into()));
        assert_eq!(tasks.run(), Ok(()));
    }

    #[test]
    fn restlessness_is_noticed() {
        let mut tasks = Tasks::default();
        tasks.spawner().spawn(poll_fn(|cx| {
            cx.waker().wake_by_ref();
            Poll::<Result<(), Infallible>>::Pending
        }));
        assert_eq!(tasks.run(), Err("it does not come to rest".into()));
    }
}
