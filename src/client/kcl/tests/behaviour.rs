//! Workers on real services in a world.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use crate::aws::DYNAMODB;
use crate::aws::dynamodb::api::{Capacity, Key, Returns};
use crate::aws::dynamodb::{self, DeleteItem};
use crate::aws::kinesis::Request;
use crate::aws::kinesis::api::PutEntry;
use crate::aws::kinesis::{MergeShards, PutRecord, SplitShard};
use crate::base::event::{LeaseGain, StoreKind};
use crate::base::item::AttributeValue;
use crate::base::lease_row::{Checkpoint, Lease};
use crate::base::{
    ConsumerId, Event, EventKind, HostId, PartitionKey, Payload, ShardId, SimDuration, SimTime, TableName,
};
use crate::client::kcl::{KclSettings, KclWorkers};
use crate::client::testing::{Lab, clicks};
use crate::client::{HostGroup, Stop};
use crate::world::{Hosts, LinkEffect, LinkRule, LinkWay, Service};

pub(super) fn table() -> TableName {
    "billing".parse().expect("a table name")
}

pub(super) fn settings() -> KclSettings {
    KclSettings::new(ConsumerId(0), "billing", clicks(), table())
}

/// A worker's host, with the control of its present life.
pub(super) struct WorkerHost {
    pub id: HostId,
    control: Rc<RefCell<Option<Rc<dyn Stop>>>>,
}

impl WorkerHost {
    fn stop(&self) {
        self.control.borrow().as_ref().expect("it runs").request_shutdown();
    }
}

pub(super) fn worker(lab: &Lab, name: &str, settings: &KclSettings) -> WorkerHost {
    let control = Rc::new(RefCell::new(None));
    let (workers, slot) = (KclWorkers::new(settings.clone()), control.clone());
    let id = lab.host(name, move |cx| *slot.borrow_mut() = workers.boot(cx, 0));
    WorkerHost { id, control }
}

/// Puts records with spread keys.
pub(super) fn put(lab: &Lab, count: u32) {
    for n in 0..count {
        let partition_key = PartitionKey::new(&format!("key-{n}")).expect("a key");
        let data = Payload::Synthetic { seed: n, len: 100 };
        let entry = PutEntry { partition_key, explicit_hash_key: None, data };
        lab.ask(Request::PutRecord(PutRecord { stream: clicks(), entry, sequence_number_for_ordering: None }));
    }
}

fn leases(lab: &Lab) -> Vec<Lease> {
    let items = lab.world.with_backend(|cloud, _, _| cloud.dynamodb.items(&table()));
    items.iter().map(|item| Lease::from_item(item).expect("a lease")).collect()
}

fn owners(lab: &Lab) -> Vec<Arc<str>> {
    let mut owners: Vec<_> = leases(lab).into_iter().filter_map(|lease| lease.owner).collect();
    owners.sort();
    owners
}

/// Shards gained by a host, with how and when.
pub(super) fn gained(lab: &Lab, host: HostId) -> Vec<(SimTime, ShardId, LeaseGain)> {
    lab.all(|at, event| match event {
        Event::LeaseGained { host: by, shard, how, .. } if *by == host => Some((at, *shard, *how)),
        _ => None,
    })
}

#[test]
fn one_worker_processes_everything_exactly_once() {
    let lab = Lab::new(4);
    put(&lab, 200);
    let one = worker(&lab, "billing-1", &settings());
    lab.run_until_s(180);
    put(&lab, 100);
    lab.run_until_s(240);
    assert_eq!(lab.processed(), (300, 0));
    assert_eq!(gained(&lab, one.id).len(), 4);
    assert!(leases(&lab).iter().all(|lease| matches!(lease.checkpoint, Checkpoint::At(_))));
}

#[test]
fn a_second_worker_steals_until_both_have_the_same() {
    let lab = Lab::new(4);
    worker(&lab, "billing-1", &settings());
    lab.run_until_s(150);
    assert_eq!(owners(&lab).len(), 4);
    let two = worker(&lab, "billing-2", &settings());
    lab.run_until_s(300);
    let stolen = gained(&lab, two.id);
    assert_eq!(stolen.len(), 2);
    assert!(stolen.iter().all(|(_, _, how)| *how == LeaseGain::Stolen));
    // One lease a round: a round takes 20.05 s.
    assert!((stolen[1].0 - stolen[0].0).as_millis().abs_diff(20_050) < 200);
}

#[test]
fn a_crashed_workers_leases_move_in_20_to_45_seconds() {
    let lab = Lab::new(4);
    let one = worker(&lab, "billing-1", &settings());
    let two = worker(&lab, "billing-2", &settings());
    lab.run_until_s(300);
    assert_eq!(owners(&lab).iter().filter(|o| ***o == *"billing-1").count(), 2);
    lab.world.host(one.id).crash();
    lab.run_until_s(400);
    let moved: Vec<_> = gained(&lab, two.id).into_iter().filter(|g| g.0 > SimTime::from_secs(300)).collect();
    assert_eq!(moved.len(), 2);
    for (at, _, _) in moved {
        let after_s = (at - SimTime::from_secs(300)).as_secs();
        assert!((10..=45).contains(&after_s), "moved after {after_s} s");
    }
}

