//! A channel's settings, taken apart once and wrong ones refused before anything is sent.

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::{Jira, Mail, ServiceNow, Syslog, Webhook};

/// A way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Channel {
    /// E-mail, to people.
    Mail(Mail),
    /// JSON, to a program.
    Webhook(Webhook),
    /// Issues.
    Jira(Jira),
    /// Incidents.
    ServiceNow(ServiceNow),
    /// Lines of a log.
    Syslog(Syslog),
}

/// What is wrong with settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Wrong(pub String);

impl Channel {
    /// The names of all kinds, and what they are.
    pub const KINDS: [(&'static str, &'static str); 5] = [
        ("mail", "E-mail by your mail server"),
        ("webhook", "Webhook: signed JSON, Slack or Teams"),
        ("jira", "Jira issues"),
        ("servicenow", "ServiceNow incidents"),
        ("syslog", "Syslog, for a SIEM"),
    ];

    /// Reads settings of a kind.
    ///
    /// # Errors
    /// [`Wrong`] says what is.
    pub fn read(kind: &str, config: &Json) -> Result<Self, Wrong> {
        match kind {
            "mail" => read::<Mail>(config).and_then(|mail| mail.checked().map(Self::Mail)),
            "webhook" => read::<Webhook>(config).and_then(|hook| hook.checked().map(Self::Webhook)),
            "jira" => read::<Jira>(config).and_then(|jira| jira.checked().map(Self::Jira)),
            "servicenow" => {
                read::<ServiceNow>(config).and_then(|service| service.checked().map(Self::ServiceNow))
            }
            "syslog" => read::<Syslog>(config).and_then(|syslog| syslog.checked().map(Self::Syslog)),
            other => Err(Wrong(format!("there is no kind of channel {other:?}"))),
        }
    }

    /// Where it leads, for people.
    #[must_use]
    pub fn place(&self) -> String {
        match self {
            Self::Mail(mail) => format!("{}:{}", mail.host, mail.port),
            Self::Webhook(webhook) => webhook.url.clone(),
            Self::Jira(jira) => format!("{} {}", jira.url, jira.project),
            Self::ServiceNow(service) => service.url.clone(),
            Self::Syslog(syslog) => format!("{}:{}", syslog.host, syslog.port),
        }
    }
}

fn read<T: DeserializeOwned>(config: &Json) -> Result<T, Wrong> {
    T::deserialize(config).map_err(|error| Wrong(error.to_string()))
}

/// A host's name or address, and nothing that a command or a header could take for more.
pub(crate) fn host(text: &str) -> Result<(), Wrong> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || ".-:_".contains(letter);
    if !text.is_empty() && text.len() <= 253 && text.chars().all(plain) {
        return Ok(());
    }
    Err(Wrong(
        "the host is a name or an address, like mail.example.org".to_owned(),
    ))
}
