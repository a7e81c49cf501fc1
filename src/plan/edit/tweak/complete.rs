//! What a line that is being typed can go on with.

use super::fault::Expected;
use super::line::what_follows;
use super::words::is_blank;
use super::{StageKey, Tweak};

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
/// cursor is at the end. The stages are those that can be named. Nothing where the line
/// is wrong.
#[must_use]
pub fn complete(text: &str, stages: &[StageKey]) -> Completion {
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
    let mut offer = |word: &str| {
        let start = word.get(..begun.len());
        if start.is_some_and(|start| start.eq_ignore_ascii_case(begun)) {
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
                for stage in stages {
                    offer(&stage.to_string());
                }
                forms.push(expected);
            }
            _ => forms.push(expected),
        }
    }
    completion.forms = forms;
    completion
}
