//! The way of a command to an account and to a plan in it.

use std::io::{self, IsTerminal};
use std::sync::Arc;

use anyhow::bail;
use futures::TryStreamExt;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::output;
use crate::config::{AccountConfig, Config, Guards};
use crate::correction::{self, Sightings};
use crate::emulator::{self, Emulator};
use crate::gateway::{self, FailureKind, Gateway, Paces, Request, SLOWED};
use crate::plan::calls::command_line::Target;
use crate::plan::edit::tweak::Tweak;
use crate::plan::filter::{Filter, texts_of};
use crate::plan::model::api_names::ApiNames;
use crate::plan::model::lookup::{Lookup, ambiguous, look_up, may_be_id};
use crate::plan::{PlanId, SAMPLE_REGION, Scope, UsagePlan};
use crate::task::{self, Job};
use crate::text::search::{Kind, Searcher};

/// The way to an account, as long as it is held.
pub(super) struct Open {
    pub(super) gateway: Gateway,
    /// The profile that was asked for; empty for none.
    profile: String,
    /// The sample account stops with it.
    _sample: Option<Emulator>,
}

/// Opens the way to an account for a command that only reads.
pub(super) async fn open(account: AccountConfig) -> anyhow::Result<Open> {
    let only_reads = gateway::Options {
        read_only: true,
        ..gateway::Options::default()
    };
    open_with(account, only_reads).await
}

/// The same for one of several accounts, which share their paces.
pub(super) async fn open_at(account: AccountConfig, paces: Paces) -> anyhow::Result<Open> {
    let only_reads = gateway::Options {
        read_only: true,
        paces,
        ..gateway::Options::default()
    };
    // Each Region of the sample account has a server of its own.
    let account = match account {
        AccountConfig::Sample { region, server } => AccountConfig::Sample {
            region,
            server: emulator::StartOptions {
                port: 0,
                state: None,
                ..server
            },
        },
        operators @ AccountConfig::Operator { .. } => operators,
    };
    open_with(account, only_reads).await
}

/// Opens the way to an account for a command that sends, and gives what holds there.
/// Who the caller is is asked only where that makes a difference. Where it cannot be
/// learnt, what holds for an account that is not known does, and stderr tells.
pub(super) async fn open_to_send(config: &Config) -> anyhow::Result<(Open, Guards)> {
    let guards = config.guards(None);
    let guarded = gateway::Options {
        read_only: guards.read_only,
        update_interval: guards.update_interval,
        by_account: config.account_guards(),
        ..gateway::Options::default()
    };
    let open = open_with(config.account.clone(), guarded).await?;
    if open.gateway.guards().is_some()
        && let Err(failure) = open.gateway.identity().await
    {
        let text = format!("it is not known which account this is: {failure}");
        output::complain(&text);
    }
    let of_account = open.gateway.guards().map(|(guards, _)| guards);
    Ok((open, of_account.unwrap_or(guards)))
}

/// The scope of an account, learned without asking the service anything.
pub(super) async fn scope(account: AccountConfig) -> anyhow::Result<Scope> {
    if let AccountConfig::Sample { region, .. } = account {
        return Ok(Scope {
            account: "demo".to_owned(),
            region: region.unwrap_or_else(|| SAMPLE_REGION.to_owned()),
            // Any port: the sample account is the same on all of them.
            endpoint: "http://127.0.0.1".to_owned(),
        });
    }
    let open = open(account).await?;
    Ok(open.gateway.scope().as_ref().clone())
}

async fn open_with(account: AccountConfig, options: gateway::Options) -> anyhow::Result<Open> {
    let (log, requests) = unbounded_channel();
    // It ends with the gateway, which holds the other end.
    drop(task::spawn(Job::Requests, tell_slowed(requests)));
    let (options, sample) = match account {
        AccountConfig::Sample { region, server } => {
            let paced = server.paced();
            let sample = Emulator::start(server).await?;
            let options = gateway::Options {
                paced,
                endpoint_url: Some(sample.endpoint()),
                region,
                demo: true,
                ..options
            };
            (options, Some(sample))
        }
        AccountConfig::Operator {
            profile,
            region,
            endpoint_url,
        } => {
            let options = gateway::Options {
                profile,
                region,
                endpoint_url,
                ..options
            };
            (options, None)
        }
    };
    Ok(Open {
        profile: options.profile.clone().unwrap_or_default(),
        gateway: Gateway::connect(options, log).await?,
        _sample: sample,
    })
}

/// Says once on a terminal that reading goes slower: what takes long would else look
/// stuck.
async fn tell_slowed(mut requests: UnboundedReceiver<Request>) {
    let mut is_told = false;
    while let Some(request) = requests.recv().await {
        if request.is_slowed && !is_told && io::stderr().is_terminal() {
            is_told = true;
            output::complain(SLOWED);
        }
    }
}

impl Open {
    /// The target of an AWS CLI command that does the same.
    pub(super) fn target(&self) -> Target {
        let scope = self.gateway.scope();
        Target {
            profile: self.profile.clone(),
            region: scope.region.clone(),
            endpoint: scope.endpoint.clone(),
        }
    }

    /// The profile that was asked for; empty for none.
    pub(super) fn profile(&self) -> &str {
        &self.profile
    }

