//! A whole scan of one endpoint, as the command does it.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "shared by the tests beside it"
)]

use std::net::SocketAddr;
use std::time::Duration;

use holter_checks::{ALL, Check, Profile, Questions};
use holter_engine::{Course, Event, Plan, Rules, Scan, Sink, Stop, run};
use holter_model::Service;
use holter_model::seam::{Dice, SystemClock, SystemDice};
use holter_net::{Dialer, Limits, Pace};

/// The services of a run.
#[derive(Default)]
pub struct List(pub Vec<Service>);

impl Sink for List {
    fn take(&mut self, event: Event) {
        if let Event::Tried { service } = event {
            self.0.push(*service);
        }
    }
}

/// Scans one endpoint and returns what was found there.
pub fn scan(address: SocketAddr, udp: bool, protocol: Option<&str>, questions: Questions) -> Service {
    scan_with(address, udp, protocol, questions, |dialer| dialer)
}

/// As [`scan`], with a dialer that is changed first: through a proxy, onto a tape.
pub fn scan_with(
    address: SocketAddr,
    udp: bool,
    protocol: Option<&str>,
    questions: Questions,
    change: impl FnOnce(Dialer) -> Dialer,
) -> Service {
    scan_by(address, udp, protocol, questions, Box::new(SystemDice), change)
}

/// As [`scan_with`], with chance that the test knows.
pub fn scan_by(
    address: SocketAddr,
    udp: bool,
    protocol: Option<&str>,
    questions: Questions,
    dice: Box<dyn Dice>,
    change: impl FnOnce(Dialer) -> Dialer,
) -> Service {
    ask_by(
        address,
        udp,
        protocol,
        (Profile::Heartbleed, &[]),
        questions,
        dice,
        Duration::ZERO,
        change,
    )
}

/// All checks of the full profile, with a rest between two connections.
pub fn assess_fully(address: SocketAddr, protocol: &str, questions: Questions, rest: Duration) -> Service {
    let dice = Box::new(SystemDice);
    let full = (Profile::Full, &[][..]);
    let udp = protocol == "dtls";
    ask_by(
        address,
        udp,
        Some(if udp { "tls" } else { protocol }),
        full,
        questions,
        dice,
        rest,
        |dialer| dialer,
    )
}

/// The same of a service of which nobody said what it is.
pub fn assess_auto(address: SocketAddr) -> Service {
    ask_by(
        address,
        false,
        None,
        (Profile::Full, &[]),
        Questions::default(),
        Box::new(SystemDice),
        Duration::ZERO,
        |dialer| dialer,
    )
}

/// A survey, or all checks of a profile.
pub fn assess(address: SocketAddr, protocol: &str, profile: Profile, more: &[&'static Check]) -> Service {
    let udp = protocol == "dtls";
    let protocol = Some(if udp { "tls" } else { protocol });
    let dice = Box::new(SystemDice);
    ask_by(
        address,
        udp,
        protocol,
        (profile, more),
        Questions::default(),
        dice,
        Duration::ZERO,
        |dialer| dialer,
    )
}

#[allow(clippy::too_many_arguments, reason = "each of them is what some test changes")]
fn ask_by(
    address: SocketAddr,
    udp: bool,
    protocol: Option<&str>,
    (profile, more): (Profile, &[&'static Check]),
    questions: Questions,
    dice: Box<dyn Dice>,
    rest: Duration,
    change: impl FnOnce(Dialer) -> Dialer,
) -> Service {
    let target = format!("{address}{}", if udp { "/udp" } else { "" });
    let plan = Plan {
        targets: vec![target.parse().unwrap()],
        protocol: protocol.map(str::to_owned),
        ..Plan::default()
    };
    // A full assessment is asked of servers that answer, however busy the machine is; bad peers are waited for to no purpose.
    let limits = if profile == Profile::Full {
        Limits::default()
    } else {
        Limits {
            step: Duration::from_secs(3),
            whole: Duration::from_secs(12),
            ..Limits::default()
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut list = List::default();
    runtime.block_on(async {
        let (visits, scope) = plan.lay_out().await.unwrap();
        let scan = Scan {
            dialer: change(Dialer::new(scope, Pace::new(8, None, rest), limits)),
            checks: ALL
                .iter()
                .filter(|check| check.profile <= profile)
                .chain(more)
                .copied()
                .collect(),
            questions,
            clock: Box::new(SystemClock),
            dice,
            hosts_at_once: 8,
            earlier: holter_engine::Earlier::default(),
            rules: Rules::default(),
        };
        run(scan, visits, &mut Course::default(), &mut list, &Stop::default()).await
    });
    assert_eq!(list.0.len(), 1, "one endpoint, one service");
    list.0.remove(0)
}

/// The verdict of the heartbeat check, as its word; "none" when there is nothing to judge.
pub fn verdict(service: &Service) -> &'static str {
    service
        .judgements
        .first()
        .map_or("none", |judgement| judgement.verdict.as_str())
}
