//! Systems: a list with a search, those with the weightiest findings first.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use holter_model::Criticality;
use holter_store::{AssetFilter, KnownAsset, Page};
use maud::{Markup, html};
use serde::Deserialize;

use crate::accounts;
use crate::app::App;
use crate::guard::Caller;
use crate::role::Deed;
use crate::shown::{Frame, form, list, moment, safe};
use crate::trouble::Trouble;

/// What is filtered by.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    pub(crate) words: String,
    #[serde(default)]
    pub(crate) department: String,
    #[serde(default)]
    pub(crate) site: String,
    #[serde(default)]
    pub(crate) criticality: String,
    pub(crate) after: Option<String>,
    pub(crate) done: Option<String>,
}

impl Asked {
    /// As the store filters. Whoever sees one department sees that one, whatever is asked.
    pub(crate) fn filter(&self, caller: &Caller) -> Result<AssetFilter, Trouble> {
        Ok(AssetFilter {
            department: caller
                .actor()?
                .department
                .or_else(|| self.department.parse().ok()),
            site: self.site.parse().ok(),
            criticality: self.criticality.parse().ok(),
            search: Some(self.words.trim().to_owned()).filter(|words| !words.is_empty()),
            ..AssetFilter::default()
        })
    }
}

/// The list.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
    caller: Caller,
) -> Result<Response, Trouble> {
    let filter = asked.filter(&caller)?;
    let listed = app
        .store
        .assets(
            &filter,
            &Page {
                after: asked.after.clone(),
                size: 50,
            },
        )
        .await?;
    let query = [
        ("words", asked.words.clone()),
        ("department", asked.department.clone()),
        ("site", asked.site.clone()),
        ("criticality", asked.criticality.clone()),
    ];
    let filters = filters(&app, &caller, &asked).await?;
    let frame = Frame {
        title: "Systems",
        caller: &caller,
        part: "/assets",
        done: asked.done.as_deref(),
    };
    Ok(frame.around(&html! {
        h1 { "Systems" }
        (filters)
        @if listed.rows.is_empty() {
            p { "Nothing fits that. Systems come from " a href="/scans" { "scans" } " and from lists." }
        } @else {
            div class="scroll" {
                table class="stack" {
                    caption { "Systems and devices" }
                    thead { tr { th scope="col" { "System" } th scope="col" { "Department" } th scope="col" { "Answers for it" } th scope="col" { "What depends on it" } th scope="col" class="n" { "Findings to be done" } th scope="col" class="n" { "Services" } th scope="col" { "Last seen" } } }
                    tbody { @for asset in &listed.rows { (row(&app, asset)) } }
                }
            }
        }
        (list::pages("/assets", &query, asked.after.as_deref(), listed.next.as_deref()))
        @if caller.actor()?.may(Deed::Describe) {
            p { a class="button quiet" href="/assets/import" { "Bring in a list" } }
        }
    }))
}

fn row(app: &App, asset: &KnownAsset) -> Markup {
    let about = &asset.about;
    html! {
        tr {
            th scope="row" {
                a href={ "/assets/" (asset.id) } { (safe(&about.name)) }
                @if !about.role.is_empty() { br; span class="soft small" { (safe(&about.role)) } }
            }
            td data-l="Department" { (named(asset.named.department.as_deref())) }
            td data-l="Answers for it" { (named(asset.named.owner.as_deref())) }
            td data-l="What depends on it" { (marks(asset)) }
            td data-l="Findings to be done" class="n" { (asset.live_findings) }
            td data-l="Services" class="n" { (asset.services) }
            td data-l="Last seen" { @if let Some(seen) = asset.seen { (moment::ago(seen, app.clock.now(), &app.zone)) } @else { "–" } }
        }
    }
}

fn named(name: Option<&str>) -> Markup {
    html! { @if let Some(name) = name { (safe(name)) } @else { span class="soft" { "–" } } }
}

/// What makes it matter.
pub(crate) fn marks(asset: &KnownAsset) -> Markup {
    let about = &asset.about;
    let words = [
        (about.criticality.map(Criticality::as_str), true),
        (Some("patients' records"), about.holds_ephi == Some(true)),
        (Some("internet"), about.internet_facing == Some(true)),
        (Some("at home"), about.at_home == Some(true)),
        (Some("front door"), about.front_door == Some(true)),
    ];
    let words: Vec<&str> = words
        .into_iter()
        .filter_map(|(word, is)| word.filter(|_| is))
        .collect();
    html! { @if words.is_empty() { span class="soft" { "nobody has said" } } @else { (words.join(", ")) } }
}

async fn filters(app: &App, caller: &Caller, asked: &Asked) -> Result<Markup, Trouble> {
    let departments = accounts::departments(app, caller).await?;
    let sites = accounts::sites(app, caller).await?;
    let all = caller.actor()?.department.is_none();
    let option = |value: &str, shown: &str, chosen: &str| form::option(value, shown, value == chosen);
    Ok(html! {
        form class="filters" method="get" action="/assets" role="search" data-eager="" {
            div { label for="words" { "Name, address or role" } input id="words" name="words" type="search" value=(safe(&asked.words)); }
            @if all && !departments.is_empty() {
                div {
                    label for="department" { "Department" }
                    select id="department" name="department" {
                        (option("", "all", &asked.department))
                        @for one in &departments { (option(&one.id.to_string(), &safe(&one.name), &asked.department)) }
                    }
                }
            }
            @if !sites.is_empty() {
                div {
                    label for="site" { "Site" }
                    select id="site" name="site" {
                        (option("", "all", &asked.site))
                        @for one in &sites { (option(&one.id.to_string(), &safe(&one.name), &asked.site)) }
                    }
                }
            }
            div {
                label for="criticality" { "Criticality" }
                select id="criticality" name="criticality" {
                    (option("", "all", &asked.criticality))
                    @for one in Criticality::ALL.iter().rev() { (option(one.as_str(), one.as_str(), &asked.criticality)) }
                }
            }
            button class="quiet" { "Show" }
        }
    })
}
