//! # Heartbleed (CVE-2014-0160)
//!
//! ## What it asks
//! One heartbeat whose payload is really there but whose padding is one byte short of what RFC 6520 section 4
//! demands. OpenSSL before the fix echoes it; the fix that added the missing length check also made it drop
//! such a message. Then one heartbeat in good order, which both answer. Neither can make a peer read beyond
//! what it was sent.
//!
//! ## Why it matters
//! An affected service hands out its memory: records, passwords, session cookies, its private key.
//!
//! ## What to do
//! See `flaws/CVE-2014-0160.toml`.
//!
//! ## References
//! RFC 6520; OpenSSL security advisory of 2014-04-07; OpenSSL commit 96db9023b881.

mod finished;
mod judge;
mod ladder;
mod probe;
mod prove;
mod stack;

use crate::{Check, Needs, Profile};

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "heartbleed",
    name: "Heartbleed",
    about: "sends a heartbeat one byte short of RFC 6520's padding, which only an affected OpenSSL echoes",
    profile: Profile::Heartbleed,
    needs: Needs::Nothing,
    flaws: &[include_str!("../../../flaws/CVE-2014-0160.toml")],
    ask: |visit| Box::pin(ladder::ask(visit)),
    judge: |observations, attempt| judge::judge(observations, attempt).into_iter().collect(),
};
