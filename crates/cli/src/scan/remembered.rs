//! What a scan finds is remembered while it runs, by a thread of its own: the scan need not wait for the disk.

use std::thread::JoinHandle;

use anyhow::Context as _;
use holter_checks::Profile;
use holter_engine::{Earlier, Event, Header, Summary, Visits};
use holter_model::seam::SystemClock;
use holter_program::{Hand, Handed, Keeper, earlier, files, hand_over};
use holter_store::{NewScan, Scope, Store, StoreError};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use super::Args;
use crate::exit::complain;
use crate::memory::Memory;

const UNREMEMBERED: &str = "what is found cannot be remembered";

/// The database, open before anything is begun: a run that cannot be remembered is no run that was cut off.
pub(crate) struct Opened {
    store: Store,
    runtime: Option<Runtime>,
}

impl Opened {
    /// Opens it.
    pub(crate) fn open(memory: &Memory) -> anyhow::Result<Self> {
        let opened = aside(|| {
            let runtime = event_loop()?;
            let store = runtime.block_on(memory.open())?;
            Ok(Self {
                store,
                runtime: Some(runtime),
            })
        });
        opened.context(UNREMEMBERED)
    }
}

impl Drop for Opened {
    /// Within another event loop nobody may wait for this one's end.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A scan that is remembered.
pub(crate) struct Remembered {
    hand: Option<Hand>,
    whole: oneshot::Sender<bool>,
    thread: JoinHandle<Result<(), StoreError>>,
    /// Whether it has been said that nothing is remembered any more.
    lost: bool,
}

impl Remembered {
    /// Writes down what the scan sets out to do. What is remembered of the services that are
    /// going to be asked is added to what is known from before.
    pub(crate) fn begin(
        mut opened: Opened,
        header: &Header,
        args: &Args,
        visits: &Visits,
        known: &mut Earlier,
    ) -> anyhow::Result<Self> {
        let checks = args.checks();
        let about = NewScan {
            key: header.key(),
            method: "active".to_owned(),
            label: files::label(&header.plan),
            scope: Scope {
                targets: header
                    .plan
                    .targets
                    .iter()
                    .map(|target| target.text.clone())
                    .collect(),
                checks: checks.iter().map(|check| check.id.to_owned()).collect(),
            },
            actor: None,
            started: header.begun,
        };
        let fingerprint = header.fingerprint.clone();
        let full = checks.iter().any(|check| check.profile == Profile::Full);
        let runtime = opened.runtime.take().context(UNREMEMBERED)?;
        let store = opened.store.clone();
        let runtime = aside(|| {
            let begun: anyhow::Result<()> = runtime.block_on(async {
                keeper(&store, &about, &fingerprint).begin().await?;
                if full {
                    let inventory = &header.plan.inventory;
                    let asks = |endpoint, name: Option<&str>| visits.asks(endpoint, name, inventory);
                    earlier::recall(&store, asks, known).await?;
                }
                Ok(())
            });
            begun.map(|()| runtime)
        })
        .context(UNREMEMBERED)?;
        let (hand, handed) = hand_over();
        let (whole, ended) = oneshot::channel();
        let thread =
            std::thread::spawn(move || runtime.block_on(keep(&store, &about, &fingerprint, handed, ended)));
        Ok(Self {
            hand: Some(hand),
            whole,
            thread,
            lost: false,
        })
    }

    /// Hears what the scan finds. An error is for the user, once: what is not remembered stands in the journal all the
    /// same.
    pub(crate) fn hear(&mut self, event: &Event) -> Result<(), String> {
        let kept = self.hand.as_ref().is_none_or(|hand| hand.give(event));
        if kept || self.lost {
            return Ok(());
        }
        self.lost = true;
        Err(
            "what is found from now on is not remembered: the database refuses it. `holter remember` brings the run in later"
                .to_owned(),
        )
    }

    /// Waits until all that was found is remembered, and says so where it is not.
    pub(crate) fn end(mut self, summary: &Summary) {
        drop(self.hand.take());
        let _ = self.whole.send(!summary.interrupted);
        let why = match self.thread.join() {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "its thread has failed".to_owned(),
        };
        complain(&format!("not all that was found is remembered: {why}"));
    }
}

/// Keeps what is handed over, to the end.
async fn keep(
    store: &Store,
    about: &NewScan,
    fingerprint: &str,
    handed: Handed,
    ended: oneshot::Receiver<bool>,
) -> Result<(), StoreError> {
    let keeper = keeper(store, about, fingerprint);
    keeper.keep(&handed, |_| ()).await?;
    // Whoever is gone without a word was cut off.
    if let Ok(whole) = ended.await {
        keeper.end(whole).await?;
    }
    store.close().await;
    Ok(())
}

fn keeper<'a>(store: &'a Store, about: &NewScan, fingerprint: &str) -> Keeper<'a> {
    Keeper {
        store,
        clock: &SystemClock,
        about: about.clone(),
        fingerprint: fingerprint.to_owned(),
    }
}

/// Does it in another thread, since this one's event loop is busy with the scan.
fn aside<T: Send>(work: impl FnOnce() -> anyhow::Result<T> + Send) -> anyhow::Result<T> {
    std::thread::scope(|scope| scope.spawn(work).join())
        .map_err(|_| anyhow::anyhow!("the thread of the database has failed"))
        .flatten()
}

fn event_loop() -> anyhow::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the system gave no event loop")
}
