//! The throttle matrix, why a limit holds, and what it lets through.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::page::limits::{BEST_EFFORT, Below, Limits, MethodsShown, Seen, Trial, WORD_WIDTH};
use crate::app::view::layout;
use crate::app::view::layout::{CELL_WIDTH, METHOD_WIDTH};
use crate::plan::limits::effective::{
    Bound, Cell, Chain, Likelihood, LimitHalf, Link, LogScale, MatrixCell, MissingLimit, Most,
    Rank, Reach,
};
use crate::plan::limits::zero::{OddQuota, Stop, Traffic};
use crate::plan::model::human::{short_count, short_rate};
use crate::plan::{Count, MethodKey};
use crate::text::wrap::wrap;
use crate::ui::look::Look;
use crate::ui::widget::text::{clean, fit, left, right, sentence, span};

/// Draws the screen of the matrix.
pub fn draw(frame: &mut Frame, app: &App, limits: &Limits, look: &Look, body: Rect) {
    if app.core.is_why_in_full(limits) {
        crate::ui::focus(frame, layout::inside(body), 0);
        return draw_why(frame, app, limits, look, body);
    }
    let (grid, below) = layout::limits(body, limits.rows.len());
    draw_matrix(frame, app, limits, look, grid);
    if layout::is_side_by_side(body) {
        let halves = Layout::horizontal([Constraint::Percentage(50), Constraint::Percentage(50)]);
        let [why, through] = halves.areas(below);
        draw_why(frame, app, limits, look, why);
        draw_through(frame, app, limits, look, through);
    } else if limits.below == Below::LetsThrough {
        draw_through(frame, app, limits, look, below);
    } else {
        draw_why(frame, app, limits, look, below);
    }
}

fn draw_matrix(frame: &mut Frame, app: &App, limits: &Limits, look: &Look, area: Rect) {
    let inside = crate::ui::pane(frame, look, area, &title(app, limits, look), true);
    let scale = limits.matrix.scale();
    let (_, columns) = layout::cells(area);
    let shown = limits.matrix.columns.iter().enumerate();
    let shown: Vec<_> = shown.skip(limits.column.top).take(columns).collect();
    let heading = left("METHOD", usize::from(METHOD_WIDTH), look);
    let mut head = vec![span(heading, look.title)];
    for (at, column) in &shown {
        let mut name = app.core.catalogue.names().stage(&column.stage);
        if column.is_dangling {
            // The mark goes first: what is cut is the end.
            name = format!("! {name} is gone");
        }
        let style = if limits.column.selected() == Some(*at) {
            look.selected
        } else {
            look.title
        };
        head.push(span(" ", look.value));
        head.push(span(left(&name, usize::from(CELL_WIDTH) - 1, look), style));
    }
    let rows = limits.rows.iter().enumerate().skip(limits.row.top);
    let rows = rows.take(usize::from(inside.height.saturating_sub(1)));
    let lines = rows.filter_map(|(at, row)| {
        let method = limits.matrix.rows.get(*row)?;
        let is_row = limits.row.selected() == Some(at);
        let pointer = if is_row { look.symbols.pointer } else { " " };
        let name = called(method);
        let mut spans = vec![
            span(pointer, look.accent),
            span(left(&name, usize::from(METHOD_WIDTH) - 1, look), look.value),
        ];
        for (column, _) in &shown {
            let cell = limits.matrix.cell(*row, *column)?;
            let is_selected = is_row && limits.column.selected() == Some(*column);
            cell_spans(cell, is_selected, scale, look, &mut spans);
        }
        Some(Line::from(spans))
    });
    crate::ui::lines(
        frame,
        inside,
        std::iter::once(Line::from(head)).chain(lines),
    );
    let column = limits.column.at.saturating_sub(limits.column.top) * usize::from(CELL_WIDTH);
    let line = 1 + limits.row.at.saturating_sub(limits.row.top);
    crate::ui::focus_at(frame, inside, usize::from(METHOD_WIDTH) + column, line);
    if let Some(text) = why_empty(app, limits) {
        let below = Rect {
            y: inside.y + 2,
            height: inside.height.saturating_sub(2),
            ..inside
        };
        let why = Line::styled(format!("  {text}"), look.label);
        crate::ui::lines(frame, below, [why]);
    }
}

