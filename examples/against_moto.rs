//! The dashboard against moto's server, an API Gateway that nobody here wrote: keys go in, and
//! what the operator is told and what the server then has is compared. `tests/clients/moto.py`
//! starts the server, prepares the account and runs this:
//!
//! ```text
//! against_moto http://127.0.0.1:PORT
//! ```
//!
//! Where moto deviates from the service (`docs/moto.md`) plangate must come through.

use std::collections::VecDeque;
use std::env;
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use futures::StreamExt;
use jiff::Timestamp;
use plangate::app::core::plans::Loading;
use plangate::app::keys::keymap::Keymap;
use plangate::app::message::{Answer, Effect, Message, Question, Ticket};
use plangate::app::{App, Prompt, Setup, Weight};
use plangate::config::Reasons;
use plangate::gateway::{Gateway, Options, Request};
use plangate::plan::calls::call::Call;
use plangate::plan::edit::jump::Percent;
use plangate::plan::{MethodThrottles, Op, PatchOperation, PlanId, StageKey, UsagePlan};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let endpoint = env::args().nth(1).context("which endpoint?")?;
    let mut dashboard = Box::pin(Dashboard::start(endpoint)).await?;
    let (mut passed, mut failed) = (0, 0);
    macro_rules! cases {
        ($($case:ident)*) => {$(
            let name = stringify!($case).replace('_', " ");
            match $case(&mut dashboard).await {
                Ok(()) => {
                    passed += 1;
                    println!("PASS {name}");
                }
                Err(error) => {
                    failed += 1;
                    println!("FAIL {name}: {error:#}");
                }
            }
            dashboard.go_home().await;
        )*};
    }
    cases! {
        the_plans_are_listed
        the_detail_has_what_stands_around_the_plan
        a_plan_is_renamed
        stages_are_attached_and_detached
        the_throttle_is_changed
        a_new_plan_is_made
        a_copy_is_made
        texts_where_numbers_belong_are_mended
        a_method_throttle_that_moto_ignores_is_told
        half_a_batch_is_found_out
        a_change_that_failed_is_found_not_to_be_made
        tags_that_moto_cannot_set_are_told
        a_change_whose_answer_cannot_be_read_is_unconfirmed
        a_list_that_cannot_be_mended_names_the_field
    }
    println!("{passed} passed, {failed} failed");
    Ok(ExitCode::from(u8::from(failed > 0)))
}

async fn the_plans_are_listed(dashboard: &mut Dashboard) -> Result<()> {
    let mut names = dashboard.names();
    names.sort();
    ensure!(names == ["basic", "other"], "{names:?}");
    dashboard.is_listed()
}

async fn the_detail_has_what_stands_around_the_plan(dashboard: &mut Dashboard) -> Result<()> {
    let id = dashboard.select("basic").await?;
    dashboard.keys("<enter>").await;
    let plan = dashboard.plan("basic")?;
    let throttle = plan.settings.throttle.context("no throttle")?;
    let quota = plan.settings.quota.clone().context("no quota")?;
    let text = format!("{throttle}, {quota}");
    ensure!(
        text.starts_with("10 requests/s, burst 20, 1000 per"),
        "{text}"
    );
    ensure!(
        plan.settings.stages.len() == 1,
        "{:?}",
        plan.settings.stages
    );

    let catalogue = &dashboard.app.core.catalogue;
    let apis = catalogue.apis.here().context("no APIs")?;
    let api = apis.first().context("no API")?;
    let keys = catalogue.plan_keys.get(&id).and_then(|keys| keys.here());
    ensure!(keys.is_some_and(|keys| keys.len() == 1), "{keys:?}");
    ensure!(
        dashboard.app.core.plans.limits().is_some(),
        "no account limits"
    );
    let stages = dashboard.gateway.stages(&api.id).await?;
    ensure!(stages.len() == 3, "{stages:?}");
    let methods = dashboard.gateway.methods(&api.id).await?;
    ensure!(methods.len() == 2, "{methods:?}");
    Ok(())
}

async fn a_plan_is_renamed(dashboard: &mut Dashboard) -> Result<()> {
    let id = dashboard.select("basic").await?;
    dashboard.keys("e<enter>-renamed<enter><esc>").await;
    dashboard.send().await;
    dashboard.was_told(Weight::Info, &["Sent"])?;
    ensure!(dashboard.read(&id).await?.settings.name == "basic-renamed");
    dashboard.plan("basic-renamed").map(drop)
}

