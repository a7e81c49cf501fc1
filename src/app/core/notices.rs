//! Notices of what happened last, in the operator's words.

use std::borrow::Cow;

use crate::app::core::Core;
use crate::app::view::layout;
use crate::gateway::Failure;
use crate::text::showable::{LONGEST_MESSAGE, shortened};
use crate::text::wrap;

/// The weight of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// It went as it should.
    Info,
    /// It deserves a look.
    Warning,
    /// It went wrong.
    Error,
}

/// A sentence on what happened last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its weight.
    pub weight: Weight,
    /// In the operator's words.
    pub text: String,
    /// The page that says more, where there is one.
    pub link: Option<&'static str>,
}

impl Notice {
    /// Its lines in so many columns, before they are made safe to show. The link has a
    /// line of its own, where the terminal has room for it.
    #[must_use]
    pub fn lines(&self, columns: usize, rows: u16) -> Vec<String> {
        let link = self.link.filter(|_| rows >= layout::ROOMY);
        let link = link.into_iter().flat_map(|link| wrap::wrap(link, columns));
        wrap::wrap(&self.text, columns)
            .into_iter()
            .chain(link)
            .collect()
    }
}

impl Core {
    /// A sentence with the stages in it by the names of their APIs.
    #[must_use]
    pub fn named<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.catalogue.names().in_text(text)
    }

    pub(in crate::app) fn say(&mut self, weight: Weight, text: impl Into<String>) {
        // A correction goes with the notice that comes next, which would else take its
        // place unread.
        let corrections = self.take_corrections();
        let text = text.into();
        let text = match corrections.as_str() {
            "" => text,
            corrections => format!("{corrections} {text}"),
        };
        let text = self.named(&text).into_owned();
        self.notice = Some(Notice {
            weight,
            text: shortened(&text, LONGEST_MESSAGE).into_owned(),
            link: None,
        });
    }

    /// Tells the corrections that were not told with anything else.
    pub(in crate::app) fn tell_corrections(&mut self) {
        let corrections = self.take_corrections();
        if !corrections.is_empty() {
            self.say(Weight::Warning, corrections);
        }
    }

    pub(in crate::app) fn report(&mut self, failure: &Failure) {
        self.say(Weight::Error, self.told_with_key(failure));
    }
}
