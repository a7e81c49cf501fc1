//! A view as lines of text: the same dashboard without a terminal. It is fed what comes
//! back until nothing is awaited any more, led to the view, and read off.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use futures::future;
use jiff::Timestamp;
use tokio::sync::mpsc::{self, Receiver, UnboundedReceiver, UnboundedSender};

use super::reports::Reports;
use super::ways::{self, AccountWays};
use super::work::Work;
use super::{ANSWERS, Ways};
use crate::app::fleet::PlaceId;
use crate::app::keys::keymap::Keymap;
use crate::app::message::{Answer, Effect, Message, Question, Ticket};
use crate::app::view::layout;
use crate::app::{App, Screen};
use crate::config::{Config, Spot};
use crate::correction::{self, Sightings};
use crate::gateway::Request;
use crate::journal;
use crate::plan::patch::support;
use crate::plan::{PlanId, Scope, UsagePlan};
use crate::ui::look::Look;
use crate::ui::plain;

/// The parts of a view that are to be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintedView {
    /// The view, as lines.
    pub text: String,
    /// The reason why what should be in it is not.
    pub failure: Option<String>,
    /// A further note to print.
    pub notice: Option<String>,
}

/// The views that these lines of the command line lead to, one after the other, in each
/// of the places that were asked for; the list of plans without any line. Drafts are
/// left to the dashboards that have them. Each place has its own result: an error where
/// its plans cannot be read, or a line leads to no view.
///
/// # Errors
/// Where the key map is wrong, or it is not known which places are meant.
pub async fn views(
    config: &Config,
    lines: &[String],
) -> anyhow::Result<Vec<anyhow::Result<PrintedView>>> {
    support::table().map_err(|error| anyhow::anyhow!("{error}"))?;
    let text = config.input.keymap_text()?;
    let keymap = Keymap::of(
        text.as_ref()
            .map(|(file, text)| (file.as_str(), text.as_str())),
    )?;
    let ways = AccountWays::new(config.clone());
    let spots = ways::spots(config).await?;
    let is_several = spots.len() > 1;
    let shown = spots.iter().map(async |spot| {
        let shown = view(config, &ways, spot, keymap.clone(), lines).await;
        shown.map_err(|why| {
            if is_several {
                why.context(spot.to_string())
            } else {
                why
            }
        })
    });
    Ok(future::join_all(shown).await)
}

async fn view(
    config: &Config,
    ways: &AccountWays,
    spot: &Spot,
    keymap: Keymap,
    lines: &[String],
) -> anyhow::Result<PrintedView> {
    let looks = &config.looks;
    let look = Look::of(looks.themes.first(), looks.depth, looks.unicode);
    let setup = ways::setup_of(config, spot).map_err(anyhow::Error::msg)?;
    let size = layout::everything(plain::COLUMNS);
    // Nobody can press a key here: what is to be done next is called by its name.
    let app = App::new(
        setup,
        keymap.clone().without_keys(),
        size.width,
        size.height,
    );
    let journals = journal::root().map_err(|unusable| unusable.to_string());
    let mut reader = Reader::new(app, ways, spot, journals);
    let effects = reader.app.start();
    reader.carry_out(effects);
    reader.resolve().await?;
    reader.go_through(lines).await?;
    reader.correct().await;
    let app = &mut reader.app;
    // This page is about the keys themselves.
    if matches!(app.stack.screen(), Some(Screen::Help(_))) {
        app.core.keymap = keymap;
    }
    let failure = app.stack.why_not_shown(&app.core);
    let notice = app.core.notice.as_ref().map(|notice| notice.text.clone());
    Ok(PrintedView {
        text: plain::text(app, &look),
        notice: notice.filter(|notice| failure.as_ref() != Some(notice)),
        failure,
    })
}

/// The dashboard of a place, and what carries out what it wants done.
struct Reader<'a> {
    app: App,
    ways: &'a AccountWays,
    spot: &'a Spot,
    work: Work,
    answers: Receiver<(PlaceId, Message)>,
    log: UnboundedSender<Request>,
    requests: UnboundedReceiver<Request>,
    /// The account's scope, as soon as it is known.
    scope: Option<Arc<Scope>>,
    /// The plans whose keys were asked for.
    asked: BTreeMap<Ticket, PlanId>,
    /// The lists that are being read.
    lists: BTreeMap<Ticket, Vec<UsagePlan>>,
    seen: Sightings,
}

