//! The ways to the places that the configuration speaks of: the operator's accounts, or
//! the sample account.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::OnceCell;
use tokio::sync::mpsc::UnboundedSender;

use crate::app::Setup;
use crate::config::{AccountConfig, Config, Spot, Wrong};
use crate::emulator::{self, Emulator};
use crate::gateway::connect::places;
use crate::gateway::connect::places::Profile;
use crate::gateway::{self, Failure, FailureKind, Gateway, Paces, Request};
use crate::journal;
use crate::plan::SAMPLE_REGION;

use super::Ways;

/// The places that were asked for. The AWS files are read only where they say which.
///
/// # Errors
/// Where they cannot be read, or have none of what was asked for.
pub(crate) async fn spots(config: &Config) -> anyhow::Result<Vec<Spot>> {
    let known = if config.wants_profiles() {
        places::known_here().await?
    } else {
        Vec::new()
    };
    let names: Vec<String> = known.into_iter().map(|profile| profile.name).collect();
    Ok(config.spots(&names)?)
}

/// The set-up of a place.
pub(super) fn setup_of(config: &Config, spot: &Spot) -> Result<Setup, String> {
    let config = config.at(spot).map_err(|wrong| wrong.to_string())?;
    let guards = config.guards(None);
    let (profile, demo) = match &config.account {
        AccountConfig::Sample { .. } => (String::new(), true),
        AccountConfig::Operator { profile, .. } => (profile.clone().unwrap_or_default(), false),
    };
    Ok(Setup {
        profile,
        demo,
        who: journal::who(),
        protected: guards.protected,
        read_only: guards.read_only,
        guard: guards.guard,
        reasons: config.reasons(None),
        silence: config.silence.clone(),
    })
}

/// The ways to the accounts.
pub(super) struct AccountWays {
    config: Config,
    /// One for all places: each profile has one pace in each Region, however often its
    /// way is made anew. Two profiles of one account have two: which account it is is
    /// learnt later, and then the desk sends from one of them only.
    paces: Paces,
    /// The Region of the sample account that has the port and the file that were asked
    /// for, for there is one of each.
    first: Option<String>,
    /// The servers of the sample account, one for each Region. They are kept between
    /// tries, and for as long as the dashboard runs.
    servers: RefCell<HashMap<String, Arc<OnceCell<Emulator>>>>,
}

impl AccountWays {
    pub(super) fn new(config: Config) -> Self {
        let first = match &config.account {
            AccountConfig::Sample { region, .. } => {
                Some(region.clone().unwrap_or(SAMPLE_REGION.into()))
            }
            AccountConfig::Operator { .. } => None,
        };
        Self {
            config,
            paces: Paces::default(),
            first,
            servers: RefCell::default(),
        }
    }

    /// The server of a Region.
    fn server(
        &self,
        region: &str,
        mut options: emulator::StartOptions,
    ) -> (Arc<OnceCell<Emulator>>, emulator::StartOptions) {
        let mut servers = self.servers.borrow_mut();
        if self.first.as_deref() != Some(region) {
            // There is one port and one file, and the first Region has them.
            options.port = 0;
            options.state = None;
        }
        let server = servers.entry(region.to_owned()).or_default().clone();
        (server, options)
    }
}

impl Ways for AccountWays {
    fn connect(
        &self,
        spot: &Spot,
        log: UnboundedSender<Request>,
    ) -> BoxFuture<'static, Result<Gateway, Failure>> {
        let config = match self.config.at(spot) {
            Ok(config) => config,
            Err(wrong) => return async move { Err(unusable(&wrong)) }.boxed(),
        };
        let guards = config.guards(None);
        let options = gateway::Options {
            read_only: guards.read_only,
            update_interval: guards.update_interval,
            by_account: config.account_guards(),
            paces: self.paces.clone(),
            ..gateway::Options::default()
        };
        match config.account {
            AccountConfig::Sample { region, server } => {
                let region = region.unwrap_or_else(|| SAMPLE_REGION.to_owned());
                let (running, server) = self.server(&region, server);
                let options = gateway::Options {
                    region: Some(region),
                    paced: server.paced(),
                    ..options
                };
                sample(running, server, options, log).boxed()
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
                Gateway::connect(options, log).boxed()
            }
        }
    }

    fn profiles(&self) -> BoxFuture<'static, Result<Vec<Profile>, String>> {
        let config = self.config.clone();
        // What plangate's own configuration says of a profile's Region wins over the
        // AWS files, as it does where the place is opened.
        let region = move |profile: Profile| {
            let spot = Spot {
                profile: Some(profile.name.clone()),
                region: None,
            };
            let own = match config.at(&spot).map(|config| config.account) {
                Ok(AccountConfig::Operator { region, .. }) => region,
                _ => None,
            };
            Profile {
                region: own.or(profile.region),
                name: profile.name,
            }
        };
        async move {
            let known = places::known_here().await;
            let known = known.map_err(|failure| failure.to_string())?;
            Ok(known.into_iter().map(region).collect())
        }
        .boxed()
    }
}

fn unusable(wrong: &Wrong) -> Failure {
    Failure::new(Failure::CONNECT, "", FailureKind::Configuration).saying(&wrong.to_string())
}

/// The way to the sample account, which is started where it is not running yet.
async fn sample(
    emulator: Arc<OnceCell<Emulator>>,
    server: emulator::StartOptions,
    options: gateway::Options,
    log: UnboundedSender<Request>,
) -> Result<Gateway, Failure> {
    let running = emulator
        .get_or_try_init(|| Emulator::start(server))
        .await
        .map_err(|error| {
            Failure::new(
                Failure::CONNECT,
                "the sample account",
                FailureKind::SampleAccount,
            )
            .saying(&error.to_string())
        })?;
    let options = gateway::Options {
        endpoint_url: Some(running.endpoint()),
        demo: true,
        ..options
    };
    Gateway::connect(options, log).await
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use tokio::sync::mpsc::unbounded_channel;

    use super::*;
    use crate::config::{AccountFlags, Flags, SampleFlags};

    fn spot(region: &str) -> Spot {
        Spot {
            profile: None,
            region: Some(region.to_owned()),
        }
    }

    #[tokio::test]
    async fn the_first_region_has_the_port_and_the_file_also_when_it_starts_late() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state.json");
        let flags = Flags {
            account: AccountFlags {
                demo: true,
                region: Some("us-east-1,eu-west-1".to_owned()),
                ..AccountFlags::default()
            },
            sample: SampleFlags {
                port,
                state: Some(state.clone()),
                ..SampleFlags::default()
            },
            ..Flags::default()
        };
        let ways = AccountWays::new(Config::new(flags, None, |_| None).unwrap());
        let connect = |region| ways.connect(&spot(region), unbounded_channel().0);
        // Somebody else has the port; the other Region has one of its own.
        assert!(connect("us-east-1").await.is_err());
        let other = connect("eu-west-1").await.unwrap();
        drop(taken);
        let first = connect("us-east-1").await.unwrap();
        let ends = |gateway: &Gateway| gateway.scope().endpoint.ends_with(&format!(":{port}"));
        assert!(ends(&first), "{}", first.scope().endpoint);
        assert!(!ends(&other));
        assert!(state.exists());
    }
}
