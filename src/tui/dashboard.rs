//! The dashboard as the command line starts it: the loop on the real terminal.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use futures::FutureExt;
use futures::future::BoxFuture;
use ratatui::backend::Backend;
use tokio::runtime::Builder;
use tokio::sync::OnceCell;
use tokio::sync::mpsc::UnboundedSender;

use crate::app::keymap::Keymap;
use crate::app::{App, Setup};
use crate::config::{Account, AccountGuards, Config, Guards};
use crate::emulator::{self, Emulator};
use crate::gateway::{self, Failure, FailureKind, Gateway, Request};
use crate::journal;
use crate::plan::support;
use crate::ui::look::Look;

use super::terminal::{self, Screen};
use super::{Ending, greeting, input, log, run};

/// Runs the dashboard until the operator leaves or a signal ends it. The exit
/// code is 0, or 128 and the signal's number, as shells count.
///
/// # Errors
/// Where there is no terminal, or it is lost.
pub fn dashboard(config: Config) -> anyhow::Result<ExitCode> {
    // What is wrong with the keys is said while there is somewhere to say it.
    let text = config.input.keymap_text()?;
    let keymap = Keymap::of(
        text.as_ref()
            .map(|(file, text)| (file.as_str(), text.as_str())),
    )?;
    terminal::require()?;
    log::start(config.log);
    // The loop has the main thread; requests are few, and every thread more costs
    // memory that is its own.
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .context("the asynchronous runtime cannot be started")?;
    let ended = runtime.block_on(session(config, keymap));
    // Nothing that is still under way keeps the operator waiting.
    runtime.shutdown_background();
    let code = match ended? {
        Ending::Quit => 0,
        Ending::Signalled(signal) => 128 + signal.number(),
        Ending::InputLost(error) => {
            return Err(error).context("the terminal cannot be read any more");
        }
    };
    tracing::info!(code, "ends");
    log::finish();
    Ok(ExitCode::from(code))
}

async fn session(config: Config, keymap: Keymap) -> anyhow::Result<Ending> {
    // A table with a gap would refuse what is possible, so nothing starts on one.
    support::table().map_err(|error| anyhow::anyhow!("{error}"))?;
    let guards = config.guards(None);
    let looks = &config.looks;
    let look_of = |theme| Look::of(theme, looks.depth, looks.unicode);
    let look = look_of(looks.themes.first());
    let by_account = config.account_guards();
    let depends = by_account.is_some();
    let (setup, connect) = account(config.account.clone(), guards, by_account);
    let light = looks.light().map(|theme| Box::new(look_of(theme)));
    let mouse = config.input.mouse;
    let mut screen = Screen::take(mouse).context("the terminal cannot be used")?;
    if light.is_some() {
        let asked = screen.ask_background();
        asked.context("the terminal cannot be written to")?;
    }
    let (inputs, gate) = input::inputs(light).context("the keys cannot be read")?;
    screen.set_gate(gate);
    let size = screen.size().context("the terminal's size is not known")?;
    let mut app = App::new(setup, keymap, size.width, size.height);
    app.set_reasons(config.reasons(None), depends);
    app.clipboard = config.input.clipboard;
    app.has_mouse = mouse;
    app.greets = greeting::is_due();
    let journals = journal::root().map_err(|unusable| unusable.to_string());
    let ended = Box::pin(run(app, &look, screen, inputs, connect, journals)).await;
    ended.context("the terminal cannot be written to")
}

/// Makes a way to the service; asked again, it tries again.
pub(super) type Connect =
    Box<dyn Fn(UnboundedSender<Request>) -> BoxFuture<'static, Result<Gateway, Failure>>>;

pub(super) fn account(
    account: Account,
    guards: Guards,
    by_account: Option<AccountGuards>,
) -> (Setup, Connect) {
    match account {
        Account::Sample(options) => {
            let setup = Setup {
                profile: String::new(),
                demo: true,
                who: journal::who(),
                protected: guards.protected,
                read_only: guards.read_only,
                guard: guards.guard,
            };
            // Kept between tries, and for as long as the dashboard runs.
            let emulator = Arc::new(OnceCell::new());
            let connect = move |log| sample(emulator.clone(), options.clone(), guards, log).boxed();
            (setup, Box::new(connect))
        }
        Account::Operator {
            profile,
            region,
            endpoint_url,
        } => {
            let setup = Setup {
                profile: profile.clone().unwrap_or_default(),
                demo: false,
                who: journal::who(),
                protected: guards.protected,
                read_only: guards.read_only,
                guard: guards.guard,
            };
            let options = gateway::Options {
                profile,
                region,
                endpoint_url,
                read_only: guards.read_only,
                update_interval: guards.update_interval,
                by_account,
                ..gateway::Options::default()
            };
            let connect = move |log| Gateway::connect(options.clone(), log).boxed();
            (setup, Box::new(connect))
        }
    }
}

/// The way to the sample account, which is started where it is not running yet.
async fn sample(
    emulator: Arc<OnceCell<Emulator>>,
    options: emulator::Options,
    guards: Guards,
    log: UnboundedSender<Request>,
) -> Result<Gateway, Failure> {
    let running = emulator
        .get_or_try_init(|| Emulator::start(options))
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
        read_only: guards.read_only,
        update_interval: guards.update_interval,
        ..gateway::Options::default()
    };
    Gateway::connect(options, log).await
}
