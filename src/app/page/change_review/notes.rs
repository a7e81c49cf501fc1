//! Notes on changes before they are sent: what the gates say, who loses what, and what
//! has to be read for that.

use crate::app::core::Core;
use crate::app::core::catalogue::Load;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::page::change_review::ChangeReview;
use crate::app::prompt::consent::{Proposal, Proposed};
use crate::app::view::review_line::{ReviewLine, line_of};
use crate::app::{Awaited, DraftId};
use crate::plan::keys::Members;
use crate::plan::{Aim, Finding, Settings, diff, verdicts};
use crate::send::consent_words;

/// The number of questions that are under way at once for a review.
const AT_ONCE: usize = 8;

/// The notes on a change.
#[derive(Debug, Default)]
pub(in crate::app) struct Notes {
    /// Lines on what goes with it, and what does not come back.
    pub(in crate::app) told: Vec<ReviewLine>,
    /// True where it would be refused.
    pub(in crate::app) refuses: bool,
    /// True where it would not be refused if its key left other plans first.
    pub(in crate::app) could_move: bool,
}

impl ChangeReview {
    /// The reason why a command of the review does nothing now.
    pub(in crate::app) fn obstacle(&self, command: Command) -> Option<&'static str> {
        let changes = &self.proposal.changes;
        let refused = self.notes.iter().filter(|notes| notes.refuses).count();
        match command {
            _ if self.is_sent() => Some("it is being sent already"),
            Command::MoveKey if !self.notes.iter().any(|notes| notes.could_move) => {
                Some("nothing here is refused because another plan has the key")
            }
            Command::LeaveOut if refused == 0 => Some("nothing here is refused"),
            // Without any change there is nothing to review.
            Command::LeaveOut if refused == changes.len() => {
                Some("all of it is refused: <back> goes back")
            }
            Command::KeyPlans if self.reads_plans_of_keys => Some("they were asked for"),
            Command::KeyPlans if !changes.iter().any(|change| takes_stages(&change.aim)) => {
                Some("it takes no stage away from API keys")
            }
            _ => None,
        }
    }
}

impl Core {
    fn notes(&self, changes: &[Proposed]) -> (Vec<Notes>, Vec<ReviewLine>) {
        let members = self.members();
        let aims: Vec<Aim> = changes.iter().map(|change| change.aim.clone()).collect();
        // All at once and not one by one: a change may make room for one after it, or
        // take the place that another counts on.
        let judged = members.judge(&aims);
        // Of a single change the heading says which plan it is about.
        let is_of_many = changes.len() > 1;
        let mut notes = Vec::new();
        let mut all = Found::default();
        for (change, of_keys) in changes.iter().zip(judged) {
            let mut findings = self.findings_on(&change.aim);
            findings.extend(of_keys);
            let refuses = findings.iter().any(Finding::refuses);
            for finding in findings {
                match &change.aim {
                    // Dozens of keys that enter one plan mostly have the same to be said
                    // of them.
                    Aim::Key { key, .. } => all.add_of_key(finding, key, &members),
                    _ if is_of_many => all.add(finding, &format!("{}: ", change.name)),
                    _ => all.add(finding, ""),
                }
            }
            notes.push(Notes {
                told: self.told_of(&change.aim, &members),
                could_move: refuses && members.by_moving(&change.aim).is_some(),
                refuses,
            });
        }
        (notes, all.lines(&members))
    }

    /// The findings of the two gates on a change.
    fn findings_on(&self, aim: &Aim) -> Vec<Finding> {
        let (base, wanted) = match aim {
            Aim::Create { wanted, .. } => (None, wanted),
            Aim::Update { base, wanted } => (Some(&base.settings), wanted),
            Aim::Delete { .. } | Aim::Key { .. } | Aim::Extend { .. } => return Vec::new(),
        };
        let operations = diff(base.unwrap_or(&Settings::default()), wanted);
        let verdicts = verdicts(base, wanted, &operations, self.plans.limits());
        let findings = verdicts.into_iter().flat_map(|verdict| verdict.findings);
        findings.collect()
    }

    fn told_of(&self, aim: &Aim, members: &Members<'_>) -> Vec<ReviewLine> {
        match aim {
            Aim::Delete { base, keys } => self.deletion_lines(base, keys, members),
            _ => Vec::new(),
        }
    }

