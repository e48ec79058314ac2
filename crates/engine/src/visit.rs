//! Visits one host: knocks at its doors one after the other, asks where one opens, and goes away for good when the
//! host stops answering what it answered before.

use std::time::{Duration, Instant};

use holter_model::{Attempt, LeftAlone, Service, Transport};
use holter_net::dial::Turn;
use holter_net::{Care, DialError, Limits, Line};

use crate::ask::ask;
use crate::blank;
use crate::run::{Scan, Teller};
use crate::visits::{Door, Host};

/// Visits a host from the first door to the last, and tells what it finds.
pub(crate) async fn visit(scan: &Scan, host: &Host, teller: &mut Teller) {
    let mut bearing = Bearing::default();
    let mut spared = 0;
    for (count, door) in host.doors.iter().enumerate() {
        if let Some(last) = bearing.last.take() {
            last.end().await;
        }
        keep_quiet(scan, host, teller).await;
        let call = call(scan, host, door, &mut bearing, teller).await;
        if bearing.suffers.is_some() {
            // At once: under another name somebody may wait for the host's turn already.
            scan.dialer.leave_alone(host.address);
        }
        match call {
            Call::Service(service) => {
                bearing.found = true;
                teller.service(*service).await;
            }
            Call::Nothing => bearing.nothing(teller).await,
            Call::Spared => spared += 1,
            Call::LeftAlone => {
                let why = "it stopped answering under another name".to_owned();
                teller.left(left(scan, host, door, (count, why))).await;
                break;
            }
            Call::Nobody => {
                let rest = host.doors.len() - count;
                for _ in 0..rest {
                    bearing.nothing(teller).await;
                }
                break;
            }
        }
        if let Some(why) = bearing.suffers.take() {
            teller.left(left(scan, host, door, (count + 1, why))).await;
            break;
        }
    }
    if let Some(last) = bearing.last.take_if(|_| host.shared) {
        // It may be dialled again at once, under another name.
        last.end().await;
    }
    if host.named && host.whole && !bearing.found && bearing.owed > 0 {
        // It stands for one of the endpoints with nothing there.
        bearing.owed -= 1;
        teller.service(blank::silent(host, scan.clock.as_ref())).await;
    }
    teller.nothing(bearing.owed).await;
    teller.spared(spared).await;
}

/// The host is left alone because of what it did at this door: from that with this number on, none is asked.
fn left(scan: &Scan, host: &Host, door: &Door, (from, why): (usize, String)) -> LeftAlone {
    LeftAlone {
        at: scan.clock.now(),
        endpoint: host.endpoint(door),
        why,
        not_asked: u64::try_from(host.doors.len().saturating_sub(from)).unwrap_or(u64::MAX),
    }
}

/// What came of one door.
enum Call {
    Service(Box<Service>),
    /// Closed, or silent.
    Nothing,
    /// Too delicate to be contacted.
    Spared,
    /// The host is left alone, so it was not asked.
    LeftAlone,
    /// There is no host at this address.
    Nobody,
}

/// What is known of a host while it is visited.
#[derive(Default)]
struct Bearing {
    /// How carefully it showed that it wants to be touched.
    care: Option<Care>,
    /// How long it took to answer a knock, one way or the other; `None`: it has not yet.
    answer: Option<Duration>,
    /// The last door that opened and was asked at.
    opened: Option<Door>,
    /// The line that was open there, to be ended before the next.
    last: Option<Line>,
    /// Whether some door was silent already.
    silent: bool,
    found: bool,
    /// Endpoints with nothing there of which nobody knows yet.
    owed: u64,
    suffers: Option<String>,
}

impl Bearing {
    /// Notes an endpoint with nothing there. The last stays owed, for a host that turns out to have nothing at all.
    async fn nothing(&mut self, teller: &mut Teller) {
        const MANY: u64 = 256;
        self.owed += 1;
        if self.owed > MANY {
            teller.nothing(self.owed - 1).await;
            self.owed = 1;
        }
    }

    /// How long to wait at a door that nobody named. A lost SYN is sent again after a second, so a second and the time
    /// that an answer takes; a neighbour that is not there is known after three.
    fn patience(&self, limits: &Limits) -> Duration {
        const SECOND: Duration = Duration::from_secs(1);
        let wait = match (self.answer, self.silent) {
            (Some(answer), _) => SECOND + (answer * 10).clamp(Duration::from_millis(300), SECOND * 2),
            (None, false) => Duration::from_millis(3300),
            (None, true) => Duration::from_millis(1300),
        };
        wait.min(limits.connect)
    }
}

