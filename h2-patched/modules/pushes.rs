//! What a stream keeps of promises: nothing where the peer promises nothing.

use super::*;

#[derive(Debug, Default)]
pub(super) struct Pushes(Option<Box<Kept>>);

#[derive(Debug)]
struct Kept {
    /// The promised streams that the application has not asked for.
    pending: store::Queue<NextAccept>,
    /// The task that waits for the next one.
    task: Option<Waker>,
}

impl Pushes {
    fn kept(&mut self) -> &mut Kept {
        self.0.get_or_insert_with(|| Box::new(Kept { pending: store::Queue::new(), task: None }))
    }
}

impl Stream {
    /// Takes the promised streams out, to be put back.
    pub fn take_pending_pushes(&mut self) -> store::Queue<NextAccept> {
        self.pushes.0.as_mut().map_or_else(store::Queue::new, |kept| kept.pending.take())
    }

    pub fn put_pending_pushes(&mut self, pending: store::Queue<NextAccept>) {
        if !pending.is_empty() {
            self.pushes.kept().pending = pending;
        }
    }

    pub fn wait_push(&mut self, cx: &Context<'_>) {
        self.pushes.kept().task = Some(cx.waker().clone());
    }

    pub(in crate::proto::streams) fn notify_push(&mut self) {
        if let Some(task) = self.pushes.0.as_mut().and_then(|kept| kept.task.take()) {
            task.wake();
        }
    }
}
