//! `holter explain`: what a flaw is, why it matters, and what to do about it. It asks nobody.

use std::io::{self, Write as _};

use anyhow::{Context as _, bail};
use clap::{ColorChoice, ValueEnum};
use holter_report::{Answer, Entry};

use crate::exit::Outcome;
use crate::look;

/// The arguments of `holter explain`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A check, a flaw, a CVE or a name: heartbleed, CVE-2014-3566, poodle; without it, all of them are listed
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// The form of the answer
    #[arg(short, long, value_enum, default_value_t)]
    format: Form,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value_t = ColorChoice::Auto)]
    color: ColorChoice,
}

/// Forms of the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For a person
    #[default]
    Text,
    /// One JSON document
    Json,
}

/// Runs the verb.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let mut flaws: Vec<&'static Entry> = Vec::new();
    for id in &args.ids {
        for found in find(id)? {
            if !flaws.iter().any(|flaw| flaw.flaw.id == found.flaw.id) {
                flaws.push(found);
            }
        }
    }
    let look = look::of(args.color, false);
    let text = match (args.format, flaws.as_slice()) {
        (Form::Json, []) => holter_report::explain_json(&Entry::all().iter().collect::<Vec<_>>())?,
        (Form::Json, flaws) => holter_report::explain_json(flaws)?,
        (Form::Text, []) => holter_report::list(look),
        (Form::Text, flaws) => holter_report::explain(flaws, look),
    };
    match io::stdout().write_all(&text).and_then(|()| io::stdout().flush()) {
        // Who leafs through it may stop reading.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Outcome::Clean),
        written => written
            .map(|()| Outcome::Clean)
            .context("standard output cannot be written"),
    }
}

fn find(id: &str) -> anyhow::Result<Vec<&'static Entry>> {
    match holter_report::search(id) {
        Answer::Found(flaws) => Ok(flaws),
        Answer::Similar(names) if names.is_empty() => {
            bail!("no check and no flaw is called '{id}'; `holter explain` lists them all")
        }
        Answer::Similar(names) => bail!(
            "no check and no flaw is called '{id}'; similar: {}; `holter explain` lists them all",
            names.join(", ")
        ),
    }
}
