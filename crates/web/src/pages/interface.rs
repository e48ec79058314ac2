//! One interface: who speaks with whom, what for, and because of what it is known. A person may declare one, say more of
//! it, and take back what was declared.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use holter_program::deeds::By;
use holter_program::interfaces::{self, Declared};
use holter_store::{AssetFilter, Linked, Page, Person};
use maud::{Markup, html};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::describing;
use crate::ends::{self, Names, Seen};
use crate::guard::Caller;
use crate::pages::{Done, back};
use crate::role::Deed;
use crate::shown::{Frame, badge, form, moment, safe};
use crate::trouble::Trouble;

/// The longest purpose.
const WORDS: usize = 500;
/// The longest name of a protocol.
const PROTOCOL: usize = 40;

/// An interface that the caller may see: one end of it is theirs.
pub(crate) async fn of(app: &App, caller: &Caller, id: i64) -> Result<Seen, Trouble> {
    let linked = app.store.interface(id).await?;
    let seen = Seen::by(caller, &Names::all(app).await?, linked)?;
    let theirs = seen.ends.iter().any(|end| end.asset.is_some());
    if theirs { Ok(seen) } else { Err(Trouble::Missing) }
}

/// The page.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    Query(done): Query<Done>,
    caller: Caller,
) -> Result<Response, Trouble> {
    let seen = of(&app, &caller, id).await?;
    let asked = ends::whom_to_ask(&app, &seen).await?;
    let [from, to] = &seen.ends;
    let linked = &seen.linked;
    let one = &linked.interface;
    let frame = Frame {
        title: "Interface",
        caller: &caller,
        part: "/map",
        done: done.done.as_deref(),
    };
    Ok(frame.around(&html! {
        p class="crumbs" { a href="/map" { "Map" } " › " (id) }
        h1 { (safe(&from.name)) " → " (safe(&to.name)) }
        dl class="pairs" {
            dt { "From" } dd { (from.whole()) }
            dt { "To" } dd { (to.whole()) }
            @if seen.ends.iter().any(|end| end.asset.is_none()) { dt { "Whom to ask there" } dd { (people(&asked)) } }
            dt { "Protocol" } dd { (safe(&one.protocol)) @if one.port > 0 { " · port " (one.port) } }
            dt { "On the way" } dd { (way(one.encrypted)) }
            dt { "What for" } dd { @if one.purpose.is_empty() { span class="soft" { "nobody has said" } } @else { (safe(&one.purpose)) } }
            dt { "Known because" } dd { (because(linked)) }
            dt { "First" } dd { (moment::at(one.first_seen, &app.zone)) }
            dt { "Last" } dd { (moment::at(one.last_seen, &app.zone)) }
        }
        @if caller.actor()?.may(Deed::Describe) {
            div class="card act" {
                h2 { "Say more of it" }
                form method="post" action={ "/interfaces/" (id) } {
                    (form::key(&caller))
                    label for="purpose" { "What it is for" }
                    input id="purpose" name="purpose" maxlength=(WORDS) value=(safe(&one.purpose));
                    @if linked.flows == 0 { (encrypted(one.encrypted)) }
                    button { "Keep" }
                }
                @if one.is_declared {
                    form method="post" action={ "/interfaces/" (id) "/end" } {
                        (form::key(&caller))
                        p class="hint" { @if linked.flows > 0 { "It was heard, too, and stays on the map as what was heard." } @else { "Nobody has heard it: it goes off the map." } }
                        button class="quiet" { "It was declared wrongly" }
                    }
                }
            }
        }
    }))
}

fn people(some: &[Person]) -> Markup {
    html! {
        @if some.is_empty() { span class="soft" { "Nobody answers for it here: ask an admin." } }
        @for (number, person) in some.iter().enumerate() {
            @if number > 0 { ", " }
            (safe(&person.name))
            @if let Some(email) = &person.email { " " span class="soft" { "<" (safe(email)) ">" } }
        }
    }
}

