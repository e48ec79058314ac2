//! The forms of a finding's page: what the caller may do with it.

use holter_model::finding::State as Stand;
use holter_program::closing::measurable_at;
use holter_store::{Acceptance, FindingRow, Page};
use maud::{Markup, html};

use crate::accounts;
use crate::app::App;
use crate::guard::Caller;
use crate::life::WORDS;
use crate::pages::finding;
use crate::role::Deed;
use crate::shown::{form, moment, safe};
use crate::trouble::Trouble;

/// Among more people than these nobody chooses from a list.
const CHOICES: u32 = 200;

/// The forms that the caller may use on this finding.
pub(crate) async fn of(
    app: &App,
    caller: &Caller,
    row: &FindingRow,
    acceptances: &[Acceptance],
) -> Result<Markup, Trouble> {
    let actor = caller.actor()?;
    let id = row.finding.id;
    let asked = finding::asked_for(acceptances);
    let live = row.finding.state.is_live();
    let measurable = measurable_at(&row.finding, row.protocol.as_deref()).is_ok();
    let people = match actor.may(Deed::Work) && live {
        true => Some(accounts::known(app, caller, "", &Page::first(CHOICES)).await?),
        false => None,
    };
    Ok(html! {
        h2 { "What you can do" }
        @if let Some(asked) = asked { (request(app, caller, id, asked)) }
        @if actor.may(Deed::Work) && measurable {
            form method="post" action={ "/findings/" (id) "/measure" } {
                (form::key(caller))
                button { "Measure now" }
            }
        }
        @if let Some(people) = &people {
            form method="post" action={ "/findings/" (id) "/assign" } {
                (form::key(caller))
                label for="person" { "Give it to" }
                @if people.next.is_some() {
                    p class="hint" id="whom" { "A name, or an address for e-mail." }
                    input id="person" name="person" required maxlength="200" aria-describedby="whom" value=(safe(&actor.shown));
                } @else {
                    select id="person" name="person" {
                        @for person in people.rows.iter().filter(|person| person.active) {
                            (form::option(&person.id.to_string(), &safe(&person.name), row.finding.assignee.map_or(person.id == actor.person, |id| id == person.id)))
                        }
                    }
                }
                button class="quiet" { "Give" }
            }
            form method="post" action={ "/findings/" (id) "/fixing" } {
                (form::key(caller))
                button class="quiet" { "Somebody is at work on it" }
            }
            form method="post" action={ "/findings/" (id) "/done" } {
                (form::key(caller))
                button class="quiet" { @if measurable { "It is done: measure it" } @else { "It is done" } }
            }
        }
        @if actor.may(Deed::Comment) {
            form method="post" action={ "/findings/" (id) "/comment" } {
                (form::key(caller))
                label for="text" { "Comment" }
                textarea id="text" name="text" required maxlength=(WORDS) {}
                button class="quiet" { "Add it" }
            }
        }
        @if actor.may(Deed::Work) && live && asked.is_none() { (wishes(caller, id)) }
        @if actor.may(Deed::Work) && matches!(row.finding.state, Stand::Accepted | Stand::FalsePositive) {
            form method="post" action={ "/findings/" (id) "/reopen" } {
                (form::key(caller))
                button class="quiet" { "Open it again" }
            }
        }
        @if !actor.may(Deed::Comment) { p class="soft" { "Your account reads and changes nothing." } }
    })
}

fn request(app: &App, caller: &Caller, id: i64, asked: &Acceptance) -> Markup {
    let about = &asked.about;
    let actor = caller.actor.as_ref();
    let own = actor.is_some_and(|actor| actor.person == about.author);
    let may = actor.is_some_and(|actor| actor.may(Deed::Approve)) && !own;
    html! {
        h3 { @if about.is_false { "Somebody says that it is not there" } @else { "Somebody wants to live with it" } }
        p { (safe(&about.reason)) }
        p { strong { @if about.is_false { "Evidence: " } @else { "Meanwhile: " } } (safe(&about.ground)) }
        @if let Some(until) = about.until { p { "Until " (moment::day(until, &app.zone)) "." } }
        @if may {
            form method="post" action={ "/findings/" (id) "/decide" } {
                (form::key(caller))
                button name="decision" value="yes" { "Approve" } " "
                button class="quiet" name="decision" value="no" { "Turn down" }
            }
        } @else if own {
            p class="soft" { "You asked for it, so somebody else has to decide." }
        } @else {
            p class="soft" { "Somebody who may approve has to decide." }
        }
    }
}

fn wishes(caller: &Caller, id: i64) -> Markup {
    html! {
        details {
            summary { "Live with it for a while" }
            form method="post" action={ "/findings/" (id) "/accept" } {
                (form::key(caller))
                label for="accept-reason" { "Why" }
                textarea id="accept-reason" name="reason" required maxlength=(WORDS) {}
                label for="accept-ground" { "What holds the risk down meanwhile" }
                textarea id="accept-ground" name="ground" required maxlength=(WORDS) {}
                label for="accept-until" { "Until" }
                input id="accept-until" name="until" type="date" required;
                button class="quiet" { "Ask for an approval" }
            }
        }
        details {
            summary { "It is not there" }
            form method="post" action={ "/findings/" (id) "/false" } {
                (form::key(caller))
                label for="false-reason" { "Why was it measured all the same" }
                textarea id="false-reason" name="reason" required maxlength=(WORDS) {}
                label for="false-ground" { "Evidence" }
                textarea id="false-ground" name="ground" required maxlength=(WORDS) {}
                button class="quiet" { "Ask for an approval" }
            }
        }
    }
}
