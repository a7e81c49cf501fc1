//! `plangate list`: all plans of an account.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;
use futures::TryStreamExt;
use futures::future::join_all;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{self, Receiver, Sender};

use super::account::Open;
use super::output::{Reader, print};
use super::{CANNOT, account, output};
use crate::config::{AccountConfig, Config, Spot, told_apart};
use crate::correction::{self, Sightings};
use crate::gateway::Paces;
use crate::plan::filter::Filter;
use crate::plan::model::api_names::ApiNames;
use crate::plan::model::json::to_line;
use crate::plan::{Period, UsagePlan};
use crate::task::{self, Job, Task};
use crate::text::showable::in_json;
use crate::text::wrap::width;
use crate::tui::spots;
use crate::ui::clean;

/// The options of `plangate list`.
#[derive(Args, Clone, Debug)]
pub struct ListFlags {
    /// Only the plans that fit, as the filter of the list on the screen finds them
    ///
    /// Words that all have to fit: gold, 'gold, ^gold, gold$, ^gold$, and !gold for what
    /// does not fit; also team=pay of the tags and petstore:prod of the stages.
    pub filter: Vec<String>,

    /// Print JSON: an array of plans as GetUsagePlan answers them, one a line
    ///
    /// Of several places, each has its profile and region as members too.
    #[arg(long)]
    pub json: bool,
}

impl ListFlags {
    /// The filter that the words are.
    fn filter(&self) -> Filter {
        Filter::parse(&self.filter.join(" "))
    }

    /// True where stages are shown, or looked for, by the names of their APIs.
    fn wants_names(&self) -> bool {
        !self.json || !self.filter().is_empty()
    }
}

/// A page of plans, and the names of the APIs as far as its stages need them.
struct Page {
    plans: Vec<UsagePlan>,
    names: ApiNames,
}

/// Plans as they arrive, and the task that reads them.
struct Pages {
    runtime: Runtime,
    arriving: Receiver<Page>,
    reading: Option<Task<anyhow::Result<()>>>,
}

impl Pages {
    fn read(runtime: Runtime, account: AccountConfig, flags: &ListFlags) -> Self {
        // While one page is printed the next is asked for, and one may wait between.
        let (pages, arriving) = mpsc::channel(1);
        let reading = {
            let _within = runtime.enter();
            task::spawn(Job::List, read(account, flags.clone(), pages))
        };
        Self {
            runtime,
            arriving,
            reading: Some(reading),
        }
    }

    /// The next page; none at the end of the list. That no page comes any more is not its
    /// end: the task may have failed, or died.
    fn next(&mut self) -> anyhow::Result<Option<Page>> {
        if let Some(page) = self.arriving.blocking_recv() {
            return Ok(Some(page));
        }
        if let Some(reading) = self.reading.take() {
            self.runtime.block_on(reading)??;
        }
        Ok(None)
    }
}

/// Prints all plans, in the order of the service; of several places, place after place.
///
/// # Errors
/// Where the plans cannot be read; of several places, where none was named. What was printed of a JSON array before that
/// stays unfinished, so that nobody takes a part for the whole.
pub fn list(config: Config, flags: &ListFlags) -> anyhow::Result<ExitCode> {
    let runtime = output::runtime()?;
    if config.is_several() {
        let printed = runtime.block_on(several(&config, flags));
        runtime.shutdown_background();
        return printed;
    }
    let mut pages = Pages::read(runtime, config.account, flags);
    let printed = if flags.json {
        print_json(&mut pages)
    } else {
        print_table(&mut pages)
    };
    // Where the reader is gone, the pages that are still asked for keep nobody waiting.
    pages.runtime.shutdown_background();
    printed.map(|()| ExitCode::SUCCESS)
}

