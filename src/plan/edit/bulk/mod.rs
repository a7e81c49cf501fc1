//! The review of many changes at once: what they have in common, which of them
//! stand out, and what they take.

mod group;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::time::Duration;

use super::changes::{ChangedField, changes};
use super::jump::{Jump, Percent, Size, jumps};
use crate::plan::model::account::ApiKey;
use crate::plan::{Call, Field, PlanId, Settings, StageKey, UsagePlan, calls, creatable, diff};

pub use group::{Group, GroupChange, Span};

/// The most plans that stand out for one kind of limit, or for being of a small group:
/// more of them would be no outliers.
const MOST_OUTLIERS: usize = 3;
/// The distance from the usual factor at which a change stands out.
const FAR: f64 = 1.5;

/// A plan as it is and as it is to be.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The plan as last read; `None` for a new one.
    pub base: Option<&'a UsagePlan>,
    /// Its settings as they are to be.
    pub wanted: &'a Settings,
}

impl<'a> Entry<'a> {
    /// The name by which the plan is known: the one that it has, until it has
    /// another.
    #[must_use]
    pub fn name(&self) -> &'a str {
        let settings = self.base.map_or(self.wanted, |base| &base.settings);
        &settings.name
    }
}

/// The review of many changes. Plans are named by their place in the list that was
/// reviewed.
#[derive(Clone, Debug)]
pub struct Bulk {
    /// The plans by what happens to them, the largest group first. Plans to which
    /// nothing happens are in none.
    pub groups: Vec<Group>,
    /// The plans to look at first.
    pub outliers: Vec<Outlier>,
    /// The largest change of each kind of limit, what moves farthest first. Limits
    /// of methods are kinds of their own.
    pub largest: Vec<PlanJump>,
    /// The size of the change.
    pub counts: Counts,
    jumps: Vec<PlanJump>,
}

/// A limit that moves, and in which plan.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanJump {
    /// The plan's place in the list.
    pub plan: usize,
    /// The field that moves, and how far.
    pub jump: Jump,
}

/// A plan that stands out.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlier {
    /// The plan's place in the list.
    pub plan: usize,
    /// The reason.
    pub why: Why,
}

/// The reason why a plan stands out.
#[derive(Clone, Debug, PartialEq)]
pub enum Why {
    /// One of its limits moves much farther, or another way, than those of the
    /// others; or it is one of few that get a first limit or lose one.
    Moves(Jump),
    /// Its changes happen to few, where most have something in common. The place of
    /// its group.
    Differs(usize),
}

/// The size of a bulk change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Plans that change, new ones included.
    pub plans: usize,
    /// Plans that are to be made.
    pub new: usize,
    /// Plans that are so already.
    pub unchanged: usize,
    /// Patch operations in all.
    pub operations: usize,
    /// Calls in all: updates, creations, tags set and taken away. A creation that
    /// needs an update after it counts as two.
    pub calls: usize,
    /// Calls that wait for a slot: one update of a plan each.
    pub updates: usize,
    /// The plans that lose a stage: their places in the list.
    pub grave: Vec<usize>,
    /// The stages whose clients can feel it: attached, detached, with other method
    /// throttles, or all of a plan whose throttle or quota moves.
    pub stages: BTreeSet<StageKey>,
    /// The API keys of the plans whose clients can feel it.
    pub keys: KeyCount,
}

/// The number of API keys, as far as that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyCount {
    /// Different keys of the plans whose keys were read.
    pub known: usize,
    /// Plans whose keys are not known.
    pub unread_plans: usize,
}

impl fmt::Display for KeyCount {
    /// `12 API keys`, `at least 12 API keys (those of 3 plans are not known)`,
    /// `API keys not known`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count| if count == 1 { "" } else { "s" };
        let known = format!("{} API key{}", self.known, plural(self.known));
        let text = match (self.known, self.unread_plans) {
            (_, 0) => known,
            (0, _) => "API keys not known".to_owned(),
            (_, 1) => format!("at least {known} (those of 1 plan are not known)"),
            (_, unread) => format!("at least {known} (those of {unread} plans are not known)"),
        };
        f.pad(&text)
    }
}

