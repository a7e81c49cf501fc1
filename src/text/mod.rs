//! Text as a person sees it: lines that fit, and what may be shown. Knows nothing of plans,
//! so rates and counts as people write them are in `plan::model::human`.

mod nearest;

pub mod json;
pub mod number;
pub mod search;
pub mod showable;
pub mod stretch;

pub mod wrap;

pub(crate) use nearest::nearest;
