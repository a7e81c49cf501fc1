//! Copies of what cannot be used any more, in folders inside of the journal's.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::folder::{claim_folder, make_private_file, sync_folder};
use super::keeper::replace_ending;
use super::read::{BadLine, Damage, PAST, SENDS};

/// The folder for copies of lines that could not be read.
const DAMAGED: &str = "damaged";
/// The folder for drafts that gave way to newer ones of the same plan.
pub(super) const OLDER: &str = "older-drafts";

/// Copies a line that cannot be read.
pub(super) fn keep_line(path: &Path, line: BadLine) -> io::Result<Damage> {
    let copy = copy_of(path, line.number);
    let name = copy.file_name().unwrap_or_default().to_string_lossy();
    let folder = path.parent().unwrap_or(path);
    let kept_in = set_aside(folder, DAMAGED, &name, &line.bytes)?;
    Ok(Damage {
        file: path.to_owned(),
        line: Some(line.number),
        why: line.why,
        kept_in: Some(kept_in),
    })
}

/// The file for the copy of a line, by the name that its file had when it was taken
/// over.
pub(super) fn copy_of(path: &Path, line: u64) -> PathBuf {
    let path = replace_ending(path, PAST, SENDS);
    let folder = path.parent().unwrap_or(&path).join(DAMAGED);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    folder.join(format!("{name}.line-{line}"))
}

/// Writes bytes into a file of a folder inside of the journal's. One that has them
/// already, from an earlier start that did not come to its end, is that file.
pub(super) fn set_aside(
    folder: &Path,
    inner: &str,
    name: &str,
    bytes: &[u8],
) -> io::Result<PathBuf> {
    let folder = folder.join(inner);
    claim_folder(&folder)?;
    for number in 1_u32.. {
        let path = match number {
            1 => folder.join(name),
            n => folder.join(format!("{name}-{n}")),
        };
        let mut file = match make_private_file(&path) {
            Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => {
                if fs::read(&path).is_ok_and(|there| there == bytes) {
                    return Ok(path);
                }
                continue;
            }
            made => made?,
        };
        file.write_all(bytes)?;
        // The file that had it may be removed next, so that the copy has to be on disk by
        // then.
        file.sync_all()?;
        sync_folder(&folder)?;
        return Ok(path);
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
