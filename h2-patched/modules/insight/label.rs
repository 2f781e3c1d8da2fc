//! Names that the application gives its connections, also where a library opens them.
//!
//! A label is set by the builder of a connection, by a scope, or later by
//! [`Connection::set_label`]. A scope reaches connections that hyper, tonic or reqwest open: it is
//! in force while a future is polled ([`with_label`]) or a function runs ([`with_label_sync`]), on
//! that thread only.

use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::{connections, Connection};

type Label = Option<Arc<str>>;

#[derive(Debug, Default)]
struct Scope {
    current: Label,
    /// A server's handshake is polled: its transport may enter a scope.
    listens: bool,
    /// The label of the last scope that was entered meanwhile.
    heard: Label,
}

thread_local! {
    static SCOPE: RefCell<Scope> = RefCell::default();
}

/// `None` when the thread ends: a connection may be opened there, but has no label.
fn scope<T>(act: impl FnOnce(&mut Scope) -> T) -> Option<T> {
    SCOPE.try_with(|scope| act(&mut scope.borrow_mut())).ok()
}

/// The label of the scope in force on this thread.
pub(super) fn current() -> Label {
    scope(|scope| scope.current.clone()).flatten()
}

/// The same, or that of a scope which the transport entered while the handshake is polled.
pub(super) fn current_or_heard() -> Label {
    scope(|scope| scope.current.clone().or_else(|| scope.heard.take())).flatten()
}

/// While it lives, scopes that the transport of a connection enters are noted.
#[derive(Debug)]
pub(crate) struct Listening(());

/// The handshake of a server is polled.
pub(crate) fn listen() -> Listening {
    scope(|scope| scope.listens = true);
    Listening(())
}

impl Drop for Listening {
    fn drop(&mut self) {
        let heard = scope(|scope| {
            scope.listens = false;
            scope.heard.take()
        });
        drop(heard);
    }
}

/// Enters a scope and, when it is dropped, puts back what was before.
struct Entered<'a> {
    label: &'a mut Label,
}

impl<'a> Entered<'a> {
    fn new(label: &'a mut Label) -> Self {
        scope(|scope| {
            if scope.listens {
                scope.heard.clone_from(label);
            }
            std::mem::swap(&mut scope.current, label);
        });
        Entered { label }
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        scope(|scope| std::mem::swap(&mut scope.current, self.label));
    }
}

/// Runs `future` in a scope: each connection that is made while `future` is polled gets the label,
/// unless its builder set one.
///
/// A connection is made by the future that shakes hands. So the future to wrap is the one that
/// drives a server's connection, or the one that connects a client:
///
/// ```
/// # async fn serve_connection() {}
/// # async fn one_connection() {
/// // In the accept loop of a hyper server:
/// let connection = serve_connection();
/// tokio::spawn(h2::insight::with_label("listener-a", connection));
/// # }
/// // Later:
/// for connection in h2::insight::connections_labelled("listener-a") {
///     println!("{:?}", connection.snapshot());
/// }
/// ```
///
/// A task that `future` spawns is not in the scope. Where a library spawns the tasks that connect,
/// such as tonic's `Channel`, wrap each future in the executor that the library lets you set. Where
/// a library lets you set no more than the transport, such as tonic's `Server`, let the transport
/// enter the scope, see [`with_label_sync`].
///
/// Scopes may be nested; the innermost one counts. A label on an open connection stays when the
/// scope ends.
///
/// Each label is a label value in [`metrics`](crate::insight#metrics), if that feature is on. Keep
/// their number small: name listeners or upstreams, not peers.
pub fn with_label<F: Future>(label: impl Into<Arc<str>>, future: F) -> WithLabel<F> {
    WithLabel { label: Some(label.into()), future }
}

/// Runs `act` in a scope: the same as [`with_label`] for code that is not a future.
///
/// Each connection that `act` makes gets the label. A server's connection takes its label also from
/// a transport that enters a scope when it is read or written during the handshake. That is the way
/// below libraries that take the transports and do the rest themselves, such as tonic's
/// `serve_with_incoming`:
///
/// ```
/// use std::io;
/// use std::pin::Pin;
/// use std::task::{Context, Poll};
/// use tokio::io::{AsyncRead, ReadBuf};
///
/// struct Named<T>(T, std::sync::Arc<str>);
///
/// impl<T: AsyncRead + Unpin> AsyncRead for Named<T> {
///     fn poll_read(
///         mut self: Pin<&mut Self>,
///         cx: &mut Context<'_>,
///         buf: &mut ReadBuf<'_>,
///     ) -> Poll<io::Result<()>> {
///         let label = self.1.clone();
///         h2::insight::with_label_sync(label, || Pin::new(&mut self.0).poll_read(cx, buf))
///     }
/// }
/// // The same for AsyncWrite.
/// ```
pub fn with_label_sync<T>(label: impl Into<Arc<str>>, act: impl FnOnce() -> T) -> T {
    let mut label = Some(label.into());
    let _entered = Entered::new(&mut label);
    act()
}

/// All open connections of the process with this label, in the order in which they were opened.
pub fn connections_labelled(label: &str) -> Vec<Connection> {
    let mut connections = connections();
    connections.retain(|connection| connection.label().as_deref() == Some(label));
    connections
}

/// A future in a scope, see [`with_label`].
pub struct WithLabel<F> {
    label: Label,
    future: F,
}

impl<F: Future> Future for WithLabel<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: `future` is pinned whenever `self` is: nothing moves it out, there is no `Drop`,
        // and `Unpin` is derived from the fields. `label` is never pinned.
        let (label, future) = unsafe {
            let this = self.get_unchecked_mut();
            (&mut this.label, Pin::new_unchecked(&mut this.future))
        };
        let _entered = Entered::new(label);
        future.poll(cx)
    }
}

impl<F> fmt::Debug for WithLabel<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithLabel").field("label", &self.label).finish_non_exhaustive()
    }
}
