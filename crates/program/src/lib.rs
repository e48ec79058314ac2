//! The life of findings: from open to proven fixed, and who must act next.
//!
//! [`life`], [`closing`], [`weight`](mod@weight), [`due`] and [`scope`] are pure: no I/O, no clock. [`Ingest`] brings what a scan
//! heard into the store; [`deeds`] is what people do about findings and [`assets`]
//! what they do about assets; [`rejudge`] asks today's checks about yesterday's facts;
//! [`import`] reads other programs' lists of assets; [`notices`] says what is told of findings, and to whom.
//!
//! [`Keeper`] keeps what a run finds while it runs, [`overheard`] what a capture told, and [`files`] what was written down
//! elsewhere: all of them through the same [`Ingest`].

pub mod assets;
pub mod closing;
pub mod deeds;
pub mod difference;
pub mod due;
pub mod earlier;
pub mod files;
mod guess;
mod history;
pub mod import;
mod ingest;
pub mod interfaces;
mod keeper;
pub mod life;
mod moved;
pub mod notices;
pub mod overheard;
pub mod rejudge;
pub mod reported;
pub mod scope;
mod verdicts;
pub mod weight;

pub use deeds::ProgramError;
pub use ingest::{Ingest, Taken};
pub use keeper::{Hand, Handed, Keeper, hand_over};
