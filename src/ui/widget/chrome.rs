//! What stands around the panes: where you are, what happened, what to press.

use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use unicode_segmentation::UnicodeSegmentation;

use super::place::{place, place_needs};
use super::text::{clean, fit, span, wide};
use crate::app::input::hints::GAP;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::prompt::consent::Consent;
use crate::app::prompt::extend::ExtensionPrompt;
use crate::app::prompt::input::Input;
use crate::app::prompt::tweak::Tweak;
use crate::app::prompt::tweak_line::TweakLine;
use crate::app::{App, Confirm, Notice, Prompt, Weight};
use crate::plan::Field;
use crate::plan::model::tags::is_reserved;
use crate::text::number;
use crate::text::wrap::{width, wrap};
use crate::ui::look::Look;

/// Draws who and where you are, and what waits to be sent.
pub fn header(frame: &mut Frame, app: &App, look: &Look, area: Rect) {
    let columns = usize::from(area.width);
    let mut name = " plangate ";
    let (mut guard, mut waiting) = (guard(app), waiting(app));
    let mut read = read(app).unwrap_or_default();
    let room = |name: &str, guard: &str, waiting: &str, read: &str| {
        let taken = width(name) + width(guard) + width(waiting) + width(read);
        columns.saturating_sub(taken + 2)
    };
    // Where you are counts for more than when it was read, than whole words about it, and
    // than the program.
    let needed = place_needs(app, look);
    if needed > room(name, guard, &waiting, &read) {
        read.clear();
    }
    if needed > room(name, guard, &waiting, &read) {
        guard = guard_in_short(app);
        waiting = waiting_in_short(app);
    }
    if needed > room(name, guard, &waiting, &read) && !guard.is_empty() {
        name = "";
    }
    let place = place(app, look, room(name, guard, &waiting, &read));
    let taken = width(name) + width(guard) + width(&waiting) + width(&read);
    let gap = columns.saturating_sub(taken + 1 + width(&place));
    let line = Line::from(vec![
        span(name, look.selected),
        span(guard, look.error),
        span(format!(" {place}"), look.value),
        span(" ".repeat(gap), look.value),
        span(read, look.label),
        span(waiting, look.staged),
    ]);
    crate::ui::lines(frame, area, [line]);
}

/// That the plan of the page is gone.
pub fn banner(frame: &mut Frame, app: &App, look: &Look, area: Rect) {
    let Some(told) = app.stack.told_of_gone(&app.core) else {
        return;
    };
    let columns = usize::from(area.width).saturating_sub(2);
    let lines = wrap(&clean(&told), columns).into_iter().enumerate();
    let lines = lines.map(|(at, line)| {
        let mark = if at == 0 { "! " } else { "  " };
        Line::styled(format!("{mark}{line}"), look.error)
    });
    crate::ui::lines(frame, area, lines);
}

/// The guard of the account, as a word.
pub(in crate::ui) fn guard(app: &App) -> &'static str {
    match (app.core.setup.protected, app.core.setup.read_only) {
        (true, true) => " !! PROTECTED, READ-ONLY",
        (true, false) => " !! PROTECTED",
        (false, true) => " READ-ONLY",
        (false, false) => "",
    }
}

/// The time at which the plans were read, of the day it is.
pub(in crate::ui) fn read(app: &App) -> Option<String> {
    let at = app.core.plans.read_at?.to_zoned(TimeZone::UTC);
    let now = app.core.now.to_zoned(TimeZone::UTC);
    let form = if at.date() == now.date() {
        "read %H:%M UTC "
    } else {
        "read %m-%d %H:%M UTC "
    };
    Some(at.strftime(form).to_string())
}

/// As [`guard`], in fewer columns.
fn guard_in_short(app: &App) -> &'static str {
    match (app.core.setup.protected, app.core.setup.read_only) {
        (true, true) => " !! PROTECTED RO",
        _ => guard(app),
    }
}

/// As [`waiting`], in fewer columns.
fn waiting_in_short(app: &App) -> String {
    waiting(app).replace(" not sent ", "")
}

