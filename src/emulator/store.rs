//! The state file: the account on disk, always whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::StartError;
use super::account::Account;

/// The form of the file. Another number is refused.
const VERSION: u32 = 1;

/// Where the account is kept.
#[derive(Debug)]
pub(super) struct Store {
    file: PathBuf,
    /// Written first, then renamed over `file`.
    beside: PathBuf,
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
    /// A link is followed, so that it is the file behind it that is replaced.
    pub fn new(path: &Path) -> Self {
        let file = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut beside = file.clone().into_os_string();
        beside.push(".new");
        Self {
            file,
            beside: beside.into(),
        }
    }

    /// The account in the file; `None` if there is no file yet.
    pub fn load(&self) -> Result<Option<Account>, StartError> {
        let text = match fs::read(&self.file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(StartError::StateUnreadable {
                    path: self.file.clone(),
                    error,
                });
            }
        };
        let damaged = |reason: String| StartError::StateDamaged {
            path: self.file.clone(),
            reason,
        };
        let loaded: Loaded =
            serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
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
    pub fn write(&self, text: &[u8]) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        // It holds the values of API keys.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.beside)?;
        file.write_all(text)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&self.beside, &self.file)?;
        // The rename itself reaches the disk with the folder.
        let folder = self
            .file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }

    pub fn path(&self) -> &Path {
        &self.file
    }
}
