//! What keys do.

use crossterm::event::KeyEvent;

use super::command::Command;
use super::form::{Form, Half};
use super::keymap::Place;
use super::list::{Column, KeyFilter, Loading};
use super::message::{Effect, Question};
use super::patch::{Judgement, PatchEditor, Unapplied};
use super::picker::{Choice, Item, Picker, Purpose};
use super::review::Review;
use super::scroll::Scroll;
use super::text::Input;
use super::tweak::Tweak;
use super::usage::Format;
use super::{App, Awaited, Confirm, DraftId, Overlay, Pane, Screen, Weight, help, layout, review};
use crate::plan::draft::Draft;
use crate::plan::{Field, Settings};

impl App {
    pub(super) fn key(&mut self, event: KeyEvent) {
        let place = self.place();
        let command = self.keymap.command(place, event);
        // What cannot be seen is not to be done.
        if self.is_too_small() && !command.is_some_and(Command::is_always) {
            return;
        }
        let Some(command) = command else {
            return self.type_key(event);
        };
        // What happened last has been read by whoever goes on.
        self.notice = None;
        let why = self.obstacle(command);
        if let Some(Screen::Review(review)) = self.screens.last_mut() {
            review.is_seen = true;
        }
        match why {
            Some(why) => self.say(Weight::Warning, why),
            None => self.act(command),
        }
    }

