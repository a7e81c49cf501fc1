//! Where the journal's files are: folders and files that only their owner can read.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use thiserror::Error;

use crate::files;
use crate::plan::patch::text::printable;
use crate::plan::{SAMPLE_REGION, Scope};

/// The journal cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "The journal in {folder} cannot be used: {said}. Its contents were left as they are. \
     Without it no draft is kept and nothing can be sent. Make room there and make the \
     folder yours to write, or set XDG_STATE_HOME to another folder; then start again."
)]
pub struct Unusable {
    /// The folder that was to be used.
    pub folder: String,
    /// The fault, in the system's words.
    pub said: String,
}

impl Unusable {
    pub(super) fn new(folder: &Path, said: &impl ToString) -> Self {
        Self {
            folder: printable(&folder.display().to_string()),
            said: printable(&said.to_string()),
        }
    }
}

/// `$XDG_STATE_HOME/plangate`, that is `~/.local/state/plangate` where the variable
/// is not set.
///
/// # Errors
/// Where the operator has no home.
pub fn state_folder() -> io::Result<PathBuf> {
    let folders = etcetera::base_strategy::Xdg::new().map_err(io::Error::other)?;
    let state = folders.state_dir().ok_or(io::ErrorKind::NotFound)?;
    Ok(state.join("plangate"))
}

/// The folder that holds the journals of all accounts, Regions and endpoints.
///
/// # Errors
/// Where the operator has no home.
pub fn root() -> Result<PathBuf, Unusable> {
    let state = state_folder()
        .map_err(|fault| Unusable::new(Path::new("$XDG_STATE_HOME/plangate/journal"), &fault))?;
    Ok(state.join("journal"))
}

/// Makes a folder, and those above it, that only their owner can enter.
///
/// # Errors
/// What the system says.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// As [`make_private_folder`], also where it is there and others can enter it.
pub(super) fn claim_folder(folder: &Path) -> io::Result<()> {
    make_private_folder(folder)?;
    let mode = fs::metadata(folder)?.permissions().mode() & 0o777;
    if mode == 0o700 {
        return Ok(());
    }
    fs::set_permissions(folder, Permissions::from_mode(0o700))
}

/// Makes a file that was not there, to append to, that only its owner can read.
pub(super) fn make_private_file(path: &Path) -> io::Result<File> {
    let file = files::make_new(path)?;
    // Whatever the umask takes away.
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(file)
}

/// Makes what was created, renamed or removed in a folder last through a power cut.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The most characters that a folder's name has of an account, a Region or an endpoint.
const LONGEST: usize = 48;

/// The folder of a scope's journal in the folder of all journals.
#[must_use]
pub fn folder_of(root: &Path, scope: &Scope) -> PathBuf {
    root.join(name_of(scope))
}

/// The folder's name for a scope: `123456789012@eu-west-1`, and for the sample account,
/// whose endpoint is another at every start, `demo` in its usual Region and
/// `demo-eu-west-1` in another.
///
/// Letters, digits, dots, dashes and underlines stand as they are. Where anything
/// else had to be replaced, or large letters are in it (some file systems do not tell
/// them from small ones), or it is too long, a number made of the whole tells it from
/// others of the same look.
pub(super) fn name_of(scope: &Scope) -> String {
    let Scope {
        account,
        region,
        endpoint,
    } = scope;
    // The Region was parsed before there was a way to there.
    if account == "demo" && !endpoint.is_empty() {
        return if region == SAMPLE_REGION {
            account.clone()
        } else {
            format!("{account}-{}", safe(region))
        };
    }
    let all = [account, region, endpoint];
    let given = if endpoint.is_empty() {
        &all[..2]
    } else {
        &all[..]
    };
    let safe: Vec<String> = given.iter().map(|part| safe(part)).collect();
    let is_same = given.iter().zip(&safe).all(|(given, safe)| *given == safe);
    let has_large = safe.iter().any(|part| part.contains(char::is_uppercase));
    let name = safe.join("@");
    if is_same && !has_large {
        return name;
    }
    format!("{name}+{:012x}", number_of(&all) & 0xffff_ffff_ffff)
}

