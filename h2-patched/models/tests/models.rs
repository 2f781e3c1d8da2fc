//! Each model in 1000 orders of its threads. A failure prints the schedule that shows it again.

const ORDERS: usize = 1_000;

/// One after the other: both are of the one budget of the process.
#[test]
fn of_the_budget() {
    shuttle::check_random(h2_models::budget::members_come_and_go, ORDERS);
    shuttle::check_random(h2_models::budget::who_waits_is_woken, ORDERS);
}

#[test]
fn of_the_register() {
    shuttle::check_random(h2_models::register::no_count_falls, ORDERS);
}

#[test]
fn of_events() {
    shuttle::check_random(h2_models::events::nothing_stays_queued, ORDERS);
}
