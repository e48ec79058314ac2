//! A list, a page at a time: it begins after a place, so that the last page costs what the first does.

/// The most rows of a page.
const MOST: u32 = 500;

/// Which page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// After this place, as [`Listed::next`] gave it; `None`: from the start.
    pub after: Option<String>,
    /// How many rows at most.
    pub size: u32,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            after: None,
            size: 50,
        }
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// Its rows.
    pub rows: Vec<T>,
    /// Where the next page begins; `None`: this is the last.
    pub next: Option<String>,
}

impl Page {
    /// The first page, of this many rows.
    #[must_use]
    pub const fn first(size: u32) -> Self {
        Self { after: None, size }
    }

    /// One row more than the page has, which tells whether there is another page.
    pub(crate) fn limit(&self) -> i64 {
        i64::from(self.size.clamp(1, MOST)) + 1
    }

    /// The two numbers of the place. A place that nobody gave is the start.
    pub(crate) fn place(&self) -> Option<(i64, i64)> {
        let (first, second) = self.after.as_deref()?.split_once('.')?;
        Some((first.parse().ok()?, second.parse().ok()?))
    }

    /// Makes a page of rows that were read with [`Page::limit`]; `place` says where a row stands.
    pub(crate) fn cut<T>(&self, mut rows: Vec<T>, place: impl Fn(&T) -> (i64, i64)) -> Listed<T> {
        let size = usize::try_from(self.limit() - 1).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        let last = rows.last().filter(|_| more).map(place);
        Listed {
            rows,
            next: last.map(|(first, second)| format!("{first}.{second}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_where_the_next_begins() {
        let page = Page::first(2);
        let listed = page.cut(vec![5, 4, 3], |row| (*row, 1));
        assert_eq!((listed.rows, listed.next.as_deref()), (vec![5, 4], Some("4.1")));
        assert_eq!(page.cut(vec![5, 4], |row| (*row, 1)).next, None);
        let after = |text: &str| {
            Page {
                after: Some(text.to_owned()),
                size: 2,
            }
            .place()
        };
        assert_eq!(after("4.1"), Some((4, 1)));
        assert_eq!(after("'; DROP"), None);
    }
}
