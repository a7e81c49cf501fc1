//! The files that plangate writes for itself: only their owner can read them, and no link
//! leads a write elsewhere.

use std::fs::{self, File, FileType, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::OFlags;
use signal_hook::consts::SIGXFSZ;

/// Readable and writable by the owner only.
const MODE: u32 = 0o600;

/// Has a write beyond the limit of a file's size (`ulimit -f`) fail, so that it is told as
/// any other: by itself the system ends the program with a signal, and the terminal stays
/// as it was. Programs that are started from here have the usual again.
pub fn outlive_limits() {
    // Nobody reads the flag: that there is somebody to be told is all that it takes.
    // Where that fails, it is as in any other program.
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::default());
}

/// Makes a file that was not there, to be written or appended to.
///
/// # Errors
/// Where something has the name already, a link included, whatever it leads to; and what
/// the system says.
pub fn make_new(path: &Path) -> io::Result<File> {
    let mut new = OpenOptions::new();
    new.append(true).create_new(true).mode(MODE).open(path)
}

/// Opens a file to append to, or makes it.
///
/// # Errors
/// Where the name is not that of a regular file, and what the system says.
pub fn append_to(path: &Path) -> io::Result<File> {
    match make_new(path) {
        Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => {
            open_regular(path, OpenOptions::new().append(true))
        }
        made => made,
    }
}

/// Reads a regular file of at most so many bytes; `None` where there is none.
///
/// # Errors
/// Where the name is that of something else, which is not opened; where the file is
/// larger; and what the system says.
pub fn read(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    let file = match open_regular(path, OpenOptions::new().read(true)) {
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let mut bytes = Vec::new();
    // It may be growing.
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        let text = format!("it is larger than {} MiB", most / (1024 * 1024));
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
    }
    Ok(Some(bytes))
}

/// Replaces a file in one step, or makes it: a kill at any moment leaves the old or the
/// new one whole. The new one is written under a name beside it.
///
/// # Errors
/// Where the name is that of something else than a regular file, which stays; and what
/// the system says.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    is_regular_or_none(path)?;
    let beside = beside(path);
    // One that was left by a program that was killed; of a link, the link.
    match fs::remove_file(&beside) {
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => return Err(fault),
        _ => {}
    }
    let mut file = make_new(&beside)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // What is wrong is told already.
        let _ = fs::remove_file(&beside);
    }
    written?;
    // The rename itself reaches the disk with the folder.
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn beside(path: &Path) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    beside.into()
}

/// Opens a regular file. Anything else is not even opened, for opening a pipe or a device
/// may wait, or do something.
fn open_regular(path: &Path, how: &mut OpenOptions) -> io::Result<File> {
    is_regular(path)?;
    // It may be something else by now.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).map_err(io::Error::other)?;
    let file = how.custom_flags(flags).open(path)?;
    match not_regular(file.metadata()?.file_type()) {
        Some(fault) => Err(fault),
        None => Ok(file),
    }
}

fn is_regular(path: &Path) -> io::Result<()> {
    match not_regular(fs::symlink_metadata(path)?.file_type()) {
        Some(fault) => Err(fault),
        None => Ok(()),
    }
}

fn is_regular_or_none(path: &Path) -> io::Result<()> {
    match is_regular(path) {
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(()),
        checked => checked,
    }
}

/// The reason why something is not a regular file; `None` where it is one.
fn not_regular(kind: FileType) -> Option<io::Error> {
    if kind.is_file() {
        return None;
    }
    let what = if kind.is_symlink() {
        "a symbolic link"
    } else if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    };
    let text = format!("it is {what}, and a regular file is needed");
    Some(io::Error::new(io::ErrorKind::InvalidInput, text))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_file_is_replaced_whole_and_is_its_owners() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        assert_eq!(read(&path, 10).unwrap(), None);
        replace(&path, b"one").unwrap();
        assert_eq!(mode(&path), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        // What a killed program left does not stand in the way.
        fs::write(beside(&path), "half").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(mode(&path), 0o600);
        assert_eq!(read(&path, 3).unwrap().unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn no_link_leads_a_write_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let (path, theirs) = (folder.path().join("state"), folder.path().join("theirs"));
        fs::write(&theirs, "precious").unwrap();
        symlink(&theirs, beside(&path)).unwrap();
        replace(&path, b"mine").unwrap();
        assert_eq!(fs::read(&theirs).unwrap(), b"precious");
        let link = folder.path().join("link");
        for target in [&theirs, &folder.path().join("nowhere")] {
            symlink(target, &link).unwrap();
            assert!(replace(&link, b"mine").is_err());
            assert!(append_to(&link).is_err());
            assert!(make_new(&link).is_err());
            assert!(read(&link, 100).unwrap_err().to_string().contains("link"));
            fs::remove_file(&link).unwrap();
        }
        assert_eq!(fs::read(&theirs).unwrap(), b"precious");
        assert!(!folder.path().join("nowhere").exists());
    }

    #[test]
    fn only_regular_files_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        let _listener = UnixListener::bind(&socket).unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        for (path, what) in [
            (folder.path(), "folder"),
            (&socket, "socket"),
            (&pipe, "pipe"),
            (Path::new("/dev/zero"), "device"),
            (Path::new("/dev/null"), "device"),
        ] {
            for fault in [
                read(path, 10).unwrap_err(),
                append_to(path).unwrap_err(),
                replace(path, b"x").unwrap_err(),
            ] {
                assert!(
                    fault.to_string().contains(what),
                    "{}: {fault}",
                    path.display()
                );
            }
        }
    }

    #[test]
    fn a_file_that_is_too_large_is_not_taken_in() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large");
        // It takes no room on the disk.
        File::create(&path).unwrap().set_len(1 << 40).unwrap();
        let fault = read(&path, 2 * 1024 * 1024).unwrap_err();
        assert_eq!(fault.to_string(), "it is larger than 2 MiB");
    }
}
