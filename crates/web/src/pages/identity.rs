//! What a system is recognised by, and two that are one or one that is two: where the evidence does not decide, a person
//! does.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use holter_program::assets;
use holter_program::deeds::By;
use holter_store::{KnownAsset, KnownService, Mark, Task};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::App;
use crate::describing;
use crate::guard::Caller;
use crate::pages::back;
use crate::shown::{form, moment, safe};
use crate::trouble::Trouble;

/// So many marks are shown.
const SHOWN: usize = 40;

/// Into which system.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Merged {
    /// The number of the system that stays.
    into: String,
    /// Why, in words.
    #[serde(default)]
    words: String,
}

/// Which services go.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct Split {
    /// The numbers of the services that are the other system's.
    pub(crate) services: Vec<i64>,
    /// The other system's name.
    pub(crate) name: String,
    /// Why, in words.
    #[serde(default)]
    pub(crate) words: String,
}

/// Makes one of two.
pub(crate) async fn merge(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Form(merged): Form<Merged>,
) -> Result<Response, Trouble> {
    let into = join(&app, &caller, id, &merged).await?;
    Ok(back(&format!("/assets/{into}"), "merged"))
}

/// Makes one of two, for the page and for the API: the number of the one that stays.
pub(crate) async fn join(app: &App, caller: &Caller, id: i64, merged: &Merged) -> Result<i64, Trouble> {
    let into: i64 = merged
        .into
        .trim()
        .parse()
        .map_err(|_| Trouble::Wrong("Give the number of the system that stays.".to_owned()))?;
    // Whoever answers for one department takes nothing from another, and gives nothing to it.
    describing::of(app, caller, id).await?;
    describing::of(app, caller, into).await?;
    let by = by(app, caller, &merged.words)?;
    let mut answered = Vec::new();
    for task in app.store.tasks_of_asset(id).await? {
        answered.push((task, format!("merged into {into}")));
    }
    for task in app.store.tasks_of_asset(into).await? {
        if others(&task).contains(&id) {
            answered.push((task, format!("{id} was merged into it")));
        }
    }
    let mut doing = app.begin().await?;
    assets::merge(&mut doing, id, into, by).await?;
    for (task, outcome) in answered {
        doing.end_task(task.id, Some(by.person), &outcome, by.at).await?;
    }
    let detail = format!("into asset {into}");
    doing
        .keep(caller, "asset.merged", format!("asset {id}"), detail)
        .await?;
    Ok(into)
}

/// Makes two of one. A form has each chosen service by its number.
pub(crate) async fn split(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Trouble> {
    let mut wanted = Split::default();
    for (field, value) in fields {
        match field.as_str() {
            "service" => wanted.services.extend(value.parse::<i64>().ok()),
            "name" => wanted.name = value,
            "words" => wanted.words = value,
            _ => {}
        }
    }
    let new = part(&app, &caller, id, &wanted).await?;
    Ok(back(&format!("/assets/{new}"), "added"))
}

/// Makes two of one, for the page and for the API: the number of the new one.
pub(crate) async fn part(app: &App, caller: &Caller, id: i64, wanted: &Split) -> Result<i64, Trouble> {
    describing::of(app, caller, id).await?;
    if wanted.name.chars().count() > 200 {
        return Err(Trouble::Wrong(
            "A system has a name of at most 200 characters.".to_owned(),
        ));
    }
    let services: BTreeSet<i64> = wanted.services.iter().copied().collect();
    let by = by(app, caller, &wanted.words)?;
    let mut doing = app.begin().await?;
    let new = assets::split(&mut doing, id, &services, &wanted.name, by).await?;
    let detail = format!("{} of its services are asset {new}", services.len());
    doing
        .keep(caller, "asset.split", format!("asset {id}"), detail)
        .await?;
    Ok(new)
}

/// A person says that what stands at a place is the same system with a new key.
pub(crate) async fn confirm(
    State(app): State<Arc<App>>,
    Path((id, task)): Path<(i64, i64)>,
    caller: Caller,
) -> Result<Response, Trouble> {
    describing::of(&app, &caller, id).await?;
    let task = waiting(&app, &caller, id, task).await?;
    let mut doing = app.begin().await?;
    assets::confirm_key(&mut doing, &task, by(&app, &caller, "")?).await?;
    doing
        .keep(&caller, "asset.key_confirmed", format!("asset {id}"), "")
        .await?;
    Ok(back(&format!("/assets/{id}"), "changed"))
}

/// A person says that they are different systems: nothing is to be done.
pub(crate) async fn differ(
    State(app): State<Arc<App>>,
    Path((id, task)): Path<(i64, i64)>,
    caller: Caller,
) -> Result<Response, Trouble> {
    describing::of(&app, &caller, id).await?;
    let task = waiting(&app, &caller, id, task).await?;
    let by = by(&app, &caller, "they are different systems")?;
    let mut doing = app.begin().await?;
    doing.end_task(task.id, Some(by.person), by.words, by.at).await?;
    doing
        .keep(&caller, "asset.kept_apart", format!("asset {id}"), "")
        .await?;
    Ok(back(&format!("/assets/{id}"), "changed"))
}

/// What is left to a person to decide: to one who may see all the systems that it is about.
pub(crate) async fn left(app: &App, caller: &Caller, asset: i64) -> Result<Vec<Task>, Trouble> {
    let mut left = Vec::new();
    'tasks: for task in app.store.tasks_of_asset(asset).await? {
        for other in others(&task) {
            match describing::of(app, caller, other).await {
                Ok(_) => {}
                Err(Trouble::Missing) => continue 'tasks,
                Err(trouble) => return Err(trouble),
            }
        }
        left.push(task);
    }
    Ok(left)
}

