//! The quick tweak: one number of the selected plan, changed on one line.

use crate::app::DraftId;
use crate::app::prompt::input::Input;
use crate::plan::Field;
use crate::plan::edit::draft::Draft;
use crate::plan::model::human::Amount;

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
    /// The value now; empty for none.
    pub before: String,
    /// The value after, or why there is none.
    pub after: Result<String, String>,
}

impl Preview {
    /// Returns true for a value that is what there is already, however that is written.
    #[must_use]
    pub fn is_unchanged(&self, value: &str) -> bool {
        let number = |text: &str| text.trim().parse::<f64>().ok();
        let (before, after) = (number(&self.before), number(value));
        before.is_some() && before == after
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

    /// Returns true for a value that can only be a slip: a rate above 2147483647 requests
    /// per second, the most that any count can be. The service names no highest rate;
    /// none that is known of is near it.
    #[must_use]
    pub fn is_beyond_reason(&self, value: &str) -> bool {
        matches!(self.field, Field::Rate | Field::MethodRate(..))
            && value
                .parse::<f64>()
                .is_ok_and(|rate| rate > f64::from(i32::MAX))
    }

    /// The effect that it would have on a draft.
    #[must_use]
    pub fn preview(&self, draft: &Draft) -> Preview {
        let before = draft.text(&self.field);
        let after = Amount::parse(&self.input.text()).and_then(|amount| self.on(draft, amount));
        Preview { before, after }
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
    pub fn put(&self, draft: &mut Draft, value: &str) {
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
        halves
            .into_iter()
            .find(|field| draft.text(field).is_empty())
    }
}
