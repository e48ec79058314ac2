//! What a scan heard becomes assets, services, observations and findings: in batches, each a transaction of its own, and
//! the same file twice changes nothing.

mod heard;

use std::net::IpAddr;

use holter_cert::Certificate;
use holter_checks::Configuration;
use holter_model::{Attempt, Endpoint, Fact, Observation, Service};
use holter_store::{
    AssetEvent, KnownAsset, KnownService, NewScan, NewVisit, Scan, ScanSums, Store, StoreError, Writing,
};
use jiff::Timestamp;
use serde_json::json;

use crate::assets::reweigh;
use crate::due::Deadlines;
use crate::guess::{fill, guessed};
use crate::moved;
use crate::verdicts::{self, Judged};

pub(crate) use self::heard::Heard;

/// The Holter whose checks judge.
pub(crate) const JUDGE: &str = env!("CARGO_PKG_VERSION");

/// The method of a scan that only listened.
pub(crate) const PASSIVE: &str = "passive";

/// A scan that is being brought in.
#[derive(Debug)]
pub struct Ingest<'a> {
    store: &'a Store,
    /// The scan's number.
    pub scan: i64,
    about: NewScan,
    deadlines: &'a Deadlines,
}

/// What a batch came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Services that were new to the store in this scan.
    pub visits: u64,
    /// Services that it had already, from the same scan.
    pub known: u64,
    /// Facts.
    pub observations: u64,
    /// Findings that were opened.
    pub opened: u64,
    /// Findings that were measured to be fixed.
    pub fixed: u64,
    /// Findings that came back.
    pub back: u64,
}

