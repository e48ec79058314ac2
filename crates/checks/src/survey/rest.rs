//! What the survey asks when all checks have asked, as long as connections are left: schemes that no suite needed, and
//! whether it is one server that answers.

use std::collections::BTreeSet;

use holter_model::{Order, Transport};
use holter_wire::{CipherSuite, NamedGroup, Version};

use super::axes::Axes;
use super::bound::Bound;
use super::enumerate::{News, Survey};
use super::offer::Extent;
use super::servers::Servers;
use super::tally::Tally;
use crate::Visit;

/// What a survey knows that has asked what others wait for.
pub(crate) struct Rest {
    window: usize,
    first: Extent,
    control: Option<(Version, CipherSuite)>,
    answer: Option<(Version, (Version, CipherSuite))>,
    found: Vec<(Version, Tally<CipherSuite>)>,
    servers: Servers,
    bound: Bound,
    turns: (bool, bool),
    order: Option<Order>,
    uses_alerts: bool,
    listed: BTreeSet<NamedGroup>,
    old: Axes,
    new: Axes,
}

impl Rest {
    /// Keeps what a survey knows, until all checks have asked.
    pub(super) fn keep(survey: Survey<'_, '_>) {
        survey.visit.survey_rests(Self {
            window: survey.window,
            first: survey.first,
            control: survey.control,
            answer: survey.answer,
            found: survey.found,
            servers: survey.servers,
            bound: survey.bound,
            turns: survey.turns,
            order: survey.order,
            uses_alerts: survey.uses_alerts,
            listed: survey.listed,
            old: survey.old,
            new: survey.new,
        });
    }

    /// Goes on with it.
    fn survey<'v, 'a>(self, visit: &'v mut Visit<'a>) -> Survey<'v, 'a> {
        Survey {
            window: self.window,
            first: self.first,
            control: self.control,
            answer: self.answer,
            found: self.found,
            servers: self.servers,
            bound: self.bound,
            turns: self.turns,
            order: self.order,
            uses_alerts: self.uses_alerts,
            listed: self.listed,
            old: self.old,
            new: self.new,
            news: News::Past,
            rests: true,
            ..Survey::new(visit)
        }
    }
}

/// Asks what is left.
pub(super) async fn ask(visit: &mut Visit<'_>) {
    let Some(rest) = visit.survey_goes_on() else {
        return;
    };
    let mut survey = rest.survey(visit);
    let several = survey.servers.why().is_some();
    let one = !several && survey.visit.endpoint.transport == Transport::Tcp;
    let mut on = !one || survey.in_both_turns().await;
    if on && !several {
        on = survey.tell().await;
    }
    on = survey.schemes(on).await;
    if one && on {
        survey.by_chance().await;
        survey.of_several().await;
    }
    survey.end().await;
}
