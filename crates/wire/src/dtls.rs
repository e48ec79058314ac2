//! DTLS 1.0 and 1.2 (RFC 4347, RFC 6347): datagrams to records, fragments to handshake messages.

mod fragment;
mod record;
mod verify;

pub use fragment::{Message, Reassembler, encode_fragments, encode_message};
pub use record::{Record, encode, encode_numbered, records};
pub use verify::HelloVerifyRequest;
