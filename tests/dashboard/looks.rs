//! What the screens look like in every theme and in the smallest terminal, and where the
//! real cursor stands.

use std::fmt::Write as _;

use insta::assert_snapshot;
use plangate::config::{Depth, SHIPPED, Theme};
use plangate::ui::look::Look;
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

use crate::session::Session;

/// The form with what is staged, refused and wrong.
async fn rich(look: &Look) -> Session {
    let mut session = Session::start(120, 40).await;
    session.look = *look;
    session.find("qm6bea").await;
    // No name, which is refused; a rate that is none; a burst and a method throttle less.
    session.keys("e<enter><ctrl-a><ctrl-k><esc>").await;
    session
        .keys("<down><down><down><down><enter>x<tab>0<esc>")
        .await;
    session.keys("<down><down><down><down><down><down>d").await;
    session.shows("NO ");
    session.shows("to be removed");
    session
}

/// The screen, and below it where each style stands: a letter for each, and what the
/// letters mean.
fn with_styles(session: &mut Session) -> String {
    let buffer = session.buffer();
    let mut styles: Vec<Style> = Vec::new();
    let mut map = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        for x in 0..buffer.area.width {
            let style = buffer[(x, y)].style();
            let known = styles.iter().position(|known| *known == style);
            let at = known.unwrap_or(styles.len());
            if known.is_none() {
                styles.push(style);
            }
            line.push(char::from(b'a' + u8::try_from(at).unwrap()));
        }
        let _ = writeln!(map, "{line}");
    }
    let mut text = session.screen();
    text.push('\n');
    for (at, style) in styles.into_iter().enumerate() {
        let letter = char::from(b'a' + u8::try_from(at).unwrap());
        let colour = |colour: Option<Color>| {
            let colour = colour.filter(|colour| *colour != Color::Reset);
            colour.map_or_else(|| "-".to_owned(), |colour| colour.to_string())
        };
        let names = style.add_modifier.iter_names().map(|(name, _)| name);
        let _ = writeln!(
            text,
            "{letter} = {} on {} {}",
            colour(style.fg),
            colour(style.bg),
            names.collect::<Vec<_>>().join(" ")
        );
    }
    text + "\n" + &map
}

#[tokio::test]
async fn a_rich_screen_in_every_theme() {
    for (name, _) in SHIPPED {
        let theme = Theme::shipped(name);
        let mut session = rich(&Look::of(&theme, Depth::True, true)).await;
        assert_snapshot!(format!("theme {name}"), with_styles(&mut session));
    }
}

#[tokio::test]
async fn every_theme_says_the_same_in_words() {
    let plain = rich(&Look::new(false, true)).await.screen();
    for (name, _) in SHIPPED {
        for depth in [Depth::True, Depth::Indexed, Depth::Ansi] {
            let mut session = rich(&Look::of(&Theme::shipped(name), depth, true)).await;
            assert_eq!(session.screen(), plain, "{name}");
        }
    }
}

#[tokio::test]
async fn a_theme_with_a_background_of_its_own_paints_every_cell() {
    let look = Look::of(&Theme::shipped("high-contrast"), Depth::True, true);
    let mut session = rich(&look).await;
    for keys in ["", "<esc>K", "<esc>?", "<esc>v", "<esc>q"] {
        session.keys(keys).await;
        let painted = |cell: &ratatui::buffer::Cell| {
            let is_its_own = cell.bg == Color::Rgb(0, 0, 0) || Some(cell.bg) == look.selected.bg;
            is_its_own && cell.fg != Color::Reset
        };
        let buffer = session.buffer();
        assert!(buffer.content.iter().all(painted), "after {keys}");
    }
}

#[tokio::test]
async fn on_wide_cells_nothing_is_drawn_that_is_one_or_two_cells_wide() {
    let wide = Look::new(true, true).on_wide_cells();
    let mut drawn = 0;
    for (name, keys) in SCREENS {
        let mut session = smallest(keys).await;
        session.resize(120, 40);
        let before = session.buffer();
        session.look = wide;
        session.forget_frame();
        let after = session.buffer();
        for (one, other) in before.content.iter().zip(&after.content) {
            let symbol = other.symbol();
            assert_eq!(symbol.width(), symbol.width_cjk(), "{name}: {symbol:?}");
            drawn += usize::from(one.symbol() != symbol);
        }
        // A name of wide letters stays as it is.
        session.keys("<esc><esc><esc>").await;
    }
    assert!(drawn > 1000, "{drawn}");
    let mut session = Session::start(120, 40).await;
    session.look = wide;
    session.find("x6j6f4").await;
    session.shows("媒体合作伙伴-高级版");
    session.shows("+=");
}

#[tokio::test]
async fn no_more_colours_are_used_than_there_are() {
    for (name, _) in SHIPPED {
        for depth in [Depth::Indexed, Depth::Ansi] {
            let mut session = rich(&Look::of(&Theme::shipped(name), depth, true)).await;
            for cell in &session.buffer().content {
                for colour in [cell.fg, cell.bg] {
                    let there = match depth {
                        Depth::Ansi => !matches!(colour, Color::Rgb(..) | Color::Indexed(_)),
                        _ => !matches!(colour, Color::Rgb(..)),
                    };
                    assert!(there, "{name}: {colour}");
                }
            }
        }
    }
}

/// The smallest terminal.
const SMALLEST: (u16, u16) = (60, 15);

