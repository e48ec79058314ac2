//! Peers written from the specification, for protocols that no registry has a real server of. Each stands in front of
//! a real TLS server: it speaks the protocol's way into TLS and relays the rest.

pub mod amqp;
pub mod mssql;
pub mod telnet;
