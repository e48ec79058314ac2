//! Listens to a run: puts services into the document and keeps the numbers that the progress shows.

use std::cell::RefCell;
use std::path::Path;
use std::time::Duration;

use holter_checks::{Keys, catalogue};
use holter_engine::{Comparison, Event, Sink, Stop, Summary};
use holter_model::difference::Kind;
use holter_model::seam::{Clock as _, SystemClock};
use holter_model::{Attempt, Differences, Judgement, LeftAlone, Service, Severity, Verdict};
use holter_policy::Policy;
use holter_report::{Document, Failing, Format, Preamble};
use jiff::tz::TimeZone;

use super::Args;
use super::args::Gravity;
use super::output::Output;
use super::progress::Progress;
use super::remembered::Remembered;
use crate::exit::complain;

/// How often what was found is written and the progress drawn.
pub(crate) const TICK: Duration = Duration::from_millis(100);

/// More than this waits for no tick.
const ENOUGH: usize = 64 << 10;

/// The document and the progress of one run.
pub(crate) struct Listener<'a>(RefCell<State<'a>>);

struct State<'a> {
    document: Box<dyn Document>,
    /// What this run is compared with.
    comparison: Option<Comparison>,
    written: Vec<u8>,
    output: &'a mut Output,
    /// What services are held against.
    policies: &'a [Policy],
    progress: Progress,
    quiet: bool,
    stop: Stop,
    told: Told,
    /// From which severity on something affected counts for the exit code.
    threshold: Option<Severity>,
    keys: Keys,
    failed: Option<anyhow::Error>,
}

/// What the sums do not say.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Told {
    /// Names without an address.
    pub(crate) unknown_hosts: u64,
    /// Services that break a policy.
    pub(crate) breaking: u64,
    /// What is grave enough for `--fail-on`.
    pub(crate) failing: Option<Failing>,
}

/// The end that a run speaks into.
pub(crate) struct Ear<'l, 'a> {
    listener: &'l Listener<'a>,
    remembered: Option<Remembered>,
}

impl Ear<'_, '_> {
    /// Where what was found is remembered.
    pub(crate) fn remembered(&mut self) -> Option<Remembered> {
        self.remembered.take()
    }
}

impl<'a> Listener<'a> {
    /// Begins the document.
    pub(crate) fn new(
        args: &Args,
        (authorized_by, comparison): (Option<String>, Option<Comparison>),
        policies: &'a [Policy],
        output: &'a mut Output,
        stop: Stop,
    ) -> anyhow::Result<Self> {
        // What services are held against is read while the first is asked.
        std::thread::spawn(|| (holter_policy::clients(), catalogue::known()));
        let mut preamble = Preamble::default();
        preamble.authorized_by = authorized_by;
        preamble.began = Some(SystemClock.now());
        let mut document = args.form().document(output.look);
        let mut written = Vec::with_capacity(ENOUGH * 2);
        document.begin(&preamble, &mut written)?;
        Ok(Self(RefCell::new(State {
            document,
            comparison,
            written,
            output,
            policies,
            progress: Progress::new(args),
            quiet: args.quiet,
            stop,
            told: Told {
                failing: args.fail_on.map(|_| Failing::default()),
                ..Told::default()
            },
            threshold: args.fail_on.map(Gravity::severity),
            keys: Keys::default(),
            failed: None,
        })))
    }

    /// What the run speaks into.
    pub(crate) const fn ear(&self, remembered: Option<Remembered>) -> Ear<'_, 'a> {
        Ear {
            listener: self,
            remembered,
        }
    }

    /// Writes what has gathered and draws the progress.
    pub(crate) fn tick(&self) {
        let mut state = self.0.borrow_mut();
        state.write();
        state.progress.draw();
    }

