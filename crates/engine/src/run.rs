//! Carries out a plan: many hosts at once in a shuffled order, the endpoints of one host one after the other, and
//! what is done is written down before anything more is begun.

use std::collections::HashMap;
use std::sync::Arc;

use holter_checks::{Check, Questions};
use holter_model::seam::{Clock, Dice};
use holter_model::{LeftAlone, Service};
use holter_net::Dialer;
use jiff::Zoned;
use tokio::sync::mpsc;
use tokio::task::{Id, JoinError, JoinSet};

use crate::blank;
use crate::course::{Course, Next};
use crate::journal::{Batch, Past, words};
use crate::lanes::{LaneId, Lanes};
use crate::rules::Rules;
use crate::visit::visit;
use crate::visits::{Host, Visits};
use crate::{Earlier, Event, Sink, Stop, Summary};

/// What a run works with.
pub struct Scan {
    /// Opens lines.
    pub dialer: Dialer,
    /// The checks that ask.
    pub checks: Vec<&'static Check>,
    /// What the user asked for.
    pub questions: Questions,
    /// Time of day.
    pub clock: Box<dyn Clock>,
    /// Randomness.
    pub dice: Box<dyn Dice>,
    /// How many hosts are visited at once.
    pub hosts_at_once: usize,
    /// What is said of networks, and when it is quiet.
    pub rules: Rules,
    /// What was seen before.
    pub earlier: Earlier,
}

/// What waits for the sink before hosts wait for it.
const BACKLOG: usize = 256;

/// So many excluded hosts are passed before others get a word in.
const SKIPPED: usize = 10_000;

/// Runs to the end, or until stopped. Every service is in the sink before this returns.
pub async fn run(
    scan: Scan,
    visits: Visits,
    course: &mut Course,
    sink: &mut dyn Sink,
    stop: &Stop,
) -> Summary {
    let at_once = scan.hosts_at_once.max(1);
    let (send, mut receive) = mpsc::channel(BACKLOG);
    let scan = Arc::new(scan);
    let mut front = Front {
        summary: Summary::default(),
        batch: Batch::default(),
        course,
        under_way: HashMap::new(),
        quiet_until: None,
        sink,
    };
    if let Err(error) = front.begin(&visits, &scan) {
        front.sink.take(Event::Unrecorded {
            why: format!("what it has found so far cannot be read, so nothing was asked: {error}"),
        });
        return front.end(true);
    }
    let mut running = JoinSet::new();
    let mut more = true;
    loop {
        let mut skipped = 0;
        // More hosts than can go on would only stand in each other's way.
        let wanted = scan.dialer.pace().wanted();
        while more && front.has_room(wanted, at_once) && skipped < SKIPPED && !stop.asked() {
            match front.course.next(&visits) {
                Next::Host(place, lane, host) => {
                    let mut teller = Teller {
                        place,
                        send: send.clone(),
                    };
                    let (scan, visited) = (Arc::clone(&scan), host.clone());
                    let task = running.spawn(async move {
                        visit(&scan, &visited, &mut teller).await;
                        teller.tell(Told::Done).await;
                    });
                    let under_way = UnderWay::new(host, lane, task.id());
                    front.under_way.insert(place, under_way);
                }
                Next::Skipped(place) => {
                    skipped += 1;
                    if let Some(place) = place {
                        front.batch.add(place, (0, 0), &[]);
                    }
                }
                Next::Wait => break,
                Next::End => more = false,
            }
        }
        front.write_down();
        // Before waiting: with no host at all, or after the last, nobody is left who could wake us.
        if front.under_way.is_empty() && (stop.asked() || !more) {
            break;
        }
        tokio::select! {
            biased;
            () = stop.wait(), if !stop.asked() => {}
            Some((place, told)) = receive.recv() => {
                front.hear(place, told);
                while let Ok((place, told)) = receive.try_recv() {
                    front.hear(place, told);
                }
            }
            Some(joined) = running.join_next() => front.joined(joined, scan.clock.as_ref()),
            () = tokio::task::yield_now(), if skipped == SKIPPED => {}
            () = scan.dialer.pace().one_more_rests(), if more => {}
        }
        while let Some(joined) = running.try_join_next() {
            front.joined(joined, scan.clock.as_ref());
        }
        if stop.asked() {
            running.shutdown().await;
            while let Ok((place, told)) = receive.try_recv() {
                front.hear(place, told);
            }
            front.under_way.clear();
        }
    }
    front.end(stop.asked())
}

/// One thing that a visit has to say.
enum Told {
    Service(Box<Service>),
    Nothing(u64),
    Spared(u64),
    Left(LeftAlone),
    Quiet(Zoned),
    Done,
}

/// Tells the run what a visit finds.
pub(crate) struct Teller {
    place: u64,
    send: mpsc::Sender<(u64, Told)>,
}

impl Teller {
    /// There is something to say about an endpoint.
    pub(crate) async fn service(&mut self, service: Service) {
        self.tell(Told::Service(Box::new(service))).await;
    }

    /// So many endpoints have nothing.
    pub(crate) async fn nothing(&mut self, endpoints: u64) {
        if endpoints > 0 {
            self.tell(Told::Nothing(endpoints)).await;
        }
    }

    /// So many endpoints are too delicate to be contacted.
    pub(crate) async fn spared(&mut self, endpoints: u64) {
        if endpoints > 0 {
            self.tell(Told::Spared(endpoints)).await;
        }
    }

    /// The host is left alone.
    pub(crate) async fn left(&mut self, left: LeftAlone) {
        self.tell(Told::Left(left)).await;
    }

    /// It is quiet there until this hour.
    pub(crate) async fn quiet(&mut self, until: Zoned) {
        self.tell(Told::Quiet(until)).await;
    }

