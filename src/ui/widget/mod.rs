//! What more than one page is drawn with.

pub(crate) mod cells;
pub(crate) mod chrome;
pub(crate) mod lit;
pub(crate) mod place;
pub(crate) mod text;
