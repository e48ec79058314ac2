//! The rows and forms of the page of people.

use holter_store::{Account, Department, Person};
use maud::{Markup, html};

use crate::app::App;
use crate::guard::Caller;
use crate::role::Role;
use crate::shown::{form, moment, safe};

/// Somebody's row.
pub(super) fn row(
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
            @if administers { td { (change(caller, person, account, departments)) } }
        }
    }
}

fn change(caller: &Caller, person: &Person, account: Option<&Account>, departments: &[Department]) -> Markup {
    let id = person.id;
    html! {
        details {
            summary { "Change" span class="soft small" { " " (safe(&person.name)) } }
            form method="post" action={ "/people/" (id) } {
                (form::key(caller))
                label for={ "email-" (id) } { "E-mail" }
                input id={ "email-" (id) } name="email" type="email" maxlength="200" value=(safe(person.email.as_deref().unwrap_or_default()));
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
                form method="post" action={ "/people/" (id) "/reset" } {
                    (form::key(caller))
                    p class="hint" { "Where the telephone is lost, or somebody else may have got in: the password, one-time codes and every session end." }
                    button class="link" { "Reset how they come in" }
                }
            }
        }
    }
}

/// Somebody new.
pub(super) fn add(caller: &Caller, departments: &[Department]) -> Markup {
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
