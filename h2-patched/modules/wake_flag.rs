//! Whether a server has to poll its connection before it hands out the next request that it has
//! received.
//!
//! A poll that ends with `Pending` has registered a waker with everything that can give the
//! connection something to do: the transport, timers, handles of streams, PING of the application,
//! the process budget and the observer's events. While none of them has woken the connection,
//! another poll finds nothing to do. So the connection is polled with a waker of its own, which
//! notes each wake and passes it on to the task.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use atomic_waker::AtomicWaker;

/// Requests that are handed out without a poll, at most, before the connection is polled again.
const MAX_SKIPPED: u8 = 8;

/// The waker of a server's connection.
#[derive(Debug)]
pub(crate) struct WakeFlag {
    flag: Arc<Flag>,
    waker: Waker,
}

#[derive(Debug)]
struct Flag {
    /// Polls that may be skipped. 0 if something is due.
    skips: AtomicU8,
    /// The task that used the connection last.
    task: AtomicWaker,
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.skips.store(0, Ordering::Release);
        self.task.wake();
    }
}

impl WakeFlag {
    /// Returns the flag of a connection that has not been polled.
    pub(crate) fn new() -> Self {
        let flag = Arc::new(Flag { skips: AtomicU8::new(0), task: AtomicWaker::new() });
        WakeFlag { waker: Waker::from(flag.clone()), flag }
    }

    /// Notes that the application has changed something that only a poll takes up.
    pub(crate) fn set(&self) {
        self.flag.skips.store(0, Ordering::Release);
    }

    /// Polls the connection for the task of `cx`. A connection that has ended is polled each time.
    pub(crate) fn poll<T>(&self, cx: &Context<'_>, poll: impl FnOnce(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
        self.flag.task.register(cx.waker());
        // Reads the latest value, so that this poll sees what the wake before it was for.
        self.flag.skips.swap(MAX_SKIPPED, Ordering::AcqRel);
        let polled = poll(&mut Context::from_waker(&self.waker));
        if polled.is_ready() {
            self.set();
        }
        polled
    }

    /// Returns whether a request may be handed out to the task of `cx` without a poll. If it
    /// returns true, a later wake reaches that task. The caller that finds no request has to poll.
    pub(crate) fn skips_poll(&self, cx: &Context<'_>) -> bool {
        let Flag { skips, task } = &*self.flag;
        let left = skips.load(Ordering::Relaxed);
        if left == 0 {
            return false;
        }
        task.register(cx.waker());
        // Fails if the connection was woken before the task was registered.
        skips.compare_exchange(left, left - 1, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::sync::atomic::{AtomicBool, AtomicU32};
    use std::sync::Mutex;
    use std::time::Duration;

    fn noop() -> Context<'static> {
        Context::from_waker(Waker::noop())
    }

    /// A flag whose connection was polled, and the waker that was registered.
    fn polled() -> (WakeFlag, Waker) {
        let (flag, mut registered) = (WakeFlag::new(), None);
        let polled = flag.poll(&noop(), |cx| {
            registered = Some(cx.waker().clone());
            Poll::<()>::Pending
        });
        assert!(polled.is_pending());
        (flag, registered.expect("it was polled"))
    }

    #[test]
    fn a_connection_that_was_never_polled_is_polled() {
        assert!(!WakeFlag::new().skips_poll(&noop()));
    }

    #[test]
    fn a_poll_that_ends_with_nothing_to_do_allows_a_batch() {
        let (flag, _) = polled();
        let skips = (0..20).take_while(|_| flag.skips_poll(&noop())).count();
        assert_eq!(skips, usize::from(MAX_SKIPPED));
        assert!(!flag.skips_poll(&noop()));
    }

    #[test]
    fn each_wake_asks_for_a_poll() {
        let wakes: [fn(&WakeFlag, Waker); 3] =
            [|_, waker| waker.wake(), |_, waker| waker.wake_by_ref(), |flag, _| flag.set()];
        for wake in wakes {
            let (flag, waker) = polled();
            assert!(flag.skips_poll(&noop()));
            wake(&flag, waker);
            assert!(!flag.skips_poll(&noop()));
        }
    }

    #[test]
    fn a_wake_during_a_poll_asks_for_another_one() {
        let flag = WakeFlag::new();
        let polled = flag.poll(&noop(), |cx| {
            cx.waker().wake_by_ref();
            Poll::<()>::Pending
        });
        assert!(polled.is_pending() && !flag.skips_poll(&noop()));
    }

    #[test]
    fn a_connection_that_ended_is_polled_each_time() {
        let flag = WakeFlag::new();
        assert!(flag.poll(&noop(), |_| Poll::Ready(())).is_ready());
        assert!(!flag.skips_poll(&noop()));
    }

    /// The task sleeps after polls, and after hand-outs without a poll.
    #[test]
    fn no_wake_is_lost_between_threads() {
        const EVENTS: u32 = 10_000;
        const LONG: Duration = Duration::from_secs(20);
        /// A task, which sleeps as this thread while it is the current one.
        struct Task(std::thread::Thread, AtomicBool);
        impl Task {
            fn new() -> Arc<Self> {
                Arc::new(Task(std::thread::current(), AtomicBool::new(true)))
            }
        }
        impl Wake for Task {
            fn wake(self: Arc<Self>) {
                if self.1.load(Ordering::SeqCst) {
                    self.0.unpark();
                }
            }
        }
        let (sent, seen) = (AtomicU32::new(0), AtomicU32::new(0));
        let registered = Mutex::new(None::<Waker>);
        std::thread::scope(|threads| {
            threads.spawn(|| {
                for event in 1..=EVENTS {
                    sent.store(event, Ordering::Relaxed);
                    let waker = registered.lock().expect("nothing panics").clone();
                    if let Some(waker) = waker {
                        waker.wake();
                    }
                    while seen.load(Ordering::Relaxed) < event {
                        std::thread::yield_now();
                    }
                }
            });
            let flag = WakeFlag::new();
            let mut last = 0;
            while last < EVENTS {
                let mut task = Task::new();
                let _pending = flag.poll(&Context::from_waker(&task.clone().into()), |cx| {
                    *registered.lock().expect("nothing panics") = Some(cx.waker().clone());
                    last = sent.load(Ordering::Relaxed);
                    Poll::<()>::Pending
                });
                seen.store(last, Ordering::Relaxed);
                if last % 2 == 1 {
                    // The next task is handed a request.
                    task.1.store(false, Ordering::SeqCst);
                    task = Task::new();
                    if !flag.skips_poll(&Context::from_waker(&task.clone().into())) {
                        continue;
                    }
                }
                let slept = std::time::Instant::now();
                if last < EVENTS {
                    std::thread::park_timeout(LONG);
                }
                if slept.elapsed() >= LONG {
                    seen.store(EVENTS, Ordering::Relaxed);
                    panic!("a wake was lost");
                }
                task.1.store(false, Ordering::SeqCst);
            }
        });
    }
}