    /// Why a command does nothing now; `None` where it does something.
    #[must_use]
    pub fn obstacle(&self, command: Command) -> Option<&'static str> {
        let browsing = matches!(self.screen(), Screen::Browse);
        let id = self.current_draft();
        let draft = id.as_ref().and_then(|id| self.drafts.get(id));
        if self.sending.is_some() && !command.is_harmless() {
            return Some("a draft is being sent: esc in its review stops that");
        }
        if self.is_extending() && !command.is_harmless() {
            return Some("an extension is being sent: esc in its review stops that");
        }
        match command {
            Command::Edit
            | Command::Rate
            | Command::Burst
            | Command::Quota
            | Command::CopyPlan
            | Command::Open
            | Command::Raw
            | Command::Patch
            | Command::Limits
            | Command::Usage
                if browsing && self.list.selected().is_none() =>
            {
                Some("no plan is selected: the list shows none")
            }
            Command::Open if matches!(self.screen(), Screen::AtRisk(risk) if risk.rows.is_empty()) => {
                Some("no key is selected: none is known to run out")
            }
            Command::Open | Command::OnlyPlan if !browsing => self.obstacle_to_plan(),
            Command::Discard if id.is_some_and(|id| self.unapplied.contains_key(&id)) => None,
            Command::Review | Command::Discard if draft.is_none_or(|draft| !draft.is_changed()) => {
                Some("nothing is staged on this plan yet: e edits it, r, b and t change a number")
            }
            Command::Undo if draft.is_none_or(|draft| !draft.can_undo()) => {
                Some("there is no change to take back")
            }
            Command::Redo if draft.is_none_or(|draft| !draft.can_redo()) => {
                Some("no change was taken back")
            }
            Command::Drop if draft.is_none_or(|draft| draft.operations().is_empty()) => {
                Some("nothing is staged")
            }
            Command::Drop if draft.is_some_and(|draft| draft.base().is_none()) => {
                Some("a new plan is sent as a whole: change it in the form")
            }
            Command::NewPlan | Command::CopyPlan | Command::ByKey
                if !matches!(self.who, super::Who::Connected(_)) =>
            {
                Some("not connected: R tries again")
            }
            Command::Apply => match self.screen() {
                Screen::Patch(editor) => match &editor.judgement {
                    Judgement::Faulty(_) => {
                        Some("the text has faults: they stand beside it with their place")
                    }
                    Judgement::Good { .. } => None,
                },
                _ => Some("there is nothing to apply here"),
            },
            Command::Send => match self.screen() {
                // It was checked when it was typed.
                Screen::Extension(_) => None,
                _ => self.obstacle_to_sending(),
            },
            Command::ReadRest if matches!(self.screen(), Screen::Findings(_)) => None,
            Command::Extend
            | Command::KeyValue
            | Command::SaveCsv
            | Command::SaveJson
            | Command::ReadRest => self.obstacle_in_usage(command),
            Command::Theirs | Command::Mine | Command::Base => match self.screen() {
                Screen::Review(review) if review.conflict().is_some() => None,
                _ => Some("there is no conflict to settle"),
            },
            _ => None,
        }
    }

    fn act(&mut self, command: Command) {
        match command {
            Command::Help => self.screens.push(Screen::Help(Scroll::default())),
            Command::Requests => self
                .screens
                .push(Screen::Requests(Scroll { top: usize::MAX })),
            Command::Back => self.back(),
            Command::Quit => self.quit(),
            Command::Suspend => self.effects.push(Effect::Suspend),
            Command::Redraw => self.effects.push(Effect::Redraw),
            Command::Down | Command::NextField if self.overlay.is_some() => self.go(1),
            Command::Up | Command::PreviousField if self.overlay.is_some() => self.go(-1),
            Command::Down => self.go(1),
            Command::Up => self.go(-1),
            Command::PageDown => self.go(self.page()),
            Command::PageUp => self.go(-self.page()),
            Command::Top => self.go(isize::MIN),
            Command::Bottom => self.go(isize::MAX),
            Command::Open if matches!(self.screen(), Screen::AtRisk(_)) => self.open_risk(),
            Command::Open if matches!(self.screen(), Screen::Findings(_)) => self.go_to_plan(),
            Command::Open => self.open_detail(),
            Command::NextPane => self.next_pane(),
            Command::Filter => self.open_filter(),
            Command::Edit => self.open_form(),
            Command::Rate => self.open_throttle_tweak(false),
            Command::Burst => self.open_throttle_tweak(true),
            Command::Quota => self.open_tweak(Field::QuotaLimit),
            Command::Review => self.open_review(),
            Command::Patch => self.open_patch(),
            Command::NewPlan => self.new_plan(),
            Command::CopyPlan => self.copy_plan(),
            Command::Undo => self.undo(Draft::undo),
            Command::Redo => self.undo(Draft::redo),
            Command::Discard => self.ask_discard(),
            Command::Sort => self.open_sort(),
            Command::Reverse => self.list.reverse(),
            Command::ByKey => self.open_by_key(),
            Command::Raw => {
                self.detail.raw = !self.detail.raw;
                self.detail.scroll = Scroll::default();
            }
            Command::Refresh if matches!(self.screen(), Screen::Usage(_) | Screen::AtRisk(_)) => {
                self.read_usage_again();
            }
            Command::Refresh => self.refresh(),
            Command::Choose => self.choose(),
            Command::Accept => self.accept(),
            Command::Apply => self.apply_patch(),
            Command::Send if matches!(self.screen(), Screen::Extension(_)) => {
                self.send_extension();
            }
            Command::Send => self.send(),
            Command::Theirs => self.settle(review::Side::Theirs),
            Command::Mine => self.settle(review::Side::Mine),
            Command::Base => self.settle(review::Side::Base),
            Command::Yes => self.confirmed(),
            Command::No => self.overlay = self.behind.take(),
            Command::Limits => self.open_limits(),
            Command::Usage => self.open_usage(),
            Command::AtRisk => self.open_at_risk(),
            Command::Extend => self.open_extend(),
            Command::KeyValue => self.turn_key_value(),
            Command::SaveCsv => self.save_usage(Format::Csv),
            Command::SaveJson => self.save_usage(Format::Json),
            Command::Findings => self.open_findings(),
            Command::OnlyPlan => self.narrow_findings(),
            Command::ReadRest if matches!(self.screen(), Screen::Findings(_)) => self.read_rest(),
            Command::ReadRest => self.read_the_rest(),
            Command::Tightest
            | Command::Narrow
            | Command::Other
            | Command::Load
            | Command::Seen
            | Command::More
            | Command::Less => self.limits_command(command),
            Command::Left | Command::Right | Command::Remove
                if matches!(self.screen(), Screen::Limits(_)) =>
            {
                self.limits_command(command);
            }
            Command::Left
            | Command::Right
            | Command::Change
            | Command::Add
            | Command::Remove
            | Command::Drop
            | Command::NextField
            | Command::PreviousField => {
                self.edit_command(command);
            }
        }
    }

    /// A key that is no command: text, where text is wanted.
    fn type_key(&mut self, event: KeyEvent) {
        let changed = match &mut self.overlay {
            Some(Overlay::Filter { input, .. } | Overlay::Load(input) | Overlay::Seen(input)) => {
                input.key(event)
            }
            Some(Overlay::Tweak(tweak)) => tweak.input.key(event),
            Some(Overlay::Extend(prompt)) => prompt.input.key(event),
            Some(Overlay::Picker(picker)) => picker.input.key(event),
            Some(Overlay::Confirm(_)) => false,
            None => match self.screens.last_mut() {
                Some(Screen::Edit(form)) => form
                    .typing
                    .as_mut()
                    .is_some_and(|(_, input)| input.key(event)),
                Some(Screen::Patch(editor)) => editor.input.key(event),
                _ => false,
            },
        };
        if changed {
            self.typed();
        }
    }

    pub(super) fn paste(&mut self, text: &str) {
        match &mut self.overlay {
            Some(Overlay::Filter { input, .. } | Overlay::Load(input) | Overlay::Seen(input)) => {
                input.paste(text, true);
            }
            Some(Overlay::Tweak(tweak)) => tweak.input.paste(text, true),
            Some(Overlay::Extend(prompt)) => prompt.input.paste(text, true),
            Some(Overlay::Picker(picker)) => picker.input.paste(text, true),
            Some(Overlay::Confirm(_)) => return,
            None => match self.screens.last_mut() {
                Some(Screen::Edit(form)) => match form.typing.as_mut() {
                    Some((_, input)) => input.paste(text, true),
                    None => return,
                },
                Some(Screen::Patch(editor)) => editor.input.paste(text, false),
                _ => {
                    let text = "pasted text goes into a field: / filters, e edits";
                    return self.say(Weight::Warning, text);
                }
            },
        }
        self.typed();
    }

    /// A text changed: what follows from it follows at once.
    fn typed(&mut self) {
        match &mut self.overlay {
            Some(Overlay::Filter { input, .. }) => {
                let text = input.text();
                self.set_filter(&text);
            }
            Some(Overlay::Picker(picker)) => {
                picker.narrow();
                picker.cursor = super::scroll::Cursor::default();
            }
            Some(
                Overlay::Tweak(_)
                | Overlay::Load(_)
                | Overlay::Seen(_)
                | Overlay::Extend(_)
                | Overlay::Confirm(_),
            ) => {}
            None => match self.screens.last_mut() {
                Some(Screen::Edit(_)) => self.form_typed(),
                Some(Screen::Patch(editor)) => {
                    if let Some(draft) = self.drafts.get(&editor.draft) {
                        editor.judge(draft);
                    }
                }
                _ => {}
            },
        }
    }

    /// How many lines a page has where the keys are.
    fn page(&self) -> isize {
        if self.place() == Place::List {
            return self.list.page();
        }
        let lines = self.parts().body.height.saturating_sub(3).max(1);
        isize::try_from(lines).unwrap_or(1)
    }

    /// Moves by so many lines where the keys are.
    fn go(&mut self, by: isize) {
        let body = self.parts().body;
        let whole = usize::from(layout::inside(body).height);
        match &mut self.overlay {
            Some(Overlay::Filter { .. }) => {
                return match self.screens.last_mut() {
                    Some(Screen::Limits(limits)) => limits.move_by(by),
                    Some(Screen::Findings(findings)) => findings.move_by(by),
                    _ => self.list.move_by(by),
                };
            }
            Some(Overlay::Picker(picker)) => {
                let height = usize::from(layout::inside(layout::picker(body)).height);
                return picker.move_by(by, height.saturating_sub(2));
            }
            Some(
                Overlay::Tweak(_)
                | Overlay::Load(_)
                | Overlay::Seen(_)
                | Overlay::Extend(_)
                | Overlay::Confirm(_),
            ) => return,
            None => {}
        }
        let detail = usize::from(layout::inside(layout::browse(body, true).1).height);
        let lines = match self.screen() {
            Screen::Browse => self.detail_lines().len(),
            Screen::Review(review) => self.review_lines(review).len(),
            Screen::Requests(_) => self.log.len(),
            Screen::Help(_) => help::lines(&self.keymap).len(),
            Screen::Extension(extension) => self.extension_lines(extension).len(),
            Screen::Edit(_)
            | Screen::Patch(_)
            | Screen::Limits(_)
            | Screen::Usage(_)
            | Screen::AtRisk(_)
            | Screen::Findings(_) => 0,
        };
        match self.screens.last_mut() {
            Some(Screen::Browse) if self.pane == Pane::List => self.list.move_by(by),
            Some(Screen::Browse) => self.detail.scroll.move_by(by, lines, detail),
            Some(Screen::Edit(_)) => self.move_in_form(by),
            Some(Screen::Limits(limits)) => limits.move_by(by),
            Some(Screen::Usage(usage)) => usage.move_by(by),
            Some(Screen::AtRisk(risk)) => risk.move_by(by),
            Some(Screen::Extension(extension)) => extension.scroll.move_by(by, lines, whole),
            Some(Screen::Findings(findings)) => findings.move_by(by),
            Some(Screen::Review(review)) if review.conflict().is_some() => {
                review.move_conflict(by);
            }
            Some(Screen::Review(review)) => review.scroll.move_by(by, lines, whole),
            Some(Screen::Requests(scroll) | Screen::Help(scroll)) => {
                scroll.move_by(by, lines, whole);
            }
            Some(Screen::Patch(_)) | None => {}
        }
    }

    /// Whether there is no step back from here.
    pub(super) fn is_at_the_start(&self) -> bool {
        self.place() == Place::List
            && self.list.filter().is_empty()
            && self.list.of_key.is_none()
            && self.list.loading != Loading::Underway
    }

    /// One step back. Nothing that was typed or staged is lost by it.
    fn back(&mut self) {
        match self.overlay.take() {
            Some(Overlay::Filter {
                before, selected, ..
            }) => {
                self.set_filter(&before);
                return self.list.reselect(selected);
            }
            Some(_) => return self.overlay = self.behind.take(),
            None => {}
        }
        if let Some(Screen::Edit(form)) = self.screens.last_mut()
            && form.typing.take().is_some()
        {
            return self.form_left_field();
        }
        let is_sent = self
            .sending
            .as_ref()
            .is_some_and(|(id, _)| self.screen().draft() == Some(id));
        if is_sent && matches!(self.screen(), Screen::Review(_)) {
            return self.cancel_sending();
        }
        if let Some(Screen::Limits(limits)) = self.screens.last_mut()
            && limits.seen.take().is_some()
        {
            return;
        }
        if matches!(self.screen(), Screen::Extension(_)) && self.is_extending() {
            return self.stop_extending();
        }
        let is_narrowed = match self.screen() {
            Screen::Limits(limits) => !limits.filter.is_empty(),
            Screen::Findings(findings) => !findings.filter.is_empty(),
            _ => false,
        };
        if is_narrowed {
            return self.set_filter("");
        }
        if self.screens.len() > 1 {
            return self.leave_screen();
        }
        if self.pane == Pane::Detail {
            self.pane = Pane::List;
        } else if self.cancel(|awaited| *awaited == Awaited::Connect) {
            self.who = super::Who::Failed("stopped; R connects again".to_owned());
            self.list.loading = Loading::Stopped;
        } else if self.list.loading == Loading::Underway
            && self.cancel(|awaited| *awaited == Awaited::Plans)
        {
            self.list.loading = Loading::Stopped;
            self.say(
                Weight::Info,
                "Stopped reading the plans. R reads them again.",
            );
        } else if !self.list.filter().is_empty() {
            self.list.set_filter("");
        } else if self.list.of_key.is_some() {
            self.read_plans(None);
        }
    }

    /// Leaves the screen in front; what it edited stays in its draft.
    pub(super) fn leave_screen(&mut self) {
        let Some(left) = self.screens.pop() else {
            return;
        };
        if matches!(left, Screen::Limits(_)) {
            self.stop_reading_limits();
        }
        if let Screen::Extension(extension) = &left {
            self.keep_extension(extension);
        }
        let id = left.draft().cloned();
        if let Screen::Patch(editor) = left
            && editor.is_changed()
        {
            let text = "The text was kept as typed: p opens it again.";
            let PatchEditor {
                draft,
                input,
                given,
                ..
            } = *editor;
            self.unapplied.insert(draft, Unapplied { input, given });
            self.say(Weight::Info, text);
        }
        if let Some(id) = id {
            self.tidy(&id);
        }
        if self.screens.is_empty() {
            self.screens.push(Screen::Browse);
        }
        self.stop_reading_usage();
        self.refresh_usage();
    }

    fn quit(&mut self) {
        let mut open: Vec<String> = Vec::new();
        if self.sending.is_some() || self.is_extending() {
            open.push("a send is under way".to_owned());
        }
        let drafts = self
            .drafts
            .values()
            .filter(|draft| draft.is_changed())
            .count();
        match drafts {
            0 => {}
            1 => open.push("1 draft was not sent".to_owned()),
            n => open.push(format!("{n} drafts were not sent")),
        }
        let is_edited = |screen: &Screen| matches!(screen, Screen::Patch(e) if e.is_changed());
        let editing = self.screens.iter().any(is_edited);
        if self.has_unsent_extension() {
            open.push("an extension was not sent".to_owned());
        }
        if editing || !self.unapplied.is_empty() {
            open.push("a patch text was not applied".to_owned());
        }
        if open.is_empty() || matches!(self.overlay, Some(Overlay::Confirm(Confirm::Quit(_)))) {
            self.effects.push(Effect::Quit);
        } else {
            self.behind = self.overlay.take();
            self.overlay = Some(Overlay::Confirm(Confirm::Quit(open.join(", "))));
        }
    }

    fn confirmed(&mut self) {
        match self.overlay.take() {
            Some(Overlay::Confirm(Confirm::Quit(_))) => self.effects.push(Effect::Quit),
            Some(Overlay::Confirm(Confirm::Discard(id))) => {
                self.forget(&id);
                self.say(Weight::Info, "The draft was thrown away.");
            }
            other => self.overlay = other,
        }
    }

    fn ask_discard(&mut self) {
        if let Some(id) = self.current_draft() {
            self.overlay = Some(Overlay::Confirm(Confirm::Discard(id)));
        }
    }

    fn undo(&mut self, step: impl FnOnce(&mut Draft) -> bool) {
        let Some(id) = self.current_draft() else {
            return;
        };
        if let Some(draft) = self.drafts.get_mut(&id) {
            step(draft);
        }
    }

    pub(super) fn open_detail(&mut self) {
        self.pane = Pane::Detail;
        let Some(id) = self.list.selected().map(|row| row.plan.id.clone()) else {
            return;
        };
        self.ask_plan_keys(&id);
    }

    fn next_pane(&mut self) {
        match self.screens.last_mut() {
            Some(Screen::Edit(form)) => {
                form.half = match form.half {
                    Half::Form => Half::Staged,
                    Half::Staged => Half::Form,
                };
            }
            _ if self.pane == Pane::List => self.open_detail(),
            _ => self.pane = Pane::List,
        }
    }

    fn open_filter(&mut self) {
        let before = match self.screen() {
            Screen::Limits(limits) => limits.filter.clone(),
            Screen::Findings(findings) => findings.filter.clone(),
            _ => self.list.filter().to_owned(),
        };
        let selected = self.list.selected_id().cloned();
        // A new filter begins empty; esc brings the one before back.
        self.set_filter("");
        self.overlay = Some(Overlay::Filter {
            input: Input::new(""),
            before,
            selected,
        });
    }

    fn set_filter(&mut self, text: &str) {
        match self.screens.last_mut() {
            Some(Screen::Limits(limits)) => limits.set_filter(text),
            Some(Screen::Findings(findings)) => findings.set_filter(text),
            _ => self.list.set_filter(text),
        }
    }

    fn open_form(&mut self) {
        let Some(id) = self.current_draft() else {
            return;
        };
        if self.draft(&id).is_none() {
            return;
        }
        if matches!(self.screen(), Screen::Review(_)) {
            self.screens.pop();
        }
        if !matches!(self.screen(), Screen::Edit(form) if form.draft == id) {
            self.screens.push(Screen::Edit(Box::new(Form::new(id))));
        }
        self.ask_apis();
    }

    /// Changes the rate or the burst of the plan, or of the matrix's selected cell.
    fn open_throttle_tweak(&mut self, is_burst: bool) {
        let plan = if is_burst { Field::Burst } else { Field::Rate };
        let field = match self.screen() {
            Screen::Limits(limits) => limits.field(is_burst),
            _ => Some(plan),
        };
        if let Some(field) = field {
            self.open_tweak(field);
        }
    }

    fn open_tweak(&mut self, field: Field) {
        if let Some(draft) = self.current_draft() {
            self.overlay = Some(Overlay::Tweak(Tweak::new(draft, field)));
        }
    }

    pub(super) fn open_review(&mut self) {
        let Some(id) = self.current_draft() else {
            return;
        };
        self.screens.push(Screen::Review(Box::new(Review::new(id))));
    }

    fn open_patch(&mut self) {
        let Some(id) = self.current_draft() else {
            return;
        };
        let Some(draft) = self.draft(&id) else { return };
        let mut editor = PatchEditor::new(id.clone(), draft);
        if let Some(kept) = self.unapplied.remove(&id) {
            let is_older = kept.given != editor.given;
            editor.input = kept.input;
            editor.given = kept.given;
            if let Some(draft) = self.drafts.get(&id) {
                editor.judge(draft);
            }
            if is_older {
                let text =
                    "This text is older than the draft's last changes: applying it replaces them.";
                self.say(Weight::Warning, text);
            }
        }
        self.screens.push(Screen::Patch(Box::new(editor)));
    }

    fn apply_patch(&mut self) {
        let Some(Screen::Patch(editor)) = self.screens.last() else {
            return;
        };
        let Judgement::Good { settings, typed } = editor.judgement.clone() else {
            return;
        };
        let id = editor.draft.clone();
        let Some(draft) = self.drafts.get_mut(&id) else {
            return;
        };
        draft.replace(*settings);
        let sent = draft.operations().len();
        self.screens.pop();
        let text = if sent == typed {
            let operations = if sent == 1 {
                "operation is"
            } else {
                "operations are"
            };
            format!("{sent} {operations} staged. v reviews what will be sent.")
        } else {
            format!("{typed} operations were typed; {sent} are staged, for the same result.")
        };
        self.say(Weight::Info, text);
        self.tidy(&id);
    }

    fn new_plan(&mut self) {
        if self.new_plans() == 0 {
            return self.start_new_plan(Settings::default());
        }
        let picker = Picker::new(Purpose::NewPlan, "Go on with a new plan, or start another");
        self.overlay = Some(Overlay::Picker(Box::new(picker)));
        self.refresh_picker();
    }

    fn copy_plan(&mut self) {
        let Some(row) = self.list.selected() else {
            return;
        };
        let id = row.plan.id.clone();
        let edited = self.draft_of(&id).map(|draft| draft.edited().clone());
        let mut settings = match (edited, self.list.plan(&id)) {
            (Some(edited), _) => edited,
            (None, Some(plan)) => plan.settings.clone(),
            (None, None) => return,
        };
        settings.name = format!("{} copy", settings.name);
        // Tags of the aws: kind are the service's own and cannot be given.
        settings.tags.retain(|key, _| !key.starts_with("aws:"));
        self.start_new_plan(settings);
    }

    fn start_new_plan(&mut self, settings: Settings) {
        let id = DraftId::New(self.next_new);
        self.next_new += 1;
        self.drafts.insert(id.clone(), Draft::new_plan(settings));
        self.screens.push(Screen::Edit(Box::new(Form::new(id))));
        self.ask_apis();
    }

    fn open_sort(&mut self) {
        let mut picker = Picker::new(
            Purpose::Sort,
            "Sort by; the same column again turns it round",
        );
        let item = |column: Column| Item {
            choice: Choice::Column(column),
            label: column.title().to_lowercase(),
            note: String::new(),
        };
        picker.set_items(Column::ALL.into_iter().map(item).collect());
        self.overlay = Some(Overlay::Picker(Box::new(picker)));
    }

    fn open_by_key(&mut self) {
        let picker = Picker::new(Purpose::ByKey, "Show the plans of one API key");
        self.overlay = Some(Overlay::Picker(Box::new(picker)));
        self.ask_api_keys();
        self.refresh_picker();
    }

    fn refresh(&mut self) {
        if !matches!(self.who, super::Who::Connected(_)) {
            self.cancel(|awaited| *awaited == Awaited::Connect);
            self.who = super::Who::Connecting;
            self.list.loading = Loading::NotAsked;
            return self.ask(Awaited::Connect, Question::Connect);
        }
        self.catalogue = super::Catalogue::default();
        self.cancel(|awaited| !matches!(awaited, Awaited::Send | Awaited::Plan | Awaited::Save));
        self.read_plans(self.list.of_key.clone());
        if self.pane == Pane::Detail {
            self.open_detail();
        }
    }

    /// Takes the selected line of the picker.
    fn choose(&mut self) {
        let Some(Overlay::Picker(picker)) = self.overlay.take() else {
            return;
        };
        let Some(choice) = picker.selected().map(|item| item.choice.clone()) else {
            self.overlay = Some(Overlay::Picker(picker));
            return;
        };
        match (choice, &picker.purpose) {
            (Choice::Column(column), _) => self.list.sort_by(column),
            (Choice::AllPlans, _) => self.read_plans(None),
            (Choice::Key { id, name }, _) => self.read_plans(Some(KeyFilter { id, name })),
            (Choice::Stage(stage), _) => self.attach(&stage),
            (Choice::Method(method), Purpose::AddMethod(stage)) => self.add_method(stage, &method),
            (Choice::Method(_), _) => {}
            (Choice::Draft(id), _) => self.screens.push(Screen::Edit(Box::new(Form::new(id)))),
            (Choice::EmptyPlan, _) => self.start_new_plan(Settings::default()),
        }
    }

    /// Ends typing and takes what was typed.
    fn accept(&mut self) {
        match self.overlay.take() {
            Some(Overlay::Tweak(tweak)) => self.accept_tweak(tweak),
            Some(Overlay::Load(input)) => self.accept_load(input),
            Some(Overlay::Seen(input)) => self.accept_seen(input),
            Some(Overlay::Extend(prompt)) => self.accept_extend(prompt),
            Some(Overlay::Filter { .. }) => self.list.settle_selection(),
            other => {
                self.overlay = other;
                self.edit_command(Command::Accept);
            }
        }
    }

    fn accept_tweak(&mut self, tweak: Tweak) {
        if tweak.input.text().trim().is_empty() {
            return;
        }
        let id = tweak.draft.clone();
        let Some(draft) = self.draft(&id) else {
            return self.say(
                Weight::Warning,
                "Not staged: the plan is not in the list any more.",
            );
        };
        let preview = tweak.preview(draft);
        let value = match preview.after {
            Ok(value) => value,
            Err(reason) => {
                self.tidy(&id);
                self.overlay = Some(Overlay::Tweak(tweak));
                return self.say(Weight::Warning, format!("Not staged: {reason}"));
            }
        };
        tweak.put(draft, &value);
        let follow_up = tweak.follow_up(draft);
        let (name, unit) = (tweak.name(), tweak.unit());
        let before = if preview.before.is_empty() {
            "none"
        } else {
            &preview.before
        };
        let text = format!("Staged: {name} from {before} to {value} {unit}. v reviews it.");
        self.tidy(&id);
        match follow_up {
            Some(field) => self.overlay = Some(Overlay::Tweak(Tweak::new(id, field))),
            None => self.say(Weight::Info, text),
        }
    }
}
