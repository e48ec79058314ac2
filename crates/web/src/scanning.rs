//! Scans that are started from a page: the same engine, under the same rules, with everything that it says handed to
//! the store while it runs.

pub(crate) mod permitted;
pub(crate) mod progress;
mod queue;
mod running;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use holter_cert::Stores;
use holter_checks::Check;
use holter_engine::{Networks, Own, QuietHours, Runs, Stop};
use holter_inventory::Inventory;
use holter_model::Target;
use holter_net::{Limits, Pace};
use holter_store::Scan;
use ipnet::IpNet;
use jiff::tz::TimeZone;
use tokio::sync::mpsc;

use self::progress::Live;
use crate::app::App;
use crate::guard::Caller;
use crate::trouble::Trouble;

/// What holds for every scan that is started here.
#[derive(Clone)]
pub struct ScanRules {
    /// What may be scanned though its addresses are not private.
    pub own: Own,
    /// Addresses never to be contacted.
    pub exclude: Vec<IpNet>,
    /// What the user's files say of systems.
    pub inventory: Inventory,
    /// What is said of single networks.
    pub networks: Networks,
    /// When nothing may be sent.
    pub quiet: QuietHours,
    /// By whose clocks.
    pub zone: TimeZone,
    /// How fast: one pace for all scans, so that no two meet at one host.
    pub pace: Arc<Pace>,
    /// How many hosts are visited at once.
    pub hosts_at_once: usize,
    /// What bounds a conversation.
    pub limits: Limits,
    /// Whose roots certificates are held against.
    pub trust: Stores,
    /// Where scans are written down, so that one that is broken off can be gone on with; `None`: nowhere.
    pub runs: Option<Runs>,
}

/// A scan that somebody wants.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) label: String,
    pub(crate) targets: Vec<Target>,
    pub(crate) protocol: Option<String>,
    pub(crate) checks: Vec<&'static Check>,
    /// Who allowed it, where it is not the user's own.
    pub(crate) authorised: Option<String>,
    /// The person who wants it.
    pub(crate) actor: Option<i64>,
}

/// Runs scans.
pub(crate) struct Scanner {
    rules: ScanRules,
    live: Mutex<BTreeMap<i64, Arc<Live>>>,
    send: mpsc::Sender<queue::Ready>,
    receive: Mutex<Option<mpsc::Receiver<queue::Ready>>>,
}

/// So many scans may wait for their turn.
const WAITING: usize = 32;

impl Scanner {
    pub(crate) fn new(rules: ScanRules) -> Self {
        let (send, receive) = mpsc::channel(WAITING);
        Self {
            rules,
            live: Mutex::default(),
            send,
            receive: Mutex::new(Some(receive)),
        }
    }

    /// Begins to take up what is wanted. The future ends when all has come to its end after a stop.
    pub(crate) fn start(&self, app: Arc<App>, stop: Stop) -> impl Future<Output = ()> + use<> {
        let receive = self.receive.lock().unwrap_or_else(PoisonError::into_inner).take();
        let task = receive.map(|receive| tokio::spawn(queue::work(app, receive, stop)));
        async move {
            if let Some(task) = task {
                let _ = task.await;
            }
        }
    }

    /// Puts a scan into the queue and gives its number. What may not be scanned is refused here, before anything is sent.
    /// `detail` stands in the audit log.
    pub(crate) async fn want(
        &self,
        app: &App,
        caller: &Caller,
        wanted: Wanted,
        detail: String,
    ) -> Result<i64, Trouble> {
        let place = self.send.try_reserve().map_err(|_| {
            Trouble::Conflict(format!(
                "{WAITING} scans wait already. Wait until one of them has come to its end."
            ))
        })?;
        let mut ready = queue::prepare(app, &self.rules, wanted).await?;
        enter(app, caller, &mut ready, ("scan.started", detail)).await?;
        let id = ready.scan;
        self.lives().insert(id, Arc::clone(&ready.live));
        place.send(ready);
        Ok(id)
    }

    /// Goes on with a scan that was broken off or stopped.
    pub(crate) async fn take_up(&self, app: &App, caller: &Caller, id: i64) -> Result<(), Trouble> {
        if self.live(id).is_some() {
            return Err(Trouble::Conflict("It is under way already.".to_owned()));
        }
        let scan = app.store.scan(id).await?;
        if scan.whole {
            return Err(Trouble::Conflict("It came to its end already.".to_owned()));
        }
        let place = self
            .send
            .try_reserve()
            .map_err(|_| Trouble::Conflict(format!("{WAITING} scans wait already.")))?;
        let mut ready = queue::take_up(&self.rules, &scan).await?;
        enter(app, caller, &mut ready, ("scan.resumed", String::new())).await?;
        self.lives().insert(ready.scan, Arc::clone(&ready.live));
        place.send(ready);
        Ok(())
    }

    /// Whether a scan that did not come to its end can be gone on with.
    pub(crate) fn can_go_on(&self, scan: &Scan) -> bool {
        !scan.whole && self.live(scan.id).is_none() && queue::journal(&self.rules, scan).is_some()
    }

    /// What may be scanned though it is not private, in words.
    pub(crate) fn own(&self) -> String {
        let own = &self.rules.own;
        spoken(
            own.ranges
                .iter()
                .map(ToString::to_string)
                .chain(own.names.iter().cloned()),
        )
    }

    /// What is never contacted, in words.
    pub(crate) fn excluded(&self) -> String {
        spoken(self.rules.exclude.iter().map(ToString::to_string))
    }

    /// When nothing is sent, in words.
    pub(crate) fn quiet(&self) -> String {
        spoken(
            Some(self.rules.quiet.to_string())
                .filter(|hours| !hours.is_empty())
                .into_iter(),
        )
    }

    /// A scan that waits or runs.
    pub(crate) fn live(&self, scan: i64) -> Option<Arc<Live>> {
        self.lives().get(&scan).cloned()
    }

    /// All that wait or run, by number.
    pub(crate) fn running(&self) -> BTreeMap<i64, Arc<Live>> {
        self.lives().clone()
    }

    fn over(&self, scan: i64) {
        self.lives().remove(&scan);
    }

    fn lives(&self) -> std::sync::MutexGuard<'_, BTreeMap<i64, Arc<Live>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes a scan down, and who wanted what of it.
async fn enter(
    app: &App,
    caller: &Caller,
    ready: &mut queue::Ready,
    (deed, detail): (&str, String),
) -> Result<(), Trouble> {
    let keeper = ready.run.keeper(app);
    let mut doing = app.begin().await?;
    ready.scan = keeper.enter(&mut doing).await?;
    let subject = format!("scan {}", ready.scan);
    Ok(doing.keep(caller, deed, subject, detail).await?)
}

fn spoken(all: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = all.collect();
    if all.is_empty() {
        "nothing".to_owned()
    } else {
        all.join(", ")
    }
}
