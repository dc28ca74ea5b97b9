//! The model against closed forms.

use std::sync::Arc;

use super::*;
use crate::aws::dynamodb::api::Capacity;
use crate::aws::kinesis::capacity::{Share, WriteLoad};
use crate::base::{ConsumerId, SimDuration};
use crate::client::Retrieval;
use crate::client::kcl::KclSettings;
use crate::client::processor::CheckpointPolicy;
use crate::client::testing::clicks;

fn application(checkpoint: CheckpointPolicy) -> KclSettings {
    let table = "billing".parse().expect("a table name");
    let mut kcl = KclSettings::new(ConsumerId(0), "billing", clicks(), table);
    kcl.processor.checkpoint = checkpoint;
    kcl.worker_starts = vec![SimDuration::ZERO; 2];
    kcl
}

fn stream(shards: u32, producers: Vec<ProducerDemand>) -> StreamDemand {
    let system = System { streams: Vec::new(), producers: &[], kcl: &[], pollers: &[] };
    StreamDemand { producers, ..StreamDemand::of(&system, &clicks(), shards) }
}

fn writes(records_per_s: f64, bytes: f64) -> Option<WriteLoad> {
    let bytes_per_s = records_per_s * bytes;
    Some(WriteLoad { records_per_s, bytes_per_s })
}

fn producer(name: &str, writes: Option<WriteLoad>) -> ProducerDemand {
    ProducerDemand { name: Arc::from(name), writes, hot_key: None }
}

#[test]
fn writes_of_all_producers_are_added_unless_one_is_unknown() {
    let known = stream(4, vec![producer("a", writes(1000.0, 512.0)), producer("b", writes(1000.0, 1536.0))]);
    // 2,000 of 4,000 records and 2,000 KiB of 4,096 KiB.
    assert_eq!(known.write_share(), Some(Share { count: 0.5, bytes: 2000.0 / 4096.0 }));
    let unknown = stream(4, vec![producer("a", writes(1.0, 1.0)), producer("trace", None)]);
    assert_eq!(unknown.write_share(), None);
}

#[test]
fn every_application_reads_every_shard() {
    let one = application(CheckpointPolicy::AtEnd);
    let kcl: Vec<KclSettings> = (0..3).map(|_| one.clone()).collect();
    let name = clicks();
    let system = System { streams: vec![(&name, 4)], producers: &[], kcl: &kcl, pollers: &[] };
    let demand = Demand::of(&system);
    assert_eq!(demand.streams[0].readers.len(), 3);
    // A call every 1.5 s each, of 5 a second.
    assert!((demand.streams[0].read_share().count - 3.0 / 1.5 / 5.0).abs() < 1e-9);
    assert_eq!(demand.lease_tables.len(), 3);
}

#[test]
fn who_has_fan_out_shares_nothing_and_checkpoints_every_event() {
    let mut fan_out = application(CheckpointPolicy::EveryBatch);
    fan_out.retrieval = Retrieval::FanOut;
    let (name, kcl) = (clicks(), [application(CheckpointPolicy::AtEnd), fan_out.clone()]);
    let system = System { streams: vec![(&name, 4)], producers: &[], kcl: &kcl, pollers: &[] };
    let mut demand = Demand::of(&system).streams.remove(0);
    assert_eq!((demand.readers.len(), demand.fan_out.len()), (1, 1));
    assert!((demand.read_share().count - 1.0 / 1.5 / 5.0).abs() < 1e-9);
    // A quarter of 2 MiB/s to each of four shards, in 100 records a second.
    demand.producers = vec![producer("a", writes(400.0, 5242.88))];
    assert!((demand.fan_out_share().expect("known") - 0.25).abs() < 1e-9);
    // An event takes what has come in 70 ms, and then waits 10 ms for the next record.
    let table = LeaseTableDemand::of(&fan_out, &demand);
    assert!((table.writes.checkpoints_per_s - 4.0 / 0.08).abs() < 1e-6, "{table:?}");
}

#[test]
fn a_lease_is_renewed_every_third_of_the_failover_time_less_epsilon() {
    let demand = LeaseTableDemand::of(&application(CheckpointPolicy::AtEnd), &stream(60, Vec::new()));
    // 60 leases every 3,308 ms.
    assert!((demand.write_units_per_s() - 60.0 / 3.308).abs() < 1e-9);
    assert_eq!((demand.leases, demand.writes.checkpoints_per_s), (60, 0.0));
}

#[test]
fn checkpoints_follow_the_policy() {
    let of =
        |policy, producers| LeaseTableDemand::of(&application(policy), &stream(60, producers)).writes.checkpoints_per_s;
    assert_eq!(of(CheckpointPolicy::EveryBatch, Vec::new()), 40.0);
    assert_eq!(of(CheckpointPolicy::Every(SimDuration::from_secs(20)), Vec::new()), 3.0);
    assert_eq!(of(CheckpointPolicy::Never, Vec::new()), 0.0);
    let a_thousand = || vec![producer("a", writes(1000.0, 1.0))];
    assert_eq!(of(CheckpointPolicy::EveryRecords(500), a_thousand()), 2.0);
    assert_eq!(of(CheckpointPolicy::EveryRecords(1), a_thousand()), 40.0, "no more than there are batches");
    let mut prepared = application(CheckpointPolicy::EveryBatch);
    prepared.processor.is_checkpoint_prepared = true;
    let demand = LeaseTableDemand::of(&prepared, &stream(60, Vec::new()));
    assert_eq!(demand.writes.checkpoints_per_s, 80.0, "a prepared checkpoint is two writes");
}

#[test]
fn every_worker_scans_the_whole_table() {
    let demand = LeaseTableDemand::of(&application(CheckpointPolicy::AtEnd), &stream(60, Vec::new()));
    let scans = 2.0 * (1.0 / 20.05 + 1.0 / 120.0 + 1.0 / 300.0);
    assert!((demand.reads.scans_per_s - scans).abs() < 1e-9);
    // 60 rows of 200 to 400 bytes: 3 to 6 times 4 KiB, half a unit each.
    assert!((1.5..=3.0).contains(&demand.reads.units_each), "{}", demand.reads.units_each);
    assert_eq!(demand.read_units_per_s(), demand.reads.scans_per_s * demand.reads.units_each);
}

#[test]
fn provisioned_write_units_are_enough_or_not_and_on_demand_is_not_judged() {
    let with = |capacity| {
        let mut kcl = application(CheckpointPolicy::AtEnd);
        kcl.lease_table_capacity = capacity;
        LeaseTableDemand::of(&kcl, &stream(60, Vec::new()))
    };
    let provisioned = |write| with(Capacity::Provisioned { read: 10, write });
    assert_eq!(provisioned(18).has_enough_write_units(), Some(false));
    assert_eq!(provisioned(19).has_enough_write_units(), Some(true));
    assert!((provisioned(10).write_share() - 6.0 / 3.308).abs() < 1e-9);
    let on_demand = with(Capacity::OnDemand);
    assert_eq!(on_demand.has_enough_write_units(), None);
    assert!(on_demand.write_share() < 0.01);
}