#[test]
fn a_restarted_worker_resumes_its_rows_and_goes_on_from_its_checkpoints() {
    let lab = Lab::new(2);
    let one = worker(&lab, "billing-1", &settings());
    lab.run_until_s(150);
    put(&lab, 50);
    lab.run_until_s(170);
    lab.world.host(one.id).crash();
    put(&lab, 30);
    lab.run_until_s(200);
    lab.world.host(one.id).boot();
    lab.run_until_s(260);
    assert_eq!(lab.processed(), (80, 0));
    assert!(gained(&lab, one.id).iter().any(|(_, _, how)| *how == LeaseGain::Resumed));
}

#[test]
fn a_graceful_stop_checkpoints_and_leaves_its_name_on_the_rows() {
    let lab = Lab::new(2);
    let mut at_end = settings();
    at_end.processor.checkpoint = crate::client::processor::CheckpointPolicy::AtEnd;
    let one = worker(&lab, "billing-1", &at_end);
    lab.run_until_s(150);
    put(&lab, 40);
    lab.run_until_s(170);
    assert!(leases(&lab).iter().all(|lease| lease.checkpoint == Checkpoint::TrimHorizon));
    one.stop();
    lab.run_until_s(190);
    assert_eq!(lab.count(EventKind::WorkerStopped), 1);
    assert!(leases(&lab).iter().all(|lease| matches!(lease.checkpoint, Checkpoint::At(_))));
    assert_eq!(owners(&lab).len(), 2);
}

#[test]
fn children_are_processed_after_their_parents_over_a_split_and_a_merge() {
    let lab = Lab::new(2);
    worker(&lab, "billing-1", &settings());
    lab.run_until_s(150);
    put(&lab, 50);
    let split = crate::base::HashKey::new(1 << 126);
    lab.ask(Request::SplitShard(SplitShard::at(clicks(), ShardId(0), split)));
    lab.run_until_s(200);
    put(&lab, 50);
    lab.ask(Request::MergeShards(MergeShards { stream: clicks(), shard: ShardId(3), adjacent: ShardId(1) }));
    lab.run_until_s(260);
    put(&lab, 50);
    lab.run_until_s(400);
    assert_eq!(lab.processed(), (150, 0));
    let started = lab.all(|_, event| match event {
        Event::ProcessingStarted { shard, .. } => Some(shard.0),
        _ => None,
    });
    let order = |shard: u32| started.iter().position(|s| *s == shard).expect("it was processed");
    assert!(order(0) < order(2) && order(0) < order(3) && order(3) < order(4) && order(1) < order(4));
}

#[test]
fn rows_of_ended_shards_are_cleaned_up_when_their_children_have_begun() {
    let lab = Lab::new(1);
    worker(&lab, "billing-1", &settings());
    lab.run_until_s(150);
    put(&lab, 10);
    let split = crate::base::HashKey::new(1 << 127);
    lab.ask(Request::SplitShard(SplitShard::at(clicks(), ShardId(0), split)));
    lab.run_until_s(220);
    put(&lab, 10);
    lab.run_until_s(900);
    let rows: BTreeSet<u32> = leases(&lab).iter().map(|lease| lease.shard.0).collect();
    assert_eq!(rows, BTreeSet::from([1, 2]));
}

/// The operator deletes the row of a shard.
fn delete_row(lab: &Lab, shard: ShardId) {
    let key = Key::of("leaseKey", AttributeValue::s(&shard.to_string()));
    let request = DeleteItem { table: table(), key, condition: None, returns: Returns::default() };
    let reply = lab.world.with_backend(|cloud, now, events| {
        cloud.dynamodb.handle(now, DYNAMODB, dynamodb::Request::DeleteItem(request), events)
    });
    assert!(reply.is_ok(), "the row goes");
}

#[test]
fn a_deleted_row_is_found_as_a_hole_and_repaired() {
    let lab = Lab::new(3);
    worker(&lab, "billing-1", &settings());
    lab.run_until_s(200);
    delete_row(&lab, ShardId(1));
    lab.run_until_s(200 + 4 * 120 + 60);
    assert_eq!(lab.count(EventKind::LeaseHoleFound), 1);
    assert_eq!(leases(&lab).len(), 3);
}

