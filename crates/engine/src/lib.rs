//! Plans a scan, runs it, and emits its events into a sink. Knows nothing of output.

mod ask;
mod doors;
mod event;
mod plan;
mod run;
mod stop;
mod visits;

pub use event::{Event, Sink, Summary};
pub use plan::{Plan, PlanError};
pub use run::{Scan, run};
pub use stop::Stop;
pub use visits::Visits;
