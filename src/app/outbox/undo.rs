//! Undoing what was sent: what became of the plans is read, then the way back is
//! staged as a draft, or shown as what will be done.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::changed::{Case, Changed, Route};
use crate::app::message::{Answer, Question};
use crate::app::page::change_review::ChangeReview;
use crate::app::page::history::Selected;
use crate::app::prompt::consent::Proposed;
use crate::app::{Awaited, Confirm, DraftId, Prompt, Weight};
use crate::gateway::{Failure, FailureKind, none_where_gone};
use crate::journal::{CallOutcome, EntryState, PastEntry, SendId};
use crate::plan::edit::draft::Draft;
use crate::plan::edit::undo::{Done, Now, Undo, undo_of};
use crate::plan::{Aim, PlanId, Settings, StageKey, UsagePlan, merge};

/// The number of questions that are under way at once.
const AT_ONCE: usize = 8;

/// Something that has to be read before a change is undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::app) enum Needed {
    /// A plan.
    Plan(PlanId),
    /// All plans: sooner read than many one by one.
    Plans,
    /// The API keys of a plan.
    PlanKeys(PlanId),
    /// The stages of a REST API.
    Stages(String),
    /// All API keys.
    ApiKeys,
}

/// The changes to be undone, and what was read for that so far.
#[derive(Debug)]
pub(in crate::app) struct Undoing {
    send: SendId,
    /// Their name: a plan, a key, or the number of changes.
    called: String,
    done: Vec<Done>,
    /// The names of plans and keys when they were sent, by their identifiers.
    names: BTreeMap<String, String>,
    waiting: VecDeque<Needed>,
    plans: BTreeMap<PlanId, Arc<UsagePlan>>,
    plan_keys: BTreeMap<PlanId, Vec<String>>,
    /// The stages of each REST API that was read.
    stages: BTreeMap<String, BTreeSet<StageKey>>,
    api_keys: Option<BTreeSet<String>>,
    /// Sentences on what could not be read, and what is not known therefore.
    doubts: Vec<String>,
}

/// The way back from a change of a plan's settings, to be staged as a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayBack {
    send: SendId,
    /// The plan as it is now.
    now: Arc<UsagePlan>,
    /// Its settings as they were made then.
    made: Settings,
    /// Its settings as they are to be.
    wanted: Settings,
    /// Sentences on what cannot come back.
    pub said: Vec<String>,
}

/// True where something of a change surely was made.
fn is_made(entry: &PastEntry) -> bool {
    let mut steps = entry.steps.iter();
    steps.any(|step| step.outcome() == Some(CallOutcome::Applied))
}

