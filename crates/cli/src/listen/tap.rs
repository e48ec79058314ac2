//! Bytes on their way to the reader: counted, hashed where that was asked for, and given up when the user stops.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::rc::Rc;

use holter_engine::Stop;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use sha2::{Digest as _, Sha256};

/// How often it is asked whether the user stopped, while nothing comes, in nanoseconds.
const GLANCE: i64 = 200_000_000;

/// What has gone through, for whoever does not hold the bytes.
#[derive(Clone, Default)]
pub(crate) struct Meter(Rc<Inner>);

#[derive(Default)]
struct Inner {
    bytes: Cell<u64>,
    hash: RefCell<Option<Sha256>>,
}

/// A file or a stream, and its meter.
pub(crate) struct Tap {
    from: From,
    meter: Meter,
    stop: Stop,
}

enum From {
    File(File),
    Stream(File),
}

impl Meter {
    /// Counts, and hashes if told so.
    pub(crate) fn new(hashes: bool) -> Self {
        let meter = Self::default();
        *meter.0.hash.borrow_mut() = hashes.then(Sha256::new);
        meter
    }

    /// Bytes so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.bytes.get()
    }

    /// The hash of all that went through, in hexadecimal.
    pub(crate) fn sha256(&self) -> Option<String> {
        let hash = self.0.hash.borrow_mut().take()?;
        Some(holter_cert::number::hex(&hash.finalize()))
    }

    fn hashes(&self) -> bool {
        self.0.hash.borrow().is_some()
    }

    fn pass(&self, bytes: &[u8]) {
        let count = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.0.bytes.set(self.0.bytes.get().saturating_add(count));
        if let Some(hash) = self.0.hash.borrow_mut().as_mut() {
            hash.update(bytes);
        }
    }
}

impl Tap {
    /// Reads from a file. What is no regular file may keep its reader waiting, and is asked before.
    pub(crate) fn new(file: File, meter: Meter, stop: Stop) -> io::Result<Self> {
        let from = if file.metadata()?.is_file() {
            From::File(file)
        } else {
            From::Stream(file)
        };
        Ok(Self { from, meter, stop })
    }

    /// The same file again, to read on from where this one is.
    pub(crate) fn again(&self) -> io::Result<Self> {
        let from = match &self.from {
            From::File(file) => From::File(file.try_clone()?),
            From::Stream(file) => From::Stream(file.try_clone()?),
        };
        Ok(Self {
            from,
            meter: self.meter.clone(),
            stop: self.stop.clone(),
        })
    }

    /// Reads what is left, where it is to be hashed.
    pub(crate) fn drain(&mut self) -> io::Result<()> {
        if self.meter.hashes() {
            io::copy(self, &mut io::sink())?;
        }
        Ok(())
    }
}

impl Read for Tap {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.from {
            From::File(file) => file.read(buffer)?,
            From::Stream(file) => {
                if !wait(file.as_fd(), &self.stop)? {
                    return Ok(0);
                }
                file.read(buffer)?
            }
        };
        self.meter.pass(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

/// Waits until something can be read, or the user stops.
fn wait(file: BorrowedFd<'_>, stop: &Stop) -> io::Result<bool> {
    loop {
        if stop.asked() {
            return Ok(false);
        }
        let mut asked = [PollFd::new(&file, PollFlags::IN)];
        let glance = Timespec {
            tv_sec: 0,
            tv_nsec: GLANCE,
        };
        match poll(&mut asked, Some(&glance)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) => return Ok(true),
            Err(error) => return Err(error.into()),
        }
    }
}
