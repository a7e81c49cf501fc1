//! Where you are, for the first line of the screen, in as many columns as there are.

use super::text::fit;
use crate::app::{App, Who};
use crate::text::wrap::width;
use crate::ui::look::Look;

/// A part of it, and how soon it goes where there is no room: the highest first. What
/// has rank 0 stays, cut with a mark if it must be.
struct Part<'a> {
    text: &'a str,
    rank: u8,
}

/// Profile, account, Region, endpoint and caller, as far as they are known and fit; of
/// several places how many there are.
pub fn place(app: &App, look: &Look, columns: usize) -> String {
    let dot = format!(" {} ", look.symbols.dot);
    let places = match app.core.seat.places {
        0 | 1 => String::new(),
        n => format!("{n} accounts"),
    };
    let scope = match &app.core.who {
        Who::Connected(scope) => scope,
        waiting => {
            let waiting = match waiting {
                Who::Failed(_) => "not connected",
                _ => "connecting",
            };
            // Which place it is, as long as it does not say so itself.
            let mut parts = vec![places.as_str(), app.core.seat.label.as_str(), waiting];
            parts.retain(|part| !part.is_empty());
            return fit(&parts.join(&dot), columns, look).into_owned();
        }
    };
    let identity = app.core.me.identity.here();
    let profile = if app.core.setup.demo {
        "sample account"
    } else {
        scope.account.as_str()
    };
    let part = |text, rank| Part { text, rank };
    let mut parts = vec![
        part(&places, 1),
        part(profile, 0),
        part(identity.map_or("", |known| known.account.as_str()), 1),
        part(&scope.region, 0),
        part(&scope.endpoint, 2),
        part(identity.map_or("", |known| known.name()), 3),
    ];
    parts.retain(|part| !part.text.is_empty());
    for most in [3, 2, 1, 0] {
        parts.retain(|part| part.rank <= most);
        let texts: Vec<&str> = parts.iter().map(|part| part.text).collect();
        let line = texts.join(&dot);
        if width(&line) <= columns || most == 0 {
            return fit(&line, columns, look).into_owned();
        }
    }
    String::new()
}

/// The number of columns that profile, account and Region take.
pub fn place_needs(app: &App, look: &Look) -> usize {
    let Who::Connected(scope) = &app.core.who else {
        return 0;
    };
    let profile = if app.core.setup.demo {
        "sample account"
    } else {
        scope.account.as_str()
    };
    let account = app
        .core
        .me
        .identity
        .here()
        .map_or("", |known| known.account.as_str());
    let parts = [profile, account, scope.region.as_str()];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    width(&parts.join(&format!(" {} ", look.symbols.dot)))
}
