//! What somebody is shown of the two ends of an interface, on every page and by every route of the API.
//!
//! Whoever answers for one department sees of another department's system at the other end its name, what that
//! department is called, and who answers for it: no such interface survives a change that only one of them knows of. They
//! see none of its findings, addresses, numbers or fields of the inventory, and nothing leads them to its page.

use std::collections::{BTreeMap, BTreeSet};

use holter_model::Severity;
use holter_store::{Linked, Person};
use maud::{Markup, html};

use crate::app::App;
use crate::guard::Caller;
use crate::shown::{badge, safe};
use crate::trouble::Trouble;

/// One end, as the caller sees it.
#[derive(Clone, Debug)]
pub(crate) struct End {
    /// Its number, where it is theirs to look at.
    pub(crate) asset: Option<i64>,
    pub(crate) name: String,
    pub(crate) department: Option<i64>,
    /// What its department is called.
    pub(crate) department_name: Option<String>,
    /// The gravest of its findings, where they are theirs to look at and were asked for.
    pub(crate) gravest: Option<Severity>,
}

/// An interface with both ends.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) linked: Linked,
    /// Who connects, and who answers.
    pub(crate) ends: [End; 2],
}

/// What departments are called.
#[derive(Clone, Debug)]
pub(crate) struct Names(pub(crate) BTreeMap<i64, String>);

impl Names {
    pub(crate) async fn all(app: &App) -> Result<Self, Trouble> {
        let all = app.store.departments().await?.into_iter();
        Ok(Self(all.map(|one| (one.id, one.name)).collect()))
    }
}

impl Seen {
    pub(crate) fn by(caller: &Caller, names: &Names, linked: Linked) -> Result<Self, Trouble> {
        let actor = caller.actor()?;
        let one = &linked.interface;
        let [from, to] = linked.departments;
        let end = |asset: i64, name: &str, department: Option<i64>| End {
            asset: actor.within(department).is_ok().then_some(asset),
            name: name.to_owned(),
            department,
            department_name: department.and_then(|id| names.0.get(&id).cloned()),
            gravest: None,
        };
        let ends = [
            end(one.from_asset, &linked.from_name, from),
            end(one.to_asset, &linked.to_name, to),
        ];
        Ok(Self { linked, ends })
    }

    /// The end that is not this asset.
    pub(crate) fn other(&self, asset: i64) -> &End {
        let [from, to] = &self.ends;
        if self.linked.interface.from_asset == asset {
            to
        } else {
            from
        }
    }
}

impl End {
    /// Its name, with a way to its page where there is one for the caller.
    pub(crate) fn named(&self) -> Markup {
        html! {
            @match self.asset {
                Some(id) => a href={ "/assets/" (id) } { (safe(&self.name)) },
                None => (safe(&self.name)),
            }
        }
    }

    /// The same with its department and the gravest of its findings.
    pub(crate) fn whole(&self) -> Markup {
        html! {
            (self.named())
            @if let Some(department) = &self.department_name { br; span class="soft small" { (safe(department)) } }
            @if let Some(gravest) = self.gravest { " " (badge::severity(gravest)) }
        }
    }
}

/// Says of every end that is the caller's how grave its findings are.
pub(crate) async fn weigh(app: &App, seen: &mut [Seen]) -> Result<(), Trouble> {
    let ends = || seen.iter().flat_map(|one| &one.ends);
    let theirs: BTreeSet<i64> = ends().filter_map(|end| end.asset).collect();
    let gravest = app.store.gravest_of(&theirs).await?;
    for end in seen.iter_mut().flat_map(|one| &mut one.ends) {
        end.gravest = end.asset.and_then(|id| gravest.get(&id).copied());
    }
    Ok(())
}

/// Whom the caller asks about the end that is not theirs; nobody where both are.
pub(crate) async fn whom_to_ask(app: &App, seen: &Seen) -> Result<Vec<Person>, Trouble> {
    let foreign = seen.ends.iter().find(|end| end.asset.is_none());
    match foreign.and_then(|end| end.department) {
        Some(department) => Ok(app.store.answering_for(department).await?),
        None => Ok(Vec::new()),
    }
}
