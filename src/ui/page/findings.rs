//! The page of findings: all of them above, the selected one in full below.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::page::findings::kinds::{self, Kind, KindName};
use crate::app::page::findings::{Entry, Findings};
use crate::app::view::layout;
use crate::app::view::level::mark;
use crate::plan::Basis;
use crate::plan::lint::Level;
use crate::text::wrap::wrap;
use crate::ui::look::Look;
use crate::ui::widget::text::{clean, fit, left, span, wide};

/// The width of the rules' names, in columns.
const RULE_WIDTH: usize = 23;

/// Draws the page.
pub fn draw(frame: &mut Frame, app: &App, findings: &Findings, look: &Look, body: Rect) {
    let (list, below) = layout::findings(body, findings.lines.len());
    let inside = crate::ui::pane(frame, look, list, &title(findings, look), true);
    let columns = usize::from(inside.width);
    let shown = findings.lines.iter().enumerate().skip(findings.cursor.top);
    let lines = shown
        .take(usize::from(inside.height))
        .filter_map(|(at, shown)| {
            let selected = at == findings.cursor.at;
            Some(match shown {
                kinds::Line::Kind(kind) => kind_line(kind, selected, look),
                kinds::Line::Found { at, is_below } => {
                    line(findings.all.get(*at)?, *is_below, selected, columns, look)
                }
            })
        });
    crate::ui::lines(frame, inside, lines);
    crate::ui::focus(
        frame,
        inside,
        findings.cursor.at.saturating_sub(findings.cursor.top),
    );
    if findings.shown.is_empty() {
        let text = format!("  {}", why_empty(app, findings));
        crate::ui::lines(frame, inside, [Line::styled(text, look.label)]);
    }
    draw_selected(frame, app, findings, look, below);
}

/// The reason why no finding is shown.
pub(in crate::ui) fn why_empty(app: &App, findings: &Findings) -> String {
    if findings.all.is_empty() {
        return "Nothing was found in what was read.".to_owned();
    }
    app.core.with_keys(
        "No finding fits; <only-plan> turns to all plans, <filter> changes the \
         filter.",
    )
}

/// The title: how many of which level, of what, narrowed by what.
pub(in crate::ui) fn title(findings: &Findings, look: &Look) -> String {
    let counts = Level::ALL.into_iter().rev().map(|level| {
        let count = findings.count(level);
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} {level}{plural}")
    });
    let mut parts = vec![
        format!(
            "Findings {} of {}",
            findings.shown.len(),
            findings.all.len()
        ),
        counts.collect::<Vec<_>>().join(", "),
    ];
    if let Some(plan) = &findings.of_plan {
        parts.push(format!("of plan {plan}"));
    }
    if !findings.filter.is_empty() {
        parts.push(format!("/{}", findings.filter));
    }
    parts.join(&format!(" {} ", look.symbols.dot))
}

/// Pointer, fold, level in a mark and a word, and kind.
fn head(
    name: (&str, Level),
    fold: &'static str,
    selected: bool,
    look: &Look,
) -> Vec<Span<'static>> {
    let (rule, level) = name;
    let style = look.level(level);
    let pointer = if selected { look.symbols.pointer } else { " " };
    vec![
        span(pointer, look.accent),
        span(format!("{fold} "), look.accent),
        span(format!("{} {level:<8}", mark(level)), style),
        span(left(rule, RULE_WIDTH, look), look.value),
        span(" ", look.value),
    ]
}

/// A kind of which there are several findings: what, and how many.
fn kind_line(kind: &Kind, selected: bool, look: &Look) -> Line<'static> {
    let fold = if kind.is_open { "-" } else { "+" };
    let name = (kind.name.rule.id(), kind.name.level);
    let mut spans = head(name, fold, selected, look);
    spans.push(span(count_of(kind), look.value));
    chosen(Line::from(spans), selected, look)
}

/// `12 findings in 9 plans`
fn count_of(kind: &Kind) -> String {
    let findings = format!("{} findings", kind.findings);
    match kind.plans {
        0 => findings,
        1 => format!("{findings} in 1 plan"),
        plans => format!("{findings} in {plans} plans"),
    }
}

/// The kind unless that stands above, the plan and the sentence.
fn line(
    entry: &Entry,
    is_below: bool,
    selected: bool,
    columns: usize,
    look: &Look,
) -> Line<'static> {
    let found = &entry.found;
    let mut spans = if is_below {
        let pointer = if selected { look.symbols.pointer } else { " " };
        vec![span(pointer, look.accent), span("    ", look.value)]
    } else {
        head((found.rule.id(), found.level), " ", selected, look)
    };
    let plan = if columns >= 100 { 34 } else { 22 };
    // In a narrow terminal the message stands below only.
    let room = columns.saturating_sub(wide(&spans));
    let plan = plan.min(room.saturating_sub(1));
    let room = room.saturating_sub(plan + 1);
    spans.extend([
        span(left(&entry.about, plan, look), look.value),
        span(" ", look.value),
        span(fit(&found.message, room, look).into_owned(), look.label),
    ]);
    chosen(Line::from(spans), selected, look)
}