/// The number of drafts that wait to be sent.
pub(in crate::ui) fn waiting(app: &App) -> String {
    match app.core.drafts.count_changed() + app.core.seat.drafts_elsewhere {
        0 => String::new(),
        1 => "1 draft not sent ".to_owned(),
        n => format!("{n} drafts not sent "),
    }
}

/// Draws what happened last, what is being typed or asked.
pub fn status(frame: &mut Frame, app: &App, look: &Look, area: Rect) {
    match &app.stack.prompt {
        Some(Prompt::Filter { input, .. }) => {
            let before = vec![span("filter: ", look.accent)];
            typing(frame, look, area, before, input, "");
        }
        Some(Prompt::Tweak(tweak)) => tweak_line(frame, app, tweak, look, area),
        Some(Prompt::TweakLine(line)) => tweak_plans(frame, app, line, look, area),
        Some(Prompt::Load(input)) => {
            let after = "  80/s for 10s, spike 500 at 2s, ramp 10..200 over 30s";
            let before = titled(app, look, area, "offered load: ", needs(input, after));
            typing_with_fault(frame, app, look, area, before, input, after);
        }
        Some(Prompt::Seen(input)) => {
            let after = "  429, Limit Exceeded, 403 Forbidden, a pasted response, at 80/s";
            let before = titled(app, look, area, "the client saw: ", needs(input, after));
            typing_with_fault(frame, app, look, area, before, input, after);
        }
        Some(Prompt::Columns(input)) => {
            let before = vec![span("columns: ", look.accent)];
            let after = "  name rate burst quota used stages product id; empty: the usual ones";
            typing_with_fault(frame, app, look, area, before, input, after);
        }
        Some(Prompt::Reason(input)) => {
            let after = "  why it is sent; the journal keeps it with the change";
            let before = titled(app, look, area, "reason: ", needs(input, after));
            typing(frame, look, area, before, input, after);
        }
        Some(Prompt::TagKey(input)) => {
            let after = if is_reserved(input.text().trim()) {
                " ! keys that begin with aws: are AWS's own"
            } else {
                "  1 to 128 characters; its value is typed next"
            };
            let before = titled(app, look, area, "key of the new tag: ", needs(input, after));
            typing(frame, look, area, before, input, after);
        }
        Some(Prompt::Palette(palette)) => {
            let before = vec![span(":", look.accent)];
            typing(frame, look, area, before, &palette.input, "");
        }
        Some(Prompt::Extend(prompt)) => extend_line(frame, app, prompt, look, area),
        Some(Prompt::Consent(consent)) => consent_lines(frame, app, consent, look, area),
        Some(Prompt::Confirm(confirm)) => {
            crate::ui::focus(frame, area, 0);
            crate::ui::lines(
                frame,
                area,
                question(app, confirm, usize::from(area.width), look),
            );
        }
        // A picker has a line of its own to type in.
        Some(Prompt::Picker(_)) | None => notice(frame, app, look, area),
    }
}

fn notice(frame: &mut Frame, app: &App, look: &Look, area: Rect) {
    let under_way = app
        .core
        .queue_line()
        .or_else(|| app.core.seat.under_way.clone());
    // What just happened comes first; what is under way is still there afterwards.
    if let (Some(text), None) = (under_way, &app.core.notice) {
        let text = fit(&text, usize::from(area.width), look).into_owned();
        return crate::ui::lines(frame, area, [Line::styled(text, look.staged)]);
    }
    let Some(notice) = app.stack.status(&app.core) else {
        return;
    };
    let style = match notice.weight {
        Weight::Info => look.value,
        Weight::Warning => look.warning,
        Weight::Error => look.error,
    };
    let notice = Notice {
        text: clean(&notice.text).into_owned(),
        ..notice
    };
    let text = notice.lines(usize::from(area.width), app.core.area().height);
    let rows = usize::from(area.height);
    let cut = text.len() > rows;
    let mut shown: Vec<String> = text.into_iter().take(rows).collect();
    if cut && let Some(last) = shown.last_mut() {
        let columns = usize::from(area.width);
        // What a field is stands on its page; what happened is nowhere else.
        let more = match app.core.notice {
            Some(_) => app.core.with_keys(" <message> shows all"),
            None => String::new(),
        };
        // Too long on purpose: `fit` cuts it, and its mark says that there is more.
        let whole = format!("{last} {}", " ".repeat(columns));
        let kept = fit(&whole, columns.saturating_sub(width(&more)), look);
        *last = format!("{kept}{more}");
    }
    let paragraph = Paragraph::new(shown.join("\n"))
        .style(style)
        .wrap(Wrap { trim: false });
    frame.render_widget(paragraph, area);
}

