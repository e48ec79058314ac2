//! Notices: the ways out, how often departments are told, and what became of every message.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use holter_notify::Channel as Way;
use holter_program::notices::{Kind, digest};
use holter_store::{Channel, Department, Digest, Message, Page};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::app::App;
use crate::guard::Caller;
use crate::notices::URL;
use crate::notices::keep::{self, Wanted};
use crate::pages::settings::{self, Chosen};
use crate::pages::{back, channel_form};
use crate::shown::{Frame, form, list, moment, safe};
use crate::trouble::Trouble;

/// Where this page is.
const HERE: &str = "/settings/notices";

/// What is shown.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    done: Option<String>,
    state: Option<String>,
    after: Option<String>,
}

/// The page.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
    caller: Caller,
) -> Result<Response, Trouble> {
    let channels = app.store.channels().await?;
    let departments = app.store.departments().await?;
    let digests = app.store.digests().await?;
    let state = asked.state.as_deref().filter(|state| !state.is_empty());
    let page = Page {
        after: asked.after.clone(),
        size: 50,
    };
    let messages = app.store.messages(state, &page).await?;
    let failed = app.store.messages_in("failed").await?;
    let waiting = app.store.messages_in("waiting").await?;
    let stuck = app.store.stuck_messages(app.clock.now()).await?;
    let url = app.store.setting(URL).await?.unwrap_or_default();
    let frame = Frame {
        title: "Notices",
        caller: &caller,
        part: "/settings",
        done: asked.done.as_deref(),
    };
    Ok(frame.around(&html! {
        p class="crumbs" { a href="/settings" { "Settings" } " › Notices" }
        h1 { "Notices" }
        p { "Who is told of what, and by which way. Mail goes to people by what each of them wishes on the page of their account; the other channels hear what you choose here. Nothing of what was measured leaves Holter: a notice names the flaw, the system and the day by which it is due." }
        @if failed > 0 { p class="wrong" role="alert" { (failed) @if failed == 1 { " message" } @else { " messages" } " could not be sent. " a href={ (HERE) "?state=failed" } { "See why" } } }
        h2 { "Channels" }
        @if channels.is_empty() { p class="soft" { "None yet: nobody is told of anything." } }
        @for channel in &channels { (card(&caller, channel, stuck.get(&channel.id).copied(), &departments)) }
        div class="card" {
            h3 { "A new channel" }
            @for (kind, words) in Way::KINDS {
                details {
                    summary { (words) }
                    form method="post" action={ (HERE) "/channels" } {
                        (form::key(&caller))
                        (channel_form::fields(kind, None, &departments))
                        button { "Set it up" }
                    }
                }
            }
        }
        div class="card" {
            h2 { "Links in mail" }
            form method="post" action={ (HERE) "/url" } {
                (form::key(&caller))
                label for="url" { "Where your people find Holter" }
                p class="hint" id="url-hint" { "Without it, links lead to " code { (app.url) } "." }
                input id="url" name="url" value=(url) placeholder="https://holter.example.org" aria-describedby="url-hint";
                button class="quiet" { "Keep" }
            }
        }
        div class="card" { (digests_form(&caller, &app, &digests)) }
        h2 id="messages" { "Messages" }
        form class="filters" method="get" action=(HERE) {
            div {
                label for="state" { "State" }
                select id="state" name="state" {
                    (form::option("", "all", state.is_none()))
                    @for known in ["waiting", "sending", "sent", "failed"] { (form::option(known, known, state == Some(known))) }
                }
            }
            button class="quiet" { "Show" }
        }
        p class="soft" { (waiting) " wait, " (failed) " failed." }
        (table(&app, &caller, &messages.rows, &channels))
        (list::pages(HERE, &[("state", state.unwrap_or_default().to_owned())], asked.after.as_deref(), messages.next.as_deref()))
    }))
}

