//! Everything that the code goes by though AWS does not document it is marked where a
//! person meets it: on the screen, and in plain text.

use plangate::emulator::SentOperation as Sent;
use plangate::plan::{Basis, Fact, Finding, Op, PatchOperation, Rule};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::session::Session;

/// Where a person meets a fact.
struct Scene {
    /// The plan, and the keys that lead there from it.
    plan: &'static str,
    keys: &'static str,
    /// The statement with its mark, as it is shown; white space counts for nothing.
    said: &'static str,
}

fn scene(plan: &'static str, keys: &'static str, said: &'static str) -> Scene {
    Scene { plan, keys, said }
}

/// One scene for each fact: a fact without one does not compile.
fn of(fact: Fact) -> Scene {
    match fact {
        Fact::MethodBesidePlan => {
            scene("nrb9eb", "m/state/GET<enter>w", "QUFD1EPj5dRYaYaqpNepE34A")
        }
        Fact::AllInPlan => scene("wmgvzu", "mw", "Inferred: */* in a plan means every method"),
        Fact::AllOfResource => scene(
            "x6ixwn",
            "m/orders/POST<enter>w",
            "Open: whether /path/* means",
        ),
        Fact::TwoSpellings => scene(
            "qm6bea",
            "m/orders/POST<enter>w",
            "Open: which of two spellings of one method",
        ),
        Fact::OffAtStage => scene(
            "qm6bea",
            "m/orders/POST<enter>w",
            "open: whether the stage's default applies beside -1",
        ),
        Fact::HalfThrottle => scene(
            "qm6bea",
            "mw",
            "open: which burst applies where a throttle has only a rate",
        ),
        Fact::ZeroBlocks => scene(
            "xapbeb",
            "mw",
            "Inferred: a limit of 0 lets nothing through",
        ),
        Fact::StageZero => scene(
            "qm6bea",
            "m/orders/POST<enter>w",
            "Reported: a stage's limit of 0 for both rate and burst",
        ),
        Fact::ZeroRate => scene(
            "xapbeb",
            "mw",
            "Inferred: with a rate of 0 and a burst above 0",
        ),
        Fact::QuotaZero => scene(
            "qm6bea",
            "mw",
            "Inferred: a quota of 0 lets nothing through",
        ),
        Fact::QuotaBelowZero => scene("abc123", "mw", "Open: what a quota below 0 does"),
        Fact::RefusedSpendsNothing => scene("qm6bea", "mw", "Assumed (inferred): a request passes"),
        Fact::NoSuchMethod => scene(
            "op6n8m",
            "m/orders/POST<enter><right>w",
            "no such method (inferred)",
        ),
        Fact::DayBegins => scene("w0mvrr", "U", "00:00 UTC (inferred)"),
        Fact::WeekBegins => scene("xw2mx9", "U", "00:00 UTC (inferred)"),
        Fact::MonthBegins => scene("qm6bea", "U", "00:00 UTC (inferred)"),
        Fact::DeletionDropsUsage => scene("w0mvrr", "D", "counted so far (inferred)"),
        Fact::ThrottlesPerPlan => scene(
            "x6ixwn",
            "FR/near-service<enter>",
            "Source: inferred: the quota of API stage",
        ),
        Fact::ManagerTag => scene("jayn6q", "F/managed<enter>", "Source: inferred: a tag"),
        Fact::Rule(rule) => of_rule(rule),
    }
}

/// A scene for each rule that is not documented and that a plan as it is can break; the
/// others are met where an operation is checked.
fn of_rule(rule: Rule) -> Scene {
    let (keys, said) = match rule {
        Rule::RateValue => ("F/rate-value<enter>", "inferred: not negative"),
        Rule::CountValue => ("F/count-value<enter>", "inferred: not negative"),
        Rule::MethodForm => ("F/method-form<enter>", "inferred: */* as in stage"),
        Rule::OffsetInPeriod => ("F/offset-in-period<enter>", "inferred: from AWS's errors"),
        Rule::MethodsNeedThrottle => (
            "F/methods-need<enter>",
            "Source (reported): aws-cdk pull request 6411",
        ),
        Rule::MethodOnce => ("F/method-once<enter>", "inferred: AWS keeps keys as they"),
        Rule::MethodAbovePlan => ("F/method-above<enter>", "Source (inferred): AWS developer"),
        Rule::ZeroBlocks => ("F/zero-blocks<enter>", "inferred: from how zero limits"),
        _ => ("", ""),
    };
    scene("abc123", keys, said)
}