/// An interface that somebody declares.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct New {
    /// Who connects: a system's number, name or address.
    from: String,
    /// Who answers: the same.
    to: String,
    /// The protocol, like "mllp" or "dicom".
    protocol: String,
    /// The port, where it is known.
    #[serde(default)]
    port: String,
    /// "yes", "no", or empty: not known.
    #[serde(default)]
    encrypted: String,
    /// What it is for.
    #[serde(default)]
    purpose: String,
}

/// What somebody says of an interface.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct Described {
    /// "yes", "no", or empty: not known. What was heard is known better.
    #[serde(default)]
    encrypted: String,
    /// What it is for.
    #[serde(default)]
    purpose: String,
}

/// Declares one.
pub(crate) async fn take(
    State(app): State<Arc<App>>,
    caller: Caller,
    Form(new): Form<New>,
) -> Result<Response, Trouble> {
    let id = declare(&app, &caller, &new).await?;
    Ok(back(&format!("/interfaces/{id}"), "added"))
}

/// Declares one, for the page and for the API.
pub(crate) async fn declare(app: &App, caller: &Caller, new: &New) -> Result<i64, Trouble> {
    let said = Declared {
        from: system(app, caller, &new.from).await?,
        to: system(app, caller, &new.to).await?,
        protocol: short(&new.protocol, PROTOCOL, "protocol")?,
        port: match new.port.trim() {
            "" => 0,
            port => port
                .parse()
                .map_err(|_| Trouble::Wrong("A port is a number from 1 to 65535.".to_owned()))?,
        },
        encrypted: describing::answer("encrypted", &new.encrypted)?,
        purpose: short(&new.purpose, WORDS, "purpose")?,
    };
    let mut doing = app.begin().await?;
    let id = interfaces::declare(&mut doing, &said, by(app, caller)?).await?;
    let detail = format!("from {} to {}, {}", said.from, said.to, said.protocol);
    doing
        .keep(caller, "interface.declared", format!("interface {id}"), detail)
        .await?;
    Ok(id)
}

/// Says more of one.
pub(crate) async fn describe(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Form(said): Form<Described>,
) -> Result<Response, Trouble> {
    write_down(&app, &caller, id, &said).await?;
    Ok(back(&format!("/interfaces/{id}"), "changed"))
}

/// Says more of one, for the page and for the API.
pub(crate) async fn write_down(app: &App, caller: &Caller, id: i64, said: &Described) -> Result<(), Trouble> {
    of(app, caller, id).await?;
    let purpose = short(&said.purpose, WORDS, "purpose")?;
    let encrypted = describing::answer("encrypted", &said.encrypted)?;
    let mut doing = app.begin().await?;
    interfaces::describe(&mut doing, id, (encrypted, &purpose), by(app, caller)?).await?;
    doing
        .keep(caller, "interface.described", format!("interface {id}"), purpose)
        .await?;
    Ok(())
}

