//! What each of two sides has of its own.

use crate::listener::Side;

/// A side's of two.
pub(crate) const fn pick<T>(both: &[T; 2], side: Side) -> &T {
    let [opener, answerer] = both;
    match side {
        Side::Opener => opener,
        Side::Answerer => answerer,
    }
}

/// The same, to change it.
pub(crate) const fn pick_mut<T>(both: &mut [T; 2], side: Side) -> &mut T {
    let [opener, answerer] = both;
    match side {
        Side::Opener => opener,
        Side::Answerer => answerer,
    }
}
