//! Themes: what each role of the dashboard looks like, as TOML, shipped or written by
//! the operator.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ratatui::style::{Color, Modifier, Style};
use toml::de::DeValue;

use super::Wrong;
use super::file::{Table, Text};
use super::setting::{Setting, Source};
use super::value::OptionValue;
use crate::text::nearest;

/// The role of something on the screen, which decides on its looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The whole screen, below everything else.
    Screen,
    /// Titles of panes, sections and columns.
    Title,
    /// Values and sentences.
    Text,
    /// Labels, units, and what does nothing now.
    Dim,
    /// The part that has the keys, keys to press.
    Accent,
    /// The selected line.
    Selected,
    /// Staged changes.
    Staged,
    /// Additions, and what is good.
    Added,
    /// Removals.
    Removed,
    /// Anything that deserves a look.
    Warning,
    /// Anything that is refused or went wrong.
    Error,
}

impl Role {
    /// All of them, in the order of their discriminants.
    pub const ALL: [Self; 11] = [
        Self::Screen,
        Self::Title,
        Self::Text,
        Self::Dim,
        Self::Accent,
        Self::Selected,
        Self::Staged,
        Self::Added,
        Self::Removed,
        Self::Warning,
        Self::Error,
    ];

    /// The name in a theme's file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Screen => "screen",
            Self::Title => "title",
            Self::Text => "text",
            Self::Dim => "dim",
            Self::Accent => "accent",
            Self::Selected => "selected",
            Self::Staged => "staged",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The style of each role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Theme {
    /// The backgrounds that the theme is made for, as the two ends of a range; empty
    /// where it names no colour.
    pub backgrounds: Vec<Color>,
    styles: [Style; Role::ALL.len()],
}

/// The themes that the program comes with, by name.
pub const SHIPPED: [(&str, &str); 5] = [
    ("dark", include_str!("../../assets/themes/dark.toml")),
    ("light", include_str!("../../assets/themes/light.toml")),
    (
        "high-contrast",
        include_str!("../../assets/themes/high-contrast.toml"),
    ),
    (
        "okabe-ito",
        include_str!("../../assets/themes/okabe-ito.toml"),
    ),
    ("none", include_str!("../../assets/themes/none.toml")),
];

impl Theme {
    /// A theme that the program comes with; one without any style where it has none of
    /// that name.
    #[must_use]
    pub fn shipped(name: &str) -> Self {
        let text = SHIPPED.iter().find(|(shipped, _)| *shipped == name);
        let read = text.map(|(name, text)| {
            let path = PathBuf::from(format!("{name}.toml"));
            let text = (*text).to_owned();
            Self::parse(&Text { path, text })
        });
        // Each of them is read by a test.
        read.and_then(Result::ok).unwrap_or_default()
    }

    /// The style of a role.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    fn parse(text: &Text) -> Result<Self, Wrong> {
        let mut file = Table::parse(text)?;
        let base = file.take::<Base>("base")?;
        let backgrounds = file.take::<Vec<Color>>("background")?;
        let mut written = Vec::new();
        for role in Role::ALL {
            if let Some(mut table) = file.table(role.name())? {
                written.push((role, style(&mut table)?));
                table.finish()?;
            }
        }
        file.finish()?;
        let mut theme = match base {
            Some(base) => Self::shipped(base.value.0),
            // One that says everything stands on nothing: so does the usual base itself.
            None if written.len() == Role::ALL.len() => Self::default(),
            None => Self::shipped("dark"),
        };
        if let Some(backgrounds) = backgrounds {
            theme.backgrounds = backgrounds.value;
        }
        // A theme that has an accent of its own and no titles has titles of that accent.
        let has = |role| written.iter().any(|(known, _)| *known == role);
        if !has(Role::Title) {
            let accent = written.iter().find(|(role, _)| *role == Role::Accent);
            let title = accent.map(|(_, style)| (Role::Title, style.add_modifier(Modifier::BOLD)));
            written.extend(title);
        }
        for (role, style) in written {
            if let Some(place) = theme.styles.get_mut(role as usize) {
                *place = style;
            }
        }
        Ok(theme)
    }
}

