//! Flows to the listener that knows TLS, each to another server, without packets.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use holter_capture::{Ending, Ends, Listener as _, Listening, Moment, Side};
use holter_model::Transport;

pub fn server(number: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + number))
}

pub fn ends(number: u32) -> Ends {
    Ends {
        opener: SocketAddr::new(IpAddr::V4(Ipv4Addr::from(0xc000_0000 + number)), 40_000),
        answerer: SocketAddr::new(server(number), 443),
        transport: Transport::Tcp,
        begun: true,
    }
}

pub fn ending(number: u32) -> Ending {
    Ending {
        at: at(number),
        seen: [true; 2],
        heard: [100, 100],
        missing: [0, 0],
        ended: [true; 2],
        closed: true,
    }
}

fn at(number: u32) -> Moment {
    Moment(1_396_980_000_000_000_000 + u64::from(number) * 1_000_000)
}

pub type Flow = <Listening as holter_capture::Listener>::Flow;

/// A flow to a server of its own: both hellos.
pub fn begin(listening: &mut Listening, number: u32) -> Flow {
    let (ends, at) = (ends(number), at(number));
    let mut flow = listening.begin(&ends, at);
    let heartbeat = [0, 15, 0, 1, 1];
    let client = [&[3, 2][..], &[7; 32], &[0, 0, 2, 0, 0x2f, 1, 0, 0, 5], &heartbeat].concat();
    listening.hear(
        &mut flow,
        &ends,
        Side::Opener,
        at,
        &record(22, &message(1, &client)),
    );
    let server = [&[3, 2][..], &[8; 32], &[0, 0, 0x2f, 0, 0, 5], &heartbeat].concat();
    listening.hear(
        &mut flow,
        &ends,
        Side::Answerer,
        at,
        &record(22, &message(2, &server)),
    );
    flow
}

/// All of such a flow, and in it a theft of so many bytes.
pub fn flow(listening: &mut Listening, number: u32, theft: Option<u16>) {
    let mut flow = begin(listening, number);
    if let Some(claim) = theft {
        steal(listening, &mut flow, number, claim);
    }
    listening.end(flow, &ends(number), ending(number));
}

/// A theft of so many bytes in such a flow.
pub fn steal(listening: &mut Listening, flow: &mut Flow, number: u32, claim: u16) {
    let (ends, at) = (ends(number), at(number));
    let [high, low] = claim.to_be_bytes();
    listening.hear(flow, &ends, Side::Opener, at, &record(24, &[1, high, low]));
    let answer = [vec![2, high, low], vec![b'x'; usize::from(claim) + 16]].concat();
    listening.hear(flow, &ends, Side::Answerer, at, &record(24, &answer));
}

/// A handshake message.
pub fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let [_, a, b, c] = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[kind, a, b, c], body].concat()
}

/// A record of TLS.
pub fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(body.len()).unwrap().to_be_bytes();
    [&[kind, 3, 2, high, low], body].concat()
}
