//! What somebody wants to be told, on the page of their account.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use holter_program::notices::digest::WISH;
use holter_program::notices::{How, Kind, Part};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::guard::Caller;
use crate::pages::back;
use crate::shown::{form, safe};
use crate::trouble::Trouble;

/// What somebody wishes.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub(crate) struct Wishes {
    /// A kind of notice, and how: "now", "digest" or "never". What is not named is as usual. "digest" is a kind of its
    /// own, with "never" for none at all.
    #[serde(default)]
    pub(crate) wishes: BTreeMap<String, String>,
    /// The departments that are followed; 0: all.
    #[serde(default)]
    pub(crate) follows: Vec<i64>,
}

/// What somebody wishes.
pub(crate) async fn of(app: &App, person: i64) -> Result<Wishes, Trouble> {
    Ok(Wishes {
        wishes: app.store.wishes(person).await?,
        follows: app.store.follows(person).await?,
    })
}

/// Keeps it, for the page and for the API.
pub(crate) async fn keep(app: &App, caller: &Caller, wanted: &Wishes) -> Result<(), Trouble> {
    let actor = caller.actor()?;
    for (kind, how) in &wanted.wishes {
        let known = match kind.as_str() {
            WISH => how == "never",
            kind => Kind::named(kind).is_some() && How::named(how).is_some(),
        };
        if !known {
            return Err(Trouble::Wrong(format!("Of {kind:?} nobody is told {how:?}.")));
        }
    }
    let departments = app.store.departments().await?;
    for followed in &wanted.follows {
        let is_there = *followed == 0 || departments.iter().any(|department| department.id == *followed);
        // Whoever answers for one department sees no other, and hears of none.
        if !is_there || actor.department.is_some_and(|own| own != *followed) {
            return Err(Trouble::Denied);
        }
    }
    let mut doing = app.begin().await?;
    doing
        .set_wishes(actor.person, &wanted.wishes, &wanted.follows)
        .await?;
    doing
        .keep(caller, "notices.changed", format!("person {}", actor.person), "")
        .await?;
    Ok(())
}

/// Keeps what the form says.
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Trouble> {
    let mut wanted = Wishes::default();
    for (name, value) in fields {
        if name == "follow" {
            wanted.follows.extend(value.parse::<i64>().ok());
        } else if let Some(kind) = name.strip_prefix("wish-")
            && !value.is_empty()
        {
            wanted.wishes.insert(kind.to_owned(), value);
        }
    }
    keep(&app, &caller, &wanted).await?;
    Ok(back("/account", "changed"))
}

/// The form.
pub(crate) async fn show(app: &App, caller: &Caller) -> Result<Markup, Trouble> {
    let actor = caller.actor()?;
    let wishes = of(app, actor.person).await?;
    let departments = app.store.departments().await?;
    let email = app.store.person(actor.person).await?.email;
    let no_digest = wishes.wishes.contains_key(WISH);
    Ok(html! {
        h2 { "What you are told by mail" }
        p {
            @if let Some(email) = &email { "It goes to " strong { (safe(email)) } "." }
            @else { "You have no address of mail, so nothing reaches you. Whoever looks after accounts can set one." }
        }
        details {
            summary { "Choose" }
            form method="post" action="/account/notices" {
                (form::key(caller))
                @for kind in Kind::ALL {
                    @let wish = wishes.wishes.get(kind.as_str()).and_then(|how| How::named(how));
                    label for={ "wish-" (kind.as_str()) } { (kind.title()) }
                    select id={ "wish-" (kind.as_str()) } name={ "wish-" (kind.as_str()) } {
                        (form::option("", &usual(kind), wish.is_none()))
                        @for how in How::ALL { (form::option(how.as_str(), how_words(how), wish == Some(how))) }
                    }
                }
                label for="wish-digest" { "The digest of the departments that you answer for or follow" }
                select id="wish-digest" name="wish-digest" {
                    (form::option("", "when it is made", !no_digest))
                    (form::option("never", "never", no_digest))
                }
                @if actor.department.is_none() && !departments.is_empty() {
                    fieldset {
                        legend { "Tell me of these departments as if I answered for them" }
                        label class="check" { input type="checkbox" name="follow" value="0" checked[wishes.follows.contains(&0)]; span { "all of them" } }
                        @for department in &departments {
                            label class="check" { input type="checkbox" name="follow" value=(department.id) checked[wishes.follows.contains(&department.id)]; span { (safe(&department.name)) } }
                        }
                    }
                }
                button { "Keep" }
            }
        }
    })
}

fn how_words(how: How) -> &'static str {
    match how {
        How::Now => "at once",
        How::Digest => "in the digest",
        How::Never => "never",
    }
}

fn usual(kind: Kind) -> String {
    let (own, others) = (kind.usual(Part::Own), kind.usual(Part::Department));
    if own == others {
        return format!("as usual: {}", how_words(own));
    }
    format!(
        "as usual: {} for what is yours, {} for a department's",
        how_words(own),
        how_words(others)
    )
}
