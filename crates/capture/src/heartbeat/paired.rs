//! Which answer belongs to which request, where claims alone leave a choice: the pairing that costs least.
//!
//! Over a stream answers come in the order of their requests, and some requests have none. Over datagrams there is no order.

/// What a pairing costs; what comes first weighs more.
pub(super) type Cost = [u64; 3];

/// Costs of one pairing.
pub(super) trait Price {
    /// Of this answer to that request; `None`: it cannot be.
    fn pair(&self, request: usize, answer: usize) -> Option<Cost>;

    /// Of this answer to none of them.
    fn alone(&self, answer: usize) -> Cost;
}

/// How a cell of the table was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The request has no answer.
    Passed,
    /// The answer is its.
    Paired,
    /// The answer is none of theirs.
    Alone,
}

/// Each answer's request, where answers come in the order of requests.
pub(super) fn in_order(requests: usize, answers: usize, price: &impl Price) -> Vec<Option<usize>> {
    let mut first = vec![([0; 3], Step::Passed)];
    let mut total = [0; 3];
    for answer in 0..answers {
        total = sum(total, price.alone(answer));
        first.push((total, Step::Alone));
    }
    let mut rows = vec![first];
    for request in 0..requests {
        let before = rows.last().map(Vec::as_slice).unwrap_or_default();
        let mut row: Vec<(Cost, Step)> = Vec::with_capacity(before.len());
        let mut diagonal: Option<Cost> = None;
        for (place, (above, _)) in before.iter().enumerate() {
            let mut best = (*above, Step::Passed);
            if let (Some(answer), Some(diagonal), Some((left, _))) =
                (place.checked_sub(1), diagonal, row.last())
            {
                let alone = (sum(*left, price.alone(answer)), Step::Alone);
                let paired = price.pair(request, answer);
                let paired = paired.map(|cost| (sum(diagonal, cost), Step::Paired));
                for other in [Some(alone), paired].into_iter().flatten() {
                    if other.0 < best.0 {
                        best = other;
                    }
                }
            }
            diagonal = Some(*above);
            row.push(best);
        }
        rows.push(row);
    }
    let (mut request, mut answer) = (requests, answers);
    let mut pairs = vec![None; answers];
    while let Some((_, step)) = rows.get(request).and_then(|row| row.get(answer)) {
        match step {
            Step::Passed if request == 0 => break,
            Step::Passed => request -= 1,
            Step::Alone => answer -= 1,
            Step::Paired => {
                (request, answer) = (request - 1, answer - 1);
                if let Some(place) = pairs.get_mut(answer) {
                    *place = Some(request);
                }
            }
        }
    }
    pairs
}

/// Each answer's request, where there is no order: each in turn takes what costs least.
pub(super) fn in_any_order(requests: usize, answers: usize, price: &impl Price) -> Vec<Option<usize>> {
    let mut taken = vec![false; requests];
    (0..answers)
        .map(|answer| {
            let free = taken.iter().enumerate().filter(|(_, taken)| !**taken);
            let (cost, request) = free
                .filter_map(|(request, _)| Some((price.pair(request, answer)?, request)))
                .min()?;
            if price.alone(answer) < cost {
                return None;
            }
            *taken.get_mut(request)? = true;
            Some(request)
        })
        .collect()
}

fn sum(a: Cost, b: Cost) -> Cost {
    let [a0, a1, a2] = a;
    let [b0, b1, b2] = b;
    [a0 + b0, a1 + b1, a2 + b2]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Requests and answers by their claims; what a request costs when it is answered.
    struct Claims<'a>(&'a [(u64, u64)], &'a [u64]);

    impl Price for Claims<'_> {
        fn pair(&self, request: usize, answer: usize) -> Option<Cost> {
            let (claim, cost) = self.0[request];
            (claim == self.1[answer]).then_some([0, cost, 0])
        }

        fn alone(&self, _: usize) -> Cost {
            [1, 0, 0]
        }
    }

    #[test]
    fn what_can_be_honest_is() {
        let asked = [(44, 44), (9, 9), (44, 0)];
        assert_eq!(in_order(3, 1, &Claims(&asked, &[44])), [Some(2)]);
        assert_eq!(in_order(3, 2, &Claims(&asked, &[44, 44])), [Some(0), Some(2)]);
        assert_eq!(in_order(3, 2, &Claims(&asked, &[44, 9])), [Some(0), Some(1)]);
        assert_eq!(in_order(3, 2, &Claims(&asked, &[7, 9])), [None, Some(1)]);
        assert_eq!(in_order(0, 1, &Claims(&[], &[7])), [None]);
        // Without order the second answer can be to the first request.
        let asked = [(44, 0), (50, 0), (44, 44)];
        assert_eq!(in_order(3, 2, &Claims(&asked, &[50, 44])), [Some(1), Some(2)]);
        assert_eq!(in_any_order(3, 2, &Claims(&asked, &[50, 44])), [Some(1), Some(0)]);
        assert_eq!(in_any_order(3, 1, &Claims(&asked, &[7])), [None]);
    }
}
