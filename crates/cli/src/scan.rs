//! `holter scan`: asks services whether they leak memory.

mod args;
mod calendar;
mod files;
mod input;
pub(crate) mod interrupt;
mod job;
mod listener;
mod output;
mod pace;
mod permission;
mod policies;
mod ports;
mod progress;
mod record;
mod remembered;
mod repeat;
mod served;
mod targets;
mod trust;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use holter_checks::Questions;
use holter_engine::{Rules, Scan, Stop, Summary};
use holter_model::seam::{SystemClock, SystemDice};
use holter_net::identity::{Identity, IdentityError};
use holter_net::{Dialer, Limits, Pace};
use holter_phone::Phone;
use holter_wire::heartbeat::ProveConsent;
use jiff::tz::TimeZone;

pub(crate) use self::args::{Args, FormatName, Gravity, range, rate};
use self::calendar::Calendar;
use self::job::Job;
use self::listener::{Listener, Told};
pub(crate) use self::output::Output;
pub(crate) use self::pace::PaceName;
pub(crate) use self::ports::Ports;
use self::record::Work;
pub(crate) use self::record::default_folder as state_folder;
use self::remembered::{Opened, Remembered};
use self::repeat::Turn;
pub(crate) use self::served::rules;
use crate::bounded;
use crate::exit::{Outcome, complain};

/// More endpoints than this deserve a word before it starts.
const MANY: u64 = 1 << 20;

/// Runs the verb.
pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    let (args, plan) = record::arguments(args)?;
    let quiet = args.quiet;
    // Wrong in one scan, it is wrong in all; and nobody waits for a schedule to be told.
    questions(&args)?;
    let jobs = Job::all(args, plan)?;
    let turns: Vec<&Turn> = jobs.iter().map(|job| &job.turn).collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start: the system gave no event loop")?;
    let outcome = runtime.block_on(async {
        let stop = Stop::default();
        interrupt::watch(stop.clone());
        let calendar = Calendar::of_machine();
        permission::foresee(&jobs, &calendar.now()).await?;
        let say = |text: &str| {
            if !quiet {
                complain(text);
            }
        };
        repeat::run(
            &turns,
            &calendar,
            &stop,
            say,
            complain,
            async |place| match jobs.get(place) {
                Some(job) => carry_out(job, &stop).await,
                None => Ok(Outcome::Clean),
            },
        )
        .await
    });
    // A look-up that hangs in the system's resolver must not keep the user waiting.
    runtime.shutdown_background();
    outcome
}

