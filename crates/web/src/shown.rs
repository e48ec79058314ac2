//! How a page looks: the frame around all of them, and the few parts that they are made of.

pub(crate) mod badge;
pub(crate) mod finding;
pub(crate) mod form;
pub(crate) mod frame;
pub(crate) mod list;
pub(crate) mod moment;
pub(crate) mod square;
pub(crate) mod text;

pub(crate) use self::frame::{Frame, trouble};
pub(crate) use self::text::safe;
