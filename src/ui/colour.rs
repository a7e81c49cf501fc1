//! Colours as near as the terminal has them.

use ratatui::style::{Color, Style};

use crate::config::Depth;

/// A style in the colours that there are.
pub fn shown(style: Style, depth: Depth) -> Style {
    let near = |colour: Color| match (depth, rgb(colour)) {
        (Depth::Indexed, Some(rgb)) if matches!(colour, Color::Rgb(..)) => indexed(rgb),
        (Depth::Ansi, Some(rgb)) => ansi(rgb),
        (Depth::Ansi, None) => named(colour),
        _ => colour,
    };
    Style {
        fg: style.fg.map(near),
        bg: style.bg.map(near),
        ..style
    }
}

/// Red, green and blue; `None` for the 16 colours that the terminal's settings decide.
pub fn rgb(colour: Color) -> Option<[u8; 3]> {
    match colour {
        Color::Rgb(red, green, blue) => Some([red, green, blue]),
        Color::Indexed(number @ 16..232) => {
            let at = number - 16;
            Some([at / 36, at / 6 % 6, at % 6].map(|step| STEPS[usize::from(step)]))
        }
        Color::Indexed(number @ 232..) => Some([8 + 10 * (number - 232); 3]),
        _ => None,
    }
}

/// The steps of the cube of 6 by 6 by 6 colours in the palette of 256.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The first 16 colours of the palette of 256 by their names: a terminal that has no
/// more knows no numbers.
fn named(colour: Color) -> Color {
    const NAMED: [Color; 16] = [
        Color::Black,
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
        Color::Gray,
        Color::DarkGray,
        Color::LightRed,
        Color::LightGreen,
        Color::LightYellow,
        Color::LightBlue,
        Color::LightMagenta,
        Color::LightCyan,
        Color::White,
    ];
    match colour {
        Color::Indexed(number) => NAMED.get(usize::from(number)).copied().unwrap_or(colour),
        colour => colour,
    }
}

/// The nearest of the 240 colours of the palette of 256 that are the same everywhere.
fn indexed(wanted: [u8; 3]) -> Color {
    let distance = |number: &u8| {
        let is = rgb(Color::Indexed(*number)).unwrap_or_default();
        let parts = is.iter().zip(wanted);
        parts
            .map(|(is, wanted)| u32::from(is.abs_diff(wanted)).pow(2))
            .sum::<u32>()
    };
    (16..=255)
        .min_by_key(distance)
        .map_or(Color::Reset, Color::Indexed)
}

