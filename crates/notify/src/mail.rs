//! E-mail by the hospital's own relay (RFC 5321), over TLS from the first byte (RFC 8314) or by STARTTLS that must
//! succeed. A letter has a plain part and a simple HTML part, no picture and nothing that is fetched.

use std::time::{Duration, SystemTime};

use holter_program::notices::letter::{Content, Item, Letter, Section, Way};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use maud::{DOCTYPE, Markup, html};
use serde::{Deserialize, Serialize};

use crate::channel::host;
use crate::{Failure, Office, Parcel, Sent, Wrong, address, text, tls};

const PATIENCE: Duration = Duration::from_secs(30);

/// How the relay is spoken to. In clear text it is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailTls {
    /// TLS from the first byte: port 465.
    Implicit,
    /// STARTTLS, without which nothing is sent: port 587 or 25.
    #[default]
    Starttls,
}

/// A relay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Its name, which its certificate must have.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is spoken to.
    #[serde(default)]
    pub tls: MailTls,
    /// Whom we are; empty: it takes mail from this machine without.
    #[serde(default)]
    pub user: String,
    /// Who the mail is from.
    pub from: String,
    /// The one authority whose certificates count, in PEM; empty: those of this machine.
    #[serde(default)]
    pub ca: String,
}

impl Mail {
    pub(crate) fn checked(self) -> Result<Self, Wrong> {
        host(&self.host)?;
        let from = self.from.parse::<Address>();
        from.map_err(|_| Wrong("the sender's address is none, like holter@example.org".to_owned()))?;
        tls::authorities(&self.ca)?;
        Ok(self)
    }

    pub(crate) async fn send(
        &self,
        secret: &str,
        parcel: &Parcel<'_>,
        office: &Office<'_>,
    ) -> Result<Sent, Failure> {
        address::of(&self.host, self.port).await?;
        let message = self.message(parcel, office)?;
        let mut relay = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&self.host)
            .port(self.port)
            .timeout(Some(PATIENCE))
            .tls(self.tls().map_err(|error| Failure::never(error.to_string()))?);
        if !self.user.is_empty() {
            relay = relay.credentials(Credentials::new(self.user.clone(), secret.to_owned()));
        }
        let answer = relay.build().send(message).await;
        answer.map(|_| Sent::default()).map_err(|error| refused(&error))
    }

    fn tls(&self) -> Result<Tls, lettre::transport::smtp::Error> {
        let mut parameters = TlsParameters::builder(self.host.clone());
        if !self.ca.trim().is_empty() {
            parameters = parameters
                .certificate_store(CertificateStore::None)
                .add_root_certificate(Certificate::from_pem(self.ca.as_bytes())?);
        }
        let parameters = parameters.build()?;
        Ok(match self.tls {
            MailTls::Implicit => Tls::Wrapper(parameters),
            MailTls::Starttls => Tls::Required(parameters),
        })
    }

    fn message(&self, parcel: &Parcel<'_>, office: &Office<'_>) -> Result<Message, Failure> {
        let unsent = |what: &str| Failure::never(format!("{what} is no address of mail"));
        let from: Address = self.from.parse().map_err(|_| unsent("the sender's"))?;
        let to: Address = parcel.address.parse().map_err(|_| unsent("the receiver's"))?;
        let trial;
        let (letter, name) = match parcel.content {
            Content::Letter(letter) => (letter, Some(letter.name.clone())),
            Content::Trial { by } => {
                trial = Letter {
                    subject: "[Holter] A trial".to_owned(),
                    name: String::new(),
                    opening: text::trial(by),
                    sections: Vec::new(),
                };
                (&trial, None)
            }
            Content::Notice(_) => return Err(Failure::never("a notice goes by mail in a letter")),
        };
        let id = format!("<{}@{}>", parcel.key, from.domain());
        Message::builder()
            .message_id(Some(id))
            .date(SystemTime::from(office.now))
            .from(Mailbox::new(Some("Holter".to_owned()), from))
            .to(Mailbox::new(name.filter(|name| !name.is_empty()), to))
            .subject(letter.subject.clone())
            // No absence notes in return (RFC 3834).
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .multipart(MultiPart::alternative_plain_html(
                plain(letter, office),
                dressed(letter, office).into_string(),
            ))
            .map_err(|_| Failure::never("it could not be brought into the form of mail"))
    }
}

