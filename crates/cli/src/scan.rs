//! `holter scan`: asks services whether they leak memory.

mod args;
mod files;
mod input;
mod interrupt;
mod listener;
mod output;
mod pace;
mod ports;
mod progress;
mod targets;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use holter_checks::Questions;
use holter_engine::{Plan, Scan, Stop, Summary};
use holter_inventory::Inventory;
use holter_model::seam::{SystemClock, SystemDice};
use holter_net::identity::Identity;
use holter_net::{Dialer, Limits, Pace};
use holter_wire::heartbeat::ProveConsent;
use ipnet::IpNet;

pub(crate) use self::args::Args;
use self::listener::Listener;
use self::output::Output;
use self::targets::Gathered;
use crate::exit::{Outcome, complain};

/// More endpoints than this deserve a word before it starts.
const MANY: u64 = 1 << 20;

/// Runs the verb.
pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    let Gathered { targets, inventory } = targets::gather(&args)?;
    let plan = Plan {
        targets,
        ports: args.ports.clone().unwrap_or_default().0,
        exclude: args
            .exclude
            .iter()
            .copied()
            .chain(untouchable(&inventory))
            .collect(),
        protocol: args.protocol.clone().filter(|id| id != "auto"),
        family: args.family(),
    };
    let questions = questions(&args)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start: the system gave no event loop")?;
    let outcome = runtime.block_on(carry_out(&args, plan, questions));
    // A look-up that hangs in the system's resolver must not keep the user waiting.
    runtime.shutdown_background();
    outcome
}

/// The addresses that the user's inventory calls do-not-touch, whatever the port.
fn untouchable(inventory: &Inventory) -> impl Iterator<Item = IpNet> + '_ {
    inventory
        .untouchable()
        .filter(|(_, port)| port.is_none())
        .map(|(range, _)| range)
}

async fn carry_out(args: &Args, plan: Plan, questions: Questions) -> anyhow::Result<Outcome> {
    let stop = Stop::default();
    interrupt::watch(stop.clone());
    // Opened before the first packet: a document that cannot be written is not worth a scan.
    let mut output = Output::open(args)?;
    let laid_out = tokio::select! {
        laid_out = plan.lay_out() => Some(laid_out?),
        () = stop.wait() => None,
    };
    let Some((visits, scope)) = laid_out else {
        complain("stopped while names were being looked up; nothing was scanned");
        return Ok(Outcome::Unassessed);
    };
    if visits.endpoints() > MANY && !args.quiet {
        complain(&format!(
            "{} endpoints are to be asked, which takes long; Ctrl-C ends it and prints what is known by then",
            holter_report::number(visits.endpoints())
        ));
    }
    let tempo = args.tempo().within_open_files();
    let pace = Pace::new(tempo.busy, tempo.per_second, tempo.gap);
    let scan = Scan {
        dialer: Dialer::new(scope, Arc::clone(&pace), limits(args)).through(args.proxy.clone()),
        checks: args.checks(),
        questions,
        clock: Box::new(SystemClock),
        dice: Box::new(SystemDice),
        hosts_at_once: tempo.hosts,
    };
    let listener = Listener::new(args, &mut output, stop.clone());
    let mut ear = listener.ear();
    let summary = {
        let running = holter_engine::run(scan, visits, &mut ear, &stop);
        tokio::pin!(running);
        loop {
            tokio::select! {
                biased;
                summary = &mut running => break summary,
                () = tokio::time::sleep(listener::TICK) => listener.tick(),
            }
        }
    };
    let told = listener.end(args, &summary)?;
    Ok(outcome(&summary, told.unknown_hosts))
}

fn outcome(summary: &Summary, unknown_hosts: u64) -> Outcome {
    match summary {
        Summary { affected: 1.., .. } => Outcome::Affected,
        _ if unknown_hosts > 0 => Outcome::Failed,
        Summary {
            interrupted: true, ..
        }
        | Summary {
            inconclusive: 1.., ..
        } => Outcome::Unassessed,
        _ => Outcome::Clean,
    }
}

fn questions(args: &Args) -> anyhow::Result<Questions> {
    let identity = match (&args.client_cert, &args.client_key) {
        (Some(certificate), key) => Some(
            Identity::from_files(certificate, key.as_ref().unwrap_or(certificate))
                .context("the client certificate cannot be used")?,
        ),
        _ => None,
    };
    let default = Questions::default();
    Ok(Questions {
        sni: args.sni.clone(),
        prove: args.prove.then(ProveConsent::given_by_user),
        identity,
        // A shorter wait would take a slow device for a silent one.
        heartbeat_wait: args.timeout.unwrap_or_default().max(default.heartbeat_wait),
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
        most_bytes: default.most_bytes,
    }
}
