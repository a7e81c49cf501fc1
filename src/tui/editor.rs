//! Editing a text in the operator's own editor.

use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::files;
use crate::journal::{make_private_folder, state_folder};

/// The most folders that are tried before it is given up.
const MOST_FOLDERS: u32 = 1000;

/// The editor, as the shell runs it: `$VISUAL`, else `$EDITOR`, else `vi`.
pub(super) fn editor(variable: impl Fn(&str) -> Option<String>) -> String {
    let set = ["VISUAL", "EDITOR"].into_iter().filter_map(variable);
    let mut set = set.filter(|editor| !editor.trim().is_empty());
    set.next().unwrap_or_else(|| "vi".to_owned())
}

/// The folder for texts that are being edited: for as long as the session lasts, where
/// the system has such a place.
///
/// # Errors
/// Where the operator has neither such a place nor a home.
pub(super) fn folder() -> io::Result<PathBuf> {
    match std::env::var_os("XDG_RUNTIME_DIR").filter(|folder| Path::new(folder).is_dir()) {
        Some(runtime) => Ok(PathBuf::from(runtime).join("plangate")),
        None => Ok(state_folder()?.join("edit")),
    }
}

/// A text in a file of its own, in a folder that only its owner can enter. Editors may
/// keep what they like beside it; all of it goes.
struct Draft {
    folder: PathBuf,
    file: PathBuf,
}

impl Draft {
    fn write(parent: &Path, text: &str) -> io::Result<Self> {
        make_private_folder(parent)?;
        for number in 1..=MOST_FOLDERS {
            let folder = parent.join(format!("{}-{number}", std::process::id()));
            match DirBuilder::new().mode(0o700).create(&folder) {
                // A process of the same number may have left its folder behind; it is not ours to empty.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                made => made?,
            }
            let file = folder.join("patch.json");
            let draft = Self { folder, file };
            let written =
                files::make_new(&draft.file).and_then(|mut file| file.write_all(text.as_bytes()));
            if let Err(error) = written {
                draft.remove();
                return Err(error);
            }
            return Ok(draft);
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    fn remove(&self) {
        // What stays is the owner's alone.
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// Lets the operator edit a text, and gives it back as it is then; `None` where it is
/// the same. The terminal must have been given back.
///
/// # Errors
/// What went wrong, for the operator. What was written by then stays in its file, which
/// is named.
pub(super) async fn edit(
    editor: &str,
    parent: &Path,
    text: &str,
) -> Result<Option<String>, String> {
    let draft = Draft::write(parent, text)
        .map_err(|error| format!("no file can be written in {}: {error}.", parent.display()))?;
    // As git does it: the variable may hold arguments and quotes.
    let run = Command::new("sh")
        .arg("-c")
        .arg(format!("{editor} \"$@\""))
        // The name by which the shell speaks of itself in what it says of a fault.
        .arg(editor)
        .arg(&draft.file)
        .status()
        .await;
    let result = fs::read_to_string(&draft.file);
    let kept = || format!("What was written is kept in {}.", draft.file.display());
    let is_same = result.as_ref().is_ok_and(|after| after == text);
    let ended = match run {
        Ok(status) if status.success() => match result {
            Ok(_) if is_same => Ok(None),
            Ok(after) => Ok(Some(after)),
            Err(error) => return Err(format!("the text cannot be read: {error}. {}", kept())),
        },
        Ok(status) if is_same => Err(format!("{editor} ended with {status}.")),
        Ok(status) => return Err(format!("{editor} ended with {status}. {}", kept())),
        Err(error) => Err(format!("{editor} cannot be run: {error}.")),
    };
    draft.remove();
    ended
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// An editor that is a script of the shell.
    fn script(folder: &Path, lines: &str) -> String {
        let path = folder.join("editor");
        fs::write(&path, format!("#!/bin/sh\n{lines}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path.display().to_string()
    }

    #[test]
    fn the_editor_is_the_first_that_is_set() {
        let of = |set: &[(&str, &str)]| {
            let set: Vec<(String, String)> = set
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            editor(|name| set.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()))
        };
        assert_eq!(
            of(&[("VISUAL", "code --wait"), ("EDITOR", "ed")]),
            "code --wait"
        );
        assert_eq!(of(&[("VISUAL", ""), ("EDITOR", "ed")]), "ed");
        assert_eq!(of(&[("EDITOR", " ")]), "vi");
        assert_eq!(of(&[]), "vi");
    }

    #[tokio::test]
    async fn a_text_comes_back_as_it_was_written_and_nothing_stays() {
        let folder = tempfile::tempdir().unwrap();
        let parent = folder.path().join("edit");
        let modes = folder.path().join("modes");
        let lines = format!(
            "stat -c %a \"$2\" \"$(dirname \"$2\")\" > {}\nprintf '%s' \"$1\" >> \"$2\"",
            modes.display()
        );
        // With an argument in quotes, as in a shell.
        let editor = format!("{} 'and more'", script(folder.path(), &lines));
        let text = edit(&editor, &parent, "[]").await.unwrap();
        assert_eq!(text.as_deref(), Some("[]and more"));
        assert_eq!(fs::read_to_string(modes).unwrap(), "600\n700\n");
        assert_eq!(fs::read_dir(&parent).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_text_that_stays_the_same_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(edit("true", folder.path(), "[]").await, Ok(None));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn what_was_written_is_kept_where_the_editor_fails() {
        let folder = tempfile::tempdir().unwrap();
        let parent = folder.path().join("edit");
        let editor = script(folder.path(), "echo precious > \"$1\"\nexit 3");
        let reason = edit(&editor, &parent, "[]").await.unwrap_err();
        let (said, kept) = reason.split_once(" What was written is kept in ").unwrap();
        assert!(said.ends_with("ended with exit status: 3."), "{said}");
        let kept = kept.strip_suffix('.').unwrap();
        assert_eq!(fs::read_to_string(kept).unwrap(), "precious\n");

        let editor = script(folder.path(), "printf '\\377' > \"$1\"");
        let reason = edit(&editor, &parent, "[]").await.unwrap_err();
        assert!(reason.starts_with("the text cannot be read"), "{reason}");
    }

    #[tokio::test]
    async fn an_editor_that_is_not_there_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let reason = edit("/nonexistent/editor", folder.path(), "[]")
            .await
            .unwrap_err();
        assert!(reason.contains("exit status: 127"), "{reason}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let reason = edit("true", &file, "[]").await.unwrap_err();
        assert!(reason.starts_with("no file can be written in"), "{reason}");
    }
}
