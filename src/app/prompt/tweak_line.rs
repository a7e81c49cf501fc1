//! One line that changes limits of many plans: what it will do to each of them is
//! there while it is typed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::app::core::Core;
use crate::app::fleet::{TweakedElsewhere, Wish};
use crate::app::prompt::input::Input;
use crate::app::stack::Stack;
use crate::app::view::cells::{Change, cells, limits};
use crate::app::view::scroll::Scroll;
use crate::app::{DraftId, Prompt, Weight};
use crate::plan::edit::draft::Draft;
use crate::plan::edit::tweak::{Completion, Expected, LineFault, Tweak, Tweaked, complete};
use crate::plan::model::api_names::ApiNames;
use crate::plan::{PlanId, Settings, StageKey};

/// The line that is being typed, and what it does.
#[derive(Debug)]
pub struct TweakLine {
    /// The plans that it is for, in the order of the list.
    pub plans: Vec<PlanId>,
    /// True where they are the marked ones, rather than the selected one.
    pub is_of_marked: bool,
    /// The line as typed so far.
    pub input: Input,
    /// The words that it began with.
    start: String,
    /// The tweak that it says, or the reason why it says nothing yet.
    pub reading: Result<Tweak, LineFault>,
    /// The words that it can go on with.
    pub completion: Completion,
    /// Its effect on the plans; on none, until it says something.
    pub effect: Effect,
    /// The lines of that which are shown.
    pub scroll: Scroll,
    /// The stages that the plans have.
    stages: BTreeSet<StageKey>,
    /// Its effect on the marked plans of other places.
    pub elsewhere: Vec<TweakedElsewhere>,
    /// The line that this is known of.
    pub(in crate::app) known_elsewhere: Option<String>,
    /// The earlier line that is shown again, and what was typed before it was.
    recalled: Option<(usize, String)>,
}

/// The effect of a line on plans, named by their places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// Those that it does not fit, by why.
    pub left_out: Vec<(String, Vec<usize>)>,
    /// Those that change.
    pub changing: Vec<usize>,
    /// Those that are so already.
    pub as_they_are: Vec<usize>,
}

impl Effect {
    /// The number of plans that the line does not fit.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.left_out.iter().map(|(_, plans)| plans.len()).sum()
    }
}

/// Plans to which the same happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// The line does not fit them; the place of the reason.
    LeftOut(usize),
    /// They change.
    Changing,
    /// They are so already.
    AsTheyAre,
    /// The line says nothing yet: all of them.
    Now,
}

impl Section {
    /// The number of lines that stand above its plans.
    fn heads(self) -> usize {
        match self {
            Self::LeftOut(_) => 2,
            Self::Changing | Self::AsTheyAre | Self::Now => 1,
        }
    }
}

/// A line of what a tweak does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PreviewLine {
    /// The same that happens to the plans below, and the number of them.
    Head(Section, usize),
    /// The reason why the plans below are left out.
    Why(String),
    /// A plan that changes, and how; or the limits that it has.
    Plan(PlanId, Vec<Change>),
}

impl TweakLine {
    /// Its effect, in a line.
    #[must_use]
    pub fn summary(&self) -> String {
        if self.reading.is_err() {
            return "nothing is changed yet".to_owned();
        }
        let Effect {
            changing,
            as_they_are,
            ..
        } = &self.effect;
        let mut parts = vec![match changing.len() {
            1 => "1 plan changes".to_owned(),
            n => format!("{n} plans change"),
        }];
        parts.extend(unchanged(as_they_are.len()));
        match self.effect.left_out() {
            0 => {}
            n => parts.push(format!("{n} left out")),
        }
        for place in &self.elsewhere {
            let TweakedElsewhere {
                label,
                changing,
                left_out,
                ..
            } = place;
            parts.push(match left_out {
                0 => format!("{changing} in {label}"),
                _ => format!("{changing} in {label} ({left_out} left out)"),
            });
        }
        parts.join(", ")
    }

