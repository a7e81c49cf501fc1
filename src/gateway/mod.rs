//! API Gateway, reached through its SDK: the only place that knows the SDK.
//!
//! A [`Gateway`] asks and sends, one call at a time, in the domain's own words.
//! Calls wait for their turn, so that the account's own limits are kept for
//! others as well ([`Paces`]). It tries again what is worth it ([`FailureKind`] says what happened when it
//! gave up), reports every attempt as a [`Request`], and stops when the future
//! that it gave is dropped.

pub mod connect;
pub mod effect;
mod failure;
mod read;
mod send;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_apigateway::Client;
use aws_sdk_apigateway::config::{Builder, Region};
use aws_types::SdkConfig;
use aws_types::os_shim_internal::{Env, Fs};
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

use crate::config::{AccountGuards, Guards, Reasons};
use crate::plan::Scope;
use crate::plan::calls::call::UPDATE_INTERVAL;
use crate::task::{self, Job};

pub use crate::gateway::connect::credentials::{Credentials, Means};
pub use crate::gateway::connect::identity::{AccountNumber, Identity};
pub use crate::gateway::connect::setup::{Options, is_on_this_machine, may_be_region};
pub use crate::gateway::read::inventory::{AccountReading, none_where_gone};
pub use crate::gateway::read::key_value::KeyValue;
pub use crate::gateway::read::pace::{CallLimit, Paces};
pub use crate::gateway::read::request::{Request, SLOWED};
pub use effect::{LONGEST_EFFECT, longest_effect};
pub use failure::{Failure, FailureKind};
pub use send::Reply;

use crate::gateway::connect::setup::ResolvedSetup;
use crate::gateway::failure::Cause;
use crate::gateway::failure::fault::Fault;
use crate::gateway::read::pace::Pacing;
use crate::gateway::read::request::{Attempt, AttemptNotes};
use crate::gateway::read::retry::Backoff;
use crate::gateway::read::shape::Shape;
use effect::LATEST_ATTEMPT;
use failure::is_write;

/// The way to API Gateway in one account and Region. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Gateway {
    client: Client,
    sts: aws_sdk_sts::Client,
    credentials: Arc<Credentials>,
    /// The identity of the caller, once it is known.
    identity: Arc<OnceLock<Identity>>,
    scope: Arc<Scope>,
    backoff: Backoff,
    pacing: Pacing,
    guard: Guard,
    log: UnboundedSender<Request>,
    /// The pause between updates unless somebody set it.
    usual_interval: Duration,
}

/// The guard that keeps changes back.
#[derive(Clone, Debug)]
enum Guard {
    /// It is the same for all accounts.
    Same {
        read_only: bool,
        update_interval: Option<Duration>,
    },
    /// It depends on which account it is.
    ByAccount(AccountGuards),
}

/// API Gateway, as IAM calls it.
const API_GATEWAY: &str = "apigateway";

impl Guard {
    fn of(options: Options) -> Self {
        match options.by_account {
            Some(guards) => Self::ByAccount(guards),
            None => Self::Same {
                read_only: options.read_only,
                update_interval: options.update_interval,
            },
        }
    }
}

/// The question of a call, in the words of the log, of errors and of IAM.
#[derive(Clone, Debug)]
struct Ask {
    /// The service's name in IAM.
    service: &'static str,
    operation: &'static str,
    target: String,
    /// The HTTP method: what IAM calls the action.
    method: &'static str,
    /// The path: what IAM calls the resource.
    path: String,
    /// The reason why it is not to be sent: what it names cannot be.
    unsendable: Option<Fault>,
}

