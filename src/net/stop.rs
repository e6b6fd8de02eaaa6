//! [`Stop`]: the user's wish to stop, for work that is not done on the runtime; and stdin, read so that the wish is heard.

use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::time::Instant;

use super::runtime::{Interrupts, build};

/// Whoever writes into a pipe is mostly stopped by the same Ctrl-C, and has something left to write.
const LEFT: Duration = Duration::from_secs(1);

/// Hears signals that ask the process to stop, instead of its sudden end.
#[derive(Clone)]
pub struct Stop(Rc<RefCell<Listener>>);

struct Listener {
    runtime: Runtime,
    interrupts: Interrupts,
    /// When the first signal came.
    since: Option<Instant>,
}

impl Stop {
    /// Takes the signals over, from now on.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn listen() -> io::Result<Stop> {
        let runtime = build()?;
        let interrupts = runtime.block_on(async { Interrupts::listen() });
        let since = None;
        Ok(Stop(Rc::new(RefCell::new(Listener {
            runtime,
            interrupts,
            since,
        }))))
    }

    /// Whether the user wants to stop.
    pub fn is_wanted(&self) -> bool {
        self.0.borrow_mut().hear()
    }
}

impl Listener {
    fn hear(&mut self) -> bool {
        let Listener {
            runtime,
            interrupts,
            since,
        } = self;
        if since.is_none() {
            let heard = runtime.block_on(async {
                tokio::select! {
                    biased;
                    () = interrupts.next() => true,
                    // One turn of the runtime, which takes signals in.
                    () = tokio::task::yield_now() => false,
                }
            });
            *since = heard.then(Instant::now);
        }
        since.is_some()
    }
}

/// Stdin. If it is a pipe, it ends soon after the user wants to stop, even if nothing more comes out of it.
pub fn stdin(stop: &Stop) -> Box<dyn Read> {
    #[cfg(unix)]
    if let Some(pipe) = pipe::open(stop) {
        return Box::new(pipe);
    }
    let _ = stop;
    Box::new(io::stdin().lock())
}

#[cfg(unix)]
mod pipe {
    use std::io::{self, ErrorKind, Read};
    use std::os::fd::AsFd;

    use tokio::net::unix::pipe::Receiver;
    use tokio::time::{Instant, timeout_at};

    use super::{LEFT, Listener, Stop};

    pub(super) struct Pipe {
        stop: Stop,
        pipe: Receiver,
    }

    /// Stdin, if it is a pipe.
    pub(super) fn open(stop: &Stop) -> Option<Pipe> {
        let listener = stop.0.borrow();
        let _inside = listener.runtime.enter();
        let own = io::stdin().as_fd().try_clone_to_owned().ok()?;
        let pipe = Receiver::from_owned_fd(own).ok()?;
        let stop = stop.clone();
        Some(Pipe { stop, pipe })
    }

    impl Read for Pipe {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let mut listener = self.stop.0.borrow_mut();
            loop {
                if listener.since.is_some_and(|since| Instant::now() >= since + LEFT) {
                    return Ok(0);
                }
                match self.pipe.try_read(buffer) {
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    done => return done,
                }
                let Listener {
                    runtime,
                    interrupts,
                    since,
                } = &mut *listener;
                runtime.block_on(async {
                    match *since {
                        // It ends the wait, or something has come: either is seen above.
                        Some(then) => drop(timeout_at(then + LEFT, self.pipe.readable()).await),
                        None => tokio::select! {
                            () = interrupts.next() => *since = Some(Instant::now()),
                            _ = self.pipe.readable() => {}
                        },
                    }
                });
            }
        }
    }
}