#[test]
fn a_worker_cut_off_from_the_table_cannot_checkpoint_after_its_lease_moved() {
    let lab = Lab::new(2);
    let one = worker(&lab, "billing-1", &settings());
    lab.run_until_s(150);
    let two = worker(&lab, "billing-2", &settings());
    lab.run_until_s(200);
    let rule = LinkRule {
        clients: Hosts::Only(vec![one.id]),
        services: Hosts::Only(vec![DYNAMODB]),
        way: LinkWay::Both,
        operation: None,
        effect: LinkEffect::Lose(1.0),
    };
    lab.world.host(one.id).add_link_rule(1, rule);
    for second in 0..60 {
        lab.run_until_s(200 + second);
        put(&lab, 20);
    }
    lab.world.host(one.id).remove_link_rule(1);
    lab.run_until_s(400);
    assert!(gained(&lab, two.id).len() >= 2, "the other worker took over");
    assert!(lab.count(EventKind::CheckpointRefused) > 0);
    // Nothing is skipped, and the stored checkpoints never went back.
    let (processed, _duplicates) = lab.processed();
    assert_eq!(processed, 60 * 20);
}

#[test]
fn ten_write_units_are_not_enough_for_sixty_shards() {
    let lab = Lab::new(60);
    let mut starved = settings();
    starved.lease_table_capacity = Capacity::Provisioned { read: 10, write: 10 };
    worker(&lab, "billing-1", &starved);
    worker(&lab, "billing-2", &starved);
    lab.run_until_s(600);
    assert!(lab.count(EventKind::TableThrottled) > 100);
    assert!(lab.count(EventKind::LeaseLost) > 10, "leases expire unrenewed");
    let cured = Lab::new(60);
    let on_demand = settings();
    worker(&cured, "billing-1", &on_demand);
    cured.run_until_s(600);
    assert_eq!((cured.count(EventKind::TableThrottled), cured.count(EventKind::LeaseLost)), (0, 0));
}

#[test]
fn a_paused_worker_fences_itself_when_it_wakes() {
    let lab = Lab::new(1);
    let one = worker(&lab, "billing-1", &settings());
    lab.run_until_s(150);
    let two = worker(&lab, "billing-2", &settings());
    lab.run_until_s(200);
    lab.world.host(one.id).pause();
    put(&lab, 30);
    lab.run_until_s(300);
    lab.world.host(one.id).resume();
    lab.run_until_s(310);
    assert_eq!(gained(&lab, two.id).len(), 1);
    let lost = lab.all(|_, event| matches!(event, Event::LeaseLost { host, .. } if *host == one.id).then_some(()));
    assert_eq!(lost.len(), 1);
    assert_eq!(lab.processed().0, 30);
}

/// The operator deletes the row of a shard whose owner stands still with a batch in hand. Its heir counts from 0 again.
#[test]
fn the_store_takes_the_new_owner_of_a_row_made_anew_and_refuses_the_zombie_of_the_old_one() {
    let lab = Lab::new(1);
    let mut fenced = KclSettings { auditor_period: SimDuration::from_secs(10), ..settings() };
    fenced.processor.store = StoreKind::Transactional;
    fenced.processor.time_per_record = SimDuration::from_secs(1);
    let one = worker(&lab, "billing-1", &fenced);
    lab.run_until_s(150);
    let two = worker(&lab, "billing-2", &fenced);
    put(&lab, 20);
    lab.run_until_s(160);
    lab.world.host(one.id).pause();
    delete_row(&lab, ShardId(0));
    put(&lab, 20);
    lab.run_until_s(400);
    let fenced =
        |of| lab.all(|_, event| matches!(event, Event::EffectsFenced { host, .. } if *host == of).then_some(())).len();
    assert_eq!(
        (leases(&lab).len(), lab.processed()),
        (1, (40, 0)),
        "the new owner gets on, from where the store stood"
    );
    assert!(leases(&lab)[0].counter < 100, "the row counts from 0 again");
    lab.world.host(one.id).resume();
    lab.run_until_s(430);
    assert_eq!((fenced(one.id), fenced(two.id)), (1, 0), "the zombie is refused, and its heir is not");
    let applied = lab.all(|_, event| matches!(event, Event::EffectsApplied { duplicates: 1.., .. }).then_some(()));
    assert!(applied.is_empty());
}

#[test]
fn an_application_that_prepares_its_checkpoints_writes_twice_and_loses_nothing() {
    let lab = Lab::new(1);
    let mut prepared = settings();
    prepared.processor.is_checkpoint_prepared = true;
    worker(&lab, "billing-1", &prepared);
    lab.run_until_s(200);
    put(&lab, 30);
    lab.run_until_s(260);
    let told = |with_pending: bool| {
        let is_told = move |item: &crate::base::item::Item| item.get("pendingCheckpoint").is_some() == with_pending;
        lab.all(|_, event| match event {
            Event::ItemWritten { before: Some(before), after: Some(after), .. } => {
                (is_told(after) && !is_told(before)).then_some(())
            }
            _ => None,
        })
        .len()
    };
    assert!(told(true) > 0, "checkpoints were prepared");
    assert_eq!(told(true), told(false), "and every one of them was redeemed");
    assert_eq!(lab.processed(), (30, 0));
}
