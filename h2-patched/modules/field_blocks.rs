//! Memory of field blocks whose fields were taken, for the next blocks of the same thread.
//!
//! The block of a frame is allocated, so that a frame is moved as a pointer. Each message has such
//! a frame: to allocate and free one each time would cost more than the moves.

use super::{HeaderBlock, Pseudo};

use http::HeaderMap;
use std::cell::RefCell;
use std::mem::take;

/// How many blocks a thread keeps at most: 38 KiB.
const KEPT: usize = 128;

thread_local! {
    // The boxes are what is kept: a block is moved as one.
    #[allow(clippy::vec_box)]
    static KEPT_BLOCKS: RefCell<Vec<Box<HeaderBlock>>> = const { RefCell::new(Vec::new()) };
}

impl HeaderBlock {
    /// A block without fields.
    pub(super) fn empty() -> Box<Self> {
        // A thread that is ending keeps no blocks.
        let kept = KEPT_BLOCKS.try_with(|blocks| blocks.borrow_mut().pop());
        kept.ok().flatten().unwrap_or_default()
    }

    pub(super) fn into_parts(mut self: Box<Self>) -> (Pseudo, HeaderMap) {
        let parts = (take(&mut self.pseudo), take(&mut self.fields));
        self.field_size = 0;
        self.is_over_size = false;
        self.is_malformed = false;
        // Where there is no room for it, the block is freed.
        let _ = KEPT_BLOCKS.try_with(|blocks| {
            let mut blocks = blocks.borrow_mut();
            if blocks.len() < KEPT {
                blocks.push(self);
            }
        });
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::{HeaderValue, ACCEPT};
    use http::StatusCode;

    fn kept() -> usize {
        KEPT_BLOCKS.with(|blocks| blocks.borrow().len())
    }

    #[test]
    fn a_block_is_used_again_and_empty() {
        let mut block = HeaderBlock::empty();
        let address: *const HeaderBlock = &*block;
        block.fields.insert(ACCEPT, HeaderValue::from_static("*/*"));
        block.pseudo.status = Some(StatusCode::OK);
        block.field_size = 40;
        block.is_over_size = true;
        block.is_malformed = true;
        let (pseudo, fields) = block.into_parts();
        assert_eq!((pseudo.status, fields.len()), (Some(StatusCode::OK), 1));
        let again = HeaderBlock::empty();
        assert!(std::ptr::eq(address, &*again));
        assert_eq!(*again, HeaderBlock::default());
    }

    #[test]
    fn a_thread_keeps_a_limited_number_of_blocks() {
        let blocks: Vec<_> = (0..2 * KEPT).map(|_| HeaderBlock::empty()).collect();
        assert_eq!(kept(), 0);
        blocks.into_iter().for_each(|block| drop(block.into_parts()));
        assert_eq!(kept(), KEPT);
    }

    /// A connection can be kept in a thread local, too, which is dropped after the blocks.
    #[test]
    fn a_thread_that_is_ending_uses_blocks_too() {
        struct AtEnd;
        impl Drop for AtEnd {
            fn drop(&mut self) {
                drop(HeaderBlock::empty().into_parts());
            }
        }
        thread_local!(static AT_END: AtEnd = const { AtEnd });
        let thread = std::thread::spawn(|| {
            AT_END.with(|_| ());
            drop(HeaderBlock::empty().into_parts());
        });
        thread.join().expect("it does not panic");
    }
}
