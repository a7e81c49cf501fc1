//! `plangate --plain`: a view of the dashboard as lines of text.

use std::process::ExitCode;

use clap::Args;

use super::{CANNOT, complain, output};
use crate::config::Config;
use crate::tui;

/// The option that prints a view instead of opening the dashboard.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct PlainFlags {
    /// Print a view as lines and end, without a terminal: for screen readers, pipes, logs
    ///
    /// A VIEW is what you type after : in the dashboard, a plan or a command that shows
    /// something; several, right behind --plain, lead on from one to the next: --plain
    /// gold limits. Without one it is the list of plans. What would change, send, copy or write something
    /// is refused; drafts are not shown. The exit code is 0, and 2 where the view
    /// cannot be shown.
    #[arg(long, value_name = "VIEW", num_args = 0..)]
    pub plain: Option<Vec<String>>,
}

/// Prints the view that these lines lead to.
///
/// # Errors
/// Where a line leads to no view, or what was found cannot be written.
pub fn plain(config: &Config, views: &[String]) -> anyhow::Result<ExitCode> {
    let runtime = output::runtime()?;
    let shown = runtime.block_on(tui::plain::views(config, views));
    runtime.shutdown_background();
    let mut code = ExitCode::SUCCESS;
    let mut is_first = true;
    for shown in shown? {
        let shown = match shown {
            Ok(shown) => shown,
            Err(why) => {
                code = complain(&why);
                continue;
            }
        };
        if !std::mem::take(&mut is_first) {
            output::print("\n")?;
        }
        output::print(&shown.text)?;
        for told in shown.notice.iter().chain(&shown.failure) {
            output::complain(told);
        }
        if shown.failure.is_some() {
            code = ExitCode::from(CANNOT);
        }
    }
    Ok(code)
}
