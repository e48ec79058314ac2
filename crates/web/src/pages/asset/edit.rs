//! The form with which a person says what a system is.

use holter_model::{Criticality, Fragility};
use holter_store::{Department, KnownAsset};
use maud::{Markup, html};

use crate::guard::Caller;
use crate::shown::{form, safe};

/// The form.
pub(super) fn form(caller: &Caller, asset: &KnownAsset, departments: &[Department]) -> Markup {
    let about = &asset.about;
    let three = |name: &str, label: &str, value: Option<bool>| {
        html! {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                (form::option("", "nobody has said", value.is_none()))
                (form::option("yes", "yes", value == Some(true)))
                (form::option("no", "no", value == Some(false)))
            }
        }
    };
    html! {
        details {
            summary { "Say more about it" }
            form method="post" action={ "/assets/" (asset.id) } {
                (form::key(caller))
                label for="name" { "Name" } input id="name" name="name" value=(safe(&about.name)) required maxlength="200";
                label for="role" { "What it is there for" } input id="role" name="role" value=(safe(&about.role)) maxlength="200";
                label for="department" { "Department" }
                select id="department" name="department" {
                    (form::option("", "none", about.department.is_none()))
                    @for one in departments { (form::option(&one.id.to_string(), &safe(&one.name), about.department == Some(one.id))) }
                }
                label for="owner" { "Who answers for it" } input id="owner" name="owner" value=(safe(asset.named.owner.as_deref().unwrap_or_default())) maxlength="100";
                label for="site" { "Site" } input id="site" name="site" value=(safe(asset.named.site.as_deref().unwrap_or_default())) maxlength="100";
                label for="criticality" { "What depends on it" }
                select id="criticality" name="criticality" {
                    (form::option("", "nobody has said", about.criticality.is_none()))
                    @for one in Criticality::ALL { (form::option(one.as_str(), one.as_str(), about.criticality == Some(one))) }
                }
                label for="fragility" { "How it must be touched" }
                select id="fragility" name="fragility" {
                    (form::option("", "nobody has said", about.fragility.is_none()))
                    @for one in Fragility::ALL { (form::option(one.as_str(), one.as_str(), about.fragility == Some(one))) }
                }
                (three("holds_ephi", "Holds patients' records", about.holds_ephi))
                (three("internet_facing", "Reached from the internet", about.internet_facing))
                (three("at_home", "Stands at somebody's home", about.at_home))
                (three("front_door", "A VPN or portal", about.front_door))
                label for="note" { "Note" } textarea id="note" name="note" maxlength="2000" { (safe(&about.note)) }
                button { "Keep" }
            }
        }
    }
}
