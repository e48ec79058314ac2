//! What a run finds, on its way into the store while it runs: a batch at a time, and what was written lasts, whoever is
//! killed. Where the database is away it is tried again: what was measured is not to be lost to a server that is started
//! anew.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use holter_engine::{Event, Sink};
use holter_model::seam::Clock;
use holter_model::{Attempt, Service};
use holter_store::{NewScan, Reach, Store, StoreError, Writing};
use jiff::{SignedDuration, Timestamp};

use crate::due;
use crate::ingest::{Ingest, answered};

/// So many services wait for the store before the run waits.
const BACKLOG: usize = 256;
/// So many are written at once,
const BATCH: usize = 50;
/// or what there is after so long.
const PATIENCE: Duration = Duration::from_millis(400);
/// How long the database may be away, in tries.
const TRIES: u32 = 60;
/// Between two tries.
const PAUSE: Duration = Duration::from_secs(2);
/// A scan of which nobody has heard for so long was broken off.
pub(crate) const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// So often it is heard of.
pub(crate) const RENEWED: SignedDuration = SignedDuration::from_secs(15);
/// So many of those that were named and said nothing are noted.
const SILENT: usize = 50;

/// Hears a run, and hands over what it finds.
#[derive(Debug)]
pub struct Hand {
    send: SyncSender<Box<Service>>,
    reach: Arc<Mutex<Reach>>,
}

/// What was handed over and is not kept yet.
#[derive(Debug)]
pub struct Handed {
    receive: Receiver<Box<Service>>,
    reach: Arc<Mutex<Reach>>,
}

/// A run's two ends: the one that hears it, and the one that keeps what it finds.
#[must_use]
pub fn hand_over() -> (Hand, Handed) {
    let (send, receive) = sync_channel(BACKLOG);
    let reach = Arc::<Mutex<Reach>>::default();
    let hand = Hand {
        send,
        reach: Arc::clone(&reach),
    };
    (hand, Handed { receive, reach })
}

impl Hand {
    /// Hands over what an event tells. False: nobody keeps it any more.
    #[must_use]
    pub fn give(&self, event: &Event) -> bool {
        match event {
            Event::Began { endpoints } => self.reach().endpoints = signed(*endpoints),
            Event::Nothing { endpoints } => self.reach().nothing += signed(*endpoints),
            Event::Spared { endpoints } => self.reach().spared += signed(*endpoints),
            Event::LeftAlone(left) => {
                let mut reach = self.reach();
                reach.left_alone += 1;
                reach.not_asked += signed(left.not_asked);
            }
            Event::Tried { service } => {
                self.count(service);
                return self.send.send(service.clone()).is_ok();
            }
            _ => {}
        }
        true
    }

    fn count(&self, service: &Service) {
        if answered(service) {
            return;
        }
        let mut reach = self.reach();
        let asked = !matches!(
            service.attempt,
            Attempt::Interrupted | Attempt::OutOfScope | Attempt::OurFault
        );
        reach.nothing += i64::from(asked);
        if reach.silent.len() < SILENT {
            let why = service.attempt.explain().to_owned();
            reach.silent.push((service.target.clone(), why));
        }
    }

    fn reach(&self) -> MutexGuard<'_, Reach> {
        self.reach.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Hand {
    fn take(&mut self, event: Event) {
        let _ = self.give(&event);
    }
}

/// Keeps a run.
pub struct Keeper<'a> {
    /// Where.
    pub store: &'a Store,
    /// The time.
    pub clock: &'a dyn Clock,
    /// What the run is.
    pub about: NewScan,
    /// What runs that ask the same have in common.
    pub fingerprint: String,
}

