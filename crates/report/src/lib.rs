//! One report in every format. Each format is a function of services and their sums; nothing here prints.

mod csv;
mod document;
mod escape;
mod facts;
mod json;
mod jsonl;
mod preamble;
mod shape;
mod spelled;
mod text;

pub use document::{Document, Format, Look};
pub use escape::{cell, terminal};
pub use preamble::Preamble;
pub use shape::Summary;
pub use text::number;
