//! The work of keys in the form and among the staged operations.

use ratatui::layout::{Position, Rect};

use super::tag_key::READ_ONLY_TAG;
use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::page::form::{Form, Half, Line, Staged, lines, staged};
use crate::app::prompt::input::Input;
use crate::app::prompt::picker::{Picker, Purpose};
use crate::app::view::layout;
use crate::app::{DraftId, Prompt, Weight};
use crate::plan::edit::draft::Draft;
use crate::plan::model::human::is_none;
use crate::plan::model::tags;
use crate::plan::{Field, MethodKey, Period, StageKey};

impl Core {
    /// Changes a draft, where it is there.
    pub(in crate::app) fn edited(&mut self, id: &DraftId, change: impl FnOnce(&mut Draft)) {
        if let Some(draft) = self.drafts.get_mut(id) {
            change(draft);
        }
    }
}

impl Form {
    /// Does a command of the form; says whether it is one.
    pub(super) fn command(&mut self, core: &mut Core, command: Command) -> bool {
        match command {
            Command::Accept => self.accept_field(core),
            Command::NextField => self.other_field(core, 1),
            Command::PreviousField => self.other_field(core, -1),
            Command::Change => self.change_line(core),
            Command::Left => self.turn(core, -1),
            Command::Right => self.turn(core, 1),
            Command::Add => self.add_to_line(core),
            Command::Remove => self.remove_line(core),
            Command::Drop => self.drop_staged(core),
            Command::NextPane => {
                self.half = match self.half {
                    Half::Form => Half::Staged,
                    Half::Staged => Half::Form,
                };
            }
            _ => return false,
        }
        true
    }

    /// The line that is selected; none where the draft is gone.
    pub(super) fn selected(&self, core: &Core) -> Option<Line> {
        Some(self.line(core.drafts.get(&self.draft)?))
    }

    /// Returns the half that is under the pointer.
    pub(super) fn half_at(body: Rect, at: Position) -> Half {
        if layout::edit(body).1.contains(at) {
            Half::Staged
        } else {
            Half::Form
        }
    }

    /// Selects a line again after the lines changed. Where it is not there any more, the
    /// line that attaches a stage is, which changes nothing that is; gives the line's
    /// name then.
    pub(super) fn find_line(&mut self, core: &Core, line: &Line) -> Option<String> {
        let all = lines(core.drafts.get(&self.draft)?);
        let at = all.iter().position(|one| one == line);
        let without = all.iter().position(|one| *one == Line::AttachStage);
        self.cursor.at = at.or(without).unwrap_or(0);
        if at.is_some() {
            return None;
        }
        // Whatever was being typed belonged to a line that is gone.
        self.typing = None;
        self.on_burst = false;
        Some(match line {
            Line::Field(field) => field.to_string(),
            Line::Stage(stage) => format!("stage {stage}"),
            Line::Method(stage, method) => format!("{method} on stage {stage}"),
            Line::Tag(key) => format!("tag {key}"),
            Line::AttachStage | Line::AddTag => "a line".to_owned(),
        })
    }

    /// Finds its line again where its draft stands on another plan now, and says so where
    /// that is gone.
    pub(super) fn rebased(&mut self, core: &mut Core) {
        let at = self.at.clone();
        let Some(gone) = self.find_line(core, &at) else {
            return;
        };
        let before = core.notice.take();
        // The notice says why the plan is another one; this must not take its place.
        let before = before.map_or_else(String::new, |notice| format!("{} ", notice.text));
        let text = format!("{before}What the form had selected is gone from the plan: {gone}.");
        core.say(Weight::Warning, text);
    }

    /// A field was left: typing on is another step of undo.
    pub(super) fn leave_field(&self, core: &mut Core) {
        core.edited(&self.draft, Draft::seal);
    }

    pub(super) fn accept_field(&mut self, core: &mut Core) {
        if let Some((field, input)) = self.typing.take()
            && is_none(&input.text())
        {
            core.edited(&self.draft, |draft| draft.remove_limit(&field));
        }
        self.leave_field(core);
    }

