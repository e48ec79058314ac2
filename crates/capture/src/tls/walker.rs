//! One side of a stream of TLS records: headers are read, bodies that nobody wants are passed over by arithmetic. Nothing is
//! allocated, whatever comes.

use holter_wire::record::Header;

/// Where in its stream of records a side stands.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Walker {
    head: [u8; Header::LENGTH],
    have: u8,
    remaining: u32,
    wanted: bool,
    within: bool,
}

/// What comes next in a stream of records.
#[derive(Debug)]
pub(crate) enum Step<'a> {
    /// A record begins. Say [`Walker::want`] to see its body.
    Head(Header),
    /// Bytes of a body that was wanted.
    Body(&'a [u8]),
    /// The record is over.
    End,
    /// What stands here begins no record.
    Lost,
}

impl Walker {
    /// The next step; `bytes` moves on with it. `None`: all is used up.
    pub(crate) fn step<'a>(&mut self, bytes: &mut &'a [u8]) -> Option<Step<'a>> {
        loop {
            if self.within {
                if self.remaining == 0 {
                    self.within = false;
                    return Some(Step::End);
                }
                if bytes.is_empty() {
                    return None;
                }
                let here = bytes.len().min(usize::try_from(self.remaining).unwrap_or(0));
                let (body, rest) = bytes.split_at(here);
                *bytes = rest;
                self.remaining -= u32::try_from(here).unwrap_or(self.remaining);
                if self.wanted {
                    return Some(Step::Body(body));
                }
                continue;
            }
            return self.header(bytes);
        }
    }

    /// Asks for the body of the record whose head has just come.
    pub(crate) const fn want(&mut self) {
        self.wanted = true;
    }

    /// Passes over a hole. Gives back how many of its bytes lay in the record that is open, or that nobody knows any more where
    /// records begin.
    pub(crate) fn hole(&mut self, bytes: u64) -> Result<u32, u32> {
        let inside = u64::from(self.remaining).min(bytes);
        let unseen = u32::try_from(inside).unwrap_or(u32::MAX);
        if self.have > 0 || !self.within || bytes > inside {
            let open = if self.within { self.remaining } else { 0 };
            *self = Self::default();
            return Err(open);
        }
        self.remaining -= unseen;
        Ok(unseen)
    }

    /// Whether a record is open, and how many bytes of it are still to come.
    pub(crate) const fn open(&self) -> Option<u32> {
        if self.within { Some(self.remaining) } else { None }
    }

    fn header<'a>(&mut self, bytes: &mut &'a [u8]) -> Option<Step<'a>> {
        let raw = if self.have == 0
            && let Some((raw, rest)) = bytes.split_first_chunk()
        {
            *bytes = rest;
            *raw
        } else {
            while usize::from(self.have) < Header::LENGTH {
                let (first, rest) = bytes.split_first()?;
                if let Some(place) = self.head.get_mut(usize::from(self.have)) {
                    *place = *first;
                }
                self.have += 1;
                *bytes = rest;
            }
            self.have = 0;
            self.head
        };
        let Some(header) = Header::read(raw) else {
            return Some(Step::Lost);
        };
        self.within = true;
        self.wanted = false;
        self.remaining = u32::try_from(header.length).unwrap_or(0);
        Some(Step::Head(header))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(walker: &mut Walker, mut bytes: &[u8]) -> Vec<(u8, usize)> {
        let mut seen = Vec::new();
        while let Some(step) = walker.step(&mut bytes) {
            match step {
                Step::Head(header) => seen.push((header.content.0, header.length)),
                Step::Lost => seen.push((0, 0)),
                Step::End | Step::Body(_) => {}
            }
        }
        seen
    }

    #[test]
    fn records_are_the_same_however_the_stream_is_cut() {
        let stream = [
            &[22, 3, 1, 0, 3, 1, 2, 3][..],
            &[23, 3, 1, 0, 0],
            &[24, 3, 1, 0, 1, 9],
        ]
        .concat();
        let whole = walk(&mut Walker::default(), &stream);
        assert_eq!(whole, [(22, 3), (23, 0), (24, 1)]);
        for size in 1..stream.len() {
            let mut walker = Walker::default();
            let cut: Vec<_> = stream
                .chunks(size)
                .flat_map(|chunk| walk(&mut walker, chunk))
                .collect();
            assert_eq!(cut, whole, "in pieces of {size}");
        }
    }

    #[test]
    fn a_hole_within_a_record_is_counted_and_one_beyond_it_loses_the_way() {
        let mut walker = Walker::default();
        walk(&mut walker, &[23, 3, 3, 0, 10, 1, 2]);
        assert_eq!(walker.hole(8), Ok(8));
        assert_eq!(walk(&mut walker, &[24, 3, 3, 0, 1, 1]), [(24, 1)]);
        walk(&mut walker, &[23, 3, 3, 0, 10, 1, 2]);
        assert_eq!(walker.hole(9), Err(8));
    }
}
