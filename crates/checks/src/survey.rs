//! The survey: which versions, suites, groups and schemes a service accepts and which certificates it shows. All checks
//! share it, so that each question costs its connections once.
//!
//! Suites are found by taking away: all are offered, the one chosen is left out the next time, until nothing is accepted
//! any more. That is one connection for each suite and one more, whatever the number of candidates. Each of these hellos
//! also puts other groups and schemes first, so that most of those cost nothing.
//!
//! What only makes that surer, and schemes that no suite needed, wait until all checks have asked: they get what is left of the
//! connections that a service may cost.
//!
//! All that rests on answers of one server. Where they do not fit together, others stand behind the same address
//! (`servers.rs`), or somebody agrees to whatever is offered (`bound.rs`): then nothing that was refused counts.

mod again;
mod ask;
mod axes;
mod bound;
mod datagrams;
mod encrypted;
mod enumerate;
mod heard;
mod known;
mod ledger;
mod offer;
mod order;
mod rest;
mod say;
mod servers;
pub(crate) mod ssl2;
mod streams;
mod suites;
mod take;
mod tally;

use holter_model::Transport;

pub(crate) use self::rest::Rest;
use crate::{Visit, session};

/// Surveys a service, once a visit.
pub async fn survey(visit: &mut Visit<'_>) {
    if !visit.survey_begins() {
        return;
    }
    match visit.endpoint.transport {
        Transport::Tcp => {
            streams::survey(visit).await;
            encrypted::ask(visit).await;
        }
        Transport::Udp => datagrams::survey(visit).await,
    }
}

/// Puts what was put off: what checks want to be surer of, then what the survey does, and at last what the last session shows.
pub async fn settle(visit: &mut Visit<'_>) {
    visit.put_later().await;
    rest::ask(visit).await;
    session::last(visit).await;
}
