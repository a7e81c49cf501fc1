//! Whether the operator was greeted: a mark in the state folder.

use std::fs;
use std::io;
use std::path::PathBuf;

use crate::files;
use crate::journal::{make_private_folder, state_folder};

fn mark() -> io::Result<PathBuf> {
    Ok(state_folder()?.join("greeted"))
}

/// Returns true if nobody closed the greeting yet. Where it could not be closed for good,
/// there is none.
pub(super) fn is_due() -> bool {
    // A link that leads nowhere is a mark too.
    mark().is_ok_and(|mark| fs::symlink_metadata(mark).is_err())
}

/// Notes that it was closed. Where that fails it comes back, which harms nobody.
pub(super) fn close() {
    let noted = mark().and_then(|mark| {
        if let Some(folder) = mark.parent() {
            make_private_folder(folder)?;
        }
        match files::make_new(&mark) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            made => made.map(drop),
        }
    });
    if let Err(error) = noted {
        tracing::warn!("that the greeting was closed cannot be noted: {error}");
    }
}
