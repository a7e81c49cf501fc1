//! The lines that all reviews are made of, fitted to the columns that there are.

use crate::app::Who;
use crate::app::core::Core;
use crate::app::view::brief::share;
use crate::plan::calls::command_line;
use crate::plan::calls::command_line::Target;
use crate::plan::{Call, ChangedField, Field, Finding, Settings, changes};
use crate::text::number;
use crate::text::wrap::{width, wrap};

/// A line of the review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReviewLine {
    /// The head of a group of lines.
    Head(String),
    /// A field that is added (`+`), changed (`~`) or taken away (`-`).
    Changed {
        /// The mark.
        mark: char,
        /// The field's name.
        name: String,
        /// The value before, where there was one.
        before: Option<String>,
        /// The value after, where there is one.
        after: Option<String>,
    },
    /// A text to read, or to copy.
    Text(String),
    /// Something that deserves a look.
    Warning(String),
    /// Something that keeps it from being sent.
    Refusal(String),
    /// A field that somebody else changed too; its three values follow.
    Conflict {
        /// True where it is selected.
        selected: bool,
        /// The field's name.
        name: String,
    },
    /// A value that does not fit beside its name, or one of a conflict: what it
    /// is, and the value.
    Value {
        /// The word for it: before, after, base, theirs, mine.
        label: &'static str,
        /// The value.
        value: String,
    },
    /// Nothing.
    Blank,
}

impl Core {
    /// Adds a call as it will be sent, and the same as a command.
    pub(in crate::app) fn request_lines(
        &self,
        lines: &mut Vec<ReviewLine>,
        call: &Call,
        number: &str,
    ) {
        lines.push(ReviewLine::Head(format!(
            "Request{number}: {}",
            call.operation()
        )));
        let request = command_line::request(call);
        lines.push(ReviewLine::Text(request.line));
        lines.extend(
            request
                .body
                .lines()
                .map(|line| ReviewLine::Text(line.to_owned())),
        );
        lines.push(ReviewLine::Blank);
        lines.push(ReviewLine::Head("The same as a command".to_owned()));
        let command = command_line::command(call, &self.command_target());
        lines.push(ReviewLine::Text(command));
        lines.push(ReviewLine::Blank);
    }

    /// The place where a command line would have to go to do the same.
    pub(in crate::app) fn command_target(&self) -> Target {
        let (region, endpoint) = match &self.who {
            Who::Connected(scope) => (scope.region.clone(), scope.endpoint.clone()),
            Who::Connecting | Who::Failed(_) => (String::new(), String::new()),
        };
        Target {
            profile: self.setup.profile.clone(),
            region,
            endpoint,
        }
    }

    /// Lines in as many as they need in the pane's columns.
    pub(in crate::app) fn fitted(&self, lines: Vec<ReviewLine>) -> Vec<ReviewLine> {
        self.fitted_within(lines, 0)
    }

    /// Lines in as many as they need in the pane's columns, set in by so many.
    pub(in crate::app) fn fitted_within(
        &self,
        lines: Vec<ReviewLine>,
        indent: usize,
    ) -> Vec<ReviewLine> {
        let columns = self.columns();
        let columns = columns.saturating_sub(indent);
        lines
            .into_iter()
            .flat_map(|line| fitted(self.with_names(line), columns))
            .collect()
    }

    /// A line with the stages in it by name and identifier. What will be sent, and what is
    /// to be copied, keeps the identifiers alone.
    fn with_names(&self, line: ReviewLine) -> ReviewLine {
        let names = self.catalogue.names();
        let exactly = |text: String| names.in_text_with_ids(&text).into_owned();
        match line {
            ReviewLine::Changed {
                mark,
                name,
                before,
                after,
            } => ReviewLine::Changed {
                mark,
                name: exactly(name),
                before,
                after,
            },
            ReviewLine::Warning(text) => ReviewLine::Warning(exactly(text)),
            ReviewLine::Refusal(text) => ReviewLine::Refusal(exactly(text)),
            ReviewLine::Conflict { selected, name } => ReviewLine::Conflict {
                selected,
                name: exactly(name),
            },
            line => line,
        }
    }
}

