//! Writes runs down in the state folder, and takes up one that was cut off.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args as _, FromArgMatches as _};
use holter_checks::Profile;
use holter_engine::{
    Comparison, Course, Earlier, Header, Journal, Plan, ResumeError, Runs, Visits, fingerprint,
};
use holter_model::seam::{SystemClock, SystemDice};
use holter_net::Scope;

use super::Args;
use super::job::Job;
use super::permission;
use crate::exit::complain;

/// A run as it is about to begin, or to go on.
pub(crate) struct Work {
    /// What to do, and who allowed it.
    pub(crate) header: Header,
    /// Which host comes next; it writes down what is done.
    pub(crate) course: Course,
    /// The hosts.
    pub(crate) visits: Visits,
    /// Where packets may go.
    pub(crate) scope: Scope,
    /// What an earlier run found, where the user wants to know what is different.
    pub(crate) comparison: Option<Comparison>,
    /// What earlier runs of the same saw that only time gives a meaning.
    pub(crate) earlier: Earlier,
}

/// What `--resume` without targets stands for: the arguments and the plan of the last run that was cut off. Other
/// arguments stand for themselves.
pub(crate) fn arguments(args: Args) -> anyhow::Result<(Args, Option<Plan>)> {
    let named = !args.targets.is_empty() || !args.input.is_empty() || !args.nmap_xml.is_empty();
    if !args.resume || named {
        return Ok((args, None));
    }
    let runs = runs(&args)?.context("--resume needs the state folder that --no-state leaves out")?;
    let Some(path) = runs.cut_off(None) else {
        if let Some(path) = runs.going_on(None) {
            return Err(ResumeError::Busy(path).into());
        }
        bail!("there is no run to take up: every one has come to its end, or nothing was written down");
    };
    let header =
        Journal::header(&path).with_context(|| format!("{} is not the journal of a run", path.display()))?;
    let Some(command) = header.command else {
        bail!(
            "{} does not say which command began it: give that command again, with --resume",
            path.display()
        );
    };
    let parser = Args::augment_args(clap::Command::new("holter scan").no_binary_name(true));
    let matches = parser
        .try_get_matches_from(command)
        .map_err(|error| anyhow::anyhow!("{} was begun by another Holter: {error}", path.display()))?;
    let begun = Args::from_arg_matches(&matches).context("the command that began the run")?;
    let args = Args {
        resume: true,
        quiet: args.quiet,
        diff: args.diff || begun.diff,
        state: args.state,
        output: args.output.or(begun.output.clone()),
        remembering: args.remembering.or(begun.remembering.clone()),
        ..begun
    };
    Ok((args, Some(header.plan)))
}

/// The run that the user wants to go on with, or a new one. Names may be looked up; nothing else is sent, and what is
/// somebody else's and not allowed is refused.
pub(crate) async fn take_up_or_begin(job: &Job, plan: Plan) -> anyhow::Result<Work> {
    let args = &job.args;
    let runs = runs(args)?;
    let fingerprint = fingerprint_of(args, &plan)?;
    let earlier = runs.as_ref().and_then(|runs| runs.cut_off(Some(&fingerprint)));
    let going_on = runs.as_ref().and_then(|runs| runs.going_on(Some(&fingerprint)));
    if let Some(path) = going_on.filter(|_| args.resume) {
        return Err(ResumeError::Busy(path).into());
    }
    if let Some(path) = earlier.as_ref().filter(|_| args.resume) {
        return take_up(job, plan, path, runs.as_ref()).await;
    }
    if !args.quiet && args.resume {
        complain("no run of this was cut off, so there is nothing to take up: it begins anew");
    } else if !args.quiet && earlier.is_some() {
        complain("an earlier run of this was cut off; --resume would go on with it");
    }
    let mut plan = plan;
    spare_names(&mut plan).await;
    let addresses = plan.addresses().await;
    let (visits, scope) = plan.lay_out_at(&addresses);
    permission::check(&visits, job, args.authorized_by.is_some()).await?;
    let mut header = Header::new(plan, addresses, fingerprint, (&SystemClock, &SystemDice));
    header.command = command(args);
    header.authorized_by = args.authorized_by.as_ref().map(ToString::to_string);
    let comparison = compared(args, runs.as_ref(), &header, &visits);
    let earlier = seen_before(args, runs.as_ref(), &header);
    let mut course = Course::shuffled(header.seed);
    if let Some(runs) = runs {
        runs.forget_old(&header.fingerprint);
        match runs.begin(&header, &SystemDice) {
            Ok(journal) => course = course.written_down(journal),
            Err(error) => unwritten(args, &error),
        }
    }
    Ok(Work {
        header,
        course,
        visits,
        scope,
        comparison,
        earlier,
    })
}

