//! [`Writer`]: a thread that writes a file in large pieces, past the cache of the system where that can be.
//!
//! A call that is captured makes hundreds of megabytes a second. The cache of the system copies each octet once more and looks for a
//! page for it, which costs the call a quarter of its speed on a machine of two processors; a disk that takes the pieces directly costs
//! next to nothing. Where the disk is too slow for that, the cache is what helps.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::{self, JoinHandle};

/// Pieces go past the cache if they begin at such a place of memory and of the file, and are a multiple of that long.
pub const ALIGNMENT: usize = 4096;

/// So many pieces may wait for the disk; then whoever has more waits for it too.
const WAITING: usize = 64;
/// With so many waiting the disk is late.
const LATE: usize = 16;

/// The thread that writes, and its queues: full pieces go there, empty ones come back.
pub struct Writer {
    full: SyncSender<(Vec<u8>, usize)>,
    waiting: Arc<AtomicUsize>,
    empty: Receiver<Vec<u8>>,
    thread: JoinHandle<io::Result<()>>,
}

impl Writer {
    /// Writes to `file`.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub fn start(mut file: PieceFile) -> io::Result<Writer> {
        let (full, pieces) = mpsc::sync_channel::<(Vec<u8>, usize)>(WAITING);
        let (written, empty) = mpsc::channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&waiting);
        let work = move || {
            let mut result = Ok(());
            for (piece, begin) in pieces {
                let is_late = count.fetch_sub(1, Ordering::Relaxed) > LATE;
                // An error is told at the end; the call goes on.
                if result.is_ok() {
                    result = file.write(&piece[begin..], is_late);
                }
                // Nobody takes it when the call is over.
                let _ = written.send(piece);
            }
            result
        };
        Ok(Writer {
            full,
            waiting,
            empty,
            thread: thread::Builder::new().name("capture".into()).spawn(work)?,
        })
    }

    /// Hands a full piece over, which begins at `begin` of its memory; the memory of another that has been written, for it.
    pub fn exchange(&self, piece: Vec<u8>, begin: usize) -> Vec<u8> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        // The thread takes pieces until it is told that there are no more.
        let _ = self.full.send((piece, begin));
        self.empty.try_recv().unwrap_or_default()
    }

    /// Hands the last piece over, and waits until everything is written.
    ///
    /// # Errors
    /// The first that there was.
    pub fn finish(self, piece: Vec<u8>, begin: usize) -> io::Result<()> {
        self.exchange(piece, begin);
        drop(self.full);
        let ended = self.thread.join();
        ended.unwrap_or_else(|_| Err(io::Error::other("its thread has died")))
    }
}

/// The file.
pub struct PieceFile {
    file: File,
    /// The same file, past the cache.
    direct: Option<File>,
    /// Octets written.
    at: u64,
}

impl PieceFile {
    /// Writes to `file`, which was opened as `path` and is empty.
    pub fn new(file: File, path: &Path) -> PieceFile {
        let is_file = file.metadata().is_ok_and(|metadata| metadata.is_file());
        PieceFile {
            direct: if is_file { direct(path) } else { None },
            file,
            at: 0,
        }
    }

    /// Writes a piece. `is_late` says that more of them wait than should.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn write(&mut self, piece: &[u8], is_late: bool) -> io::Result<()> {
        let is_aligned = piece.as_ptr().align_offset(ALIGNMENT) == 0
            && piece.len().is_multiple_of(ALIGNMENT)
            && self.at.is_multiple_of(ALIGNMENT as u64);
        if is_aligned
            && !is_late
            && let Some(direct) = &self.direct
        {
            match write_at(direct, piece, self.at) {
                Ok(()) => {
                    self.at += piece.len() as u64;
                    return Ok(());
                }
                // The file system does not do that.
                Err(_) => self.direct = None,
            }
        }
        // Pipes have no places; and nothing was written to them but this way.
        let _ = self.file.seek(SeekFrom::Start(self.at));
        self.file.write_all(piece)?;
        self.at += piece.len() as u64;
        Ok(())
    }
}

#[cfg(target_os = "linux")]
fn direct(path: &Path) -> Option<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options()
        .write(true)
        .custom_flags(nix::libc::O_DIRECT)
        .open(path)
        .ok()
}

/// Elsewhere it is done otherwise or not at all.
#[cfg(not(target_os = "linux"))]
fn direct(_: &Path) -> Option<File> {
    None
}

#[cfg(unix)]
fn write_at(file: &File, piece: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, piece, at)
}

#[cfg(not(unix))]
fn write_at(_: &File, _: &[u8], _: u64) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_follow_each_other_however_they_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut file = PieceFile::new(File::create(&path).unwrap(), &path);
        let memory = vec![7; 4 * ALIGNMENT];
        let start = memory.as_ptr().align_offset(ALIGNMENT);
        let aligned = &memory[start..][..2 * ALIGNMENT];
        let mut wanted = Vec::new();
        for (piece, is_late) in [
            (aligned, false),
            (aligned, true),
            (aligned, false),
            (&aligned[1..], false),
            (aligned, false),
            (&b"end"[..], true),
        ] {
            file.write(piece, is_late).unwrap();
            wanted.extend_from_slice(piece);
        }
        drop(file);
        assert_eq!(std::fs::read(&path).unwrap(), wanted);
    }
}