    /// A line on why changes are grave and what sending them will ask for; none where
    /// they are not.
    pub(in crate::app) fn grave_line(&self, proposal: &Proposal) -> Option<ReviewLine> {
        let why = self.graveness(proposal);
        if why.is_empty() {
            return None;
        }
        let words = consent_words(&proposal.aims());
        let text = format!(
            "DESTRUCTIVE: {} You will be asked to type {}.",
            why.join(" "),
            words.join(" or ")
        );
        Some(ReviewLine::Warning(text))
    }

    /// The effects of a draft on the API keys of its plan, where it attaches stages or
    /// detaches some.
    pub(in crate::app) fn key_findings(&self, id: &DraftId) -> Vec<Finding> {
        let aim = self.aim_of_draft(id);
        let Some(aim) = aim.filter(|aim| moves_stages(&self.weighed(aim))) else {
            return Vec::new();
        };
        let aims = [aim];
        let judged = self.members().judge(&aims);
        judged.into_iter().flatten().collect()
    }

    /// Asks for the keys of a draft's plan, where the draft detaches stages: they are
    /// who loses access.
    pub(in crate::app) fn ask_keys_at_stake(&mut self, id: &DraftId) {
        // Only then: every other review would cost a call that nobody needs.
        let aim = self.aim_of_draft(id);
        let aim = aim.filter(|aim| self.weighed(aim).is_grave());
        if let Some(Aim::Update { base, .. }) = aim {
            self.ask_plan_keys(&base.id);
        }
    }

    /// The questions on API keys that a review needs answered and that were not asked
    /// yet. One that failed is not asked again.
    fn wanted_for(&self, aims: &ChangeReview) -> impl Iterator<Item = Awaited> {
        let all = questions(aims);
        all.filter(|question| match question {
            Awaited::PlansOf(key) => is_unasked(self.catalogue.plans_of.get(key)),
            Awaited::PlanKeys(plan) => is_unasked(self.catalogue.plan_keys.get(plan)),
            _ => false,
        })
    }

    /// True while an answer is on its way that has to be known before it is sent.
    pub(in crate::app) fn is_reading_for(&self, aims: &ChangeReview) -> bool {
        questions(aims).any(|question| match question {
            Awaited::PlansOf(key) => is_open(self.catalogue.plans_of.get(&key)),
            Awaited::PlanKeys(plan) => is_open(self.catalogue.plan_keys.get(&plan)),
            _ => false,
        })
    }

    /// The ways on where changes would be refused, with the keys for them.
    pub(in crate::app) fn ways_out(&self, aims: &ChangeReview) -> Vec<ReviewLine> {
        let ways = [
            (
                Command::MoveKey,
                "moves it instead: out of the plan that has it, then in here",
            ),
            (Command::LeaveOut, "leaves out what is refused"),
        ];
        let open = ways
            .into_iter()
            .filter(|(command, _)| aims.obstacle(*command).is_none());
        let line = |(command, what)| {
            let key = self.keymap.label(Place::ChangeReview, command);
            ReviewLine::Text(format!("{key} {what}"))
        };
        open.map(line).collect()
    }
}

impl ChangeReview {
    /// Takes what was read, unless it is sent already: what is noted of it stays as it was
    /// then.
    pub(super) fn take_read(&mut self, core: &mut Core) {
        if self.is_sent() {
            return;
        }
        // Behind another page nothing is asked for.
        if core.screen_place() == Place::ChangeReview {
            self.read(core);
        }
        self.note(core);
    }

    /// Brings up to date what is noted, and reads what is missing for that.
    pub(in crate::app) fn refresh(&mut self, core: &mut Core) {
        self.read(core);
        self.note(core);
    }

    fn note(&mut self, core: &Core) {
        // First, for the notes name the keys that lose their plan.
        core.note_deleted_keys(&mut self.proposal.changes);
        (self.notes, self.found) = core.notes(&self.proposal.changes);
    }

    /// Reads what is to be known of API keys, a few questions at a time.
    fn read(&self, core: &mut Core) {
        let wanted: Vec<Awaited> = core.wanted_for(self).collect();
        for question in wanted {
            let is_of_keys =
                |awaited: &&Awaited| matches!(awaited, Awaited::PlansOf(_) | Awaited::PlanKeys(_));
            let awaited = core.questions.awaited.values();
            if awaited.filter(is_of_keys).count() >= AT_ONCE {
                return;
            }
            match question {
                Awaited::PlansOf(key) => core.ask_plans_of(&key),
                Awaited::PlanKeys(plan) => core.ask_plan_keys(&plan),
                _ => {}
            }
        }
    }

