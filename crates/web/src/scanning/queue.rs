//! What is wanted, one scan after the other; and measurements of single services beside them.

use std::sync::Arc;
use std::time::Duration;

use holter_engine::{Plan, Stop, Visits};
use holter_net::Scope as Reach;
use holter_store::{NewScan, Scope};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::progress::Live;
use super::{ScanRules, Wanted, permitted, running};
use crate::access::token;
use crate::app::App;
use crate::trouble::Trouble;

/// A scan that only waits for its turn.
pub(super) struct Ready {
    pub(super) scan: i64,
    pub(super) about: NewScan,
    pub(super) live: Arc<Live>,
    pub(super) wanted: Wanted,
    pub(super) plan: Plan,
    pub(super) visits: Visits,
    pub(super) reach: Reach,
}

/// So often it is looked whether a measurement is wanted,
const LOOK: Duration = Duration::from_secs(1);
/// and every so many looks, whether an acceptance has come to its end.
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
    let (visits, reach) = plan
        .lay_out()
        .await
        .map_err(|error| Trouble::Wrong(error.to_string()))?;
    if wanted.authorised.is_none()
        && let Some(why) = permitted::objection(&visits, rules).await
    {
        return Err(Trouble::Wrong(why));
    }
    let about = NewScan {
        key: token::new(app.dice.as_ref())?,
        method: "active".to_owned(),
        label: wanted.label.clone(),
        scope: Scope {
            targets: wanted.targets.iter().map(|target| target.text.clone()).collect(),
            checks: wanted.checks.iter().map(|check| check.id.to_owned()).collect(),
        },
        actor: wanted.actor,
        started: app.clock.now(),
    };
    Ok(Ready {
        scan: 0,
        about,
        live: Arc::new(Live::new()),
        wanted,
        plan,
        visits,
        reach,
    })
}

/// Works until told to stop.
pub(super) async fn work(app: Arc<App>, mut receive: mpsc::Receiver<Ready>, stop: Stop) {
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
        }
        looks = looks.wrapping_add(1);
        // Where the database is away it is asked again.
        while !stop.asked() && running::measure_one(&app, &stop).await.unwrap_or(false) {}
    }
}