async fn waiting(app: &App, caller: &Caller, asset: i64, task: i64) -> Result<Task, Trouble> {
    let tasks = left(app, caller, asset).await?;
    tasks
        .into_iter()
        .find(|one| one.id == task)
        .ok_or(Trouble::Missing)
}

/// What a system is recognised by, and since when.
pub(crate) fn known_by(app: &App, marks: &[Mark]) -> Markup {
    html! {
        h2 { "How it is recognised" }
        ul {
            @for mark in marks.iter().take(SHOWN) {
                li {
                    span class="soft small" { (safe(mark_word(&mark.kind))) } " "
                    span class="mono" { (safe(&mark.value.chars().take(60).collect::<String>())) }
                    br; span class="soft small" { (moment::day(mark.first_seen, &app.zone)) " to " (moment::day(mark.last_seen, &app.zone)) }
                }
            }
        }
        @if marks.len() > SHOWN { p class="soft" { "And " (marks.len() - SHOWN) " more." } }
        @if marks.is_empty() { p class="soft" { "By nothing but its name." } }
        p class="soft small" { "The strongest evidence counts first: the key of its certificate, its host key, its name, its address. Where that does not decide, a person does." }
    }
}

/// What is left to a person to decide.
pub(crate) fn doubts(caller: &Caller, asset: &KnownAsset, tasks: &[Task], may: bool) -> Markup {
    html! {
        @for task in tasks {
            div class="card warm" {
                h2 { "Is it the same system?" }
                p { (safe(&task.about.text)) }
                @for other in others(task) {
                    p { a href={ "/assets/" (other) } { "The other system (" (other) ")" } }
                    @if may {
                        form method="post" action={ "/assets/" (asset.id) "/merge" } {
                            (form::key(caller))
                            input type="hidden" name="into" value=(other);
                            button class="quiet" { "They are one: merge this into " (other) }
                        }
                    }
                }
                @if may {
                    @if task.about.detail.get("key").is_some() {
                        form method="post" action={ "/assets/" (asset.id) "/doubts/" (task.id) "/confirm" } {
                            (form::key(caller))
                            button class="quiet" { "It is still this system, with a new key" }
                        }
                    }
                    form method="post" action={ "/assets/" (asset.id) "/doubts/" (task.id) "/end" } {
                        (form::key(caller))
                        button class="quiet" { "They are different systems" }
                    }
                }
            }
        }
    }
}

/// The forms that make one of two and two of one.
pub(crate) fn forms(caller: &Caller, asset: &KnownAsset, services: &[&KnownService]) -> Markup {
    html! {
        details {
            summary { "It is the same as another system" }
            form method="post" action={ "/assets/" (asset.id) "/merge" } {
                (form::key(caller))
                p class="hint" id="into-hint" { "All that is known of this one, findings and history, becomes the other's." }
                label for="into" { "The number of the system that stays" }
                input id="into" name="into" inputmode="numeric" required maxlength="18" aria-describedby="into-hint";
                label for="merge-words" { "Why" } input id="merge-words" name="words" maxlength="500";
                button class="quiet" { "Make them one" }
            }
        }
        @if services.len() > 1 {
            details {
                summary { "It is two systems" }
                form method="post" action={ "/assets/" (asset.id) "/split" } {
                    (form::key(caller))
                    fieldset {
                        legend { "What is the other system's" }
                        @for service in services {
                            label class="check" { input type="checkbox" name="service" value=(service.id); " " (service.endpoint.to_string()) " " span class="soft small" { (safe(&service.protocol)) } }
                        }
                    }
                    label for="split-name" { "The other system's name" } input id="split-name" name="name" required maxlength="200";
                    label for="split-words" { "Why" } input id="split-words" name="words" maxlength="500";
                    button class="quiet" { "Make two of it" }
                }
            }
        }
    }
}

fn others(task: &Task) -> Vec<i64> {
    let others = task.about.detail.get("others").and_then(Value::as_array);
    let mut others: Vec<i64> = others.into_iter().flatten().filter_map(Value::as_i64).collect();
    others.sort_unstable();
    others.dedup();
    others
}

fn mark_word(kind: &str) -> &str {
    match kind {
        "address" => "address",
        "name" => "name",
        "key" => "certificate key",
        "host_key" => "SSH host key",
        "import" => "number in a list",
        other => other,
    }
}

fn by<'a>(app: &App, caller: &Caller, words: &'a str) -> Result<By<'a>, Trouble> {
    Ok(By {
        person: caller.actor()?.person,
        at: app.clock.now(),
        words,
    })
}
