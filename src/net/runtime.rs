//! The runtime that everything in `net` runs on, and the user's wish to stop.

use std::io;

use tokio::runtime::{Builder, Runtime};

/// A runtime of one thread: network waits need no more, and nothing needs to be `Send`.
///
/// # Errors
/// What the operating system refuses, such as more file descriptors.
pub fn build() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// SIGINT (Ctrl-C) and SIGTERM, instead of their sudden end of the process.
#[cfg(unix)]
pub struct Interrupts {
    signals: Vec<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Interrupts {
    /// Takes the signals over, from now on. Must be called on the runtime.
    pub fn listen() -> Interrupts {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [SignalKind::interrupt(), SignalKind::terminate()];
        Interrupts {
            signals: kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect(),
        }
    }

    /// Waits for the next one.
    pub async fn next(&mut self) {
        std::future::poll_fn(|context| {
            let arrived = self
                .signals
                .iter_mut()
                .any(|signal| signal.poll_recv(context).is_ready());
            if arrived {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
    }
}

/// Ctrl-C, instead of its sudden end of the process.
#[cfg(not(unix))]
pub struct Interrupts;

#[cfg(not(unix))]
impl Interrupts {
    /// Takes Ctrl-C over, from the first wait on.
    pub fn listen() -> Interrupts {
        Interrupts
    }

    /// Waits for the next one.
    pub async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
