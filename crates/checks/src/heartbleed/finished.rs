//! The same two heartbeats after a finished handshake, for stacks that ignore them before.

use holter_wire::Version;

use crate::Visit;

/// Asks on a connection of its own.
pub(super) async fn ask(_visit: &mut Visit<'_>, _version: Version) {}
