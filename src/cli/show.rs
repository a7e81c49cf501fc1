//! `plangate show`: one plan.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;

use super::{account, output};
use crate::config::AccountConfig;
use crate::plan::model::api_names::ApiNames;
use crate::plan::model::json::to_text;
use crate::plan::{Throttle, UsagePlan};
use crate::text::showable::in_json;
use crate::ui::clean;

/// The options of `plangate show`.
#[derive(Args, Clone, Debug)]
pub struct ShowFlags {
    /// A plan's id, or a name that only one plan has
    pub plan: String,

    /// Print JSON: the plan as GetUsagePlan answers it
    #[arg(long)]
    pub json: bool,
}

/// Prints one plan.
///
/// # Errors
/// Where it cannot be read, where there is none, or where several have the name.
pub fn show(account: AccountConfig, flags: &ShowFlags) -> anyhow::Result<ExitCode> {
    let (plan, names) = output::runtime()?.block_on(async {
        let open = account::open(account).await?;
        let plan = open.find(&flags.plan).await?;
        // JSON names stages as the service does.
        let is_named = !flags.json && !plan.settings.stages.is_empty();
        let names = if is_named {
            open.api_names().await
        } else {
            ApiNames::default()
        };
        anyhow::Ok((plan, names))
    })?;
    output::print(&if flags.json {
        format!("{}\n", in_json(&to_text(&plan)))
    } else {
        lines(&plan, &names)
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The parts of a plan, a line for each; what it does not have is left out, but for the
/// limits and the stages, of which "none" says something.
fn lines(plan: &UsagePlan, names: &ApiNames) -> String {
    let settings = &plan.settings;
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        // Writing to a text has no way to fail.
        let _ = writeln!(text, "{name:<13} {}", clean(value));
    };
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    line("id", &plan.id.0);
    line("name", &settings.name);
    for (name, value) in [
        ("description", given(&settings.description)),
        ("product code", given(&settings.product_code)),
    ] {
        if let Some(value) = value {
            line(name, &value);
        }
    }
    let none = || "none".to_owned();
    let throttle = settings.throttle.map(|throttle| throttle.to_string());
    line("throttle", &throttle.unwrap_or_else(none));
    if let Some(open) = settings.throttle.and_then(Throttle::open) {
        line("", &open);
    }
    let quota = settings.quota.as_ref().map(ToString::to_string);
    line("quota", &quota.unwrap_or_else(none));
    if settings.stages.is_empty() {
        line("stage", "none");
    }
    for (stage, methods) in &settings.stages {
        line("stage", &names.stage_and_id(stage));
        for (method, throttle) in methods {
            line("", &format!("{} {throttle}", method.as_str()));
        }
    }
    for (key, value) in &settings.tags {
        line("tag", &format!("{key} = {value}"));
    }
    text
}