/// A question, over as many lines as it takes, and the answers behind its end.
fn question(app: &App, confirm: &Confirm, columns: usize, look: &Look) -> Vec<Line<'static>> {
    let text = match confirm {
        Confirm::Jumps { what, .. } => {
            let limit = app.core.setup.guard;
            format!("More than {limit}: {} Send it? ", clean(what))
        }
        Confirm::Again { what, .. } => format!("{} Send it again? ", clean(what)),
        Confirm::UndoInPart(way) => {
            format!(
                "Not all comes back: {}. Stage the rest? ",
                clean(&way.said.join(". "))
            )
        }
        Confirm::DropRest(count) => {
            format!("Leave out the {count} changes that are not sent yet? Drafts are kept. ")
        }
        Confirm::DiscardMany(drafts) => {
            let place = match app.core.seat.label.as_str() {
                "" => String::new(),
                label => format!(" of {}", clean(label)),
            };
            match drafts.len() {
                1 => format!("Discard the draft of 1 marked plan{place}? "),
                n => format!("Discard the drafts of {n} marked plans{place}? "),
            }
        }
        Confirm::Quit(what) => format!("Leave plangate? {} ", clean(what)),
        Confirm::Discard(id) => {
            format!("Discard the draft of {}? ", clean(&app.core.draft_name(id)))
        }
    };
    let key = |command| app.core.keymap.label(Place::Confirm, command);
    let answers = [
        span(key(Command::Yes), look.accent),
        span(" yes  ", look.value),
        span(key(Command::No), look.accent),
        span(" no", look.value),
    ];
    // Room for the answers behind the last line.
    let room = wide(&answers);
    let parts = crate::text::wrap::wrap(&text, columns.saturating_sub(room + 1));
    let mut lines: Vec<_> = parts
        .into_iter()
        .map(|part| Line::styled(part, look.warning))
        .collect();
    let last = lines.pop().unwrap_or_default();
    let mut last: Vec<_> = last
        .spans
        .into_iter()
        .map(|s| s.style(look.warning))
        .collect();
    last.push(span(" ", look.value));
    last.extend(answers);
    lines.push(Line::from(last));
    lines
}

/// Draws what makes it grave, and below it the word that is typed.
fn consent_lines(frame: &mut Frame, app: &App, consent: &Consent, look: &Look, area: Rect) {
    let prompt = clean(&consent.prompt(&app.core.back_key())).into_owned();
    let parts = crate::text::wrap::wrap(&prompt, usize::from(area.width));
    let lines = parts
        .into_iter()
        .map(|part| Line::styled(part, look.warning));
    crate::ui::lines(frame, area, lines);
    let last = Rect {
        y: area.bottom().saturating_sub(1),
        height: 1,
        ..area
    };
    let said = app.core.notice.as_ref();
    let said = said.map_or_else(String::new, |notice| format!("  ! {}", notice.text));
    typing(
        frame,
        look,
        last,
        vec![span("> ", look.accent)],
        &consent.input,
        &said,
    );
}

