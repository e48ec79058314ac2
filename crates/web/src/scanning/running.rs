//! A scan while it runs: the engine in a thread of its own, and what it says on its way into the store.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use holter_checks::Questions;
use holter_engine::{Course, Earlier, Event, Plan, Rules, Scan, Sink, Stop, Summary, Visits};
use holter_model::seam::{SystemClock, SystemDice};
use holter_model::{Service, Target};
use holter_net::{Dialer, Scope as Reach};
use holter_store::{KnownService, Measurement, NewScan, Scope};
use jiff::SignedDuration;
use tokio::runtime::Handle;

use super::memory;
use super::progress::Live;
use super::queue::Ready;
use crate::access::token;
use crate::app::App;
use crate::trouble::Trouble;

/// So many services wait for the store before the engine waits.
const BACKLOG: usize = 256;
/// So many are written at once,
const BATCH: usize = 50;
/// or what there is after so long.
const PATIENCE: Duration = Duration::from_millis(400);
/// Whoever has taken up a measurement and is not heard of for so long has died.
const HELD: SignedDuration = SignedDuration::from_mins(15);

/// Carries out a scan, and notes how it ended.
pub(super) async fn carry_out(app: &Arc<App>, ready: Ready) {
    let Ready {
        scan,
        about,
        live,
        wanted,
        plan,
        visits,
        reach,
    } = ready;
    let summary = run(app, &about, &live, wanted.checks, (plan, visits, reach)).await;
    let whole = summary.is_some_and(|summary| !summary.interrupted);
    let settled = memory::end(app, &about, whole).await;
    if !settled {
        live.update(|progress| progress.note = "Its end could not be written down.".to_owned());
    }
    app.counters.scan();
    live.update(|progress| progress.over = true);
    app.scanner.over(scan);
}

async fn run(
    app: &Arc<App>,
    about: &NewScan,
    live: &Arc<Live>,
    checks: Vec<&'static holter_checks::Check>,
    (plan, visits, reach): (Plan, Visits, Reach),
) -> Option<Summary> {
    let (send, receive) = sync_channel(BACKLOG);
    let keeper = {
        let (app, about, live) = (Arc::clone(app), about.clone(), Arc::clone(live));
        let handle = Handle::current();
        tokio::task::spawn_blocking(move || keep(&app, &about, &live, &receive, &handle))
    };
    let rules = &app.scanner.rules;
    let work = Scan {
        dialer: Dialer::new(reach, Arc::clone(&rules.pace), rules.limits),
        checks,
        questions: Questions {
            trust: rules.trust.clone(),
            ..Questions::default()
        },
        clock: Box::new(SystemClock),
        dice: Box::new(SystemDice),
        earlier: Earlier::default(),
        hosts_at_once: rules.hosts_at_once,
        rules: Rules {
            inventory: plan.inventory,
            networks: rules.networks.clone(),
            quiet: rules.quiet.clone(),
            zone: rules.zone.clone(),
        },
    };
    let ear = Ear {
        live: Arc::clone(live),
        send,
    };
    let stop = live.stop.clone();
    // The engine's conversations need no second thread, and pages must not wait for them.
    let ran = tokio::task::spawn_blocking(move || in_own_loop(work, visits, ear, &stop)).await;
    let kept = keeper.await.unwrap_or(false);
    // What was not kept was not measured, as far as anybody will know.
    ran.ok().flatten().filter(|_| kept)
}

fn in_own_loop(scan: Scan, visits: Visits, mut ear: Ear, stop: &Stop) -> Option<Summary> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .ok()?;
    let mut course = Course::default();
    let summary = runtime.block_on(holter_engine::run(scan, visits, &mut course, &mut ear, stop));
    runtime.shutdown_background();
    Some(summary)
}

/// Hears the engine.
struct Ear {
    live: Arc<Live>,
    send: SyncSender<Box<Service>>,
}

impl Sink for Ear {
    fn take(&mut self, event: Event) {
        self.live.count(&event);
        if let Event::Tried { service } = event
            && self.send.send(service).is_err()
        {
            // Nobody keeps it: then nothing more is to be asked.
            self.live.stop.now();
        }
    }
}