impl<'a> Reader<'a> {
    fn new(
        app: App,
        ways: &'a AccountWays,
        spot: &'a Spot,
        journals: Result<PathBuf, String>,
    ) -> Self {
        let (log, requests) = mpsc::unbounded_channel();
        let (to, answers) = mpsc::channel(ANSWERS);
        let news = Reports {
            place: PlaceId::default(),
            to,
        };
        Self {
            app,
            ways,
            spot,
            work: Work::reading(news, journals),
            answers,
            log,
            requests,
            scope: None,
            asked: BTreeMap::new(),
            lists: BTreeMap::new(),
            seen: Sightings::default(),
        }
    }

    /// Notes what was read, for [`Reader::correct`].
    fn see(&mut self, message: &Message) {
        let Message::Answer(ticket, answer) = message else {
            return;
        };
        match answer {
            Answer::Connected(Ok(connected)) => self.scope = Some(connected.scope.clone()),
            Answer::Page(plans) => {
                if let Some(list) = self.lists.get_mut(ticket) {
                    list.extend(plans.iter().cloned());
                }
            }
            Answer::PagesEnd(Ok(())) => {
                let list = self.lists.remove(ticket);
                self.seen.list = list.or(self.seen.list.take());
            }
            Answer::Plan(result) => {
                let plan = result.as_ref().as_ref().ok();
                self.seen.plans.extend(plan.cloned().map(Arc::new));
            }
            Answer::Keys(Ok(keys)) => {
                if let Some(plan) = self.asked.remove(ticket) {
                    let keys = keys.iter().map(|key| key.id.clone());
                    self.seen.keys.insert(plan, keys.collect());
                }
            }
            _ => {}
        }
    }

    /// Corrects what the history says wrongly of what was read.
    async fn correct(&mut self) {
        if let Some(scope) = &self.scope {
            let doubted = correction::doubted(scope).await;
            correction::correct(scope, doubted, &self.seen).await;
        }
    }

    /// Goes where the lines lead. Where the plans cannot be read, that is to the views of
    /// one plan, which is read by its id: a part is not to be taken for the whole.
    async fn go_through(&mut self, lines: &[String]) -> anyhow::Result<()> {
        let why = self.app.core.why_without_plans();
        if let (Some(why), []) = (&why, lines) {
            bail!("{why}");
        }
        for line in lines {
            let by_id = why
                .as_ref()
                .and_then(|_| self.app.stack.id_to_ask_for(&self.app.core, line));
            let effects = match &by_id {
                Some(id) => self.app.stack.go_to_plan_by_id(&mut self.app.core, id),
                None => self
                    .app
                    .stack
                    .go_to_view(&mut self.app.core, line)
                    .map_err(anyhow::Error::msg)?,
            };
            self.carry_out(effects);
            self.resolve().await?;
            let Some(why) = &why else { continue };
            if !self.app.stack.is_about_one_plan(&self.app.core) {
                // A text that may be an id was asked for, and that is told.
                let told = self.app.core.notice.as_ref().filter(|_| by_id.is_some());
                bail!("{}", told.map_or(why, |told| &told.text));
            }
        }
        Ok(())
    }

    /// Waits until nothing is awaited any more.
    async fn resolve(&mut self) -> anyhow::Result<()> {
        while self.app.core.is_waiting() {
            let answer = self.answers.recv().await;
            let (_, message) = answer.context("what was asked is not answered")?;
            self.work.note(&message);
            self.see(&message);
            self.tell(message);
        }
        while let Ok(request) = self.requests.try_recv() {
            self.tell(Message::Requested(request));
        }
        Ok(())
    }

    fn tell(&mut self, message: Message) {
        let effects = self.app.update(message, Timestamp::now());
        self.carry_out(effects);
    }

    /// Asks what is to be asked. A view wants nothing else.
    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Ask(ticket, Question::Connect) => {
                    let connected = self.ways.connect(self.spot, self.log.clone());
                    self.work.connect(ticket, connected);
                }
                Effect::Ask(ticket, question) => {
                    match &question {
                        Question::PlanKeys(plan) => drop(self.asked.insert(ticket, plan.clone())),
                        Question::Plans { of_key: None } => {
                            self.lists.insert(ticket, Vec::new());
                        }
                        _ => {}
                    }
                    self.work.ask(ticket, question);
                }
                Effect::ReadHistory(ticket) => self.work.read_history(ticket),
                Effect::Cancel(ticket) => self.work.cancel(ticket),
                _ => {}
            }
        }
    }
}
