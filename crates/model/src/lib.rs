//! The words of Holter as types. Nothing here does I/O; clock and randomness are seams ([`seam`]).

pub mod attempt;
pub mod endpoint;
pub mod fact;
pub mod flaw;
pub mod observation;
pub mod seam;
pub mod service;
pub mod target;
pub mod verdict;

pub use attempt::Attempt;
pub use endpoint::{Endpoint, Transport};
pub use fact::{Fact, HeartbeatAnswer, Refusal, Stage};
pub use flaw::Flaw;
pub use observation::{Method, Observation};
pub use service::Service;
pub use target::{Target, TargetError};
pub use verdict::{Basis, Judgement, Verdict};
