//! The size update that a subject may expect (RFC 7541 section 4.2).

use crate::wire::code::{flag, kind, setting};
use crate::wire::{hpack, Frame};

/// The header table of a subject that announced a smaller one than the initial one.
#[derive(Default)]
pub(super) struct HeaderTable {
    /// The size that the next field section has to begin with.
    due: Option<u32>,
}

impl HeaderTable {
    const INITIAL: u32 = 4_096;

    /// The subject sent SETTINGS.
    pub(super) fn announced(&mut self, settings: &[(u16, u32)]) {
        let size = settings.iter().rev().find(|(id, _)| *id == setting::HEADER_TABLE_SIZE);
        if let Some((_, size)) = size.filter(|(_, size)| *size < Self::INITIAL) {
            self.due = Some(*size);
        }
    }

    /// Begins the first field section after that with a size update.
    pub(super) fn begin(&mut self, frame: &mut Frame) {
        let fields = 5 * usize::from(frame.has(flag::PRIORITY)) + usize::from(frame.has(flag::PADDED));
        // A frame that is shorter than that, or whose length lies, has no field section to begin.
        if frame.kind != kind::HEADERS || frame.declared.is_some() || frame.payload.len() < fields {
            return;
        }
        if let Some(size) = self.due.take() {
            let mut update = Vec::new();
            hpack::integer(&mut update, 5, 0x20, size as usize);
            frame.payload.splice(fields..fields, update);
        }
    }
}
