//! A tweak: one line that changes limits in the words an operator thinks in,
//! `rate 200 burst 400`, `quota +20%`, read once and applied to any number of
//! plans.

mod complete;
mod fault;
mod line;
mod names;
mod words;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use thiserror::Error;

use crate::plan::model::human::Amount;
use crate::plan::patch::rules::Throttled;
use crate::plan::{
    Count, Field, Finding, MethodKey, MethodThrottles, Period, Quota, Rate, Settings, StageKey,
    Throttle, judge, spelled,
};

pub use complete::{Completion, NextWord, complete};
pub use fault::{Expected, LineFault};

/// A change of limits, whatever the plan. It changes at least one thing, and nothing
/// twice.
#[derive(Clone, Debug, PartialEq)]
pub struct Tweak {
    throttle: Option<Whole<ThrottleTweak>>,
    quota: Option<Whole<QuotaTweak>>,
    description: Option<String>,
    attach: BTreeSet<StageKey>,
    detach: BTreeSet<StageKey>,
    /// The tags to set, or with `None` to take away.
    tags: BTreeMap<String, Option<String>>,
    methods: BTreeMap<(StageKey, MethodKey), Whole<ThrottleTweak>>,
}

/// The change of a throttle or a quota as a whole.
#[derive(Clone, Debug, PartialEq)]
enum Whole<T> {
    Removed,
    /// These parts of it are to change; at least one.
    Changed(T),
}

#[derive(Clone, Debug, Default, PartialEq)]
struct ThrottleTweak {
    rate: Option<Amount>,
    burst: Option<Amount>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct QuotaTweak {
    limit: Option<Amount>,
    period: Option<Period>,
    offset: Option<Count>,
}

/// The plan that a tweak makes of one that it fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tweaked {
    /// The settings are these now.
    Changed(Box<Settings>),
    /// The plan is so already.
    AsItIs,
}

/// The reason why a tweak does not fit a plan. It reads on from the plan's name: `gold:
/// has no rate limit to change`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Reason {
    /// A limit is to be more or less than it is, and there is none.
    #[error("has no {0} to change; say {how}", how = whole(.0))]
    NothingToChange(Field),
    /// A throttle or a quota would be new, and this part of it is not given.
    #[error("has no {0} yet, and none is given; say {how}", how = whole(.0))]
    Incomplete(Field),
    /// The result would be out of range.
    #[error("has the {field} {now}, which does not take {amount}: {said}")]
    OutOfRange {
        /// The limit.
        field: Field,
        /// The present value.
        now: String,
        /// The change that was asked for.
        amount: String,
        /// The reason why that is not possible.
        said: String,
    },
    /// A stage is to be detached or given method throttles and is not attached.
    #[error("does not have the stage {0}")]
    NotAttached(StageKey),
    /// A stage is to be attached and is attached already.
    #[error("has the stage {0} already")]
    AttachedAlready(StageKey),
    /// A method throttle is to be taken away and is not there.
    #[error("has no throttle for {0} {1}")]
    NoMethodThrottle(StageKey, MethodKey),
    /// A tag is to be taken away and is not there.
    #[error("has no tag {0}")]
    NoTag(String),
    /// The plan that results would break a rule that it does not break now.
    #[error("would break a rule: {0}")]
    Breaks(Box<Finding>),
}

/// The words that give a plan the whole of which a field is a part.
fn whole(field: &Field) -> &'static str {
    match field {
        Field::QuotaLimit | Field::QuotaPeriod | Field::QuotaOffset => "quota 5000/day",
        _ => "both rate and burst: rate 200 burst 400",
    }
}

impl Tweak {
    /// The beginning of every line: no change yet.
    fn nothing() -> Self {
        Self {
            throttle: None,
            quota: None,
            description: None,
            attach: BTreeSet::new(),
            detach: BTreeSet::new(),
            tags: BTreeMap::new(),
            methods: BTreeMap::new(),
        }
    }

    /// Reads a line: changes one after the other, parted by blanks or commas. Words
    /// may be in capitals or not; numbers are read as everywhere (`1.5M`, `10_000`,
    /// `1,000`). Nothing may be changed twice.
    ///
    /// | change | words |
    /// |---|---|
    /// | rate, in requests per second | `rate 200`, `rate x2`, `rate +20%`, `rate -50` |
    /// | burst, in requests | `burst 400`, `burst 2k`, `burst x2` |
    /// | quota | `quota 1.5M/month`, `quota 1000` (the period stays), `quota +20%` |
    /// | its parts | `period week`, `offset 3` |
    /// | none any more | `no throttle`, `no quota`, `no tag team`, `no description` |
    /// | stages | `attach a1b2c3:prod`, `detach a1b2c3:prod` |
    /// | a method throttle | `a1b2c3:prod GET /pets rate 5 burst 10`, `a1b2c3:prod GET /pets no throttle` |
    /// | tags, description | `tag team=pay`, `description "for partners"` |
    ///
    /// A rate, a burst and `no throttle` that follow a method belong to that method.
    /// Texts with blanks, commas or `=` stand in quotes.
    ///
    /// # Errors
    /// Where the line cannot be read further, and what could stand there: it is not
    /// finished yet, or something is wrong.
    pub fn parse(text: &str) -> Result<Self, LineFault> {
        line::parse(text)
    }