fn style(table: &mut Table<'_>) -> Result<Style, Wrong> {
    let value = |setting: Setting<Color>| setting.value;
    let fg = table.take("fg")?.map(value);
    let bg = table.take("bg")?.map(value);
    let modifiers = table.take::<Modifier>("modifiers")?;
    let modifiers = modifiers.map_or(Modifier::empty(), |setting| setting.value);
    Ok(Style {
        fg,
        bg,
        ..Style::new().add_modifier(modifiers)
    })
}

/// The name of a theme that the program comes with, for another to stand on.
struct Base(&'static str);

impl OptionValue for Base {
    const KIND: &'static str = "dark, light, high-contrast, okabe-ito or none";
    const NAMES: &'static [&'static str] = &["dark", "light", "high-contrast", "okabe-ito", "none"];

    fn of_text(text: &str) -> Option<Self> {
        let shipped = SHIPPED.iter().find(|(name, _)| *name == text);
        shipped.map(|(name, _)| Self(name))
    }

    fn of_toml(value: &DeValue<'_>) -> Option<Self> {
        value.as_str().and_then(Self::of_text)
    }

    fn shown(&self) -> serde_json::Value {
        self.0.into()
    }
}

impl OptionValue for Color {
    const KIND: &'static str = "#rrggbb, a number from 0 to 255, black, red, green, yellow, blue, \
                                magenta, cyan, gray, dark-gray, white, or bright- and one of red \
                                to cyan";
    const NAMES: &'static [&'static str] = &[
        "black",
        "red",
        "green",
        "yellow",
        "blue",
        "magenta",
        "cyan",
        "gray",
        "dark-gray",
        "white",
        "bright-red",
        "bright-green",
        "bright-yellow",
        "bright-blue",
        "bright-magenta",
        "bright-cyan",
    ];

    fn of_text(text: &str) -> Option<Self> {
        let is_of_digits = text.strip_prefix('#').is_none_or(|digits| {
            // A sign would pass as the first digit of a colour.
            digits.chars().all(|c| c.is_ascii_hexdigit())
        });
        let colour = text.parse().ok().filter(|_| is_of_digits)?;
        // `reset` is a color to the parser, and none that a theme could name.
        (colour != Self::Reset).then_some(colour)
    }

    fn of_toml(value: &DeValue<'_>) -> Option<Self> {
        match value {
            DeValue::Integer(number) if number.radix() == 10 => {
                number.as_str().parse().ok().map(Self::Indexed)
            }
            _ => value.as_str().and_then(Self::of_text),
        }
    }

    fn shown(&self) -> serde_json::Value {
        self.to_string().into()
    }
}

/// The ends of a range.
impl OptionValue for Vec<Color> {
    const KIND: &'static str = "a list of colors as #rrggbb";

    fn of_text(_: &str) -> Option<Self> {
        None
    }

    fn of_toml(value: &DeValue<'_>) -> Option<Self> {
        let colours = value.as_array()?.iter();
        colours
            .map(|colour| {
                Color::of_toml(colour.get_ref()).filter(|colour| matches!(colour, Color::Rgb(..)))
            })
            .collect()
    }

    fn shown(&self) -> serde_json::Value {
        self.iter().map(ToString::to_string).collect()
    }
}

impl OptionValue for Modifier {
    const KIND: &'static str =
        r#"a list of bold, dim, italic, underlined and reversed, in a file as ["bold"]"#;

    fn of_text(text: &str) -> Option<Self> {
        match text {
            "bold" => Some(Self::BOLD),
            "dim" => Some(Self::DIM),
            "italic" => Some(Self::ITALIC),
            "underlined" => Some(Self::UNDERLINED),
            "reversed" => Some(Self::REVERSED),
            _ => None,
        }
    }

    fn of_toml(value: &DeValue<'_>) -> Option<Self> {
        let names = value.as_array()?.iter();
        names
            .map(|name| Self::of_text(name.get_ref().as_str()?))
            .collect()
    }

    fn shown(&self) -> serde_json::Value {
        self.iter_names().map(|(name, _)| name).collect()
    }
}

