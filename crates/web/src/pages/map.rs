//! The map of interfaces: which system speaks with which. A small network is drawn whole. A large one is folded by
//! department or by site, and from there one comes to one department, to what is between two, and to the systems around
//! one. A list beside every picture says what it says, and goes on where the picture ends.

mod filters;
mod fold;
mod picture;
mod table;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use holter_store::{Fold, InterfaceFilter, Page};
use maud::{Markup, html};

pub(crate) use self::filters::Asked;
use self::fold::{Folded, Labels};
use self::picture::Picture;
use crate::app::App;
use crate::describing;
use crate::ends::{self, Names, Seen};
use crate::guard::Caller;
use crate::pages::interface;
use crate::role::Deed;
use crate::shown::{Frame, list, safe};
use crate::trouble::Trouble;

/// So many interfaces are drawn and listed all at once.
const WHOLE: i64 = 150;
/// Of more, so many make a page.
const PAGE: u32 = 50;

/// What is shown beside the list.
enum Shown {
    /// These systems.
    Systems(Picture),
    /// A box for each place.
    Places { picture: Picture, table: Markup },
}

/// The page.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
    caller: Caller,
) -> Result<Response, Trouble> {
    let actor = caller.actor()?;
    let filter = asked.filter(&caller)?;
    let center = match filter.asset {
        Some(id) => Some(describing::of(&app, &caller, id).await?),
        None => None,
    };
    let names = Names::all(&app).await?;
    let fold = asked.fold(&filter, actor.department.is_none());
    let labels = Labels::of(&app, &caller, &names, fold).await?;
    let ways = app.store.ways(fold, &filter).await?;
    let folded = Folded {
        fold,
        place: filter.department.or(filter.site),
        ways: &ways,
        labels: &labels,
        asked: &asked,
    };
    // With both a department and a site nobody has counted them.
    let counted = filter.asset.is_some() || (filter.department.is_some() && filter.site.is_some());
    let total = if counted {
        app.store.interfaces_of(&filter).await?
    } else {
        folded.total(filter.with_department.or(filter.with_site))
    };
    let size = if total <= WHOLE {
        u32::try_from(WHOLE).unwrap_or(PAGE)
    } else {
        PAGE
    };
    let page = Page {
        after: asked.after.clone(),
        size,
    };
    let listed = app.store.interfaces(&filter, &page).await?;
    let seen = listed.rows.into_iter().map(|one| Seen::by(&caller, &names, one));
    let mut rows = seen.collect::<Result<Vec<_>, _>>()?;
    ends::weigh(&app, &mut rows).await?;
    let shown = if !counted && asked.folds(&filter, total) {
        Shown::Places {
            picture: folded.picture(),
            table: folded.table(),
        }
    } else {
        Shown::Systems(Picture::of_systems(&rows, filter.asset))
    };
    let form = asked.form(&app, &caller, &folded).await?;
    let frame = Frame {
        title: "Map",
        caller: &caller,
        part: "/map",
        done: asked.done.as_deref(),
    };
    let around = center
        .as_ref()
        .map(|center| (center.id, center.about.name.as_str()));
    Ok(frame.around(&html! {
        h1 { "Who speaks with whom" }
        (place(&filter, around, &folded))
        @if total == 0 && asked.is_whole() {
            p { "No interface is known yet. " code { "holter listen --remember CAPTURE" } " hears them, and you can declare them." }
        } @else {
            (asked.choices(&shown, actor.department.is_none()))
            @match &shown {
                Shown::Places { picture, table } => { (picture.draw()) (table) }
                Shown::Systems(picture) => {
                    (picture.draw())
                    @if total > WHOLE { p class="soft" { "The picture shows the " (rows.len()) " interfaces of this page, of " (total) " in all." } }
                }
            }
            h2 { (total) @if total == 1 { " interface" } @else { " interfaces" } }
            (form)
            (table::of(&rows))
            (list::pages("/map", &asked.query(), asked.after.as_deref(), listed.next.as_deref()))
        }
        @if actor.may(Deed::Describe) {
            details { summary { "Declare an interface" } (interface::declaring(&caller, filter.asset)) }
        }
    }))
}

/// Where on the map one is, and the way back.
fn place(filter: &InterfaceFilter, around: Option<(i64, &str)>, folded: &Folded<'_>) -> Markup {
    let with = filter.with_department.or(filter.with_site);
    html! {
        @if let Some((id, name)) = around {
            p { "Around " a href={ "/assets/" (id) } { (safe(name)) } ". " a href="/map" { "The whole map" } }
        } @else if let Some(place) = folded.place {
            p {
                @match with {
                    Some(with) if with == place => { "Within " (safe(folded.labels.name(place))) ". " },
                    Some(with) => { "Between " (safe(folded.labels.name(place))) " and " (safe(folded.labels.name(with))) ". " },
                    None => { (safe(folded.labels.name(place))) ". " },
                }
                a href="/map" { "The whole map" }
            }
        } @else {
            p class="soft" { "An interface is known because it was heard or declared. Whoever changes a system breaks off what leads to it here." }
        }
    }
}

impl Labels {
    /// What is said of places: of another department than their own its owner is told the name alone.
    async fn of(app: &App, caller: &Caller, names: &Names, fold: Fold) -> Result<Self, Trouble> {
        let own = caller.actor()?.department;
        let names = match fold {
            Fold::Department => names.0.clone(),
            Fold::Site => {
                let all = app.store.sites().await?.into_iter();
                all.map(|site| (site.id, site.name)).collect()
            }
        };
        let theirs = |place: i64| own.is_none_or(|own| own == place);
        let mut systems = BTreeMap::<i64, i64>::new();
        for tally in app.store.asset_tallies().await? {
            let place = match fold {
                Fold::Department => tally.department,
                Fold::Site => tally.site,
            };
            *systems.entry(place.unwrap_or(0)).or_default() += tally.assets;
        }
        systems.retain(|place, _| theirs(*place));
        let gravest = app.store.gravest(fold).await?.into_iter();
        let gravest = gravest.map(|(place, (severity, _))| (place.unwrap_or(0), severity));
        Ok(Self {
            fold,
            names,
            systems,
            gravest: gravest.filter(|(place, _)| theirs(*place)).collect(),
        })
    }
}