/// A text in as many lines as it needs in so many columns.
fn fitted(line: ReviewLine, columns: usize) -> Vec<ReviewLine> {
    let marked = |text: &str, mark: &str, line: fn(String) -> ReviewLine| {
        let lines = wrap(text, columns.saturating_sub(mark.len()));
        let marks =
            std::iter::once(mark.to_owned()).chain(std::iter::repeat(" ".repeat(mark.len())));
        lines
            .into_iter()
            .zip(marks)
            .map(|(text, mark)| line(format!("{mark}{text}")))
            .collect()
    };
    match line {
        ReviewLine::Value { label, value } => {
            let room = columns.saturating_sub(VALUE_INDENT);
            let values = wrap(&value, room).into_iter();
            let labels = std::iter::once(label).chain(std::iter::repeat(""));
            values
                .zip(labels)
                .map(|(value, label)| ReviewLine::Value { label, value })
                .collect()
        }
        ReviewLine::Changed {
            mark,
            name,
            before,
            after,
        } if is_too_wide(&name, before.as_deref(), after.as_deref(), columns) => {
            let head = ReviewLine::Changed {
                mark,
                name,
                before: None,
                after: None,
            };
            let value = |label, value| ReviewLine::Value { label, value };
            let before = before.map(|before| value("before", before));
            let after = after.map(|after| value("after", after));
            let values = before
                .into_iter()
                .chain(after)
                .flat_map(|line| fitted(line, columns));
            std::iter::once(head).chain(values).collect()
        }
        ReviewLine::Text(text) => marked(&text, "  ", ReviewLine::Text),
        ReviewLine::Warning(text) => marked(&text, "! ", ReviewLine::Warning),
        ReviewLine::Refusal(text) => marked(&text, "refused: ", ReviewLine::Refusal),
        line => vec![line],
    }
}

/// The columns by which values are set in that stand on lines of their own.
pub const VALUE_INDENT: usize = 12;

/// True where a changed field does not fit one line.
fn is_too_wide(name: &str, before: Option<&str>, after: Option<&str>, columns: usize) -> bool {
    let wide = |text: Option<&str>| text.map_or(0, |text| width(text) + 4);
    width(name).max(NAME_WIDTH) + 4 + wide(before) + wide(after) > columns
}

/// The columns for the names of fields.
pub const NAME_WIDTH: usize = 22;

/// The fields that differ between two settings, each as one line.
#[must_use]
pub fn changed_lines(before: &Settings, after: &Settings) -> Vec<ReviewLine> {
    let changed = changes(before, after).into_iter();
    changed
        .map(|change| changed_line(change, before, after))
        .collect()
}

/// A changed field as a line with its mark. A changed number says by how
/// much.
fn changed_line(change: ChangedField, then: &Settings, now: &Settings) -> ReviewLine {
    let mark = change.mark();
    let name = change.field.to_string();
    let by = share(&change, then, now);
    let ChangedField {
        field,
        before,
        after,
    } = change;
    // A stage has no value beside its name: that it goes is all there is to tell.
    if matches!(field, Field::Stage(_)) && after.is_none() {
        let after = Some("detached".to_owned());
        return ReviewLine::Changed {
            mark,
            name,
            before: None,
            after,
        };
    }
    if !field.is_limit() {
        return ReviewLine::Changed {
            mark,
            name,
            before,
            after,
        };
    }
    let before = before.map(|before| number::of_text(&before));
    let after = after.map(|after| format!("{}{by}", number::of_text(&after)));
    ReviewLine::Changed {
        mark,
        name,
        before,
        after,
    }
}

/// A finding as a line of a review.
#[must_use]
pub fn line_of(finding: &Finding) -> ReviewLine {
    let text = finding.to_string();
    if finding.refuses() {
        ReviewLine::Refusal(text)
    } else {
        ReviewLine::Warning(text)
    }
}
