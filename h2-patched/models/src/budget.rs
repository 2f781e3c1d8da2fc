//! The budget of the process: what members take comes back, and none waits for what is free.

use std::sync::Arc;
use std::task::{Wake, Waker};
use std::time::Duration;

use shuttle::rand::{thread_rng, Rng};
use shuttle::sync::atomic::{AtomicBool, Ordering::SeqCst};
use shuttle::thread;

use crate::clock;
use crate::process_budget::{serve, set, usage, Membership, Purpose};

const FRAME: u32 = 16_384;
const BUDGET: u32 = 20 * FRAME;

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, SeqCst);
    }
}

/// Members that take, give back, wait, fall idle and leave, in any order. The module checks its
/// sums after each change.
pub fn members_come_and_go() {
    set(Some(BUDGET as usize));
    let members = (0..3).map(|_| thread::spawn(one_member)).collect::<Vec<_>>();
    let setter = thread::spawn(|| {
        set(Some((BUDGET / 2) as usize));
        serve();
        set(Some(BUDGET as usize));
        serve();
    });
    for thread in members.into_iter().chain([setter]) {
        thread.join().expect("no thread panics");
    }
    let usage = usage();
    assert_eq!((usage.used, usage.waiting), (0, 0), "all have left");
}

fn one_member() {
    let member = Membership::new();
    let waker = Waker::from(Arc::new(Woken::default()));
    let mut held = 0;
    for _ in 0..4 {
        match thread_rng().gen_range(0..6) {
            0 => held += member.take(4 * FRAME, Purpose::Growth),
            1 => held += member.take(2 * FRAME, Purpose::Isolation),
            2 => member.note_use(clock::now(), Duration::ZERO),
            3 => {
                member.note_extent(FRAME, 2 * FRAME);
                let _ = (member.wakes_up_without_room(), member.fair_share(clock::now()));
            }
            4 => {
                member.wait(2 * FRAME, &waker);
                held = member.stop_waiting();
            }
            _ => {
                member.give_back(held / 2);
                held -= held / 2;
            }
        }
        assert!(member.held() >= held, "nothing is taken from a member");
        assert!(member.held() <= BUDGET, "and it does not hold more than there is");
    }
}

/// One member holds what there is; another waits while that comes back.
pub fn who_waits_is_woken() {
    set(Some((3 * FRAME) as usize));
    let (holder, other) = (Membership::new(), Membership::new());
    // A half of what is free, and a half of the rest is less than a frame.
    assert!(holder.take(3 * FRAME, Purpose::Isolation) > FRAME);
    let woken = Arc::new(Woken::default());
    let waits = {
        let waker = Waker::from(woken.clone());
        thread::spawn(move || {
            let taken = other.take(2 * FRAME, Purpose::Isolation);
            if taken == 0 {
                other.wait(2 * FRAME, &waker);
            }
            (other, taken)
        })
    };
    let gives = thread::spawn(move || drop(holder));
    gives.join().expect("no thread panics");
    let (other, taken) = waits.join().expect("no thread panics");
    assert!(taken > 0 || woken.0.load(SeqCst), "a part was free, and the one that waits was not woken");
    assert!(other.stop_waiting() >= FRAME);
    drop(other);
    assert_eq!(usage().used, 0);
}