impl Gateway {
    /// Makes a gateway; every attempt of every call goes to `log`. Reads the
    /// AWS environment and files (not for the sample account) and opens no
    /// connection: credentials are looked for with the first call.
    ///
    /// # Errors
    ///
    /// Where no Region is set, or where the profile, the endpoint, a proxy or
    /// the bundle of certificates cannot be used.
    pub async fn connect(options: Options, log: UnboundedSender<Request>) -> Result<Self, Failure> {
        let setup = ResolvedSetup::resolve(&options, &Env::real(), &Fs::real()).await?;
        let http = crate::gateway::connect::http::Client::new(
            setup.proxies.clone(),
            setup.certificates.clone(),
            setup.answer_timeout,
        );
        let shared = if options.demo {
            sample_account(&setup)
        } else {
            operators_account(&options, &setup, &http).await
        };
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(setup.connect_timeout)
            .build();
        // The HTTP client hands whole answers on: nothing can stall.
        let stalls = StalledStreamProtectionConfig::disabled();
        let mut config = Builder::from(&shared)
            .http_client(http.clone())
            // Tried again by `ask`, not by the SDK, which does not ask whether a change was
            // surely not made.
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts.clone())
            .stalled_stream_protection(stalls.clone());
        config.set_endpoint_url(setup.endpoint.clone());
        let mut sts = aws_sdk_sts::config::Builder::from(&shared)
            .http_client(http)
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts)
            .stalled_stream_protection(stalls);
        sts.set_endpoint_url(setup.sts_endpoint);
        let is_paced = options.paced.unwrap_or(!setup.is_loopback);
        Ok(Self {
            client: Client::from_conf(config.build()),
            sts: aws_sdk_sts::Client::from_conf(sts.build()),
            credentials: Arc::new(setup.credentials),
            identity: Arc::default(),
            backoff: if is_paced {
                Backoff::SERVICE
            } else {
                Backoff::LOOPBACK
            },
            pacing: options
                .paces
                .pacing(&setup.account, &setup.region, is_paced),
            guard: Guard::of(options),
            scope: Arc::new(Scope {
                account: setup.account,
                region: setup.region,
                endpoint: setup.endpoint.unwrap_or_default(),
            }),
            log,
            usual_interval: if is_paced {
                UPDATE_INTERVAL
            } else {
                Duration::ZERO
            },
        })
    }

    /// The pause between updates of plans, as far as it is known which account this is.
    #[must_use]
    pub fn update_interval(&self) -> Duration {
        let set = match &self.guard {
            Guard::Same {
                update_interval, ..
            } => *update_interval,
            Guard::ByAccount(guards) => guards.guards(self.account_number()).update_interval,
        };
        set.unwrap_or(self.usual_interval)
    }

    /// The guards where they depend on the account, and the rules behind them: those of the
    /// account where it is known, else what holds as long as it is not.
    #[must_use]
    pub fn guards(&self) -> Option<(Guards, Reasons)> {
        match &self.guard {
            Guard::Same { .. } => None,
            Guard::ByAccount(guards) => {
                let account = self.account_number();
                Some((guards.guards(account), guards.reasons(account)))
            }
        }
    }

    /// The source of the credentials, as far as environment and AWS files tell.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    fn account_number(&self) -> Option<&str> {
        self.identity.get().map(|known| known.account.as_str())
    }

    /// The reason why nothing may be changed; `None` where something may be. Empty where
    /// there is nothing to add.
    fn obstacle_to_writing(&self) -> Option<&'static str> {
        const UNKNOWN: &str = "the configuration forbids changes in one of its accounts, and \
            which account this is is not known";
        match &self.guard {
            Guard::Same { read_only, .. } => read_only.then_some(""),
            Guard::ByAccount(guards) => {
                let account = self.account_number();
                let because = if account.is_none() { UNKNOWN } else { "" };
                guards.guards(account).read_only.then_some(because)
            }
        }
    }

    /// The scope that this gateway goes to. The account is `demo` for the sample account,
    /// else the profile's name; the endpoint is empty where it is the Region's own.
    #[must_use]
    pub fn scope(&self) -> &Arc<Scope> {
        &self.scope
    }

    /// Asks until there is an answer, or a failure that is not worth another
    /// attempt. `attempt` makes one attempt, `summary` says in a few words
    /// what came. Every call goes this way, so that nothing but questions is asked
    /// where the gateway is read-only.
    async fn ask<T, F>(
        &self,
        ask: Ask,
        attempt: impl Fn(AttemptNotes) -> F,
        summary: impl Fn(&T) -> String,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Fault>>,
    {
        if is_write(ask.operation)
            && let Some(because) = self.obstacle_to_writing()
        {
            return Err(self.failure(&ask, Fault::new(FailureKind::ReadOnly, because)));
        }
        if let Some(fault) = &ask.unsendable {
            return Err(self.failure(&ask, fault.clone()));
        }
        let begun = Instant::now();
        let mut number = 1;
        let mut failing_since = None;
        loop {
            let waited = self.turn(&ask, begun).await?;
            let seen = AttemptNotes::expecting(Shape::of(ask.operation));
            let mut entry = Attempt::begin(&self.log, ask.operation, &ask.target, number, waited);
            // The SDK and what it stands on may panic over what they are given.
            let outcome = task::watch(Job::Call, attempt(seen.clone())).await;
            let outcome = outcome.unwrap_or_else(|died| Err(Fault::died(&died, seen.was_sent())));
            match outcome {
                Ok(answer) => {
                    entry.end(Ok(what_came(&seen, &summary(&answer))));
                    return Ok(answer);
                }
                Err(fault) => {
                    let failure = self.failure(&ask, fault).after_attempts(number);
                    if self.slows_down(&ask, &failure) {
                        entry.note_slowed();
                    }
                    let since = *failing_since.get_or_insert_with(Instant::now);
                    entry.end(Err(what_failed(&seen, &failure)));
                    let so_far = (number, since.elapsed());
                    let wait =
                        self.backoff
                            .wait(ask.operation, &failure.kind, so_far, fastrand::f64());
                    let pause = wait.filter(|_| failure.surely_unchanged());
                    let Some(pause) = pause.map(tokio::time::sleep) else {
                        return Err(failure);
                    };
                    if Self::in_time(&ask, begun, pause).await.is_none() {
                        return Err(failure);
                    }
                }
            }
            number += 1;
        }
    }

    /// Waits until it is the turn of a call, and returns the time that it waited.
    async fn turn(&self, ask: &Ask, begun: Instant) -> Result<Duration, Failure> {
        match self.pacing.pace() {
            // STS counts for itself, apart from API Gateway's limits.
            Some(pace) if ask.service == API_GATEWAY => {
                let turn = pace.turn(ask.operation);
                match Self::in_time(ask, begun, turn).await {
                    Some(waited) => {
                        waited.map_err(|died| self.failure(ask, Fault::died(&died, false)))
                    }
                    None => Err(self.no_turn(ask)),
                }
            }
            _ => Ok(Duration::ZERO),
        }
    }

    /// Slows all calls down where the service refused this one as one of too many. Of
    /// updates it takes so few that their pace is the send queue's.
    fn slows_down(&self, ask: &Ask, failure: &Failure) -> bool {
        let is_throttled = matches!(failure.kind, FailureKind::TooManyRequests { .. });
        let slows = is_throttled && ask.service == API_GATEWAY && !is_write(ask.operation);
        if slows {
            self.pacing.slow_down(ask.operation);
        }
        slows
    }

    /// Waits for something before an attempt. `None` where that takes so long that a
    /// change may not be tried any more: how long it can still take effect is counted
    /// from when it was begun.
    async fn in_time<T>(ask: &Ask, begun: Instant, wait: impl Future<Output = T>) -> Option<T> {
        if !is_write(ask.operation) {
            return Some(wait.await);
        }
        tokio::time::timeout_at(begun + LATEST_ATTEMPT, wait)
            .await
            .ok()
    }

    fn no_turn(&self, ask: &Ask) -> Failure {
        let kind = FailureKind::TooManyRequests { retry_after: None };
        let seconds = LATEST_ATTEMPT.as_secs();
        let said = format!("its turn did not come within {seconds} s, and it was not sent");
        self.failure(ask, Fault::new(kind, said))
    }

    fn failure(&self, ask: &Ask, fault: Fault) -> Failure {
        let is_certain = fault.is_certain;
        let kind = match fault.kind {
            FailureKind::Denied { action, resource } => FailureKind::Denied {
                action: Some(action)
                    .filter(|action| !action.is_empty())
                    .unwrap_or_else(|| format!("{}:{}", ask.service, ask.method)),
                resource: Some(resource)
                    .filter(|resource| !resource.is_empty())
                    .unwrap_or_else(|| ask.path.clone()),
            },
            other => other,
        };
        let renewal = self.credentials.renewal(&kind);
        let endpoint = &self.scope.endpoint;
        let cause = Cause::of(&kind, &fault.said, endpoint, &self.credentials);
        Failure::new(ask.operation, ask.target.clone(), kind)
            .saying(&fault.said)
            .at(Arc::clone(&self.scope))
            .renewed_by(&renewal)
            .because(cause)
            .certain(is_certain)
    }
}