/// How long a neighbour's absence takes at least to be known. A firewall's "no" is there sooner, and is about one
/// port only.
const NOBODY: Duration = Duration::from_millis(900);

/// Rests while it is quiet there.
async fn keep_quiet(scan: &Scan, host: &Host, teller: &mut Teller) {
    while let Some(until) = scan.rules.quiet_until(host.address, scan.clock.as_ref()) {
        teller.quiet(until.clone()).await;
        scan.rules.wait(&until, scan.clock.as_ref()).await;
    }
}

/// The turn to knock at a door. It may have been waited for into quiet hours; then it is given back.
async fn turn(
    scan: &Scan,
    host: &Host,
    door: &Door,
    care: Care,
    teller: &mut Teller,
) -> Result<Turn, DialError> {
    loop {
        let turn = scan.dialer.turn(host.endpoint(door), care).await?;
        let quiet = scan.rules.quiet_until(host.address, scan.clock.as_ref());
        if quiet.is_none() {
            return Ok(turn);
        }
        drop(turn);
        keep_quiet(scan, host, teller).await;
    }
}

async fn call(scan: &Scan, host: &Host, door: &Door, bearing: &mut Bearing, teller: &mut Teller) -> Call {
    let at = (host.address, host.name.as_deref());
    let Some(care) = door.care(at, host.named, &scan.rules.inventory) else {
        return Call::Spared;
    };
    let care = bearing.care.map_or(care, |more| care.max(more));
    if scan.dialer.leaves_alone(host.address) {
        return Call::LeftAlone;
    }
    if door.transport == Transport::Udp || scan.dialer.is_indirect() {
        return talk(scan, host, door, care, None, bearing).await;
    }
    let wait = if door.named {
        scan.dialer.limits().connect
    } else {
        bearing.patience(scan.dialer.limits())
    };
    let turn = turn(scan, host, door, care, teller).await;
    let begun = Instant::now();
    let knocked = match turn {
        Ok(turn) => scan.dialer.dial_within(wait, turn).await,
        Err(error) => Err(error),
    };
    let error = match knocked {
        Ok(line) => {
            bearing.answer = Some(begun.elapsed());
            return talk(scan, host, door, care, Some(line), bearing).await;
        }
        // Who resets a connection has accepted it.
        Err(DialError::Reset) => return talk(scan, host, door, care, None, bearing).await,
        Err(error) => error,
    };
    match &error {
        DialError::Refused => bearing.answer = Some(begun.elapsed()),
        DialError::Silent => {
            bearing.silent = true;
            still_answers(scan, host, care, bearing).await;
        }
        DialError::NoRoute(after) if *after >= NOBODY && bearing.answer.is_none() && !door.named => {
            return Call::Nobody;
        }
        DialError::OutOfScope if !door.named => return Call::Nothing,
        DialError::LeftAlone => return Call::LeftAlone,
        _ => {}
    }
    let ours = error.attempt() == Attempt::OurFault;
    if !door.named && !ours {
        return Call::Nothing;
    }
    let service = blank::shut(
        host,
        door,
        error.attempt(),
        error.to_string(),
        scan.clock.as_ref(),
    );
    Call::Service(Box::new(service))
}

async fn talk(
    scan: &Scan,
    host: &Host,
    door: &Door,
    care: Care,
    line: Option<Line>,
    bearing: &mut Bearing,
) -> Call {
    let knocked = line.is_some();
    // Most doors stay shut, and what stands behind an open one takes room.
    let asked = Box::pin(ask(scan, host, door, care, line)).await;
    bearing.suffers = asked.suffers;
    bearing.last = asked.last;
    if asked.care > care {
        bearing.care = Some(asked.care);
    }
    if knocked {
        bearing.opened = Some(*door);
    }
    asked
        .service
        .map_or(Call::Nothing, |service| Call::Service(Box::new(service)))
}

/// A silent port may be a firewall's; a host that was asked and now opens no door that it opened before has stopped
/// answering.
async fn still_answers(scan: &Scan, host: &Host, care: Care, bearing: &mut Bearing) {
    let Some(door) = bearing.opened.take() else {
        return;
    };
    match scan.dialer.dial(host.endpoint(&door), care).await {
        Err(DialError::Silent | DialError::NoRoute(_)) => {
            scan.dialer.gave_way();
            bearing.suffers = Some("it answered before, and then answered no connection any more".to_owned());
        }
        Err(DialError::Refused) => {
            bearing.suffers = Some("it accepted connections, and then refused one".to_owned());
        }
        again => bearing.last = again.ok(),
    }
}