async fn carry_out(job: &Job, stop: &Stop) -> anyhow::Result<Outcome> {
    let (args, plan, questions) = (&job.args, job.plan()?, questions(&job.args)?);
    let left_out = ports::left_out(&plan.left_out());
    if plan.asks_nothing()
        && let Some(left_out) = &left_out
    {
        bail!("nothing is left to ask; {left_out}");
    }
    if let Some(left_out) = left_out.filter(|_| !args.quiet) {
        complain(&left_out);
    }
    // Opened before the first packet: a document that cannot be written is not worth a scan.
    let mut output = Output::to(args.output.as_deref(), args.color, args.repeats())?;
    let opened = args.remembering.memory().as_ref().map(Opened::open).transpose()?;
    let begun = tokio::select! {
        begun = record::take_up_or_begin(job, plan) => Some(begun?),
        () = stop.wait() => None,
    };
    let Some(Work {
        header,
        mut course,
        visits,
        scope,
        comparison,
        mut earlier,
    }) = begun
    else {
        complain("stopped while names were being looked up; nothing was scanned");
        return Ok(Outcome::Unassessed);
    };
    if visits.endpoints() > MANY && !args.quiet {
        complain(&format!(
            "{} endpoints are to be asked, which takes long; Ctrl-C ends it and prints what is known by then",
            holter_report::number(visits.endpoints())
        ));
    }
    let mut speed = args.speed().within_open_files();
    let rates = job.networks.iter();
    speed.tempo.networks = rates
        .filter_map(|network| Some((network.range, network.rate?)))
        .collect();
    let pace = Pace::within(&speed.tempo);
    let mut questions = questions;
    if args.phone_out {
        let phone = Phone::new(scope.elsewhere(), None).context("nobody can be phoned")?;
        questions.phone = Some(Arc::new(phone));
    }
    let remembered = match opened {
        Some(opened) => Some(Remembered::begin(opened, &header, args, &visits, &mut earlier)?),
        None => None,
    };
    let scan = Scan {
        dialer: Dialer::new(scope, Arc::clone(&pace), limits(args)).through(args.proxy.clone()),
        checks: args.checks(),
        questions,
        clock: Box::new(SystemClock),
        dice: Box::new(SystemDice),
        hosts_at_once: speed.hosts,
        earlier,
        rules: Rules {
            inventory: header.plan.inventory,
            networks: job.networks.clone(),
            quiet: job.turn.quiet.clone(),
            zone: TimeZone::system(),
        },
    };
    let listener = Listener::new(
        args,
        (header.authorized_by, comparison),
        &job.policies,
        &mut output,
        stop.clone(),
    )?;
    let mut ear = listener.ear(remembered);
    let summary = {
        let running = holter_engine::run(scan, visits, &mut course, &mut ear, stop);
        tokio::pin!(running);
        loop {
            tokio::select! {
                biased;
                summary = &mut running => break summary,
                () = tokio::time::sleep(listener::TICK) => listener.tick(),
            }
        }
    };
    if let Some(remembered) = ear.remembered() {
        remembered.end(&summary);
    }
    let told = listener.end(args, &summary)?;
    output.settle()?;
    // Only now: whoever is killed before the answer is written can still have it.
    if let Err(error) = course.end(&summary) {
        complain(&format!("the run's journal cannot be closed: {error}"));
    }
    if summary.interrupted && course.is_written_down() && !args.quiet {
        complain("to go on with it: the same command with --resume");
    }
    Ok(outcome(&summary, told))
}

fn outcome(summary: &Summary, told: Told) -> Outcome {
    match listener::sums(summary, told).exit_code() {
        1 => Outcome::Affected,
        _ if told.unknown_hosts > 0 => Outcome::Failed,
        3 => Outcome::Unassessed,
        _ => Outcome::Clean,
    }
}

/// The user's own certificate; `key` may be the same file.
fn identity(certificate: &Path, key: &Path) -> anyhow::Result<Identity> {
    let read = |path: &Path| {
        bounded::bytes(path, bounded::CERTIFICATES)
            .with_context(|| format!("the client certificate cannot be used: {}", path.display()))
    };
    let chain = read(certificate)?;
    let apart = if key == certificate {
        None
    } else {
        Some(read(key)?)
    };
    Identity::from_pem(&chain, apart.as_ref().unwrap_or(&chain)).map_err(|error| {
        let path = match error {
            IdentityError::Certificate(_) => certificate,
            IdentityError::Key(_) => key,
        };
        anyhow!(
            "the client certificate cannot be used: {}: {error}",
            path.display()
        )
    })
}

fn questions(args: &Args) -> anyhow::Result<Questions> {
    let identity = match &args.client_cert {
        Some(certificate) => Some(identity(
            certificate,
            args.client_key.as_ref().unwrap_or(certificate),
        )?),
        None => None,
    };
    let default = Questions::default();
    Ok(Questions {
        sni: args.sni.clone(),
        prove: args.prove.then(ProveConsent::given_by_user),
        identity,
        // A shorter wait would take a slow device for a silent one.
        heartbeat_wait: args.timeout.unwrap_or_default().max(default.heartbeat_wait),
        trust: trust::stores(&args.ca_file)?,
        by_name: !args.check.is_empty(),
        ..default
    })
}

fn limits(args: &Args) -> Limits {
    let default = Limits::default();
    let step = args.timeout.unwrap_or(default.step);
    Limits {
        connect: args.connect_timeout.unwrap_or(default.connect),
        step,
        whole: default
            .whole
            .max(step.saturating_mul(6))
            .min(Duration::from_secs(3600)),
        ..default
    }
}
