//! The two ways to the clipboard: the terminal's sequence OSC 52, and a program.

use std::ffi::OsString;
use std::process::Stdio;
use std::time::Duration;

use crossterm::clipboard::CopyToClipboard;
use crossterm::queue;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// The time for a program to take a text.
const PATIENCE: Duration = Duration::from_secs(5);

/// The layers between this program and the terminal that has the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Multiplexer {
    /// Nothing but, perhaps, ssh.
    Nothing,
    /// tmux.
    Tmux,
    /// GNU screen.
    Screen,
}

impl Multiplexer {
    /// Reads the layers from the environment.
    pub(super) fn of(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
        if is_set("TMUX") {
            Self::Tmux
        } else if is_set("STY") {
            Self::Screen
        } else {
            Self::Nothing
        }
    }
}

/// The bytes that hand a text to the terminal's clipboard. tmux takes the sequence for
/// itself where its `set-clipboard` is on, and hands it on where its
/// `allow-passthrough` is; each ignores what it does not take, so it gets both.
/// Source: tmux(1), and "The clipboard" in tmux's wiki.
pub(super) fn osc52(text: &str, between: Multiplexer) -> Vec<u8> {
    let mut sequence = Vec::new();
    // Writing to memory has no way to fail.
    let _ = queue!(sequence, CopyToClipboard::to_clipboard_from(text));
    match between {
        Multiplexer::Nothing => sequence,
        Multiplexer::Tmux => {
            let mut both = sequence.clone();
            both.extend(b"\x1bPtmux;");
            for byte in sequence {
                // Within its pass-through tmux takes a single ESC for the end: each is doubled.
                if byte == 0x1b {
                    both.push(0x1b);
                }
                both.push(byte);
            }
            both.extend(b"\x1b\\");
            both
        }
        Multiplexer::Screen => {
            // It hands on what stands in device control strings, of at most 768 bytes. The
            // sequence ends with a bell there: ESC \ would end the string.
            let inner = sequence.strip_suffix(b"\x1b\\").unwrap_or(&sequence);
            let inner = [inner, b"\x07"].concat();
            let mut wrapped = Vec::new();
            // Well below the 768 bytes, with room for what stands around each part.
            for part in inner.chunks(512) {
                wrapped.extend(b"\x1bP");
                wrapped.extend(part);
                wrapped.extend(b"\x1b\\");
            }
            wrapped
        }
    }
}

/// Gives a text to a program on its standard input, without a shell in between.
///
/// # Errors
/// Why it was not taken, for the operator.
pub(super) async fn give(program: &str, arguments: &[String], text: &str) -> Result<(), String> {
    let fault = |error: std::io::Error| format!("{program} cannot be run: {error}.");
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // A program that takes nothing within the time would stay behind.
        .kill_on_drop(true)
        .spawn()
        .map_err(fault)?;
    let given = async {
        if let Some(mut input) = child.stdin.take() {
            // One that reads no further says by its exit code whether that was all.
            drop(input.write_all(text.as_bytes()).await);
            drop(input.shutdown().await);
        }
        child.wait().await
    };
    match tokio::time::timeout(PATIENCE, given).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(format!("{program} ended with {status}.")),
        Ok(Err(error)) => Err(fault(error)),
        Err(_) => Err(format!(
            "{program} took longer than {} s and was stopped.",
            PATIENCE.as_secs()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, between: Multiplexer) -> String {
        String::from_utf8(osc52(text, between)).unwrap()
    }

    #[test]
    fn the_sequence_is_that_of_the_terminal_or_of_what_stands_between() {
        let plain = "\x1b]52;c;Z29sZA==\x1b\\";
        assert_eq!(shown("gold", Multiplexer::Nothing), plain);
        assert_eq!(
            shown("gold", Multiplexer::Tmux),
            format!("{plain}\x1bPtmux;\x1b\x1b]52;c;Z29sZA==\x1b\x1b\\\x1b\\")
        );
        assert_eq!(
            shown("gold", Multiplexer::Screen),
            "\x1bP\x1b]52;c;Z29sZA==\x07\x1b\\"
        );
    }

    #[test]
    fn no_text_ends_the_sequence_or_is_too_long_for_screen() {
        let hostile = "\x1b\\\x07\x1b]0;title\x07\n".repeat(200);
        let sequence = osc52(&hostile, Multiplexer::Nothing);
        let controls = sequence.iter().filter(|byte| byte.is_ascii_control());
        assert_eq!(controls.count(), 2);
        let wrapped = shown(&hostile, Multiplexer::Screen);
        let parts = wrapped.split("\x1b\\");
        assert!(parts.clone().count() > 3);
        assert!(parts.into_iter().all(|part| part.len() <= 768));
    }

    #[test]
    fn the_environment_tells_what_stands_between() {
        let of = |name: &'static str| {
            Multiplexer::of(move |asked| (asked == name).then(|| OsString::from("x")))
        };
        assert_eq!(of("TMUX"), Multiplexer::Tmux);
        assert_eq!(of("STY"), Multiplexer::Screen);
        assert_eq!(of("TERM"), Multiplexer::Nothing);
    }

    #[tokio::test]
    async fn a_program_takes_the_text_without_a_shell() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("taken");
        let of = format!("of={}", file.display());
        let text = "it's $(rm) `x`\n";
        give("dd", &[of], text).await.unwrap();
        assert_eq!(std::fs::read_to_string(file).unwrap(), text);
        let reason = give("/nonexistent/copy", &[], text).await.unwrap_err();
        assert!(
            reason.starts_with("/nonexistent/copy cannot be run"),
            "{reason}"
        );
        let reason = give("false", &[], text).await.unwrap_err();
        assert_eq!(reason, "false ended with exit status: 1.");
    }
}