    /// Ends typing here and goes on with the next field that takes text.
    fn other_field(&mut self, core: &mut Core, by: isize) {
        self.accept_field(core);
        let Some(draft) = core.drafts.get(&self.draft) else {
            return;
        };
        let all = self.lines(draft);
        // The two halves of a method throttle lie side by side.
        if matches!(self.line(draft), Line::Method(..)) && self.on_burst == (by < 0) {
            self.on_burst = !self.on_burst;
        } else {
            let mut at = self.cursor.at;
            loop {
                at = at.saturating_add_signed(by);
                if at >= all.len() || (by < 0 && at == 0) {
                    break;
                }
                let takes_text = !matches!(
                    all.get(at),
                    Some(
                        Line::Stage(_)
                            | Line::AttachStage
                            | Line::AddTag
                            | Line::Field(Field::Throttle | Field::Quota | Field::QuotaPeriod)
                    )
                );
                if takes_text {
                    break;
                }
            }
            if at >= all.len() {
                return;
            }
            self.cursor.at = at;
            self.on_burst = by < 0 && matches!(all.get(at), Some(Line::Method(..)));
        }
        self.begin_typing(core);
    }

    pub(super) fn begin_typing(&mut self, core: &Core) {
        let Some(draft) = core.drafts.get(&self.draft) else {
            return;
        };
        self.typing = self.text_field(draft).map(|field| {
            let input = Input::new(&draft.text(&field));
            (field, input)
        });
    }

    fn change_line(&mut self, core: &mut Core) {
        let Some(line) = self.selected(core) else {
            return;
        };
        let id = self.draft.clone();
        match line {
            Line::Field(Field::Throttle) => {
                core.edited(&id, |draft| draft.set_throttle(!draft.has_throttle()));
            }
            Line::Field(Field::Quota) => {
                core.edited(&id, |draft| draft.set_quota(!draft.has_quota()));
            }
            Line::Field(Field::QuotaPeriod) => self.turn(core, 1),
            Line::Field(_) => self.begin_typing(core),
            Line::Stage(stage) => {
                let attached = |draft: &Draft| draft.edited().stages.contains_key(&stage);
                match core.drafts.get(&id) {
                    Some(draft) if attached(draft) => {
                        let text = core.with_keys(
                            "<add> adds a method throttle to this stage, <remove> detaches it",
                        );
                        core.say(Weight::Info, text);
                    }
                    // The line of a stage that the draft detaches stays, and this brings
                    // it back.
                    _ => core.edited(&id, |draft| draft.attach(&stage)),
                }
            }
            Line::Method(stage, method) => {
                let there = core
                    .drafts
                    .get(&id)
                    .is_some_and(|d| d.methods(&stage).contains(&method));
                if there {
                    self.begin_typing(core);
                } else {
                    core.edited(&id, |draft| draft.add_method(&stage, &method));
                }
            }
            Line::AttachStage => self.open_attach(core),
            Line::Tag(key) => self.change_tag(core, &key),
            Line::AddTag => Self::open_tag_key(core),
        }
    }

    /// Chooses the value before or after, where a line has some side by side.
    fn turn(&mut self, core: &mut Core, by: isize) {
        let Some(line) = self.selected(core) else {
            return;
        };
        match line {
            Line::Field(Field::QuotaPeriod) => core.edited(&self.draft, |draft| {
                let now = Period::from_service(&draft.text(&Field::QuotaPeriod));
                let all = &Period::KNOWN;
                let next = match all.iter().position(|period| *period == now) {
                    Some(at) if by > 0 => at + 1,
                    // One back: places do not go below 0, so a whole round is added
                    // first.
                    Some(at) => at + all.len() - 1,
                    // A period of the service that plangate does not know: the first
                    // known one is a way on.
                    None => 0,
                };
                if let Some(period) = all.get(next % all.len()) {
                    // Each turn is a step of undo of its own, not a part of the typing
                    // before it.
                    draft.seal();
                    draft.set(&Field::QuotaPeriod, period.as_str());
                    draft.seal();
                }
            }),
            Line::Field(Field::Throttle | Field::Quota) => self.change_line(core),
            Line::Method(..) => self.on_burst = by > 0,
            Line::Field(_) | Line::Stage(_) | Line::AttachStage | Line::Tag(_) | Line::AddTag => {}
        }
    }