    /// The plans of each section, as they stand below each other.
    fn sections(&self) -> Vec<(Section, usize)> {
        let Effect {
            left_out,
            changing,
            as_they_are,
        } = &self.effect;
        if self.reading.is_err() {
            return vec![(Section::Now, self.plans.len())];
        }
        let left_out = left_out.iter().enumerate();
        let mut sections: Vec<(Section, usize)> = left_out
            .map(|(at, (_, plans))| (Section::LeftOut(at), plans.len()))
            .collect();
        sections.push((Section::Changing, changing.len()));
        sections.push((Section::AsTheyAre, as_they_are.len()));
        sections.retain(|(_, count)| *count > 0);
        sections
    }

    /// The number of lines that tell its effect.
    #[must_use]
    pub fn height(&self) -> usize {
        let sections = self.sections().into_iter();
        sections
            .map(|(section, count)| section.heads() + count)
            .sum()
    }

    /// True where a stage is the next word to be typed.
    pub(super) fn wants_stages(&self) -> bool {
        self.completion.forms.contains(&Expected::Stage)
    }
}

impl Core {
    /// The tweak that a line says, with stages by the names of their APIs or by identifier.
    pub(in crate::app) fn read_tweak(&self, text: &str) -> Result<Tweak, LineFault> {
        let tweak = Tweak::parse(text)?;
        tweak
            .with_ids(self.catalogue.names())
            .map_err(|wrong| LineFault {
                range: 0..text.len(),
                wrong: Some(wrong),
                expected: Vec::new(),
            })
    }

    /// The plans that a key works on: the marked ones, or the selected one where
    /// none is.
    fn plans_to_work_on(&self) -> Vec<PlanId> {
        if self.plans.marked().all > 0 {
            let marked = self.plans.marked_plans();
            return marked.map(|plan| plan.id.clone()).collect();
        }
        let selected = self.plans.selected();
        selected
            .map(|row| row.plan.id.clone())
            .into_iter()
            .collect()
    }

    pub(in crate::app) fn effect_of(&self, tweak: &Tweak, plans: &[PlanId]) -> Effect {
        let queued = self.queued_plans();
        let mut effect = Effect::default();
        let mut reasons: HashMap<String, usize> = HashMap::new();
        for (at, id) in plans.iter().enumerate() {
            match self.tweaked(tweak, id, &queued) {
                Ok(Some(_)) => effect.changing.push(at),
                Ok(None) => effect.as_they_are.push(at),
                Err(why) => {
                    let place = *reasons.entry(why.clone()).or_insert(effect.left_out.len());
                    match effect.left_out.get_mut(place) {
                        Some((_, plans)) => plans.push(at),
                        None => effect.left_out.push((why, vec![at])),
                    }
                }
            }
        }
        effect
    }

    /// The settings that a plan is to have: by its draft, where it has one.
    fn wanted(&self, id: &PlanId) -> Option<&Settings> {
        let draft = self.draft_of(id).map(Draft::edited);
        draft.or_else(|| self.plans.plan(id).map(|plan| &plan.settings))
    }

    /// The settings that a tweak makes of a plan; `None` where it has them already. An
    /// error is the reason why the tweak does not fit.
    fn tweaked(
        &self,
        tweak: &Tweak,
        id: &PlanId,
        queued: &BTreeSet<&PlanId>,
    ) -> Result<Option<Settings>, String> {
        let plan = self.plans.plan(id);
        let plan = plan.ok_or_else(|| "is not in the list any more".to_owned())?;
        // What waits to be sent was reviewed as it is.
        if queued.contains(id) {
            return Err("is in the send queue".to_owned());
        }
        let draft = self.draft_of(id);
        let before = draft.map_or(&plan.settings, Draft::edited);
        let after = match tweak.apply(before) {
            Ok(Tweaked::Changed(after)) => *after,
            // No draft is made: it would be a change of nothing, to be reviewed and sent.
            Ok(Tweaked::AsItIs) => return Ok(None),
            Err(reason) => return Err(reason.to_string()),
        };
        match draft.and_then(|draft| draft.text_lost_by(&after)) {
            Some(field) => Err(format!(
                "has a text in its {field} that is not a value yet: fix it in the form"
            )),
            None => Ok(Some(after)),
        }
    }