fn refused(error: &lettre::transport::smtp::Error) -> Failure {
    if let Some(code) = error.status() {
        let number = u16::from(code);
        let why = match number {
            530 => "the mail server wants somebody to sign in, and no user stands here (530)".to_owned(),
            // RFC 4954, 6: what is wrong with signing in has these.
            432 | 454 | 534 | 535 | 538 => {
                format!("the mail server did not take the user and the password ({number})")
            }
            _ => format!("the mail server answered {number}"),
        };
        return if error.is_permanent() {
            Failure::never(why)
        } else {
            Failure::later(why)
        };
    }
    if let Some(why) = tls::explained(error) {
        return Failure::later(format!("the mail server: {why}"));
    }
    Failure::later(if error.is_tls() {
        "the mail server did not agree to TLS"
    } else if error.is_timeout() {
        "the mail server took too long"
    } else if error.is_client() {
        "the mail server offers no TLS, or no way of signing in that we know"
    } else {
        "the mail server was not reached, or broke off"
    })
}

fn way(item: &Item, office: &Office<'_>) -> (String, &'static str) {
    match item.way {
        Way::Page => (text::page(&item.told, office), "Open it"),
        Way::Link { person, until } => (
            office.links.link(item.told.finding, person, until),
            "See it, and say that you have it in hand",
        ),
    }
}

/// What stands under a finding's name.
fn facts(item: &Item, office: &Office<'_>) -> String {
    let told = &item.told;
    let mut facts = vec![told.severity.clone()];
    facts.extend(told.place.clone());
    facts.extend(told.due.map(|due| format!("due {}", text::day(due, office.zone))));
    let until = told.accepted_until.map(|until| text::day(until, office.zone));
    facts.extend(until.map(|until| format!("accepted until {until}")));
    facts.push(format!("next: {}", told.next));
    facts.join(" · ")
}

const FOOT: &str = "What was measured, and what to do, stands behind the links. You choose what you are told on the page of your account; \
     without one, ask whoever looks after Holter.";

fn plain(letter: &Letter, office: &Office<'_>) -> String {
    let mut out = String::new();
    if !letter.name.is_empty() {
        out.push_str(&format!("Hello {},\n\n", letter.name));
    }
    out.push_str(&letter.opening);
    out.push('\n');
    for section in &letter.sections {
        out.push_str(&format!("\n{}\n", section.title));
        for item in &section.items {
            let (link, _) = way(item, office);
            let told = &item.told;
            out.push_str(&format!(
                "\n- {} on {}\n  {}\n  {link}\n",
                told.name,
                told.asset_name,
                facts(item, office)
            ));
        }
        if section.more {
            out.push_str(&format!("\n  and more: {}/findings\n", office.url));
        }
    }
    if !letter.sections.is_empty() {
        out.push_str(&format!("\n-- \n{FOOT}\n"));
    }
    out
}

fn dressed(letter: &Letter, office: &Office<'_>) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { (letter.subject) } }
            body {
                @if !letter.name.is_empty() { p { "Hello " (letter.name) "," } }
                p { (letter.opening) }
                @for section in &letter.sections { (part(section, office)) }
                @if !letter.sections.is_empty() { hr; p { small { (FOOT) } } }
            }
        }
    }
}

fn part(section: &Section, office: &Office<'_>) -> Markup {
    html! {
        h2 { (section.title) }
        ul {
            @for item in &section.items {
                @let (link, words) = way(item, office);
                li {
                    strong { (item.told.name) " on " (item.told.asset_name) } br;
                    (facts(item, office)) br;
                    a href=(link) { (words) }
                }
            }
        }
        @if section.more { p { "And more: " a href={ (office.url) "/findings" } { "all findings" } } }
    }
}