async fn stages_are_attached_and_detached(dashboard: &mut Dashboard) -> Result<()> {
    let id = dashboard.select("other").await?;
    let api = &dashboard.app.core.catalogue.apis;
    let api = api.here().and_then(|apis| apis.first()).context("no API")?;
    let api = api.id.clone();
    let stages = async |dashboard: &Dashboard| {
        let plan = dashboard.read(&id).await?;
        anyhow::Ok(plan.settings.stages.keys().cloned().collect::<Vec<_>>())
    };
    let key = |stage| StageKey::as_read(&*api, stage);
    for stage in ["dev", "test"] {
        // The stage is found by typing.
        dashboard.keys("ea").await;
        dashboard.keys(&format!("{stage}<enter><esc>")).await;
    }
    dashboard.send().await;
    dashboard.was_told(Weight::Info, &["Sent"])?;
    let now = stages(dashboard).await?;
    ensure!(now == [key("dev"), key("test")], "{now:?}");

    let remove = format!(r#"[{{"op":"remove","path":"/apiStages","value":"{api}:dev"}}]"#);
    dashboard.patch("other", &remove).await?;
    dashboard.was_told(Weight::Info, &["Sent"])?;
    let now = stages(dashboard).await?;
    ensure!(now == [key("test")], "{now:?}");
    Ok(())
}

async fn the_throttle_is_changed(dashboard: &mut Dashboard) -> Result<()> {
    let id = dashboard.select("basic-renamed").await?;
    dashboard.keys("r30<enter>b+50%<enter>").await;
    dashboard.send().await;
    dashboard.was_told(Weight::Info, &["Sent"])?;
    let throttle = dashboard.read(&id).await?.settings.throttle;
    let throttle = throttle.context("no throttle")?;
    let text = throttle.to_string();
    ensure!(text == "30 requests/s, burst 30", "{text}");
    Ok(())
}

/// A product code cannot be part of the creation and follows as an update.
async fn a_new_plan_is_made(dashboard: &mut Dashboard) -> Result<()> {
    let keys = "n<enter>gold<enter><down><down><enter>code-1<enter>";
    dashboard.keys(keys).await;
    dashboard.send().await;
    dashboard.was_told(Weight::Info, &["Sent"])?;
    dashboard.ended_with(&["CreateUsagePlan", "UpdateUsagePlan"])?;
    let id = dashboard.plan("gold")?.id;
    ensure!(dashboard.read(&id).await?.settings.product_code == "code-1");
    Ok(())
}

async fn a_copy_is_made(dashboard: &mut Dashboard) -> Result<()> {
    dashboard.select("basic-renamed").await?;
    dashboard.keys("c").await;
    dashboard.send().await;
    dashboard.was_told(Weight::Info, &["Sent"])?;
    // The filter does not show it.
    dashboard.keys("<esc>").await;
    let (old, new) = (
        dashboard.plan("basic-renamed")?,
        dashboard.plan("basic-renamed copy")?,
    );
    let copy = dashboard.read(&new.id).await?.settings;
    ensure!(
        copy.throttle == old.settings.throttle && copy.quota == old.settings.quota,
        "{copy:?}"
    );
    ensure!(copy.stages == old.settings.stages, "{copy:?}");
    Ok(())
}

/// After a quota update moto answers `"limit": "1300"`, also in the list.
async fn texts_where_numbers_belong_are_mended(dashboard: &mut Dashboard) -> Result<()> {
    dashboard.select("basic-renamed").await?;
    dashboard.keys("t1300<enter>").await;
    dashboard.send().await;
    dashboard.was_told(Weight::Info, &["Sent"])?;
    dashboard.logged("UpdateUsagePlan", "numbers corrected")?;
    let before = dashboard.app.core.plans.len();
    dashboard.keys("R").await;
    dashboard.logged("GetUsagePlans", "numbers corrected")?;
    dashboard.is_listed()?;
    ensure!(dashboard.app.core.plans.len() == before);
    let quota = dashboard.plan("basic-renamed")?.settings.quota.clone();
    let quota = quota.context("no quota")?.to_string();
    ensure!(quota.starts_with("1300 per"), "{quota}");
    Ok(())
}

async fn a_method_throttle_that_moto_ignores_is_told(dashboard: &mut Dashboard) -> Result<()> {
    let plan = dashboard.plan("other")?;
    let stage = plan.settings.stages.keys().next().context("no stage")?;
    // A method throttle needs one of the plan.
    let operations = format!(
        r#"[{{"op":"replace","path":"/throttle/rateLimit","value":"9"}},
        {{"op":"replace","path":"/throttle/burstLimit","value":"9"}},
        {{"op":"replace","path":"/apiStages/{stage}/throttle","value":"{{\"/pets/GET\":{{\"rateLimit\":1,\"burstLimit\":1}}}}"}}]"#
    );
    dashboard.patch("other", &operations).await?;
    dashboard.was_told(Weight::Warning, &["not what was predicted", "/pets/GET"])?;
    let throttles = &dashboard.plan("other")?.settings.stages;
    ensure!(
        throttles.values().all(MethodThrottles::is_empty),
        "{throttles:?}"
    );
    Ok(())
}

