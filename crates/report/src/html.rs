//! `-f html`: one page that needs nothing else: no script, no picture, no font from elsewhere, and a policy that forbids
//! them. What to do comes first, for whoever answers for a practice; then each service, for whoever looks after it.
//!
//! maud escapes all that is spliced in; what came from a peer goes through [`terminal`] first, so that no character
//! turns the direction of writing either.

mod badge;
mod contents;
mod head;
pub(crate) mod page;
mod remedy;
mod section;
mod settings;

use std::collections::BTreeMap;
use std::io;

use holter_checks::catalogue::severity;
use holter_model::{Differences, KeyKin, LeftAlone, Service, Severity, Verdict};
use maud::{Markup, PreEscaped, html};

use self::remedy::Found;
use crate::place::Place;
use crate::sentence::{self, Tally};
use crate::span::Span;
use crate::{Document, Preamble, Summary};

/// Where there are more services than this, each is folded.
const MANY: usize = 12;

/// Sections wait as they are written; they are put into the order of addresses at the end.
#[derive(Debug, Default)]
pub(crate) struct Html {
    preamble: Preamble,
    span: Span,
    tally: Tally,
    sections: Vec<Section>,
    found: BTreeMap<(std::cmp::Reverse<Severity>, String), Vec<Found>>,
    differences: Option<Differences>,
    left_alone: Vec<LeftAlone>,
    kin: Vec<KeyKin>,
}

/// A service, written.
#[derive(Debug)]
struct Section {
    place: Place,
    anchor: String,
    row: String,
    head: String,
    text: String,
}

impl Document for Html {
    fn begin(&mut self, preamble: &Preamble, _: &mut Vec<u8>) -> io::Result<()> {
        self.preamble = preamble.clone();
        self.span.begin(preamble.began);
        Ok(())
    }

    fn service(&mut self, service: &Service, _: &mut Vec<u8>) -> io::Result<()> {
        self.span.take(service);
        self.tally.add(service);
        let anchor = format!("s{}", self.sections.len() + 1);
        for judgement in &service.judgements {
            if judgement.verdict == Verdict::Affected {
                let key = (std::cmp::Reverse(severity(judgement)), judgement.flaw.clone());
                let found = Found::of(service, judgement, &anchor);
                self.found.entry(key).or_default().push(found);
            }
        }
        self.sections.push(Section {
            place: Place::of(service),
            row: section::row(service, &anchor).into_string(),
            head: section::head(service).into_string(),
            text: section::whole(service).into_string(),
            anchor,
        });
        Ok(())
    }

    fn left_alone(&mut self, left: &LeftAlone) {
        self.left_alone.push(left.clone());
    }

    fn kin(&mut self, kin: &[KeyKin]) {
        self.kin = kin.to_vec();
    }

    fn differences(&mut self, differences: &Differences) {
        self.differences = Some(differences.clone());
    }

    fn end(&mut self, summary: &Summary, out: &mut Vec<u8>) -> io::Result<()> {
        self.sections.sort_by_key(|section| section.place);
        out.extend_from_slice(self.page(summary).into_string().as_bytes());
        Ok(())
    }
}

impl Html {
    fn page(&self, summary: &Summary) -> Markup {
        let (mood, sentence) = sentence::of(summary, &self.tally);
        let also = sentence::behind(summary, &self.tally);
        let body = html! {
            header {
                (head::head(mood, (&sentence, also.as_deref()), summary, &self.preamble, self.span))
                (head::tiles(summary, &self.tally))
            }
            main {
                (contents::all(self))
                @if let Some(differences) = &self.differences {
                    (head::differences(differences))
                }
                (remedy::all(&self.found))
                (head::kin(&self.kin))
                (self.services())
                (head::left_alone(&self.left_alone))
            }
            footer {
                p {
                    "Made by Holter " (env!("CARGO_PKG_VERSION")) ". “Not affected” was measured; what could not be "
                    "measured says so. No byte of any system's memory was asked for, and no patient's data is in this report."
                }
            }
        };
        page::whole(&sentence, &body)
    }

    fn services(&self) -> Markup {
        if self.sections.is_empty() {
            return html! {};
        }
        html! {
            section aria-labelledby="services" {
                h2 id="services" { "Services" }
                p class="small soft" { "In the order of addresses and ports." }
                div class="scroll" {
                    table class="stack" {
                        caption { "What was asked" }
                        thead {
                            tr {
                                th scope="col" { "Service" }
                                th scope="col" { "What it is" }
                                th scope="col" class="c" { "Grade" }
                                th scope="col" { "Answer" }
                            }
                        }
                        tbody {
                            @for section in &self.sections { (PreEscaped(&section.row)) }
                        }
                    }
                }
                @for section in &self.sections {
                    details class="service" id=(section.anchor) open[self.sections.len() <= MANY] {
                        summary { (PreEscaped(&section.head)) }
                        (PreEscaped(&section.text))
                    }
                }
            }
        }
    }
}
