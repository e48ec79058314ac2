//! Everything that Holter remembers: the only crate that knows SQL.
//!
//! [`Store::open`] opens a file (SQLite) or `postgres://…` and brings its schema up to date. Reading is a method of
//! [`Store`]; each takes a connection of its own for as long as it needs one. Writing is a method of [`Writing`], a
//! transaction: nothing of it is there before [`Writing::commit`], and all of it afterwards, whatever is killed. SQLite
//! has one writer at a time, so a transaction must be short, and nobody may wait for a person or a peer within one.
//!
//! One file is one concept, with its reading, its writing and its plain structs. The same SQL runs on both databases;
//! where they differ, [`Dialect`] says so. Lists are pages: they begin after a place ([`Page`]) and never count rows; the
//! sums of a page come from tallies ([`Store::finding_tallies`] and its like), which are kept in step as things change.
//!
//! What a page needs: *overview* [`Store::finding_tallies`], [`Store::asset_tallies`], [`Store::findings`] of its first
//! three, [`Store::tasks`]; *asset* [`Store::asset`], [`Store::services`], [`Store::findings`] with its filter,
//! [`Store::interfaces`], [`Store::asset_events`]; *finding* [`Store::finding`], [`Store::events`],
//! [`Store::acceptances`], [`Store::tasks_about`], [`Store::measurements_for`]; *scan* [`Store::scan`],
//! [`Store::achieved`], [`Store::visits_of`]. What a person does to a finding is `holter_program::deeds`.
//!
//! A new table: a step in `migration.rs` (numbers from 100 on are accounts and what the server itself remembers), a file
//! of its own here, and its tests on both databases by `on_both!` (tests/both).

mod acceptances;
mod accounts;
mod api_tokens;
mod assets;
mod audit;
mod backup;
mod channels;
mod coverage;
mod dialect;
mod error;
mod events;
mod failures;
mod findings;
mod history;
mod identity;
mod interfaces;
mod marks;
mod measurements;
mod messages;
mod migration;
mod moment;
mod notices;
mod observations;
mod page;
mod people;
mod products;
mod recovery_codes;
mod restore;
mod scans;
mod services;
mod sessions;
mod settings;
mod sql;
mod store;
mod subjects;
mod subscriptions;
mod tables;
mod tally;
mod tasks;
mod tickets;
mod visits;
mod writing;

pub use acceptances::{Acceptance, NewAcceptance};
pub use accounts::{Account, NewAccount};
pub use api_tokens::ApiToken;
pub use assets::{AssetAbout, AssetFilter, AssetNames, KnownAsset};
pub use audit::{AuditKey, Audited, Deed, Verified, Witness};
pub use channels::Channel;
pub use coverage::Covered;
pub use dialect::Dialect;
pub use error::StoreError;
pub use events::{Event, NewEvent};
pub use failures::Failures;
pub use findings::{Finding, FindingFilter, FindingRow};
pub use history::AssetEvent;
pub use interfaces::{Between, Fold, Interface, InterfaceFilter, Linked, Secrecy};
pub use marks::Mark;
pub use measurements::Measurement;
pub use messages::{Message, NewMessage, Tried};
pub use notices::{Date, Dated, NewNotice, Notice};
pub use observations::Noted;
pub use page::{Listed, Page};
pub use people::{Department, Person, Site};
pub use scans::{NewScan, Reach, Scan, ScanSums, Scope};
pub use services::KnownService;
pub use sessions::Session;
pub use store::Store;
pub use subjects::Subject;
pub use subscriptions::{Digest, Reader};
pub use tally::{AssetTally, FindingTally};
pub use tasks::{NewTask, Task};
pub use tickets::TicketKey;
pub use visits::{NewVisit, Visit};
pub use writing::Writing;
