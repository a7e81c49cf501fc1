//! Whether the operator was greeted: a mark in the state folder.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use crate::journal::{make_private_folder, state_folder};

fn mark() -> io::Result<PathBuf> {
    Ok(state_folder()?.join("greeted"))
}

/// Whether nobody closed the greeting yet. Where it could not be closed for good, there
/// is none.
pub(super) fn is_due() -> bool {
    mark().is_ok_and(|mark| !mark.exists())
}

/// Notes that it was closed. Where that fails it comes back, which harms nobody.
pub(super) fn close() {
    let noted = mark().and_then(|mark| {
        if let Some(folder) = mark.parent() {
            make_private_folder(folder)?;
        }
        let mut new = OpenOptions::new();
        new.write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(mark)
    });
    if let Err(error) = noted {
        tracing::warn!("that the greeting was closed cannot be noted: {error}");
    }
}