/// Goes on with a run as it was begun, but for what the user has meanwhile said must not be touched.
async fn take_up(job: &Job, plan: Plan, path: &Path, runs: Option<&Runs>) -> anyhow::Result<Work> {
    let (mut header, journal) = Journal::resume(path)?;
    if !header.is_of_this_version() {
        bail!(
            "the run was begun by Holter {}, which may ask other questions: leave --resume out to begin anew",
            header.holter
        );
    }
    let word = job.args.authorized_by.as_ref().map(ToString::to_string);
    header.authorized_by = word.or(header.authorized_by);
    header.plan = header.plan.sparing(&plan);
    spare_names(&mut header.plan).await;
    let (visits, scope) = header.plan.lay_out_at(&header.addresses);
    permission::check(&visits, job, header.authorized_by.is_some()).await?;
    let comparison = compared(&job.args, runs, &header, &visits);
    let earlier = seen_before(&job.args, runs, &header);
    let course = Course::shuffled(header.seed).written_down(journal);
    if !job.args.quiet {
        let (done, are) = match course.done() {
            1 => ("1".to_owned(), "host is"),
            done => (holter_report::number(done), "hosts are"),
        };
        complain(&format!(
            "going on with the run of {:.0}: {done} {are} done",
            header.begun
        ));
    }
    Ok(Work {
        header,
        course,
        visits,
        scope,
        comparison,
        earlier,
    })
}

/// The last run to compare this one with: where the user asks for it, and whenever a scan is repeated.
fn compared(args: &Args, runs: Option<&Runs>, header: &Header, visits: &Visits) -> Option<Comparison> {
    if !args.diff && !args.repeats() {
        return None;
    }
    let last = runs.and_then(|runs| Comparison::with_last(runs, header, visits));
    if last.is_none() && args.diff && !args.quiet {
        complain(
            "no earlier run of this has come to its end, so there is nothing to compare with; the next --diff has this one",
        );
    }
    last
}

/// What earlier runs saw. Only checks of the full profile make anything of it, and journals of large networks are long.
fn seen_before(args: &Args, runs: Option<&Runs>, header: &Header) -> Earlier {
    let full = args.checks().iter().any(|check| check.profile == Profile::Full);
    runs.filter(|_| full)
        .map(|runs| Earlier::of_runs(runs, &header.fingerprint))
        .unwrap_or_default()
}

/// Excludes where the names are that must not be touched. One that has no address is told: nobody can say where it is.
async fn spare_names(plan: &mut Plan) {
    for name in plan.spare_names().await {
        complain(&format!(
            "{name} must not be touched, but has no address here: give its address in the inventory, so that it is never contacted"
        ));
    }
}

/// The runs in the state folder. `None`: nothing is to be written down, or nothing can.
pub(crate) fn runs(args: &Args) -> anyhow::Result<Option<Runs>> {
    if args.no_state {
        return Ok(None);
    }
    let Some(folder) = args.state.clone().or_else(default_folder) else {
        if args.resume {
            bail!("no folder for runs is known, because HOME is not set: name it with --state");
        }
        if !args.quiet {
            complain("this run is not written down, because HOME is not set: --state names a folder for it");
        }
        return Ok(None);
    };
    match Runs::in_folder(&folder.join("runs")) {
        Ok(runs) => Ok(Some(runs)),
        Err(error) if args.resume || args.state.is_some() => {
            Err(error).with_context(|| format!("the state folder {} cannot be used", folder.display()))
        }
        Err(error) => {
            unwritten(args, &error);
            Ok(None)
        }
    }
}

fn unwritten(args: &Args, error: &std::io::Error) {
    if !args.quiet {
        complain(&format!(
            "this run cannot be written down, so --resume will not find it: {error}; --state names another folder"
        ));
    }
}

/// Where programs keep what they remember (XDG Base Directory Specification).
#[allow(
    clippy::disallowed_methods,
    reason = "this is the crate that reads the environment"
)]
pub(crate) fn default_folder() -> Option<PathBuf> {
    let folder = |name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    folder("HOLTER_STATE")
        .or_else(|| folder("XDG_STATE_HOME").map(|home| home.join("holter")))
        .or_else(|| folder("HOME").map(|home| home.join(".local/state/holter")))
}

/// What makes two runs ask the same: the plan, the checks, and how they ask.
fn fingerprint_of(args: &Args, plan: &Plan) -> anyhow::Result<String> {
    let checks: Vec<&str> = args.checks().iter().map(|check| check.id).collect();
    let asked = (
        checks,
        &args.sni,
        args.prove,
        &args.client_cert,
        args.proxy.is_some(),
    );
    fingerprint(plan, &asked).context("the plan cannot be put into words")
}

/// The command that was typed, where it holds no password.
fn command(args: &Args) -> Option<Vec<String>> {
    let words = || std::env::args_os().skip(1).map(|word| word.into_string());
    let words: Vec<String> = words().collect::<Result<_, _>>().ok()?;
    let after_the_verb = words.iter().position(|word| word == "scan")? + 1;
    (args.proxy.is_none() && !args.remembering.has_secret())
        .then(|| words.get(after_the_verb..).unwrap_or_default().to_vec())
}
