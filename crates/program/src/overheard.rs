//! What a capture tells, remembered while it is told: services with their facts and what is affected in them, clients that lost
//! memory, and who speaks with whom. Nothing was asked, so what was not heard closes nothing: it may be there all the same.

mod beginning;
mod encrypted;
mod map;
mod sessions;
mod subject;

use std::net::IpAddr;

use holter_capture::subject::InterfaceSeen;
use holter_capture::{Captured, Part, Subject};
use holter_model::Service;
use holter_model::seam::Clock;
use holter_store::{NewScan, Scan, Scope, Store, StoreError};
use ipnet::IpNet;
use jiff::Timestamp;

pub use self::beginning::Beginning;
pub use self::sessions::{SESSIONS, sessions};

use self::encrypted::Watched;
use self::map::Map;
use crate::due;
use crate::guess::is_public;
use crate::ingest::{Heard, Ingest, PASSIVE, Taken};
use crate::keeper::{LEASE, RENEWED, Trying};

/// The protocol of a client, which answers nowhere: it stands at port 0 of its address.
pub const CLIENT: &str = "client";

/// So many services are written at once.
const BATCH: usize = 50;
/// So many interfaces.
const WAYS: usize = 200;

/// What remembering a capture came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overheard {
    /// Services and clients that were told of to the end.
    pub services: u64,
    /// What became of them.
    pub taken: Taken,
    /// Interfaces between two assets.
    pub interfaces: u64,
    /// Services and ends of interfaces that are neither private, nor known, nor the user's own, and were left out.
    pub outside: u64,
}

/// Whose addresses are remembered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ours<'a>(&'a [IpNet]);

/// A capture on its way into the store, part by part: what was written lasts, whoever is killed, and the same capture heard
/// again changes nothing. Where the database is away it is tried again for a while.
pub struct Overhearing<'a> {
    store: &'a Store,
    clock: &'a dyn Clock,
    ours: Ours<'a>,
    ingest: Ingest<'a>,
    started: Timestamp,
    /// When it was last said that somebody looks after it.
    held: Timestamp,
    map: Map<'a>,
    watched: Watched,
    /// What waits to be written.
    services: Vec<(Service, Heard)>,
    ways: Vec<(InterfaceSeen, bool)>,
    sums: Overheard,
}