/// The one of the 16 colours that is called the same: those look different in every
/// terminal, and the hue is what they keep. Bright where it could not be brighter.
fn ansi([red, green, blue]: [u8; 3]) -> Color {
    /// Less than this between its parts, and a colour is a grey.
    const GREY: u8 = 40;
    /// From this on it is bright.
    const BRIGHT: u8 = 248;
    let most = red.max(green).max(blue);
    let least = red.min(green).min(blue);
    if most - least < GREY {
        return match most {
            ..48 => Color::Black,
            48..176 => Color::DarkGray,
            176..240 => Color::Gray,
            240.. => Color::White,
        };
    }
    // A part counts where it is nearer to the largest than to the smallest.
    let middle = least.midpoint(most);
    match ([red, green, blue].map(|part| part > middle), most >= BRIGHT) {
        ([true, false, false], false) => Color::Red,
        ([true, false, false], true) => Color::LightRed,
        ([false, true, false], false) => Color::Green,
        ([false, true, false], true) => Color::LightGreen,
        ([true, true, false], false) => Color::Yellow,
        ([true, true, false], true) => Color::LightYellow,
        ([false, false, true], false) => Color::Blue,
        ([false, false, true], true) => Color::LightBlue,
        ([true, false, true], false) => Color::Magenta,
        ([true, false, true], true) => Color::LightMagenta,
        ([false, true, true], false) => Color::Cyan,
        ([false, true, true], true) => Color::LightCyan,
        // Cannot be: of parts that differ by so much one is above the middle and one is
        // not.
        _ => Color::White,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Role, SHIPPED, Theme};

    /// The relative luminance of WCAG 2, from 0 for black to 1 for white
    /// (<https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>).
    fn luminance(colour: [u8; 3]) -> f64 {
        let parts = colour.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }

    /// The contrast of WCAG 2, from 1 to 21.
    fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// The least contrast of a role's text with what is behind it, on the selected line or
    /// not. `None` where both are the terminal's own, which belong together.
    fn of_role(theme: &Theme, role: Role, is_selected: bool, depth: Depth) -> Option<f64> {
        let screen = theme.style(Role::Screen);
        // Drawn on the selected line, what a style leaves open is that line's.
        let line = if is_selected {
            screen.patch(theme.style(Role::Selected))
        } else {
            screen
        };
        let style = line.patch(theme.style(role));
        let seen = |colour: Color| {
            let style = shown(Style::new().fg(colour), depth);
            style.fg.and_then(rgb).unwrap()
        };
        let text = seen(style.fg?);
        let painted = style.bg.map(|painted| vec![painted]);
        let behind = painted.unwrap_or_else(|| theme.backgrounds.clone());
        assert!(!behind.is_empty(), "no background is named");
        // Reversed, both change places, and the contrast is the same.
        let contrasts = behind.into_iter().map(|b| contrast(text, seen(b)));
        contrasts.reduce(f64::min)
    }

    #[test]
    fn the_contrast_is_that_of_the_standard() {
        let grey = [0x77, 0x77, 0x77];
        assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
        assert!((contrast([255; 3], grey) - 4.48).abs() < 0.005);
    }

    #[test]
    fn text_can_be_read_in_every_shipped_theme() {
        for (name, _) in SHIPPED {
            let theme = Theme::shipped(name);
            let least = if name == "high-contrast" { 7.0 } else { 4.5 };
            for depth in [Depth::True, Depth::Indexed] {
                // Bars and sparklines are drawn in the colours of the roles as well.
                let both = Role::ALL.map(|role| [(role, false), (role, true)]);
                for (role, is_selected) in both.into_iter().flatten() {
                    let Some(contrast) = of_role(&theme, role, is_selected, depth) else {
                        continue;
                    };
                    assert!(
                        contrast >= least,
                        "{name}: {} has {contrast:.2} with {depth:?}, selected: {is_selected}",
                        role.name()
                    );
                }
            }
        }
    }

    #[test]
    fn every_colour_can_be_read_on_the_selected_line() {
        for (name, _) in SHIPPED.iter().filter(|(name, _)| *name != "none") {
            let theme = Theme::shipped(name);
            let least = if *name == "high-contrast" { 7.0 } else { 4.5 };
            for depth in [Depth::True, Depth::Indexed] {
                let seen = |colour| shown(Style::new().fg(colour), depth).fg.and_then(rgb);
                let behind = theme.style(Role::Selected).bg.and_then(seen).unwrap();
                for role in Role::ALL {
                    let Some(text) = theme.style(role).fg.and_then(seen) else {
                        continue;
                    };
                    let contrast = contrast(text, behind);
                    let role = role.name();
                    assert!(
                        contrast >= least,
                        "{name}: {role} has {contrast:.2} with {depth:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_shipped_theme_but_none_has_colours_of_its_own() {
        for (name, _) in SHIPPED {
            let theme = Theme::shipped(name);
            let coloured = Role::ALL.map(|role| theme.style(role).fg.is_some());
            assert_eq!(coloured.contains(&true), name != "none", "{name}");
            // What is selected and what was refused is told apart without colour too.
            for role in [Role::Title, Role::Selected, Role::Staged, Role::Error] {
                assert!(!theme.style(role).add_modifier.is_empty(), "{name}");
            }
        }
    }

    #[test]
    fn a_colour_is_as_near_as_the_terminal_has_it() {
        let near = |colour, depth| shown(Style::new().fg(colour), depth).fg.unwrap();
        for (wanted, in_256, in_16) in [
            ([0x8a, 0x94, 0x9e], 246, Color::DarkGray),
            ([0x6c, 0xc7, 0xd6], 80, Color::Cyan),
            ([0xe8, 0xc2, 0x68], 179, Color::Yellow),
            ([0x8f, 0xd6, 0x94], 114, Color::Green),
            ([0xf2, 0x8b, 0x82], 210, Color::Red),
            ([0x00, 0x57, 0xae], 25, Color::Blue),
            ([0x6d, 0x2e, 0x91], 54, Color::Magenta),
            ([0xff, 0xff, 0x00], 226, Color::LightYellow),
            ([0x00, 0x00, 0x00], 16, Color::Black),
            ([0xff, 0xff, 0xff], 231, Color::White),
        ] {
            let colour = Color::from(wanted);
            assert_eq!(near(colour, Depth::True), colour);
            assert_eq!(near(colour, Depth::Indexed), Color::Indexed(in_256));
            assert_eq!(near(colour, Depth::Ansi), in_16);
            assert_eq!(
                near(Color::Indexed(in_256), Depth::Indexed),
                Color::Indexed(in_256)
            );
        }
        // What the terminal's own settings decide stays so.
        for depth in [Depth::True, Depth::Indexed, Depth::Ansi] {
            assert_eq!(near(Color::Red, depth), Color::Red);
        }
        assert_eq!(near(Color::Indexed(9), Depth::Ansi), Color::LightRed);
        assert_eq!(near(Color::Indexed(208), Depth::Ansi), Color::LightYellow);
    }
}