/// The screens of the smallest terminal, and the keys that lead to them.
const SCREENS: [(&str, &str); 18] = [
    ("list", ""),
    ("detail", "<enter>"),
    ("form", "e<down><down><down><down><enter>x<tab>0<esc>"),
    ("staged", "rx2<enter>b9<enter>e<tab>"),
    ("picker", "K"),
    (
        "patch",
        "r150<enter>p<down><down><ctrl-e><backspace><backspace>",
    ),
    ("review", "r150<enter>b10<enter>v"),
    ("limits", "m"),
    ("through", "m<tab>"),
    ("usage", "U"),
    ("at risk", "Wa"),
    ("findings", "F"),
    ("history", "H"),
    ("help", "?"),
    ("question", "r150<enter>q"),
    ("tweak line", "Trate x2 burst 60"),
    ("bulk review", "<esc>/search-<enter>*Trate x2<enter>V"),
    ("queue", "<esc>/search-<enter>*Trate x2<enter>V<ctrl-s>yQ"),
];

async fn smallest(keys: &str) -> Session {
    let mut session = Session::start(SMALLEST.0, SMALLEST.1).await;
    session.find("qm6bea").await;
    session.keys(keys).await;
    session
}

#[tokio::test]
async fn every_screen_in_the_smallest_terminal() {
    for (name, keys) in SCREENS {
        let screen = smallest(keys).await.screen();
        assert!(!screen.contains("too small"), "{name}:\n{screen}");
        for line in screen.lines() {
            assert!(line.width() <= 60, "{name}: {line}");
        }
        assert_snapshot!(format!("{name} 60x15"), screen);
    }
}

/// The text of the row from the cursor on.
fn under_cursor(session: &mut Session) -> String {
    let (x, y) = session.cursor().unwrap();
    let buffer = session.buffer();
    let row = (x..buffer.area.width).map(|x| buffer[(x, y)].symbol());
    row.collect::<String>().trim_end().to_owned()
}

#[tokio::test]
async fn the_real_cursor_stands_on_what_has_the_keys() {
    for (keys, text) in [
        // The selected line, at its start.
        ("", "▸    orders-gold"),
        ("<esc>j", "▸"),
        ("e<down>", "▸   description"),
        ("e<down><down><down><down>", "▸     rate"),
        ("rx2<enter>b9<enter>e<tab><down>", "▸ 2 ok"),
        ("F", "▸    xapbeb"),
        ("U", "▸"),
        ("Wa", "▸reports"),
        // A cell of the matrix: the method that was selected before all were read.
        ("mj", "[         5/10 M"),
        // The first line of what is read.
        ("<enter>", "name           orders-gold"),
        ("<enter>J", "{"),
        ("r150<enter>v", "! Managed by"),
        ("?", "Here: List of plans"),
        // What is typed, and what is asked.
        ("/gold", ""),
        ("r12<left>", "2 = 12 requests"),
        ("Ka7k", ""),
        ("e<enter><left>X", "d"),
        ("r150<enter>q", "Leave plangate?"),
    ] {
        let mut session = Session::start(120, 40).await;
        session.find("qm6bea").await;
        session.keys(keys).await;
        let found = under_cursor(&mut session);
        let is_there = if text.is_empty() {
            // To the border of what has the keys: another pane may go on behind it.
            let inside = found.split('┃').next().unwrap_or_default();
            inside.trim_end_matches(['│', ' ']).is_empty()
        } else {
            found.starts_with(text)
        };
        assert!(
            is_there,
            "after {keys:?} on {found:?}, not {text:?}:\n{}",
            session.screen()
        );
    }
}

#[tokio::test]
async fn the_real_cursor_moves_with_the_selection() {
    let mut session = Session::start(80, 24).await;
    let before = session.cursor().unwrap();
    session.keys("jj").await;
    assert_eq!(session.cursor().unwrap(), (before.0, before.1 + 2));
    let selected = session
        .app
        .core
        .plans
        .selected()
        .unwrap()
        .plan
        .settings
        .name
        .clone();
    assert!(under_cursor(&mut session).contains(&selected));
    // Reversed as well, for who sees it.
    let (x, y) = session.cursor().unwrap();
    let style = session.buffer()[(x, y)].style();
    assert!(style.add_modifier.contains(Modifier::REVERSED));
}

/// The cells of the bars and heights in the line of the selected key, and of its name.
fn cells_of_selected(session: &mut Session) -> (Vec<Style>, Style) {
    let (x, y) = session.cursor().unwrap();
    let buffer = session.buffer();
    let row = (x..buffer.area.width).map(|x| &buffer[(x, y)]);
    let pictures = row.filter(|cell| "■▁▂▃▄▅▆▇█".contains(cell.symbol()));
    let pictures = pictures.map(ratatui::buffer::Cell::style).collect();
    (pictures, buffer[(x + 1, y)].style())
}

#[tokio::test]
async fn the_selected_line_has_a_background_and_its_pictures_keep_their_colours() {
    let looks = [
        Look::of(&Theme::shipped("dark"), Depth::True, true),
        Look::of(&Theme::shipped("light"), Depth::Indexed, true),
        Look::of(&Theme::shipped("dark"), Depth::Ansi, true),
        Look::new(false, true),
    ];
    for look in looks {
        let mut session = Session::start(120, 40).await;
        session.look = look;
        session.find("qm6bea").await;
        session.keys("U").await;
        let (pictures, name) = cells_of_selected(&mut session);
        assert!(pictures.len() > 10, "{}", session.screen());
        let behind = look.selected.bg;
        for style in pictures {
            // Reversed they would hang from above and show what is missing.
            assert!(!style.add_modifier.contains(Modifier::REVERSED));
            assert_eq!(style.bg.filter(|bg| *bg != Color::Reset), behind);
        }
        assert_eq!(name.bg.filter(|bg| *bg != Color::Reset), behind);
        // Without a background of its own it is reversed, and told apart all the same.
        let is_reversed = name.add_modifier.contains(Modifier::REVERSED);
        assert_eq!(is_reversed, behind.is_none());
    }
}
