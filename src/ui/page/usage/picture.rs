//! The burn-down as a picture: a column for each day of the period, with what was left at
//! the end of the days before today, today by itself, and where that leads.

use jiff::ToSpan;
use jiff::civil::Date;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::plan::usage::BurnDown;
use crate::text::wrap::width;
use crate::ui::look::{Look, UNKNOWN};
use crate::ui::page::usage::rough;
use crate::ui::widget::text::{left, right, span};

/// The width of what stands before a picture, in columns.
pub(super) const LABEL: usize = 10;

/// The width of what stands behind it: a blank and the day of the reset.
const BEHIND: usize = 6;

/// The most columns that a day takes.
const WIDEST_DAY: usize = 3;

/// The lines of a picture beside its rows: the quota's line and the axis of days.
pub(super) const AROUND: usize = 2;

/// A piece of the picture, one column wide.
type Cell = (char, Style);

/// The number of the current day of the period, and of all its days.
pub(super) fn days(burn_down: &BurnDown) -> (usize, usize) {
    // The periods go by UTC, where each day has 24 hours.
    let hours = burn_down.start.duration_until(burn_down.reset).as_hours();
    (
        usize::try_from(burn_down.today).unwrap_or(1),
        usize::try_from(hours / 24).unwrap_or(1).max(1),
    )
}

/// The picture of what was left, in so many columns and with so many rows between its
/// quota and its axis.
pub(super) fn picture(
    burn_down: &BurnDown,
    columns: usize,
    rows: usize,
    look: &Look,
) -> Vec<Line<'static>> {
    let (today, days) = days(burn_down);
    if days == 1 {
        return vec![one_day(burn_down, columns, look)];
    }
    let room = columns.saturating_sub(LABEL + BEHIND);
    let plot = Plot {
        burn_down,
        today: today.clamp(1, days),
        days,
        wide: (room / days).clamp(1, WIDEST_DAY),
        rows,
        look,
    };
    let mut lines = vec![plot.quota()];
    lines.extend(plot.area());
    lines.push(plot.axis(columns.saturating_sub(LABEL)));
    lines
}

/// A period of a day has no days to draw: a bar of what is left of it.
#[expect(clippy::cast_precision_loss, reason = "counts that become a share")]
fn one_day(burn_down: &BurnDown, columns: usize, look: &Look) -> Line<'static> {
    let now = burn_down.left.last().map_or(0, |(_, left)| *left);
    let share = now as f64 / burn_down.allowance.max(1) as f64;
    let numbers = format!(" {} of {}", rough(now), rough(burn_down.allowance));
    let room = columns.saturating_sub(LABEL + width(&numbers));
    Line::from(vec![
        span(left("left", LABEL, look), look.label),
        span(
            left(&look.symbols.share(share, room), room, look),
            look.accent,
        ),
        span(numbers, look.label),
    ])
}

/// A picture that is drawn.
struct Plot<'a> {
    burn_down: &'a BurnDown,
    /// The number of the current day, from 1.
    today: usize,
    days: usize,
    /// The columns of a day.
    wide: usize,
    rows: usize,
    look: &'a Look,
}

