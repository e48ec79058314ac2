//! Who was attacked, what went out, to whom, and what lay open.

use anstyle::Style;
use holter_capture::flaws;
use holter_capture::subject::{Exposure, Said, SignKind, Subject};
use holter_model::Verdict;

use super::super::digest::{Digest, Told};
use super::super::words::{asker, moment, place};
use super::super::{sums, words};
use crate::escape::terminal;
use crate::text::{Page, counted, painted};

/// As many peers, keys and places are named.
const FIRST: usize = 8;

/// Of what is merely open, as many subjects are named.
const MOST: usize = 40;

impl Page<'_> {
    /// Leaks and attempts, the gravest first.
    pub(super) fn attacks(&mut self, digest: &Digest) {
        let (bad, open) = (self.palette.bad, self.palette.open);
        let Digest { worked, tried, .. } = digest;
        if worked.all > 0 {
            self.titled(bad, "What worked");
            for told in &worked.told {
                self.attack(&told.subject, &told.what);
            }
            self.more(worked.all, worked.told.len());
            for (place, id) in digest.flaws.iter().enumerate() {
                if place > 0 {
                    self.line("");
                }
                self.first_steps(id);
            }
        }
        if tried.all > 0 {
            self.titled(open, "What was tried, or may have been");
            for told in tried.told.iter().take(MOST) {
                self.attack(&told.subject, &told.what);
            }
            self.more(tried.all, MOST);
        }
        self.signs(digest);
    }

    fn attack(&mut self, subject: &Subject, said: &Said) {
        let strong = self.palette.strong;
        let name = flaws::flaw(&said.flaw).map_or(said.flaw.as_str(), |flaw| flaw.name.as_str());
        let mut title = format!("{name}: ");
        match said.weight {
            Some(weight) => title.push_str(&words::title(said, &weight)),
            None => title.push_str(match said.verdict {
                Verdict::Affected => "open to it",
                Verdict::NotAffected => "tried and refused",
                _ => "tried, outcome unknown",
            }),
        }
        let at = painted(strong, place(subject));
        self.item(&format!("  {at}  "), Style::new(), &title);
        let faint = self.palette.faint;
        self.item("    Heard: ", faint, &format!("{}.", terminal(&said.evidence)));
        if let Some((first, last)) = said
            .weight
            .and_then(|weight| weight.first_leak.zip(weight.last_leak))
        {
            let span = format!("{} to {}", moment(first), moment(last));
            self.item("    When:  ", Style::new(), &span);
        }
        for one in said.by.iter().take(FIRST) {
            self.item("    By:    ", Style::new(), &asker(one));
        }
        self.more(said.by.len(), FIRST);
        if let Some(exposure) = &said.exposure {
            self.exposure(exposure);
        }
        self.item("    In:    ", faint, &terminal(&subject.file));
        self.item(
            "    Known: ",
            faint,
            &format!("{}.", subject.coverage.notes.join("; ")),
        );
        self.line("");
    }

    fn exposure(&mut self, exposure: &Exposure) {
        let open = format!(
            "at most {} open meanwhile: end them, and have their users' passwords changed after the repair",
            counted(exposure.sessions, "session was", "sessions were")
        );
        self.item("    Lost:  ", Style::new(), &open);
        for key in exposure.keys.iter().take(FIRST) {
            let mut said = format!("the key {} is to be taken for stolen", short(&key.spki));
            if key.opens_sessions > 0 {
                let opened = counted(key.opens_sessions, "captured session", "captured sessions");
                said.push_str(&format!("; it opens {opened} (RSA key exchange)"));
            }
            if !key.also_at.is_empty() {
                let places: Vec<&str> = key.also_at.iter().take(FIRST).map(String::as_str).collect();
                said.push_str(&format!("; it also stands at {}", places.join(", ")));
                if key.also_at.len() > FIRST {
                    said.push_str(" and others");
                }
            }
            self.item("           ", Style::new(), &said);
        }
    }

    /// What to do first.
    fn first_steps(&mut self, id: &str) {
        let Some(flaw) = flaws::flaw(id) else { return };
        self.line(&painted(
            self.palette.strong,
            format!("What to do first about {}", flaw.name),
        ));
        self.line("");
        for (place, step) in flaw.first_steps.iter().enumerate() {
            self.item(&format!("  {}. ", place + 1), Style::new(), step);
        }
    }

    fn signs(&mut self, digest: &Digest) {
        let signs = &digest.signs;
        if signs.all == 0 {
            return;
        }
        let open = self.palette.open;
        self.titled(open, "Other signs");
        for Told { subject, what: sign } in signs.told.iter().take(MOST) {
            let what = match sign.sign {
                SignKind::Downgrade => {
                    "clients came again with an older version after a failure: an attacker on the way forces that, and so do bad lines"
                }
                SignKind::DatagramCrash => "requests that make an affected DTLS service abort",
            };
            let said = format!(
                "{what}; {}, {} to {}",
                counted(sign.times, "time", "times"),
                moment(sign.first),
                moment(sign.last)
            );
            self.item(&format!("  {}  ", place(subject)), Style::new(), &said);
        }
        self.more(signs.all, MOST);
    }

    /// Says how many are not named.
    pub(super) fn more(&mut self, all: usize, named: usize) {
        if all > named {
            let more = sums::count(all - named);
            let said = format!("and {}; -f json names them all", counted(more, "other", "others"));
            let faint = self.palette.faint;
            self.paragraph(4, faint, &said);
        }
    }
}

/// A hash, as far as people read it.
fn short(hash: &str) -> String {
    format!("{}…", hash.get(..16).unwrap_or(hash))
}