/// The name of a row.
pub(in crate::ui) fn called(method: &MethodKey) -> String {
    match method.as_str() {
        "*/*" => "every other method".to_owned(),
        _ => format!("{:<7}{}", method.method(), method.path()),
    }
}

/// The reason why the matrix shows nothing, where it does not.
pub(in crate::ui) fn why_empty(app: &App, limits: &Limits) -> Option<String> {
    if limits.matrix.columns.is_empty() {
        let text = "The plan has no stages: there is nothing that it limits. <edit> attaches one.";
        return Some(app.core.with_keys(text));
    }
    let text = "No method fits what the matrix is narrowed to; <narrow> and <filter> widen it.";
    limits.rows.is_empty().then(|| app.core.with_keys(text))
}

pub(in crate::ui) fn title(app: &App, limits: &Limits, look: &Look) -> String {
    let name = app.core.short_plan(&limits.plan);
    let dot = look.symbols.dot;
    let (columns, all) = (limits.column.at + 1, limits.matrix.columns.len());
    let mut title = format!(
        "Limits of one key of {} {dot} {} of {} methods, stage {columns} of {all}",
        name,
        limits.rows.len(),
        limits.matrix.rows.len(),
    );
    if limits.choice != MethodsShown::All {
        title = format!("{title} {dot} {}", limits.choice.name());
    }
    if limits.tightest_first {
        title = format!("{title} {dot} tightest first");
    }
    if !limits.filter.is_empty() {
        title = format!("{title} {dot} /{}", limits.filter);
    }
    title
}

/// A cell: the rate and the burst that hold, a letter for where the rate comes
/// from, and a bar on the scale that all cells share.
fn cell_spans(
    cell: &MatrixCell,
    selected: bool,
    scale: LogScale,
    look: &Look,
    spans: &mut Vec<Span<'static>>,
) {
    const NUMBERS: usize = 13;
    const BAR: usize = CELL_WIDTH as usize - NUMBERS - 5;
    let shown = if cell.is_changed() {
        &cell.staged
    } else {
        &cell.now
    };
    let (open, close) = if selected { ("[", "]") } else { (" ", " ") };
    let staged = if cell.is_changed() { "*" } else { " " };
    let style = if cell.is_changed() {
        look.staged
    } else {
        look.value
    };
    let (text, bar, bar_style) = if let Some(word) = words(shown) {
        (word.to_owned(), String::new(), look.label)
    } else {
        let letter = shown.rank().map_or(' ', Rank::letter);
        let doubt = if shown.is_certain { ' ' } else { '?' };
        let text = format!(
            "{} {letter}{doubt}",
            right(&numbers(shown, NUMBERS), NUMBERS, look)
        );
        // What a quota does is not among the numbers.
        let is_same_quota = cell.now.quota == shown.quota;
        if cell.is_changed() && is_same_quota && words(&cell.now).is_none() {
            // Both values take the place of the bar.
            let room = (NUMBERS + BAR - 3) / 2;
            let (before, after) = (numbers(&cell.now, room), numbers(shown, room));
            let text = format!("{} {letter}", look.symbols.moved(&before, &after));
            (text, String::new(), look.label)
        } else if let Some(blocked) = blocked(shown) {
            (text, blocked.to_owned(), look.error)
        } else {
            let share = shown.rate.map_or(0.0, |bound| scale.share(bound.value));
            (text, bar(share, BAR, look), look.accent)
        }
    };
    let columns = if bar.is_empty() {
        NUMBERS + 3 + BAR - 1
    } else {
        NUMBERS + 3
    };
    let text = left(&text, columns, look);
    let focus = if selected { look.selected } else { style };
    spans.push(span(open, look.accent));
    spans.push(span(text, focus));
    spans.push(span(staged, look.staged));
    if columns == NUMBERS + 3 {
        spans.push(span(left(&bar, BAR - 1, look), bar_style));
    }
    spans.push(span(close, look.accent));
}

/// The words in a cell without numbers.
pub(in crate::ui) fn words(cell: &Cell) -> Option<&'static str> {
    match cell.reach {
        Reach::Unmetered if cell.is_blocked() => Some("~BLOCKED by stage"),
        Reach::Unmetered if matches!(cell.outcome, Traffic::Stops(_)) => Some("~STOPS by stage"),
        Reach::Unmetered => Some("unmetered: no key"),
        Reach::NoSuchMethod => Some("! no such method"),
        Reach::NotOnStage => Some("-"),
        Reach::Dangling => Some("stage is gone"),
        Reach::NotAttached => Some("not attached"),
        Reach::Metered | Reach::Unknown
            if cell.rate.is_none() && cell.burst.is_none() && cell.quota.is_none() =>
        {
            Some(match cell.missing {
                Some(MissingLimit::Withheld) => "not permitted",
                Some(MissingLimit::Awaited) => "being read",
                None => "limits not known",
            })
        }
        Reach::Metered | Reach::Unknown => None,
    }
}

