//! What is wanted, one scan after the other; and measurements of single services beside them.

use std::sync::Arc;
use std::time::Duration;

use holter_checks::Check;
use holter_engine::{Course, Header, Journal, Plan, Stop, Visits, fingerprint};
use holter_net::Scope as Reach;
use holter_program::{Ingest, Keeper};
use holter_store::{NewScan, Scan, Scope, StoreError};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::progress::Live;
use super::{ScanRules, Wanted, permitted, running};
use crate::app::App;
use crate::life;
use crate::trouble::Trouble;

/// A scan that only waits for its turn.
pub(super) struct Ready {
    pub(super) scan: i64,
    pub(super) run: Run,
    pub(super) live: Arc<Live>,
}

/// All that makes a run.
pub(super) struct Run {
    pub(super) about: NewScan,
    /// What runs that ask the same have in common; empty: none do.
    pub(super) fingerprint: String,
    pub(super) checks: Vec<&'static Check>,
    pub(super) plan: Plan,
    pub(super) visits: Visits,
    pub(super) reach: Reach,
    /// Which host comes next, and which are done.
    pub(super) course: Course,
}

impl Run {
    /// Who keeps what it finds.
    pub(super) fn keeper<'a>(&self, app: &'a App) -> Keeper<'a> {
        Keeper {
            store: &app.store,
            clock: app.clock.as_ref(),
            about: self.about.clone(),
            fingerprint: self.fingerprint.clone(),
        }
    }
}

/// So often it is looked whether a measurement is wanted,
const LOOK: Duration = Duration::from_secs(1);
/// and every so many looks, whether an acceptance has come to its end, and a scan was broken off.
const CALENDAR: u32 = 60;

/// Looks names up, and sees whether all of it may be scanned. Nothing is sent to a target, and the scan has no number yet.
pub(super) async fn prepare(app: &App, rules: &ScanRules, wanted: Wanted) -> Result<Ready, Trouble> {
    let mut plan = Plan {
        targets: wanted.targets.clone(),
        exclude: rules.exclude.clone(),
        inventory: rules.inventory.clone(),
        protocol: wanted.protocol.clone(),
        ..Plan::default()
    };
    plan.check().map_err(|error| Trouble::Wrong(error.to_string()))?;
    plan.spare_names().await;
    let addresses = plan.addresses().await;
    let (visits, reach) = plan.lay_out_at(&addresses);
    if wanted.authorised.is_none()
        && let Some(why) = permitted::objection(&visits, rules).await
    {
        return Err(Trouble::Wrong(why));
    }
    let checks: Vec<String> = wanted.checks.iter().map(|check| check.id.to_owned()).collect();
    let fingerprint = fingerprint(&plan, &("page", &checks))
        .map_err(|error| Trouble::Own(format!("the plan cannot be put into words: {error}")))?;
    let seams = (app.clock.as_ref(), app.dice.as_ref());
    let mut header = Header::new(plan, addresses, fingerprint, seams);
    header.authorized_by = wanted.authorised;
    let mut course = Course::shuffled(header.seed);
    if let Some(runs) = &rules.runs {
        runs.forget_old(&header.fingerprint);
        // Without a journal it is a scan all the same; should it be broken off, it begins anew.
        if let Ok(journal) = runs.begin(&header, app.dice.as_ref()) {
            course = course.written_down(journal);
        }
    }
    let about = NewScan {
        key: header.key(),
        method: "active".to_owned(),
        label: wanted.label,
        scope: Scope {
            targets: wanted.targets.iter().map(|target| target.text.clone()).collect(),
            checks,
        },
        actor: wanted.actor,
        started: header.begun,
    };
    Ok(ready(Run {
        about,
        fingerprint: header.fingerprint,
        checks: wanted.checks,
        plan: header.plan,
        visits,
        reach,
        course,
    }))
}