fn tweak_line(frame: &mut Frame, app: &App, tweak: &Tweak, look: &Look, area: Rect) {
    let (name, unit) = (tweak.name(), tweak.unit());
    let name = app.core.named(&name);
    let Some(draft) = app.core.draft_or_plan(&tweak.draft) else {
        return;
    };
    let preview = tweak.preview(&draft);
    let now = preview.now();
    let plans = app
        .core
        .drafts
        .get(&tweak.draft)
        .and_then(|draft| draft.base());
    let is_staged = plans.is_some_and(|plan| {
        let plans = plan.settings.text(&tweak.field).unwrap_or_default();
        !preview.is_from(&plans)
    });
    let staged = if is_staged { "staged " } else { "" };
    let after = match &preview.after {
        Ok(value) if tweak.is_beyond_reason(value) => {
            format!(" ! so large that it is no limit: = {}", tweak.shown(value))
        }
        Ok(value) if preview.is_unchanged(value) => {
            format!(" = {}: unchanged", tweak.shown(value))
        }
        Ok(value) => format!(" = {}", tweak.shown(value)),
        Err(_) if tweak.input.text().is_empty() => {
            let period = match tweak.field {
                Field::QuotaLimit => ", 75k/WEEK",
                _ => "",
            };
            format!(" {unit}: a number, x2, +20%, -50{period}, none")
        }
        Err(reason) => format!(" ! {reason}"),
    };
    let now = format!("{now} {} ", look.symbols.arrow);
    let rest = width(staged) + width(&now) + needs(&tweak.input, &after);
    let mut before = titled(app, look, area, &format!("{name} "), rest);
    before.push(span(staged, look.staged));
    before.push(span(now, look.value));
    typing(frame, look, area, before, &tweak.input, &after);
}

/// The title of a prompt: its plan, or its plans, and what is typed. The plan's name yields
/// to what follows in so many columns, as far as it stays to be told from others.
fn titled(app: &App, look: &Look, area: Rect, what: &str, rest: usize) -> Vec<Span<'static>> {
    const LEAST: usize = 6;
    let about = app.stack.prompt_about(&app.core);
    let room = usize::from(area.width).saturating_sub(width(what) + rest + 4);
    let about = match about.as_str() {
        "" => String::new(),
        about => format!("{}: ", fit(about, room.max(LEAST), look)),
    };
    vec![span(about, look.staged), span(what.to_owned(), look.accent)]
}