/// Rate and burst of a cell, in as many columns: from the least to the most where it
/// is open what applies (`80~200/100~500`, or `80~/100~` where that is too long), and
/// with a `~` before them where they rest on what is not documented.
pub(in crate::ui) fn numbers(cell: &Cell, columns: usize) -> String {
    fn range<T: Copy>(
        least: Option<Bound<T>>,
        most: Option<Most<T>>,
        is_whole: bool,
        text: impl Fn(T) -> String,
    ) -> String {
        let least = least.map_or_else(|| "-".to_owned(), |bound| text(bound.value));
        match most {
            None => least,
            Some(_) if !is_whole => format!("{least}~"),
            Some(Most::Limit(bound)) => format!("{least}~{}", text(bound.value)),
            Some(Most::NoLimit) => format!("{least}~-"),
        }
    }
    let burst = |burst: Count| short_count(burst);
    let numbers = |is_whole| {
        let rate = range(cell.rate, cell.up_to.rate, is_whole, short_rate);
        let burst = range(cell.burst, cell.up_to.burst, is_whole, burst);
        let mark = if cell.is_inferred && !cell.up_to.is_open() {
            "~"
        } else {
            ""
        };
        format!("{mark}{rate}/{burst}")
    };
    let whole = numbers(true);
    if whole.chars().count() <= columns {
        whole
    } else {
        numbers(false)
    }
}

/// The words for a cell that lets nothing through, now or after a first burst. No wider
/// than the place for it, so that a doubt is never cut.
pub(in crate::ui) fn blocked(cell: &Cell) -> Option<&'static str> {
    match (cell.outcome, cell.quota) {
        (Traffic::Stops(Stop::AtOnce), _) => Some("BLOCKED"),
        (_, Some(OddQuota::Zero)) => Some("QUOTA 0"),
        (Traffic::Stops(_), _) => Some("STOPS"),
        (Traffic::Perhaps, _) if cell.is_metered() => Some("BLOCK?"),
        (_, Some(OddQuota::Negative(_))) => Some("QUOTA ?"),
        (Traffic::Perhaps | Traffic::Flows, _) => None,
    }
}

/// A bar of so many columns at most.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share from 0 to 1 of a few columns"
)]
fn bar(share: f64, columns: usize, look: &Look) -> String {
    let filled = (share * (columns.saturating_sub(1)) as f64).round() as usize;
    look.symbols.bar.repeat(filled.min(columns))
}

fn draw_why(frame: &mut Frame, app: &App, limits: &Limits, look: &Look, area: Rect) {
    if let Some(seen) = limits.seen {
        return draw_explanations(frame, app, limits, seen, look, area);
    }
    let chain = app.core.chain(limits);
    let title = match &chain {
        Some(chain) => {
            let stage = app.core.catalogue.names().stage(&chain.stage);
            format!("Why: {stage} {}", chain.method)
        }
        None => "Why".to_owned(),
    };
    let columns = usize::from(layout::inside(area).width);
    let Some(chain) = chain else {
        let inside = crate::ui::pane(frame, look, layout::as_tall(area, 1), &title, false);
        return crate::ui::lines(
            frame,
            inside,
            [Line::styled("No cell is selected.", look.label)],
        );
    };
    let mut lines = chain_lines(&chain, columns, look);
    for said in app.core.why(limits, &chain) {
        let style = if said.is_aside {
            look.label
        } else {
            look.value
        };
        let parts = wrap(&clean(&said.text), columns).into_iter();
        lines.extend(parts.map(|part| Line::styled(part, style)));
    }
    if app.core.is_why_in_full(limits)
        && let Ok(trial) = app.core.trial(limits)
    {
        lines.extend(pictures(&trial, columns, look));
    }
    why_lines(frame, app, limits, look, (area, &title), lines);
}

