//! The memory of a vulnerable server: the buffer that records are read into, with somebody's secret behind them.

/// What lies in the fake servers' memory. No output of a scanner may ever contain it.
pub const SECRET: &str = "HOLTER-LAB-FAKE-SECRET-nobody-may-ever-see-this";

/// More than a heartbeat can claim, so that every over-read stays inside.
const SIZE: usize = 70_000;

/// OpenSSL reads each record to the same place and never clears it: an over-read first meets the rest of the record
/// that came before, then whatever the heap holds.
#[derive(Debug)]
pub(crate) struct Memory(Vec<u8>);

impl Memory {
    /// Memory that holds nothing but the secret.
    pub(crate) fn of_secrets() -> Self {
        Self(foreign(SIZE))
    }

    /// A record's body comes in, over the one before it.
    pub(crate) fn take_in(&mut self, body: &[u8]) {
        for (place, byte) in self.0.iter_mut().zip(body) {
            *place = *byte;
        }
    }

    /// What stands behind a heartbeat's header, whether the heartbeat brought it or not.
    pub(crate) fn payload(&self, claimed: usize) -> Vec<u8> {
        self.0.iter().skip(3).take(claimed).copied().collect()
    }
}

/// So many bytes of the secret.
pub(crate) fn foreign(count: usize) -> Vec<u8> {
    SECRET.bytes().chain(*b" | ").cycle().take(count).collect()
}
