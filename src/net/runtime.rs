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

/// A runtime of several threads, for calls: each peer works on its own. More threads than processors would only wait for each other,
/// and more than four have nothing to do.
///
/// # Errors
/// What the operating system refuses.
pub fn build_threads() -> io::Result<Runtime> {
    let processors = std::thread::available_parallelism().map_or(2, usize::from);
    let threads = processors.clamp(2, 4);
    Builder::new_multi_thread().worker_threads(threads).enable_all().build()
}

/// SIGINT (Ctrl-C), SIGTERM and SIGHUP (the terminal or the connection to it is gone), instead of their sudden end of the
/// process.
#[cfg(unix)]
pub struct Interrupts {
    signals: Vec<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Interrupts {
    /// Takes the signals over, from now on. Must be called on the runtime.
    pub fn listen() -> Interrupts {
        use tokio::signal::unix::{SignalKind, signal};
        let mut kinds = vec![SignalKind::interrupt(), SignalKind::terminate()];
        if !ignores_hangups() {
            kinds.push(SignalKind::hangup());
        }
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

/// Whether this process was started to outlive its terminal, as by `nohup`.
#[cfg(target_os = "linux")]
fn ignores_hangups() -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| hangup_is_ignored(&status))
}

/// Elsewhere a hangup ends a run in order even then.
#[cfg(all(unix, not(target_os = "linux")))]
fn ignores_hangups() -> bool {
    false
}

/// Reads the mask `SigIgn` of Linux's process status; the bit of signal 1, SIGHUP, is the lowest.
#[cfg(target_os = "linux")]
fn hangup_is_ignored(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask & 1 != 0)
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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn hangups_interrupt_and_nohup_is_respected() {
        assert!(hangup_is_ignored("Name:\tx\nSigIgn:\t0000000000000001\n"));
        assert!(!hangup_is_ignored(
            "Name:\tx\nSigIgn:\t0000000000001000\nSigCgt:\t0000000000000001\n"
        ));
        assert!(!hangup_is_ignored(""));
        if ignores_hangups() {
            return;
        }
        build().unwrap().block_on(async {
            let mut interrupts = Interrupts::listen();
            let pid = std::process::id().to_string();
            let sent = std::process::Command::new("kill").args(["-HUP", &pid]).status();
            assert!(sent.unwrap().success());
            interrupts.next().await;
        });
    }
}