impl<'a> Ingest<'a> {
    /// Begins a scan, or goes on with one of the same key.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin(
        store: &'a Store,
        about: NewScan,
        deadlines: &'a Deadlines,
    ) -> Result<Self, StoreError> {
        let mut writing = store.write_alone().await?;
        let (scan, _) = writing.begin_scan(&about).await?;
        writing.commit().await?;
        Ok(Self {
            store,
            scan,
            about,
            deadlines,
        })
    }

    /// Marks as broken off what was cut off when the process that brought it in was killed: what it took is judged, and
    /// stays. That is each scan whose holder is not heard of any more, but for those that `is_alive` knows better. How
    /// many there were.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_cut_off(
        store: &Store,
        deadlines: &Deadlines,
        now: Timestamp,
        is_alive: impl Fn(&Scan) -> Option<bool>,
    ) -> Result<u64, StoreError> {
        let mut ended = 0;
        for scan in store.unended_scans().await? {
            let held = scan.held_until.is_some_and(|until| until > now);
            if is_alive(&scan).unwrap_or(held) {
                continue;
            }
            let ingest = Ingest {
                store,
                scan: scan.id,
                about: scan.about,
                deadlines,
            };
            ingest.end(now, false).await?;
            let mut writing = store.write().await?;
            writing.break_off_scan(ingest.scan).await?;
            writing.commit().await?;
            ended += 1;
        }
        Ok(ended)
    }

    /// Takes a batch: a few hundred services are a good one. When this has returned, it lasts.
    ///
    /// # Errors
    /// When the database does not answer; then nothing of the batch was taken.
    pub async fn take(&self, services: &[Service]) -> Result<Taken, StoreError> {
        let mut writing = self.store.write_alone().await?;
        let mut taken = Taken::default();
        let mut sums = ScanSums::default();
        for service in services {
            let Some(endpoint) = service.endpoint else {
                continue;
            };
            let seen = Seen::of(service, endpoint);
            self.one(&mut writing, (service, None), &seen, (&mut taken, &mut sums))
                .await?;
        }
        writing.count_scan(self.scan, sums).await?;
        writing.commit_and_rest().await?;
        Ok(taken)
    }

    /// Takes services that were only listened to.
    ///
    /// # Errors
    /// As [`Ingest::take`].
    pub(crate) async fn take_heard(&self, services: &[(Service, Heard)]) -> Result<Taken, StoreError> {
        let mut writing = self.store.write_alone().await?;
        let mut taken = Taken::default();
        let mut sums = ScanSums::default();
        for (service, heard) in services {
            let Some(endpoint) = service.endpoint else {
                continue;
            };
            let seen = Seen::of(service, endpoint);
            self.one(
                &mut writing,
                (service, Some(heard)),
                &seen,
                (&mut taken, &mut sums),
            )
            .await?;
        }
        writing.count_scan(self.scan, sums).await?;
        writing.commit_and_rest().await?;
        Ok(taken)
    }

    /// Ends the scan: what showed up somewhere else is told from what is new. A scan that was begun anew is settled again.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end(&self, at: Timestamp, whole: bool) -> Result<Taken, StoreError> {
        let mut taken = Taken::default();
        loop {
            let mut writing = self.store.write_alone().await?;
            let some =
                moved::settle(&mut writing, self.scan, &self.about, self.deadlines, &mut taken).await?;
            if some == 0 {
                writing.end_scan(self.scan, at, whole).await?;
            }
            writing.commit().await?;
            if some == 0 {
                return Ok(taken);
            }
        }
    }

    async fn one(
        &self,
        writing: &mut Writing,
        (service, heard): (&Service, Option<&Heard>),
        seen: &Seen,
        (taken, sums): (&mut Taken, &mut ScanSums),
    ) -> Result<(), StoreError> {
        let before = writing.service_at(seen.endpoint, &seen.name).await?;
        if before.is_none() && !seen.answered {
            // Nothing was ever there, and nothing is.
            return Ok(());
        }
        let at = service.started;
        let (known, is_new, owner) = match before {
            Some(known) => {
                // What stood there before tells nothing of whose place it is now.
                let owner = if at < known.last_seen {
                    None
                } else {
                    moved::rival(writing, &known, seen, self.about.started).await?
                };
                (known, false, owner)
            }
            None => {
                let known = self.settle_down(writing, service, seen).await?;
                (known, true, None)
            }
        };
        let elsewhere = is_new && moved::is_known_elsewhere(writing, &known, seen).await?;
        let about = NewVisit {
            scan: self.scan,
            service: known.id,
            target: service.target.clone(),
            started: at,
            elapsed_ms: service.elapsed_ms,
            connections: service.connections,
            bytes_sent: service.bytes_sent,
            bytes_received: service.bytes_received,
            attempt: service.attempt,
            trouble: service.trouble.clone().unwrap_or_default(),
            oddities: service.oddities.clone(),
            judgements: service.judgements.clone(),
            // What may be a service that moved is settled at the end, when it is known who is still where it was.
            judged_by: if elsewhere {
                String::new()
            } else {
                JUDGE.to_owned()
            },
        };
        let (before, visit) = match heard {
            None => (None, writing.add_visit(&about).await?),
            Some(_) => {
                let before = writing.last_visit_of(self.scan, known.id).await?;
                (before, heard::visit(writing, &about).await?)
            }
        };
        let Some(visit) = visit else {
            taken.known += 1;
            return Ok(());
        };
        writing.add_observations(visit, &service.observations).await?;
        writing.note_tickets(known.id, &service.observations).await?;
        taken.visits += 1;
        taken.observations += count(service.observations.len());
        heard::add(sums, service, before.as_ref());
        let is_latest = known.last_visit.is_none() || at >= known.last_seen;
        let mut asset = writing.asset(known.asset).await?;
        if seen.answered {
            self.note(
                writing,
                (&known, &mut asset),
                service,
                seen,
                visit,
                is_latest && owner.is_none(),
            )
            .await?;
        }
        if let Some(owner) = owner {
            moved::doubt(writing, &known, (owner, &seen.key), at).await?;
        }
        let checks = verdicts::by_check(&service.judgements);
        writing.cover(known.id, (visit, at), &checks).await?;
        // Who only listens moves nothing: what is heard is heard where it is.
        if elsewhere && heard.is_none() {
            return Ok(());
        }
        let judged = Judged {
            visit,
            at,
            attempt: service.attempt,
            judgements: &service.judgements,
            // Who listens cannot have a key shown that TLS 1.3 hides, and what that closes has a rule of its own.
            is_same: owner.is_none() && (heard.is_some() || !hides_its_key(&known, seen)),
            is_latest,
            heard,
        };
        let changes = verdicts::apply(
            writing,
            (&asset, &known),
            &judged,
            &self.about.scope,
            self.deadlines,
        )
        .await?;
        taken.opened += changes.opened;
        taken.fixed += changes.fixed;
        taken.back += changes.back;
        Ok(())
    }

    /// A service at a place where none was: of the asset that is known to have the address, or of a new one.
    async fn settle_down(
        &self,
        writing: &mut Writing,
        service: &Service,
        seen: &Seen,
    ) -> Result<KnownService, StoreError> {
        let address = seen.address();
        let marked = match (&address, seen.host()) {
            (Some(address), _) => writing.marked("address", address).await?,
            (None, Some(name)) => writing.marked("name", name).await?,
            (None, None) => Vec::new(),
        };
        let asset = match marked.as_slice() {
            [only] => only.asset,
            _ => {
                let asset = writing
                    .add_asset(&guessed(service, seen), service.started)
                    .await?;
                let event = AssetEvent {
                    id: 0,
                    asset,
                    at: service.started,
                    actor: self.about.actor,
                    kind: "created".to_owned(),
                    detail: json!({ "scan": self.scan, "address": address }),
                };
                writing.add_asset_event(&event).await?;
                asset
            }
        };
        let mut known = KnownService {
            id: 0,
            asset,
            endpoint: seen.endpoint,
            name: seen.name.clone(),
            protocol: service.protocol.clone(),
            role: service
                .role
                .as_ref()
                .map(|role| role.name.clone())
                .unwrap_or_default(),
            key: String::new(),
            first_seen: service.started,
            last_seen: service.started,
            last_visit: None,
        };
        known.id = writing.add_service(&known).await?;
        Ok(known)
    }

    /// Notes what an answer says of a service and its asset.
    async fn note(
        &self,
        writing: &mut Writing,
        (known, asset): (&KnownService, &mut KnownAsset),
        service: &Service,
        seen: &Seen,
        visit: i64,
        is_latest: bool,
    ) -> Result<(), StoreError> {
        let at = service.started;
        if is_latest {
            let after = KnownService {
                // Who listens often knows no more than that it is TLS.
                protocol: if self.about.method == PASSIVE && service.protocol == "tls" {
                    known.protocol.clone()
                } else {
                    service.protocol.clone()
                },
                role: service
                    .role
                    .as_ref()
                    .map_or_else(|| known.role.clone(), |role| role.name.clone()),
                key: if seen.key.is_empty() {
                    known.key.clone()
                } else {
                    seen.key.clone()
                },
                last_seen: at,
                // Who asked knows more than who listened: that is what is judged again one day.
                last_visit: known
                    .last_visit
                    .filter(|_| self.about.method == PASSIVE)
                    .or(Some(visit)),
                ..known.clone()
            };
            writing.update_service(&after).await?;
            if let Some(address) = seen.address() {
                writing.mark_asset(asset.id, "address", &address, at).await?;
            }
            if let Some(name) = seen.host() {
                writing.mark_asset(asset.id, "name", name, at).await?;
            }
            if !seen.key.is_empty() {
                writing.mark_asset(asset.id, "key", &seen.key, at).await?;
            }
            writing.see_asset(asset.id, at).await?;
        }
        let mut about = asset.about.clone();
        fill(&mut about, &guessed(service, seen), &asset.by_hand);
        if about != asset.about {
            writing.update_asset(asset.id, &about, &asset.by_hand).await?;
            reweigh(writing, asset.id).await?;
            asset.about = about;
        }
        Ok(())
    }
}

