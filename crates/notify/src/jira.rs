//! Jira, by its REST interface: version 3 of the cloud, version 2 of Data Center. One issue a finding; what comes later
//! is a comment on it.

use hyper::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::text::{self, Short, short, slashed};
use crate::{Failure, Office, Parcel, Sent, Wrong, http, tls};

/// A project of a Jira.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jira {
    /// Where it is, without a path behind: "https://example.atlassian.net".
    pub url: String,
    /// The project's key.
    pub project: String,
    /// What kind of issue is opened.
    #[serde(default = "task")]
    pub issue_type: String,
    /// The interface's version: 3 for the cloud, 2 for Data Center.
    #[serde(default = "three")]
    pub version: u8,
    /// The account's address of mail; empty: the secret is a personal access token.
    #[serde(default)]
    pub user: String,
    /// The one authority whose certificates count, in PEM; empty: those of this machine.
    #[serde(default)]
    pub ca: String,
}

fn task() -> String {
    "Task".to_owned()
}

const fn three() -> u8 {
    3
}

impl Jira {
    pub(crate) fn checked(mut self) -> Result<Self, Wrong> {
        http::checked(&self.url)?;
        tls::authorities(&self.ca)?;
        while self.url.ends_with('/') {
            self.url.pop();
        }
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        if self.project.is_empty() || !self.project.chars().all(plain) {
            return Err(Wrong("the project's key is a word like SEC".to_owned()));
        }
        if ![2, 3].contains(&self.version) {
            return Err(Wrong(
                "the version is 3 for the cloud and 2 for Data Center".to_owned(),
            ));
        }
        Ok(self)
    }

    pub(crate) async fn send(
        &self,
        secret: &str,
        parcel: &Parcel<'_>,
        office: &Office<'_>,
    ) -> Result<Sent, Failure> {
        let (summary, lines) = match short(parcel.content)? {
            Short::Notice(told) => {
                let escape = |text: &str| self.safe(text);
                // A summary is plain text in both versions.
                let summary = text::title(told, &|text: &str| text.to_owned());
                if let Some(ticket) = parcel.ticket {
                    let path = format!("issue/{ticket}/comment");
                    let lines = text::lines(told, office, &escape);
                    self.ask(secret, Method::POST, &path, &json!({ "body": self.text(&lines) }))
                        .await?;
                    return Ok(Sent {
                        ticket: None,
                        said: format!("a comment on {ticket}"),
                    });
                }
                if told.kind == "fixed" {
                    return Ok(Sent {
                        ticket: None,
                        said: "there is no issue that it would close".to_owned(),
                    });
                }
                (summary, text::lines(told, office, &escape))
            }
            // A trial opens nothing: whether we are let in is what it asks.
            Short::Trial(_) => {
                let path = format!("project/{}", self.project);
                self.ask(secret, Method::GET, &path, &Json::Null).await?;
                return Ok(Sent {
                    ticket: None,
                    said: "the project is there, and we are let in".to_owned(),
                });
            }
        };
        let label = format!("holter-{}", parcel.key);
        // It may have been opened by a try whose answer got lost.
        if parcel.tries > 1
            && let Some(key) = self.opened(secret, &label).await?
        {
            return Ok(sent(key));
        }
        let issue = json!({ "fields": {
            "project": { "key": self.project },
            "issuetype": { "name": self.issue_type },
            "summary": summary,
            "description": self.text(&lines),
            "labels": ["holter", label],
        } });
        let answer = self.ask(secret, Method::POST, "issue", &issue).await?;
        match answer.get("key").and_then(ticket) {
            Some(key) => Ok(sent(key)),
            None => Err(Failure::later("it answered without the key of an issue")),
        }
    }

    async fn opened(&self, secret: &str, label: &str) -> Result<Option<String>, Failure> {
        let search = if self.version == 3 { "search/jql" } else { "search" };
        let path = format!("{search}?jql=labels%20%3D%20%22{label}%22&fields=key&maxResults=1");
        let answer = self.ask(secret, Method::GET, &path, &Json::Null).await?;
        Ok(answer.pointer("/issues/0/key").and_then(ticket))
    }

    async fn ask(&self, secret: &str, method: Method, path: &str, body: &Json) -> Result<Json, Failure> {
        let url = format!("{}/rest/api/{}/{path}", self.url, self.version);
        http::json(method, &url, (&self.user, secret), body, &self.ca).await
    }

    /// Version 3 takes a document, in which text is text; version 2 takes markup.
    fn text(&self, lines: &[String]) -> Json {
        if self.version == 2 {
            return lines.join("\n").into();
        }
        let paragraphs: Vec<Json> = lines
            .iter()
            .map(|line| json!({ "type": "paragraph", "content": [{ "type": "text", "text": line }] }))
            .collect();
        json!({ "type": "doc", "version": 1, "content": paragraphs })
    }

    fn safe(&self, text: &str) -> String {
        if self.version == 2 {
            slashed(text, "\\{}[]!*_~^|#-+?")
        } else {
            text.to_owned()
        }
    }
}

fn sent(key: String) -> Sent {
    Sent {
        said: format!("the issue {key}"),
        ticket: Some(key),
    }
}

/// A key as issues have them, and nothing that a path could take for more.
pub(crate) fn ticket(value: &Json) -> Option<String> {
    let key = value.as_str()?;
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    (!key.is_empty() && key.len() <= 64 && key.chars().all(plain)).then(|| key.to_owned())
}
