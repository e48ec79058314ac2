//! Bytes without meaning, some of which look like the answer that a Heartbleed scanner hopes for.

use std::net::IpAddr;

use super::line::{Ended, Line};
use super::noise::Noise;
use super::peer::{Attempt, BadPeer, Expectation, Transport};
use super::record::HEARTBEAT;
use super::running::{Running, serve};
use super::talk;
use crate::LabError;

const NO_MEANING: Expectation = Expectation {
    verdicts: &["inconclusive", "not_applicable"],
    attempt: Attempt::Either,
    why: "no ServerHello was heard, whatever the bytes look like",
};

/// Pseudo-random bytes.
pub(crate) const RANDOM: BadPeer = BadPeer {
    name: "garbage",
    about: "answers a ClientHello with 64 KiB of pseudo-random bytes and closes",
    transport: Transport::Tcp,
    start: random,
    expect: NO_MEANING,
};

/// Pseudo-random bytes between heartbeat headers.
pub(crate) const LIKE_HEARTBEATS: BadPeer = BadPeer {
    name: "garbage-like-heartbeats",
    about: "answers a ClientHello with heartbeat records full of pseudo-random bytes and closes",
    transport: Transport::Tcp,
    start: like_heartbeats,
    expect: NO_MEANING,
};

fn random(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| answer(line, &Noise::new(6520).bytes(65_536)))
}

fn like_heartbeats(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let mut noise = Noise::new(160);
        let mut bytes = Vec::new();
        for _ in 0..16 {
            // Type 24, TLS 1.2, 1,024 bytes: a response that claims 1,000, then noise.
            bytes.extend([HEARTBEAT, 3, 3, 4, 0, 2, 3, 0xe8]);
            bytes.extend(noise.bytes(1021));
        }
        answer(line, &bytes)
    })
}

fn answer(line: &mut Line, bytes: &[u8]) -> Result<(), Ended> {
    line.read_exactly(1)?;
    line.send(bytes)?;
    talk::close(line)
}