/// Takes back what was declared.
pub(crate) async fn end(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Response, Trouble> {
    withdraw(&app, &caller, id).await?;
    Ok(back("/map", "ended"))
}

/// Takes it back, for the page and for the API.
pub(crate) async fn withdraw(app: &App, caller: &Caller, id: i64) -> Result<(), Trouble> {
    of(app, caller, id).await?;
    let mut doing = app.begin().await?;
    interfaces::withdraw(&mut doing, id, by(app, caller)?).await?;
    doing
        .keep(caller, "interface.withdrawn", format!("interface {id}"), "")
        .await?;
    Ok(())
}

/// The form that declares one; `from` is already known on a system's own page.
pub(crate) fn declaring(caller: &Caller, from: Option<i64>) -> Markup {
    html! {
        form method="post" action="/interfaces" {
            (form::key(caller))
            p class="hint" id="ends" { "A system by its number, its name or its address." }
            @match from {
                Some(from) => input type="hidden" name="from" value=(from);,
                None => { label for="from" { "Who connects" } input id="from" name="from" required maxlength="200" aria-describedby="ends"; }
            }
            label for="to" { "Who answers" } input id="to" name="to" required maxlength="200" aria-describedby="ends";
            label for="protocol" { "Protocol" }
            select id="protocol" name="protocol" {
                @for protocol in holter_protocols::ALL { (form::option(protocol.id, protocol.name, protocol.id == "mllp")) }
            }
            label for="port" { "Port, where it is known" } input id="port" name="port" inputmode="numeric" maxlength="5";
            (encrypted(None))
            label for="purpose" { "What it is for" } input id="purpose" name="purpose" maxlength=(WORDS);
            button { "Declare it" }
        }
    }
}

fn encrypted(value: Option<bool>) -> Markup {
    html! {
        label for="encrypted" { "Encrypted on the way" }
        select id="encrypted" name="encrypted" {
            (form::option("", "nobody has said", value.is_none()))
            (form::option("yes", "yes", value == Some(true)))
            (form::option("no", "no", value == Some(false)))
        }
    }
}

/// How it is on the way.
pub(crate) fn way(encrypted: Option<bool>) -> Markup {
    match encrypted {
        Some(true) => html! { "encrypted" },
        Some(false) => badge::word("high", "in clear text"),
        None => html! { span class="soft" { "not known" } },
    }
}

/// Why it is known.
pub(crate) fn because(linked: &Linked) -> Markup {
    html! {
        @if linked.interface.is_declared { "declared" }
        @if linked.interface.is_declared && linked.flows > 0 { ", and " }
        @if linked.flows > 0 { "heard in " (linked.flows) " conversations" }
        @else if !linked.interface.is_declared { "heard" }
    }
}

/// The one system that somebody means.
async fn system(app: &App, caller: &Caller, words: &str) -> Result<i64, Trouble> {
    let words = words.trim();
    let none = || Trouble::Wrong(format!("No system is known as {words:?}."));
    if words.is_empty() {
        return Err(Trouble::Wrong("Name both systems.".to_owned()));
    }
    if let Ok(id) = words.parse() {
        return describing::of(app, caller, id).await.map(|found| found.id);
    }
    let mut found: Vec<i64> = Vec::new();
    for kind in ["address", "name"] {
        let marks = app.store.marked(kind, &words.to_ascii_lowercase()).await?;
        found.extend(marks.iter().map(|mark| mark.asset));
    }
    if found.is_empty() {
        let filter = AssetFilter {
            search: Some(words.to_owned()),
            department: caller.actor()?.department,
            ..AssetFilter::default()
        };
        let listed = app.store.assets(&filter, &Page::first(20)).await?;
        let named = |known: &&holter_store::KnownAsset| known.about.name.eq_ignore_ascii_case(words);
        found.extend(listed.rows.iter().filter(named).map(|known| known.id));
    }
    found.sort_unstable();
    found.dedup();
    match found.as_slice() {
        [] => Err(none()),
        // Whose it is not, for them there is none.
        [id] => describing::of(app, caller, *id)
            .await
            .map(|found| found.id)
            .map_err(|_| none()),
        several => Err(Trouble::Wrong(format!(
            "{} systems are known as {words:?}: give the number of the one that is meant.",
            several.len()
        ))),
    }
}

fn short(words: &str, most: usize, what: &str) -> Result<String, Trouble> {
    let words = words.trim();
    if words.chars().count() > most {
        return Err(Trouble::Wrong(format!(
            "The {what} has more than {most} characters."
        )));
    }
    Ok(words.to_owned())
}

fn by<'a>(app: &App, caller: &Caller) -> Result<By<'a>, Trouble> {
    Ok(By {
        person: caller.actor()?.person,
        at: app.clock.now(),
        words: "",
    })
}