    /// Ends the document.
    pub(crate) fn end(self, args: &Args, summary: &Summary) -> anyhow::Result<Told> {
        let mut state = self.0.into_inner();
        state.progress.clear();
        let sums = sums(summary, state.told);
        if summary.interrupted && !state.output.gone && state.failed.is_none() && !args.quiet {
            complain("stopped before the end; this is what was known by then");
        }
        // To a person the line on standard error has said it all; a document would only say it again.
        let all_unknown = summary.services > 0 && state.told.unknown_hosts == summary.tried;
        if let Some(comparison) = state.comparison.take() {
            let differences = comparison.end(summary.interrupted, TimeZone::system());
            if !matches!(args.form(), Format::Text | Format::Json | Format::Html) {
                state.say(&counts(&differences));
            }
            state.document.differences(&differences);
        }
        let kin = state.keys.kin();
        state.document.kin(&kin);
        if state.failed.is_none() && !(all_unknown && args.form() == Format::Text) {
            let State {
                document, written, ..
            } = &mut state;
            document.end(&sums, written)?;
        }
        state.write();
        state.failed.map_or(Ok(state.told), Err)
    }
}

impl Sink for Ear<'_, '_> {
    fn take(&mut self, event: Event) {
        let mut state = self.listener.0.borrow_mut();
        if let Some(remembered) = &mut self.remembered
            && let Err(why) = remembered.hear(&event)
        {
            state.warn(&why);
        }
        match event {
            Event::Began { endpoints } => state.progress.begin(endpoints),
            Event::Tried { mut service } => {
                state.progress.tried += 1;
                state.assess(&mut service);
                state.keys.add(&service);
                state.service(&service);
            }
            Event::Nothing { endpoints } | Event::Spared { endpoints } => {
                state.progress.tried += endpoints;
            }
            Event::LeftAlone(left) => state.left_alone(&left),
            Event::Quiet { until } => state.say(&format!(
                "quiet hours until {}; hosts there wait",
                until.strftime("%a %H:%M")
            )),
            Event::Unrecorded { why } => state.warn(&format!(
                "this run can no longer be taken up with --resume, should it end early: {why}"
            )),
            _ => {}
        }
    }
}

impl State<'_> {
    fn left_alone(&mut self, left: &LeftAlone) {
        self.progress.tried += left.not_asked;
        self.warn(&format!(
            "{} is left alone from now on: {}",
            left.endpoint.address, left.why
        ));
        if let Some(comparison) = &mut self.comparison {
            comparison.left_alone(left);
        }
        self.document.left_alone(left);
    }

    fn say(&self, what: &str) {
        if !self.quiet {
            self.warn(what);
        }
    }

    fn warn(&self, what: &str) {
        self.progress.aside(|| complain(what));
    }

    fn assess(&mut self, service: &mut Service) {
        let wanted: Vec<&Policy> = self.policies.iter().collect();
        service.assessment = holter_policy::assess(service, &wanted);
        let results = service
            .assessment
            .iter()
            .flat_map(|assessment| &assessment.policies);
        self.told.breaking += u64::from(results.into_iter().any(|result| result.kept == Some(false)));
    }

    fn service(&mut self, service: &Service) {
        if service.attempt == Attempt::Unresolved {
            self.told.unknown_hosts += 1;
            let said = unknown(service);
            self.progress.aside(|| complain(&said));
        }
        if let (Some(threshold), Some(failing)) = (self.threshold, &mut self.told.failing) {
            weigh(service, threshold, failing);
        }
        if catalogue::worst(service) == Some(Verdict::Affected) {
            self.progress.affected(&service.target);
        }
        if let Some(comparison) = &mut self.comparison {
            comparison.service(service);
        }
        if let Err(error) = self.document.service(service, &mut self.written) {
            self.fail(error.into());
        }
        if self.written.len() > ENOUGH {
            self.write();
        }
    }

    fn write(&mut self) {
        if let Err(error) = self.output.write(&mut self.written) {
            self.fail(error);
        }
        if self.output.gone {
            self.stop.now();
        }
    }

    fn fail(&mut self, error: anyhow::Error) {
        self.failed.get_or_insert(error);
        self.stop.now();
    }
}

/// Counts a service for `--fail-on`: by what is affected in it and grave enough, else by what is open and might be.
fn weigh(service: &Service, threshold: Severity, failing: &mut Failing) {
    let any = |verdict| {
        let grave = |judgement: &&Judgement| catalogue::severity(judgement) >= threshold;
        let mut judgements = service.judgements.iter().filter(grave);
        judgements.any(|judgement| catalogue::weighed(judgement) == verdict)
    };
    let to_the_end = matches!(service.attempt, Attempt::Completed | Attempt::TlsDeclined);
    if any(Verdict::Affected) {
        failing.services += 1;
    } else if any(Verdict::Inconclusive) || service.judgements.is_empty() || !to_the_end {
        failing.open += 1;
    }
}

