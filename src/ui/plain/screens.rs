//! The screens that are tables, row by row.

use std::collections::BTreeSet;

use super::table::TextTable;
use super::{COLUMNS, Page};
use crate::app::App;
use crate::app::core::plans::{Column, Row as Plan};
use crate::app::fleet::Desk;
use crate::app::page::exhaustion::Exhaustion;
use crate::app::page::findings::Findings;
use crate::app::page::help::Help;
use crate::app::page::history::{HistoryView, Row, what, what_of_many};
use crate::app::page::keys::PlanKeys;
use crate::app::page::limits::{BEST_EFFORT, Limits};
use crate::app::page::usage::Usage;
use crate::app::view::help_lines::HelpLine;
use crate::app::view::level::mark;
use crate::plan::edit::draft::Draft;
use crate::plan::limits::effective::{MatrixCell, Rank};
use crate::plan::model::api_names::ApiNames;
use crate::plan::model::human::{short_count, short_rate};
use crate::plan::usage::Left;
use crate::plan::{MethodKey, NOT_SET, Period, StageKey};
use crate::text::number;
use crate::ui::look::Look;
use crate::ui::page::plans::{list as drawn_list, together as drawn_together};
use crate::ui::page::usage::burn_down;
use crate::ui::page::usage::{dry, percent, whole_name};
use crate::ui::page::{
    exhaustion as drawn_exhaustion, findings as drawn_findings, help, history as drawn_history,
    keys, limits as drawn_limits, queue as drawn_queue, requests, usage as drawn_usage,
};
use crate::ui::widget::text::sentence;

/// The list of plans.
pub(super) fn list(page: &mut Page<'_>, app: &App) {
    page.heading(&drawn_list::title(app, page.look));
    if app.core.plans.shown() == 0 {
        return page.words(&drawn_list::why_empty(app));
    }
    // Without the place, of which there is one here.
    let [marks, _, rest @ ..] = Column::ALL;
    let [id, name, rate, burst, quota, used, stages, product] = rest;
    let columns = [marks, id, name, rate, burst, quota, used, stages, product];
    plans(
        page,
        columns,
        app.core.plans.rows_shown().map(|row| (app, row)),
    );
}

/// The plans of all places as one list, and how it stands with those that are not all
/// there.
pub(super) fn together(page: &mut Page<'_>, desk: &Desk) {
    page.heading(&drawn_together::title(desk, page.look));
    if desk.in_sight().is_none_or(|sight| sight.count == 0) {
        page.words(&drawn_together::why_empty(desk));
    } else {
        let rows = desk.rows().map(|(stand, row)| (&stand.app, row));
        plans(page, Column::ALL, rows);
    }
    for (is_wrong, state) in desk.states() {
        page.words(&format!("{}{state}", if is_wrong { "! " } else { "" }));
    }
}

/// A table of plans, each with the dashboard of its place.
fn plans<'a, const N: usize>(
    page: &mut Page<'_>,
    columns: [Column; N],
    rows: impl Iterator<Item = (&'a App, &'a Plan)>,
) {
    let mut table = TextTable::new(columns.map(|column| match column {
        Column::Findings => "",
        Column::Rate => ">RATE/S",
        Column::Burst => ">BURST",
        Column::Quota => ">QUOTA",
        Column::Used => ">USED",
        Column::Stages => ">STAGES",
        other => other.title(),
    }));
    for (app, row) in rows {
        table.row(columns.map(|column| of_plan(app, row, column, page.look)));
    }
    page.table(&table);
}

/// The text of a plan in a column.
fn of_plan(app: &App, row: &Plan, column: Column, look: &Look) -> String {
    let settings = &row.plan.settings;
    let throttle = settings.throttle.unwrap_or_default();
    match column {
        Column::Findings => {
            let is_drafted = app
                .core
                .draft_of(&row.plan.id)
                .is_some_and(Draft::is_changed);
            let worst = row.signs.worst();
            let marks = [
                (row.is_marked, look.symbols.marked),
                (is_drafted, "~"),
                (row.is_doubtful, "?"),
                (!row.is_doubtful && worst.is_some(), worst.map_or("", mark)),
            ];
            let marks = marks.iter().filter(|(is, _)| *is);
            let marks: String = marks.map(|(_, sign)| *sign).collect();
            if marks.is_empty() {
                " ".to_owned()
            } else {
                marks
            }
        }
        Column::Where => app.core.seat.label.clone(),
        Column::Id => row.plan.id.0.clone(),
        Column::Name => settings.name.clone(),
        Column::Rate => throttle.rate.map(short_rate).unwrap_or_default(),
        Column::Burst => throttle.burst.map(short_count).unwrap_or_default(),
        Column::Quota => {
            let quota = settings.quota.as_ref();
            quota
                .map(|quota| {
                    let limit = quota.limit.map_or(NOT_SET.to_owned(), short_count);
                    let period = quota.period.as_ref().map_or(NOT_SET, Period::as_str);
                    format!("{limit}/{period}")
                })
                .unwrap_or_default()
        }
        Column::Used => row.value(column).unwrap_or_default().into_owned(),
        Column::Stages => settings.stages.len().to_string(),
        Column::ProductCode => settings.product_code.clone(),
    }
}

