//! What the dashboard looks like.

use std::ffi::OsString;
use std::path::Path;

use super::ambiguous::AmbiguousWidth;
use super::columns::ListColumn;
use super::depth::{Depth, DepthChoice};
use super::file::Table;
use super::layers::{Layers, ShownOption};
use super::setting::{Setting, Source};
use super::theme::{self, Theme, Themes};
use super::{LookFlags, Wrong};

/// The looks of the dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looks {
    /// The theme; the one without colours where there are to be none.
    pub themes: Themes,
    /// The number of colors.
    pub depth: Depth,
    /// True if there is more than ASCII.
    pub unicode: bool,
    /// The width of characters that are one or two cells wide; asked for only where the
    /// terminal may be one that takes two.
    pub ambiguous: AmbiguousWidth,
    /// The columns of the list of plans; none for the usual ones.
    pub columns: Option<Vec<ListColumn>>,
    /// True if the terminal may be asked for its background: some take the question for
    /// text, and within a multiplexer it is not the terminal that would answer.
    pub may_ask: bool,
}

/// The number of colors where nothing sets it.
fn told(of_terminal: Depth) -> Setting<DepthChoice> {
    Setting {
        value: DepthChoice::Auto,
        from: Source::Default(match of_terminal {
            Depth::Ansi => "16 in this terminal",
            Depth::Indexed => "256 in this terminal",
            Depth::True => "true in this terminal",
        }),
    }
}

impl Looks {
    /// Reads it, and what is shown of it. `folder` is where themes of the operator's own
    /// are.
    pub(super) fn read<V: Fn(&str) -> Option<OsString>>(
        layers: &Layers<V>,
        flags: &LookFlags,
        file: &mut Table<'_>,
        folder: Option<&Path>,
    ) -> Result<(Self, Vec<ShownOption>), Wrong> {
        let no = |flag: bool, name| flag.then_some((name, false));
        let color = no(flags.no_color, "--no-color");
        let color = layers.option("color", color, file.take("color")?)?;
        let color = color.unwrap_or_else(|| layers.colours());

        let depth = layers.option("color_depth", None, file.take("color_depth")?)?;
        let of_terminal = layers.depth();
        let depth = depth.unwrap_or_else(|| told(of_terminal));

        let flag = flags.theme.clone().map(|name| ("--theme", name));
        let theme = layers.option("theme", flag, file.take("theme")?)?;
        let theme = theme.unwrap_or_else(|| Setting {
            value: theme::AUTO.to_owned(),
            from: Source::Default("light if the terminal says that its background is, else dark"),
        });
        let themes = theme::find(&theme, folder)?;

        let unicode = no(flags.ascii, "--ascii");
        let unicode = layers.option("unicode", unicode, file.take("unicode")?)?;
        let unicode = unicode.unwrap_or_else(|| layers.characters());

        let wide = file.take("ambiguous_width")?;
        let ambiguous = layers.option("ambiguous_width", None, wide)?;
        let ambiguous = ambiguous.unwrap_or_else(|| Setting::default_of(AmbiguousWidth::Asked));

        let columns = layers.option("columns", None, file.take("columns")?)?;
        let shown = vec![
            ShownOption::optional("columns", columns.as_ref(), "those that the plans fill"),
            ShownOption::of("color", &color),
            ShownOption::of("color_depth", &depth),
            ShownOption::of("theme", &theme),
            ShownOption::of("unicode", &unicode),
            ShownOption::of("ambiguous_width", &ambiguous),
        ];
        let looks = Self {
            themes: if color.value {
                themes
            } else {
                Themes::One(Theme::shipped("none"))
            },
            depth: match depth.value {
                DepthChoice::Auto => of_terminal,
                DepthChoice::This(depth) => depth,
            },
            unicode: unicode.value,
            ambiguous: match ambiguous.value {
                AmbiguousWidth::Asked if !layers.may_be_wide() => AmbiguousWidth::Narrow,
                set => set,
            },
            columns: columns.map(|columns| columns.value),
            may_ask: layers.answers(),
        };
        Ok((looks, shown))
    }

    /// The theme to change to where the terminal, asked for it, tells of a light
    /// background; `None` where it is not to be asked.
    #[must_use]
    pub fn light(&self) -> Option<&Theme> {
        match &self.themes {
            Themes::ByBackground { light, .. } if self.may_ask => Some(light),
            _ => None,
        }
    }
}
