//! Why a question to a third party has no answer.

use std::net::IpAddr;

/// What went wrong. None of it says anything about the service whose certificate it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PhoneError {
    /// The address is not one that can be asked.
    #[error("it is no http:// address")]
    NotHttp,
    /// The name has no address.
    #[error("the name {0:?} has no address")]
    NoAddress(String),
    /// The user excluded the address, or no third party is met there.
    #[error("{0} was not asked: it was excluded, or is no place for a responder")]
    Excluded(IpAddr),
    /// No connection, or it broke.
    #[error("it was not reached: {0}")]
    Unreached(String),
    /// It said nothing in time.
    #[error("it said nothing in time")]
    Silent,
    /// It answered with another status than 200.
    #[error("it answered with status {0}")]
    Status(u16),
    /// It sent more than is read.
    #[error("it sent more than {0} bytes")]
    TooMuch(usize),
    /// The DNS did not answer.
    #[error("the DNS did not answer: {0}")]
    Dns(String),
}