    /// A line of what the tweak does, by its place; `None` behind the last.
    #[must_use]
    pub fn preview_line(&self, line: &TweakLine, mut at: usize) -> Option<PreviewLine> {
        for (section, count) in line.sections() {
            if at == 0 {
                return Some(PreviewLine::Head(section, count));
            }
            let heads = section.heads();
            if at < heads + count {
                return self.preview_of(line, section, at.checked_sub(heads));
            }
            at -= heads + count;
        }
        None
    }

    /// A plan of a section; why there is one, without a plan.
    fn preview_of(
        &self,
        line: &TweakLine,
        section: Section,
        nth: Option<usize>,
    ) -> Option<PreviewLine> {
        let effect = &line.effect;
        let left_out = match section {
            Section::LeftOut(reason) => effect.left_out.get(reason),
            _ => None,
        };
        let Some(nth) = nth else {
            return left_out.map(|(why, _)| PreviewLine::Why(self.named(why).into_owned()));
        };
        let at = match section {
            Section::LeftOut(_) => *left_out?.1.get(nth)?,
            Section::Changing => *effect.changing.get(nth)?,
            Section::AsTheyAre => *effect.as_they_are.get(nth)?,
            Section::Now => nth,
        };
        let id = line.plans.get(at)?.clone();
        let Some(now) = self.wanted(&id) else {
            // It is left out, because it is gone.
            return Some(PreviewLine::Plan(id, Vec::new()));
        };
        let changes = match (section, &line.reading) {
            (Section::Changing, Ok(tweak)) => {
                // No look at the queue again: a plan that waits there is left out and in
                // no such section.
                let after = self.tweaked(tweak, &id, &BTreeSet::new()).ok()??;
                let mut cells = cells(now, &after);
                for change in &mut cells {
                    change.name = self.named(&change.name).into_owned();
                }
                cells
            }
            _ => limits(now),
        };
        Some(PreviewLine::Plan(id, changes))
    }

    /// Leaves the line; it is there again with a key.
    pub(in crate::app) fn keep_tweak_line(&mut self, line: &TweakLine) {
        let text = line.input.text().trim().to_owned();
        if text == line.start.trim() || text.is_empty() {
            return;
        }
        // A line that is typed again is the newest, and is met only once on the way back.
        self.operator.tweak_lines.retain(|kept| *kept != text);
        self.operator.tweak_lines.push(text);
    }

    /// Makes drafts of what a tweak does to plans; how many. It is undone as one.
    pub(in crate::app) fn stage_tweak(
        &mut self,
        line: &str,
        tweak: &Tweak,
        plans: &[PlanId],
        effect: &Effect,
    ) -> usize {
        let queued = self.queued_plans();
        let ids = effect.changing.iter().filter_map(|at| plans.get(*at));
        let settings = ids.filter_map(|id| {
            let after = self.tweaked(tweak, id, &queued).ok()??;
            Some((DraftId::Plan(self.plans.reference(id)?), after))
        });
        let settings: Vec<_> = settings.collect();
        let mut drafts = BTreeMap::new();
        for (id, after) in settings {
            if let Some(draft) = self.draft(&id) {
                draft.replace(after);
                let made = draft.state().0.clone();
                drafts.insert(id.clone(), made);
            }
            // A line may bring a draft back to what the plan is: then nothing is left to
            // send.
            self.tidy(&id);
        }
        let count = drafts.len();
        if count > 0 {
            self.tweaks.add(line.to_owned(), drafts);
        }
        count
    }

