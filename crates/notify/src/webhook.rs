//! Webhooks: a notice as JSON, signed as the Standard Webhooks specification has it (an HMAC-SHA256 over identity,
//! moment and body), or as the message of a chat.

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use hyper::Method;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use sha2::Sha256;

use crate::text::{self, Short, short, slashed};
use crate::{Failure, Office, Parcel, Sent, Wrong, http, tls};

/// What a receiver takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Holter's own, signed.
    #[default]
    Holter,
    /// A message of Slack, Mattermost or Rocket.Chat.
    Slack,
    /// An adaptive card, for a workflow of Teams.
    Teams,
}

/// A receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Where.
    pub url: String,
    /// What it takes.
    #[serde(default)]
    pub shape: Shape,
    /// The one authority whose certificates count, in PEM; empty: those of this machine.
    #[serde(default)]
    pub ca: String,
}

impl Webhook {
    pub(crate) fn checked(self) -> Result<Self, Wrong> {
        http::checked(&self.url)?;
        tls::authorities(&self.ca)?;
        Ok(self)
    }

    pub(crate) async fn send(
        &self,
        secret: &str,
        parcel: &Parcel<'_>,
        office: &Office<'_>,
    ) -> Result<Sent, Failure> {
        let body = match self.shape {
            Shape::Holter => holter(parcel, office)?,
            Shape::Slack => slack(parcel, office)?,
            Shape::Teams => teams(parcel, office)?,
        };
        let body = body.to_string();
        let mut headers = vec![
            ("webhook-id", parcel.key.to_owned()),
            ("webhook-timestamp", office.now.as_second().to_string()),
        ];
        if !secret.is_empty() {
            headers.push((
                "webhook-signature",
                signature(secret, parcel.key, office.now, &body)?,
            ));
        }
        let asked = http::ask(http::Ask {
            method: Method::POST,
            url: &self.url,
            headers,
            body,
            ca: &self.ca,
        });
        asked.await.map(|_| Sent::default())
    }
}

/// "v1," and the code, in base64.
fn signature(secret: &str, id: &str, at: Timestamp, body: &str) -> Result<String, Failure> {
    let key = match secret.strip_prefix("whsec_") {
        Some(encoded) => BASE64
            .decode(encoded.as_bytes())
            .map_err(|_| Failure::never("its secret begins with whsec_ and is no base64"))?,
        None => secret.as_bytes().to_vec(),
    };
    let mut mac =
        Hmac::<Sha256>::new_from_slice(&key).map_err(|_| Failure::never("its secret cannot be used"))?;
    mac.update(format!("{id}.{}.{body}", at.as_second()).as_bytes());
    Ok(format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes())))
}

fn holter(parcel: &Parcel<'_>, office: &Office<'_>) -> Result<Json, Failure> {
    Ok(match short(parcel.content)? {
        Short::Notice(told) => {
            let mut data = serde_json::to_value(told).map_err(|error| Failure::never(error.to_string()))?;
            if let Some(data) = data.as_object_mut() {
                data.insert("url".to_owned(), text::page(told, office).into());
            }
            json!({
                "schema": "holter.notice/1",
                "type": format!("finding.{}", told.kind),
                "timestamp": told.at,
                "key": parcel.key,
                "data": data,
            })
        }
        Short::Trial(words) => json!({
            "schema": "holter.notice/1",
            "type": "trial",
            "timestamp": office.now,
            "key": parcel.key,
            "data": { "text": words },
        }),
    })
}

/// What acts in Slack's markup: three letters make all of it, by its own documentation.
fn slack_safe(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn slack(parcel: &Parcel<'_>, office: &Office<'_>) -> Result<Json, Failure> {
    Ok(match short(parcel.content)? {
        Short::Notice(told) => {
            json!({ "text": text::lines(told, office, &slack_safe).join("\n"), "mrkdwn": false })
        }
        Short::Trial(words) => json!({ "text": slack_safe(&words) }),
    })
}

fn card_safe(text: &str) -> String {
    slashed(text, "\\`*_{}[]()<>#+-!|~")
}

fn teams(parcel: &Parcel<'_>, office: &Office<'_>) -> Result<Json, Failure> {
    let (lines, url) = match short(parcel.content)? {
        Short::Notice(told) => {
            let mut lines = text::lines(told, office, &card_safe);
            lines.pop();
            (lines, Some(text::page(told, office)))
        }
        Short::Trial(words) => (vec![card_safe(&words)], None),
    };
    let body: Vec<Json> = lines
        .into_iter()
        .map(|line| json!({ "type": "TextBlock", "text": line, "wrap": true, "spacing": "Small" }))
        .collect();
    let actions: Vec<Json> = url
        .map(|url| json!({ "type": "Action.OpenUrl", "title": "Open it in Holter", "url": url }))
        .into_iter()
        .collect();
    Ok(json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": body,
                "actions": actions,
            },
        }],
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that the specification's own libraries are tested with.
    #[test]
    fn it_is_signed_as_the_specification_has_it() {
        let signed = signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            Timestamp::from_second(1_614_265_330).unwrap(),
            "{\"test\": 2432232314}",
        );
        assert_eq!(signed.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