    /// The settings that it makes of a plan's: all that it says or nothing.
    ///
    /// Each thing that it names must be there: a tag or a stage that the plan does
    /// not have is a reason against it, while `no quota` is so already in a plan
    /// without one. The plan that results is judged where the tweak changes it.
    ///
    /// # Errors
    ///
    /// The reason why it does not fit the plan.
    pub fn apply(&self, settings: &Settings) -> Result<Tweaked, Reason> {
        let mut edited = settings.clone();
        self.change_stages(&mut edited)?;
        if let Some(tweak) = &self.throttle {
            edited.throttle = tweak.on(&Throttled::Plan, settings.throttle)?;
        }
        if let Some(tweak) = &self.quota {
            edited.quota = tweak.on(settings.quota.as_ref())?;
        }
        if let Some(description) = &self.description {
            edited.description.clone_from(description);
        }
        for (key, value) in &self.tags {
            let before = match value {
                Some(value) => edited.tags.insert(key.clone(), value.clone()),
                None => edited.tags.remove(key),
            };
            if before.is_none() && value.is_none() {
                return Err(Reason::NoTag(key.clone()));
            }
        }
        if edited == *settings {
            return Ok(Tweaked::AsItIs);
        }
        let mut findings = judge(Some(settings), &edited, None).into_iter();
        match findings.find(Finding::refuses) {
            Some(finding) => Err(Reason::Breaks(Box::new(finding))),
            None => Ok(Tweaked::Changed(Box::new(edited))),
        }
    }

    fn change_stages(&self, edited: &mut Settings) -> Result<(), Reason> {
        for stage in &self.attach {
            let before = edited.stages.insert(stage.clone(), MethodThrottles::new());
            if before.is_some() {
                return Err(Reason::AttachedAlready(stage.clone()));
            }
        }
        for stage in &self.detach {
            let gone = edited.stages.remove(stage);
            gone.ok_or_else(|| Reason::NotAttached(stage.clone()))?;
        }
        // After the stages: one that the same line attaches can take method throttles.
        for ((stage, key), tweak) in &self.methods {
            let methods = edited.stages.get_mut(stage);
            let methods = methods.ok_or_else(|| Reason::NotAttached(stage.clone()))?;
            // In the spelling that the plan has: another one would be a second throttle of
            // the method.
            let key = spelled(methods, key)
                .cloned()
                .unwrap_or_else(|| key.clone());
            let before = methods.remove(&key);
            if before.is_none() && *tweak == Whole::Removed {
                return Err(Reason::NoMethodThrottle(stage.clone(), key));
            }
            let after = tweak.on(&Throttled::Method(stage, &key), before)?;
            methods.extend(after.map(|throttle| (key, throttle)));
        }
        Ok(())
    }
}

impl Whole<ThrottleTweak> {
    fn on(
        &self,
        bucket: &Throttled<'_>,
        before: Option<Throttle>,
    ) -> Result<Option<Throttle>, Reason> {
        let Self::Changed(ThrottleTweak { rate, burst }) = self else {
            return Ok(None);
        };
        let now = before.unwrap_or_default();
        let rate = half_after(*rate, now.rate, before.is_some(), |amount, now| {
            rate_after(amount, now, || bucket.rate())
        })?;
        let burst = half_after(*burst, now.burst, before.is_some(), |amount, now| {
            count_after(amount, now, || bucket.burst())
        })?;
        Ok(Some(Throttle { rate, burst }))
    }
}

impl Whole<QuotaTweak> {
    fn on(&self, before: Option<&Quota>) -> Result<Option<Quota>, Reason> {
        let Self::Changed(tweak) = self else {
            return Ok(None);
        };
        let now = before.cloned().unwrap_or_default();
        let limit = half_after(tweak.limit, now.limit, before.is_some(), |amount, now| {
            count_after(amount, now, || Field::QuotaLimit)
        })?;
        let period = tweak.period.clone().or(now.period);
        if period.is_none() && before.is_none() {
            return Err(Reason::Incomplete(Field::QuotaPeriod));
        }
        let offset = tweak.offset.or(now.offset);
        // A new quota is sent with all three parts; one that is there may have no offset
        // set, and keeps none.
        let offset = if before.is_none() {
            Some(offset.unwrap_or_default())
        } else {
            offset
        };
        Ok(Some(Quota {
            limit,
            period,
            offset,
        }))
    }
}

