//! Letters: what one person is told at once, or what a department is told of a day or a week. Only words; how they
//! look is the sender's.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Kind;
use super::told::Told;

/// More findings than this are counted and not listed: the rest stands on the pages.
pub const LISTED: usize = 25;

/// What stands in the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "snake_case")]
pub enum Content {
    /// Several things for one person.
    Letter(Letter),
    /// One thing for another system.
    Notice(Box<Told>),
    /// Somebody tries whether the channel works.
    Trial {
        /// Who.
        by: String,
    },
}

/// What one person is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Its subject.
    pub subject: String,
    /// Whom it greets.
    pub name: String,
    /// Why it comes.
    pub opening: String,
    /// What is told.
    pub sections: Vec<Section>,
}

/// Findings of which the same is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// What.
    pub title: String,
    /// The findings.
    pub items: Vec<Item>,
    /// Whether there are more than are listed.
    pub more: bool,
}

/// A finding in a letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// What is told of it.
    pub told: Told,
    /// Where its reader goes from here.
    pub way: Way,
}

/// Where a reader goes from a letter. The sender makes a link of it: one that opens something is nowhere at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// To the finding's page, for who can sign in.
    Page,
    /// To a signed link that opens this one finding for this one person.
    Link {
        /// Who.
        person: i64,
        /// Until when.
        until: Timestamp,
    },
}

/// The letter of what somebody is told at once.
#[must_use]
pub fn at_once(name: &str, items: Vec<Item>) -> Letter {
    let kind = |item: &Item| Kind::named(&item.told.kind);
    let subject = match items.as_slice() {
        [one] => {
            let title = kind(one).map_or("Notice", Kind::title);
            format!("{title}: {} on {}", one.told.name, one.told.asset_name)
        }
        several => {
            let parts: Vec<String> = URGENT
                .into_iter()
                .filter_map(|wanted| {
                    let count = several.iter().filter(|item| kind(item) == Some(wanted)).count();
                    (count > 0).then(|| format!("{count} {}", wanted.title().to_lowercase()))
                })
                .collect();
            format!("{} findings: {}", several.len(), parts.join(", "))
        }
    };
    let sections = URGENT
        .into_iter()
        .filter_map(|wanted| {
            let of: Vec<Item> = items
                .iter()
                .filter(|item| kind(item) == Some(wanted))
                .cloned()
                .collect();
            section(wanted.title(), of)
        })
        .collect();
    Letter {
        subject: format!("[Holter] {subject}"),
        name: name.to_owned(),
        opening: "This concerns systems that are yours, or of a department that you answer for.".to_owned(),
        sections,
    }
}

/// What must be done first stands first.
const URGENT: [Kind; 8] = [
    Kind::Back,
    Kind::Overdue,
    Kind::Assigned,
    Kind::DueSoon,
    Kind::AcceptanceEnding,
    Kind::Undecided,
    Kind::Opened,
    Kind::Fixed,
];

/// A section, where there is anything to say in it.
#[must_use]
pub fn section(title: &str, mut items: Vec<Item>) -> Option<Section> {
    let more = items.len() > LISTED;
    items.truncate(LISTED);
    (!items.is_empty()).then(|| Section {
        title: title.to_owned(),
        items,
        more,
    })
}
