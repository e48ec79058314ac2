//! What came of the hellos in one version. Pure.

use holter_model::Order;

/// Fewer values than this can follow the client's order by chance.
const TELLING: usize = 4;

/// What was chosen, suites or groups, each with what it was chosen from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tally<T> {
    picks: Vec<(T, Vec<T>)>,
    /// What was chosen, each once, in the order of its first choice.
    chosen: Vec<T>,
}

impl<T> Default for Tally<T> {
    fn default() -> Self {
        Self {
            picks: Vec::new(),
            chosen: Vec::new(),
        }
    }
}

impl<T: Copy + PartialEq> Tally<T> {
    /// Notes a choice.
    pub(super) fn chose(&mut self, one: T, from: &[T]) {
        self.picks.push((one, from.to_vec()));
        if !self.chosen.contains(&one) {
            self.chosen.push(one);
        }
    }

    /// What was chosen, in the order of its first choice.
    pub(super) fn chosen(&self) -> &[T] {
        &self.chosen
    }

    /// Whether one more hello would tell whose order decides, and what to offer in it, in that order.
    pub(super) fn to_tell(&self) -> Option<Vec<T>> {
        let few = (2..TELLING).contains(&self.chosen.len());
        if !few || !self.follows_client() {
            return None;
        }
        let mut offer = self.chosen.get(1..).unwrap_or_default().to_vec();
        offer.extend(self.chosen.first());
        Some(offer)
    }

    /// Whose order decides. Offers stand forwards and backwards in turn, so a server that follows them chooses from
    /// both ends, and one with an order of its own hardly ever looks as if it did.
    pub(super) fn order(&self) -> Order {
        let told = self.chosen.len() >= TELLING || self.picks.len() > self.chosen.len();
        if self.chosen.len() < 2 || (self.follows_client() && !told) {
            Order::Unknown
        } else if self.follows_client() {
            Order::Client
        } else {
            Order::Server
        }
    }

    /// Whether each choice was the first of the offer that the server has at all.
    fn follows_client(&self) -> bool {
        self.picks
            .iter()
            .all(|(one, from)| from.iter().find(|offered| self.chosen.contains(offered)) == Some(one))
    }
}

/// Whose order decides, from the choices in several versions, which one server makes alike; `None`: they do not tell.
pub(super) fn together<'t, T: Copy + PartialEq + 't>(
    tallies: impl Iterator<Item = &'t Tally<T>> + Clone,
) -> Option<Order> {
    if !tallies.clone().all(Tally::follows_client) {
        return Some(Order::Server);
    }
    // The one was chosen where it stood first, and so was the other.
    let preferred = tallies.flat_map(|tally| {
        tally.picks.iter().flat_map(move |(one, from)| {
            let passed_over = from
                .iter()
                .filter(move |other| *other != one && tally.chosen.contains(other));
            passed_over.map(move |other| (*one, *other))
        })
    });
    let pairs: Vec<(T, T)> = preferred.collect();
    pairs
        .iter()
        .any(|(one, other)| pairs.contains(&(*other, *one)))
        .then_some(Order::Client)
}

/// Values of one kind that are offered all the time, those first that were not chosen yet; to a peer that follows an
/// order of its own, those alone.
#[derive(Clone, Debug)]
pub(super) struct Rotation<T> {
    all: Vec<T>,
    seen: Vec<T>,
    reach: Reach,
    /// So many unseen ones may stand before the seen.
    front: usize,
}

/// What of a rotation is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// All.
    Wide,
    /// What was not chosen yet.
    Narrow,
    /// All, the one chosen last in front: whose order it goes by is in doubt.
    Doubtful,
    /// All for good.
    Spent,
    /// All for good, and none that was not chosen is known to the peer.
    Exhausted,
}

/// Who chose so many of the unseen when all were offered goes by the client's order, and not by the kind of key.
const FOLLOWS: usize = 3;

impl<T: Copy + PartialEq> Rotation<T> {
    pub(super) const fn new(all: Vec<T>) -> Self {
        Self {
            all,
            seen: Vec::new(),
            reach: Reach::Wide,
            front: usize::MAX,
        }
    }

