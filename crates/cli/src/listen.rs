//! `holter listen`: says from packets alone what is on the network, and whether somebody took memory.

mod args;
mod course;
mod long;
mod progress;
mod remembered;
mod series;
mod sources;
mod tap;
mod telling;

use std::io;
use std::path::Path;

use anyhow::{Context as _, bail};
use holter_engine::Stop;
use holter_model::seam::{Clock as _, SystemClock};
use holter_report::{Heed, Look, Overheard};

pub(crate) use self::args::{Args, columns};
use self::course::Course;
use self::remembered::Remembered;
pub(crate) use self::remembered::words;
use crate::exit::{Outcome, complain};
use crate::scan::Output;
use crate::scan::interrupt;

/// Runs the verb.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    if args.files.is_empty() && args.sessions.is_empty() && args.interface.is_none() {
        bail!(
            "nothing to listen to was given: name captures, folders with them, - for standard input, or -i INTERFACE"
        );
    }
    if args.follow && args.files.iter().any(|file| file == Path::new("-")) {
        bail!("standard input is read until it ends: leave --follow out");
    }
    let mut output = Output::to(args.output.as_deref(), args.color, false)?;
    let memory = args.remembering.memory();
    let live = match args.interface.as_deref() {
        Some(interface) => Some(long::open(interface, memory.as_ref())?),
        None => None,
    };
    let stop = Stop::default();
    interrupt::watch(stop.clone());
    let report = report(args, output.look)?;
    let remembered = memory.map(|memory| Remembered::open(memory, args)).transpose()?;
    let mut course = Course::new(args, &mut output, (report, remembered), stop.clone());
    course.sessions()?;
    match args.interface.as_deref().zip(live) {
        Some((interface, live)) => course.interface(interface, live)?,
        None if args.follow => course.follow()?,
        None => course.files()?,
    }
    let mut report = course.end()?;
    // To follow and to listen live end so, and are not cut off by it.
    if stop.asked() && !args.is_endless() {
        report.interrupted();
        if !args.quiet && !output.gone {
            complain("stopped before the end; this is what was heard by then");
        }
    }
    report.made(SystemClock.now());
    report
        .end(|out| output.write(out))
        .context("the answer cannot be written")?;
    output.settle()?;
    Ok(match report.sums().exit {
        0 => Outcome::Clean,
        1 => Outcome::Affected,
        // Nothing at all could be read: that is no answer.
        _ if report.sums().sources == 0 && report.sums().unread > 0 => Outcome::Failed,
        _ => Outcome::Unassessed,
    })
}

fn report(args: &Args, look: Look) -> anyhow::Result<Overheard> {
    let heed = Heed(
        args.fail_on
            .map_or(Heed::default().0, crate::scan::Gravity::severity),
    );
    Overheard::new(args.format.form(), look, heed)
        .ok_or_else(|| io::Error::other("no such form"))
        .context("listening cannot be told in this form")
}
