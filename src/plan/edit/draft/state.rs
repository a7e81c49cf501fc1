//! The settings of a draft at one step, and the texts that do not give a value yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::plan::model::human::{parse_count, parse_period, parse_quota, parse_rate};
use crate::plan::{Count, Field, Quota, Settings, Throttle};

pub(super) const QUOTA_FIELDS: [Field; 3] =
    [Field::QuotaLimit, Field::QuotaPeriod, Field::QuotaOffset];

/// The state that undo goes back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) edited: Arc<Settings>,
    /// Texts that do not give a value yet, or belong to a throttle or a quota of
    /// which another part is missing.
    pub(super) typed: BTreeMap<Field, String>,
}

impl State {
    pub(super) fn has_throttle(&self) -> bool {
        self.edited.throttle.is_some() || self.is_typed(&[Field::Rate, Field::Burst])
    }

    pub(super) fn has_quota(&self) -> bool {
        self.edited.quota.is_some() || self.is_typed(&QUOTA_FIELDS)
    }

    /// Returns true if the quota's period takes an offset, or one is there: a wrong one has
    /// to be seen.
    pub(super) fn has_offset(&self) -> bool {
        let quota = self.edited.quota.as_ref();
        let period = match self.typed.get(&Field::QuotaPeriod) {
            Some(text) => parse_period(text),
            None => quota.and_then(|quota| quota.period.clone()),
        };
        let typed = self.typed.get(&Field::QuotaOffset);
        let is_zero = typed.map_or_else(
            || quota.is_none_or(|quota| quota.offset_or_zero() == Count::ZERO),
            |text| parse_count(text).is_ok_and(|offset| offset == Count::ZERO),
        );
        let takes_none = period.is_some_and(|period| period.largest_offset() == Some(0));
        self.has_quota() && !(takes_none && is_zero)
    }

    pub(super) fn is_typed(&self, fields: &[Field]) -> bool {
        fields.iter().any(|field| self.typed.contains_key(field))
    }

    pub(super) fn has_fields_of(&self, other: &Self) -> bool {
        let (ours, theirs) = (&self.edited, &other.edited);
        let has_same_methods = || {
            let mut both = ours.stages.iter().zip(theirs.stages.iter());
            // The zip ends with the shorter one.
            ours.stages.len() == theirs.stages.len()
                && both.all(|((stage, methods), (other, others))| {
                    stage == other && methods.keys().eq(others.keys())
                })
        };
        self.has_throttle() == other.has_throttle()
            && self.has_quota() == other.has_quota()
            && self.has_offset() == other.has_offset()
            && ours.tags.keys().eq(theirs.tags.keys())
            && self.methods_typed().eq(other.methods_typed())
            && (ours.stages.is_same(&theirs.stages) || has_same_methods())
    }

    /// The fields of method throttles that wait for their other half.
    pub(super) fn methods_typed(&self) -> impl Iterator<Item = &Field> {
        let of_method =
            |field: &&Field| matches!(field, Field::MethodRate(..) | Field::MethodBurst(..));
        self.typed.keys().filter(of_method)
    }

    pub(super) fn forget(&mut self, fields: &[Field]) {
        for field in fields {
            self.typed.remove(field);
        }
    }

    pub(super) fn begin(&mut self, texts: &[(Field, &str)]) {
        for (field, text) in texts {
            self.typed.insert(field.clone(), (*text).to_owned());
        }
    }

    pub(super) fn set(&mut self, base: Option<&Settings>, field: &Field, text: String) {
        match field {
            Field::Name => Arc::make_mut(&mut self.edited).name = text,
            Field::Description => Arc::make_mut(&mut self.edited).description = text,
            Field::ProductCode => Arc::make_mut(&mut self.edited).product_code = text,
            Field::Tag(key) => {
                Arc::make_mut(&mut self.edited)
                    .tags
                    .insert(key.clone(), text);
            }
            Field::Rate | Field::Burst => {
                self.typed.insert(field.clone(), text);
                let before = base.and_then(|base| base.throttle);
                let now = self.edited.throttle;
                let resolved = self.resolve_throttle(&Field::Rate, &Field::Burst, before, now);
                Arc::make_mut(&mut self.edited).throttle = resolved;
            }
            Field::MethodRate(stage, method) | Field::MethodBurst(stage, method) => {
                self.typed.insert(field.clone(), text);
                let find = |settings: &Settings| settings.stages.get(stage)?.get(method).copied();
                let before = base.and_then(find);
                let now = find(&self.edited);
                let rate = Field::MethodRate(stage.clone(), method.clone());
                let burst = Field::MethodBurst(stage.clone(), method.clone());
                let resolved = self.resolve_throttle(&rate, &burst, before, now);
                // A stage that is not attached has no place for a method throttle, and none
                // is made here.
                if let Some(methods) = Arc::make_mut(&mut self.edited).stages.get_mut(stage) {
                    match resolved {
                        Some(throttle) => methods.insert(method.clone(), throttle),
                        None => methods.remove(method),
                    };
                }
            }
            Field::QuotaLimit | Field::QuotaPeriod | Field::QuotaOffset => {
                self.typed.insert(field.clone(), text);
                let resolved = self.resolve_quota(base.and_then(|base| base.quota.as_ref()));
                Arc::make_mut(&mut self.edited).quota = resolved;
            }
            // These are switches, not texts.
            Field::Throttle | Field::Quota | Field::Stage(_) | Field::Method(..) => {}
        }
    }