    /// The names of the APIs; none where they cannot be read: then identifiers stand for them.
    pub(super) async fn api_names(&self) -> ApiNames {
        let apis = self.gateway.apis().await;
        apis.map_or_else(|_| ApiNames::default(), |apis| ApiNames::new(&apis))
    }

    /// A tweak with its stages by the identifiers of their APIs. The names are asked for only
    /// where it has stages.
    pub(super) async fn with_ids(&self, tweak: Tweak) -> anyhow::Result<Tweak> {
        if !tweak.has_stages() {
            return Ok(tweak);
        }
        let names = self.api_names().await;
        tweak.with_ids(&names).map_err(anyhow::Error::msg)
    }

    /// All plans.
    pub(super) async fn plans(&self) -> anyhow::Result<Vec<UsagePlan>> {
        Ok(self.gateway.plans(None).try_concat().await?)
    }

    /// The plan of this id, else the only one of this name, as it is now. What the history
    /// says wrongly of it is corrected.
    pub(super) async fn find(&self, plan: &str) -> anyhow::Result<UsagePlan> {
        let found = self.look_for(plan).await?;
        let seen = Sightings {
            plans: vec![Arc::new(found.clone())],
            ..Sightings::default()
        };
        self.correct(&seen).await;
        Ok(found)
    }

    /// The plans that texts name, each once, in their order.
    pub(super) async fn find_all(&self, texts: &[String]) -> anyhow::Result<Vec<UsagePlan>> {
        if let [only] = texts {
            return Ok(vec![self.find(only).await?]);
        }
        // The list is read once, however many are named.
        let all = self.plans().await?;
        let mut ids = Vec::new();
        for text in texts {
            let id = named(&all, text)?;
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        self.read_all(&ids).await
    }

    /// The plans that a filter of the list finds, in the order of the service. Where letters
    /// of it only stand scattered in a name, somebody looks at the plans on a screen; nobody
    /// does here.
    ///
    /// # Errors
    /// Where there is none.
    pub(super) async fn find_fitting(&self, text: &str) -> anyhow::Result<Vec<UsagePlan>> {
        let filter = Filter::parse(text);
        let all = self.plans().await?;
        let names = self.api_names().await;
        let mut searcher = Searcher::default();
        let mut fits = |plan: &UsagePlan| {
            let fit = filter.search().fit(&texts_of(plan, &names), &mut searcher);
            fit.is_some_and(|fit| fit.kind > Kind::Scattered)
        };
        let ids = all.iter().filter(|plan| fits(plan));
        let ids: Vec<PlanId> = ids.map(|plan| plan.id.clone()).collect();
        if ids.is_empty() {
            bail!("no usage plan fits the filter {text:?}");
        }
        self.read_all(&ids).await
    }

    /// The plans with these ids as they are now. A list is not known to hold all of a plan:
    /// its tags are missing.
    async fn read_all(&self, ids: &[PlanId]) -> anyhow::Result<Vec<UsagePlan>> {
        let mut plans = Vec::new();
        for id in ids {
            plans.push(self.gateway.plan(id).await?);
        }
        let seen = Sightings {
            plans: plans.iter().cloned().map(Arc::new).collect(),
            ..Sightings::default()
        };
        self.correct(&seen).await;
        Ok(plans)
    }

    /// Corrects what the history says wrongly of what was read.
    pub(super) async fn correct(&self, seen: &Sightings) {
        let scope = self.gateway.scope();
        correction::correct(scope, correction::doubted(scope).await, seen).await;
    }

    async fn look_for(&self, plan: &str) -> anyhow::Result<UsagePlan> {
        let mut denied = None;
        if may_be_id(plan) {
            match self.gateway.plan(&PlanId(plan.to_owned())).await {
                Err(failure) if failure.kind == FailureKind::NotFound => {}
                // Who may read some plans only is told so of a name too.
                Err(failure) if matches!(failure.kind, FailureKind::Denied { .. }) => {
                    denied = Some(failure);
                }
                found => return Ok(found?),
            }
        }
        let found = self.find_in_list(plan).await;
        match (found, denied) {
            // There may be a plan of this id among those that may not be read.
            (Err(_), Some(denied)) => Err(denied.into()),
            (found, _) => found,
        }
    }

    /// The plan of this id, else the only one of this name, by the list of all plans.
    async fn find_in_list(&self, plan: &str) -> anyhow::Result<UsagePlan> {
        // Read to the end, or not at all: a name in a part of the list may have a
        // second plan in the rest.
        let mut pages = std::pin::pin!(self.gateway.plans(None));
        let mut called = Vec::new();
        while let Some(page) = pages.try_next().await? {
            let of_name = page.into_iter();
            called.extend(of_name.filter(|one| one.id.0 == plan || one.settings.name == plan));
        }
        let id = named(&called, plan)?;
        // A list is not known to hold all of a plan: its tags are missing.
        Ok(self.gateway.plan(&id).await?)
    }
}

/// The plan of this id, else the only one of this name, among all plans.
fn named(plans: &[UsagePlan], text: &str) -> anyhow::Result<PlanId> {
    match look_up(plans, text, true) {
        Lookup::Found(id) => Ok(id),
        Lookup::Ambiguous(ids) => bail!(ambiguous(text, &ids)),
        Lookup::None | Lookup::NotKnown(_) => {
            bail!("no usage plan has the id or the name {text:?}; `plangate list` shows them all")
        }
    }
}
