//! What was heard is remembered, capture by capture, beside the report.

use anyhow::Context as _;
use holter_capture::{Captured, Heard, Part};
use holter_model::seam::{Clock as _, SystemClock};
use holter_program::overheard;
use holter_report::number;
use holter_store::Store;
use ipnet::IpNet;
use tokio::runtime::Runtime;

use crate::config::Config;
use crate::memory::Memory;

/// The open database.
pub(crate) struct Remembered {
    runtime: Runtime,
    store: Store,
    /// What is the user's own although it is not private.
    own: Vec<IpNet>,
    /// What was heard in the capture that is not over.
    heard: Heard,
}

impl Remembered {
    /// Opens it: before anything is heard, and before any rights are given up.
    pub(crate) fn open(memory: &Memory) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("the system gave no event loop")?;
        let store = runtime
            .block_on(memory.open())
            .context("what is heard cannot be remembered")?;
        let own = Config::load(None)?.own.ranges;
        Ok(Self {
            runtime,
            store,
            own,
            heard: Heard::default(),
        })
    }

    /// Keeps what was heard until the capture is over: only then is it known which one it is.
    pub(crate) fn gather(&mut self, part: Part) {
        self.heard.take(part);
    }

    /// Remembers a capture; what there is to say of it.
    pub(crate) fn remember(&mut self, captured: &Captured) -> anyhow::Result<String> {
        let heard = std::mem::take(&mut self.heard);
        let by = (None, SystemClock.now());
        let remembering = overheard::remember(&self.store, (captured, &heard), &self.own, by);
        let sums = self
            .runtime
            .block_on(remembering)
            .context("not all that was heard is remembered")?;
        let mut said = format!(
            "remembered: {} services, {} findings opened, {} interfaces",
            number(sums.taken.visits + sums.taken.known),
            number(sums.taken.opened),
            number(sums.interfaces)
        );
        if sums.outside > 0 {
            said.push_str(&format!(
                "; {} services and interfaces of addresses that are neither private nor named as your own in holter.toml were left out",
                number(sums.outside)
            ));
        }
        Ok(said)
    }
}
