//! How far a scan is, for whoever watches.

use holter_engine::{Event, Stop};
use serde::Serialize;
use tokio::sync::watch;

/// What there is to see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Progress {
    /// "waiting", "running", "quiet", "ending".
    pub(crate) state: &'static str,
    pub(crate) endpoints: u64,
    pub(crate) tried: u64,
    pub(crate) services: u64,
    pub(crate) affected: u64,
    pub(crate) inconclusive: u64,
    /// Closed or silent.
    pub(crate) nothing: u64,
    /// Too delicate to be contacted.
    pub(crate) spared: u64,
    pub(crate) left_alone: u64,
    /// The latest thing worth a word.
    pub(crate) note: String,
    #[serde(skip)]
    pub(crate) over: bool,
}

/// A scan under way.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) stop: Stop,
    progress: watch::Sender<Progress>,
}

impl Live {
    pub(crate) fn new() -> Self {
        let progress = Progress {
            state: "waiting",
            ..Progress::default()
        };
        Self {
            stop: Stop::default(),
            progress: watch::Sender::new(progress),
        }
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    pub(crate) fn now(&self) -> Progress {
        self.progress.borrow().clone()
    }

    /// Changes what there is to see.
    pub(crate) fn update(&self, change: impl FnOnce(&mut Progress)) {
        self.progress.send_modify(change);
    }

    /// Counts an event.
    pub(crate) fn count(&self, event: &Event) {
        self.update(|progress| match event {
            Event::Began { endpoints } => {
                progress.endpoints = *endpoints;
                progress.state = "running";
            }
            Event::Tried { service } => {
                progress.state = "running";
                progress.tried += 1;
                progress.services += 1;
                match holter_checks::catalogue::worst(service) {
                    Some(holter_model::Verdict::Affected) => progress.affected += 1,
                    Some(holter_model::Verdict::Inconclusive) | None => progress.inconclusive += 1,
                    Some(_) => {}
                }
            }
            Event::Nothing { endpoints } => {
                progress.tried += endpoints;
                progress.nothing += endpoints;
            }
            Event::Spared { endpoints } => {
                progress.tried += endpoints;
                progress.spared += endpoints;
            }
            Event::LeftAlone(left) => {
                progress.tried += left.not_asked;
                progress.left_alone += 1;
                progress.note = format!(
                    "{} is left alone from now on: {}",
                    left.endpoint.address, left.why
                );
            }
            Event::Quiet { until } => {
                progress.state = "quiet";
                progress.note = format!(
                    "Quiet hours until {}; hosts there wait.",
                    until.strftime("%a %H:%M")
                );
            }
            _ => {}
        });
    }
}
