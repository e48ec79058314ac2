//! How each protocol reaches TLS: one file each, one line each in the roster below.
//!
//! A protocol file owns everything about it: id, ports, how it opens ([`Protocol::open`]) and how its first
//! words are recognised ([`Protocol::recognise`]), which the passive ear will use too.

mod choose;
pub mod marks;
mod opening;
mod packet;
mod port;
mod reply;
pub mod roles;
mod roster;
mod script;
pub mod sets;
mod tds;

pub use choose::{Chosen, Start, by_id, by_port, by_words, default_ports, in_clear, speaker};
pub use opening::{Asking, Opened, Opening};
pub use packet::Packet;
pub use port::{PortChoice, Span};
pub use roster::Protocol;

/// The pure readers of what peers answer before TLS, each named after what it reads. They decide on hostile bytes
/// alone, without a line, so that they can be fuzzed and the passive ear can use them.
pub mod read {
    pub use crate::amqp::header as amqp_header;
    pub use crate::ldap::{Response as LdapResponse, response as ldap_response};
    pub use crate::mssql::prelogin as tds_prelogin;
    pub use crate::mysql::{Greeting as MysqlGreeting, greeting as mysql_greeting};
    pub use crate::postgres::{Answer as PostgresAnswer, answer as postgres_answer};
    pub use crate::rdp::{Confirm as X224Confirm, confirm as x224_confirm};
    pub use crate::tds::Tds as TdsFraming;
    pub use crate::telnet::{Command as TelnetCommand, command as telnet_command};
    pub use crate::xmpp::{Stream as XmppStream, proceed as xmpp_proceed, stream as xmpp_stream};
}

roster::roster! {
    amqp,
    dicom,
    fhir,
    ftp,
    https,
    imap,
    irc,
    ldap,
    lmtp,
    mllp,
    mqtt,
    mssql,
    mysql,
    nntp,
    pop3,
    postgres,
    rdp,
    sieve,
    smtp,
    syslog,
    telnet,
    tls,
    xmpp,
    xmpp_server,
}
