//! The fields of a channel's form, kind by kind.

use holter_model::Severity;
use holter_program::notices::Kind;
use holter_program::notices::round::MAIL;
use holter_store::{Channel, Department};
use maud::{Markup, html};

use crate::shown::{form, safe};

/// A field of a kind of channel.
struct Field {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    usual: &'static str,
    look: Look,
}

enum Look {
    Text,
    Number,
    Choice(&'static [(&'static str, &'static str)]),
    Certificate,
}

const fn field(
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    usual: &'static str,
    look: Look,
) -> Field {
    Field {
        name,
        label,
        hint,
        usual,
        look,
    }
}

const CA: Field = field(
    "ca",
    "The certificate of your own authority (PEM)",
    "Where it is given, it alone counts; without it, the authorities that this machine relies on.",
    "",
    Look::Certificate,
);

const MAIL_FIELDS: &[Field] = &[
    field(
        "host",
        "Mail server",
        "Its certificate must have this name.",
        "",
        Look::Text,
    ),
    field(
        "port",
        "Port",
        "587 or 25 with STARTTLS, 465 with TLS from the first byte.",
        "587",
        Look::Number,
    ),
    field(
        "tls",
        "TLS",
        "In clear text nothing is sent.",
        "starttls",
        Look::Choice(&[("starttls", "by STARTTLS"), ("implicit", "from the first byte")]),
    ),
    field(
        "user",
        "User",
        "Empty where the server takes mail from this machine without.",
        "",
        Look::Text,
    ),
    field(
        "from",
        "Sender's address",
        "Like holter@example.org.",
        "",
        Look::Text,
    ),
    CA,
];

const WEBHOOK_FIELDS: &[Field] = &[
    field("url", "Address", "https://…", "", Look::Text),
    field(
        "shape",
        "What it takes",
        "Only Holter's own form is signed for sure; a chat's address is its secret.",
        "holter",
        Look::Choice(&[
            ("holter", "Holter's JSON, signed"),
            ("slack", "a message of Slack, Mattermost or Rocket.Chat"),
            ("teams", "a card for a workflow of Teams"),
        ]),
    ),
    CA,
];

const JIRA_FIELDS: &[Field] = &[
    field(
        "url",
        "Address of Jira",
        "Like https://example.atlassian.net",
        "",
        Look::Text,
    ),
    field("project", "Key of the project", "Like SEC", "", Look::Text),
    field("issue_type", "Kind of issue", "", "Task", Look::Text),
    field(
        "version",
        "Which Jira",
        "",
        "3",
        Look::Choice(&[("3", "the cloud (version 3)"), ("2", "Data Center (version 2)")]),
    ),
    field(
        "user",
        "The account's address of mail",
        "For the cloud, with an API token below. Empty for a personal access token of Data Center.",
        "",
        Look::Text,
    ),
    CA,
];

const SERVICENOW_FIELDS: &[Field] = &[
    field(
        "url",
        "Address of the instance",
        "Like https://example.service-now.com",
        "",
        Look::Text,
    ),
    field(
        "user",
        "User",
        "Empty where a token stands below.",
        "",
        Look::Text,
    ),
    field(
        "group",
        "Assignment group",
        "Empty: as the instance decides.",
        "",
        Look::Text,
    ),
    CA,
];

const SYSLOG_FIELDS: &[Field] = &[
    field("host", "Receiver", "", "", Look::Text),
    field(
        "port",
        "Port",
        "6514 with TLS, 514 otherwise.",
        "6514",
        Look::Number,
    ),
    field(
        "carrier",
        "Carried by",
        "TCP and UDP are read by whoever stands on the way; by UDP nobody knows whether it arrived.",
        "tls",
        Look::Choice(&[("tls", "TLS"), ("tcp", "TCP"), ("udp", "UDP")]),
    ),
    field("facility", "Facility", "16 is local0.", "16", Look::Number),
    CA,
];

fn of(kind: &str) -> &'static [Field] {
    match kind {
        "mail" => MAIL_FIELDS,
        "webhook" => WEBHOOK_FIELDS,
        "jira" => JIRA_FIELDS,
        "servicenow" => SERVICENOW_FIELDS,
        _ => SYSLOG_FIELDS,
    }
}

/// Whether a field of the settings is a number.
pub(crate) fn is_number(name: &str) -> bool {
    matches!(name, "port" | "facility" | "version")
}