/// moto fails with HTTP 500 on a rate that is no whole number, and keeps what stood before it.
async fn half_a_batch_is_found_out(dashboard: &mut Dashboard) -> Result<()> {
    let other = dashboard.plan("other")?.settings;
    let stage = other.stages.keys().next().context("no stage")?;
    let operations = format!(
        r#"[{{"op":"add","path":"/apiStages","value":"{stage}"}},
        {{"op":"replace","path":"/throttle/rateLimit","value":"12.5"}}]"#
    );
    dashboard.patch("basic-renamed", &operations).await?;
    dashboard.was_told(
        Weight::Error,
        &[
            "UpdateUsagePlan",
            "HTTP 500",
            "neither as before nor as sent",
            "rate",
        ],
    )?;
    // At once, and when it cannot take effect any more.
    dashboard.ended_with(&["UpdateUsagePlan", "GetUsagePlan", "GetUsagePlan"])?;
    let now = dashboard.plan("basic-renamed")?.settings;
    ensure!(now.stages.contains_key(stage), "{now:?}");
    Ok(())
}

async fn a_change_that_failed_is_found_not_to_be_made(dashboard: &mut Dashboard) -> Result<()> {
    let id = dashboard.select("basic-renamed").await?;
    dashboard.keys("r12.5<enter>").await;
    dashboard.send().await;
    dashboard.was_told(
        Weight::Error,
        &["UpdateUsagePlan", "HTTP 500", "it was not made", "is kept"],
    )?;
    ensure!(
        dashboard.app.core.draft_of(&id).is_some(),
        "the draft is gone"
    );
    Ok(())
}

async fn tags_that_moto_cannot_set_are_told(dashboard: &mut Dashboard) -> Result<()> {
    let call = Call::Tag {
        plan: dashboard.plan("other")?.id.clone(),
        tags: [("team".to_owned(), "pay".to_owned())]
            .into_iter()
            .collect(),
    };
    let Err(failure) = dashboard.gateway.send(&call).await else {
        bail!("moto can do it now");
    };
    ensure!(failure.to_string().starts_with("TagResource "), "{failure}");
    Ok(())
}

/// Somebody else's quota, which moto takes as it is, lands between reading and sending.
async fn a_change_whose_answer_cannot_be_read_is_unconfirmed(
    dashboard: &mut Dashboard,
) -> Result<()> {
    let id = dashboard.select("other").await?;
    dashboard.meanwhile = Some(quota_limit(&id, "many"));
    let operations = r#"[{"op":"replace","path":"/description","value":"sent"}]"#;
    dashboard.patch("other", operations).await?;
    dashboard.was_told(
        Weight::Error,
        &[
            "UpdateUsagePlan",
            "quota.limit",
            "The change may have been made",
            "could not be read",
        ],
    )?;
    dashboard.ended_with(&["UpdateUsagePlan", "GetUsagePlan", "GetUsagePlan"])
}

