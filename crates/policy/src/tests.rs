//! Golden services: what rules of others make of configurations that everybody knows.

mod clients;
mod golden;
mod grades;
mod policies;
