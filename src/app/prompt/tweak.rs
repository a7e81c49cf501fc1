//! The quick tweak: one number of the selected plan, changed on one line.

use crate::app::DraftId;
use crate::app::prompt::input::Input;
use crate::plan::edit::draft::Draft;
use crate::plan::model::human::{Amount, Measure, QuotaAmount, is_none};
use crate::plan::{Field, Period};
use crate::text::number;

/// One number that is being changed.
#[derive(Debug)]
pub struct Tweak {
    /// The draft that it goes into, whatever is selected by then.
    pub draft: DraftId,
    /// The number that is tweaked: the rate, the burst or the quota's limit.
    pub field: Field,
    /// The text as typed so far.
    pub input: Input,
}

/// The effect that a tweak would have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The value now, as a field has it; empty for none.
    before: String,
    /// The period of a quota now.
    period: Option<Period>,
    /// The value after, or why there is none.
    pub after: Result<After, String>,
}

/// A number as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After {
    /// This value, as a field has it; of a quota with the period that was typed with it.
    Value(String, Option<Period>),
    /// No throttle or no quota.
    Removed,
}

impl Preview {
    /// Returns true for what there is already, however that is written.
    #[must_use]
    pub fn is_unchanged(&self, after: &After) -> bool {
        let number = |text: &str| text.trim().parse::<f64>().ok();
        match after {
            After::Removed => self.before.is_empty(),
            After::Value(value, period) => {
                let (before, after) = (number(&self.before), number(value));
                let keeps_period = period.is_none() || *period == self.period;
                before.is_some() && before == after && keeps_period
            }
        }
    }

    /// The value now, as it is read.
    #[must_use]
    pub fn now(&self) -> String {
        if self.before.is_empty() {
            return "none".to_owned();
        }
        number::of_text(&self.before)
    }

    /// Returns true if it starts from the value that a plan has.
    #[must_use]
    pub fn is_from(&self, value: &str) -> bool {
        self.before == value
    }
}

impl Tweak {
    /// A tweak of a number, as yet empty.
    #[must_use]
    pub fn new(draft: DraftId, field: Field) -> Self {
        Self {
            draft,
            field,
            input: Input::new(""),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> String {
        self.field.to_string()
    }

    /// The unit of its number.
    #[must_use]
    pub fn unit(&self) -> &'static str {
        match self.field {
            Field::Rate | Field::MethodRate(..) => "requests per second",
            Field::QuotaLimit => "requests per period",
            _ => "requests",
        }
    }

    /// A value of it as it is read, with its unit.
    #[must_use]
    pub fn shown(&self, after: &After) -> String {
        match after {
            After::Value(value, None) => format!("{} {}", number::of_text(value), self.unit()),
            After::Value(value, Some(period)) => {
                let period = period.as_str().to_lowercase();
                format!("{} requests per {period}", number::of_text(value))
            }
            After::Removed if self.field == Field::QuotaLimit => "no quota".to_owned(),
            After::Removed => "no throttle: rate and burst are removed".to_owned(),
        }
    }

    /// Returns true for a value that can only be a slip: a rate above 2147483647 requests
    /// per second, the most that any count can be. The service names no highest rate;
    /// none that is known of is near it.
    #[must_use]
    pub fn is_beyond_reason(&self, after: &After) -> bool {
        let After::Value(value, _) = after else {
            return false;
        };
        matches!(self.field, Field::Rate | Field::MethodRate(..))
            && value
                .parse::<f64>()
                .is_ok_and(|rate| rate > f64::from(i32::MAX))
    }

    /// The effect that it would have on a draft.
    #[must_use]
    pub fn preview(&self, draft: &Draft) -> Preview {
        let quota = draft.edited().quota.as_ref();
        Preview {
            before: draft.text(&self.field),
            period: quota.and_then(|quota| quota.period.clone()),
            after: self.after(draft, &self.input.text()),
        }
    }

    fn after(&self, draft: &Draft, text: &str) -> Result<After, String> {
        if is_none(text) {
            return Ok(After::Removed);
        }
        let (amount, period) = match self.field {
            Field::QuotaLimit => {
                let quota = QuotaAmount::parse(text)?;
                // A period alone leaves the number as it is.
                (quota.limit.unwrap_or(Amount::Plus(0.0)), quota.period)
            }
            Field::Rate | Field::MethodRate(..) => (Amount::parse(text, Measure::Rate)?, None),
            _ => (Amount::parse(text, Measure::Requests)?, None),
        };
        let value = self.on(draft, amount)?;
        Ok(After::Value(value, period))
    }

    fn on(&self, draft: &Draft, amount: Amount) -> Result<String, String> {
        let settings = draft.edited();
        let throttle = match &self.field {
            Field::MethodRate(stage, method) | Field::MethodBurst(stage, method) => settings
                .stages
                .get(stage)
                .and_then(|methods| methods.get(method))
                .copied(),
            _ => settings.throttle,
        };
        if matches!(self.field, Field::Rate | Field::MethodRate(..)) {
            let now = self.needed(throttle.and_then(|t| t.rate), amount)?;
            return amount.on_rate(now).map(|rate| rate.to_string());
        }
        let now = match self.field {
            Field::QuotaLimit => settings.quota.as_ref().and_then(|q| q.limit),
            _ => throttle.and_then(|t| t.burst),
        };
        let now = self.needed(now, amount)?;
        amount.on_count(now).map(|count| count.to_string())
    }

    /// The value to start from. Where there is none, only a plain number gives a
    /// value.
    fn needed<T: Default>(&self, now: Option<T>, amount: Amount) -> Result<T, String> {
        match (now, amount) {
            (Some(now), _) => Ok(now),
            (None, Amount::To(_)) => Ok(T::default()),
            (None, _) => Err(format!("the plan has no {} to start from", self.name())),
        }
    }

    /// Puts a value into the draft. A plan without a throttle or a quota is given
    /// one to fill in.
    pub fn put(&self, draft: &mut Draft, after: &After) {
        let value = match after {
            After::Removed => return draft.remove_limit(&self.field),
            After::Value(value, None) => value.clone(),
            After::Value(value, Some(period)) => format!("{value}/{period}"),
        };
        match &self.field {
            Field::Rate | Field::Burst if !draft.has_throttle() => draft.set_throttle(true),
            Field::QuotaLimit if !draft.has_quota() => draft.set_quota(true),
            Field::MethodRate(stage, method) | Field::MethodBurst(stage, method) => {
                draft.add_method(stage, method);
            }
            _ => {}
        }
        // A step of undo of its own, apart from what was typed before it.
        draft.seal();
        draft.set(&self.field, value);
        draft.seal();
    }

    /// The number that is still missing after it: the other half of a new throttle.
    #[must_use]
    pub fn follow_up(&self, draft: &Draft) -> Option<Field> {
        let halves = match &self.field {
            Field::MethodRate(stage, method) | Field::MethodBurst(stage, method) => [
                Field::MethodRate(stage.clone(), method.clone()),
                Field::MethodBurst(stage.clone(), method.clone()),
            ],
            Field::Rate | Field::Burst => [Field::Rate, Field::Burst],
            _ => return None,
        };
        let is_removed = halves.iter().all(|field| draft.text(field).is_empty());
        halves
            .into_iter()
            .filter(|_| !is_removed)
            .find(|field| draft.text(field).is_empty())
    }
}
