//! People, their departments, and who may come in as what.

mod forms;

use std::collections::HashMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use holter_store::{Account, Page};
use maud::html;
use serde::Deserialize;

use crate::accounts::{self, Altered, Link, New};
use crate::app::App;
use crate::guard::Caller;
use crate::pages::back;
use crate::role::Deed;
use crate::shown::{Frame, form, list, moment, safe};
use crate::trouble::Trouble;

/// What is shown.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    words: String,
    after: Option<String>,
    done: Option<String>,
}

/// Everybody.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
    caller: Caller,
) -> Result<Response, Trouble> {
    let page = Page {
        after: asked.after.clone(),
        size: 50,
    };
    let listed = accounts::known(&app, &caller, &asked.words, &page).await?;
    let actor = caller.actor()?;
    let shown: Vec<i64> = listed.rows.iter().map(|person| person.id).collect();
    let departments = accounts::departments(&app, &caller).await?;
    let accounts: HashMap<i64, Account> = app
        .store
        .accounts_of(&shown)
        .await?
        .into_iter()
        .map(|account| (account.person, account))
        .collect();
    let administers = actor.may(Deed::Administer);
    let frame = Frame {
        title: "People",
        caller: &caller,
        part: "/people",
        done: asked.done.as_deref(),
    };
    Ok(frame.around(&html! {
        h1 { "People and departments" }
        form class="filters" method="get" action="/people" role="search" {
            div { label for="words" { "Name or e-mail" } input id="words" name="words" type="search" value=(safe(&asked.words)); }
            button class="quiet" { "Search" }
        }
        div class="scroll" {
            table class="stack" {
                caption { "People" }
                thead { tr { th scope="col" { "Name" } th scope="col" { "Department" } th scope="col" { "Signs in as" } th scope="col" { "Last here" } @if administers { th scope="col" { "Change" } } } }
                tbody {
                    @for person in &listed.rows {
                        (forms::row(&app, &caller, person, accounts.get(&person.id), &departments, administers))
                    }
                }
            }
        }
        (list::pages("/people", &[("words", asked.words.clone())], asked.after.as_deref(), listed.next.as_deref()))
        @if administers {
            div class="card" { (forms::add(&caller, &departments)) }
        }
        h2 { "Departments" }
        ul {
            @for department in &departments {
                li { a href={ "/findings?department=" (department.id) } { (safe(&department.name)) } }
            }
        }
        @if departments.is_empty() { p class="soft" { "None yet. Systems belong to departments, and departments see their own." } }
        @if administers {
            form method="post" action="/departments" {
                (form::key(&caller))
                label for="department-name" { "A new department" }
                input id="department-name" name="name" required maxlength="100";
                button class="quiet" { "Add it" }
            }
        }
    }))
}

/// Adds somebody, with an account where a name to sign in with was given.
pub(crate) async fn add(
    State(app): State<Arc<App>>,
    caller: Caller,
    Form(new): Form<New>,
) -> Result<Response, Trouble> {
    match accounts::take_in(&app, &caller, &new).await?.1 {
        None => Ok(back("/people", "added")),
        Some(account) => {
            let account = app.store.account(account).await?;
            Ok(shown_link(
                &app,
                &caller,
                &accounts::link(&app, &caller, account).await?,
            ))
        }
    }
}

/// What is new about somebody.
#[derive(Deserialize)]
pub(crate) struct Changed {
    #[serde(default)]
    department: String,
    email: Option<String>,
    #[serde(default)]
    role: String,
    #[serde(default)]
    active: Option<String>,
}

/// Changes somebody's department, address of mail, role and whether they may come in.
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<i64>,
    Form(changed): Form<Changed>,
) -> Result<Response, Trouble> {
    let altered = Altered {
        department: changed.department.parse().ok(),
        email: changed.email,
        role: changed.role,
        active: changed.active.is_some(),
    };
    accounts::alter(&app, &caller, id, &altered).await?;
    Ok(back("/people", "changed"))
}

/// Makes a link to choose a password.
pub(crate) async fn link(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Response, Trouble> {
    let account = accounts::account_of(&app, id).await?;
    Ok(shown_link(
        &app,
        &caller,
        &accounts::link(&app, &caller, account).await?,
    ))
}

/// Takes from an account all that opens it, and makes a link.
pub(crate) async fn reset(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Response, Trouble> {
    let account = accounts::account_of(&app, id).await?;
    Ok(shown_link(
        &app,
        &caller,
        &accounts::reset(&app, &caller, account).await?,
    ))
}

/// A department's name.
#[derive(Deserialize)]
pub(crate) struct Named {
    name: String,
}

/// Adds a department.
pub(crate) async fn add_department(
    State(app): State<Arc<App>>,
    caller: Caller,
    Form(named): Form<Named>,
) -> Result<Response, Trouble> {
    accounts::found_department(&app, &caller, &named.name).await?;
    Ok(back("/people", "added"))
}

fn shown_link(app: &App, caller: &Caller, link: &Link) -> Response {
    let frame = Frame {
        title: "A link to choose a password",
        caller,
        part: "/people",
        done: None,
    };
    frame.around(&html! {
        h1 { "A link for " (safe(&link.account.shown)) }
        p { "Whoever opens it chooses the password of " strong { (link.account.name) } ". It opens once, until " (moment::at(link.until, &app.zone)) ", and is shown here this once. Hand it over in person, or by a way that nobody else reads." }
        pre { code id="link" { (link.address) } }
        p { a href="/people" { "Back to everybody" } }
    })
}
