//! Panics of subjects are findings, not noise: they are caught, and the usual message on the
//! terminal is left out.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{catch_unwind, set_hook, take_hook, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
    static LAST_PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// A panic that was caught.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panic {
    pub message: String,
    /// File and line.
    pub place: String,
}

/// Runs `work`, whose panics become an `Err`. Panics of other threads are shown as ever.
pub fn quietly<T>(work: impl FnOnce() -> T) -> Result<T, Panic> {
    silence_where_asked();
    let before = QUIET.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    QUIET.set(before);
    result.map_err(|panic| Panic { message: message(&*panic), place: LAST_PLACE.take() })
}

/// What a panic says.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("without a message").to_owned()
}

fn silence_where_asked() {
    static INSTALLED: Once = Once::new();
    // A test fails and lets go of what it had: the hook cannot be changed meanwhile.
    if std::thread::panicking() {
        return;
    }
    INSTALLED.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |panic| {
            if QUIET.get() {
                let place = panic.location().map(ToString::to_string);
                LAST_PLACE.set(place.unwrap_or_default());
            } else {
                usual(panic);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message_and_quiet_ends() {
        assert_eq!(quietly(|| 5), Ok(5));
        let panic = quietly(|| -> u8 { panic!("number {}", 7) }).unwrap_err();
        assert_eq!(panic.message, "number 7");
        assert!(panic.place.contains("panics.rs:"), "{}", panic.place);
        let inner = quietly(|| quietly(|| -> u8 { panic!("inner") })).unwrap();
        assert_eq!(inner.unwrap_err().message, "inner");
        assert!(!QUIET.get());
    }
}
