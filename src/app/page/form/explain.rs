//! A sentence on each line of the form: unit, range, and the page of AWS about it.

use super::tag_key::READ_ONLY_TAG;
use crate::app::core::Core;
use crate::app::page::form::{Form, Line};
use crate::app::{Notice, Weight};
use crate::plan::edit::draft::Draft;
use crate::plan::model::tags;
use crate::plan::{Field, judge};

impl Core {
    /// The fault of what was typed into a line, where it has one and was left.
    fn wrong(&self, draft: &Draft, form: &Form, line: &Line) -> Option<String> {
        // Half a number is no fault as long as it is being typed.
        if form.typing.is_some() {
            return None;
        }
        let typed = form.text_field(draft);
        let mut faults = draft.faults().into_iter();
        if let Some(fault) = faults.find(|fault| Some(&fault.field) == typed.as_ref()) {
            return Some(fault.reason);
        }
        let Line::Tag(key) = line else { return None };
        let base = draft.base().map(|base| &base.settings);
        let mut found = judge(base, draft.edited(), self.plans.limits()).into_iter();
        let of = Some(Field::Tag(key.clone()));
        let found = found.find(|found| found.field == of)?;
        // Of a tag of AWS the line itself says that it is read-only.
        (!tags::is_reserved(key)).then(|| found.to_string())
    }
}

impl Form {
    /// The sentence on the selected line; why what was typed into it gives no value.
    pub(super) fn explain(&self, core: &Core) -> Option<Notice> {
        let line = self.selected(core)?;
        let draft = core.drafts.get(&self.draft)?;
        let (weight, text) = if let Some(wrong) = core.wrong(draft, self, &line) {
            (Weight::Warning, format!("! {}", core.named(&wrong)))
        } else {
            let words = core.with_keys(words(&line, self.on_burst));
            (Weight::Info, self.was(draft, &line) + &words)
        };
        Some(Notice {
            weight,
            text,
            link: Some(field(&line).documentation()),
        })
    }
}

impl Form {
    /// The old value of a method's limit that was changed, as a sentence: the line itself
    /// may have no room for it.
    fn was(&self, draft: &Draft, line: &Line) -> String {
        let field = self.text_field(draft);
        let field = field.filter(|_| matches!(line, Line::Method(..)));
        let before = draft.base().zip(field).and_then(|(base, field)| {
            let before = base.settings.text(&field)?;
            (Some(&before) != draft.edited().text(&field).as_ref()).then_some(before)
        });
        before.map_or_else(String::new, |before| format!("Was {before}. "))
    }
}

/// The field that a line is about.
fn field(line: &Line) -> Field {
    match line {
        Line::Field(field) => field.clone(),
        Line::Stage(stage) => Field::Stage(stage.clone()),
        Line::Method(stage, method) => Field::Method(stage.clone(), method.clone()),
        Line::AttachStage => Field::Stage(crate::plan::StageKey::as_read("", "")),
        Line::Tag(key) => Field::Tag(key.clone()),
        Line::AddTag => Field::Tag(String::new()),
    }
}

/// A sentence on a line, with unit and range; keys stand in angle brackets.
fn words(line: &Line, on_burst: bool) -> &'static str {
    match line {
        Line::Field(field) => words_on(field),
        Line::Stage(_) => {
            "An API stage, API:STAGE: <add> adds a method throttle, <remove> detaches it."
        }
        Line::Method(..) if on_burst => {
            "The method's burst limit: requests at once per API key, 0 to 2147483647, instead of the plan's throttle or beside it (open). <left>: rate; <remove> removes both."
        }
        Line::Method(..) => {
            "The method's rate limit: requests per second and API key, 0 or more, instead of the plan's throttle or beside it (open). <right>: burst; <remove> removes both."
        }
        Line::AttachStage => {
            "<change> attaches an API stage of the account, or one that you type: \
             API:STAGE, by the API's name or ID."
        }
        Line::Tag(key) if tags::is_reserved(key) => READ_ONLY_TAG,
        Line::Tag(_) => "A tag's value: 0 to 256 characters. <remove> removes the tag.",
        Line::AddTag => {
            "<change> adds a tag: its key first, 1 to 128 characters, then its value, 0 to 256."
        }
    }
}

fn words_on(field: &Field) -> &'static str {
    match field {
        Field::Name => "The name: any text, not empty. Two plans may have the same.",
        Field::Description => "The description: any text, or none.",
        Field::ProductCode => {
            "The product code: text, that of the product on AWS Marketplace, or none. A new plan \
             gets it by an update."
        }
        Field::Throttle => {
            "The throttle: rate and burst per API key over all stages, best effort. Without one \
             the lower of the account's and the stage's limits applies."
        }
        Field::Rate => {
            "The rate limit: requests per second and API key, 0 or more, fractions too; 0 blocks."
        }
        Field::Burst => {
            "The burst limit: requests at once (the token bucket's size), 0 to 2147483647; 0 \
             blocks."
        }
        Field::Quota => {
            "The quota: requests per period and API key, best effort. Without one they are \
             effectively unlimited."
        }
        Field::QuotaLimit => {
            "The quota's limit: requests per period and API key, 0 to 2147483647, also as 1.5M or \
             10_000."
        }
        Field::QuotaPeriod => "The quota's period: DAY, WEEK or MONTH; <left> and <right> choose.",
        _ => {
            "The offset: 0 for DAY, 0 to 6 for WEEK, 0 to 27 for MONTH. AWS calls it requests \
             subtracted in the first period; its ranges suggest days."
        }
    }
}
