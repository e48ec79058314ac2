//! The words of Holter as types. Nothing here does I/O; clock and randomness are seams ([`seam`]).

pub mod assessment;
pub mod asset;
pub mod attempt;
pub mod criticality;
pub mod der;
pub mod difference;
pub mod endpoint;
pub mod fact;
pub mod feature;
pub mod flaw;
pub mod fragility;
pub mod left_alone;
pub mod observation;
pub mod role;
pub mod seam;
pub mod service;
pub mod target;
pub mod verdict;

pub use assessment::Assessment;
pub use asset::Asset;
pub use attempt::Attempt;
pub use criticality::Criticality;
pub use der::Der;
pub use difference::{Difference, Differences};
pub use endpoint::{Endpoint, Transport};
pub use fact::{Fact, HeartbeatAnswer, Refusal, Stage};
pub use feature::{Feature, Order, Reaction, Store};
pub use flaw::{Flaw, Severity};
pub use fragility::Fragility;
pub use left_alone::LeftAlone;
pub use observation::{Method, Observation};
pub use role::Role;
pub use service::Service;
pub use target::{Target, TargetError};
pub use verdict::{Basis, Judgement, Verdict};