impl Plot<'_> {
    /// The line of the whole quota, above all days.
    fn quota(&self) -> Line<'static> {
        let (look, number) = (self.look, rough(self.burn_down.allowance));
        let rule = look.symbols.rule.repeat(self.days * self.wide);
        Line::from(vec![
            span(format!("{} ", right(&number, LABEL - 1, look)), look.value),
            span(rule, look.label),
            span(" quota", look.label),
        ])
    }

    /// The rows of the picture, the lowest of them with its 0.
    fn area(&self) -> Vec<Line<'static>> {
        let look = self.look;
        let mut rows = vec![vec![(' ', look.value); self.days * self.wide]; self.rows];
        self.past(&mut rows);
        self.ahead(&mut rows);
        self.now(&mut rows);
        if let Some(at) = self.crossing() {
            let mark = look.symbols.crossing;
            self.column(&mut rows, at, |_| Some((mark, look.warning)));
        }
        let label = |at: usize| match at {
            _ if at + 1 == self.rows => right("0", LABEL - 1, look),
            0 => right("left", LABEL - 1, look),
            _ => " ".repeat(LABEL - 1),
        };
        let rows = rows.into_iter().enumerate();
        rows.map(|(at, cells)| {
            let mut spans = vec![span(format!("{} ", label(at)), look.label)];
            spans.extend(joined(&cells));
            Line::from(spans)
        })
        .collect()
    }

    /// Draws the days before today as heights; one that is not told is a `?` at the
    /// bottom, for it is no 0.
    fn past(&self, rows: &mut [Vec<Cell>]) {
        let look = self.look;
        let mut values = vec![None; self.today - 1];
        for (number, left) in &self.burn_down.left {
            let at = usize::try_from(*number).unwrap_or(0).checked_sub(1);
            if let Some(value) = at.and_then(|at| values.get_mut(at)) {
                *value = Some(to_height(*left));
            }
        }
        let mut first = 0;
        for run in values.chunk_by(|a, b| a.is_some() == b.is_some()) {
            let columns = first..first + run.len() * self.wide;
            let known: Vec<f64> = run
                .iter()
                .flatten()
                .flat_map(|value| std::iter::repeat_n(*value, self.wide))
                .collect();
            let drawn = if known.is_empty() {
                let mut drawn = vec![String::new(); self.rows];
                if let Some(bottom) = drawn.last_mut() {
                    *bottom = UNKNOWN.repeat(columns.len());
                }
                drawn
            } else {
                look.symbols.chart(&known, self.most(), self.rows)
            };
            for (row, drawn) in rows.iter_mut().zip(drawn) {
                let cells = row.iter_mut().skip(columns.start);
                for (cell, letter) in cells.zip(drawn.chars()) {
                    *cell = (letter, look.accent);
                }
            }
            first = columns.end;
        }
    }

    /// Draws today, which is not over, as a bar of its own.
    fn now(&self, rows: &mut [Vec<Cell>]) {
        let look = self.look;
        let mut today = self.burn_down.left.iter();
        let today = today.rfind(|(number, _)| usize::try_from(*number) == Ok(self.today));
        let heights = if let Some((_, left)) = today {
            look.symbols
                .chart(&[to_height(*left)], self.most(), self.rows)
        } else {
            let mut rows = vec![" ".to_owned(); self.rows];
            if let Some(bottom) = rows.last_mut() {
                UNKNOWN.clone_into(bottom);
            }
            rows
        };
        let is_known = today.is_some();
        self.column(rows, self.today - 1, |at| {
            let drawn = heights.get(at).and_then(|text| text.chars().next());
            let drawn = drawn.filter(|letter| *letter != ' ')?;
            let mark = if is_known { look.symbols.now } else { drawn };
            Some((mark, look.title))
        });
    }

    /// Draws where it leads as a line of dots: the days to come are no fact.
    fn ahead(&self, rows: &mut [Vec<Cell>]) {
        let look = self.look;
        for day in self.today..self.days {
            let drawn = look
                .symbols
                .chart(&[self.projected(day + 1)], self.most(), self.rows);
            let top = drawn.iter().position(|text| text != " ");
            self.column(rows, day, |at| {
                (Some(at) == top).then_some((look.symbols.ahead, look.label))
            });
        }
    }

    /// The number of requests that is expected to be left at the end of a day.
    #[expect(clippy::cast_precision_loss, reason = "a number of days")]
    fn projected(&self, day: usize) -> f64 {
        let Some([(from, left), (to, end)]) = self.burn_down.projected else {
            // Nothing is used, so that what is left stays what it is.
            return self
                .burn_down
                .left
                .last()
                .map_or(0.0, |(_, left)| to_height(*left));
        };
        let steep = if to > from {
            (left - end) / (to - from)
        } else {
            0.0
        };
        (left - steep * (day as f64 - from)).max(0.0)
    }

    /// The day, from 0, on which nothing is left any more; `None` where that is not before
    /// the reset, or past.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a day of the period"
    )]
    fn crossing(&self) -> Option<usize> {
        let [_, (day, left)] = self.burn_down.projected?;
        let day = day.max(0.0).floor() as usize;
        (left <= 0.0 && (self.today..self.days).contains(&day)).then_some(day)
    }

    /// Draws what a day has in each row, where it has anything there.
    fn column(&self, rows: &mut [Vec<Cell>], day: usize, cell: impl Fn(usize) -> Option<Cell>) {
        let columns = day * self.wide..(day + 1) * self.wide;
        for (at, row) in rows.iter_mut().enumerate() {
            let Some(drawn) = cell(at) else { continue };
            let cells = row.get_mut(columns.clone()).into_iter().flatten();
            // A crossing is a line, and the days to come are dots with gaps between.
            let most = if drawn.0 == self.look.symbols.now {
                self.wide
            } else {
                1
            };
            cells.take(most).for_each(|cell| *cell = drawn);
        }
    }

    fn most(&self) -> f64 {
        to_height(self.burn_down.allowance)
    }

    /// The first day and the reset, with today and the crossing between them.
    fn axis(&self, columns: usize) -> Line<'static> {
        let look = self.look;
        let start = self.burn_down.start;
        let mut cells = vec![(' ', look.label); columns];
        place(
            &mut cells,
            (self.today - 1) * self.wide,
            "^",
            "today",
            look.title,
        );
        if let Some(day) = self.crossing() {
            let after = i64::try_from(day).unwrap_or_default();
            let words = format!("runs out {}", short(start.saturating_add(after.days())));
            place(&mut cells, day * self.wide, "!", &words, look.warning);
        }
        let reset = short(self.burn_down.reset);
        // Behind the last day, else at the end of the line.
        let places = [format!("reset {reset}"), reset].into_iter();
        let mut places = places.flat_map(|words| {
            let last = columns.saturating_sub(width(&words));
            let first = (self.days * self.wide).min(last);
            [(first, words.clone()), (last, words)]
        });
        places.any(|(first, words)| put(&mut cells, first, &words, look.label));
        let first = right(&short(start), LABEL - 1, look);
        let mut spans = vec![span(format!("{first} "), look.label)];
        spans.extend(joined(&cells));
        Line::from(spans)
    }
}