/// What the secret is, for who types it.
fn secret(kind: &str) -> Option<(&'static str, &'static str)> {
    match kind {
        "mail" => Some(("Password", "")),
        "webhook" => Some(("Secret", "Empty: Holter makes one for its own form.")),
        "jira" => Some(("API token, or personal access token", "")),
        "servicenow" => Some(("Password or token", "")),
        _ => None,
    }
}

/// What a new channel hears: a log everything, a system of tickets what somebody must do, and that it is done.
fn usual(kind: &str, notice: Kind) -> bool {
    match kind {
        "jira" | "servicenow" => {
            matches!(notice, Kind::Opened | Kind::Overdue | Kind::Fixed | Kind::Back)
        }
        _ => true,
    }
}

/// The fields, with what stands there.
pub(crate) fn fields(kind: &str, channel: Option<&Channel>, departments: &[Department]) -> Markup {
    let at = channel.map_or_else(|| kind.to_owned(), |channel| format!("{kind}-{}", channel.id));
    let least = channel.map_or_else(
        || match kind {
            "jira" | "servicenow" => Severity::High,
            _ => Severity::Info,
        },
        |channel| channel.severity,
    );
    html! {
        input type="hidden" name="kind" value=(kind);
        label for={ (at) "-name" } { "Name" }
        input id={ (at) "-name" } name="name" required maxlength="100" value=(safe(channel.map_or("", |channel| channel.name.as_str())));
        @for field in of(kind) { (input(field, &at, channel)) }
        @if let Some((label, hint)) = secret(kind) {
            label for={ (at) "-secret" } { (label) }
            @if let Some(hint) = Some(if channel.is_some_and(|channel| !channel.secret.is_empty()) { "It is kept and not shown; type another to change it." } else { hint }).filter(|hint| !hint.is_empty()) { p class="hint" { (hint) } }
            input id={ (at) "-secret" } name="secret" type="password" autocomplete="off" maxlength="4000";
        }
        @if kind != MAIL {
            fieldset {
                legend { "It hears of" }
                @for notice in Kind::ALL {
                    @let heard = channel.map_or_else(|| usual(kind, notice), |channel| channel.hears.iter().any(|heard| heard == notice.as_str()));
                    label class="check" { input type="checkbox" name="hears" value=(notice.as_str()) checked[heard]; span { (heard_word(notice)) } }
                }
            }
            label for={ (at) "-severity" } { "Not below" }
            select id={ (at) "-severity" } name="severity" {
                @for severity in Severity::ALL { (form::option(severity.as_str(), severity.as_str(), severity == least)) }
            }
            label for={ (at) "-department" } { "Of" }
            select id={ (at) "-department" } name="department" {
                (form::option("", "every department", channel.is_none_or(|channel| channel.department.is_none())))
                @for department in departments {
                    (form::option(&department.id.to_string(), &safe(&department.name), channel.is_some_and(|channel| channel.department == Some(department.id))))
                }
            }
        }
        label class="check" { input type="checkbox" name="active" value="yes" checked[channel.is_none_or(|channel| channel.active)]; span { "It is on" } }
    }
}

fn heard_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Assigned => "Given to somebody",
        kind => kind.title(),
    }
}

fn input(field: &Field, at: &str, channel: Option<&Channel>) -> Markup {
    let id = format!("{at}-{}", field.name);
    let name = format!("config.{}", field.name);
    let known = channel.and_then(|channel| channel.config.get(field.name));
    let value = match known {
        Some(value) => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        None if channel.is_some() => String::new(),
        None => field.usual.to_owned(),
    };
    let value = match field.look {
        // A certificate has many lines, all of them of plain letters.
        Look::Certificate => value
            .chars()
            .filter(|letter| letter.is_ascii_graphic() || matches!(letter, ' ' | '\n'))
            .collect(),
        _ => safe(&value).into_owned(),
    };
    let hint = (!field.hint.is_empty()).then(|| format!("{id}-hint"));
    html! {
        label for=(id) { (field.label) }
        @if let Some(hint) = &hint { p class="hint" id=(hint) { (field.hint) } }
        @match field.look {
            Look::Text => input id=(id) name=(name) value=(value) maxlength="1000" aria-describedby=[hint.as_deref()];,
            Look::Number => input id=(id) name=(name) type="number" min="0" max="65535" required value=(value) aria-describedby=[hint.as_deref()];,
            Look::Choice(choices) => select id=(id) name=(name) aria-describedby=[hint.as_deref()] {
                @for (choice, words) in choices { (form::option(choice, words, *choice == value)) }
            },
            Look::Certificate => textarea id=(id) name=(name) rows="3" maxlength="60000" aria-describedby=[hint.as_deref()] { (value) },
        }
    }
}
