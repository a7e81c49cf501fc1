//! One field of the settings at a time: what it reads, and taking it over from
//! other settings.

use crate::plan::{Field, Quota, Settings, Throttle};

impl Settings {
    /// The reading of a field, for the operator; `None` where there is nothing: no
    /// such tag, no throttle, an empty description.
    #[must_use]
    pub fn text(&self, field: &Field) -> Option<String> {
        let given = |text: &String| (!text.is_empty()).then(|| text.clone());
        let method = |stage, key| self.stages.get(stage).and_then(|methods| methods.get(key));
        let quota = self.quota.as_ref();
        match field {
            Field::Name => given(&self.name),
            Field::Description => given(&self.description),
            Field::ProductCode => given(&self.product_code),
            Field::Throttle => self.throttle.map(|throttle| throttle.to_string()),
            Field::Rate => read(self.throttle.and_then(|throttle| throttle.rate)),
            Field::Burst => read(self.throttle.and_then(|throttle| throttle.burst)),
            Field::Quota => quota.map(Quota::to_string),
            Field::QuotaLimit => read(quota.and_then(|quota| quota.limit)),
            Field::QuotaPeriod => read(quota.and_then(|quota| quota.period.as_ref())),
            Field::QuotaOffset => read(quota.and_then(|quota| quota.offset)),
            Field::Stage(stage) => self.stages.get(stage).map(|methods| match methods.len() {
                0 => "attached".to_owned(),
                1 => "attached, 1 method throttle".to_owned(),
                many => format!("attached, {many} method throttles"),
            }),
            Field::Method(stage, key) => method(stage, key).map(Throttle::to_string),
            Field::MethodRate(stage, key) => read(method(stage, key).and_then(|t| t.rate)),
            Field::MethodBurst(stage, key) => read(method(stage, key).and_then(|t| t.burst)),
            Field::Tag(key) => self.tags.get(key).cloned(),
        }
    }

    /// Sets a field as it is in other settings. A part of a throttle or a quota
    /// that one of the two does not have is taken with the whole; a method
    /// throttle of a stage that is not attached here stays away.
    pub fn take(&mut self, field: &Field, from: &Self) {
        match field {
            Field::Name => self.name.clone_from(&from.name),
            Field::Description => self.description.clone_from(&from.description),
            Field::ProductCode => self.product_code.clone_from(&from.product_code),
            Field::Throttle => self.throttle = from.throttle,
            Field::Rate | Field::Burst => {
                take_part(&mut self.throttle, from.throttle, field);
                // The half that went may have been the last, and no throttle has one form
                // only.
                self.throttle = self.throttle.and_then(Throttle::given);
            }
            Field::Quota => self.quota.clone_from(&from.quota),
            Field::QuotaLimit | Field::QuotaPeriod | Field::QuotaOffset => {
                match (&mut self.quota, &from.quota) {
                    (Some(here), Some(there)) => match field {
                        Field::QuotaLimit => here.limit = there.limit,
                        Field::QuotaPeriod => here.period.clone_from(&there.period),
                        _ => here.offset = there.offset,
                    },
                    (here, there) => here.clone_from(there),
                }
                self.quota = self.quota.take().and_then(Quota::given);
            }
            Field::Stage(stage) => match from.stages.get(stage) {
                Some(methods) => {
                    self.stages.insert(stage.clone(), methods.clone());
                }
                None => {
                    self.stages.remove(stage);
                }
            },
            Field::Method(stage, key)
            | Field::MethodRate(stage, key)
            | Field::MethodBurst(stage, key) => {
                let there = from.stages.get(stage).and_then(|methods| methods.get(key));
                let Some(methods) = self.stages.get_mut(stage) else {
                    return;
                };
                let mut here = methods.remove(key);
                take_part(&mut here, there.copied(), field);
                methods.extend(here.map(|throttle| (key.clone(), throttle)));
            }
            Field::Tag(key) => match from.tags.get(key) {
                Some(value) => {
                    self.tags.insert(key.clone(), value.clone());
                }
                None => {
                    self.tags.remove(key);
                }
            },
        }
    }
}

/// A value as it reads; `None` where it is not set.
fn read(value: Option<impl ToString>) -> Option<String> {
    value.map(|value| value.to_string())
}

/// Takes over a rate or a burst where both have one, else the whole throttle.
fn take_part(here: &mut Option<Throttle>, there: Option<Throttle>, field: &Field) {
    match (here.as_mut(), there, field) {
        (Some(here), Some(there), Field::Rate | Field::MethodRate(..)) => here.rate = there.rate,
        (Some(here), Some(there), Field::Burst | Field::MethodBurst(..)) => {
            here.burst = there.burst;
        }
        _ => *here = there,
    }
}
