//! An executor that polls a task when it was woken and never otherwise: where h2 forgets to wake somebody, the program
//! stalls as a real one would.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

/// Rounds after which tasks that keep each other busy are cut off.
const ROUNDS: usize = 2_000_000;

type Work = Pin<Box<dyn Future<Output = ()>>>;

struct Task {
    bell: Arc<Bell>,
    /// Absent while it is polled and once it is done.
    work: Option<Work>,
}

/// Whether a task was woken.
struct Bell(AtomicBool);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[derive(Clone, Default)]
pub struct Tasks {
    all: Rc<RefCell<Vec<Task>>>,
    panicked: Rc<Cell<bool>>,
}

impl Tasks {
    /// The first task is the connection; it has its turn before the others.
    pub fn spawn(&self, work: impl Future<Output = ()> + 'static) {
        let bell = Arc::new(Bell(AtomicBool::new(true)));
        self.all.borrow_mut().push(Task { bell, work: Some(Box::pin(work)) });
    }

    pub fn wake_connection(&self) {
        if let Some(task) = self.all.borrow().first() {
            task.bell.clone().wake();
        }
    }

    pub fn wake_all(&self) {
        self.all.borrow().iter().for_each(|task| task.bell.clone().wake());
    }

    /// Polls whoever was woken until nobody is.
    pub fn run(&self) {
        for _ in 0..ROUNDS {
            let mut idle = !self.poll(0);
            let count = self.all.borrow().len();
            for at in (1..count).rev() {
                idle &= !self.poll(at);
            }
            if idle {
                // Those that are done; the connection keeps its place.
                let mut place = 0..;
                self.all.borrow_mut().retain(|task| place.next() == Some(0) || task.work.is_some());
                return;
            }
        }
        crate::give_up("h2 does not come to rest");
    }

    /// Polls a task if it was woken; whether it was.
    fn poll(&self, at: usize) -> bool {
        let Some((bell, mut work)) = self.take(at) else { return false };
        let waker = Waker::from(bell);
        let mut cx = Context::from_waker(&waker);
        if self.guard(|| work.as_mut().poll(&mut cx)) == Some(Poll::Pending) {
            self.all.borrow_mut()[at].work = Some(work);
        } else if self.has_panicked() {
            // To drop what h2 left in disorder would panic again.
            std::mem::forget(work);
        }
        true
    }

    fn take(&self, at: usize) -> Option<(Arc<Bell>, Work)> {
        let mut all = self.all.borrow_mut();
        let task = all.get_mut(at)?;
        if self.has_panicked() || !task.bell.0.swap(false, Ordering::Relaxed) {
            return None;
        }
        Some((task.bell.clone(), task.work.take()?))
    }

    /// Calls h2. Once it has panicked it is not called again: `None`.
    pub fn guard<T>(&self, call: impl FnOnce() -> T) -> Option<T> {
        if self.has_panicked() {
            return None;
        }
        let result = catch_unwind(AssertUnwindSafe(call));
        self.panicked.set(result.is_err());
        // The message is on the standard error by now.
        result.inspect_err(|_| println!("subject PANICKED")).ok()
    }

    pub fn has_panicked(&self) -> bool {
        self.panicked.get()
    }
}
