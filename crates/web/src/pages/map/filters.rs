//! What part of the map is asked for, and the form that asks.

use holter_store::{Fold, InterfaceFilter, Secrecy};
use maud::{Markup, html};
use serde::Deserialize;

use super::fold::Folded;
use super::{Shown, WHOLE};
use crate::accounts;
use crate::app::App;
use crate::guard::Caller;
use crate::shown::form;
use crate::trouble::Trouble;

/// What part of the map. An empty word filters nothing; 0 is a place that nobody has named.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Asked {
    /// Around this system.
    #[serde(default)]
    pub(crate) asset: String,
    /// Of this department, or
    #[serde(default)]
    pub(crate) department: String,
    /// of this site,
    #[serde(default)]
    pub(crate) site: String,
    /// with another of the same sort.
    #[serde(default)]
    pub(crate) with: String,
    /// Over this protocol.
    #[serde(default)]
    pub(crate) protocol: String,
    /// How it is on the way.
    #[serde(default)]
    pub(crate) secrecy: String,
    /// "departments" or "sites": folded; "systems": not.
    #[serde(default)]
    pub(crate) by: String,
    pub(crate) after: Option<String>,
    pub(crate) done: Option<String>,
}

impl Asked {
    /// As the store filters. Whoever sees one department sees that one, whatever is asked.
    pub(crate) fn filter(&self, caller: &Caller) -> Result<InterfaceFilter, Trouble> {
        let own = caller.actor()?.department;
        let department = own.or_else(|| self.department.parse().ok());
        let site = self.site.parse().ok().filter(|_| own.is_none());
        let with = self.with.parse().ok();
        Ok(InterfaceFilter {
            asset: self.asset.parse().ok(),
            department,
            site,
            with_department: with.filter(|_| department.is_some()),
            with_site: with.filter(|_| department.is_none() && site.is_some()),
            protocol: Some(self.protocol.clone()).filter(|protocol| !protocol.is_empty()),
            secrecy: self.secrecy.parse::<Secrecy>().ok(),
        })
    }

    /// Of what sort the places are.
    pub(super) fn fold(&self, filter: &InterfaceFilter, sees_all: bool) -> Fold {
        let sites = filter.site.is_some() || self.by == "sites";
        if sees_all && sites && filter.department.is_none() {
            Fold::Site
        } else {
            Fold::Department
        }
    }

    /// Whether so many interfaces are shown as places, not as systems.
    pub(super) fn folds(&self, filter: &InterfaceFilter, total: i64) -> bool {
        let between = filter.with_department.is_some() || filter.with_site.is_some();
        match self.by.as_str() {
            _ if between => false,
            "departments" | "sites" => true,
            "systems" => false,
            _ => total > WHOLE,
        }
    }

    /// Whether nothing is left out.
    pub(super) fn is_whole(&self) -> bool {
        self.query()
            .iter()
            .all(|(name, value)| *name == "by" || value.is_empty())
    }

    /// All of it but the place in the list.
    pub(super) fn query(&self) -> [(&'static str, String); 7] {
        [
            ("asset", self.asset.clone()),
            ("department", self.department.clone()),
            ("site", self.site.clone()),
            ("with", self.with.clone()),
            ("protocol", self.protocol.clone()),
            ("secrecy", self.secrecy.clone()),
            ("by", self.by.clone()),
        ]
    }

    /// The address of the map with these things asked for otherwise.
    pub(super) fn address(&self, other: &[(&'static str, String)]) -> String {
        let kept = self.query().into_iter().map(|(name, value)| {
            let new = other.iter().find(|(changed, _)| *changed == name);
            (name, new.map_or(value, |(_, value)| value.clone()))
        });
        let kept: Vec<_> = kept.filter(|(_, value)| !value.is_empty()).collect();
        let query = serde_urlencoded::to_string(&kept).unwrap_or_default();
        format!("/map?{query}")
    }

    /// How else one can look at it.
    pub(super) fn choices(&self, shown: &Shown, sees_all: bool) -> Markup {
        let by = |by: &str| self.address(&[("by", by.to_owned())]);
        let has_place = !self.department.is_empty() || !self.site.is_empty() || !sees_all;
        html! {
            @if self.asset.is_empty() && self.with.is_empty() {
                p class="small" {
                    @match shown {
                        Shown::Places { .. } => { a href=(by("systems")) { "System by system" } },
                        Shown::Systems(_) => { a href=(by("departments")) { "By department" } },
                    }
                    @if sees_all && !has_place && self.by != "sites" { " · " a href=(by("sites")) { "By site" } }
                    @if self.by == "sites" { " · " a href=(by("departments")) { "By department" } }
                }
            }
        }
    }

    /// The form.
    pub(super) async fn form(
        &self,
        app: &App,
        caller: &Caller,
        folded: &Folded<'_>,
    ) -> Result<Markup, Trouble> {
        let own = caller.actor()?.department;
        let departments = accounts::departments(app, caller).await?;
        let sites = accounts::sites(app, caller).await?;
        let protocols = app.store.interface_protocols(own).await?;
        let named =
            |id: i64, name: &str, chosen: &str| form::option(&id.to_string(), name, id.to_string() == chosen);
        let words = |secrecy: Secrecy| match secrecy {
            Secrecy::Clear => "in clear text",
            Secrecy::Unknown => "not known",
            Secrecy::Encrypted => "encrypted",
        };
        Ok(html! {
            form class="filters" method="get" action="/map" role="search" data-eager="" {
                @if !self.asset.is_empty() { input type="hidden" name="asset" value=(self.asset.parse::<i64>().unwrap_or(0)); }
                @if own.is_none() && self.asset.is_empty() {
                    div {
                        label for="department" { "Department" }
                        select id="department" name="department" {
                            (form::option("", "all", self.department.is_empty()))
                            @for one in &departments { (named(one.id, &one.name, &self.department)) }
                            (form::option("0", "none named", self.department == "0"))
                        }
                    }
                }
                @if !sites.is_empty() && self.asset.is_empty() {
                    div {
                        label for="site" { "Site" }
                        select id="site" name="site" {
                            (form::option("", "all", self.site.is_empty()))
                            @for one in &sites { (named(one.id, &one.name, &self.site)) }
                            (form::option("0", "none named", self.site == "0"))
                        }
                    }
                }
                @if folded.place.is_some() && self.asset.is_empty() {
                    div {
                        label for="with" { "With" }
                        select id="with" name="with" {
                            (form::option("", "all", self.with.is_empty()))
                            @for id in folded.others() { (named(id, folded.labels.name(id), &self.with)) }
                        }
                    }
                }
                div {
                    label for="protocol" { "Protocol" }
                    select id="protocol" name="protocol" {
                        (form::option("", "all", self.protocol.is_empty()))
                        @for one in &protocols { (form::option(one, one, *one == self.protocol)) }
                    }
                }
                div {
                    label for="secrecy" { "On the way" }
                    select id="secrecy" name="secrecy" {
                        (form::option("", "all", self.secrecy.is_empty()))
                        @for one in Secrecy::ALL { (form::option(one.as_str(), words(one), one.as_str() == self.secrecy)) }
                    }
                }
                button class="quiet" { "Show" }
            }
        })
    }
}
