//! People, their departments, and who may come in as what.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use holter_store::{Account, Department, NewAccount, Page, Person};
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::token;
use crate::app::App;
use crate::guard::Caller;
use crate::pages::{back, login};
use crate::role::{Deed, Role};
use crate::shown::{Frame, form, list, moment, safe};
use crate::trouble::Trouble;

/// A link to choose a password opens so long.
const OPENS: SignedDuration = SignedDuration::from_hours(72);

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
    let listed = app.store.people(&asked.words, &page).await?;
    let departments = app.store.departments().await?;
    let accounts: HashMap<i64, Account> = app
        .store
        .accounts()
        .await?
        .into_iter()
        .map(|account| (account.person, account))
        .collect();
    let administers = caller.actor()?.may(Deed::Administer);
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
                        (row(&app, &caller, person, accounts.get(&person.id), &departments, administers))
                    }
                }
            }
        }
        (list::pages("/people", &[("words", asked.words.clone())], asked.after.as_deref(), listed.next.as_deref()))
        @if administers {
            div class="card" { (add_form(&caller, &departments)) }
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

/// Somebody new.
#[derive(Deserialize, ToSchema)]
pub(crate) struct New {
    shown: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    department: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    role: String,
}

/// Adds somebody, with an account where a name to sign in with was given.
pub(crate) async fn add(
    State(app): State<Arc<App>>,
    caller: Caller,
    Form(new): Form<New>,
) -> Result<Response, Trouble> {
    match take_in(&app, &caller, &new).await?.1 {
        None => Ok(back("/people", "added")),
        Some(account) => invited(&app, &caller, account).await,
    }
}

/// Adds somebody, for the page and for the API: the number of the person, and of the account.
pub(crate) async fn take_in(app: &App, caller: &Caller, new: &New) -> Result<(i64, Option<i64>), Trouble> {
    let shown = new.shown.trim();
    if shown.is_empty() {
        return Err(Trouble::Wrong("A person needs a name.".to_owned()));
    }
    let person = Person {
        id: 0,
        name: shown.to_owned(),
        email: Some(new.email.trim().to_owned()).filter(|email| !email.is_empty()),
        department: new.department.parse().ok(),
        active: true,
    };
    let name = new.name.trim().to_lowercase();
    let role = if name.is_empty() {
        None
    } else {
        if let Some(why) = login::name_objection(&name) {
            return Err(Trouble::Wrong(why));
        }
        Some(new.role.parse::<Role>().map_err(Trouble::Wrong)?)
    };
    let now = app.clock.now();
    let mut writing = app.store.write().await?;
    let id = writing.add_person(&person).await?;
    let account = match role {
        None => None,
        Some(role) => Some(
            writing
                .add_account(&NewAccount {
                    person: id,
                    name: name.clone(),
                    role: role.as_str().to_owned(),
                    password: String::new(),
                    created: now,
                })
                .await?,
        ),
    };
    writing.commit().await?;
    let detail = role.map_or_else(String::new, |role| format!("account {name}, {role}"));
    app.note(caller, "person.added", format!("person {id}"), detail)
        .await?;
    Ok((id, account))
}

/// What is new about somebody.
#[derive(Deserialize)]
pub(crate) struct Changed {
    #[serde(default)]
    department: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    active: Option<String>,
}

/// Changes somebody's department, role and whether they may come in.
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<i64>,
    Form(changed): Form<Changed>,
) -> Result<Response, Trouble> {
    let mut person = app.store.person(id).await?;
    person.department = changed.department.parse().ok();
    let account = app
        .store
        .accounts()
        .await?
        .into_iter()
        .find(|account| account.person == id);
    let active = changed.active.is_some();
    let mut writing = app.store.write_alone().await?;
    writing.update_person(&person).await?;
    let mut detail = format!(
        "department {}",
        person
            .department
            .map_or_else(|| "none".to_owned(), |id| id.to_string())
    );
    if let Some(account) = account {
        let role: Role = changed.role.parse().map_err(Trouble::Wrong)?;
        let was_admin = account.role == Role::Admin.as_str() && account.active;
        if was_admin && (role != Role::Admin || !active) && lone(&app, account.id).await? {
            return Err(Trouble::Conflict(
                "Nobody else is an admin: make somebody one first.".to_owned(),
            ));
        }
        if account.role != role.as_str() || account.active != active {
            writing.set_role(account.id, role.as_str(), active).await?;
            detail = format!("{detail}; {role}, {}", if active { "active" } else { "shut out" });
        }
    }
    writing.commit().await?;
    app.note(&caller, "person.changed", format!("person {id}"), detail)
        .await?;
    Ok(back("/people", "changed"))
}

/// Makes a link to choose a password.
pub(crate) async fn link(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Response, Trouble> {
    let account = app
        .store
        .accounts()
        .await?
        .into_iter()
        .find(|account| account.person == id);
    invited(&app, &caller, account.ok_or(Trouble::Missing)?.id).await
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
    found_department(&app, &caller, &named.name).await?;
    Ok(back("/people", "added"))
}

/// Adds a department, for the page and for the API.
pub(crate) async fn found_department(app: &App, caller: &Caller, name: &str) -> Result<i64, Trouble> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Trouble::Wrong("A department needs a name.".to_owned()));
    }
    let mut writing = app.store.write().await?;
    let id = writing.department_named(name).await?;
    writing.commit().await?;
    app.note(caller, "department.added", format!("department {id}"), name)
        .await?;
    Ok(id)
}