/// The part of a name, without anything that leads elsewhere.
fn safe(part: &str) -> String {
    let replace = |(index, c): (usize, char)| match c {
        // No `..` that leads out of the folder, and nothing hidden.
        '.' if index == 0 => '_',
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' => c,
        _ => '_',
    };
    let safe = part.chars().enumerate().map(replace);
    safe.take(LONGEST).collect()
}

/// FNV-1a over all parts and their lengths: the same in every version of plangate.
fn number_of(parts: &[&String]) -> u64 {
    let bytes = parts.iter().flat_map(|part| {
        // Without the lengths `ab` and `c` would give the number of `a` and `bc`.
        let length = (part.len() as u64).to_le_bytes();
        length.into_iter().chain(part.bytes())
    });
    bytes.fold(0xcbf2_9ce4_8422_2325, |number, byte| {
        (number ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn scope(account: &str, region: &str, endpoint: &str) -> Scope {
        Scope {
            account: account.to_owned(),
            region: region.to_owned(),
            endpoint: endpoint.to_owned(),
        }
    }

    #[test]
    fn a_plain_scope_stands_in_its_name() {
        let name = |account, region, endpoint| name_of(&scope(account, region, endpoint));
        assert_eq!(name("prod", "eu-west-1", ""), "prod@eu-west-1");
        assert_eq!(name("demo", "us-east-1", "http://127.0.0.1:4567"), "demo");
        assert_eq!(name("demo", "us-east-1", "http://127.0.0.1:4568"), "demo");
        // Two Regions of it are two accounts.
        let elsewhere = name("demo", "eu-west-1", "http://127.0.0.1:4568");
        assert_eq!(elsewhere, "demo-eu-west-1");
        // A profile of that name is not the sample account.
        assert_eq!(name("demo", "us-east-1", ""), "demo@us-east-1");
        let local = name("prod", "eu-west-1", "http://127.0.0.1:4566");
        let (readable, number) = local.rsplit_once('+').unwrap();
        assert_eq!(readable, "prod@eu-west-1@http___127.0.0.1_4566");
        assert_eq!(number.len(), 12);
    }

    #[test]
    fn what_looks_alike_is_told_apart() {
        let alike = [
            scope("a/b", "r", ""),
            scope("a_b", "r", ""),
            scope("a@b", "r", ""),
            scope("a", "b@r", ""),
            scope("A_B", "r", ""),
            scope("a", "b", "r"),
            scope("..", "..", ".."),
            scope("../..", "", ""),
            scope("", "", ""),
            scope(&"x".repeat(400), "r", ""),
            scope(&"x".repeat(401), "r", ""),
        ];
        let names: BTreeMap<String, &Scope> = alike
            .iter()
            .map(|scope| (name_of(scope).to_lowercase(), scope))
            .collect();
        assert_eq!(names.len(), alike.len(), "{names:?}");
    }

    #[test]
    fn a_folder_that_others_can_enter_is_closed() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("scope");
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, Permissions::from_mode(0o777)).unwrap();
        claim_folder(&folder).unwrap();
        let mode = fs::metadata(&folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    proptest! {
        #[test]
        fn no_name_leaves_the_folder(account: String, region: String, endpoint: String) {
            let name = name_of(&scope(&account, &region, &endpoint));
            let path = Path::new(&name);
            let parts: Vec<_> = path.components().collect();
            prop_assert!(matches!(parts[..], [std::path::Component::Normal(_)]), "{}", name);
            prop_assert!(!name.starts_with('.') && name.len() <= 255);
            prop_assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || "._-@+".contains(c)));
        }

        #[test]
        fn different_scopes_have_different_folders(
            one in ("[a.@/]{0,3}", "[a.@/]{0,3}", "[a.@/]{0,3}"),
            other in ("[a.@/]{0,3}", "[a.@/]{0,3}", "[a.@/]{0,3}"),
        ) {
            prop_assume!(one != other);
            let name = |(a, r, e): (String, String, String)| name_of(&scope(&a, &r, &e));
            prop_assert_ne!(name(one), name(other));
        }
    }
}
