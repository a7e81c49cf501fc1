//! Strategies for property tests: any record.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use super::record::{
    Begun, CallOutcome, DraftKey, DraftRecord, EntryId, Intent, Planned, Record, SendId, Sent,
};
use crate::plan::model::arbitrary::{
    count, method_key, settings, stage_key, two_settings, usage_plan,
};
use crate::plan::{Aim, Call, Field, Map, PlanId, Settings, UsagePlan, calls};

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-z ]{1,8}", any::<String>()]
}

fn plan_id() -> impl Strategy<Value = PlanId> {
    prop_oneof!["[a-z0-9]{6}", any::<String>()].prop_map(PlanId)
}

fn send_id() -> impl Strategy<Value = SendId> {
    "[a-z]{8}".prop_map(|text| SendId::parse(&text).expect("a name"))
}

fn entry_id() -> impl Strategy<Value = EntryId> {
    (send_id(), 1..=u32::MAX).prop_map(|(send, number)| EntryId { send, number })
}

pub(super) fn field() -> impl Strategy<Value = Field> {
    let method = || (stage_key(), method_key());
    prop_oneof![
        prop::sample::select(vec![
            Field::Name,
            Field::Description,
            Field::ProductCode,
            Field::Throttle,
            Field::Rate,
            Field::Burst,
            Field::Quota,
            Field::QuotaLimit,
            Field::QuotaPeriod,
            Field::QuotaOffset,
        ]),
        stage_key().prop_map(Field::Stage),
        method().prop_map(|(stage, method)| Field::Method(stage, method)),
        method().prop_map(|(stage, method)| Field::MethodRate(stage, method)),
        method().prop_map(|(stage, method)| Field::MethodBurst(stage, method)),
        text().prop_map(Field::Tag),
    ]
}

fn draft_key() -> impl Strategy<Value = DraftKey> {
    prop_oneof![
        plan_id().prop_map(DraftKey::Plan),
        any::<u32>().prop_map(DraftKey::New),
    ]
}

fn draft() -> impl Strategy<Value = DraftRecord> {
    let typed = btree_map(field(), text(), 0..3);
    (
        draft_key(),
        option::of(usage_plan()),
        settings(),
        typed,
        option::of(text()),
        option::of(send_id()),
    )
        .prop_map(|(key, base, edited, typed, patch, undoes)| DraftRecord {
            key,
            base: base.map(Arc::new),
            edited: Arc::new(edited),
            typed,
            patch,
            undoes,
        })
}

fn aim() -> impl Strategy<Value = Aim> {
    let keys = || vec(text(), 0..3);
    prop_oneof![
        (settings(), keys()).prop_map(|(wanted, keys)| Aim::Create { wanted, keys }),
        (usage_plan(), settings()).prop_map(|(base, wanted)| Aim::Update {
            base: Arc::new(base),
            wanted,
        }),
        (usage_plan(), keys()).prop_map(|(base, keys)| Aim::Delete {
            base: Arc::new(base),
            keys,
        }),
        (text(), option::of(plan_id()), option::of(plan_id()))
            .prop_map(|(key, from, to)| Aim::Key { key, from, to }),
        (plan_id(), text(), count(), count()).prop_map(|(plan, key, before, after)| {
            Aim::Extend {
                plan,
                key,
                before,
                after,
            }
        }),
    ]
}

fn call() -> BoxedStrategy<Call> {
    let tags = btree_map(text(), text(), 0..3).prop_map(Map::from_iter);
    let update = (plan_id(), two_settings()).prop_map(|(id, (settings, edited))| {
        let plan = UsagePlan { id, settings };
        let nothing = Call::Delete {
            plan: plan.id.clone(),
        };
        calls(Some(&plan), &edited).pop().unwrap_or(nothing)
    });
    prop_oneof![
        settings().prop_map(|settings| Call::Create(Box::new(settings))),
        update,
        (plan_id(), tags).prop_map(|(plan, tags)| Call::Tag { plan, tags }),
        (plan_id(), vec(text(), 0..3)).prop_map(|(plan, keys)| Call::Untag { plan, keys }),
        (plan_id(), text(), count()).prop_map(|(plan, key, remaining)| Call::ExtendUsage {
            plan,
            key,
            remaining,
        }),
        (plan_id(), text()).prop_map(|(plan, key)| Call::AttachKey { plan, key }),
        (plan_id(), text()).prop_map(|(plan, key)| Call::DetachKey { plan, key }),
        plan_id().prop_map(|plan| Call::Delete { plan }),
    ]
    .boxed()
}

fn begun() -> impl Strategy<Value = Begun> {
    let planned = (entry_id(), text(), aim());
    let planned = planned.prop_map(|(id, name, aim)| Planned { id, name, aim });
    (
        send_id(),
        text(),
        text(),
        text(),
        text(),
        option::of(send_id()),
        vec(planned, 0..3),
    )
        .prop_map(|(id, who, arn, profile, reason, undoes, entries)| Begun {
            id,
            who,
            arn,
            profile,
            reason,
            undoes,
            entries,
        })
}

fn intent() -> impl Strategy<Value = Intent> {
    let some = || option::of(settings());
    let twins = option::of(vec(plan_id(), 0..3));
    (entry_id(), any::<u32>(), some(), call(), some(), twins).prop_map(
        |(entry, step, before, call, after, twins)| Intent {
            entry,
            step,
            before,
            call,
            after,
            twins,
        },
    )
}

fn sent() -> impl Strategy<Value = Sent> {
    let outcome = prop::sample::select(vec![
        CallOutcome::Applied,
        CallOutcome::NotApplied,
        CallOutcome::Changed,
        CallOutcome::Unknown,
        CallOutcome::NotSeen,
    ]);
    (
        entry_id(),
        any::<u32>(),
        outcome,
        option::of(usage_plan()),
        text(),
        text(),
        any::<bool>(),
    )
        .prop_map(
            |(entry, step, outcome, plan, request_id, said, by_reading)| Sent {
                entry,
                step,
                outcome,
                plan: plan.map(Arc::new),
                request_id,
                said,
                by_reading,
            },
        )
}

pub(super) fn record() -> BoxedStrategy<Record> {
    prop_oneof![
        draft().prop_map(|draft| Record::Draft(Box::new(draft))),
        draft_key().prop_map(Record::NoDraft),
        begun().prop_map(|begun| Record::Begun(Box::new(begun))),
        intent().prop_map(|intent| Record::Intent(Box::new(intent))),
        sent().prop_map(|sent| Record::Sent(Box::new(sent))),
        entry_id().prop_map(Record::GivenUp),
        send_id().prop_map(Record::Over),
    ]
    .boxed()
}

/// A plan's draft with this text for its name.
pub(super) fn draft_of(key: DraftKey, name: &str) -> Record {
    let settings = Settings {
        name: name.to_owned(),
        ..Settings::default()
    };
    Record::Draft(Box::new(DraftRecord {
        key,
        base: None,
        edited: Arc::new(settings),
        typed: BTreeMap::new(),
        patch: None,
        undoes: None,
    }))
}