/// Half a throttle or a part of a quota as it is afterwards. One that is not set in a
/// whole that is there stays so unless the tweak gives it.
fn half_after<T>(
    amount: Option<Amount>,
    now: Option<T>,
    is_there: bool,
    after: impl FnOnce(Option<Amount>, Option<T>) -> Result<T, Reason>,
) -> Result<Option<T>, Reason> {
    if amount.is_none() && now.is_none() && is_there {
        return Ok(None);
    }
    after(amount, now).map(Some)
}

fn rate_after(
    amount: Option<Amount>,
    before: Option<Rate>,
    field: impl Fn() -> Field,
) -> Result<Rate, Reason> {
    after(amount, before, field, Amount::on_rate)
}

fn count_after(
    amount: Option<Amount>,
    before: Option<Count>,
    field: impl Fn() -> Field,
) -> Result<Count, Reason> {
    after(amount, before, field, Amount::on_count)
}

/// A number as it is afterwards, which may not be there and may not be changed.
fn after<T: Copy + Default + fmt::Display>(
    amount: Option<Amount>,
    before: Option<T>,
    field: impl Fn() -> Field,
    on: impl Fn(Amount, T) -> Result<T, String>,
) -> Result<T, Reason> {
    let Some(amount) = amount else {
        return before.ok_or_else(|| Reason::Incomplete(field()));
    };
    if before.is_none() && amount.is_relative() {
        return Err(Reason::NothingToChange(field()));
    }
    let now = before.unwrap_or_default();
    on(amount, now).map_err(|said| Reason::OutOfRange {
        field: field(),
        now: now.to_string(),
        amount: amount.to_string(),
        said,
    })
}

impl fmt::Display for Tweak {
    /// The line that reads back as the same tweak, in one order: throttle, quota,
    /// stages, tags, description, method throttles.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = Vec::new();
        parts.extend(self.throttle.as_ref().map(Whole::to_string));
        parts.extend(self.quota.as_ref().map(Whole::to_string));
        let stages = |verb, stages: &BTreeSet<StageKey>| -> Vec<String> {
            let line = |stage: &StageKey| format!("{verb} {}", quoted(&stage.to_string()));
            stages.iter().map(line).collect()
        };
        parts.extend(stages("attach", &self.attach));
        parts.extend(stages("detach", &self.detach));
        parts.extend(self.tags.iter().map(|(key, value)| match value {
            Some(value) => format!("tag {}={}", quoted(key), quoted(value)),
            None => format!("no tag {}", quoted(key)),
        }));
        parts.extend(self.description.as_deref().map(|text| match text {
            "" => "no description".to_owned(),
            text => format!("description {}", in_quotes(text)),
        }));
        // These come last: a limit that follows a method is read as that method's.
        parts.extend(self.methods.iter().map(|((stage, key), tweak)| {
            let stage = stage.to_string();
            format!("{} {} {tweak}", quoted(&stage), method_words(key))
        }));
        f.pad(&parts.join(", "))
    }
}

impl fmt::Display for Whole<ThrottleTweak> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Changed(ThrottleTweak { rate, burst }) = self else {
            return f.write_str("no throttle");
        };
        let rate = rate.map(|amount| format!("rate {amount}"));
        let burst = burst.map(|amount| format!("burst {amount}"));
        let parts: Vec<_> = rate.into_iter().chain(burst).collect();
        f.write_str(&parts.join(" "))
    }
}

impl fmt::Display for Whole<QuotaTweak> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Changed(tweak) = self else {
            return f.write_str("no quota");
        };
        let period = tweak.period.as_ref();
        let period = period.map(|period| period.as_str().to_ascii_lowercase());
        let mut parts: Vec<String> = Vec::new();
        match (&tweak.limit, period) {
            // A relative amount takes no period behind it: the parser refuses `+20%/day`.
            (Some(limit @ Amount::To(_)), Some(period)) => {
                parts.push(format!("quota {limit}/{period}"));
            }
            (limit, period) => {
                parts.extend(limit.map(|limit| format!("quota {limit}")));
                parts.extend(period.map(|period| format!("period {period}")));
            }
        }
        parts.extend(tweak.offset.map(|offset| format!("offset {offset}")));
        f.write_str(&parts.join(" "))
    }
}

/// A method as it is said: `GET /pets`, or `*/*`.
fn method_words(key: &MethodKey) -> String {
    match key.as_str() {
        "*/*" => "*/*".to_owned(),
        _ => format!("{} {}", key.method(), quoted(key.path())),
    }
}

/// A text as one word of a line, in quotes where it needs them.
fn quoted(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !",=\"".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(in_quotes(text))
}

fn in_quotes(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests;
