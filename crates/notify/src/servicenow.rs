//! ServiceNow, by its table interface. One incident a finding; what comes later is a work note on it.

use hyper::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::jira::ticket;
use crate::text::{self, Short, short};
use crate::{Failure, Office, Parcel, Sent, Wrong, http, tls};

/// An instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceNow {
    /// Where it is: "https://example.service-now.com".
    pub url: String,
    /// Whom we are; empty: the secret is a token.
    #[serde(default)]
    pub user: String,
    /// The group to which incidents are given; empty: as the instance decides.
    #[serde(default)]
    pub group: String,
    /// The one authority whose certificates count, in PEM; empty: those of this machine.
    #[serde(default)]
    pub ca: String,
}

impl ServiceNow {
    pub(crate) fn checked(mut self) -> Result<Self, Wrong> {
        http::checked(&self.url)?;
        tls::authorities(&self.ca)?;
        while self.url.ends_with('/') {
            self.url.pop();
        }
        Ok(self)
    }

    pub(crate) async fn send(
        &self,
        secret: &str,
        parcel: &Parcel<'_>,
        office: &Office<'_>,
    ) -> Result<Sent, Failure> {
        let told = match short(parcel.content)? {
            Short::Notice(told) => told,
            // A trial opens nothing: whether we are let in is what it asks.
            Short::Trial(_) => {
                let path = "?sysparm_limit=1&sysparm_fields=sys_id";
                self.ask(secret, Method::GET, path, &Json::Null).await?;
                return Ok(Sent {
                    ticket: None,
                    said: "the table of incidents is there, and we are let in".to_owned(),
                });
            }
        };
        let lines = text::lines(told, office, &safe).join("\n");
        if let Some(incident) = parcel.ticket {
            let path = format!("/{incident}");
            self.ask(secret, Method::PATCH, &path, &json!({ "work_notes": lines }))
                .await?;
            return Ok(Sent {
                ticket: None,
                said: "a work note on its incident".to_owned(),
            });
        }
        if told.kind == "fixed" {
            return Ok(Sent {
                ticket: None,
                said: "there is no incident that it would close".to_owned(),
            });
        }
        // It may have been opened by a try whose answer got lost.
        if parcel.tries > 1
            && let Some(found) = self.opened(secret, parcel.key).await?
        {
            return Ok(found);
        }
        // 1 is high, 3 is low; the instance makes the priority of both.
        let grade = match told.severity.as_str() {
            "critical" => "1",
            "high" => "2",
            _ => "3",
        };
        let mut incident = json!({
            "short_description": text::title(told, &safe),
            "description": lines,
            "correlation_id": parcel.key,
            "correlation_display": "Holter",
            "urgency": grade,
            "impact": grade,
        });
        if let (Some(fields), false) = (incident.as_object_mut(), self.group.is_empty()) {
            fields.insert("assignment_group".to_owned(), self.group.clone().into());
        }
        let answer = self.ask(secret, Method::POST, "", &incident).await?;
        opened(answer.get("result")).ok_or_else(|| Failure::later("it answered without an incident"))
    }

    async fn opened(&self, secret: &str, key: &str) -> Result<Option<Sent>, Failure> {
        let path =
            format!("?sysparm_query=correlation_id%3D{key}&sysparm_fields=sys_id%2Cnumber&sysparm_limit=1");
        let answer = self.ask(secret, Method::GET, &path, &Json::Null).await?;
        Ok(opened(answer.pointer("/result/0")))
    }

    async fn ask(&self, secret: &str, method: Method, path: &str, body: &Json) -> Result<Json, Failure> {
        let url = format!("{}/api/now/table/incident{path}", self.url);
        http::json(method, &url, (&self.user, secret), body, &self.ca).await
    }
}

fn opened(incident: Option<&Json>) -> Option<Sent> {
    let incident = incident?;
    let id = incident.get("sys_id").and_then(ticket)?;
    let number = incident
        .get("number")
        .and_then(ticket)
        .unwrap_or_else(|| id.clone());
    Some(Sent {
        said: format!("the incident {number}"),
        ticket: Some(id),
    })
}

/// Between "[code]" and "[/code]" a journal shows HTML: there are no brackets in what we send.
fn safe(text: &str) -> String {
    text.replace('[', "(").replace(']', ")")
}