fn card(caller: &Caller, channel: &Channel, stuck: Option<u64>, departments: &[Department]) -> Markup {
    let way = Way::read(&channel.kind, &channel.config).map(|way| way.place());
    let kind = Way::KINDS.iter().find(|(kind, _)| *kind == channel.kind);
    html! {
        div class="card" {
            h3 { (safe(&channel.name)) @if !channel.active { " (off)" } }
            p { (kind.map_or(channel.kind.as_str(), |(_, words)| words)) ": " (safe(way.as_deref().unwrap_or("its settings cannot be read"))) }
            form method="post" action={ (HERE) "/channels/" (channel.id) "/try" } {
                (form::key(caller))
                button class="quiet" { "Send a trial by " (safe(&channel.name)) }
            }
            @if let Some(stuck) = stuck.filter(|_| channel.active) {
                form method="post" action={ (HERE) "/channels/" (channel.id) "/again" } {
                    (form::key(caller))
                    button class="quiet" { "Try all that failed by " (safe(&channel.name)) " (" (stuck) ")" }
                }
            }
            details {
                summary { "Change " (safe(&channel.name)) }
                form method="post" action={ (HERE) "/channels/" (channel.id) } {
                    (form::key(caller))
                    (channel_form::fields(&channel.kind, Some(channel), departments))
                    button { "Keep" }
                }
            }
        }
    }
}

fn digests_form(caller: &Caller, app: &App, digests: &[Digest]) -> Markup {
    html! {
        h2 { "Digests" }
        p { "What is new, back, overdue and fixed in a department, and who must act next: one mail to those who answer for it or follow it. Where nothing happened, none goes out." }
        @if !digests.is_empty() {
            form method="post" action={ (HERE) "/digests" } {
                (form::key(caller))
                @for one in digests {
                    @let every = one.every.as_deref().unwrap_or(digest::USUAL);
                    label for={ "digest-" (one.department) } { (safe(&one.name)) }
                    select id={ "digest-" (one.department) } name={ "digest-" (one.department) } {
                        @for (name, words) in digest::EVERY { (form::option(name, words, name == every)) }
                    }
                    @if let Some(last) = one.last { p class="soft small" { "Last made " (moment::at(last, &app.zone)) } }
                }
                button class="quiet" { "Keep" }
            }
        } @else { p class="soft" { "There are no departments yet." } }
    }
}

