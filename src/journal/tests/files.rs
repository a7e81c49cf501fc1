//! The files themselves.

use std::os::unix::fs::PermissionsExt;

use rustix::fs::Mode;
use rustix::process::umask;

use super::*;

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn only_their_owner_can_read_them() {
    let place = Place::new();
    let before = umask(Mode::empty());
    let (journal, _) = place.open();
    journal.write(of_plan("a", "edited")).await.unwrap();
    let path = place.paths(".drafts.jsonl").remove(0);
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend(b"damage\n");
    journal.kill().await;
    fs::write(&path, bytes).unwrap();
    let (_journal, recovered) = place.open();
    umask(before);
    let kept = recovered.damaged[0].kept_in.clone().unwrap();
    assert_eq!(mode(&place.folder()), 0o700);
    assert_eq!(mode(kept.parent().unwrap()), 0o700);
    for path in place.paths("").iter().chain([&kept]) {
        assert_eq!(mode(path), 0o600, "{}", path.display());
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_said() {
    let place = Place::new();
    fs::write(place.folder(), "a file").unwrap();
    let fault = place.try_open().unwrap_err().to_string();
    assert!(fault.contains("prod@eu-west-1"), "{fault}");
    assert!(fault.contains("XDG_STATE_HOME"), "{fault}");
}

#[tokio::test]
async fn what_cannot_be_written_is_told_and_made_up_for() {
    let place = Place::new();
    let (journal, _) = place.open();
    let health = journal.drafts();
    journal.write(of_plan("a", "first")).await.unwrap();
    // Somebody takes the folder away, and puts a file in its place.
    fs::remove_dir_all(place.folder()).unwrap();
    fs::write(place.folder(), "a file").unwrap();
    let failure = journal.write(of_plan("b", "second")).await.unwrap_err();
    assert_eq!(*health.borrow(), Some(failure));
    let send = begun(&["a"]);
    assert!(journal.write(of_begun(&send)).await.is_err());
    fs::remove_file(place.folder()).unwrap();
    write_all(&journal, [of_plan("c", "third"), of_begun(&send)]).await;
    assert_eq!(*health.borrow(), None);
    journal.kill().await;
    let (_, recovered) = place.open();
    let names = [
        (key("a"), "first"),
        (key("b"), "second"),
        (key("c"), "third"),
    ];
    assert_eq!(draft_names(&recovered.drafts), names);
    assert_eq!(recovered.open.len(), 1);
}

#[tokio::test]
async fn a_file_of_drafts_does_not_grow_for_ever() {
    let place = Place::new();
    let (journal, _) = place.open();
    journal.write(of_plan("b", "kept")).await.unwrap();
    let long = "x".repeat(50_000);
    for number in 0..60 {
        let name = format!("{number} {long}");
        journal.write(of_plan("a", &name)).await.unwrap();
    }
    let length = fs::metadata(&place.paths(".drafts.jsonl")[0])
        .unwrap()
        .len();
    assert!(length < 1_200_000, "{length}");
    journal.write(of_plan("a", "last")).await.unwrap();
    journal.kill().await;
    assert_eq!(place.paths(".new"), [] as [PathBuf; 0]);
    let (_, recovered) = place.open();
    let names = [(key("b"), "kept"), (key("a"), "last")];
    assert_eq!(draft_names(&recovered.drafts), names);
}

#[tokio::test]
async fn after_the_end_nothing_is_written() {
    let place = Place::new();
    let (journal, _) = place.open();
    journal.close().await;
    journal.close().await;
    let failure = journal.write(of_plan("a", "late")).await.unwrap_err();
    assert!(failure.to_string().contains("closed"), "{failure}");
    assert_eq!(place.files(), [] as [&str; 0]);
}

#[test]
fn what_cannot_be_used_or_written_says_what_to_do() {
    let unusable = super::super::folder::Unusable::new("/full".as_ref(), &"no space left");
    let unwritten = super::super::keeper::WriteFailure::new("/full".as_ref(), &"no space left");
    for text in [unusable.to_string(), unwritten.to_string()] {
        assert!(text.contains("/full"), "{text}");
        assert!(text.contains("no space left"), "{text}");
        assert!(text.contains("Make room there"), "{text}");
        assert!(text.contains("nothing can be sent"), "{text}");
    }
}
