//! Every screen as lines of plain text: no borders, no colours, nothing cut and nothing
//! windowed. For screen readers, pipes and logs.
//!
//! A pane is a heading (`# Plans 39 of 39`) and its lines below. What is drawn elsewhere
//! in words has the same words here.

mod screens;
mod table;

use ratatui::text::Line;

use super::look::Look;
use crate::app::fleet::Desk;
use crate::app::page::form::Form;
use crate::app::page::identity::FACT_COLUMNS;
use crate::app::page::patch::{Judgement, PatchEditor};
use crate::app::view::layout;
use crate::app::view::review_line::ReviewLine;
use crate::app::{App, Pane, Screen};
use crate::text::number::counted;
use crate::text::showable::signed;
use crate::text::wrap::wrap;
use crate::ui::page::form::staged;
use crate::ui::page::plans::detail;
use crate::ui::page::{bulk_review, change_review, extension, form, review};
use crate::ui::widget::text::clean;
use crate::ui::widget::{chrome, place};

use table::TextTable;

/// The width of texts, in columns; tables are as wide as they need.
pub const COLUMNS: u16 = 100;

/// More columns than any line has: for what is never cut.
const WHOLE: usize = 1 << 20;

/// The screen in front as lines; where it is the list of all places, that.
#[must_use]
pub fn text_of_desk(desk: &Desk, look: &Look) -> String {
    let app = desk.front();
    let is_list = app.stack.screen().is_none() && app.stack.plans.pane == Pane::List;
    if !is_list || !desk.is_together() {
        return text(app, look);
    }
    let mut page = Page::new(look);
    page.place(app);
    screens::together(&mut page, desk);
    page.finish()
}

/// The screen in front of one place, as lines.
#[must_use]
pub fn text(app: &App, look: &Look) -> String {
    let mut page = Page::new(look);
    page.place(app);
    if let Some(told) = app.stack.told_of_gone(&app.core) {
        page.words(&format!("! {told}"));
    }
    match app.stack.screen() {
        None if app.stack.plans.pane == Pane::List => screens::list(&mut page, app),
        None => page.detail(app),
        Some(Screen::Edit(form)) => page.form(app, form),
        Some(Screen::Patch(editor)) => page.patch(app, editor),
        Some(Screen::Review(shown)) => {
            page.heading(&review::title(app, shown));
            page.review(&app.core.review_lines(shown));
        }
        Some(Screen::ChangeReview(shown)) => {
            page.heading(&change_review::title(app, shown));
            page.review(&app.core.aims_lines(shown));
        }
        Some(Screen::BulkReview(shown)) => {
            // As high as it takes, so that the title speaks of no lines below.
            let whole = layout::everything(COLUMNS);
            page.heading(&bulk_review::title(app, shown, whole));
            let lines: Vec<_> = shown.lines.iter().collect();
            page.lines(bulk_review::told_of(app, &lines, WHOLE, look));
        }
        Some(Screen::Limits(limits)) => screens::limits(&mut page, app, limits),
        Some(Screen::Usage(usage)) => screens::usage(&mut page, app, usage),
        Some(Screen::Keys(keys)) => screens::keys(&mut page, app, keys),
        Some(Screen::Exhaustion(risk)) => screens::exhaustion(&mut page, app, risk),
        Some(Screen::Extension(shown)) => {
            page.heading(&extension::title(app, &shown.extension));
            page.review(&app.core.extension_lines(&shown.extension));
        }
        Some(Screen::Findings(findings)) => screens::findings(&mut page, app, findings),
        Some(Screen::History(view)) => screens::history(&mut page, app, view),
        Some(Screen::Requests(_)) => screens::requests(&mut page, app),
        Some(Screen::Identity(_)) => {
            page.heading("Who you are");
            for fact in app.core.who_lines(usize::from(COLUMNS)) {
                page.line(&format!("{:FACT_COLUMNS$}{}", fact.name, fact.text));
            }
        }
        Some(Screen::Help(help)) => screens::help(&mut page, app, help),
        Some(Screen::Queue(_)) => screens::queue(&mut page, app),
        Some(Screen::Text(shown)) => {
            page.heading(shown.content.what);
            page.lines(shown.content.text.lines().map(Line::raw));
        }
    }
    page.finish()
}