impl Keeper<'_> {
    /// Writes the run down, or takes it up again: its number.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin(&self) -> Result<i64, StoreError> {
        let mut writing = self.store.write_alone().await?;
        let scan = self.enter(&mut writing).await?;
        writing.commit().await?;
        Ok(scan)
    }

    /// As [`Keeper::begin`], in the caller's transaction, which must be one of [`Store::write_alone`].
    ///
    /// # Errors
    /// As [`Keeper::begin`].
    pub async fn enter(&self, writing: &mut Writing) -> Result<i64, StoreError> {
        let (scan, _) = writing.begin_scan(&self.about).await?;
        writing.hold_scan(scan, &self.fingerprint, self.until()).await?;
        Ok(scan)
    }

    /// Keeps what is handed over until the run is over; `told` hears how many services each batch has. It waits with
    /// the whole thread, which must be its own.
    ///
    /// # Errors
    /// When the database refuses, or is away for too long. What was kept by then lasts.
    pub async fn keep(&self, handed: &Handed, mut told: impl FnMut(u64)) -> Result<(), StoreError> {
        let mut batch: Vec<Service> = Vec::new();
        let mut renewed = self.clock.now();
        loop {
            let heard = handed.receive.recv_timeout(PATIENCE);
            let gone = matches!(heard, Err(RecvTimeoutError::Disconnected));
            let waited = heard.is_err();
            batch.extend(heard.ok().map(|service| *service));
            if batch.len() >= BATCH || (waited && !batch.is_empty()) {
                self.take(&batch).await?;
                told(u64::try_from(batch.len()).unwrap_or(0));
                batch.clear();
            }
            let now = self.clock.now();
            if gone {
                let mut trying = Trying::default();
                while let Err(error) = self.note(&handed.reach()).await {
                    trying.again(error).await?;
                }
                return Ok(());
            }
            if now.duration_since(renewed) >= RENEWED {
                match self.note(&handed.reach()).await {
                    // It is said again soon.
                    Err(error) if error.is_away() => {}
                    noted => noted?,
                }
                renewed = now;
            }
        }
    }

    /// Notes that the run is over, and settles what it closes. Where that fails the run looks as if it had been broken
    /// off, and closes nothing.
    ///
    /// # Errors
    /// As [`Keeper::keep`].
    pub async fn end(&self, whole: bool) -> Result<(), StoreError> {
        let mut trying = Trying::default();
        loop {
            let done = async {
                let deadlines = due::chosen(self.store).await?;
                let ingest = Ingest::begin(self.store, self.about.clone(), deadlines).await?;
                ingest.end(self.clock.now(), whole).await.map(drop)
            };
            match done.await {
                Err(error) => trying.again(error).await?,
                done => return done,
            }
        }
    }

    async fn take(&self, services: &[Service]) -> Result<(), StoreError> {
        let mut trying = Trying::default();
        loop {
            let done = async {
                let deadlines = due::chosen(self.store).await?;
                let ingest = Ingest::begin(self.store, self.about.clone(), deadlines).await?;
                ingest.take(services).await.map(drop)
            };
            match done.await {
                Err(error) => trying.again(error).await?,
                done => return done,
            }
        }
    }

    /// Says that somebody still looks after the run, and where it has looked by now.
    async fn note(&self, reach: &Reach) -> Result<(), StoreError> {
        let mut writing = self.store.write_alone().await?;
        let scan = self.enter(&mut writing).await?;
        writing.reach_scan(scan, reach).await?;
        writing.commit().await
    }

    fn until(&self) -> Timestamp {
        let now = self.clock.now();
        now.saturating_add(LEASE).unwrap_or(now)
    }
}

impl Handed {
    fn reach(&self) -> Reach {
        self.reach.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Whoever writes and waits for a database that is away, or whose disk is full.
#[derive(Debug, Default)]
pub(crate) struct Trying(u32);

impl Trying {
    /// Waits, so that it can be tried again.
    ///
    /// # Errors
    /// The same, where that is in vain, or has been for too long.
    pub(crate) async fn again(&mut self, error: StoreError) -> Result<(), StoreError> {
        self.0 += 1;
        if !error.is_away() || self.0 >= TRIES {
            return Err(error);
        }
        tokio::time::sleep(PAUSE).await;
        Ok(())
    }
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