    /// For peers that read the beginning of a list alone: one that was chosen stands behind so many others at most.
    pub(super) const fn within(mut self, front: usize) -> Self {
        self.front = front;
        self
    }

    /// All, the unseen first; or the unseen alone.
    pub(super) fn offer(&self) -> Vec<T> {
        if self.is_narrow() {
            self.unseen()
        } else {
            self.all()
        }
    }

    /// All, the unseen first; in doubt, and where nobody knows those, the seen ones, the last in front: wolfSSL breaks off
    /// over some that stand before one that it takes.
    pub(super) fn all(&self) -> Vec<T> {
        if matches!(self.reach, Reach::Doubtful | Reach::Exhausted) {
            let seen = self.seen.iter().rev().copied();
            return seen.chain(self.unseen()).collect();
        }
        let mut offer = self.unseen();
        let rest = offer.split_off(self.front.min(offer.len()));
        offer.extend(&self.seen);
        offer.extend(rest);
        offer
    }

    /// Whether only the unseen are offered.
    pub(super) fn is_narrow(&self) -> bool {
        self.reach == Reach::Narrow && self.seen.len() < self.all.len()
    }

    /// The unseen were not enough, or nobody knows any of them.
    pub(super) fn spend(&mut self) {
        if self.reach != Reach::Exhausted {
            self.reach = Reach::Spent;
        }
    }

    /// The unseen alone once more; whether they were spent.
    pub(super) fn renew(&mut self) -> bool {
        let spent = self.reach == Reach::Spent;
        if spent {
            self.reach = Reach::Narrow;
        }
        spent
    }

    /// Nobody knows any of the unseen.
    pub(super) const fn exhaust(&mut self) {
        self.reach = Reach::Exhausted;
    }

    /// Whether there is no use in asking for the unseen.
    pub(super) fn is_exhausted(&self) -> bool {
        self.reach == Reach::Exhausted
    }

    /// Notes what was chosen from an offer. Whoever was offered unseen ones first and chose a seen one has none of the
    /// unseen, if it goes by the client's order; else it has an order of its own, by which no other will show as long as
    /// this one is there. Who seemed to go by the client's order may only have read a part of a long list, as Mbed TLS
    /// does: so the next offer puts that to the test.
    pub(super) fn chose_from(&mut self, one: T, offer: &[T]) {
        let first = offer.first();
        let unseen_first = first.is_some_and(|first| !self.seen.contains(first));
        let new = self.chose(one);
        self.reach = match self.reach {
            Reach::Wide if !new && unseen_first && self.seen.len() >= FOLLOWS => Reach::Doubtful,
            Reach::Wide if !new && unseen_first => Reach::Narrow,
            Reach::Doubtful if !unseen_first && first == Some(&one) => Reach::Exhausted,
            Reach::Doubtful if !unseen_first => Reach::Narrow,
            reach => reach,
        };
    }

    /// Those that were never chosen.
    pub(super) fn unseen(&self) -> Vec<T> {
        self.all
            .iter()
            .copied()
            .filter(|one| !self.seen.contains(one))
            .collect()
    }

    /// Those that were chosen, in this order.
    pub(super) fn seen(&self) -> &[T] {
        &self.seen
    }

