//! Flows of any bytes, in any pieces, with holes, over streams and datagrams: nothing panics, nothing leaks more than is
//! possible, and no verdict stands without the step that carries it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use holter_capture::{Bounds, Ending, Ends, Listener, Listening, Moment, Side};
use holter_model::{Transport, Verdict};

/// Takes `data` as commands: each says which side, how many bytes, and whether they are there.
pub fn run(data: &[u8]) {
    for transport in [Transport::Tcp, Transport::Udp] {
        for begun in [true, false] {
            for ended in [true, false] {
                flow(data, transport, begun, ended);
            }
        }
    }
}

fn flow(data: &[u8], transport: Transport, begun: bool, ended: bool) {
    let at = |host: u8, port: u16| SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)), port);
    let ends = Ends {
        opener: at(1, 40_000),
        answerer: at(2, 443),
        transport,
        begun,
    };
    let mut listening = Listening::new(Bounds::default());
    let mut flow = listening.begin(&ends, Moment(1));
    let (mut rest, mut now) = (data, 1_u64);
    let (mut heard, mut missing) = ([0_u64; 2], [0_u64; 2]);
    while let [command, size, tail @ ..] = rest {
        let side = if command & 1 == 0 {
            Side::Opener
        } else {
            Side::Answerer
        };
        now += u64::from(command >> 4);
        let size = usize::from(*size) << (command >> 2 & 3);
        if command & 2 == 0 {
            let (bytes, after) = tail.split_at(size.min(tail.len()));
            listening.hear(&mut flow, &ends, side, Moment(now), bytes);
            *of(&mut heard, side) += u64::try_from(bytes.len()).unwrap_or(0);
            rest = after;
        } else {
            listening.miss(
                &mut flow,
                &ends,
                side,
                Moment(now),
                u64::try_from(size).unwrap_or(0),
            );
            *of(&mut missing, side) += u64::try_from(size).unwrap_or(0);
            rest = tail;
        }
    }
    // Its beginning may have stood behind its data, and it may be closed before all is heard.
    let ends = Ends {
        begun: begun || ended,
        ..ends
    };
    if !begun && ended {
        listening.begun_late(&mut flow, &ends);
    }
    listening.closed(&mut flow, &ends, ended);
    let ending = Ending {
        at: Moment(now),
        seen: [true; 2],
        heard,
        missing,
        ended: [ended; 2],
        closed: true,
    };
    listening.end(flow, &ends, ending);
    let all = listening.finish();
    for said in all.subjects.iter().flat_map(|subject| &subject.verdicts) {
        let Some(weight) = said.weight else { continue };
        assert!(weight.leaked_min <= weight.leaked_max);
        assert!(weight.leaked_min <= heard.iter().chain(&missing).sum::<u64>() + (1 << 15));
        assert_eq!(
            said.verdict == Verdict::Affected,
            weight.ladder.verdict(false) == Verdict::Affected
        );
        assert!(weight.leaked_min == 0 || said.verdict == Verdict::Affected);
    }
}

fn of([opener, answerer]: &mut [u64; 2], side: Side) -> &mut u64 {
    match side {
        Side::Opener => opener,
        Side::Answerer => answerer,
    }
}