async fn lone(app: &App, account: i64) -> Result<bool, Trouble> {
    let all = app.store.accounts().await?;
    let mut others = all.iter().filter(|other| other.id != account);
    Ok(!others.any(|other| other.active && other.role == Role::Admin.as_str() && !other.password.is_empty()))
}

/// A link with which the holder of an account chooses a password, until then.
pub(crate) async fn new_link(
    app: &App,
    caller: &Caller,
    account: i64,
) -> Result<(String, Timestamp), Trouble> {
    let fresh = token::new(app.dice.as_ref())?;
    let now = app.clock.now();
    let expires = now.saturating_add(OPENS).unwrap_or(now);
    let mut writing = app.store.write().await?;
    writing
        .invite(account, &token::hash(&fresh), now, expires)
        .await?;
    writing.commit().await?;
    let account = app.store.account(account).await?;
    app.note(caller, "person.invited", format!("account {}", account.name), "")
        .await?;
    Ok((format!("{}/join/{fresh}", app.url), expires))
}

async fn invited(app: &App, caller: &Caller, account: i64) -> Result<Response, Trouble> {
    let (link, expires) = new_link(app, caller, account).await?;
    let account = app.store.account(account).await?;
    let frame = Frame {
        title: "A link to choose a password",
        caller,
        part: "/people",
        done: None,
    };
    Ok(frame.around(&html! {
        h1 { "A link for " (safe(&account.shown)) }
        p { "Whoever opens it chooses the password of " strong { (account.name) } ". It opens once, until " (moment::at(expires, &app.zone)) ", and is shown here this once. Hand it over in person, or by a way that nobody else reads." }
        pre { code id="link" { (link) } }
        p { a href="/people" { "Back to everybody" } }
    }))
}

fn row(
    app: &App,
    caller: &Caller,
    person: &Person,
    account: Option<&Account>,
    departments: &[Department],
    administers: bool,
) -> Markup {
    let own = departments
        .iter()
        .find(|department| Some(department.id) == person.department);
    html! {
        tr {
            th scope="row" {
                (safe(&person.name))
                @if let Some(email) = &person.email { br; span class="soft small" { (safe(email)) } }
            }
            td data-l="Department" { @if let Some(own) = own { (safe(&own.name)) } @else { span class="soft" { "none" } } }
            td data-l="Signs in as" {
                @match account {
                    None => span class="soft" { "no account" },
                    Some(account) => {
                        (account.name) ", " (account.role)
                        @if !account.active { " " span class="badge unsure" { "shut out" } }
                        @if account.second.is_empty() { br; span class="soft small" { "without one-time codes" } }
                    }
                }
            }
            td data-l="Last here" { @if let Some(seen) = account.and_then(|account| account.seen) { (moment::ago(seen, app.clock.now(), &app.zone)) } @else { "–" } }
            @if administers { td { (change_form(caller, person, account, departments)) } }
        }
    }
}

fn change_form(
    caller: &Caller,
    person: &Person,
    account: Option<&Account>,
    departments: &[Department],
) -> Markup {
    let id = person.id;
    html! {
        details {
            summary { "Change" span class="soft small" { " " (safe(&person.name)) } }
            form method="post" action={ "/people/" (id) } {
                (form::key(caller))
                label for={ "department-" (id) } { "Department" }
                (department_choice(&format!("department-{id}"), person.department, departments))
                @if let Some(account) = account {
                    label for={ "role-" (id) } { "Role" }
                    select id={ "role-" (id) } name="role" {
                        @for role in Role::ALL { (form::option(role.as_str(), role.as_str(), account.role == role.as_str())) }
                    }
                    label class="check" { input type="checkbox" name="active" value="1" checked[account.active]; "May come in" }
                }
                button class="quiet" { "Keep" }
            }
            @if account.is_some() {
                form method="post" action={ "/people/" (id) "/link" } {
                    (form::key(caller))
                    button class="link" { "A link to choose a password" }
                }
            }
        }
    }
}

fn add_form(caller: &Caller, departments: &[Department]) -> Markup {
    html! {
        h2 { "Add somebody" }
        form method="post" action="/people" {
            (form::key(caller))
            label for="shown" { "Name" }
            input id="shown" name="shown" required maxlength="100";
            label for="email" { "E-mail" }
            input id="email" name="email" type="email" maxlength="200";
            label for="department" { "Department" }
            (department_choice("department", None, departments))
            label for="sign-in" { "Name to sign in with" }
            p class="hint" id="empty" { "Empty: they can be given work, and do not come in." }
            input id="sign-in" name="name" maxlength="64" autocapitalize="none" spellcheck="false" autocomplete="off" aria-describedby="empty";
            label for="role" { "Role" }
            select id="role" name="role" {
                @for role in Role::ALL { (form::option(role.as_str(), &format!("{role}: {}", role.about()), false)) }
            }
            button { "Add" }
        }
    }
}

fn department_choice(id: &str, chosen: Option<i64>, departments: &[Department]) -> Markup {
    html! {
        select id=(id) name="department" {
            (form::option("", "none", chosen.is_none()))
            @for department in departments {
                (form::option(&department.id.to_string(), &safe(&department.name), chosen == Some(department.id)))
            }
        }
    }
}