    /// Keys that cannot enter a plan, because others of the same stage have them, leave
    /// those first.
    pub(super) fn move_instead(&mut self, core: &Core) {
        let members = core.members();
        let changes = self.proposal.changes.iter().zip(&self.notes);
        let instead = |(change, notes): (&Proposed, &Notes)| {
            let by_moving = members.by_moving(&change.aim).filter(|_| notes.could_move);
            let aims = by_moving.unwrap_or_else(|| vec![change.aim.clone()]);
            let change = change.clone();
            aims.into_iter().map(move |aim| Proposed {
                aim,
                ..change.clone()
            })
        };
        let changes: Vec<Proposed> = changes.flat_map(instead).collect();
        self.proposal.changes = changes;
        self.title = self.title.replacen("Attach ", "Move ", 1);
    }

    /// Leaves out the changes that would be refused.
    pub(super) fn leave_out_refused(&mut self) {
        let mut notes = std::mem::take(&mut self.notes).into_iter();
        let changes = &mut self.proposal.changes;
        let before = changes.len();
        changes.retain(|_| notes.next().is_none_or(|notes| !notes.refuses));
        // The title counts the changes: `Attach 3 API keys`.
        let (before, now) = (before.to_string(), changes.len().to_string());
        self.title = self.title.replacen(&before, &now, 1);
    }
}

/// The findings on some changes. A finding that holds for several API keys alike is said
/// once.
#[derive(Default)]
struct Found<'a> {
    findings: Vec<(Finding, Vec<&'a str>)>,
}

/// The placeholder for the API keys in a sentence about several.
const KEYS: &str = "{keys}";
/// The number of API keys that a sentence names.
const NAMED: usize = 5;

impl<'a> Found<'a> {
    fn add(&mut self, finding: Finding, about: &str) {
        let message = format!("{about}{}", finding.message);
        self.findings
            .push((Finding { message, ..finding }, Vec::new()));
    }

    fn add_of_key(&mut self, finding: Finding, key: &'a str, members: &Members<'_>) {
        let message = finding.message.replacen(&members.called(key), KEYS, 1);
        let finding = Finding { message, ..finding };
        match self.findings.iter_mut().find(|(same, _)| *same == finding) {
            Some((_, keys)) => keys.push(key),
            None => self.findings.push((finding, vec![key])),
        }
    }

    fn lines(self, members: &Members<'_>) -> Vec<ReviewLine> {
        let findings = self.findings.into_iter();
        let line = |(finding, keys): (Finding, Vec<&str>)| {
            let who = match keys.as_slice() {
                [key] => members.called(key),
                keys => {
                    let names = keys.iter().take(NAMED).map(|key| members.short(key));
                    let names = names.collect::<Vec<_>>().join(", ");
                    let more = match keys.len().saturating_sub(NAMED) {
                        0 => String::new(),
                        more => format!(" and {more} more"),
                    };
                    format!("each of {} API keys ({names}{more})", keys.len())
                }
            };
            let message = finding.message.replacen(KEYS, &who, 1);
            line_of(&Finding { message, ..finding })
        };
        findings.map(line).collect()
    }
}

/// True for a change that attaches stages or detaches some.
fn moves_stages(aim: &Aim) -> bool {
    matches!(aim, Aim::Update { base, wanted }
        if !base.settings.stages.keys().eq(wanted.stages.keys()))
}

/// True for a change that takes stages away from API keys that it names.
fn takes_stages(aim: &Aim) -> bool {
    matches!(aim, Aim::Delete { base, keys }
        if !base.settings.stages.is_empty() && !keys.is_empty())
}

/// The questions on API keys to be answered before changes are sent.
fn questions(aims: &ChangeReview) -> impl Iterator<Item = Awaited> {
    let deep = aims.reads_plans_of_keys;
    aims.proposal.changes.iter().flat_map(move |change| {
        let mut wanted = Vec::new();
        match &change.aim {
            Aim::Key { key, .. } => wanted.push(Awaited::PlansOf(key.clone())),
            Aim::Delete { base, keys } => {
                wanted.push(Awaited::PlanKeys(base.id.clone()));
                if deep {
                    wanted.extend(keys.iter().cloned().map(Awaited::PlansOf));
                }
            }
            Aim::Update { base, .. } if moves_stages(&change.aim) => {
                wanted.push(Awaited::PlanKeys(base.id.clone()));
            }
            _ => {}
        }
        wanted
    })
}

fn is_unasked<T>(load: Option<&Load<T>>) -> bool {
    matches!(load, None | Some(Load::NotAsked))
}

fn is_open<T>(load: Option<&Load<T>>) -> bool {
    matches!(load, None | Some(Load::NotAsked | Load::Underway))
}