/// Draws why a limit holds, or what explains what was seen: all of it in the place of
/// the matrix, else as much as there is room for.
fn why_lines(
    frame: &mut Frame,
    app: &App,
    limits: &Limits,
    look: &Look,
    (area, title): (Rect, &str),
    lines: Vec<Line<'static>>,
) {
    let is_in_full = app.core.is_why_in_full(limits);
    let area = if is_in_full {
        area
    } else {
        layout::as_tall(area, lines.len())
    };
    let inside = crate::ui::pane(frame, look, area, title, false);
    if is_in_full {
        return crate::ui::scrolled(frame, look, inside, lines, limits.scroll);
    }
    let key = app.core.keymap.label(Place::Limits, Command::Other);
    let key = key.split_whitespace().next().unwrap_or_default();
    // One press shows the other pane where there is room for one only, the next one all of
    // this.
    let keys = if layout::is_side_by_side(app.stack.parts(&app.core).body) {
        key.to_owned()
    } else {
        format!("{key} {key}")
    };
    crate::ui::cut_at(frame, inside, lines, look, &format!(": {keys} shows all"));
}

/// Draws which limits explain what a client saw.
fn draw_explanations(
    frame: &mut Frame,
    app: &App,
    limits: &Limits,
    seen: Seen,
    look: &Look,
    area: Rect,
) {
    let place = limits
        .selected()
        .map(|(stage, method)| format!("{} {method}", app.core.catalogue.names().stage(stage)));
    let title = format!(
        "What explains it at {} ({}: why)",
        place.unwrap_or_default(),
        app.core.key_for(Command::Back)
    );
    let columns = usize::from(layout::inside(area).width);
    let mut lines: Vec<Line<'static>> = Vec::new();
    let mut is_below_cause = false;
    for told in app.core.told_of_seen(limits, seen, columns) {
        let (word, style) = match told.likelihood {
            Some(Likelihood::Explains) => ("explains", look.staged),
            Some(Likelihood::Possible) => ("possible", look.value),
            Some(Likelihood::RuledOut) => ("ruled out", look.label),
            None if !is_below_cause => ("", look.accent),
            None => ("", look.value),
        };
        is_below_cause |= told.likelihood.is_some();
        let word = if is_below_cause {
            left(word, WORD_WIDTH, look)
        } else {
            String::new()
        };
        let text = format!("{word}{}", clean(&told.text));
        let line = fit(&text, columns, look).into_owned();
        lines.push(Line::styled(line, style));
    }
    if app.core.is_why_in_full(limits) {
        let text = wrap(BEST_EFFORT, columns).into_iter();
        lines.extend(text.map(|part| Line::styled(part, look.label)));
    }
    why_lines(frame, app, limits, look, (area, &title), lines);
}

/// The limits in the order in which the service applies them.
fn chain_lines(chain: &Chain, columns: usize, look: &Look) -> Vec<Line<'static>> {
    let links = chain.links.iter().enumerate().map(|(at, link)| {
        let rate = part(link.rate, short_rate);
        let burst = part(link.burst, short_count);
        let is_rate = chain.rate.is_some_and(|bound| bound.rank == link.rank);
        let is_burst = chain.burst.is_some_and(|bound| bound.rank == link.rank);
        let binds = match (is_rate, is_burst) {
            (true, true) => "<- applies",
            (true, false) => "<- rate",
            (false, true) => "<- burst",
            (false, false) if is_counted(link) => "",
            (false, false) => "not counted",
        };
        let text = format!(
            "{} {} {} {} {} ",
            at + 1,
            link.rank.letter(),
            left(link.rank.name(), 22, look),
            right(&rate, 8, look),
            right(&burst, 7, look),
        );
        let style = if binds.is_empty() || !is_counted(link) {
            look.value
        } else {
            look.staged
        };
        let room = columns.saturating_sub(crate::text::wrap::width(&text) + binds.len() + 1);
        let read_from = match room {
            0 => String::new(),
            room => format!(" {}", fit(link.rank.read_from(), room, look)),
        };
        Line::from(vec![
            span(text, style),
            span(binds, look.accent),
            span(read_from, look.label),
        ])
    });
    let head = format!(
        "    {} {} {}",
        left("LIMIT, AS APPLIED", 22, look),
        right("RATE/S", 8, look),
        right("BURST", 7, look)
    );
    std::iter::once(Line::styled(head, look.title))
        .chain(links)
        .collect()
}