async fn a_list_that_cannot_be_mended_names_the_field(dashboard: &mut Dashboard) -> Result<()> {
    let before = dashboard.app.core.plans.len();
    let id = dashboard.select("other").await?;
    dashboard.keys("R").await;
    let Loading::Failed(why) = &dashboard.app.core.plans.loading else {
        bail!("{:?}", dashboard.app.core.plans.loading);
    };
    ensure!(
        why.contains("GetUsagePlans") && why.contains(".quota.limit") && why.contains("many"),
        "{why}"
    );
    ensure!(
        dashboard.app.core.plans.len() == before,
        "the plans known so far are gone"
    );

    // Once it is repaired, all is as it should be, and the change turns out to have been made.
    dashboard.gateway.send(&quota_limit(&id, "5")).await?;
    dashboard.keys("R").await;
    dashboard.is_listed()?;
    ensure!(dashboard.plan("other")?.settings.description == "sent");
    Ok(())
}

fn quota_limit(plan: &PlanId, value: &str) -> Call {
    Call::Update {
        plan: plan.clone(),
        operations: vec![PatchOperation::new(Op::Replace, "/quota/limit", value)],
    }
}

/// A dashboard without a screen: its wishes are carried out one after the other.
struct Dashboard {
    app: App,
    gateway: Gateway,
    requests: UnboundedReceiver<Request>,
    waiting: VecDeque<Effect>,
    /// What somebody else sends just before the dashboard does.
    meanwhile: Option<Call>,
    /// The dashboard's time, which goes on by itself where the dashboard waits.
    now: Timestamp,
}

impl Dashboard {
    async fn start(endpoint: String) -> Result<Self> {
        let options = Options {
            endpoint_url: Some(endpoint),
            // Fixed credentials, and nothing of the user's AWS set-up.
            demo: true,
            ..Options::default()
        };
        let (log, requests) = unbounded_channel();
        let setup = Setup {
            profile: String::new(),
            demo: true,
            who: String::new(),
            protected: false,
            read_only: false,
            guard: Percent::GUARD,
            reasons: Reasons::default(),
            silence: std::sync::Arc::default(),
        };
        let mut app = App::new(setup, Keymap::shipped()?, 120, 40);
        let mut dashboard = Self {
            waiting: app.start().into(),
            app,
            gateway: Gateway::connect(options, log).await?,
            requests,
            meanwhile: None,
            now: Timestamp::now(),
        };
        dashboard.resolve().await;
        Ok(dashboard)
    }

    /// Does what the dashboard wants done, until it wants nothing more. Where it waits, for
    /// a call that was not seen yet to become certain, the time is there at once.
    async fn resolve(&mut self) {
        loop {
            self.do_what_is_wanted().await;
            let Some(at) = self.app.core.wake_at() else {
                return;
            };
            self.now = self.now.max(at);
            self.tell(Message::Woken);
        }
    }

    async fn do_what_is_wanted(&mut self) {
        while let Some(effect) = self.waiting.pop_front() {
            match effect {
                Effect::Ask(ticket, question) => self.ask(ticket, question).await,
                Effect::Send(ticket, call) => {
                    if let Some(theirs) = self.meanwhile.take() {
                        // Its answer cannot be read either.
                        drop(self.gateway.send(&theirs).await);
                    }
                    let answer = self.gateway.send(&call).await;
                    self.tell(Message::Answer(ticket, Answer::Sent(Box::new(answer))));
                }
                Effect::Record(ticket, _) => {
                    self.tell(Message::Answer(ticket, Answer::Recorded(Ok(()))));
                }
                // Nobody sees the rest.
                _ => {}
            }
        }
    }

    async fn ask(&mut self, ticket: Ticket, question: Question) {
        let mut answers = plangate::tui::answers(&self.gateway, question, self.now);
        while let Some(answer) = answers.next().await {
            self.tell(Message::Answer(ticket, answer));
        }
    }

    fn tell(&mut self, message: Message) {
        self.waiting.extend(self.app.update(message, self.now));
        while let Ok(request) = self.requests.try_recv() {
            let requested = Message::Requested(request);
            self.waiting.extend(self.app.update(requested, self.now));
        }
    }

