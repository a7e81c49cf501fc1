//! Writing a file that the operator asked for.

use std::io::ErrorKind;
use std::path::Path;

use tokio::fs::OpenOptions;
use tokio::io::AsyncWriteExt;

/// The most names that are tried before the operator is asked to tidy up.
const MOST_NAMES: u32 = 1000;

/// Writes a text into a new file of a folder. Nothing that is there is
/// overwritten: where the name is taken, a number goes before the ending. Gives
/// the file's path.
///
/// # Errors
/// What the system says, for the operator. What was written of it until then
/// stays.
pub(super) async fn save(folder: &Path, name: &str, text: &str) -> Result<String, String> {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "txt"));
    for number in 1..=MOST_NAMES {
        let name = match number {
            1 => format!("{stem}.{ending}"),
            n => format!("{stem}-{n}.{ending}"),
        };
        let path = folder.join(name);
        let fault = |error: std::io::Error| {
            format!(
                "{} cannot be written: {error}. It is still shown.",
                path.display()
            )
        };
        let opened = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .await;
        let mut file = match opened {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
            opened => opened.map_err(fault)?,
        };
        file.write_all(text.as_bytes()).await.map_err(fault)?;
        file.flush().await.map_err(fault)?;
        return Ok(path.display().to_string());
    }
    Err(format!(
        "Nothing was written: {} has {MOST_NAMES} files named like {name} already.",
        folder.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_that_is_there_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let first = save(folder.path(), "usage-2026-03-18.csv", "one")
            .await
            .unwrap();
        let second = save(folder.path(), "usage-2026-03-18.csv", "two")
            .await
            .unwrap();
        assert!(second.ends_with("usage-2026-03-18-2.csv"), "{second}");
        assert_eq!(std::fs::read_to_string(first).unwrap(), "one");
        assert_eq!(std::fs::read_to_string(second).unwrap(), "two");
    }

    #[tokio::test]
    async fn a_folder_that_is_gone_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        let reason = save(&gone, "usage.csv", "one").await.unwrap_err();
        assert!(reason.contains("cannot be written"), "{reason}");
    }
}