/// A run's sums as the document has them.
pub(crate) const fn sums(summary: &Summary, told: Told) -> holter_report::Summary {
    holter_report::Summary {
        tried: summary.tried,
        services: summary.services,
        affected: summary.affected,
        not_affected: summary.not_affected,
        inconclusive: summary.inconclusive,
        breaking_policy: told.breaking,
        nothing_there: summary.nothing_there,
        spared: summary.spared,
        left_alone: summary.left_alone,
        not_asked: summary.not_asked,
        interrupted: summary.interrupted,
        failing: told.failing,
    }
}

/// The one line about what is different, where the document has no place for it.
fn counts(differences: &Differences) -> String {
    let since = differences.since.strftime("%Y-%m-%d %H:%M");
    let counts: Vec<String> = Kind::ALL
        .into_iter()
        .map(|kind| (differences.count(kind), kind.as_str()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, kind)| format!("{count} {kind}"))
        .collect();
    if counts.is_empty() {
        return format!("nothing is different since the run of {since}");
    }
    format!(
        "since the run of {since}: {}; -f json says which",
        counts.join(", ")
    )
}

/// The one line about a name without an address. Who names a file means the targets in it.
fn unknown(service: &Service) -> String {
    let target = &service.target;
    let why = service.trouble.as_deref().unwrap_or("it has no address");
    let file = if Path::new(target).is_file() {
        format!(" To scan the targets in the file of that name: -i {target}")
    } else {
        String::new()
    };
    if why.contains(target.as_str()) {
        format!("{why}{file}")
    } else {
        format!("{target}: {why}{file}")
    }
}

#[cfg(test)]
mod tests {
    use holter_model::{Basis, Judgement};

    use super::*;

    fn counted(judged: &[(&str, Verdict)], attempt: Attempt) -> Failing {
        let judge = |(flaw, verdict): &(&str, Verdict)| {
            Judgement::new("check", flaw, *verdict, Basis::Configuration, "so it is")
        };
        let service = Service {
            target: "portal.example:443".to_owned(),
            endpoint: None,
            name: None,
            protocol: "https".to_owned(),
            role: None,
            started: jiff::Timestamp::UNIX_EPOCH,
            elapsed_ms: 0,
            connections: 1,
            bytes_sent: 0,
            bytes_received: 0,
            attempt,
            trouble: None,
            observations: Vec::new(),
            judgements: judged.iter().map(judge).collect(),
            assessment: None,
            not_asked: Vec::new(),
            oddities: Vec::new(),
        };
        let mut failing = Failing::default();
        weigh(&service, Severity::High, &mut failing);
        failing
    }

    #[test]
    fn only_what_is_as_grave_as_that_counts() {
        let (grave, slight) = ("CVE-2014-0160", "TLS-OLD-VERSION");
        let counts = |judged: &[(&str, Verdict)], attempt| {
            let failing = counted(judged, attempt);
            (failing.services, failing.open)
        };
        let (done, off) = (Attempt::Completed, Attempt::TimedOut);
        assert_eq!(counts(&[(grave, Verdict::Affected)], off), (1, 0));
        assert_eq!(
            counts(
                &[(slight, Verdict::Affected), (grave, Verdict::NotAffected)],
                done
            ),
            (0, 0)
        );
        // What is slight is affected, and what is grave is open: that is not good news.
        assert_eq!(
            counts(
                &[(slight, Verdict::Affected), (grave, Verdict::Inconclusive)],
                done
            ),
            (0, 1)
        );
        assert_eq!(
            counts(
                &[(slight, Verdict::Inconclusive), (grave, Verdict::NotAffected)],
                done
            ),
            (0, 0)
        );
        assert_eq!(counts(&[(grave, Verdict::NotAffected)], off), (0, 1));
        assert_eq!(counts(&[], done), (0, 1));
    }
}