fn table(app: &App, caller: &Caller, messages: &[Message], channels: &[Channel]) -> Markup {
    let name = |id: i64| {
        channels
            .iter()
            .find(|channel| channel.id == id)
            .map_or("", |channel| channel.name.as_str())
    };
    html! {
        @if messages.is_empty() { p class="soft" { "None." } } @else {
            div class="scroll" {
                table class="stack" {
                    caption { "Messages, the latest first" }
                    thead { tr { th scope="col" { "About" } th scope="col" { "By" } th scope="col" { "State" } th scope="col" { "Tries" } th scope="col" { "What came of it" } th scope="col" { "Again" } } }
                    tbody {
                        @for message in messages {
                            tr {
                                th scope="row" {
                                    (safe(&message.about.subject))
                                    br; span class="soft small" { (moment::at(message.about.created, &app.zone)) @if !message.about.address.is_empty() { " to " (safe(&message.about.address)) } }
                                }
                                td data-l="By" { (safe(name(message.about.channel))) }
                                td data-l="State" { @if message.state == "failed" { strong { "failed" } } @else { (message.state) } }
                                td data-l="Tries" { (message.tries) }
                                td data-l="What came of it" {
                                    (safe(&message.outcome))
                                    @if message.state == "waiting" && message.tries > 0 { "; next try " (moment::at(message.next_at, &app.zone)) }
                                    @if let Some(ended) = message.ended_at { " " span class="soft small" { (moment::at(ended, &app.zone)) } }
                                }
                                td {
                                    @if message.state == "failed" || (message.state == "waiting" && message.tries > 0) {
                                        form method="post" action={ (HERE) "/messages/" (message.id) "/again" } {
                                            (form::key(caller))
                                            button class="link" aria-label={ "Try now: message " (message.id) } { "Try now" }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What a form holds; a name may stand there more than once.
type Fields = Vec<(String, String)>;

/// Sets a channel up.
pub(crate) async fn add(
    State(app): State<Arc<App>>,
    caller: Caller,
    Form(fields): Form<Fields>,
) -> Result<Response, Trouble> {
    let (id, secret) = keep::add(&app, &caller, wanted(&fields)?).await?;
    let Some(secret) = secret else {
        return Ok(back(HERE, "added"));
    };
    let frame = Frame {
        title: "The webhook's secret",
        caller: &caller,
        part: "/settings",
        done: None,
    };
    Ok(frame.around(&html! {
        h1 { "The webhook's secret" }
        p { "With it the receiver sees that a message is Holter's. It is shown this once; give it to whoever looks after the receiver." }
        p { code id="secret" { (secret) } }
        form method="post" action={ (HERE) "/channels/" (id) "/try" } {
            (form::key(&caller))
            button { "Send a trial" }
        }
        p { a href=(HERE) { "Back to the notices" } }
    }))
}

/// Changes a channel.
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Form(fields): Form<Fields>,
) -> Result<Response, Trouble> {
    keep::change(&app, &caller, id, wanted(&fields)?).await?;
    Ok(back(HERE, "changed"))
}

/// Sends a trial.
pub(crate) async fn trial(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Response, Trouble> {
    keep::trial(&app, &caller, id).await?;
    Ok(back(HERE, "trial"))
}

/// Has a message tried now.
pub(crate) async fn again(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Response, Trouble> {
    keep::again(&app, &caller, id).await?;
    Ok(back(HERE, "trial"))
}

/// Has all of a channel's messages that failed tried now.
pub(crate) async fn again_all(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Response, Trouble> {
    keep::again_all(&app, &caller, id).await?;
    Ok(back(HERE, "trial"))
}

/// Where readers find the pages.
#[derive(Deserialize)]
pub(crate) struct Place {
    url: String,
}

/// Keeps it.
pub(crate) async fn place(
    State(app): State<Arc<App>>,
    caller: Caller,
    Form(place): Form<Place>,
) -> Result<Response, Trouble> {
    let chosen = Chosen {
        notices_url: Some(place.url),
        ..Chosen::default()
    };
    settings::choose(&app, &caller, &chosen).await?;
    Ok(back(HERE, "changed"))
}

/// Says how often departments are told.
pub(crate) async fn digests(
    State(app): State<Arc<App>>,
    caller: Caller,
    Form(fields): Form<Fields>,
) -> Result<Response, Trouble> {
    let of = |name: &str| name.strip_prefix("digest-").and_then(|id| id.parse().ok());
    let wanted: Vec<(i64, String)> = fields
        .into_iter()
        .filter_map(|(name, every)| of(&name).map(|department| (department, every)))
        .collect();
    set_digests(&app, &caller, &wanted).await?;
    Ok(back(HERE, "changed"))
}

/// Says how often departments are told, all of them or none, for the page and for the API.
pub(crate) async fn set_digests(app: &App, caller: &Caller, wanted: &[(i64, String)]) -> Result<(), Trouble> {
    let digests = app.store.digests().await?;
    let mut doing = app.begin().await?;
    for (department, every) in wanted {
        if digest::EVERY.iter().all(|(name, _)| name != every) {
            return Err(Trouble::Wrong(
                "A digest goes out every day, every week or never.".to_owned(),
            ));
        }
        let known = digests.iter().find(|one| one.department == *department);
        let known = known.ok_or(Trouble::Missing)?;
        if known.every.as_deref().unwrap_or(digest::USUAL) != every {
            doing.set_digest(*department, every).await?;
            let subject = format!("department {department}");
            doing.add(caller, "digest.changed", subject, every).await?;
        }
    }
    Ok(doing.close().await?)
}

/// The channel that a form describes.
fn wanted(fields: &Fields) -> Result<Wanted, Trouble> {
    let one: BTreeMap<&str, &str> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.trim()))
        .collect();
    let of = |name: &str| one.get(name).copied().unwrap_or_default().to_owned();
    let mut config = Map::new();
    for (name, value) in fields {
        if let Some(name) = name.strip_prefix("config.") {
            let value = value.trim();
            let number = channel_form::is_number(name);
            let value = match value.parse::<u64>() {
                Ok(number_of_it) if number => Json::from(number_of_it),
                _ if number => return Err(Trouble::Wrong(format!("The {name} is a number."))),
                _ => Json::from(value),
            };
            config.insert(name.to_owned(), value);
        }
    }
    let hears = fields
        .iter()
        .filter(|(name, value)| name == "hears" && Kind::named(value).is_some());
    Ok(Wanted {
        kind: of("kind"),
        name: of("name"),
        config: Json::Object(config),
        secret: Some(of("secret")),
        hears: hears.map(|(_, value)| value.clone()).collect(),
        severity: Some(of("severity")),
        department: of("department").parse().ok(),
        active: of("active") == "yes",
    })
}
