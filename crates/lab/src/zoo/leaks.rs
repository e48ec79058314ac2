//! Servers that answer heartbeats with bytes that the client never sent.

use std::net::IpAddr;

use super::beat::{self, Beat};
use super::line::{Ended, Line};
use super::memory::{Memory, foreign};
use super::noise::Noise;
use super::peer::{Attempt, BadPeer, Expectation, Transport};
use super::record::{self, HEARTBEAT};
use super::running::{Running, serve};
use super::talk;
use crate::LabError;

/// How much more than asked for comes back.
const MORE: usize = 512;

/// More bytes than were asked for.
pub(crate) const MORE_THAN_ASKED: BadPeer = BadPeer {
    name: "leaks-unasked",
    about: "answers every heartbeat with its payload and 512 bytes of a secret behind it",
    transport: Transport::Tcp,
    start: more_than_asked,
    expect: Expectation {
        verdicts: &["affected"],
        attempt: Attempt::Either,
        why: "memory came out, unasked; it may be counted, and neither kept nor shown",
    },
};

/// Other bytes than were sent.
pub(crate) const WRONG_PAYLOAD: BadPeer = BadPeer {
    name: "answers-with-other-bytes",
    about: "answers every heartbeat with as many bytes as were asked for, all of them a secret",
    transport: Transport::Tcp,
    start: wrong_payload,
    expect: Expectation {
        verdicts: &["affected", "inconclusive"],
        attempt: Attempt::Either,
        why: "a leak or a broken echo, no one can tell; but nobody may call it clean, nor show the bytes",
    },
};

/// An affected server whose over-read never meets the client's own bytes.
pub(crate) const OTHER_MEMORY: BadPeer = BadPeer {
    name: "affected-in-other-memory",
    about: "an affected server that reads each record to a new place, so that every over-read meets a secret",
    transport: Transport::Tcp,
    start: other_memory,
    expect: Expectation {
        verdicts: &["affected"],
        attempt: Attempt::Either,
        why: "the probe is echoed; a proof by the client's own marker must stop here at the first foreign byte",
    },
};

/// Heartbeat responses that nobody asked for.
pub(crate) const UNASKED_RESPONSES: BadPeer = BadPeer {
    name: "unasked-heartbeat-responses",
    about: "sends heartbeat responses full of a secret behind its flight, before it was asked, and answers none",
    transport: Transport::Tcp,
    start: unasked_responses,
    expect: Expectation {
        verdicts: &["inconclusive", "affected"],
        attempt: Attempt::Either,
        why: "they answer no question of ours; but bytes that we never sent came back, so nobody may call it clean",
    },
};

fn more_than_asked(ip: IpAddr) -> Result<Running, LabError> {
    answering(ip, |beat| {
        let mut payload: Vec<u8> = beat.payload().unwrap_or_default().to_vec();
        payload.extend(foreign(MORE));
        payload
    })
}

fn wrong_payload(ip: IpAddr) -> Result<Running, LabError> {
    answering(ip, |beat| foreign(beat.claimed))
}

fn other_memory(ip: IpAddr) -> Result<Running, LabError> {
    answering(ip, |beat| {
        let mut memory = Memory::of_secrets();
        memory.take_in(&beat.body);
        memory.payload(beat.claimed)
    })
}

fn unasked_responses(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        let flight = talk::hear_hello(line)?;
        let mut bytes = flight.bytes();
        let answer = beat::response(&foreign(4096), &beat::random_padding(&mut Noise::new(3)));
        for _ in 0..4 {
            bytes.extend(record::record(HEARTBEAT, flight.version, &answer));
        }
        line.send(&bytes)?;
        talk::hear_beats(line, |_, _| Ok(()))
    })
}

fn answering(ip: IpAddr, payload: fn(&Beat) -> Vec<u8>) -> Result<Running, LabError> {
    serve(ip, move |line| {
        let flight = talk::hear_hello(line)?;
        line.send(&flight.bytes())?;
        let mut noise = Noise::new(4);
        talk::hear_beats(line, |line, beat| answer(line, beat, &payload(beat), &mut noise))
    })
}

fn answer(line: &mut Line, beat: &Beat, payload: &[u8], noise: &mut Noise) -> Result<(), Ended> {
    let message = beat::response(payload, &beat::random_padding(noise));
    line.send(&record::records(HEARTBEAT, beat.version, &message).concat())
}
