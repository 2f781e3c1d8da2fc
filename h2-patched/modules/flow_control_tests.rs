//! Taking from a window what it does not hold is an error, and takes nothing.

use super::*;
use crate::Reason;

fn window_of(octets: WindowSize) -> FlowControl {
    let mut flow = FlowControl::new();
    flow.inc_window(octets).expect("below the limit");
    flow.assign_capacity(octets).expect("below the limit");
    flow
}

fn assert_takes_nothing(flow: &mut FlowControl, octets: WindowSize) {
    let before = (flow.window_size(), flow.available());
    assert_eq!(flow.send_data(octets), Err(Reason::FLOW_CONTROL_ERROR), "{octets} octets");
    assert_eq!((flow.window_size(), flow.available()), before);
}

#[test]
fn a_window_gives_what_it_holds() {
    let mut flow = window_of(10);
    assert_eq!(flow.send_data(10), Ok(()));
    assert_eq!(flow.window_size(), 0);
}

#[test]
fn a_window_does_not_give_more_than_it_holds() {
    let mut flow = window_of(10);
    for octets in [11, MAX_WINDOW_SIZE, MAX_WINDOW_SIZE + 1, WindowSize::MAX] {
        assert_takes_nothing(&mut flow, octets);
    }
}

#[test]
fn a_negative_window_gives_nothing() {
    let mut flow = window_of(10);
    flow.dec_recv_window(20).expect("above the limit");
    assert_takes_nothing(&mut flow, 1);
    assert_eq!(flow.send_data(0), Ok(()));
}