    /// Notes a choice; whether it is a new one.
    pub(super) fn chose(&mut self, one: T) -> bool {
        let new = !self.seen.contains(&one);
        if new {
            self.seen.push(one);
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays a server with these suites against offers that stand forwards and backwards in turn.
    fn play(has: &[u16], own_order: bool, offered: &[u16]) -> Tally<u16> {
        let mut tally = Tally::default();
        let mut rest = offered.to_vec();
        let choose = |offer: &[u16]| {
            if own_order {
                has.iter().copied().find(|one| offer.contains(one))
            } else {
                offer.iter().copied().find(|one| has.contains(one))
            }
        };
        let mut backwards = false;
        loop {
            let mut offer = rest.clone();
            if backwards {
                offer.reverse();
            }
            backwards = !backwards;
            let Some(one) = choose(&offer) else { break };
            tally.chose(one, &offer);
            rest.retain(|other| *other != one);
        }
        if let Some(offer) = tally.to_tell() {
            tally.chose(choose(&offer).unwrap(), &offer);
        }
        tally
    }

    #[test]
    fn whose_order_decides_is_told_from_the_choices() {
        let offered = [1, 2, 3, 4, 5, 6, 7, 8];
        for has in [
            &[2, 5][..],
            &[5, 2],
            &[2, 5, 7],
            &[7, 5, 2],
            &[7, 2, 5],
            &[8, 1, 6, 2, 4],
            &[1, 2, 3, 4],
        ] {
            assert_eq!(play(has, false, &offered).order(), Order::Client, "{has:?}");
            assert_eq!(play(has, true, &offered).order(), Order::Server, "{has:?}");
        }
        assert_eq!(play(&[3], true, &offered).order(), Order::Unknown);
        assert_eq!(play(&[], true, &offered).order(), Order::Unknown);
    }

    #[test]
    fn several_versions_tell_together_what_none_tells_alone() {
        let one = |first: u16, second: u16, offered: &[u16]| {
            let mut tally = Tally::default();
            tally.chose(first, offered);
            tally.chose(second, &[second]);
            assert_ne!(tally.order(), Order::Client);
            tally
        };
        let (forwards, backwards) = (one(2, 5, &[1, 2, 5]), one(5, 2, &[5, 2, 1]));
        let own = one(2, 5, &[5, 2, 1]);
        let told = |tallies: &[&Tally<u16>]| together(tallies.iter().copied());
        assert_eq!(told(&[&forwards, &backwards]), Some(Order::Client));
        assert_eq!(told(&[&forwards, &own]), Some(Order::Server));
        assert_eq!(told(&[&forwards, &forwards]), None);
    }

    #[test]
    fn an_order_of_its_own_is_met_with_the_unseen_alone_until_they_are_not_enough() {
        let mut groups = Rotation::new(vec![1, 2, 3]);
        groups.chose_from(2, &[1, 2, 3]);
        assert_eq!(groups.offer(), [1, 3, 2]);
        groups.chose_from(2, &[1, 3, 2]);
        assert_eq!(groups.offer(), [1, 3]);
        groups.chose_from(3, &[1, 3]);
        assert_eq!(groups.offer(), [1]);
        groups.spend();
        assert_eq!(groups.offer(), [1, 2, 3]);
        groups.chose_from(2, &[1, 2, 3]);
        assert_eq!(groups.offer(), [1, 2, 3], "it is not tried twice");
    }

    #[test]
    fn who_seems_to_follow_is_put_to_the_test() {
        let doubtful = || {
            let mut groups = Rotation::new(vec![1, 2, 3, 4, 5]);
            for one in [5, 3, 4] {
                groups.chose_from(one, &groups.offer());
            }
            groups.chose_from(5, &[1, 2, 5, 3, 4]);
            assert_eq!(groups.offer(), [4, 3, 5, 1, 2]);
            groups
        };
        let mut follows = doubtful();
        follows.chose_from(4, &follows.offer());
        assert!(follows.is_exhausted());
        let mut own_order = doubtful();
        own_order.chose_from(5, &own_order.offer());
        assert_eq!(own_order.offer(), [1, 2]);
    }

    #[test]
    fn one_that_was_chosen_stands_near_the_beginning() {
        let mut schemes = Rotation::new(vec![1, 2, 3, 4, 5]).within(2);
        assert_eq!(schemes.all(), [1, 2, 3, 4, 5]);
        schemes.chose_from(1, &schemes.all());
        assert_eq!(schemes.all(), [2, 3, 1, 4, 5]);
    }

    #[test]
    fn the_unseen_come_first_and_nothing_is_left_out() {
        let mut groups = Rotation::new(vec![1, 2, 3]);
        assert!(groups.chose(2) && !groups.chose(2));
        assert_eq!(groups.offer(), [1, 3, 2]);
        assert_eq!((groups.unseen(), groups.seen()), (vec![1, 3], &[2][..]));
    }
}