    fn add_to_line(&self, core: &mut Core) {
        let Some(draft) = core.drafts.get(&self.draft) else {
            return;
        };
        if matches!(self.line(draft), Line::Tag(_) | Line::AddTag) {
            return Self::open_tag_key(core);
        }
        match self.stage(draft) {
            Some(stage) if draft.edited().stages.contains_key(&stage) => {
                self.open_add_method(core, stage);
            }
            _ => self.open_attach(core),
        }
    }

    fn open_attach(&self, core: &mut Core) {
        // An operator may not be allowed to list APIs, or have more than are read: a
        // stage can be typed.
        let name = core.draft_name(&self.draft);
        let title = format!("Attach an API stage to {name}: choose one, or type API:STAGE");
        core.ask_apis();
        // Stages are listed for one API at a time only: GetStages takes the API's id.
        core.ask_all_stages();
        let picker = Picker::new(Purpose::Attach, title);
        core.ask_for(Prompt::Picker(Box::new(picker)));
    }

    fn open_add_method(&self, core: &mut Core, stage: StageKey) {
        let name = core.draft_name(&self.draft);
        let stage_name = core.catalogue.names().stage(&stage);
        let title = format!(
            "A method throttle on {stage_name} of {name}: choose a method, or type /path/METHOD"
        );
        core.ask_methods(&stage.api);
        let picker = Picker::new(Purpose::AddMethod(stage), title);
        core.ask_for(Prompt::Picker(Box::new(picker)));
    }

    /// Attaches a stage and selects its line.
    pub(super) fn attach(&mut self, core: &mut Core, stage: &StageKey) {
        let Some(draft) = core.drafts.get_mut(&self.draft) else {
            return;
        };
        draft.attach(stage);
        let line = lines(draft)
            .iter()
            .position(|line| *line == Line::Stage(stage.clone()));
        self.cursor.at = line.unwrap_or(self.cursor.at);
        let adds = core.with_keys("<add> adds a method throttle.");
        core.say(Weight::Info, format!("Staged: {stage} is attached. {adds}"));
    }

    /// Gives a method of a stage a throttle, and begins to type its rate.
    pub(super) fn add_method(&mut self, core: &mut Core, stage: &StageKey, method: &MethodKey) {
        let Some(draft) = core.drafts.get_mut(&self.draft) else {
            return;
        };
        draft.add_method(stage, method);
        let wanted = Line::Method(stage.clone(), method.clone());
        let line = lines(draft).iter().position(|line| *line == wanted);
        self.cursor.at = line.unwrap_or(self.cursor.at);
        self.on_burst = false;
        self.begin_typing(core);
    }

    fn remove_line(&self, core: &mut Core) {
        let Some(line) = self.selected(core) else {
            return;
        };
        if let Line::Tag(key) = &line
            && tags::is_reserved(key)
        {
            return core.say(Weight::Warning, READ_ONLY_TAG);
        }
        let mut is_possible = true;
        core.edited(&self.draft, |draft| match line {
            Line::Stage(stage) => draft.detach(&stage),
            Line::Method(stage, method) => draft.remove_method(&stage, &method),
            // Both halves go: AWS documents `remove` for /throttle as a whole, not for
            // its halves.
            Line::Field(Field::Throttle | Field::Rate | Field::Burst) => draft.set_throttle(false),
            Line::Field(
                Field::Quota | Field::QuotaLimit | Field::QuotaPeriod | Field::QuotaOffset,
            ) => draft.set_quota(false),
            // An empty text stands for none of either; AWS documents no `remove` for
            // /description.
            Line::Field(field @ (Field::Description | Field::ProductCode)) => draft.set(&field, ""),
            Line::Tag(key) => draft.remove_tag(&key),
            Line::Field(_) | Line::AttachStage | Line::AddTag => is_possible = false,
        });
        if !is_possible {
            core.say(Weight::Warning, "this line cannot be removed");
        }
        self.leave_field(core);
    }

    fn drop_staged(&self, core: &mut Core) {
        let at = self.staged.at;
        core.edited(&self.draft, |draft| match staged(draft).get(at) {
            Some(Staged::Operation(operation)) => draft.drop_operation(operation),
            Some(Staged::Tag(key, _) | Staged::Untag(key)) => {
                draft.reset(&Field::Tag(key.clone()));
            }
            None => {}
        });
    }
}
