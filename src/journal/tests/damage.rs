//! Files that were damaged.

use std::fs::{File, OpenOptions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use super::*;
use crate::journal::read::read;

/// The file of sends that a program leaves that was killed.
async fn left(place: &Place) -> (PathBuf, Begun) {
    let (journal, _) = place.open();
    let send = begun(&["a", "b"]);
    let [one, two] = &send.entries[..] else {
        panic!("two entries");
    };
    write_all(
        &journal,
        [
            of_begun(&send),
            of_intent(one),
            of_sent(one, CallOutcome::Applied),
            of_intent(two),
        ],
    )
    .await;
    journal.kill().await;
    (place.paths(".sends.jsonl").remove(0), send)
}

#[tokio::test]
async fn a_file_that_is_cut_anywhere_gives_all_that_is_whole() {
    let place = Place::new();
    let (path, _) = left(&place).await;
    let whole = fs::read(&path).unwrap();
    let all = read(&File::open(&path).unwrap()).unwrap().items;
    assert_eq!(all.len(), 4);
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    for cut in (0..whole.len()).rev() {
        file.set_len(cut as u64).unwrap();
        let content = read(&File::open(&path).unwrap()).unwrap();
        // A line that lacks nothing but its end is whole, too.
        let with_end = memchr::memchr_iter(b'\n', &whole[..=cut]).count();
        let records = with_end.saturating_sub(1);
        assert_eq!(content.items, all[..records], "cut at {cut}");
        assert!(content.bad.is_empty());
        let last = whole[..cut].iter().rposition(|byte| *byte == b'\n');
        let is_torn = cut > last.map_or(0, |at| at + 1) && whole[cut] != b'\n';
        assert_eq!(content.torn.is_some(), is_torn, "cut at {cut}");
    }
}

#[tokio::test]
async fn a_torn_end_is_set_aside_and_the_rest_used() {
    let place = Place::new();
    let (path, send) = left(&place).await;
    let bytes = fs::read(&path).unwrap();
    let cut = bytes.len() - 40;
    fs::write(&path, &bytes[..cut]).unwrap();
    let history = History::read(place.root.path(), &scope()).unwrap();
    assert_eq!(history.damaged, []);
    let (_journal, recovered) = place.open();
    let [damage] = &recovered.damaged[..] else {
        panic!("one line is damaged: {:?}", recovered.damaged);
    };
    assert_eq!((&damage.file, damage.line), (&path, Some(5)));
    let copy = fs::read(damage.kept_in.as_ref().unwrap()).unwrap();
    assert!(bytes[..cut].ends_with(&copy) && copy.starts_with(b"{"));
    assert_eq!(recovered.unresolved, []);
    let states: Vec<_> = recovered.open[0]
        .entries
        .iter()
        .map(PastEntry::state)
        .collect();
    assert_eq!(states, [EntryState::Applied, EntryState::Waiting]);
    assert_eq!(recovered.open[0].id, send.id);
}

#[tokio::test]
async fn garbage_is_set_aside_and_the_rest_used() {
    let place = Place::new();
    let (path, send) = left(&place).await;
    let bytes = fs::read(&path).unwrap();
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let garbage: [&[u8]; 4] = [
        b"\xff\xfe\x00\x1b[2J\n",
        b"{\"at\":\"2026-03-18T12:00:00Z\",\"kind\":\"dance\"}\n",
        b"{\"at\":\"2026-03-18T12:00:00Z\",\"kind\":\"over\",\"send\":\"\x1b]0;x\"}\n",
        b"null\n",
    ];
    for line in garbage {
        lines.insert(2, line);
    }
    fs::write(&path, lines.concat()).unwrap();
    let (_, recovered) = place.open();
    let numbers: Vec<_> = recovered.damaged.iter().map(|damage| damage.line).collect();
    assert_eq!(numbers, [Some(3), Some(4), Some(5), Some(6)]);
    for (damage, line) in recovered.damaged.iter().zip(garbage.iter().rev()) {
        let copy = fs::read(damage.kept_in.as_ref().unwrap()).unwrap();
        assert_eq!([&copy[..], b"\n"].concat(), *line);
        assert!(!damage.why.contains(char::is_control), "{}", damage.why);
    }
    assert_eq!(recovered.open[0].id, send.id);
    assert_eq!(intents(&recovered.unresolved), [intent(&send.entries[1])]);
    // It was told, and the history goes on without.
    let history = History::read(place.root.path(), &scope()).unwrap();
    assert_eq!((history.sends.len(), history.damaged), (1, vec![]));
}

#[tokio::test]
async fn a_file_of_another_version_is_left_alone() {
    let place = Place::new();
    let (path, _) = left(&place).await;
    let text = fs::read_to_string(&path).unwrap();
    let later = text.replacen("\"version\":1", "\"version\":2", 1);
    fs::write(&path, &later).unwrap();
    let (_, recovered) = place.open();
    assert!(recovered.open.is_empty());
    let damage = &recovered.damaged[0];
    assert_eq!((&damage.file, &damage.kept_in), (&path, &None));
    assert!(damage.why.contains("format 2"), "{}", damage.why);
    assert_eq!(fs::read_to_string(&path).unwrap(), later);
}

#[tokio::test]
async fn strange_things_in_the_folder_do_not_disturb() {
    let place = Place::new();
    let (path, _) = left(&place).await;
    let folder = place.folder();
    fs::create_dir(folder.join("a.sends.jsonl")).unwrap();
    symlink("/dev/zero", folder.join("b.drafts.jsonl")).unwrap();
    // Beside the file of sends that is taken over, too.
    let name = path.to_string_lossy().replace(".sends.", ".drafts.");
    symlink("/dev/zero", &name).unwrap();
    fs::write(folder.join("notes.txt"), "mine").unwrap();
    fs::write(folder.join("0.sends.jsonl"), "").unwrap();
    fs::write(folder.join("x.sends.jsonl.new"), "half").unwrap();
    let odd = std::ffi::OsStr::from_bytes(b"\xff.sends.jsonl");
    fs::write(folder.join(odd), "odd").unwrap();
    let (_journal, recovered) = place.open();
    assert_eq!(recovered.open.len(), 1);
    let told: Vec<_> = recovered.damaged.iter().map(|d| d.file.clone()).collect();
    assert_eq!(
        told,
        [
            PathBuf::from(name),
            folder.join("a.sends.jsonl"),
            folder.join("b.drafts.jsonl"),
            folder.join("0.sends.jsonl")
        ]
    );
    assert!(folder.join("notes.txt").exists() && folder.join(odd).exists());
    assert!(
        !folder.join("0.sends.jsonl").exists(),
        "it was told, and held nothing"
    );
    assert!(
        !folder.join("x.sends.jsonl.new").exists(),
        "it was never made"
    );
    assert!(!path.exists());
}

#[tokio::test]
async fn a_file_that_lost_all_or_its_head_is_told() {
    for ending in [".sends.jsonl", ".drafts.jsonl"] {
        let place = Place::new();
        let (journal, _) = place.open();
        let send = begun(&["a"]);
        let draft = draft_of(DraftKey::New(1), "kept");
        write_all(&journal, [of_begun(&send), draft]).await;
        journal.kill().await;
        let path = place.paths(ending).remove(0);
        fs::write(&path, "").unwrap();
        let (journal, recovered) = place.open();
        let told: Vec<_> = recovered
            .damaged
            .iter()
            .map(|d| (&d.file, d.line))
            .collect();
        assert_eq!(told, [(&path, None)], "{ending}");
        let why = &recovered.damaged[0].why;
        assert!(why.contains("empty") && why.contains("lost"), "{why}");
        // What the other file has is used.
        assert_eq!(recovered.open.len(), usize::from(ending == ".drafts.jsonl"));
        assert_eq!(
            recovered.drafts.len(),
            usize::from(ending == ".sends.jsonl")
        );
        journal.close().await;
    }
}

#[tokio::test]
async fn records_without_their_head_are_used_and_that_is_told() {
    let place = Place::new();
    let (path, send) = left(&place).await;
    let text = fs::read_to_string(&path).unwrap();
    let (_, headless) = text.split_once('\n').unwrap();
    fs::write(&path, headless).unwrap();
    // Nothing but its name and its records say what it is.
    let history = History::read(place.root.path(), &scope()).unwrap();
    assert_eq!(history.sends.len(), 1);
    assert!(history.damaged[0].why.contains("first line"));
    let (_journal, recovered) = place.open();
    assert_eq!(recovered.open[0].id, send.id);
    let [damage] = &recovered.damaged[..] else {
        panic!("{:?}", recovered.damaged);
    };
    assert_eq!((&damage.file, damage.line), (&path, None));
    assert!(damage.why.contains("first line"), "{}", damage.why);
}

#[tokio::test]
async fn a_history_that_was_cut_to_nothing_is_told_at_every_look() {
    let place = Place::new();
    let (journal, _) = place.open();
    let send = begun(&["a"]);
    write_all(&journal, [of_begun(&send), Record::Over(send.id.clone())]).await;
    journal.close().await;
    let path = place.paths(".past.jsonl").remove(0);
    fs::write(&path, "").unwrap();
    for _ in 0..2 {
        let history = History::read(place.root.path(), &scope()).unwrap();
        let [damage] = &history.damaged[..] else {
            panic!("{:?}", history.damaged);
        };
        assert_eq!(damage.file, path);
    }
}
