//! One report in every format. Each format is a function of services and their sums; nothing here prints.

mod csv;
mod cyclonedx;
mod document;
mod escape;
mod explain;
mod facts;
mod html;
mod json;
mod jsonl;
mod named;
mod offer;
pub mod overheard;
mod place;
mod preamble;
mod sarif;
mod sentence;
mod shape;
mod span;
mod spelled;
mod text;
mod waiting;

pub use document::{Document, Format, Look};
pub use escape::{cell, spelled, terminal};
pub use explain::{Answer, Entry, explain, explain_json, list, search};
pub use overheard::{Heed, Overheard, Unread};
pub use preamble::Preamble;
pub use shape::{Failing, Summary};
pub use text::{counted, number};
