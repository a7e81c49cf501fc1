//! The reasons why a limit holds, and the limits that explain what a client saw.

use jiff::Timestamp;

use super::{Below, Limits, sentence};
use crate::app::core::Core;
use crate::app::core::catalogue::Load as Known;
use crate::app::keys::command::Command;
use crate::plan::limits::effective::{Body, Chain, Explanation, Observed, explain};
use crate::plan::model::human::parse_rate;
use crate::plan::{Fact, Rate};

/// The words of AWS on every limit (developer guide, request throttling).
pub const BEST_EFFORT: &str = "Limits are best effort, says AWS: targets, not ceilings.";

/// A sentence on why a limit holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The sentence.
    pub text: String,
    /// True where it is beside the point for a reader who only asks for the reason.
    pub is_aside: bool,
}

/// The answer that a client got at the selected cell, or the rate at which it asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The message of the refusal.
    pub body: Option<Body>,
    /// The rate at which it sent, in requests per second.
    pub rate: Option<Rate>,
}

impl Seen {
    /// Reads a message, a rate, or both: `Too Many Requests at 80/s`.
    ///
    /// # Errors
    /// The forms that can be written, where the text has neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        let body = Body::parse(text);
        let mut words = text.split_whitespace();
        let rate = words.find_map(|word| parse_rate(word.strip_suffix("/s")?).ok());
        if body.is_none() && rate.is_none() {
            let forms = "write what the client got, Too Many Requests, Limit Exceeded or Forbidden, \
                         and its rate if you know it: 80/s";
            return Err(forms.to_owned());
        }
        Ok(Self { body, rate })
    }
}

impl Core {
    /// The time at which something that the matrix shows was read last, as far as the log of
    /// requests goes back.
    #[must_use]
    pub fn read_at(&self, operation: &str, target: &str) -> Option<Timestamp> {
        let mut requests = self.log.iter().rev();
        let found = requests.find(|request| {
            request.operation == operation && request.target == target && request.outcome.is_ok()
        });
        found.map(|request| request.started)
    }

    /// Returns true where the reason for a limit stands in the place of the matrix.
    #[must_use]
    pub fn is_why_in_full(&self, limits: &Limits) -> bool {
        limits.below == Below::WhyInFull
    }

    /// The sentences on why a limit holds, below the limits themselves.
    #[must_use]
    pub fn why(&self, limits: &Limits, chain: &Chain) -> Vec<Said> {
        let mut said = Vec::new();
        let mut say = |text: String, is_aside: bool| {
            let text = self.named(&text).into_owned();
            said.push(Said { text, is_aside });
        };
        say(sentence(&chain.sentence()), false);
        say(format!("A client gets {}.", chain.answer()), false);
        for fact in &chain.facts {
            // Those of a stage's -1 and of half a throttle are told with what is open.
            if !matches!(fact, Fact::OffAtStage | Fact::HalfThrottle) {
                say(sentence(fact.sentence()), false);
            }
        }
        for open in chain.not_counted().into_iter().chain(chain.open()) {
            say(format!("{open}."), false);
        }
        for step in chain.to_allow_more() {
            say(format!("To allow more: {step}."), true);
        }
        if let Some(Known::Here(keys)) = self.catalogue.plan_keys.get(&limits.plan) {
            for said in chain.fleet(keys.len()).sentences() {
                say(format!("All keys: {said}."), true);
            }
        }
        if let Some(note) = chain.of_method_throttle() {
            say(format!("Plan's method throttle: {note}."), true);
        }
        let api = chain.stage.api.as_str();
        let reads = [
            ("GetStages", api),
            ("GetResources", api),
            ("GetAccount", ""),
        ];
        let times = reads.iter().filter_map(|(operation, target)| {
            let time = self.read_at(operation, target)?;
            Some(format!("{operation} {}", time.strftime("%H:%M:%S")))
        });
        let times: Vec<String> = times.collect();
        if !times.is_empty() {
            let refresh = self.key_for(Command::Refresh);
            let text = format!("Read (UTC): {}. {refresh} reads again.", times.join(", "));
            say(text, true);
        }
        say(BEST_EFFORT.to_owned(), true);
        if let Ok(trial) = self.trial(limits) {
            for text in trial.texts() {
                say(text, true);
            }
        }
        said
    }

    /// The limits that explain what a client saw at the selected cell, the likeliest
    /// first.
    #[must_use]
    pub fn explanations(&self, limits: &Limits, seen: Seen) -> Vec<Explanation> {
        let Some((stage, method)) = limits.selected() else {
            return Vec::new();
        };
        let (plan, _) = &limits.from;
        let observed = Observed {
            body: seen.body,
            stage: Some(stage.clone()),
            method: Some(method.clone()),
            rate: seen.rate,
            ..Observed::default()
        };
        // What clients saw, they saw of the plan as the service has it.
        explain(&plan.settings, &limits.around, &observed)
    }
}