/// Month and day.
fn short(date: Date) -> String {
    date.strftime("%m-%d").to_string()
}

/// A count as a height.
#[expect(clippy::cast_precision_loss, reason = "a height of a few steps")]
fn to_height(count: i64) -> f64 {
    count as f64
}

/// Writes words with a mark that points at a column: behind it, else before it; nowhere
/// where neither has room.
fn place(cells: &mut [Cell], column: usize, mark: &str, words: &str, style: Style) {
    if !put(cells, column, &format!("{mark} {words}"), style) {
        let text = format!("{words} {mark}");
        if let Some(first) = (column + 1).checked_sub(width(&text)) {
            put(cells, first, &text, style);
        }
    }
}

/// Writes a text from a column on, where that is free and a blank stays on either side.
fn put(cells: &mut [Cell], first: usize, text: &str, style: Style) -> bool {
    let end = first + text.chars().count();
    let around = first.saturating_sub(1)..(end + 1).min(cells.len());
    let is_free = cells
        .get(around)
        .is_some_and(|cells| cells.iter().all(|(letter, _)| *letter == ' '));
    let Some(place) = cells.get_mut(first..end).filter(|_| is_free) else {
        return false;
    };
    for (cell, letter) in place.iter_mut().zip(text.chars()) {
        *cell = (letter, style);
    }
    true
}

/// The cells as pieces of one style each.
fn joined(cells: &[Cell]) -> Vec<Span<'static>> {
    let runs = cells.chunk_by(|one, next| one.1 == next.1);
    runs.filter_map(|run| {
        let (_, style) = run.first()?;
        let text: String = run.iter().map(|(letter, _)| *letter).collect();
        Some(span(text, *style))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// 30 days, the tenth of them under way, with a mean that ends before the reset or
    /// not.
    fn burn_down(per_day: f64) -> BurnDown {
        let left: Vec<(u32, i64)> = (1..=10)
            .map(|day| (day, 3000 - i64::from(day) * 100))
            .collect();
        let end = (2000.0 - 20.0 * per_day).max(0.0);
        let dry = (10.0 + 2000.0 / per_day).min(30.0);
        BurnDown {
            start: date(2026, 4, 1),
            reset: date(2026, 5, 1),
            allowance: 3000,
            left,
            today: 10,
            projected: Some([(10.0, 2000.0), (dry, end)]),
        }
    }

    fn drawn(burn_down: &BurnDown, columns: usize, look: &Look) -> Vec<String> {
        let lines = picture(burn_down, columns, 4, look);
        lines
            .iter()
            .map(|line| line.to_string().trim_end().to_owned())
            .collect()
    }

    #[test]
    fn past_today_and_the_days_to_come_are_told_apart_without_colour() {
        let look = Look::new(false, false);
        let told = drawn(&burn_down(200.0), 60, &look);
        assert_eq!(
            told,
            [
                "    3,000 ------------------------------ quota",
                "     left *+=-:.              !",
                "          ########*|..        !",
                "          #########|  ...     !",
                "        0 #########|     .... !",
                "    04-01          ^ today    ! runs out 04-21   reset 05-01",
            ]
        );
    }

    #[test]
    fn without_a_crossing_there_is_no_line_of_it() {
        for look in [Look::new(false, true), Look::new(true, true)] {
            let told = drawn(&burn_down(50.0), 60, &look).join("\n");
            assert!(!told.contains("runs out"), "{told}");
            assert!(!told.contains(look.symbols.crossing), "{told}");
            assert!(told.contains(look.symbols.now) && told.contains(look.symbols.ahead));
            assert!(told.contains("04-01") && told.contains("05-01"), "{told}");
            assert!(told.contains("3,000") && told.contains(" 0 "), "{told}");
        }
    }

    #[test]
    fn it_fits_any_width_and_today_is_always_named() {
        for columns in 46..140 {
            for today in [1, 2, 15, 29, 30] {
                let burn_down = BurnDown {
                    today,
                    ..burn_down(200.0)
                };
                let look = Look::new(true, true);
                let told = drawn(&burn_down, columns, &look);
                assert!(told.iter().all(|line| width(line) <= columns), "{told:?}");
                assert!(told.iter().any(|line| line.contains("today")), "{told:?}");
            }
        }
    }
}
