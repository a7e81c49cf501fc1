//! One folder, because the profile is the same, and several AWS accounts.

use super::*;
use crate::journal::Elsewhere;

const OURS: &str = "123456789012";
const OTHER: &str = "210987654321";

/// A draft of an account.
fn draft_in(account: &str, id: &str, name: &str) -> Record {
    match of_plan(id, name) {
        Record::Draft(draft) => Record::Draft(Box::new(DraftRecord {
            account: account.to_owned(),
            ..*draft
        })),
        other => other,
    }
}

/// A send of an account.
fn begun_in(account: &str, plans: &[&str]) -> Begun {
    Begun {
        arn: format!("arn:aws:iam::{account}:user/ops"),
        ..begun(plans)
    }
}

/// Leaves a draft, and a send with a call under way.
async fn leave(place: &Place, account: &str) -> Begun {
    let (journal, _) = place.open_in(account);
    let begun = begun_in(account, &["a", "b"]);
    write_all(
        &journal,
        [
            draft_in(account, "a", "theirs"),
            of_begun(&begun),
            of_intent(&begun.entries[0]),
        ],
    )
    .await;
    journal.kill().await;
    begun
}

fn is_empty(recovered: &Recovered) -> bool {
    recovered.drafts.is_empty() && recovered.open.is_empty() && recovered.unsettled.is_empty()
}

#[tokio::test]
async fn what_is_of_another_account_waits_for_that_one() {
    let place = Place::new();
    let begun = leave(&place, OURS).await;
    let waiting = Elsewhere {
        drafts: 1,
        sends: 1,
    };
    let elsewhere = [(OURS.to_owned(), waiting)].into();
    let contents = || place.paths("jsonl").into_iter().map(std::fs::read);
    let before: Vec<_> = contents().map(Result::unwrap).collect();
    // Nor where it is not known which account it is.
    for account in [OTHER, ""] {
        let (journal, recovered) = place.open_in(account);
        assert!(is_empty(&recovered), "{account}: {recovered:?}");
        assert_eq!(recovered.elsewhere, elsewhere, "{account}");
        journal.close().await;
        let now: Vec<_> = contents().map(Result::unwrap).collect();
        assert_eq!(now, before, "{account}");
    }
    let (journal, recovered) = place.open_in(OURS);
    assert_eq!(draft_names(&recovered.drafts), [(key("a"), "theirs")]);
    assert_eq!(recovered.open[0].id, begun.id);
    assert_eq!(recovered.unsettled.len(), 1);
    assert!(recovered.elsewhere.is_empty());
    journal.close().await;
    assert_eq!(
        waiting.words(OURS),
        "1 draft and 1 send of the account 123456789012 wait in the journal"
    );
}

#[tokio::test]
async fn what_tells_of_no_account_is_taken_over_by_any() {
    for account in [OURS, ""] {
        let place = Place::new();
        let (journal, _) = place.open();
        let begun = begun(&["a"]);
        write_all(&journal, [of_plan("a", "old"), of_begun(&begun)]).await;
        journal.kill().await;
        let (_journal, recovered) = place.open_in(account);
        assert_eq!(draft_names(&recovered.drafts), [(key("a"), "old")]);
        assert_eq!(recovered.open.len(), 1);
    }
}

#[tokio::test]
async fn an_account_that_is_learnt_later_gets_its_own_and_nobody_s_draft_is_lost() {
    let place = Place::new();
    leave(&place, OURS).await;
    let (journal, recovered) = place.open_in("");
    assert!(is_empty(&recovered));
    // Meanwhile the operator edits the same plan.
    write_all(&journal, [of_plan("a", "mine")]).await;
    let recovered = journal.take_over(OURS).await.unwrap();
    assert_eq!(
        draft_names(&recovered.drafts),
        [(DraftKey::New(1), "theirs")]
    );
    assert_eq!(recovered.open.len(), 1);
    journal.kill().await;
    let (_journal, recovered) = place.open_in(OURS);
    let names = [(key("a"), "mine"), (DraftKey::New(1), "theirs")];
    let mut found = draft_names(&recovered.drafts);
    found.sort();
    assert_eq!(found, names);
}

#[tokio::test]
async fn a_send_that_another_account_took_over_before_goes_on_in_its_own() {
    let place = Place::new();
    let (journal, _) = place.open();
    let (ours, theirs) = (begun_in(OURS, &["a"]), begun_in(OTHER, &["b"]));
    write_all(&journal, [of_begun(&theirs), of_begun(&ours)]).await;
    journal.kill().await;
    let (journal, recovered) = place.open_in(OURS);
    let open: Vec<_> = recovered.open.iter().map(|send| &send.id).collect();
    assert_eq!(open, [&ours.id]);
    assert_eq!(recovered.elsewhere[OTHER].sends, 1);
    journal.close().await;
    let (_journal, recovered) = place.open_in(OTHER);
    let open: Vec<_> = recovered.open.iter().map(|send| &send.id).collect();
    assert_eq!(open, [&theirs.id]);
}