/// The throttle matrix, and why in a sentence for each of its cells.
pub(super) fn limits(page: &mut Page<'_>, app: &App, limits: &Limits) {
    page.heading(&drawn_limits::title(app, limits, page.look));
    if let Some(why) = drawn_limits::why_empty(app, limits) {
        return page.words(&why);
    }
    let methods = limits.rows.iter();
    let methods = methods.filter_map(|row| Some((*row, limits.matrix.rows.get(*row)?)));
    let methods: Vec<_> = methods.collect();
    let names = app.core.catalogue.names();
    matrix(page, limits, names, &methods);
    for column in &limits.matrix.columns {
        why_on(page, limits, names, &column.stage, &methods);
    }
    if let (Some((stage, method)), Ok(trial)) = (limits.selected(), app.core.trial(limits)) {
        page.heading(&format!(
            "What it lets through on {}: {}",
            names.stage(stage),
            drawn_limits::called(method)
        ));
        for text in trial.texts() {
            page.words(&text);
        }
    }
}

/// The throttle matrix, with the legend below.
fn matrix(page: &mut Page<'_>, limits: &Limits, names: &ApiNames, methods: &[(usize, &MethodKey)]) {
    let columns = &limits.matrix.columns;
    let stages = columns.iter().map(|column| {
        if column.is_dangling {
            format!("! {} is gone", names.stage(&column.stage))
        } else {
            names.stage(&column.stage)
        }
    });
    let mut table = TextTable::new(std::iter::once("METHOD".to_owned()).chain(stages));
    for (row, method) in methods {
        let cells = (0..columns.len()).filter_map(|column| limits.matrix.cell(*row, column));
        let cells = cells.map(|cell| in_a_cell(cell, page.look.symbols.arrow));
        table.row(std::iter::once(drawn_limits::called(method)).chain(cells));
    }
    page.table(&table);
    let letters = Rank::ALL.map(|rank| format!("{} {}", rank.letter(), rank.name()));
    page.words(&format!(
        "RATE/BURST and where it comes from: {}.",
        letters.join(", ")
    ));
    page.words(
        "~ before a number: it rests on what is inferred. ~ between or behind numbers: it is open \
         what applies, from the one to the other.",
    );
    page.words(
        "? behind a letter: a limit that is not known may be lower. BLOCKED: nothing passes. STOPS: \
         a rate of 0 lets at most a burst through once. BLOCK?: open which of these. QUOTA 0: the \
         quota lets nothing through. QUOTA ?: what it does is not known.",
    );
    page.words(BEST_EFFORT);
}

/// The reason for each number of a stage, and what a client gets there.
fn why_on(
    page: &mut Page<'_>,
    limits: &Limits,
    names: &ApiNames,
    stage: &StageKey,
    methods: &[(usize, &MethodKey)],
) {
    page.heading(&format!("Why on {}", names.stage(stage)));
    let mut table = TextTable::new(["METHOD", "WHY", "A CLIENT GETS"]);
    // Many methods rest on the same ones: each is told once.
    let mut facts = BTreeSet::new();
    for (_, method) in methods {
        let chain = limits.chain(stage, method);
        let said = std::iter::once(chain.sentence())
            .chain(chain.not_counted())
            .chain(chain.open());
        let said: Vec<String> = said.map(|said| sentence(&said)).collect();
        table.row([
            drawn_limits::called(method),
            said.join(" "),
            sentence(&chain.answer()),
        ]);
        facts.extend(chain.facts);
    }
    page.table(&table);
    for fact in facts {
        page.words(&sentence(fact.sentence()));
    }
}

fn in_a_cell(cell: &MatrixCell, arrow: &str) -> String {
    let one = |cell: &crate::plan::limits::effective::Cell| {
        if let Some(word) = drawn_limits::words(cell) {
            return word.to_owned();
        }
        let letter = cell.rank().map_or(' ', Rank::letter);
        let doubt = if cell.is_certain { "" } else { "?" };
        let blocked = drawn_limits::blocked(cell);
        let blocked = blocked.map_or_else(String::new, |word| format!(" {word}"));
        // There is room for any range here, so that none is told in its short form.
        let numbers = drawn_limits::numbers(cell, usize::MAX);
        format!("{numbers} {letter}{doubt}{blocked}")
    };
    if cell.is_changed() {
        format!("{} {arrow} {} *", one(&cell.now), one(&cell.staged))
    } else {
        one(&cell.now)
    }
}