/// Takes up a scan that was broken off or stopped, where its journal is: it goes on as it was begun, but for what must
/// not be touched by now.
pub(super) async fn take_up(rules: &ScanRules, scan: &Scan) -> Result<Ready, Trouble> {
    let path = journal(rules, scan).ok_or_else(|| {
        Trouble::Conflict("Its journal is not here, so nobody knows what is done: start it anew.".to_owned())
    })?;
    let (header, journal) = Journal::resume(&path).map_err(|error| Trouble::Conflict(error.to_string()))?;
    if !header.is_of_this_version() {
        return Err(Trouble::Conflict(format!(
            "It was begun by Holter {}, which may ask other questions: start it anew.",
            header.holter
        )));
    }
    let now = Plan {
        exclude: rules.exclude.clone(),
        inventory: rules.inventory.clone(),
        ..Plan::default()
    };
    let mut plan = header.plan.sparing(&now);
    plan.spare_names().await;
    let (visits, reach) = plan.lay_out_at(&header.addresses);
    if header.authorized_by.is_none()
        && let Some(why) = permitted::objection(&visits, rules).await
    {
        return Err(Trouble::Wrong(why));
    }
    let asked = |check: &&&'static Check| scan.about.scope.checks.iter().any(|id| id == check.id);
    Ok(ready(Run {
        about: scan.about.clone(),
        fingerprint: header.fingerprint,
        checks: holter_checks::ALL.iter().filter(asked).copied().collect(),
        plan,
        visits,
        reach,
        course: Course::shuffled(header.seed).written_down(journal),
    }))
}

/// The journal of a scan that has not come to its end, where nobody is at it.
pub(super) fn journal(rules: &ScanRules, scan: &Scan) -> Option<std::path::PathBuf> {
    rules.runs.as_ref()?.cut_off_with(&scan.about.key)
}

fn ready(run: Run) -> Ready {
    Ready {
        scan: 0,
        run,
        live: Arc::new(Live::new()),
    }
}

/// Works until told to stop.
pub(super) async fn work(app: Arc<App>, mut receive: mpsc::Receiver<Ready>, stop: Stop) {
    // Where the database is away, a minute later will do.
    let _ = mark_broken_off(&app).await;
    let mut under_way = JoinSet::new();
    let measuring = tokio::spawn(measure(Arc::clone(&app), stop.clone()));
    loop {
        let ready = tokio::select! {
            ready = receive.recv() => ready,
            () = stop.wait() => break,
        };
        let Some(ready) = ready else { break };
        let (own, live) = (Arc::clone(&app), Arc::clone(&ready.live));
        under_way.spawn(async move {
            running::carry_out(&own, ready).await;
        });
        // One scan at a time: the next begins when this one is over, or everything is.
        tokio::select! {
            _ = under_way.join_next() => {}
            () = stop.wait() => {
                live.stop.now();
                break;
            }
        }
    }
    while under_way.join_next().await.is_some() {}
    let _ = measuring.await;
}

/// Marks scans as broken off whose process was killed: at once where their journal lies here and nobody holds it, else
/// when nobody has been heard of for a while.
async fn mark_broken_off(app: &App) -> Result<(), StoreError> {
    let deadlines = life::deadlines(&app.store).await?;
    let is_alive = |scan: &Scan| {
        let here = app.scanner.live(scan.id).map(|_| true);
        here.or_else(|| journal(&app.scanner.rules, scan).map(|_| false))
    };
    Ingest::end_cut_off(&app.store, deadlines, app.clock.now(), is_alive)
        .await
        .map(drop)
}

/// Takes up single measurements as they are wanted, and keeps an eye on the calendar.
async fn measure(app: Arc<App>, stop: Stop) {
    let mut looks = 0;
    while !stop.asked() {
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = stop.wait() => break,
        }
        if looks % CALENDAR == 0 {
            // Where the database is away, a minute later will do.
            let _ = holter_program::deeds::expire(&app.store, app.clock.now()).await;
            let _ = mark_broken_off(&app).await;
        }
        looks = looks.wrapping_add(1);
        // Where the database is away it is asked again.
        while !stop.asked() && running::measure_one(&app, &stop).await.unwrap_or(false) {}
    }
}
