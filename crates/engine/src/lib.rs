//! Plans a scan, runs it, and emits its events into a sink. Knows nothing of output.

mod ask;
mod authorisation;
mod blank;
mod course;
mod event;
mod header;
mod hours;
mod intervals;
mod journal;
mod network;
mod order;
mod permission;
mod plan;
mod run;
mod runs;
mod schedule;
mod stop;
mod visit;
mod visits;
mod weekly;

pub use authorisation::Authorisation;
pub use course::Course;
pub use event::{Event, Sink, Summary};
pub use header::{Header, fingerprint};
pub use hours::QuietHours;
pub use journal::{Journal, ResumeError};
pub use network::{Network, Networks};
pub use permission::{Permitted, foreign};
pub use plan::{Plan, PlanError};
pub use run::{Scan, run};
pub use runs::Runs;
pub use schedule::{At, Every, When};
pub use stop::Stop;
pub use visits::Visits;
