//! A scan while it runs: the engine in a thread of its own, and what it says on its way into the store.

use std::sync::Arc;

use holter_checks::{Profile, Questions};
use holter_engine::{Course, Earlier, Event, Plan, Rules, Scan, Sink, Stop, Summary, Visits};
use holter_model::Target;
use holter_model::seam::{SystemClock, SystemDice};
use holter_net::Dialer;
use holter_program::earlier::recall;
use holter_program::{Hand, Keeper, hand_over};
use holter_store::{KnownService, Measurement, NewScan, Scope};
use jiff::SignedDuration;
use tokio::runtime::Handle;

use super::progress::Live;
use super::queue::{Ready, Run};
use crate::access::token;
use crate::app::App;
use crate::trouble::Trouble;

/// Whoever has taken up a measurement and is not heard of for so long has died.
const HELD: SignedDuration = SignedDuration::from_mins(15);

/// Carries out a scan, and notes how it ended.
pub(super) async fn carry_out(app: &Arc<App>, ready: Ready) {
    let Ready {
        scan,
        run: what,
        live,
    } = ready;
    let keeper = what.keeper(app);
    let ended = run(app, &live, what).await;
    let whole = ended.as_ref().is_some_and(|(summary, _)| !summary.interrupted);
    if keeper.end(whole).await.is_err() {
        live.update(|progress| progress.note = "Its end could not be written down.".to_owned());
    } else if let Some((summary, mut course)) = ended {
        // Only now: whoever is killed before can still go on with it.
        let _ = course.end(&summary);
    }
    app.counters.scan();
    live.update(|progress| progress.over = true);
    app.scanner.over(scan);
}

/// Runs it; `None` where not all that was found could be kept: what was not kept was not measured, as far as anybody will
/// know.
async fn run(app: &Arc<App>, live: &Arc<Live>, run: Run) -> Option<(Summary, Course)> {
    let (hand, handed) = hand_over();
    let keeping = {
        let (app, live, handle) = (Arc::clone(app), Arc::clone(live), Handle::current());
        let (about, fingerprint) = (run.about.clone(), run.fingerprint.clone());
        tokio::task::spawn_blocking(move || {
            let keeper = Keeper {
                store: &app.store,
                clock: app.clock.as_ref(),
                about,
                fingerprint,
            };
            let kept = handle.block_on(keeper.keep(&handed, |services| app.counters.services(services)));
            if let Err(error) = &kept {
                live.update(|progress| progress.note = format!("Stopped: {error}"));
                live.stop.now();
            }
            kept.is_ok()
        })
    };
    let rules = &app.scanner.rules;
    let mut earlier = Earlier::default();
    if run.checks.iter().any(|check| check.profile == Profile::Full) {
        let asks = |endpoint, name: Option<&str>| run.visits.asks(endpoint, name, &run.plan.inventory);
        // Without it, what only time tells stays open.
        let _ = recall(&app.store, asks, &mut earlier).await;
    }
    let work = Scan {
        dialer: Dialer::new(run.reach, Arc::clone(&rules.pace), rules.limits),
        checks: run.checks,
        questions: Questions {
            trust: rules.trust.clone(),
            ..Questions::default()
        },
        clock: Box::new(SystemClock),
        dice: Box::new(SystemDice),
        earlier,
        hosts_at_once: rules.hosts_at_once,
        rules: Rules {
            inventory: run.plan.inventory,
            networks: rules.networks.clone(),
            quiet: rules.quiet.clone(),
            zone: rules.zone.clone(),
        },
    };
    let ear = Ear {
        live: Arc::clone(live),
        hand,
    };
    let (stop, visits, course) = (live.stop.clone(), run.visits, run.course);
    // The engine's conversations need no second thread, and pages must not wait for them.
    let ran = tokio::task::spawn_blocking(move || in_own_loop(work, visits, course, ear, &stop)).await;
    let kept = keeping.await.unwrap_or(false);
    ran.ok().flatten().filter(|_| kept)
}

fn in_own_loop(
    scan: Scan,
    visits: Visits,
    mut course: Course,
    mut ear: Ear,
    stop: &Stop,
) -> Option<(Summary, Course)> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .ok()?;
    let summary = runtime.block_on(holter_engine::run(scan, visits, &mut course, &mut ear, stop));
    runtime.shutdown_background();
    Some((summary, course))
}

/// Hears the engine.
struct Ear {
    live: Arc<Live>,
    hand: Hand,
}

impl Sink for Ear {
    fn take(&mut self, event: Event) {
        self.live.count(&event);
        if !self.hand.give(&event) {
            // Nobody keeps it: then nothing more is to be asked.
            self.live.stop.now();
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
    let what = Run {
        about,
        fingerprint: String::new(),
        checks,
        plan,
        visits,
        reach,
        course: Course::default(),
    };
    let keeper = what.keeper(app);
    let scan = keeper.begin().await?;
    let live = Arc::new(Live::new());
    app.scanner.lives().insert(scan, Arc::clone(&live));
    let running = run(app, &live, what);
    tokio::pin!(running);
    let ended = tokio::select! {
        ended = running.as_mut() => ended,
        () = stop.wait() => {
            live.stop.now();
            running.await
        }
    };
    let summary = ended.map(|(summary, _)| summary);
    let _ = keeper
        .end(summary.is_some_and(|summary| !summary.interrupted))
        .await;
    app.scanner.over(scan);
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
