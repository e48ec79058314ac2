//! Where time and chance come in, and nowhere else: so that a tape replays and a test knows the hour.

use jiff::Timestamp;

/// Tells the time of day.
pub trait Clock: Send + Sync {
    /// Now, to the microsecond.
    fn now(&self) -> Timestamp;
}

/// Makes bytes that a peer cannot guess.
pub trait Dice: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);

    /// Fills `bytes` that guard something: a key, a session's token.
    ///
    /// # Errors
    /// [`NoChance`] where the system has no randomness; then nothing may be guarded by them.
    fn secret(&self, bytes: &mut [u8]) -> Result<(), NoChance> {
        self.fill(bytes);
        Ok(())
    }
}

/// The system gave no randomness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no randomness, without which no secret can be made")]
pub struct NoChance;

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the seam")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemDice;

impl Dice for SystemDice {
    #[allow(clippy::disallowed_methods, reason = "this is the seam")]
    fn fill(&self, bytes: &mut [u8]) {
        // A machine without randomness cannot scan any worse for it: these bytes are nonces, not keys.
        if getrandom::fill(bytes).is_err() {
            FixedDice(0x5a).fill(bytes);
        }
    }

    #[allow(clippy::disallowed_methods, reason = "this is the seam")]
    fn secret(&self, bytes: &mut [u8]) -> Result<(), NoChance> {
        getrandom::fill(bytes).map_err(|_| NoChance)
    }
}

/// The same bytes each time, for tapes and tests.
#[derive(Clone, Copy, Debug)]
pub struct FixedDice(pub u8);

impl Dice for FixedDice {
    fn fill(&self, bytes: &mut [u8]) {
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = self
                .0
                .wrapping_add(index.to_le_bytes().first().copied().unwrap_or(0).wrapping_mul(37));
        }
    }
}

/// One hour for ever, for tests.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}