/// `200, 500 plans`
fn what_came(seen: &AttemptNotes, summary: &str) -> String {
    let mut words: Vec<String> = seen.status().map(|s| s.to_string()).into_iter().collect();
    if !summary.is_empty() {
        words.push(summary.to_owned());
    }
    if seen.mended() {
        words.push("numbers corrected".to_owned());
    }
    if seen.is_inferred_empty() {
        words.push("no usage in it: taken for none (inferred)".to_owned());
    }
    words.join(", ")
}

/// `429, too many requests`
fn what_failed(seen: &AttemptNotes, failure: &Failure) -> String {
    let words = failure.in_short();
    match seen.status() {
        Some(status) => format!("{status}, {words}"),
        None => words,
    }
}

/// The sample account: nothing of the user's AWS set-up is read.
fn sample_account(setup: &ResolvedSetup) -> SdkConfig {
    let keys = aws_credential_types::Credentials::new("demo", "demo", None, None, "demo");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(setup.region.clone()))
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .build()
}

/// The account that options, environment and AWS files name.
async fn operators_account(
    options: &Options,
    setup: &ResolvedSetup,
    http: &crate::gateway::connect::http::Client,
) -> SdkConfig {
    let region = Region::new(setup.region.clone());
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .region(region.clone())
        .http_client(http.clone());
    if let Some(profile) = &options.profile {
        loader = loader.profile_name(profile);
    }
    // The default chain asks the network for credentials in the end. That is
    // wrong for a server on this machine, and it lets keys of the environment
    // win over a profile that was asked for.
    if options.profile.is_some() || setup.is_loopback {
        loader = loader.credentials_provider(near_credentials(options, region, http));
    }
    loader.load().await
}

/// Credentials of the profile that was asked for, else of the environment and
/// the AWS files.
fn near_credentials(
    options: &Options,
    region: Region,
    http: &crate::gateway::connect::http::Client,
) -> SharedCredentialsProvider {
    let provider_config = ProviderConfig::without_region()
        .with_region(Some(region))
        .with_http_client(http.clone());
    let mut profile = ProfileFileCredentialsProvider::builder().configure(&provider_config);
    if let Some(name) = &options.profile {
        profile = profile.profile_name(name);
        return SharedCredentialsProvider::new(profile.build());
    }
    SharedCredentialsProvider::new(
        CredentialsProviderChain::first_try(
            "Environment",
            EnvironmentVariableCredentialsProvider::new(),
        )
        .or_else("Profile", profile.build()),
    )
}
