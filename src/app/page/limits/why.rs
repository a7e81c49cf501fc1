//! The reasons why a limit holds, and the limits that explain what a client saw.

use jiff::Timestamp;

use super::{Below, Limits, sentence};
use crate::app::core::Core;
use crate::app::core::catalogue::Load as Known;
use crate::app::keys::command::Command;
use crate::plan::limits::effective::{
    Body, Chain, Explanation, Likelihood, Observed, explain, seen,
};
use crate::plan::{Fact, Rate};
use crate::text::wrap::wrap;

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
    /// Reads a status, a message, a rate, or a response that was pasted.
    ///
    /// # Errors
    /// The forms that are understood, where the text has none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (body, rate) = (Body::parse(text), seen::rate(text));
        if body.is_some() || rate.is_some() {
            return Ok(Self { body, rate });
        }
        Err(match seen::status(text) {
            Some(status) => format!(
                "{status} comes from no limit and no API key: those answer 429 or 403. The \
                 integration, or an authorizer (401), gave it"
            ),
            None => "write what the client got: 429, 403, Too Many Requests, Limit Exceeded, \
                     Forbidden, a pasted response, or its rate: 80/s"
                .to_owned(),
        })
    }

    /// The conclusion from what was seen alone.
    #[must_use]
    pub fn sentence(self) -> String {
        let rate = self.rate.map(|rate| format!("At {rate} requests/s. "));
        let body = self
            .body
            .map_or("No answer given: every cause counts", Body::sentence);
        format!("{}{body}.", rate.unwrap_or_default())
    }
}

/// A line on what explains what a client saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenLine {
    /// The likelihood of what it names; none for what was seen, and below the first line of a
    /// cause.
    pub likelihood: Option<Likelihood>,
    /// Its text, which fits.
    pub text: String,
}

/// The most lines that an explanation takes beside the matrix.
pub const MOST_LINES: usize = 6;
/// The columns before the text of a cause.
pub const WORD_WIDTH: usize = 11;

/// The causes as lines of so many columns: the first so many with their reasons, the others
/// by their names.
fn seen_lines(seen: Seen, causes: &[Explanation], reasons: usize, columns: usize) -> Vec<SeenLine> {
    let line = |likelihood, text| SeenLine { likelihood, text };
    let head = wrap(&seen.sentence(), columns).into_iter();
    let mut lines: Vec<SeenLine> = head.map(|text| line(None, text)).collect();
    let room = columns.saturating_sub(WORD_WIDTH);
    for cause in causes.iter().take(reasons) {
        let text = format!("{}: {}", cause.cause.name(), cause.sentence);
        for (at, text) in wrap(&text, room).into_iter().enumerate() {
            lines.push(line((at == 0).then_some(cause.likelihood), text));
        }
    }
    let rest = causes.iter().skip(reasons);
    for likelihood in [
        Likelihood::Explains,
        Likelihood::Possible,
        Likelihood::RuledOut,
    ] {
        let of_it = rest.clone().filter(|cause| cause.likelihood == likelihood);
        let names: Vec<&str> = of_it.map(|cause| cause.cause.name()).collect();
        if names.is_empty() {
            continue;
        }
        for (at, text) in wrap(&names.join(", "), room).into_iter().enumerate() {
            lines.push(line((at == 0).then_some(likelihood), text));
        }
    }
    lines
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

    /// What explains what a client saw at the selected cell, in so many columns: in full in
    /// the place of the matrix, else in six lines, what is ruled out by its names alone.
    #[must_use]
    pub fn told_of_seen(&self, limits: &Limits, seen: Seen, columns: usize) -> Vec<SeenLine> {
        let mut causes = self.explanations(limits, seen);
        for cause in &mut causes {
            cause.sentence = self.named(&cause.sentence).into_owned();
        }
        if self.is_why_in_full(limits) {
            return seen_lines(seen, &causes, causes.len(), columns);
        }
        let left = causes.iter();
        let left = left.filter(|cause| cause.likelihood != Likelihood::RuledOut);
        let most = left.count().min(3);
        let fewer = (0..=most).rev();
        let mut told = fewer.map(|reasons| seen_lines(seen, &causes, reasons, columns));
        let fits = |lines: &Vec<SeenLine>| lines.len() <= MOST_LINES;
        told.find(fits).unwrap_or_else(|| {
            // Names alone do not fit a narrow terminal either.
            let mut cut = seen_lines(seen, &causes, 0, columns);
            cut.truncate(MOST_LINES);
            cut
        })
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