    async fn tell(&mut self, told: Told) {
        // Where nobody listens any more the run has been stopped.
        let _ = self.send.send((self.place, told)).await;
    }
}

/// A host that is being visited.
struct UnderWay {
    host: Host,
    lane: Option<LaneId>,
    task: Id,
    nothing: u64,
    spared: u64,
    left: Option<LeftAlone>,
    /// Its services in the journal's words.
    services: Vec<u8>,
}

impl UnderWay {
    const fn new(host: Host, lane: Option<LaneId>, task: Id) -> Self {
        Self {
            host,
            lane,
            task,
            nothing: 0,
            spared: 0,
            left: None,
            services: Vec::new(),
        }
    }
}

/// Where a run stands.
struct Front<'a> {
    summary: Summary,
    batch: Batch,
    course: &'a mut Course,
    under_way: HashMap<u64, UnderWay>,
    /// The last end of quiet hours that was told.
    quiet_until: Option<Zoned>,
    sink: &'a mut dyn Sink,
}

impl Front<'_> {
    /// Tells what is known already. Where that fails nothing may be asked: what is not told again would be missing.
    fn begin(&mut self, visits: &Visits, scan: &Scan) -> std::io::Result<()> {
        let unresolved = visits.unresolved.len() as u64;
        let lanes = Lanes::new(&scan.rules, scan.hosts_at_once);
        self.course.lay_out(visits.count(), lanes);
        self.sink.take(Event::Began {
            endpoints: visits.endpoints().saturating_add(unresolved),
        });
        for (target, why) in &visits.unresolved {
            self.service(blank::unresolved(target, why, scan.clock.as_ref()));
        }
        let Some(journal) = self.course.journal.take() else {
            return Ok(());
        };
        let told = journal.replay(|past| match past {
            Past::Service(service) => self.service(*service),
            Past::Nothing(endpoints) => self.nothing(endpoints),
            Past::Spared(endpoints) => self.spared(endpoints),
            Past::Left(left) => {
                scan.dialer.leave_alone(left.endpoint.address);
                self.left(left);
            }
        });
        told?;
        self.course.journal = Some(journal);
        Ok(())
    }

    /// Whether one more host may be begun. Those that wait in a network's lane keep nobody else waiting.
    fn has_room(&self, wanted: usize, at_once: usize) -> bool {
        let under_way = self.under_way.len();
        under_way < at_once && under_way.saturating_sub(self.course.in_lanes()) < wanted
    }

    fn hear(&mut self, place: u64, told: Told) {
        match told {
            Told::Service(service) => {
                if self.course.journal.is_some()
                    && let Some(host) = self.under_way.get_mut(&place)
                {
                    words(&service, &mut host.services);
                }
                self.service(*service);
            }
            Told::Nothing(endpoints) => {
                if let Some(host) = self.under_way.get_mut(&place) {
                    host.nothing += endpoints;
                }
                self.nothing(endpoints);
            }
            Told::Spared(endpoints) => {
                if let Some(host) = self.under_way.get_mut(&place) {
                    host.spared += endpoints;
                }
                self.spared(endpoints);
            }
            Told::Left(left) => {
                if let Some(host) = self.under_way.get_mut(&place) {
                    host.left = Some(left.clone());
                }
                self.left(left);
            }
            Told::Quiet(until) => {
                if self.quiet_until.as_ref().is_none_or(|told| *told < until) {
                    self.quiet_until = Some(until.clone());
                    self.sink.take(Event::Quiet { until });
                }
            }
            Told::Done => {
                if let Some(host) = self.under_way.remove(&place) {
                    self.course.leave(host.lane);
                    self.batch.add(place, (host.nothing, host.spared), &host.services);
                    host.left.into_iter().for_each(|left| self.batch.left(left));
                }
            }
        }
    }

    /// A host that Holter itself failed at is not done: whoever takes the run up asks it again.
    fn joined(&mut self, joined: Result<(), JoinError>, clock: &dyn Clock) {
        let Err(error) = joined else { return };
        if !error.is_panic() {
            return;
        }
        let place = self.under_way.iter().find(|(_, host)| host.task == error.id());
        if let Some(place) = place.map(|(place, _)| *place)
            && let Some(host) = self.under_way.remove(&place)
        {
            self.course.leave(host.lane);
            self.service(blank::failed(&host.host, clock));
        }
    }

    fn service(&mut self, service: Service) {
        self.summary.count(&service);
        self.sink.take(Event::Tried {
            service: Box::new(service),
        });
    }

    fn nothing(&mut self, endpoints: u64) {
        self.summary.count_nothing(endpoints);
        self.sink.take(Event::Nothing { endpoints });
    }

    fn spared(&mut self, endpoints: u64) {
        self.summary.spared += endpoints;
        self.sink.take(Event::Spared { endpoints });
    }

    fn left(&mut self, left: LeftAlone) {
        self.summary.count_left(&left);
        self.sink.take(Event::LeftAlone(left));
    }

    fn write_down(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        match &mut self.course.journal {
            None => self.batch.clear(),
            Some(journal) => {
                if let Err(error) = journal.write(&mut self.batch) {
                    self.unrecorded(&error);
                }
            }
        }
    }

    fn unrecorded(&mut self, error: &std::io::Error) {
        self.course.journal = None;
        let why = error.to_string();
        self.sink.take(Event::Unrecorded { why });
    }

    fn end(mut self, interrupted: bool) -> Summary {
        self.write_down();
        self.summary.interrupted = interrupted;
        let summary = self.summary;
        self.sink.take(Event::Ended { summary });
        summary
    }
}