/// The theme that the operator chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Themes {
    /// One of two, by what the terminal says of its background; the dark one until it
    /// says anything.
    ByBackground {
        /// On a dark background.
        dark: Theme,
        /// On a light one.
        light: Theme,
    },
    /// This one.
    One(Theme),
}

impl Themes {
    /// The theme as long as the terminal's background is not known.
    #[must_use]
    pub fn first(&self) -> &Theme {
        match self {
            Self::ByBackground { dark, .. } => dark,
            Self::One(theme) => theme,
        }
    }
}

/// The value of the option that leaves the theme to the terminal's background.
pub(super) const AUTO: &str = "auto";

/// Reads the themes that a setting names: `auto`, the name of a theme of the operator's
/// own in `folder` or of a shipped one, or a path. A relative path is from the file that
/// names it, else from the working folder.
pub(super) fn find(setting: &Setting<String>, folder: Option<&Path>) -> Result<Themes, Wrong> {
    let named = |name: &str| {
        let own = folder.map(|folder| folder.join(format!("{name}.toml")));
        // The operator's own first: one may take the place of a shipped one under its name.
        match own.filter(|path| path.exists()) {
            Some(path) => Some(read(&path, setting)),
            None => SHIPPED
                .iter()
                .any(|(shipped, _)| *shipped == name)
                .then(|| Ok(Theme::shipped(name))),
        }
    };
    let name = setting.value.as_str();
    if name == AUTO {
        let or_shipped = |name| named(name).unwrap_or_else(|| Ok(Theme::shipped(name)));
        return Ok(Themes::ByBackground {
            dark: or_shipped("dark")?,
            light: or_shipped("light")?,
        });
    }
    let path = Path::new(name);
    if path.components().count() > 1 || path.extension().is_some_and(|end| end == "toml") {
        let from = match &setting.from {
            Source::File { path, .. } => path.parent(),
            _ => None,
        };
        let path = from.map_or_else(|| path.to_owned(), |from| from.join(path));
        return read(&path, setting).map(Themes::One);
    }
    named(name)
        .unwrap_or_else(|| Err(unknown(setting, folder)))
        .map(Themes::One)
}

fn read(path: &Path, setting: &Setting<String>) -> Result<Theme, Wrong> {
    let text = fs::read_to_string(path).map_err(|error| Wrong::Theme {
        from: setting.from.to_string(),
        message: match error.kind() {
            io::ErrorKind::NotFound => format!("there is no theme {}", path.display()),
            _ => format!("the theme {} cannot be read: {error}", path.display()),
        },
    })?;
    Theme::parse(&Text {
        path: path.to_owned(),
        text,
    })
}

/// The names that a theme can be chosen by: those that the program comes with, and those of
/// the operator's own in a folder.
#[must_use]
pub fn theme_names(folder: Option<&Path>) -> Vec<String> {
    let files = folder.and_then(|folder| fs::read_dir(folder).ok());
    let own = files.into_iter().flatten().filter_map(|file| {
        let path = file.ok()?.path();
        let is_theme = path.extension().is_some_and(|end| end == "toml");
        is_theme.then_some(path.file_stem()?.to_str()?.to_owned())
    });
    let shipped = SHIPPED.iter().map(|(name, _)| (*name).to_owned());
    let mut names: Vec<String> = [AUTO.to_owned()].into_iter().chain(shipped).collect();
    let mut own: Vec<String> = own.filter(|name| !names.contains(name)).collect();
    own.sort_unstable();
    names.extend(own);
    names
}

/// There is no theme of that name; what there is, or what was meant.
fn unknown(setting: &Setting<String>, folder: Option<&Path>) -> Wrong {
    let names = theme_names(folder);
    let refs: Vec<&str> = names.iter().map(String::as_str).collect();
    let meant = nearest(&setting.value, &refs).map_or_else(
        || format!("it can be {}, or the path of a file", names.join(", ")),
        |meant| format!("did you mean {meant}?"),
    );
    Wrong::Theme {
        from: setting.from.to_string(),
        message: format!("{:?} is not a theme; {meant}", setting.value),
    }
}
