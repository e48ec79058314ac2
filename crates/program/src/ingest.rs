//! What a scan heard becomes assets, services, observations and findings: in batches, each a transaction of its own, and
//! the same file twice changes nothing.

use holter_cert::Certificate;
use holter_checks::Configuration;
use holter_model::{Attempt, Endpoint, Service, Verdict};
use holter_store::{
    AssetAbout, AssetEvent, KnownAsset, KnownService, NewScan, NewVisit, ScanSums, Store, StoreError, Writing,
};
use jiff::Timestamp;
use serde_json::json;

use crate::assets::reweigh;
use crate::due::Deadlines;
use crate::moved;
use crate::verdicts::{self, Judged};

/// The Holter whose checks judge.
pub(crate) const JUDGE: &str = env!("CARGO_PKG_VERSION");

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

    /// Ends what was cut off when the process that brought it in was killed: what it took is judged. Only for whoever
    /// knows that nobody brings them in any more, as a server does that starts. How many there were.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_cut_off(
        store: &Store,
        deadlines: &Deadlines,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut ended = 0;
        for scan in store.unended_scans().await? {
            let ingest = Ingest {
                store,
                scan: scan.id,
                about: scan.about,
                deadlines,
            };
            ingest.end(now, false).await?;
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
            self.one(&mut writing, service, &seen, &mut taken, &mut sums)
                .await?;
        }
        writing.count_scan(self.scan, sums).await?;
        writing.commit().await?;
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
            let some = moved::settle(
                &mut writing,
                self.scan,
                (&self.about.scope, self.about.started),
                self.deadlines,
                &mut taken,
            )
            .await?;
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
        service: &Service,
        seen: &Seen,
        taken: &mut Taken,
        sums: &mut ScanSums,
    ) -> Result<(), StoreError> {
        let before = writing.service_at(seen.endpoint, &seen.name).await?;
        if before.is_none() && !seen.answered {
            // Nothing was ever there, and nothing is.
            return Ok(());
        }
        let at = service.started;
        let (known, is_new, owner) = match before {
            Some(known) => {
                let owner = moved::rival(writing, &known, seen, self.about.started).await?;
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
        let Some(visit) = writing.add_visit(&about).await? else {
            taken.known += 1;
            return Ok(());
        };
        writing.add_observations(visit, &service.observations).await?;
        taken.visits += 1;
        taken.observations += count(service.observations.len());
        add(sums, service);
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
        if elsewhere {
            return Ok(());
        }
        let judged = Judged {
            visit,
            at,
            attempt: service.attempt,
            judgements: &service.judgements,
            is_same: owner.is_none(),
            is_latest,
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
        let address = seen.endpoint.address.to_canonical().to_string();
        let marked = writing.marked("address", &address).await?;
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
                protocol: service.protocol.clone(),
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
                last_visit: Some(visit),
                ..known.clone()
            };
            writing.update_service(&after).await?;
            let address = seen.endpoint.address.to_canonical().to_string();
            writing.mark_asset(asset.id, "address", &address, at).await?;
            if !seen.name.is_empty() {
                writing.mark_asset(asset.id, "name", &seen.name, at).await?;
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
    fn of(service: &Service, endpoint: Endpoint) -> Self {
        let chains = Configuration::of(&service.observations).chains;
        let leaf = chains.iter().find_map(|chain| chain.first());
        let key = leaf.map(|leaf| Certificate::read(&leaf.0).0.key.sha256);
        Self {
            endpoint,
            name: service
                .name
                .as_deref()
                .map(|name| name.trim_end_matches('.').to_ascii_lowercase())
                .unwrap_or_default(),
            key: key.unwrap_or_default(),
            answered: service.bytes_received > 0
                || matches!(service.attempt, Attempt::Completed | Attempt::TlsDeclined),
        }
    }
}

/// What a service lets guess of its asset.
fn guessed(service: &Service, seen: &Seen) -> AssetAbout {
    let role = service.role.as_ref();
    let words = role.map(|role| role.name.to_lowercase()).unwrap_or_default();
    let address = seen.endpoint.address.to_canonical();
    AssetAbout {
        name: if seen.name.is_empty() {
            address.to_string()
        } else {
            seen.name.clone()
        },
        role: role.map(|role| role.name.clone()).unwrap_or_default(),
        criticality: role.map(|role| role.criticality),
        fragility: role.map(|role| role.fragility),
        internet_facing: is_public(address).then_some(true),
        front_door: ["vpn", "remote access", "remote desktop gateway"]
            .iter()
            .any(|word| words.contains(word))
            .then_some(true),
        ..AssetAbout::default()
    }
}

/// Fills what nobody has said yet; what is said already stands, and so does what a person has left empty on purpose.
pub(crate) fn fill(about: &mut AssetAbout, more: &AssetAbout, by_hand: &std::collections::BTreeSet<String>) {
    let free = |field: &str| !by_hand.contains(field);
    macro_rules! fill {
        ($($field:ident),*) => {
            $(if about.$field.is_none() && free(stringify!($field)) {
                about.$field = more.$field;
            })*
        };
    }
    fill!(
        site,
        department,
        owner,
        product,
        criticality,
        fragility,
        holds_ephi,
        internet_facing,
        at_home,
        front_door
    );
    for (field, mine, other) in [
        ("role", &mut about.role, &more.role),
        ("note", &mut about.note, &more.note),
        ("name", &mut about.name, &more.name),
    ] {
        if mine.is_empty() && free(field) {
            mine.clone_from(other);
        }
    }
}

/// Whether an address is one that the internet routes.
fn is_public(address: std::net::IpAddr) -> bool {
    match address {
        std::net::IpAddr::V4(address) => {
            let shared = address.octets()[0] == 100 && (64..128).contains(&address.octets()[1]);
            !(address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_unspecified()
                || address.is_documentation()
                || address.is_broadcast()
                || address.is_multicast()
                || shared)
        }
        std::net::IpAddr::V6(address) => {
            (address.segments()[0] & 0xe000) == 0x2000
                && !(address.segments()[0] == 0x2001 && address.segments()[1] == 0x0db8)
        }
    }
}

fn add(sums: &mut ScanSums, service: &Service) {
    sums.services += 1;
    sums.completed += i64::from(service.attempt == Attempt::Completed);
    let worst = holter_checks::catalogue::worst(service);
    sums.affected += i64::from(worst == Some(Verdict::Affected));
    sums.inconclusive += i64::from(worst == Some(Verdict::Inconclusive));
    sums.observations += i64::try_from(service.observations.len()).unwrap_or(i64::MAX);
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