/// What a service showed of itself.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) endpoint: Endpoint,
    /// The host name that was asked for, in lower case; empty: none.
    pub(crate) name: String,
    /// SHA-256 of its public key in hex; empty: none was seen.
    pub(crate) key: String,
    /// Whether anything answered at all.
    pub(crate) answered: bool,
}

impl Seen {
    /// Its address. What has none may be named by it.
    fn address(&self) -> Option<String> {
        let address = self.endpoint.address.to_canonical();
        let known = if address.is_unspecified() {
            self.name.parse::<IpAddr>().ok()?.to_canonical()
        } else {
            address
        };
        Some(known.to_string())
    }

    /// Its host name.
    fn host(&self) -> Option<&str> {
        let is_host = !self.name.is_empty() && self.name.parse::<IpAddr>().is_err();
        is_host.then_some(self.name.as_str())
    }

    fn of(service: &Service, endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            name: service
                .name
                .as_deref()
                .map(|name| name.trim_end_matches('.').to_ascii_lowercase())
                .unwrap_or_default(),
            key: shown_key(&service.observations).unwrap_or_default(),
            answered: answered(service),
        }
    }
}

/// SHA-256 of the public key that was shown, in hex.
pub(crate) fn shown_key(observations: &[Observation]) -> Option<String> {
    let chains = Configuration::of(observations).chains;
    let leaf = chains.iter().find_map(|chain| chain.first());
    let key = leaf.map(|leaf| Certificate::read(&leaf.0).0.key.sha256);
    let alone = || {
        observations.iter().find_map(|one| match &one.fact {
            Fact::Key { sha256 } => Some(sha256.clone()),
            _ => None,
        })
    };
    key.or_else(alone)
}

/// Whether a system whose key is known has not shown one: then another may stand in its place, and closes nothing.
fn hides_its_key(known: &KnownService, seen: &Seen) -> bool {
    seen.answered && !known.key.is_empty() && seen.key.is_empty()
}

/// Whether anything answered at all.
pub(crate) fn answered(service: &Service) -> bool {
    service.bytes_received > 0 || matches!(service.attempt, Attempt::Completed | Attempt::TlsDeclined)
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
