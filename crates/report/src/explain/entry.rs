//! What can be explained: every flaw that asking decides, and those that listening alone does.

use std::sync::LazyLock;

use holter_capture::flaws::{self, CHECKS, Overheard};
use holter_checks::{Check, Profile, catalogue};
use holter_model::Flaw;

/// A flaw, and what decides it.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The flaw.
    pub flaw: &'static Flaw,
    by: By,
}

#[derive(Clone, Copy, Debug)]
enum By {
    Asking(&'static Check),
    Listening(&'static Overheard),
}

static ALL: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let asked = catalogue::known().iter().map(|known| Entry {
        flaw: &known.flaw,
        by: By::Asking(known.check),
    });
    let heard = flaws::own().iter().filter_map(|flaw| {
        let check = CHECKS
            .iter()
            .find(|check| check.flaws.contains(&flaw.id.as_str()))?;
        Some(Entry {
            flaw,
            by: By::Listening(check),
        })
    });
    asked.chain(heard).collect()
});

impl Entry {
    /// All of them, in the order of the rosters.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &ALL
    }

    /// The id, the name, and what the check looks at that decides it.
    pub(super) const fn check(&self) -> [&'static str; 3] {
        match self.by {
            By::Asking(check) => [check.id, check.name, check.about],
            By::Listening(check) => [check.id, check.name, check.about],
        }
    }

    /// The smallest profile that asks it, or that it is listened for.
    pub(super) const fn profile(&self) -> &'static str {
        match self.by {
            By::Asking(check) => match check.profile {
                Profile::Heartbleed => "heartbleed",
                Profile::Standard => "standard",
                Profile::Full => "full",
            },
            By::Listening(_) => "listen",
        }
    }

    /// Ids of all checks that decide it, whichever ear they belong to.
    pub(super) fn checks(&self) -> impl Iterator<Item = &'static str> + use<> {
        let (id, [by, ..]) = (&self.flaw.id, self.check());
        let heard = CHECKS
            .iter()
            .filter(move |check| check.flaws.contains(&id.as_str()));
        std::iter::once(by).chain(heard.map(|check| check.id))
    }

    /// How to have it decided.
    pub(super) fn how(&self) -> String {
        match self.by {
            By::Asking(check) => format!(
                "To ask it: holter scan HOST --check {}; it belongs to --profile {}.",
                check.id,
                self.profile()
            ),
            By::Listening(_) => "To hear it: holter listen; nothing is asked.".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flaw_says_what_to_do_on_what_hospitals_run() {
        let products: [&[&str]; 8] = [
            &["nginx"],
            &["Apache httpd"],
            &["IIS and Windows"],
            &["Java", "Tomcat"],
            &["HAProxy"],
            &["F5 BIG-IP"],
            &["Mirth Connect"],
            &["stunnel"],
        ];
        for Flaw {
            id,
            asks,
            instructions,
            unchangeable,
            ..
        } in Entry::all().iter().map(|known| known.flaw)
        {
            assert!(!asks.is_empty(), "{id} does not say what is asked");
            assert!(
                !unchangeable.is_empty(),
                "{id} leaves alone who cannot change a device"
            );
            for names in products {
                let named = |product: &str| names.iter().any(|name| product.contains(name));
                assert!(
                    instructions.iter().any(|known| named(&known.product)),
                    "{id} says nothing of {names:?}"
                );
            }
        }
    }
}