impl Bulk {
    /// Reviews changes. The keys of a plan are `None` where they are not known.
    #[must_use]
    pub fn review<'a>(
        entries: &[Entry<'a>],
        keys_of: impl Fn(&PlanId) -> Option<&'a [ApiKey]>,
    ) -> Self {
        let nothing = Settings::default();
        let mut counts = Counter::default();
        let mut changed: Vec<(usize, Vec<ChangedField>)> = Vec::new();
        let mut moved: Vec<PlanJump> = Vec::new();
        for (plan, entry) in entries.iter().enumerate() {
            let before = entry.base.map_or(&nothing, |base| &base.settings);
            // A new plan is made even where there is nothing in it.
            if entry.base.is_some() && before == entry.wanted {
                counts.of.unchanged += 1;
                continue;
            }
            counts.add(plan, entry, &keys_of);
            changed.push((plan, changes(before, entry.wanted)));
            // In a new plan every limit would count as a first one.
            if entry.base.is_some() {
                let jumps = jumps(before, entry.wanted).into_iter();
                moved.extend(jumps.map(|jump| PlanJump { plan, jump }));
            }
        }
        let groups = group::groups(entries, &changed);
        let counts = counts.finish();
        let kinds = Kinds::of(&moved);
        let mut outliers = kinds.outliers(counts.plans);
        outliers.extend(differing(&groups, counts.plans));
        Self {
            groups,
            outliers,
            largest: kinds.largest(),
            counts,
            jumps: moved,
        }
    }

    /// The changes that must be passed on purpose, those that move farthest first:
    /// by more than this share up or down, a quota by the day. A first limit, a
    /// limit that goes, and more than 0 where 0 was always must.
    #[must_use]
    pub fn guard(&self, limit: Percent) -> Vec<&PlanJump> {
        let far = self.jumps.iter().filter(|at| at.jump.exceeds(limit));
        let mut far: Vec<_> = far.collect();
        far.sort_by_cached_key(|at| Reverse(at.jump.distance()));
        far
    }

    /// The time that it takes with so much time between updates and for each call:
    /// the updates wait for their slots, and all else fits between them or comes on
    /// top.
    #[must_use]
    pub fn duration(&self, interval: Duration, call: Duration) -> Duration {
        let times = |duration: Duration, count: usize| {
            duration.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX))
        };
        let slots = match self.counts.updates {
            0 => Duration::ZERO,
            // The first finds its slot free, and the last still has to be answered.
            updates => times(interval, updates - 1).saturating_add(call),
        };
        slots.max(times(call, self.counts.calls))
    }
}

/// Counts while it looks at one plan after the other.
#[derive(Default)]
struct Counter<'a> {
    of: Counts,
    keys: HashSet<&'a str>,
}

impl<'a> Counter<'a> {
    fn add(
        &mut self,
        plan: usize,
        entry: &Entry<'a>,
        keys_of: impl Fn(&PlanId) -> Option<&'a [ApiKey]>,
    ) {
        self.of.plans += 1;
        for call in calls(entry.base, entry.wanted) {
            self.of.calls += 1;
            if let Call::Update { operations, .. } = call {
                self.of.updates += 1;
                self.of.operations += operations.len();
            }
        }
        let Some(base) = entry.base else {
            self.of.new += 1;
            // What creation cannot carry follows.
            let more = diff(&creatable(entry.wanted), entry.wanted).len();
            self.of.operations += more;
            self.of.calls += usize::from(more > 0);
            self.of.updates += usize::from(more > 0);
            self.of.stages.extend(entry.wanted.stages.keys().cloned());
            return;
        };
        let (before, now) = (&base.settings, entry.wanted);
        let is_of_all = before.throttle != now.throttle || before.quota != now.quota;
        let is_of_stages = before.stages != now.stages;
        let mut gone = before.stages.keys();
        if is_of_stages && gone.any(|stage| !now.stages.contains_key(stage)) {
            self.of.grave.push(plan);
        }
        let felt =
            |stage: &&StageKey| is_of_all || before.stages.get(*stage) != now.stages.get(*stage);
        let attached = now.stages.keys().filter(|_| is_of_stages);
        for stage in before.stages.keys().chain(attached).filter(felt) {
            // Many plans have the same stages.
            if !self.of.stages.contains(stage) {
                self.of.stages.insert(stage.clone());
            }
        }
        let is_felt = is_of_all || is_of_stages;
        if is_felt {
            match keys_of(&base.id) {
                Some(keys) => self.keys.extend(keys.iter().map(|key| key.id.as_str())),
                None => self.of.keys.unread_plans += 1,
            }
        }
    }

