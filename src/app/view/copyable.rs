//! A text that can be copied.

use std::borrow::Cow;

use crate::app::core::notices::Weight;
use crate::plan::calls::snippets::Snippet;
use crate::text::showable::escaped;

/// Something that can be copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copyable {
    /// What it is, for the operator.
    pub what: &'static str,
    /// The text. Nothing in it could steer a terminal but line breaks that are its own.
    pub text: String,
    /// The ending of a file that has it.
    pub ending: &'static str,
    /// How many comments in it say that it would not make the same plan.
    pub remarks: usize,
}

impl Copyable {
    /// A text of one line, from elsewhere.
    pub(in crate::app) fn line(what: &'static str, text: &str) -> Self {
        let text = plain(text).into_owned();
        Self::new(what, text, "txt")
    }

    /// A text of these lines, from elsewhere.
    pub(in crate::app) fn lines(what: &'static str, lines: &[String]) -> Self {
        let lines: Vec<_> = lines.iter().map(|line| plain(line)).collect();
        Self::new(what, lines.join("\n"), "txt")
    }

    pub(in crate::app) fn new(what: &'static str, text: String, ending: &'static str) -> Self {
        Self {
            what,
            text,
            ending,
            remarks: 0,
        }
    }

    pub(in crate::app) fn snippet(
        what: &'static str,
        snippet: Snippet,
        ending: &'static str,
    ) -> Self {
        Self {
            remarks: snippet.remarks,
            ..Self::new(what, snippet.text, ending)
        }
    }

    /// The same below these comments, as Terraform and YAML have them.
    pub(in crate::app) fn with_comments(self, lines: impl Iterator<Item = String>) -> Self {
        let lines = lines.map(|line| format!("# {}\n", plain(&line)));
        Self {
            text: lines.collect::<String>() + &self.text,
            ..self
        }
    }

    /// How much what the operator is told matters.
    pub(in crate::app) fn weight(&self) -> Weight {
        match self.remarks {
            0 => Weight::Info,
            _ => Weight::Warning,
        }
    }

    /// What the operator is told beside that it was copied; empty where there is nothing.
    pub(in crate::app) fn warning(&self) -> String {
        match self.remarks {
            0 => String::new(),
            1 => " It would not make the same plan: a comment at its top says why.".to_owned(),
            many => {
                format!(" It would not make the same plan: {many} comments at its top say why.")
            }
        }
    }
}

/// A text from elsewhere without what could steer a terminal that it is pasted into:
/// that stands as `\u{1b}`, line breaks too.
fn plain(text: &str) -> Cow<'_, str> {
    escaped(text, |c, escaped| escaped.extend(c.escape_unicode()))
}