/// The line that tweaks plans, and above it what was just said, below it what it can
/// go on with.
fn tweak_plans(frame: &mut Frame, app: &App, line: &TweakLine, look: &Look, area: Rect) {
    let [said, typed, next] = Layout::vertical([
        Constraint::Fill(1),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(area);
    if app.core.notice.is_some() {
        notice(frame, app, look, said);
    }
    let before = titled(app, look, area, "tweak: ", needs(&line.input, ""));
    typing(frame, look, typed, before, &line.input, "");
    let columns = usize::from(next.width);
    let wrong = line.reading.as_ref().err().filter(|f| f.wrong.is_some());
    let hint = match wrong {
        Some(fault) => Line::styled(
            fit(&format!("! {fault}"), columns, look).into_owned(),
            look.warning,
        ),
        None => Line::styled(fit(&goes_on(line), columns, look).into_owned(), look.label),
    };
    crate::ui::lines(frame, next, [hint]);
}

/// The ways in which a line can go on.
fn goes_on(line: &TweakLine) -> String {
    let offers = line.completion.offers.iter();
    let words: Vec<&str> = offers.map(|offer| offer.word.as_str()).collect();
    let words = (!words.is_empty()).then(|| words.join(" "));
    let forms = line.completion.forms.iter().map(ToString::to_string);
    let parts: Vec<String> = words.into_iter().chain(forms).collect();
    if parts.is_empty() {
        return String::new();
    }
    format!("next: {}", parts.join(", or "))
}

fn extend_line(frame: &mut Frame, app: &App, prompt: &ExtensionPrompt, look: &Look, area: Rect) {
    let now = number::whole(i64::from(prompt.before.get()));
    let called = format!("{} has left ", clean(&prompt.called));
    let after = match prompt.after() {
        Ok(count) => format!(" = {} requests", number::whole(i64::from(count.get()))),
        Err(_) if prompt.input.text().is_empty() => " requests: a number, +20%, +10k".to_owned(),
        Err(reason) => format!(" ! {reason}"),
    };
    let now = format!("{now} {} ", look.symbols.arrow);
    let rest = width(&now) + needs(&prompt.input, &after);
    let mut before = titled(app, look, area, &called, rest);
    before.push(span(now, look.value));
    typing(frame, look, area, before, &prompt.input, &after);
}

/// As [`typing`]; what is wrong with it stands in lines of its own.
fn typing_with_fault(
    frame: &mut Frame,
    app: &App,
    look: &Look,
    area: Rect,
    before: Vec<Span<'static>>,
    input: &Input,
    after: &str,
) {
    let prompt = app.stack.prompt.as_ref();
    let Some(fault) = prompt.and_then(|prompt| prompt.fault(&app.core)) else {
        return typing(frame, look, area, before, input, after);
    };
    let [typed, said] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area);
    typing(frame, look, typed, before, input, "");
    let fault = format!(" ! {}", clean(&fault));
    let parts = crate::text::wrap::wrap(&fault, usize::from(area.width));
    let lines = parts
        .into_iter()
        .map(|part| Line::styled(part, look.warning));
    crate::ui::lines(frame, said, lines);
}

/// The columns that a text which is being typed takes, with what stands behind it. What
/// stands there before anything is typed is an example, and may be cut.
fn needs(input: &Input, after: &str) -> usize {
    match width(&input.text()) {
        0 => 0,
        typed => typed + width(after),
    }
}

/// A line that is being typed, the cursor in it.
fn typing(
    frame: &mut Frame,
    look: &Look,
    area: Rect,
    mut line: Vec<Span<'static>>,
    input: &Input,
    after: &str,
) {
    let before = wide(&line);
    let room = usize::from(area.width).saturating_sub(before + 1);
    let (shown, cursor) = window(input, room);
    let x = area.x + u16::try_from(before + cursor).unwrap_or(area.width);
    frame.set_cursor_position(Position::new(x.min(area.right().saturating_sub(1)), area.y));
    let left = room.saturating_sub(width(&shown));
    line.push(span(shown, look.value));
    line.push(span(fit(after, left, look).into_owned(), look.label));
    crate::ui::lines(frame, area, [Line::from(line)]);
}

/// The part of the line that is being typed around the cursor, in so many
/// columns, and the cursor's column in it.
pub fn window(input: &Input, columns: usize) -> (String, usize) {
    let (line, at) = input.cursor_line();
    let split = line
        .char_indices()
        .nth(at)
        .map_or(line.len(), |(byte, _)| byte);
    let (before, after) = line.split_at(split);
    let (before, after) = (clean(before), clean(after));
    // As much before the cursor as there is room for, then as much behind it.
    let mut cursor = 0;
    let mut start = before.len();
    for (byte, character) in before.grapheme_indices(true).rev() {
        let wide = width(character);
        // A column is left for the cursor itself.
        if cursor + wide >= columns {
            break;
        }
        cursor += wide;
        start = byte;
    }
    let mut used = cursor;
    let fits = |character: &&str| {
        used += width(character);
        used <= columns
    };
    let behind: String = after.graphemes(true).take_while(fits).collect();
    (
        format!("{}{behind}", before.get(start..).unwrap_or_default()),
        cursor,
    )
}

/// The keys that can be pressed now.
pub fn hints(frame: &mut Frame, app: &App, look: &Look, area: Rect) {
    let placed = app.stack.hint_line(&app.core, usize::from(area.width));
    let mut line = Vec::new();
    if let Some(count) = app.core.operator.count {
        line.push(span(format!("{count} "), look.staged));
    }
    let gap = " ".repeat(GAP);
    for placed in placed {
        line.push(span(placed.hint.key, look.accent));
        line.push(span(format!(" {}{gap}", placed.hint.word), look.value));
    }
    crate::ui::lines(frame, area, [Line::from(line)]);
}
