//! Plans a scan, runs it, and emits its events into a sink. Knows nothing of output.

mod ask;
mod blank;
mod course;
mod event;
mod header;
mod intervals;
mod journal;
mod order;
mod plan;
mod run;
mod runs;
mod stop;
mod visit;
mod visits;

pub use course::Course;
pub use event::{Event, Sink, Summary};
pub use header::{Header, fingerprint};
pub use journal::{Journal, ResumeError};
pub use plan::{Plan, PlanError};
pub use run::{Scan, run};
pub use runs::Runs;
pub use stop::Stop;
pub use visits::Visits;
