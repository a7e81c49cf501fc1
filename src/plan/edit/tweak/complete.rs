//! What a line that is being typed can go on with.

use super::fault::Expected;
use super::line::what_follows;
use super::words::is_blank;
use super::{StageKey, Tweak, quoted};
use crate::plan::model::api_names::ApiNames;

/// The ways in which a line can go on, for the hint below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// Words that can be taken as they are.
    pub offers: Vec<NextWord>,
    /// Everything else that can stand there, in words.
    pub forms: Vec<Expected>,
}

/// A word that a line can go on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextWord {
    /// The word.
    pub word: String,
    /// The whole line once it is taken.
    pub line: String,
}

/// The ways in which the line, or the word that is being typed, can go on where the
/// cursor is at the end. The stages are those that can be named, by the names of their APIs
/// or, where the word begins so, by their identifiers. Nothing where the line is wrong.
#[must_use]
pub fn complete(text: &str, stages: &[StageKey], names: &ApiNames) -> Completion {
    let fault = match Tweak::parse(text) {
        Ok(_) => None,
        Err(fault) if fault.is_unfinished() => Some(fault),
        // An offer behind a fault would suggest that the line could still be good.
        Err(_) => return Completion::default(),
    };
    let (begun, expected) = match fault {
        Some(fault) => (fault.range.start, fault.expected),
        None => (text.len(), what_follows(text)),
    };
    let head = text.get(..begun).unwrap_or_default();
    let begun = text.get(begun..).unwrap_or_default();
    let mut completion = Completion::default();
    let is_begun = |word: &str| {
        let start = word.get(..begun.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(begun))
    };
    let mut offer = |word: &str| {
        if is_begun(word) {
            // The period of a quota stands right behind its slash.
            let is_parted = head.is_empty() || head.ends_with(|c| is_blank(c) || c == '/');
            let blank = if is_parted { "" } else { " " };
            let line = format!("{head}{blank}{word}");
            // A stage may be named already, a throttle taken away already.
            if Tweak::parse(&line).map_or_else(|fault| fault.is_unfinished(), |_| true) {
                completion.offers.push(NextWord {
                    word: word.to_owned(),
                    line,
                });
            }
        }
    };
    let mut forms = Vec::new();
    for expected in expected {
        match expected {
            Expected::Word(word) => offer(word),
            Expected::Stage => {
                let words = |word: &dyn Fn(&StageKey) -> String| -> Vec<String> {
                    let words = stages.iter().map(|stage| quoted(&word(stage)).into_owned());
                    words.filter(|word| is_begun(word)).collect()
                };
                let mut begun_so = words(&|stage| names.stage(stage));
                if begun_so.is_empty() {
                    begun_so = words(&StageKey::to_string);
                }
                for word in begun_so {
                    offer(&word);
                }
                forms.push(expected);
            }
            _ => forms.push(expected),
        }
    }
    completion.forms = forms;
    completion
}
