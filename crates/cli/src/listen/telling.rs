//! How what was heard goes into the report: part by part, so that neither the report nor its writing needs all of it at once.

use holter_capture::{Beside, Captured, Hearing, Listening, Origin, Part, Sink as _};

use super::course::{Course, Series};
use crate::exit::{complain, told};

/// So much of an answer waits to be written.
const PIECE: usize = 1 << 16;

impl Course<'_> {
    /// A capture is over.
    pub(super) fn settle(&mut self, series: Option<Series>) -> anyhow::Result<()> {
        let Some(Series { hearing, sources, .. }) = series else {
            return Ok(());
        };
        let (listening, coverage) = hearing.finish();
        let mut rest = listening.rest();
        let beside = Beside::new(&sources, &coverage, &rest.beyond());
        for mut part in &mut rest {
            if let Part::Subject(subject) = &mut part {
                beside.put(subject);
            }
            self.part(part, &sources)?;
        }
        let (totals, beyond) = (rest.totals(), rest.beyond());
        self.take(Captured {
            sources,
            coverage,
            totals,
            beyond,
        })
    }

    /// Tells what a capture had to hand on to make room.
    pub(super) fn handed_on(
        &mut self,
        hearing: &mut Hearing<Listening>,
        sources: &[Origin],
    ) -> anyhow::Result<()> {
        if !hearing.listener_mut().has_handed_on() {
            return Ok(());
        }
        let beyond = hearing.listener_mut().beyond();
        let beside = Beside::new(sources, hearing.coverage(), &beyond);
        for mut part in hearing.listener_mut().handed_on() {
            if let Part::Subject(subject) = &mut part {
                beside.put(subject);
            }
            self.part(part, sources)?;
        }
        Ok(())
    }

    pub(super) fn part(&mut self, part: Part, sources: &[Origin]) -> anyhow::Result<()> {
        if let Some(remembered) = &mut self.remembered {
            remembered.take(part.clone());
        }
        self.report.part(part, sources)?;
        if self.report.out().len() >= PIECE {
            self.write()?;
        }
        Ok(())
    }

    pub(super) fn take(&mut self, captured: Captured) -> anyhow::Result<()> {
        for source in &captured.sources {
            if let Some(trouble) = &source.trouble {
                self.progress
                    .aside(|| complain(&format!("{}: {trouble}", source.name)));
            }
        }
        if let Some(remembered) = &mut self.remembered {
            // To follow and to listen live end so, and are not cut off by it.
            let cut_off = self.stop.asked() && !self.args.is_endless();
            let said = remembered.end(&captured, cut_off);
            self.remembered_so(said);
        }
        self.report.captured(captured)?;
        self.write()
    }

    /// Tells what is known by now to whom that is news: the report where its form can say so, and the memory.
    pub(super) fn news(
        &mut self,
        hearing: &mut Hearing<Listening>,
        sources: &[Origin],
    ) -> anyhow::Result<()> {
        let beyond = hearing.listener_mut().beyond();
        let beside = Beside::new(sources, hearing.coverage(), &beyond);
        for mut subject in hearing.listener_mut().news() {
            beside.put(&mut subject);
            if let Some(remembered) = &mut self.remembered {
                remembered.so_far(subject.clone());
            }
            self.report.so_far(subject, sources)?;
            if self.report.out().len() >= PIECE {
                self.write()?;
            }
        }
        self.write()
    }

    /// Where it is time for it: what is known by now goes into the memory, so that whoever kills this loses no more than what came
    /// since.
    pub(super) fn beat(
        &mut self,
        hearing: &mut Hearing<Listening>,
        sources: &[Origin],
    ) -> anyhow::Result<()> {
        let Some(remembered) = &mut self.remembered else {
            return Ok(());
        };
        let trouble = remembered.trouble();
        let due = remembered.is_due(hearing.coverage().packets);
        if let Some(trouble) = trouble {
            self.progress.aside(|| {
                complain(&format!(
                    "from now on, what is heard is not remembered: {}",
                    told(&trouble)
                ))
            });
        }
        let Some(idle) = due else {
            return Ok(());
        };
        hearing.settle(idle);
        self.news(hearing, sources)?;
        if let Some(remembered) = &mut self.remembered {
            remembered.ways(hearing.listener_mut().ways());
        }
        Ok(())
    }
}
