//! Sends what there is to tell, to where an admin said and nowhere else: one file a channel.
//!
//! [`Channel::read`] takes a channel's settings apart, and [`send`] tries once. When to try again, and what was sent, is
//! the outbox's to know: this crate keeps nothing. Every way out is encrypted, but for syslog where its receiver can do
//! no better, and for receivers on this machine.

mod address;
mod channel;
mod failure;
mod http;
mod jira;
mod mail;
mod servicenow;
mod syslog;
mod text;
mod tls;
mod webhook;

use std::time::Duration;

use holter_program::notices::letter::Content;
use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use channel::{Channel, Wrong};
pub use failure::{Again, Failure};
pub use jira::Jira;
pub use mail::{Mail, MailTls};
pub use servicenow::ServiceNow;
pub use syslog::{Carrier, Syslog};
pub use webhook::{Shape, Webhook};

/// All of one try.
const WHOLE: Duration = Duration::from_secs(45);

/// Makes links that open one finding for one person.
pub trait Links: Send + Sync {
    /// The address of the link.
    fn link(&self, finding: i64, person: i64, until: Timestamp) -> String;
}

/// From where it is sent.
pub struct Office<'a> {
    /// Where the pages are.
    pub url: &'a str,
    /// Whose days are meant.
    pub zone: &'a TimeZone,
    /// When it is sent.
    pub now: Timestamp,
    /// Makes links.
    pub links: &'a dyn Links,
}

/// What is sent.
#[derive(Clone, Copy, Debug)]
pub struct Parcel<'a> {
    /// The same each time it is tried: a receiver drops what it has already.
    pub key: &'a str,
    /// The how manieth try this is, from 1 on.
    pub tries: i64,
    /// The address of mail.
    pub address: &'a str,
    /// What it says.
    pub content: &'a Content,
    /// What the finding is called at the other end, where it is known there.
    pub ticket: Option<&'a str>,
}

/// That it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// What the finding is called at the other end from now on.
    pub ticket: Option<String>,
    /// What is to be known of it, in words.
    pub said: String,
}

/// Tries once. `secret` is the password, token or key of the channel.
///
/// # Errors
/// Why it was not sent, and whether it is worth trying again. What broke off after the other end took it is an error
/// too: it will then be sent a second time, under the same key.
pub async fn send(
    channel: &Channel,
    secret: &str,
    parcel: &Parcel<'_>,
    office: &Office<'_>,
) -> Result<Sent, Failure> {
    let trying = async {
        match channel {
            Channel::Mail(mail) => mail.send(secret, parcel, office).await,
            Channel::Webhook(webhook) => webhook.send(secret, parcel, office).await,
            Channel::Jira(jira) => jira.send(secret, parcel, office).await,
            Channel::ServiceNow(service) => service.send(secret, parcel, office).await,
            Channel::Syslog(syslog) => syslog.send(parcel, office).await,
        }
    };
    tokio::time::timeout(WHOLE, trying)
        .await
        .unwrap_or_else(|_| Err(Failure::later("it took too long")))
}