    fn finish(mut self) -> Counts {
        self.of.keys.known = self.keys.len();
        self.of
    }
}

/// The jumps by the kind of limit.
struct Kinds<'a>(BTreeMap<u8, Vec<&'a PlanJump>>);

impl<'a> Kinds<'a> {
    fn of(jumps: &'a [PlanJump]) -> Self {
        let mut kinds: BTreeMap<u8, Vec<&PlanJump>> = BTreeMap::new();
        for at in jumps {
            let kind = match at.jump.field {
                Field::Rate => 0,
                Field::Burst => 1,
                Field::MethodRate(..) => 2,
                Field::MethodBurst(..) => 3,
                _ => 4,
            };
            kinds.entry(kind).or_default().push(at);
        }
        Self(kinds)
    }

    fn largest(&self) -> Vec<PlanJump> {
        let mut largest: Vec<PlanJump> = Vec::new();
        for jumps in self.0.values() {
            // The first of several as large.
            let most = jumps.iter().rev();
            let most = most.max_by_key(|at| at.jump.distance());
            largest.extend(most.map(|at| (*at).clone()));
        }
        largest.sort_by_cached_key(|at| Reverse(at.jump.distance()));
        largest
    }

    fn outliers(&self, plans: usize) -> Vec<Outlier> {
        let mut all: Vec<&PlanJump> = Vec::new();
        for jumps in self.0.values() {
            let mut of_kind = far_out(jumps, plans);
            of_kind.sort_by_cached_key(|at| Reverse(at.jump.distance()));
            all.extend(of_kind.into_iter().take(MOST_OUTLIERS));
        }
        all.sort_by_cached_key(|at| Reverse(at.jump.distance()));
        let outlier = |at: &PlanJump| Outlier {
            plan: at.plan,
            why: Why::Moves(at.jump.clone()),
        };
        all.into_iter().map(outlier).collect()
    }
}

/// The jumps of one kind that are not like the others.
fn far_out<'a>(jumps: &[&'a PlanJump], plans: usize) -> Vec<&'a PlanJump> {
    let factor = |at: &PlanJump| match at.jump.size() {
        Size::Factor(factor) => Some(factor),
        Size::FirstLimit | Size::Unbounded => None,
    };
    let mut factors: Vec<f64> = jumps.iter().filter_map(|at| factor(at)).collect();
    factors.sort_by(f64::total_cmp);
    // The median, not the mean: one plan that moves far would pull a mean along and hide
    // itself.
    let usual = factors.get(factors.len().saturating_sub(1) / 2).copied();
    let of_few = |size: Size| {
        let alike = jumps.iter().filter(|at| at.jump.size() == size).count();
        // Where half of the plans get a first limit, that is the change and nothing to
        // stand out.
        alike * 2 < plans
    };
    let (few_first, few_unbounded) = (of_few(Size::FirstLimit), of_few(Size::Unbounded));
    let is_far = |at: &&PlanJump| match at.jump.size() {
        Size::FirstLimit => few_first,
        Size::Unbounded => few_unbounded,
        Size::Factor(factor) => usual.is_some_and(|usual| {
            // Up and down alike; nothing is far from everything else.
            let (low, high) = (factor.min(usual), factor.max(usual));
            high > low * FAR
        }),
    };
    jumps.iter().copied().filter(is_far).collect()
}

/// The plans of small groups, where at least half of all are in a large one.
fn differing(groups: &[Group], plans: usize) -> Vec<Outlier> {
    let Some(most) = groups.first().map(|group| group.plans.len()) else {
        return Vec::new();
    };
    let is_small = |group: &Group| group.plans.len() * 10 <= most && most * 2 >= plans;
    let small = groups
        .iter()
        .enumerate()
        .filter(|(_, group)| is_small(group));
    // The smallest groups are last.
    let differing = small.rev().flat_map(|(place, group)| {
        let outlier = move |plan: &usize| Outlier {
            plan: *plan,
            why: Why::Differs(place),
        };
        group.plans.iter().map(outlier)
    });
    differing.take(MOST_OUTLIERS).collect()
}

#[cfg(test)]
mod tests;
