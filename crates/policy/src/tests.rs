//! Golden services: what rules of others make of configurations that everybody knows.

mod certificates;
mod clients;
mod golden;
mod grades;
mod policies;
