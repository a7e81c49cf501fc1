//! The state file: the account on disk, always whole.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::StartError;
use super::account::Account;
use crate::files;

/// The largest file that is read or written, in bytes: several times an account of 100,000
/// plans, where the service has 300. More is a mistake, and would fill the memory.
const LARGEST: u64 = 256 * 1024 * 1024;

/// The form of the file. Another number is refused.
const VERSION: u32 = 1;

/// The file in which the account is kept.
#[derive(Debug)]
pub(super) struct Store {
    file: PathBuf,
}

#[derive(Serialize)]
struct Saved<'a> {
    version: u32,
    account: &'a Account,
}

#[derive(Deserialize)]
struct Loaded {
    version: u32,
    account: Account,
}

impl Store {
    pub fn new(path: &Path) -> Self {
        Self {
            file: path.to_owned(),
        }
    }

    /// The account in the file; `None` if there is no file yet. Only a regular file is
    /// read: no link, pipe or device.
    pub fn load(&self) -> Result<Option<Account>, StartError> {
        let read = files::read(&self.file, LARGEST);
        let Some(text) = read.map_err(|error| StartError::StateUnreadable {
            path: self.file.clone(),
            error,
        })?
        else {
            return Ok(None);
        };
        let damaged = |reason: String| StartError::StateDamaged {
            path: self.file.clone(),
            reason,
        };
        let loaded: Loaded =
            serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
        // A form that is not known is never guessed at: the next write would replace the file.
        if loaded.version != VERSION {
            return Err(damaged(format!(
                "it has version {}, and this program reads version {VERSION}",
                loaded.version
            )));
        }
        Ok(Some(loaded.account))
    }

    pub fn text(account: &Account) -> Result<Vec<u8>, String> {
        serde_json::to_vec(&Saved {
            version: VERSION,
            account,
        })
        .map_err(|error| error.to_string())
    }

    /// Replaces the file in one step: a kill at any moment leaves the old or the new one.
    /// It holds the values of API keys, so that only its owner can read it.
    pub fn write(&self, text: &[u8]) -> io::Result<()> {
        // Loading refuses what is larger: written nevertheless, the account could not be read again.
        if text.len() as u64 > LARGEST {
            let text = format!("it would be larger than {} MiB", LARGEST / (1024 * 1024));
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
        }
        files::replace(&self.file, text)
    }

    pub fn path(&self) -> &Path {
        &self.file
    }
}