/// Reads page after page, for as long as somebody takes them.
async fn read(account: AccountConfig, flags: ListFlags, pages: Sender<Page>) -> anyhow::Result<()> {
    let filter = flags.filter();
    let mut names = None;
    let open = Box::pin(account::open(account)).await?;
    let scope = open.gateway.scope();
    let doubted = correction::doubted(scope).await;
    let mut list = Vec::new();
    let mut plans = Box::pin(open.gateway.plans(None));
    while let Some(mut page) = plans.try_next().await? {
        // All plans are held only where the history may say something wrong of one.
        if !doubted.is_empty() {
            list.extend(page.iter().cloned());
        }
        if names.is_none() && flags.wants_names() {
            names = names_for(&open, &page).await;
        }
        let names = names.clone().unwrap_or_default();
        filter.retain(&mut page, &names);
        let page = Page { plans: page, names };
        if pages.send(page).await.is_err() {
            return Ok(());
        }
    }
    let seen = Sightings {
        list: Some(list),
        ..Sightings::default()
    };
    correction::correct(scope, doubted, &seen).await;
    Ok(())
}

/// The names of the APIs, where plans have stages that could be named by them.
async fn names_for(open: &Open, plans: &[UsagePlan]) -> Option<ApiNames> {
    let has_stages = plans.iter().any(|plan| !plan.settings.stages.is_empty());
    if has_stages {
        Some(open.api_names().await)
    } else {
        None
    }
}

/// The plans of a place.
struct Place {
    profile: String,
    region: String,
    page: Page,
}

/// Prints the plans of all places that were asked for, place after place. What cannot be
/// read is told beside them.
async fn several(config: &Config, flags: &ListFlags) -> anyhow::Result<ExitCode> {
    let spots = spots(config).await?;
    let paces = Paces::default();
    let readings = spots
        .iter()
        .map(|spot| task::watch(Job::Place, read_place(config, flags, spot, paces.clone())));
    let mut found = Vec::new();
    let mut is_whole = true;
    for (spot, read) in spots.iter().zip(join_all(readings).await) {
        match read.unwrap_or_else(|died| Err(died.into())) {
            Ok(place) => found.push(place),
            Err(error) => {
                is_whole = false;
                let parts = [&spot.profile, &spot.region].map(|part| part.as_deref());
                let named: Vec<&str> = parts.into_iter().flatten().collect();
                output::complain(&format!("{}: {error:#}", named.join(" ")));
            }
        }
    }
    let text = if flags.json {
        in_json_with_places(&found, is_whole)
    } else {
        table_with_places(&found)
    };
    print(&text)?;
    Ok(if is_whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(CANNOT)
    })
}

async fn read_place(
    config: &Config,
    flags: &ListFlags,
    spot: &Spot,
    paces: Paces,
) -> anyhow::Result<Place> {
    let open = account::open_at(config.at(spot)?.account, paces).await?;
    let scope = open.gateway.scope().clone();
    let mut plans = open.plans().await?;
    let seen = Sightings {
        list: Some(plans.clone()),
        ..Sightings::default()
    };
    open.correct(&seen).await;
    let names = if flags.wants_names() {
        names_for(&open, &plans).await.unwrap_or_default()
    } else {
        ApiNames::default()
    };
    flags.filter().retain(&mut plans, &names);
    Ok(Place {
        profile: spot
            .profile
            .clone()
            .unwrap_or_else(|| scope.account.clone()),
        region: scope.region.clone(),
        page: Page { plans, names },
    })
}

/// An array, which has no end where not all places could be read: a part is not to be
/// taken for the whole.
fn in_json_with_places(places: &[Place], is_whole: bool) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let mut lines = Vec::new();
    for place in places {
        let (profile, region) = (quoted(&place.profile), quoted(&place.region));
        for plan in &place.page.plans {
            let line = to_line(plan);
            let rest = line.strip_prefix('{').unwrap_or(&line);
            // A plan's line always has members, so that a comma can stand before them.
            let line = format!("{{\"profile\":{profile},\"region\":{region},{rest}");
            lines.push(in_json(&line).into_owned());
        }
    }
    match (lines.is_empty(), is_whole) {
        (true, true) => "[]\n".to_owned(),
        (true, false) => "[\n".to_owned(),
        (false, true) => format!("[\n{}\n]\n", lines.join(",\n")),
        (false, false) => format!("[\n{}\n", lines.join(",\n")),
    }
}