/// The usage of a plan's keys, and what becomes of each.
pub(super) fn usage(page: &mut Page<'_>, app: &App, usage: &Usage) {
    let plan = app.core.plans.plan(&usage.plan);
    let name = app.core.short_plan(&usage.plan);
    let read = app.core.catalogue.usage_of(&usage.plan);
    let read = read.filter(|_| plan.is_some());
    page.heading(&format!("Usage of {name}"));
    if let Some(read) = read {
        page.words(&drawn_usage::age(read));
    }
    if let Some(why) = drawn_usage::why_empty(app, usage) {
        return page.words(&why);
    }
    let (Some(plan), Some(read)) = (plan, read) else {
        return;
    };
    let quota = plan.settings.quota.as_ref();
    page.words(&drawn_usage::quota_line(quota, read.today()));
    let mut table = TextTable::new([
        "KEY",
        "ID",
        ">USED",
        ">LEFT",
        ">SHARE",
        ">PEAK",
        ">RUNS OUT",
    ]);
    let exact = |count: Option<i64>| count.map_or_else(drawn_usage::unknown, number::whole);
    for row in &usage.rows {
        let current = &row.forecast.current;
        table.row([
            row.name.as_str(),
            &row.id,
            &exact(current.used),
            &left_in_full(current.left),
            &percent(current.share()),
            &exact(read.usage.peak(&row.id)),
            &dry(row),
        ]);
    }
    page.table(&table);
    for row in &usage.rows {
        page.heading(&whole_name(row));
        page.words(&page.look.plus_minus(&sentence(&row.forecast.sentence())));
        let burn_down = quota.and_then(|quota| read.usage.burn_down(&row.id, quota, read.today()));
        for note in burn_down::notes(row) {
            page.words(&note);
        }
        page.words(
            &page
                .look
                .plus_minus(&burn_down::numbers(row, burn_down.as_ref())),
        );
    }
}

/// The remaining requests to the last digit; empty without a quota, with a `~` where they
/// are reckoned.
fn left_in_full(left: Left) -> String {
    match left {
        Left::NoQuota => String::new(),
        Left::NotTold => drawn_usage::unknown(),
        Left::Told(left) => number::whole(left),
        Left::Reckoned(left) => format!("~{}", number::whole(left)),
    }
}

/// The keys that run out.
pub(super) fn exhaustion(page: &mut Page<'_>, app: &App, risk: &Exhaustion) {
    page.heading(&drawn_exhaustion::title(app, risk, page.look));
    page.words(&drawn_exhaustion::state(app, risk));
    page.words(&sentence(&drawn_exhaustion::age(risk)));
    if let Some(unknown) = drawn_exhaustion::unknown(risk) {
        page.words(&unknown);
    }
    if let Some(reason) = &risk.failure {
        let failed = drawn_exhaustion::plans(risk.progress.failed);
        page.words(&format!("! {failed} not read: {reason}"));
    }
    if risk.rows.is_empty() {
        return page.words(&app.core.with_keys(drawn_exhaustion::why_empty(risk)));
    }
    let mut table = TextTable::new([
        "KEY",
        "ID",
        "PLAN",
        ">LEFT",
        ">SHARE",
        ">RUNS OUT",
        ">RESET*",
    ]);
    for row in &risk.rows {
        let forecast = &row.key.forecast;
        let reset = forecast.reset.as_ref();
        table.row([
            row.key.name.as_str(),
            &row.key.id,
            &row.plan_name,
            &left_in_full(forecast.current.left),
            &percent(forecast.current.share()),
            &dry(&row.key),
            &reset.map_or_else(|| "unknown".to_owned(), |reset| reset.at.to_string()),
        ]);
    }
    page.table(&table);
}

/// The API keys of a plan, and what else each is in.
pub(super) fn keys(page: &mut Page<'_>, app: &App, keys: &PlanKeys) {
    let name = app.core.short_plan(&keys.plan);
    if let Some(why) = keys::why_empty(app, keys) {
        page.heading(&format!("API keys of {name}"));
        return page.words(&why);
    }
    page.heading(&format!("{} of {name}", keys::count(keys)));
    let rows = keys.shown.iter().filter_map(|at| keys.all.get(*at));
    let mut table = TextTable::new(["KEY", "ID", "ENABLED", "CUSTOMER", "OTHER PLANS"]);
    for row in rows.clone() {
        table.row([
            row.name.as_str(),
            &row.id,
            keys::is_enabled(row),
            row.customer.as_deref().unwrap_or("?"),
            &row.count(),
        ]);
    }
    page.table(&table);
    for row in rows {
        page.heading(&format!("{} {}", row.name, row.id));
        page.lines(keys::about(app, row, usize::from(COLUMNS), page.look));
    }
}