impl<'a> Overhearing<'a> {
    /// Begins, or goes on with the same capture. `own` are addresses that are the user's though they are not private; `actor`
    /// is who brings it in.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin(
        (store, clock): (&'a Store, &'a dyn Clock),
        beginning: Beginning,
        own: &'a [IpNet],
        actor: Option<i64>,
    ) -> Result<Self, StoreError> {
        let (deadlines, ours, now) = (due::chosen(store).await?, Ours(own), clock.now());
        // Listeners that were killed are called broken off by whoever comes after them, were it another listener.
        let is_alive = |scan: &Scan| (scan.about.method != PASSIVE).then_some(true);
        Ingest::end_cut_off(store, deadlines, now, is_alive).await?;
        let started = beginning.started;
        let about = NewScan {
            key: beginning.key,
            method: PASSIVE.to_owned(),
            label: beginning.label,
            scope: Scope::default(),
            actor,
            started,
        };
        let ingest = Ingest::begin(store, about, deadlines).await?;
        let mut this = Self {
            store,
            clock,
            ours,
            map: Map::new(ours, ingest.scan, actor),
            ingest,
            started,
            held: now,
            watched: Watched::of(store).await?,
            services: Vec::new(),
            ways: Vec::new(),
            sums: Overheard::default(),
        };
        this.hold().await?;
        Ok(this)
    }

    /// Takes a part. Of an interface: the conversations that it was not told of before. `so_far`: it will be told again, with
    /// what comes to it until then.
    ///
    /// # Errors
    /// When the database refuses, or is away for too long. What was written by then lasts.
    pub async fn take(&mut self, part: Part, so_far: bool) -> Result<(), StoreError> {
        match part {
            Part::Subject(subject) => self.subject(&subject, so_far).await,
            Part::Interface(seen) => {
                self.ways.push((seen, so_far));
                if self.ways.len() >= WAYS {
                    self.write_ways().await?;
                    self.renew().await?;
                }
                Ok(())
            }
            Part::Client(_) => Ok(()),
        }
    }

    /// Writes what waits, and says every now and then that somebody still looks after it.
    ///
    /// # Errors
    /// As [`Overhearing::take`].
    pub async fn beat(&mut self) -> Result<(), StoreError> {
        self.write_services().await?;
        self.write_ways().await?;
        self.renew().await
    }

    /// The capture is over; `cut_off`: somebody stopped before its end. Then it closes nothing.
    ///
    /// # Errors
    /// As [`Overhearing::take`].
    pub async fn end(mut self, captured: &Captured, cut_off: bool) -> Result<Overheard, StoreError> {
        self.beat().await?;
        if !cut_off {
            let cleared = self.watched.cleared(self.store, (captured, self.started)).await?;
            for some in cleared.chunks(BATCH) {
                self.services.extend_from_slice(some);
                self.write_services().await?;
            }
        }
        let mut writing = self.store.write().await?;
        writing
            .name_scan(self.ingest.scan, &beginning::called(captured))
            .await?;
        writing.commit().await?;
        let whole = !cut_off && captured.is_whole();
        let taken = self.ingest.end(self.clock.now(), whole).await?;
        add(&mut self.sums.taken, &taken);
        Ok(self.sums)
    }

    async fn subject(&mut self, subject: &Subject, so_far: bool) -> Result<(), StoreError> {
        let address = subject.subject.address;
        let inside = self.ours.has(address) || (is_host(address) && is_known(self.store, address).await?);
        if !inside {
            self.sums.outside += u64::from(!so_far);
            return Ok(());
        }
        self.watched.hear(subject);
        self.sums.services += u64::from(!so_far);
        self.services.push(subject::service(subject));
        if self.services.len() >= BATCH {
            self.write_services().await?;
            self.renew().await?;
        }
        Ok(())
    }

    async fn write_services(&mut self) -> Result<(), StoreError> {
        if self.services.is_empty() {
            return Ok(());
        }
        let mut trying = Trying::default();
        let taken = loop {
            match self.ingest.take_heard(&self.services).await {
                Err(error) => trying.again(error).await?,
                Ok(taken) => break taken,
            }
        };
        add(&mut self.sums.taken, &taken);
        self.services.clear();
        Ok(())
    }

    async fn write_ways(&mut self) -> Result<(), StoreError> {
        if self.ways.is_empty() {
            return Ok(());
        }
        let mut trying = Trying::default();
        let (inside, outside) = loop {
            match self.draw().await {
                Err(error) => {
                    self.map.undone();
                    trying.again(error).await?;
                }
                Ok(drawn) => break drawn,
            }
        };
        self.map.settled();
        self.sums.interfaces += inside;
        self.sums.outside += outside;
        self.ways.clear();
        Ok(())
    }

    /// Draws what waits, in one transaction: how many interfaces that are told of to the end are inside, and outside.
    async fn draw(&mut self) -> Result<(u64, u64), StoreError> {
        let (mut inside, mut outside) = (0, 0);
        let mut writing = self.store.write_alone().await?;
        for (seen, so_far) in &self.ways {
            let is_inside = self.map.draw(&mut writing, seen).await?;
            inside += u64::from(is_inside && !so_far);
            outside += u64::from(!is_inside && !so_far);
        }
        writing.commit().await?;
        Ok((inside, outside))
    }

    async fn renew(&mut self) -> Result<(), StoreError> {
        if self.clock.now().duration_since(self.held) >= RENEWED {
            self.hold().await?;
        }
        Ok(())
    }

    async fn hold(&mut self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let until = now.saturating_add(LEASE).unwrap_or(now);
        let held = async {
            let mut writing = self.store.write().await?;
            writing.hold_scan(self.ingest.scan, "", until).await?;
            writing.commit().await
        };
        match held.await {
            // It is said again soon.
            Err(error) if error.is_away() => Ok(()),
            Err(error) => Err(error),
            Ok(()) => {
                self.held = now;
                Ok(())
            }
        }
    }
}

impl Ours<'_> {
    /// Whether an address is private, or the user's own.
    pub(crate) fn has(self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        is_host(address) && (!is_public(address) || self.0.iter().any(|range| range.contains(&address)))
    }
}

/// Whether one machine has this address.
fn is_host(address: IpAddr) -> bool {
    !(address.is_multicast() || address.is_unspecified() || address == IpAddr::from([255, 255, 255, 255]))
}

async fn is_known(store: &Store, address: IpAddr) -> Result<bool, StoreError> {
    let address = address.to_canonical().to_string();
    store.is_marked("address", &address).await
}

fn add(sums: &mut Taken, more: &Taken) {
    sums.visits += more.visits;
    sums.known += more.known;
    sums.observations += more.observations;
    sums.opened += more.opened;
    sums.fixed += more.fixed;
    sums.back += more.back;
}