    /// Presses keys; names stand in angle brackets: `e<down><enter>20<ctrl-s>`.
    async fn keys(&mut self, keys: &str) {
        let mut rest = keys;
        while let Some(first) = rest.chars().next() {
            let (code, modifiers, after) =
                match rest.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
                    Some(("enter", after)) => (KeyCode::Enter, KeyModifiers::NONE, after),
                    Some(("esc", after)) => (KeyCode::Esc, KeyModifiers::NONE, after),
                    Some(("down", after)) => (KeyCode::Down, KeyModifiers::NONE, after),
                    Some(("ctrl-k", after)) => (KeyCode::Char('k'), KeyModifiers::CONTROL, after),
                    Some(("ctrl-s", after)) => (KeyCode::Char('s'), KeyModifiers::CONTROL, after),
                    _ => (
                        KeyCode::Char(first),
                        KeyModifiers::NONE,
                        &rest[first.len_utf8()..],
                    ),
                };
            rest = after;
            self.tell(Message::Key(KeyEvent::new(code, modifiers)));
        }
        self.resolve().await;
    }

    /// Stages operations on a plan through the patch editor, and sends them.
    async fn patch(&mut self, name: &str, operations: &str) -> Result<()> {
        self.select(name).await?;
        self.keys("p<ctrl-k>").await;
        self.tell(Message::Paste(operations.to_owned()));
        self.keys("<ctrl-s>").await;
        self.send().await;
        Ok(())
    }

    /// Reviews and sends the draft of the selected plan.
    async fn send(&mut self) {
        self.keys("v").await;
        self.keys("<ctrl-s>").await;
        // What is large or grave is asked about.
        let answer = match &self.app.stack.prompt {
            Some(Prompt::Confirm(_)) => "y".to_owned(),
            Some(Prompt::Consent(consent)) => {
                let word = consent.words.last().cloned().unwrap_or_default();
                format!("{word}<enter>")
            }
            _ => String::new(),
        };
        self.keys(&answer).await;
    }

    /// Back to the list, without drafts.
    async fn go_home(&mut self) {
        for _ in 0..5 {
            self.keys("<esc>").await;
        }
        if self
            .app
            .stack
            .current_draft(&self.app.core)
            .is_some_and(|id| self.app.core.drafts.contains(&id))
        {
            self.keys("Xy").await;
        }
        self.app.core.notice = None;
    }

    /// Selects a plan by its name; its id.
    async fn select(&mut self, name: &str) -> Result<PlanId> {
        if !self.app.core.plans.filter().is_empty() {
            self.keys("<esc>").await;
        }
        let id = self.plan(name)?.id;
        self.keys(&format!("/{id}<enter>")).await;
        let selected = self
            .app
            .core
            .plans
            .selected()
            .context("nothing is selected")?;
        ensure!(selected.plan.id == id, "{} is selected", selected.plan.id);
        Ok(id)
    }

    fn names(&self) -> Vec<String> {
        let rows = self.app.core.plans.window();
        rows.map(|(_, row)| row.plan.settings.name.clone())
            .collect()
    }

    /// A plan as the dashboard has it.
    fn plan(&self, name: &str) -> Result<UsagePlan> {
        let mut rows = self.app.core.plans.window();
        let found = rows.find(|(_, row)| row.plan.settings.name == name);
        Ok((*found.with_context(|| format!("no plan {name}"))?.1.plan).clone())
    }

    /// A plan as the server has it.
    async fn read(&self, id: &PlanId) -> Result<UsagePlan> {
        Ok(self.gateway.plan(id).await?)
    }

    fn is_listed(&self) -> Result<()> {
        let loading = &self.app.core.plans.loading;
        ensure!(*loading == Loading::Done, "{loading:?}");
        Ok(())
    }

    fn was_told(&self, weight: Weight, words: &[&str]) -> Result<()> {
        let notice = self.app.core.notice.as_ref().context("nothing was said")?;
        let fits = notice.weight == weight && words.iter().all(|word| notice.text.contains(word));
        ensure!(fits, "{notice:?} is not {weight:?} with {words:?}");
        Ok(())
    }

    /// The last request of this operation ended so.
    fn logged(&self, operation: &str, outcome: &str) -> Result<()> {
        let last = self
            .app
            .core
            .log
            .iter()
            .rfind(|request| request.operation == operation);
        let last = last.with_context(|| format!("no {operation} was sent"))?;
        let seen = last.outcome.as_deref().unwrap_or_else(|failure| failure);
        ensure!(seen.contains(outcome), "{operation}: {seen}");
        Ok(())
    }

    /// These were the last requests.
    fn ended_with(&self, operations: &[&str]) -> Result<()> {
        let log: Vec<_> = self
            .app
            .core
            .log
            .iter()
            .map(|request| request.operation)
            .collect();
        ensure!(log.ends_with(operations), "{log:?}");
        Ok(())
    }
}