/// Returns true if a limit counts at the method, or none is set.
fn is_counted(link: &Link) -> bool {
    !matches!(link.rate, LimitHalf::NotCounted(_))
        && !matches!(link.burst, LimitHalf::NotCounted(_))
}

fn part<T: Copy>(part: LimitHalf<T>, text: impl Fn(T) -> String) -> String {
    match part {
        LimitHalf::Set(value) => text(value),
        LimitHalf::Replaced(value) | LimitHalf::NotCounted(value) => format!("({})", text(value)),
        LimitHalf::Open(least, most) => {
            let (least, most) = (text(least), text(most));
            if least == most {
                format!("~{least}")
            } else {
                format!("{least}~{most}")
            }
        }
        LimitHalf::NotSet => "not set".to_owned(),
        LimitHalf::Off => "-1: off".to_owned(),
        LimitHalf::NotTold => "unknown".to_owned(),
        LimitHalf::NotYet => "reading".to_owned(),
        LimitHalf::NotPermitted => "denied".to_owned(),
        LimitHalf::Unreadable => "failed".to_owned(),
    }
}

fn draw_through(frame: &mut Frame, app: &App, limits: &Limits, look: &Look, area: Rect) {
    const TITLE: &str = "What it lets through";
    let columns = usize::from(layout::inside(area).width);
    let trial = match app.core.trial(limits) {
        Ok(trial) => trial,
        Err(reason) => {
            let text = sentence(&reason);
            let inside = crate::ui::pane(frame, look, layout::as_tall(area, 1), TITLE, false);
            return crate::ui::lines(frame, inside, [Line::styled(text, look.label)]);
        }
    };
    let mut texts = trial.texts();
    // The last text says what is assumed, which is read after the pictures.
    let assumed = texts.pop();
    let wrapped = |text: &str, style| {
        let parts = wrap(&clean(text), columns).into_iter();
        parts.map(move |part| Line::styled(part, style))
    };
    let mut lines: Vec<_> = texts
        .iter()
        .flat_map(|text| wrapped(text, look.value))
        .collect();
    lines.extend(pictures(&trial, columns, look));
    lines.extend(assumed.iter().flat_map(|text| wrapped(text, look.label)));
    let area = layout::as_tall(area, lines.len());
    let inside = crate::ui::pane(frame, look, area, TITLE, false);
    crate::ui::cut(frame, inside, lines, look);
}

/// Requests admitted and refused over time, and the tokens left, a line each.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts that become heights of bars"
)]
fn pictures(trial: &Trial, columns: usize, look: &Look) -> Vec<Line<'static>> {
    const LABEL: usize = 10;
    const MOST: usize = 16;
    let slices = &trial.run.slices;
    // A slice may be shorter or longer than a second, and limits are told per second.
    let per_second = 1.0 / trial.run.step.as_secs_f64().max(1e-9);
    let of = |count: fn(&crate::plan::limits::simulate::Slice) -> u64| -> Vec<f64> {
        slices
            .iter()
            .map(|slice| count(slice) as f64 * per_second)
            .collect()
    };
    let admitted = of(|slice| slice.admitted);
    let refused = of(|slice| slice.refused());
    // One scale for both, so that the two pictures can be compared.
    let most = admitted.iter().chain(&refused).copied().fold(0.0, f64::max);
    let room = columns.saturating_sub(LABEL + MOST);
    let line = |label: &str, values: &[f64], most: f64, unit: &str, style| {
        let values: Vec<Option<f64>> = values.iter().copied().map(Some).collect();
        let picture = look.symbols.spark(&values, most, room);
        let label = left(label, LABEL, look);
        let top = left(&format!(" to {most:.0}{unit}"), MOST, look);
        Line::from(vec![
            span(label, look.label),
            span(picture, style),
            span(top, look.label),
        ])
    };
    let mut lines = vec![
        line("admitted", &admitted, most, "/s", look.good),
        line("refused", &refused, most, "/s", look.error),
    ];
    for (rank, tokens) in trial.ranks.iter().zip(&trial.run.tokens) {
        // A bucket that never has a token needs a scale too.
        let most = tokens.iter().copied().fold(1.0, f64::max);
        lines.push(line(
            &format!("tokens {}", rank.letter()),
            tokens,
            most,
            "",
            look.accent,
        ));
    }
    lines
}

#[cfg(test)]
mod tests;
