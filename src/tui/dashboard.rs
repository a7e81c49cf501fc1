//! The dashboard as the command line starts it: the loop on the real terminal.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context;
use futures::{StreamExt, stream};
use ratatui::backend::Backend;
use tokio::runtime::Builder;

use crate::app::App;
use crate::app::fleet::Desk;
use crate::app::keys::keymap::Keymap;
use crate::config::{AmbiguousWidth, Config, Spot};
use crate::journal;
use crate::plan::patch::support;
use crate::ui::clean;
use crate::ui::look::Look;

use super::cells::Answered;
use super::terminal::{self, RealTerminal};
use super::ways::{self, AccountWays};
use super::{Ending, Input, greeting, input, log, run_desk};

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
        // As where the loop itself panics.
        Ending::Died(died) => {
            let line = format!("plangate: {died}");
            // Where stderr is gone, there is nobody to tell.
            drop(writeln!(io::stderr(), "{}", clean(&line)));
            101
        }
    };
    tracing::info!(code, "ends");
    log::finish().context("the log is not whole")?;
    Ok(ExitCode::from(code))
}

async fn session(config: Config, keymap: Keymap) -> anyhow::Result<Ending> {
    // A table with a gap would refuse what is possible, so nothing starts on one.
    support::table().map_err(|error| anyhow::anyhow!("{error}"))?;
    let spots = ways::spots(&config).await?;
    let mouse = config.input.mouse;
    let mut screen = RealTerminal::take(mouse).context("the terminal cannot be used")?;
    let looks = &config.looks;
    let cells = match looks.ambiguous {
        AmbiguousWidth::Asked => {
            let answered = screen.ask_cells();
            answered.context("the terminal cannot be written to")?
        }
        AmbiguousWidth::Narrow => Answered::default(),
        AmbiguousWidth::Wide => Answered {
            is_wide: true,
            keys: Vec::new(),
        },
    };
    let look_of = |theme| {
        let look = Look::of(theme, looks.depth, looks.unicode);
        if cells.is_wide {
            look.on_wide_cells()
        } else {
            look
        }
    };
    let look = look_of(looks.themes.first());
    let light = looks.light().map(|theme| Box::new(look_of(theme)));
    if light.is_some() {
        let asked = screen.ask_background();
        asked.context("the terminal cannot be written to")?;
    }
    let (inputs, gate) = input::inputs(light).context("the keys cannot be read")?;
    screen.set_gate(gate);
    let early = cells.keys.into_iter().map(Input::Terminal);
    let inputs = stream::iter(early).chain(inputs);
    let size = screen.size().context("the terminal's size is not known")?;
    let ways = AccountWays::new(config.clone());
    let mut spots = spots.into_iter();
    let first = spots.next().unwrap_or_default();
    let setup = ways::setup_of(&config, &first).map_err(|why| anyhow::anyhow!("{why}"))?;
    let mut app = App::new(setup, keymap, size.width, size.height);
    app.core.operator.clipboard = config.input.clipboard.clone();
    app.core.operator.has_mouse = mouse;
    app.core.operator.columns = config.looks.columns.clone();
    app.core.operator.greets = greeting::is_due();
    let setup_of = Box::new(move |spot: &Spot| ways::setup_of(&config, spot));
    let desk = Desk::new(app, first, setup_of).together_with(spots);
    let desk = desk.map_err(|why| anyhow::anyhow!("{why}"))?;
    let journals = journal::root().map_err(|unusable| unusable.to_string());
    let ended = run_desk(desk, &look, screen, inputs, ways, journals).await;
    ended.context("the terminal cannot be written to")
}
