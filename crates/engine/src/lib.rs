//! Plans a scan, runs it, and emits its events into a sink. Knows nothing of output.

mod ask;
mod authorisation;
mod event;
mod hours;
mod network;
mod permission;
mod plan;
mod run;
mod schedule;
mod stop;
mod visits;
mod weekly;

pub use authorisation::Authorisation;
pub use event::{Event, Sink, Summary};
pub use hours::QuietHours;
pub use network::{Network, Networks};
pub use permission::{Permitted, foreign};
pub use plan::{Plan, PlanError};
pub use run::{Scan, run};
pub use schedule::{At, Every, When};
pub use stop::Stop;
pub use visits::Visits;