    /// The throttle that the typed parts give. A part that gives no value falls
    /// back to the base's; without one there is no throttle yet, and both parts
    /// wait as texts.
    pub(super) fn resolve_throttle(
        &mut self,
        rate_field: &Field,
        burst_field: &Field,
        before: Option<Throttle>,
        now: Option<Throttle>,
    ) -> Option<Throttle> {
        // A half that is not set stays so as long as nothing is typed for it.
        let without_rate = self.stays_unset(rate_field, now.map(|t| t.rate.is_none()));
        let without_burst = self.stays_unset(burst_field, now.map(|t| t.burst.is_none()));
        let rate = self.part(rate_field, now.and_then(|t| t.rate), |text| {
            parse_rate(text).ok()
        });
        let burst = self.part(burst_field, now.and_then(|t| t.burst), |text| {
            parse_count(text).ok()
        });
        // Half a throttle that somebody typed is not staged: what the service makes of it
        // is open.
        if (rate.is_some() || without_rate) && (burst.is_some() || without_burst) {
            self.forget(&[rate_field.clone(), burst_field.clone()]);
            return Throttle { rate, burst }.given();
        }
        let Some(before) = before else {
            self.keep_as_text(rate_field, rate.map(|v| v.to_string()));
            self.keep_as_text(burst_field, burst.map(|v| v.to_string()));
            return None;
        };
        self.forget_resolved(rate_field, rate.is_some());
        self.forget_resolved(burst_field, burst.is_some());
        Some(Throttle {
            rate: rate.or(before.rate),
            burst: burst.or(before.burst),
        })
    }

    /// As [`Self::resolve_throttle`], for the quota.
    pub(super) fn resolve_quota(&mut self, before: Option<&Quota>) -> Option<Quota> {
        let now = self.edited.quota.clone();
        let is_there = now.is_some();
        let now = now.unwrap_or_default();
        let unset = |is_none: bool| is_there.then_some(is_none);
        let without_limit = self.stays_unset(&Field::QuotaLimit, unset(now.limit.is_none()));
        let without_period = self.stays_unset(&Field::QuotaPeriod, unset(now.period.is_none()));
        let without_offset = self.stays_unset(&Field::QuotaOffset, unset(now.offset.is_none()));
        // Why a text is wrong is told by the draft's faults, not here.
        let count = |text: &str| parse_count(text).ok();
        let typed = self.typed.get(&Field::QuotaLimit);
        let typed = typed.map(|text| parse_quota(text).ok());
        let limit = match &typed {
            Some(typed) => typed.as_ref().map(|(limit, _)| *limit),
            None => now.limit,
        };
        let offset = self.part(&Field::QuotaOffset, now.offset, count);
        // A period that stands behind the limit was typed for both: `75k/WEEK`.
        let period = match typed.flatten() {
            Some((_, Some(period))) => Some(period),
            _ => self.part(&Field::QuotaPeriod, now.period, parse_period),
        };
        if (limit.is_some() || without_limit)
            && (period.is_some() || without_period)
            && (offset.is_some() || without_offset)
        {
            self.forget(&QUOTA_FIELDS);
            let quota = Quota {
                limit,
                period,
                offset,
            };
            return quota.given();
        }
        let Some(before) = before else {
            self.keep_as_text(&Field::QuotaLimit, limit.map(|v| v.to_string()));
            self.keep_as_text(&Field::QuotaPeriod, period.map(|v| v.to_string()));
            self.keep_as_text(&Field::QuotaOffset, offset.map(|v| v.to_string()));
            return None;
        };
        self.forget_resolved(&Field::QuotaLimit, limit.is_some());
        self.forget_resolved(&Field::QuotaPeriod, period.is_some());
        self.forget_resolved(&Field::QuotaOffset, offset.is_some());
        Some(Quota {
            limit: limit.or(before.limit),
            period: period.or_else(|| before.period.clone()),
            offset: offset.or(before.offset),
        })
    }

    /// Returns true if a part is not set in a throttle or a quota that is there
    /// (`None` where there is none), and nothing is typed for it.
    pub(super) fn stays_unset(&self, field: &Field, is_unset: Option<bool>) -> bool {
        let is_untyped = self
            .typed
            .get(field)
            .is_none_or(|text| text.trim().is_empty());
        is_unset == Some(true) && is_untyped
    }

    /// The value of one part: as typed, else as it stands.
    pub(super) fn part<T>(
        &self,
        field: &Field,
        now: Option<T>,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        self.typed.get(field).map_or(now, |text| parse(text))
    }

    pub(super) fn forget_resolved(&mut self, field: &Field, resolved: bool) {
        if resolved {
            self.typed.remove(field);
        }
    }

    pub(super) fn keep_as_text(&mut self, field: &Field, value: Option<String>) {
        self.typed
            .entry(field.clone())
            // The text that was typed stays as it was typed, spaces and all.
            .or_insert_with(|| value.unwrap_or_default());
    }
}

/// Returns true if a text that waits in a field has its place still when settings become
/// others.
pub(super) fn keeps_text(field: &Field, before: &Settings, after: &Settings) -> bool {
    let has_place = match field {
        Field::MethodRate(stage, _) | Field::MethodBurst(stage, _) => {
            after.stages.contains_key(stage)
        }
        _ => true,
    };
    has_place && before.text(field) == after.text(field)
}

/// The reason why a text gives no value for a field; `None` where it does.
pub(super) fn reason_against(field: &Field, text: &str) -> Option<String> {
    match field {
        Field::Rate | Field::MethodRate(..) => parse_rate(text).err(),
        Field::Burst | Field::MethodBurst(..) | Field::QuotaOffset => parse_count(text).err(),
        Field::QuotaLimit => parse_quota(text).err(),
        Field::QuotaPeriod => parse_period(text)
            .is_none()
            .then(|| "a period is DAY, WEEK or MONTH".to_owned()),
        _ => None,
    }
}

pub(super) fn text_of(settings: &Settings, field: &Field) -> String {
    settings.text(field).unwrap_or_default()
}