/// The findings, each in full.
pub(super) fn findings(page: &mut Page<'_>, app: &App, findings: &Findings) {
    page.heading(&drawn_findings::title(findings, page.look));
    for text in drawn_findings::foot(app, findings) {
        page.words(&text);
    }
    let shown = findings.shown.iter().filter_map(|at| findings.all.get(*at));
    for entry in shown {
        page.heading(entry.found.rule.id());
        page.lines(drawn_findings::in_full(
            entry,
            usize::from(COLUMNS),
            page.look,
        ));
    }
    if findings.shown.is_empty() {
        page.words(&drawn_findings::why_empty(app, findings));
    }
}

/// The changes that were sent, each in a row; from its detail, the selected one in full.
pub(super) fn history(page: &mut Page<'_>, app: &App, view: &HistoryView) {
    if let Some(selected) = view.selected().filter(|_| view.in_detail) {
        page.heading(&selected.id());
        return page.review(&app.core.history_lines(view));
    }
    page.heading(&drawn_history::title(app, view, page.look));
    if view.rows.is_empty() {
        return page.words(&drawn_history::why_empty(app, view));
    }
    let mut table = TextTable::new(["UTC", "WHO", "STATE", "NAME", "WHAT"]);
    for row in &view.rows {
        let Some(opened) = view.read_send(row) else {
            continue;
        };
        let send = &opened.send;
        let mut add = |state: &str, name: &str, done: String| {
            let at = send.at.strftime("%Y-%m-%d %H:%M:%S").to_string();
            let back = send.undoes.as_ref().map_or("", |_| "undoes: ");
            let why = match send.reason.as_str() {
                "" => String::new(),
                reason => format!("\"{reason}\" "),
            };
            table.row([&at, &send.who, state, name, &format!("{why}{back}{done}")]);
        };
        // Whatever is folded on the screen, each change has its row here.
        let changes: &[usize] = match row {
            Row::Send {
                is_unfolded,
                fitting,
                ..
            } => {
                let what = app.core.named(&what_of_many(send)).into_owned();
                add(&opened.word(), &send.id.to_string(), what);
                // Unfolded, its changes have rows of their own.
                if *is_unfolded { &[] } else { fitting }
            }
            Row::Change { entry, .. } => std::slice::from_ref(entry),
        };
        for entry in changes.iter().filter_map(|at| send.entries.get(*at)) {
            let word = opened.word_of_change(entry);
            let what = app.core.named(&what(entry)).into_owned();
            add(word, &entry.id.to_string(), what);
        }
    }
    page.table(&table);
}

/// The requests, the oldest first.
pub(super) fn requests(page: &mut Page<'_>, app: &App) {
    page.heading(&format!("Requests, times in UTC ({})", app.core.log.len()));
    if app.core.log.is_empty() {
        return page.words(requests::NO_REQUESTS);
    }
    let mut table = TextTable::new(["UTC", ">TOOK", "REQUEST", "OUTCOME"]);
    for request in &app.core.log {
        let attempt = match request.attempt {
            0 | 1 => String::new(),
            n => format!(" attempt {n}"),
        };
        let outcome = match &request.outcome {
            Ok(text) => text.clone(),
            Err(text) => format!("! {text}"),
        };
        table.row([
            request.started.strftime("%H:%M:%S").to_string(),
            format!("{} ms", request.took.as_millis()),
            format!("{} {}{attempt}", request.operation, request.target),
            outcome,
        ]);
    }
    page.table(&table);
}

/// The keys.
pub(super) fn help(page: &mut Page<'_>, app: &App, shown: &Help) {
    let look = page.look;
    for line in shown.lines(&app.core) {
        match line {
            HelpLine::Head(title) => page.heading(&title),
            HelpLine::Blank => {}
            line => page.lines([help::help_line(line, look)]),
        }
    }
}

/// The send queue.
pub(super) fn queue(page: &mut Page<'_>, app: &App) {
    page.heading("Send queue");
    let entries = app.core.outbox.queue.entries();
    if entries.is_empty() {
        return page.words(&drawn_queue::why_empty(app));
    }
    page.words(&app.core.progress_words());
    page.words(&drawn_queue::state(app));
    page.words(drawn_queue::at_failure(app));
    for entry in entries {
        let row = drawn_queue::row(app, entry, super::WHOLE, page.look);
        page.lines([row]);
        if let Some((_, text)) = app.core.words_on(&entry.id) {
            page.words(text);
        }
    }
}