    fn say_staged(&mut self, line: &TweakLine, count: usize) {
        let staged = match count {
            1 => "Staged on 1 plan".to_owned(),
            n => format!("Staged on {n} plans"),
        };
        let name = |at: &usize| {
            let plan = line.plans.get(*at).and_then(|id| self.plans.plan(id));
            plan.map_or("", |plan| plan.settings.name.as_str())
                .to_owned()
        };
        let left_out = match line.effect.left_out.as_slice() {
            [] => String::new(),
            [(why, plans)] => match plans.as_slice() {
                [only] => format!(" Left out: {} {why}.", name(only)),
                several => format!(" Left out: {} of which each {why}.", several.len()),
            },
            _ => format!(" {} were left out.", line.effect.left_out()),
        };
        let next = if line.is_of_marked {
            self.with_keys("<review-all> reviews them, <undo> undoes it.")
        } else {
            self.with_keys("<review> reviews it, <undo> undoes it.")
        };
        let same = unchanged(line.effect.as_they_are.len());
        let staged = same.map_or(staged.clone(), |same| format!("{staged}; {same}"));
        let weight = if line.effect.left_out.is_empty() {
            Weight::Info
        } else {
            Weight::Warning
        };
        self.say(weight, format!("{staged}.{left_out} {next}"));
    }
}

impl Core {
    /// Asks for a line that changes the marked plans, wherever they lie, or the selected one
    /// where none is. It begins with these words.
    pub(in crate::app) fn change_in_one_line(&mut self, start: &str) {
        if self.is_tweaked_together() {
            self.wish(Wish::Tweak(start.to_owned()));
        } else {
            self.ask_for_tweak_line(start);
        }
    }

    /// As [`Self::change_in_one_line`], here alone.
    pub(in crate::app) fn ask_for_tweak_line(&mut self, start: &str) {
        let plans = self.plans_to_work_on();
        let reading = self.read_tweak(start);
        let effect = match &reading {
            Ok(tweak) => self.effect_of(tweak, &plans),
            Err(_) => Effect::default(),
        };
        let settings = plans.iter().filter_map(|id| self.wanted(id));
        let mut stages = BTreeSet::new();
        for stage in settings.flat_map(|settings| settings.stages.keys()) {
            // Many plans have the same.
            if !stages.contains(stage) {
                stages.insert(stage.clone());
            }
        }
        self.ask_for(Prompt::TweakLine(Box::new(TweakLine {
            plans,
            is_of_marked: self.plans.marked().all > 0,
            input: Input::new(start),
            start: start.to_owned(),
            reading,
            completion: complete(start, &[], &ApiNames::default()),
            effect,
            scroll: Scroll::default(),
            stages,
            elsewhere: Vec::new(),
            known_elsewhere: None,
            recalled: None,
        })));
    }
}

impl Stack {
    /// The line changed: what it does is worked out anew.
    pub(in crate::app) fn tweak_line_typed(&mut self, core: &mut Core) {
        let Some(Prompt::TweakLine(line)) = &mut self.prompt else {
            return;
        };
        line.scroll = Scroll::default();
        self.refresh_tweak_line(core);
    }

    /// Works out anew what the line does, with what was read meanwhile.
    pub(in crate::app) fn refresh_tweak_line(&mut self, core: &mut Core) {
        let Some(Prompt::TweakLine(line)) = &self.prompt else {
            return;
        };
        let text = line.input.text();
        let reading = core.read_tweak(&text);
        let effect = match &reading {
            Ok(tweak) => core.effect_of(tweak, &line.plans),
            Err(_) => Effect::default(),
        };
        // Stages that no plan has yet can be attached as well, as far as their APIs were
        // read.
        let mut stages = line.stages.clone();
        let read = core
            .catalogue
            .stages
            .values()
            .filter_map(|load| load.here());
        stages.extend(read.flatten().map(|stage| stage.key.clone()));
        let stages: Vec<StageKey> = stages.into_iter().collect();
        if let Some(Prompt::TweakLine(line)) = &mut self.prompt {
            line.completion = complete(&text, &stages, core.catalogue.names());
            line.reading = reading;
            line.effect = effect;
            if line.wants_stages() {
                core.ask_apis();
                core.ask_all_stages();
            }
        }
    }

