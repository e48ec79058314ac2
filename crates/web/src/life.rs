//! The life of a finding, as the program leads it.

use jiff::Timestamp;

use crate::app::App;
use crate::guard::Caller;
use crate::trouble::Trouble;

/// What somebody wants of a finding.
#[derive(Debug)]
#[allow(dead_code)]
pub(crate) enum Request {
    Assign(i64),
    Fixing(String),
    Comment(String),
    Accept { reason: String, ground: String, until: Timestamp },
    CallFalse { reason: String, ground: String },
    Decide(bool),
}

/// Does it.
pub(crate) async fn act(_app: &App, _caller: &Caller, _finding: i64, _request: Request) -> Result<(), Trouble> {
    Err(Trouble::Own("not yet".to_owned()))
}