/// The reason why what is selected cannot be undone now.
pub(in crate::app) fn obstacle(selected: Selected<'_>) -> Option<&'static str> {
    let is_under_way =
        |entry: &PastEntry| matches!(entry.state(), EntryState::UnderWay | EntryState::Waiting);
    match selected {
        // What is still to come of it would be made after the undo.
        Selected::Send(opened) if opened.send.is_open() => {
            Some("it is not over yet: undo its changes one by one, or when it is")
        }
        Selected::Change(_, entry) if is_under_way(entry) => Some("it was not sent yet"),
        Selected::Send(opened) if !opened.send.entries.iter().any(is_made) => {
            Some("nothing of it was surely made: there is nothing to undo")
        }
        Selected::Change(_, entry) if !is_made(entry) => {
            Some("nothing of it was surely made: there is nothing to undo")
        }
        _ => None,
    }
}

impl Undoing {
    fn new(selected: Selected<'_>) -> Self {
        let send = selected.send();
        let (called, entries, done): (_, Vec<&PastEntry>, _) = match selected {
            Selected::Send(_) => (
                format!("send {} of {} changes", send.id, send.entries.len()),
                send.entries.iter().collect(),
                send.done(),
            ),
            Selected::Change(_, entry) => (
                entry.name.clone(),
                vec![entry],
                entry.done().into_iter().collect(),
            ),
        };
        let what = |entry: &PastEntry| match &entry.aim {
            Aim::Key { key, .. } | Aim::Extend { key, .. } => Some(key.clone()),
            _ => entry.plan().map(ToString::to_string),
        };
        let names = entries.into_iter();
        let names = names.filter_map(|entry| Some((what(entry)?, entry.name.clone())));
        Self {
            send: send.id.clone(),
            called,
            names: names.collect(),
            waiting: needed(&done),
            done,
            plans: BTreeMap::new(),
            plan_keys: BTreeMap::new(),
            stages: BTreeMap::new(),
            api_keys: None,
            doubts: Vec::new(),
        }
    }

    /// Takes an answer in.
    fn read(&mut self, needed: Needed, answer: Answer) -> Result<(), Failure> {
        match (needed, answer) {
            (Needed::Plan(id), Answer::Plan(result)) => match *result {
                Ok(plan) => drop(self.plans.insert(id, Arc::new(plan))),
                // A plan that is gone is an answer too: it is made again, or there is
                // nothing to undo.
                Err(failure) if failure.kind == FailureKind::NotFound => {}
                Err(failure) => return Err(failure),
            },
            (Needed::Plans, Answer::Page(plans)) => {
                // Of an account with 10,000 plans only these are kept.
                let concerned: BTreeSet<&PlanId> = self.done.iter().flat_map(Done::plans).collect();
                let plans = plans.into_iter().filter(|p| concerned.contains(&p.id));
                self.plans
                    .extend(plans.map(|plan| (plan.id.clone(), Arc::new(plan))));
            }
            (Needed::Plans, Answer::PagesEnd(result)) => result?,
            (Needed::PlanKeys(id), Answer::Keys(result)) => {
                let keys = result.or_else(none_where_gone)?;
                let keys = keys.into_iter().map(|key| key.id).collect();
                self.plan_keys.insert(id, keys);
            }
            (Needed::Stages(api), Answer::Stages(result)) => match result.or_else(none_where_gone) {
                Ok(stages) => {
                    let stages = stages.into_iter().map(|stage| stage.key).collect();
                    self.stages.insert(api, stages);
                }
                // Reading APIs takes a permission of its own, which an operator of plans
                // may lack: it is told and does not stop the undo.
                Err(failure) => self.doubts.push(format!(
                    "whether the stages of the API {api} are still there is not known: {failure}"
                )),
            },
            (Needed::ApiKeys, Answer::Keys(result)) => match result {
                Ok(keys) => self.api_keys = Some(keys.into_iter().map(|key| key.id).collect()),
                Err(failure) => self.doubts.push(format!(
                    "whether the API keys are still there is not known: {failure}"
                )),
            },
            _ => {}
        }
        Ok(())
    }

    fn way_back(&self) -> Vec<Undo> {
        let has_stage = |stage: &StageKey| {
            let known = self.stages.get(&stage.api);
            // What could not be read is taken to be there: the service refuses a stage
            // that is not, and the doubt is told.
            known.is_none_or(|stages| stages.contains(stage))
        };
        let has_key = |key: &str| self.api_keys.as_ref().is_none_or(|keys| keys.contains(key));
        undo_of(
            &self.done,
            &Now {
                plan: &|id| self.plans.get(id).cloned(),
                keys: &|id| self.plan_keys.get(id).cloned().unwrap_or_default(),
                has_stage: &has_stage,
                has_key: &has_key,
            },
        )
    }

    /// The name of a plan or key, by its identifier.
    fn name_of(&self, what: &str, aim: Option<&Aim>) -> String {
        match aim {
            Some(Aim::Update { base, .. } | Aim::Delete { base, .. }) => {
                format!("{} {}", base.settings.name, base.id)
            }
            Some(Aim::Create { wanted, .. }) => format!("{} (was {what})", wanted.name),
            _ => {
                let name = self.names.get(what).cloned();
                name.unwrap_or_else(|| what.to_owned())
            }
        }
    }

    /// The settings of a plan as they were made.
    fn made(&self, plan: &PlanId) -> Option<&Settings> {
        // The last of several: a send may have changed a plan in more than one step.
        self.done.iter().rev().find_map(|done| match done {
            Done::Updated {
                plan: id, after, ..
            } if id == plan => Some(after),
            _ => None,
        })
    }
}

/// The things that have to be read to undo what was made.
fn needed(done: &[Done]) -> VecDeque<Needed> {
    let mut plans = BTreeSet::new();
    let mut keys_of = BTreeSet::new();
    let mut apis = BTreeSet::new();
    let mut needs_keys = false;
    for one in done {
        match one {
            Done::Created { plan, .. } => drop(keys_of.insert(plan.clone())),
            Done::Updated { before, after, .. } => {
                let stages = before.stages.keys();
                // Only a stage that comes back by the undo has to be there still.
                let gone = stages.filter(|stage| !after.stages.contains_key(*stage));
                apis.extend(gone.map(|stage| stage.api.clone()));
            }
            Done::Deleted { before, keys, .. } => {
                apis.extend(before.stages.keys().map(|stage| stage.api.clone()));
                needs_keys |= !keys.is_empty();
            }
            Done::Key { from, to, .. } => {
                keys_of.extend(from.iter().chain(to).cloned());
                needs_keys |= from.is_some();
            }
            // What a key had left stands in the record, and nothing else is needed to set
            // it again.
            Done::Extended { .. } => continue,
        }
        plans.extend(one.plans().cloned());
    }
    let mut needed = VecDeque::new();
    if plans.len() > AT_ONCE {
        needed.push_back(Needed::Plans);
    } else {
        needed.extend(plans.into_iter().map(Needed::Plan));
    }
    needed.extend(keys_of.into_iter().map(Needed::PlanKeys));
    needed.extend(apis.into_iter().map(Needed::Stages));
    needed.extend(needs_keys.then_some(Needed::ApiKeys));
    needed
}

impl Core {
    /// Stops reading; says whether something was being read.
    pub(in crate::app) fn stop_undoing(&mut self) -> bool {
        self.cancel(|awaited| matches!(awaited, Awaited::Undo(_)));
        self.outbox.undoing.take().is_some()
    }

    /// Words on what is being read to undo something; `None` where nothing is.
    #[must_use]
    pub fn undoing_words(&self) -> Option<String> {
        let taking = self.outbox.undoing.as_ref()?;
        Some(format!("reading what became of {}", taking.called))
    }
}

impl Core {
    /// Asks what has to be known, a few questions at a time; when all is, shows the way
    /// back.
    fn go_on_undoing(&mut self) {
        loop {
            let is_of_it = |awaited: &&Awaited| matches!(awaited, Awaited::Undo(_));
            let under_way = self.questions.awaited.values().filter(is_of_it).count();
            let Some(taking) = &mut self.outbox.undoing else {
                return;
            };
            if under_way >= AT_ONCE {
                return;
            }
            let Some(needed) = taking.waiting.pop_front() else {
                if under_way == 0
                    && let Some(taking) = self.outbox.undoing.take()
                {
                    self.show_way_back(&taking);
                }
                return;
            };
            let question = match &needed {
                Needed::Plan(id) => Question::Plan(id.clone()),
                Needed::Plans => Question::Plans { of_key: None },
                Needed::PlanKeys(id) => Question::PlanKeys(id.clone()),
                Needed::Stages(api) => Question::Stages(api.clone()),
                Needed::ApiKeys => Question::ApiKeys,
            };
            self.ask(Awaited::Undo(needed), question);
        }
    }

    /// Something was read that undoing waits for.
    pub(in crate::app) fn read_for_undo(&mut self, needed: Needed, answer: Answer) {
        let Some(taking) = &mut self.outbox.undoing else {
            return;
        };
        match taking.read(needed, answer) {
            Ok(()) => self.go_on_undoing(),
            Err(failure) => {
                self.stop_undoing();
                self.say(Weight::Error, format!("{failure} Nothing was staged."));
            }
        }
    }

    /// All is known that undoing takes.
    fn show_way_back(&mut self, taking: &Undoing) {
        let mut warnings = taking.doubts.clone();
        let mut is_whole = true;
        let mut changes: Vec<(Proposed, bool)> = Vec::new();
        for back in taking.way_back() {
            let name = taking.name_of(&back.what, back.aim.as_ref());
            is_whole &= back.lost.is_empty();
            let said = back.lost.iter().chain(&back.said);
            warnings.extend(said.map(|said| format!("{name}: {said}")));
            if let Some(aim) = back.aim {
                let draft = None;
                let has_conflicts = !back.conflicts.is_empty();
                changes.push((Proposed { name, aim, draft }, has_conflicts));
            }
        }
        match changes.as_slice() {
            [] => {
                let why = warnings.join(" ");
                let (weight, text) = if is_whole {
                    (Weight::Info, "There is nothing to undo of")
                } else {
                    (Weight::Error, "Nothing can be undone of")
                };
                self.say(weight, format!("{text} {}. {why}", taking.called));
            }
            [
                (
                    Proposed {
                        aim: Aim::Update { base, wanted },
                        ..
                    },
                    _,
                ),
            ] => {
                let way = WayBack {
                    send: taking.send.clone(),
                    made: taking.made(&base.id).unwrap_or(&base.settings).clone(),
                    now: base.clone(),
                    wanted: wanted.clone(),
                    said: warnings,
                };
                self.offer_way_back(way);
            }
            _ => self.show_aims_back(taking, changes, warnings),
        }
    }

    /// Shows what undoes more than the settings of one plan.
    fn show_aims_back(
        &mut self,
        taking: &Undoing,
        changes: Vec<(Proposed, bool)>,
        mut warnings: Vec<String>,
    ) {
        let mut proposed = Vec::new();
        for (change, has_conflicts) in changes {
            let name = &change.name;
            if has_conflicts {
                warnings.push(format!(
                    "{name} is left out: somebody changed the same fields since. Undone by \
                     itself, it lets you choose"
                ));
                continue;
            }
            // What undoes several plans goes into the queue without drafts, so it does
            // not meet the drafts that there are.
            if change.aim.plan().and_then(|id| self.draft_of(id)).is_some() {
                warnings.push(format!(
                    "{name} has a draft: it stays as it is, and is not sent with this"
                ));
            }
            proposed.push(change);
        }
        if proposed.is_empty() {
            let text = format!("Nothing was staged. {}", warnings.join(". "));
            return self.say(Weight::Warning, text);
        }
        let title = format!("Undo {}", taking.called);
        let aims = ChangeReview::new(title, proposed, warnings).undoing(taking.send.clone());
        self.go(Route::ChangeReview(Box::new(aims)));
    }

    /// Stages what undoes a change of a plan's settings; where not all of it can
    /// come back, that is said before.
    fn offer_way_back(&mut self, way: WayBack) {
        let Some(plan) = self.plans.reference(&way.now.id) else {
            return;
        };
        let id = DraftId::Plan(plan);
        if self.drafts.get(&id).is_some_and(Draft::is_changed) {
            let name = self.draft_name(&id);
            let text = format!(
                "Nothing was staged: {name} has a draft already. Send it or throw it away, then \
                 take this back."
            );
            return self.say(Weight::Warning, text);
        }
        if way.said.is_empty() {
            self.stage_way_back(way);
        } else {
            self.ask_for(Prompt::Confirm(Confirm::UndoInPart(Box::new(way))));
        }
    }

    /// Makes it a draft, and shows its review.
    pub(in crate::app) fn stage_way_back(&mut self, way: WayBack) {
        let Some(plan) = self.plans.reference(&way.now.id) else {
            return;
        };
        let id = DraftId::Plan(plan);
        // The plan was read for this just now, and the draft is to stand on that.
        self.put(&way.now);
        let merged = merge(&way.made, &way.now.settings, &way.wanted);
        // Where the same fields moved, the draft stands on what was made then until it
        // is chosen whose value holds: as if somebody else had been quicker.
        let base = if merged.conflicts.is_empty() {
            way.now.clone()
        } else {
            Arc::new(UsagePlan {
                id: way.now.id.clone(),
                settings: way.made,
            })
        };
        let mut draft = Draft::of(base);
        draft.replace(way.wanted);
        self.drafts.insert(id.clone(), draft);
        self.drafts.set_undoes(&id, way.send);
        let name = self.draft_name(&id);
        self.go(Route::Review(id.clone()));
        if merged.conflicts.is_empty() {
            let text = format!("Staged: what undoes the change of {name}. Review and send.");
            self.say(Weight::Info, text);
        } else {
            self.tell(Changed::Conflicts {
                draft: id,
                theirs: way.now,
                merged: Box::new(merged),
                case: Case::Undoing,
            });
            let key = |command| self.keymap.label(Place::Review, command);
            let text = format!(
                "The same fields of {name} were changed since. Choose which value to keep: {} \
                 theirs, {} mine, {} base.",
                key(Command::Theirs),
                key(Command::Mine),
                key(Command::Base)
            );
            self.say(Weight::Warning, text);
        }
    }
}

impl Core {
    /// Begins to undo what is selected in the history.
    pub(in crate::app) fn begin_undoing(&mut self, selected: Selected<'_>) {
        self.outbox.undoing = Some(Undoing::new(selected));
        self.go_on_undoing();
    }
}