    /// Shows the line that was typed before this one, or after it.
    pub(in crate::app) fn recall_tweak(&mut self, core: &mut Core, by: isize) {
        let Some(Prompt::TweakLine(line)) = &mut self.prompt else {
            return;
        };
        let lines = &core.operator.tweak_lines;
        let (at, typed) = match line.recalled.take() {
            Some(recalled) => recalled,
            None => (lines.len(), line.input.text()),
        };
        let at = at.saturating_add_signed(by).min(lines.len());
        let text = lines.get(at).unwrap_or(&typed);
        line.input = Input::new(text);
        line.recalled = (at < lines.len()).then_some((at, typed));
        self.tweak_line_typed(core);
    }

    /// Ends the word that is being typed: as far as all words that could stand there
    /// have in common.
    pub(in crate::app) fn complete_tweak(&mut self, core: &mut Core) {
        let Some(Prompt::TweakLine(line)) = &mut self.prompt else {
            return;
        };
        let lines: Vec<&str> = line
            .completion
            .offers
            .iter()
            .map(|offer| offer.line.as_str())
            .collect();
        let Some(text) = in_common(&lines) else {
            return;
        };
        let is_only = lines.len() == 1;
        let text = if is_only { format!("{text} ") } else { text };
        if text.len() > line.input.text().len() {
            line.input = Input::new(&text);
            self.tweak_line_typed(core);
        }
    }

    /// Makes drafts of what the line does.
    pub(in crate::app) fn accept_tweak_line(&mut self, core: &mut Core, line: Box<TweakLine>) {
        if let Err(fault) = &line.reading {
            let text = format!("Nothing is staged: the line {fault}.");
            let text = match fault.wrong {
                Some(_) => format!("Nothing is staged: {fault}."),
                None => text,
            };
            self.prompt = Some(Prompt::TweakLine(line));
            return core.say(Weight::Warning, text);
        }
        let goes_on = line.elsewhere.iter().any(|place| place.changing > 0);
        let text = line.input.text().trim().to_owned();
        let is_staged_here = if goes_on && line.effect.changing.is_empty() {
            core.keep_tweak_line(&line);
            core.say(Weight::Info, "Nothing changes here.");
            false
        } else {
            self.stage_tweak_line(core, line)
        };
        if goes_on {
            core.tweak_goes_on(text, is_staged_here);
        }
    }

    /// Makes drafts of what a line does that says something. Says whether there are any.
    fn stage_tweak_line(&mut self, core: &mut Core, line: Box<TweakLine>) -> bool {
        let Ok(tweak) = &line.reading else {
            return false;
        };
        let text = line.input.text().trim().to_owned();
        let count = core.stage_tweak(&text, tweak, &line.plans, &line.effect);
        if count == 0 {
            let text = format!("Nothing is staged: {}.", line.summary());
            self.prompt = Some(Prompt::TweakLine(line));
            core.say(Weight::Warning, text);
            return false;
        }
        core.keep_tweak_line(&line);
        core.say_staged(&line, count);
        true
    }
}

/// `unchanged: 3 plans`; `None` for none.
fn unchanged(plans: usize) -> Option<String> {
    match plans {
        0 => None,
        1 => Some("unchanged: 1 plan".to_owned()),
        n => Some(format!("unchanged: {n} plans")),
    }
}

/// The start that all lines have in common; `None` where there is no line.
fn in_common(lines: &[&str]) -> Option<String> {
    let (first, others) = lines.split_first()?;
    let mut common: &str = first;
    for line in others {
        let same = common.char_indices().zip(line.chars());
        let end = same
            .take_while(|((_, one), other)| one == other)
            .map(|((at, c), _)| at + c.len_utf8())
            .last();
        common = common.get(..end.unwrap_or(0)).unwrap_or_default();
    }
    Some(common.to_owned())
}