/// Two plans that break every such rule.
fn broken() -> serde_json::Value {
    let mut account =
        crate::absent::account(&json!({"rateLimit": -1.0, "burstLimit": 0}), &json!({}));
    let plan = &mut account["plans"][0];
    plan["quota"] = json!({"limit": -1, "period": "DAY", "offset": 3});
    let throttle = json!({"rateLimit": 5.0, "burstLimit": 5});
    let methods = json!({"/pets/GET": throttle, "pets/GET": throttle, "nonsense": throttle});
    plan["apiStages"][0]["throttle"] = methods;
    let mut bare = plan.clone();
    bare["id"] = json!("bare00");
    bare["throttle"].take();
    if let Some(members) = bare.as_object_mut() {
        members.remove("throttle");
        members.remove("quota");
    }
    account["plans"] = json!([plan.clone(), bare]);
    account
}

/// Sends a stage's method setting in a spelling of its own.
async fn set_stage(session: &Session, key: &str, rate: &str) {
    set_half(session, key, "rateLimit", rate).await;
}

async fn set_half(session: &Session, key: &str, half: &str, value: &str) {
    let path = format!("/{key}/throttling/{half}");
    let body =
        serde_json::json!({"patchOperations": [Sent::new("replace", &path, value)]}).to_string();
    let address = session.server.endpoint().replace("http://", "");
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let request = format!(
        "PATCH /restapis/b3n8x1v6tr/stages/prod HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// Makes the account one in which a person meets the fact.
async fn prepare(session: &mut Session, fact: Fact) {
    let one = r#"{"rateLimit":1.0,"burstLimit":1}"#;
    let map = |keys: &[&str]| {
        let entries: Vec<_> = keys.iter().map(|key| format!("{key:?}:{one}")).collect();
        format!("{{{}}}", entries.join(","))
    };
    let throttles = |stage: &str, keys: &[&str]| {
        let path = format!("/apiStages/b3n8x1v6tr:{stage}/throttle");
        PatchOperation::new(Op::Replace, path, map(keys))
    };
    match fact {
        Fact::AllOfResource => {
            let operation = throttles("prod", &["/orders/*"]);
            session.somebody_else("x6ixwn", vec![operation]).await;
        }
        Fact::ThrottlesPerPlan => {
            let keys = [
                "//GET",
                "/orders/GET",
                "/orders/POST",
                "/orders/{orderId}/GET",
                "/orders/{orderId}/PATCH",
                "/invoices/GET",
            ];
            let mut operations = Vec::new();
            for stage in ["staging", "v2-beta"] {
                let name = format!("b3n8x1v6tr:{stage}");
                operations.push(PatchOperation::new(Op::Add, "/apiStages", name));
            }
            for stage in ["prod", "staging", "v2-beta"] {
                operations.push(throttles(stage, &keys));
            }
            session.somebody_else("x6ixwn", operations).await;
        }
        Fact::TwoSpellings => {
            set_stage(session, "~1orders/POST", "7").await;
            set_stage(session, "orders/POST", "9").await;
        }
        Fact::HalfThrottle => {
            let operations = vec![
                PatchOperation::remove("/throttle"),
                PatchOperation::new(Op::Add, "/throttle/rateLimit", "25"),
            ];
            session.somebody_else("qm6bea", operations).await;
        }
        Fact::StageZero => {
            set_stage(session, "~1orders/POST", "0").await;
            set_half(session, "~1orders/POST", "burstLimit", "0").await;
        }
        Fact::ZeroRate => {
            let operation = PatchOperation::new(Op::Replace, "/throttle/burstLimit", "5");
            session.somebody_else("xapbeb", vec![operation]).await;
        }
        Fact::QuotaZero => {
            let operation = PatchOperation::new(Op::Replace, "/quota/limit", "0");
            session.somebody_else("qm6bea", vec![operation]).await;
        }
        Fact::OffAtStage => {
            set_stage(session, "*/*", "30").await;
            set_stage(session, "~1orders/POST", "-1").await;
        }
        _ => return,
    }
    session.read_plans_again().await;
}

/// A text without white space and frames, which break lines anywhere.
fn bare(text: &str) -> String {
    let is_frame = |c: char| matches!(c, '\u{2500}'..='\u{257f}' | '|');
    text.chars()
        .filter(|c| !c.is_whitespace() && !is_frame(*c))
        .collect()
}

#[tokio::test]
async fn every_undocumented_fact_has_its_mark_on_the_screen_and_in_plain_text() {
    for fact in Fact::all() {
        assert_ne!(fact.basis(), Basis::Documented, "{fact:?}");
        let Scene { plan, keys, said } = of(fact);
        if keys.is_empty() {
            continue;
        }
        // As many lines as an explanation may have.
        let mut session = match fact {
            // No call makes such a plan; one that is there is read.
            Fact::Rule(_) | Fact::QuotaBelowZero => {
                let (mut session, _folder) = crate::absent::session_of(&broken()).await;
                session.resize(100, 100);
                session
            }
            _ => Session::start(100, 100).await,
        };
        prepare(&mut session, fact).await;
        session.find(plan).await;
        // Below 110 columns the explanation in full is one step further.
        session.keys(&keys.replace('w', "ww")).await;
        let screen = session.screen();
        assert!(
            bare(&screen).contains(&bare(said)),
            "{fact:?}: no {said:?} in\n{screen}"
        );
        session.keys(":plain-text<enter>").await;
        session.keys("s").await;
        let (_, text) = session.saved.pop().unwrap();
        assert!(
            bare(&text).contains(&bare(said)),
            "{fact:?}: no {said:?} in\n{text}"
        );
    }
}

/// What a rule finds has the mark of the rule wherever it stands: on the pages of what is
/// staged and reviewed, in `check` and in `diff` the finding is written so.
#[test]
fn every_undocumented_rule_has_its_mark_in_what_it_finds() {
    let rules = Fact::all().filter_map(|fact| match fact {
        Fact::Rule(rule) => Some(rule),
        _ => None,
    });
    let mut count = 0;
    for rule in rules {
        let finding = Finding {
            rule,
            field: None,
            message: "it is so".to_owned(),
            instead: String::new(),
        };
        let text = finding.to_string();
        assert!(text.contains(rule.basis().name()), "{text}");
        count += 1;
    }
    let is_documented = |rule: &&Rule| rule.basis() == Basis::Documented;
    let documented = Rule::ALL.iter().filter(is_documented).count();
    assert_eq!(count + documented, Rule::ALL.len());
    for rule in Rule::ALL
        .into_iter()
        .filter(|rule| rule.basis() == Basis::Documented)
    {
        for name in [Basis::Inferred, Basis::Reported].map(Basis::name) {
            assert!(
                !rule.source().contains(name),
                "{}: {}",
                rule.id(),
                rule.source()
            );
        }
    }
}

#[tokio::test]
async fn a_cell_that_rests_on_what_is_open_or_inferred_has_its_sign() {
    for (plan, keys, sign) in [
        // Below the plan's rate, and above its burst.
        ("nrb9eb", "m/state/GET<enter>", "50/50~100 M"),
        ("3i6x10", "m", "~400/800 M"),
        ("xapbeb", "m", "~0/0 P"),
    ] {
        let mut session = Session::start(120, 40).await;
        session.find(plan).await;
        session.keys(keys).await;
        session.shows(sign);
        session.keys(":plain-text<enter>").await;
        session.keys("s").await;
        let (_, text) = session.saved.pop().unwrap();
        assert!(text.contains(sign), "{text}");
    }
}

/// Every line of the explanation is reached, whatever the size.
#[tokio::test]
async fn an_explanation_can_be_read_to_its_end_at_every_size() {
    for (columns, rows) in [(60, 15), (80, 24), (120, 24), (120, 40), (200, 60)] {
        let mut session = Session::start(columns, rows).await;
        session.find("nrb9eb").await;
        session.keys("m/state/GET<enter>").await;
        let steps = if columns < 110 { "ww" } else { "w" };
        session.keys(steps).await;
        let mut seen = String::new();
        for _ in 0..80 {
            seen.push_str(&session.screen());
            session.keys("j").await;
        }
        for said in [
            "LIMIT, AS APPLIED",
            "QUFD1EPj5dRYaYaqpNepE34A",
            "To allow more",
            "Limits are best effort",
            "If the method throttle replaces it",
            "Assumed (inferred)",
            "admitted",
            "refused",
            "tokens",
        ] {
            let words: Vec<_> = said.split(' ').collect();
            let shown = words.iter().all(|word| seen.contains(word));
            assert!(shown, "{columns}x{rows}: {said}\n{}", session.screen());
        }
        session.hides("below)");
    }
}

#[tokio::test]
async fn the_traffic_passes_in_both_readings() {
    let mut session = Session::start(120, 40).await;
    session.find("nrb9eb").await;
    session.keys("m/state/GET<enter>").await;
    session.shows("If the plan's throttle counts too: ");
    session.shows("If the method throttle replaces it");
    // What a client saw is held against both.
    session.keys("cToo Many Requests at 80/s<enter>").await;
    session.shows("explains   plan's method throttle");
    // In full, what is merely possible has its reasons as well.
    session.keys("w").await;
    session.shows("counts beside the method throttle (open)");
}