/// Hands services to the store, a batch at a time. Whether all were kept.
fn keep(app: &App, about: &NewScan, live: &Live, receive: &Receiver<Box<Service>>, handle: &Handle) -> bool {
    let mut batch: Vec<Service> = Vec::new();
    loop {
        let heard = receive.recv_timeout(PATIENCE);
        let gone = matches!(heard, Err(RecvTimeoutError::Disconnected));
        let waited = heard.is_err();
        batch.extend(heard.ok().map(|service| *service));
        if batch.len() >= BATCH || (waited && !batch.is_empty()) {
            if let Err(error) = handle.block_on(memory::keep(app, about, &batch)) {
                live.update(|progress| progress.note = format!("Stopped: {error}"));
                live.stop.now();
                return false;
            }
            app.counters.services(u64::try_from(batch.len()).unwrap_or(0));
            batch.clear();
        }
        if gone {
            return true;
        }
    }
}

/// Takes up one measurement that somebody wants, if there is one.
pub(super) async fn measure_one(app: &Arc<App>, stop: &Stop) -> Result<bool, Trouble> {
    let now = app.clock.now();
    let held = token::new(app.dice.as_ref())?;
    let until = now.saturating_add(HELD).unwrap_or(now);
    let mut writing = app.store.write().await?;
    let taken = writing.take_measurement(&held, (now, until)).await?;
    writing.commit().await?;
    let Some(measurement) = taken else {
        return Ok(false);
    };
    let outcome = measured(app, &measurement, stop).await;
    let (visit, said) = match outcome {
        Ok((visit, said)) => (visit, said),
        Err(trouble) => (None, trouble.to_string()),
    };
    let mut writing = app.store.write().await?;
    writing
        .end_measurement((measurement.id, &held), visit, &said, app.clock.now())
        .await?;
    writing.commit().await?;
    Ok(true)
}

/// Measures one service, in a scan of its own that declares nothing else.
async fn measured(
    app: &Arc<App>,
    measurement: &Measurement,
    stop: &Stop,
) -> Result<(Option<i64>, String), Trouble> {
    let service = app.store.service(measurement.service).await?;
    let target = target(&service)?;
    let rules = &app.scanner.rules;
    let plan = Plan {
        targets: vec![target.clone()],
        exclude: rules.exclude.clone(),
        inventory: rules.inventory.clone(),
        protocol: Some(service.protocol.clone()).filter(|id| holter_protocols::by_id(id, 0).is_some()),
        ..Plan::default()
    };
    // The address that was measured, not whatever its name leads to by now; the name is asked for there all the same.
    let (visits, reach) = plan
        .lay_out()
        .await
        .map_err(|error| Trouble::Wrong(error.to_string()))?;
    if let Some(why) = super::permitted::objection(&visits, rules).await {
        return Err(Trouble::Wrong(why));
    }
    let chosen = |check: &&&'static holter_checks::Check| {
        let standard = measurement.checks.is_empty() && check.profile <= holter_checks::Profile::Standard;
        standard || measurement.checks.iter().any(|id| id == check.id)
    };
    let checks: Vec<_> = holter_checks::ALL.iter().filter(chosen).copied().collect();
    let about = NewScan {
        key: token::new(app.dice.as_ref())?,
        method: "active".to_owned(),
        label: format!("Measure now: {}", target.text),
        scope: Scope {
            targets: vec![target.text.clone()],
            checks: checks.iter().map(|check| check.id.to_owned()).collect(),
        },
        actor: measurement.asked_by,
        started: app.clock.now(),
    };
    let scan = memory::begin(app, &about).await?;
    let live = Arc::new(Live::new());
    let running = run(app, &about, &live, checks, (plan, visits, reach));
    tokio::pin!(running);
    let summary = tokio::select! {
        summary = running.as_mut() => summary,
        () = stop.wait() => {
            live.stop.now();
            running.await
        }
    };
    memory::end(app, &about, summary.is_some_and(|summary| !summary.interrupted)).await;
    let visits = app.store.visits_of(scan, &holter_store::Page::first(1)).await?;
    let visit = visits.rows.first().map(|visit| visit.id);
    let said = match (&summary, visit) {
        (Some(_), Some(_)) => "measured",
        (Some(_), None) => "nothing could be heard there",
        (None, _) => "Holter could not measure it",
    };
    Ok((visit, said.to_owned()))
}

/// Where a service was found, as a target that somebody named.
fn target(service: &KnownService) -> Result<Target, Trouble> {
    let text = if service.name.is_empty() {
        service.endpoint.to_string()
    } else {
        format!("{}:{}", service.name, service.endpoint.port)
    };
    text.parse()
        .map_err(|error: holter_model::target::TargetError| Trouble::Wrong(error.to_string()))
}