/// The lines as they are put together.
struct Page<'a> {
    text: String,
    look: &'a Look,
}

impl<'a> Page<'a> {
    fn new(look: &'a Look) -> Self {
        Self {
            text: String::new(),
            look,
        }
    }

    /// Writes the plan in the right pane.
    fn detail(&mut self, app: &App) {
        self.heading(&detail::title(app));
        let columns = usize::from(layout::inside(app.stack.panes(&app.core).1).width);
        let lines = app.stack.plans.detail.lines(&app.core, columns);
        let look = self.look;
        self.lines(lines.iter().map(|line| detail::line(line, look)));
    }

    /// Writes who and where you are, and what waits to be sent.
    fn place(&mut self, app: &App) {
        let place = place::place(app, self.look, WHOLE);
        let guard = chrome::guard(app);
        self.line(&format!("plangate{guard} {place}"));
        let waiting = chrome::waiting(app);
        if !waiting.is_empty() {
            self.line(&waiting);
        }
    }

    /// The head of a pane, parted from what stands above.
    fn heading(&mut self, title: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.line(&format!("# {title}"));
    }

    /// A line as it is.
    fn line(&mut self, text: &str) {
        // As long as a table is wide: what stands in its cells was cut before.
        let text = signed(text);
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    /// A text in as many lines as it needs.
    fn words(&mut self, text: &str) {
        for line in wrap(&clean(text), usize::from(COLUMNS)) {
            self.line(&line);
        }
    }

    /// Lines as they are drawn elsewhere.
    fn lines<'l>(&mut self, lines: impl IntoIterator<Item = Line<'l>>) {
        for line in lines {
            let text: String = line
                .spans
                .iter()
                .map(|span| span.content.as_ref())
                .collect();
            self.line(&text);
        }
    }

    fn table(&mut self, table: &TextTable) {
        for line in table.lines() {
            self.line(&line);
        }
    }

    fn review(&mut self, lines: &[ReviewLine]) {
        let look = self.look;
        self.lines(lines.iter().map(|line| review::line(line, WHOLE, look)));
    }

    fn form(&mut self, app: &App, form: &Form) {
        let Some(draft) = app.core.drafts.get(&form.draft) else {
            return;
        };
        self.heading(&format!("Edit {}", app.core.draft_name(&form.draft)));
        self.lines(form::told(app, form, draft, WHOLE, self.look));
        let checked = form.checked(draft, app.core.plans.limits());
        self.heading(&staged::title(draft, &checked));
        let columns = usize::from(COLUMNS);
        // All of them: nothing is scrolled here.
        let all = 0..checked.changes.len();
        self.lines(staged::told(form, &checked, all, columns, self.look).lines);
    }

    fn patch(&mut self, app: &App, editor: &PatchEditor) {
        let name = app.core.draft_name(&editor.draft);
        self.heading(&format!("Patch of {name}, as JSON operations"));
        for line in editor.input.area().lines() {
            self.line(line);
        }
        match &editor.judgement {
            Judgement::Good { .. } => self.heading("All good"),
            Judgement::Faulty(faults) => {
                self.heading(&counted(faults.len(), "problem", "problems"));
                for fault in faults {
                    let place = format!("line {}, column {}: ", fault.line, fault.column);
                    self.words(&format!("{place}{}", fault.message));
                }
            }
        }
    }

    /// All of it; in ASCII, what has no ASCII stands as `\u{5957}`, so that nothing is
    /// lost.
    fn finish(self) -> String {
        if self.look.symbols.is_unicode || self.text.is_ascii() {
            return self.text;
        }
        let mut text = String::with_capacity(self.text.len() + 64);
        for c in self.text.chars() {
            if c.is_ascii() {
                text.push(c);
            } else {
                text.extend(c.escape_unicode());
            }
        }
        text
    }
}