fn table_with_places(places: &[Place]) -> String {
    let names: Vec<[&str; 3]> = places
        .iter()
        .map(|place| [place.profile.as_str(), place.region.as_str(), ""])
        .collect();
    let mut rows = vec![with_place("WHERE", HEAD.map(str::to_owned))];
    for (place, label) in places.iter().zip(told_apart(&names)) {
        let plans = place.page.plans.iter();
        let names = &place.page.names;
        rows.extend(plans.map(|plan| with_place(&clean(&label), row(plan, names))));
    }
    aligned(&rows)
}

fn with_place(place: &str, row: [String; COLUMNS]) -> Vec<String> {
    let mut cells = vec![place.to_owned()];
    cells.extend(row);
    cells
}

/// Prints page after page, so that an account of any size takes little memory.
fn print_json(pages: &mut Pages) -> anyhow::Result<()> {
    let mut before = "[\n";
    while let Some(page) = pages.next()? {
        let mut text = String::new();
        for plan in page.plans {
            text.push_str(before);
            text.push_str(&in_json(&to_line(&plan)));
            before = ",\n";
        }
        if print(&text)? == Reader::IsGone {
            return Ok(());
        }
    }
    print(if before == "[\n" { "[]\n" } else { "\n]\n" })?;
    Ok(())
}

/// Prints a table. How wide its columns are is known with the last plan only.
fn print_table(pages: &mut Pages) -> anyhow::Result<()> {
    let mut rows = vec![HEAD.map(str::to_owned)];
    while let Some(page) = pages.next()? {
        rows.extend(page.plans.iter().map(|plan| row(plan, &page.names)));
    }
    print(&aligned(&rows))?;
    Ok(())
}

const COLUMNS: usize = 6;
const HEAD: [&str; COLUMNS] = ["ID", "NAME", "RATE", "BURST", "QUOTA", "STAGES"];

/// The mark for what a plan does not have.
const NONE: &str = "-";

fn row(plan: &UsagePlan, names: &ApiNames) -> [String; COLUMNS] {
    let settings = &plan.settings;
    let or_none = |text: Option<String>| text.unwrap_or_else(|| NONE.to_owned());
    let stages: Vec<String> = settings
        .stages
        .keys()
        .map(|stage| names.stage(stage))
        .collect();
    let quota = settings.quota.as_ref();
    let throttle = settings.throttle.unwrap_or_default();
    [
        plan.id.0.clone(),
        settings.name.clone(),
        or_none(throttle.rate.map(|rate| rate.to_string())),
        or_none(throttle.burst.map(|burst| burst.to_string())),
        or_none(quota.map(|quota| {
            let limit = or_none(quota.limit.map(|limit| limit.to_string()));
            let period = quota.period.as_ref().map_or(NONE, Period::as_str);
            format!("{limit}/{period}")
        })),
        or_none((!stages.is_empty()).then(|| stages.join(","))),
    ]
    .map(|cell| clean(&cell).into_owned())
}

/// The widest column that others are moved for. What is longer stays whole and
/// moves its own row only.
const WIDEST: usize = 40;

/// The rows with their columns under each other, two spaces apart.
fn aligned(rows: &[impl AsRef<[String]>]) -> String {
    let columns = rows.first().map_or(0, |row| row.as_ref().len());
    let mut widths = vec![0; columns];
    for row in rows {
        for (wide, cell) in widths.iter_mut().zip(row.as_ref()) {
            *wide = (*wide).max(width(cell)).min(WIDEST);
        }
    }
    let mut text = String::new();
    for row in rows {
        let mut space = 0;
        for (wide, cell) in widths.iter().zip(row.as_ref()) {
            // Writing to a text has no way to fail.
            let _ = write!(text, "{:space$}{cell}", "");
            space = wide.saturating_sub(width(cell)) + 2;
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_keep_the_columns_under_each_other() {
        let row = |name: &str| ["a", name, "1", "2", "-", "x:y"].map(str::to_owned);
        let text = aligned(
            &[row("套餐"), row("gold\u{1b}")].map(|row| row.map(|cell| clean(&cell).into_owned())),
        );
        assert_eq!(
            text,
            "a  套餐   1  2  -  x:y\na  gold\u{fffd}  1  2  -  x:y\n"
        );
    }
}