fn chosen(line: Line<'static>, selected: bool, look: &Look) -> Line<'static> {
    if selected {
        line.style(look.selected)
    } else {
        line
    }
}

/// The selected finding in full, and what was not read.
fn draw_selected(frame: &mut Frame, app: &App, findings: &Findings, look: &Look, area: Rect) {
    let kind = findings.selected_kind();
    let title = match (findings.selected(), kind) {
        (Some(entry), _) => entry.found.rule.id(),
        (None, Some(kind)) => kind.name.rule.id(),
        (None, None) => "",
    };
    let columns = usize::from(layout::inside(area).width);
    let unread: Vec<String> = foot(app, findings)
        .iter()
        .flat_map(|text| wrap(&clean(text), columns))
        .collect();
    let told = match (findings.selected(), kind) {
        (Some(entry), _) => in_full(entry, columns, look),
        (None, Some(kind)) => about_kind(app, findings, kind, columns, look),
        (None, None) => Vec::new(),
    };
    let area = layout::as_tall(area, told.len() + unread.len());
    let inside = crate::ui::pane(frame, look, area, title, false);
    // The finding comes first: where there is too little room, two thirds are its own.
    let taken = u16::try_from(told.len()).unwrap_or(u16::MAX);
    let most = (inside.height / 3).max(inside.height.saturating_sub(taken));
    let height = u16::try_from(unread.len()).unwrap_or(u16::MAX).min(most);
    let split = Layout::vertical([Constraint::Fill(1), Constraint::Length(height)]);
    let [said, foot] = split.areas(inside);
    crate::ui::cut(frame, said, told, look);
    let is_cut = unread.len() > usize::from(foot.height);
    let mut unread: Vec<String> = unread.into_iter().take(usize::from(foot.height)).collect();
    if is_cut && let Some(last) = unread.last_mut() {
        // Too long on purpose: `fit` cuts it, and its mark says that there is more.
        let and_more = format!("{last} {}", " ".repeat(columns));
        *last = fit(&and_more, columns, look).into_owned();
    }
    let unread = unread.into_iter();
    crate::ui::lines(
        frame,
        foot,
        unread.map(|text| Line::styled(text, look.label)),
    );
}

/// How many findings of a kind there are, one of them, and what is done about the kind.
fn about_kind(
    app: &App,
    findings: &Findings,
    kind: &Kind,
    columns: usize,
    look: &Look,
) -> Vec<Line<'static>> {
    let KindName { rule, level, .. } = kind.name;
    let mut lines = vec![Line::styled(
        format!(
            "{} {level}: {} ({})",
            mark(level),
            rule.id(),
            count_of(kind)
        ),
        look.level(level),
    )];
    let mut add = |text: String, style| {
        let wrapped = wrap(&clean(&text), columns).into_iter();
        lines.extend(wrapped.map(|text| Line::styled(text, style)));
    };
    if let Some(entry) = findings.of_kind(kind).next() {
        let found = &entry.found;
        add(
            format!("For example {}: {}", entry.about, found.message),
            look.value,
        );
        add(format!("To do: {}", found.instead), look.value);
    }
    let opens = app.core.keymap.label(Place::Findings, Command::Open);
    let turns = if kind.is_open { "hides" } else { "shows" };
    add(format!("{opens} {turns} them."), look.label);
    let id = rule.id();
    add(
        format!("Meant to be so? Silence the kind in the configuration: [silence] {id} = \"why\""),
        look.label,
    );
    lines
}

pub(in crate::ui) fn in_full(entry: &Entry, columns: usize, look: &Look) -> Vec<Line<'static>> {
    let found = &entry.found;
    let mut lines = Vec::new();
    let mut add = |text: String, style| {
        let wrapped = wrap(&clean(&text), columns).into_iter();
        lines.extend(wrapped.map(|text| Line::styled(text, style)));
    };
    let level = format!("{} {}", mark(found.level), found.level);
    add(
        format!("{level}: {}", found.message),
        look.level(found.level),
    );
    add(format!("To do: {}", found.instead), look.value);
    let field = found.field.as_ref();
    let field = field.map_or_else(String::new, |field| format!(", {field}"));
    add(format!("In: {}{field}", entry.about), look.label);
    let basis = found.basis();
    match (basis, found.source()) {
        (Basis::Documented, None) => {}
        (Basis::Documented, Some(source)) => add(format!("Source: {source}"), look.label),
        // A source that is only partly inferred says itself which part.
        (basis, Some(source)) if source.contains(basis.name()) => {
            add(format!("Source: {source}"), look.label);
        }
        (basis, source) => add(
            format!(
                "Source ({basis}): {}",
                source.as_deref().unwrap_or("plangate's own")
            ),
            look.label,
        ),
    }
    if found.plans.len() > 1 {
        let plans: Vec<&str> = found.plans.iter().map(|plan| plan.0.as_str()).collect();
        add(format!("Plans: {}", plans.join(", ")), look.label);
    }
    lines
}

/// What stands at the foot: the kinds that are silenced, and what was not read.
pub(in crate::ui) fn foot(app: &App, findings: &Findings) -> Vec<String> {
    let mut foot = Vec::new();
    if !findings.silenced.is_empty() {
        let kinds = findings.silenced.iter().map(ToString::to_string);
        foot.push(format!(
            "Silenced: {}.",
            kinds.collect::<Vec<_>>().join(", ")
        ));
    }
    foot.push(unread(app, findings));
    foot
}

/// The parts that were not read, and what reads them.
fn unread(app: &App, findings: &Findings) -> String {
    if findings.unread.is_empty() {
        return "Everything that findings need was read.".to_owned();
    }
    let key = app.core.keymap.label(Place::Findings, Command::ReadRest);
    let how = match findings.waiting() {
        0 => format!("{key} checks"),
        1 => "1 API call left".to_owned(),
        more => format!("{more} API calls left"),
    };
    format!("Not checked yet ({how}): {}.", findings.unread)
}
