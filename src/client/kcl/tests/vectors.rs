//! Vectors of the library's own tests: taker, renewer rules, shard sync, hole auditor, cleanup, leader, checkpointer,
//! fetch sleep.

use std::sync::Arc;

use serde_json::Value;

use crate::base::event::LeaseGain;
use crate::base::lease_row::{Checkpoint, Lease};
use crate::base::{HashKey, HashKeyRange, Seed, SequenceNumber, ShardId, SimDuration, SimTime};
use crate::client::kcl::assignment::kcl2::{Round, choose, count_by_worker, target};
use crate::client::kcl::checkpointer::explicit::{CheckpointError, parse};
use crate::client::kcl::checkpointer::{Checkpointer, ToStore};
use crate::client::kcl::fetcher::sleep_before_next_call;
use crate::client::kcl::hole_auditor::{HoleTracker, first_hole};
use crate::client::kcl::leader_kcl2;
use crate::client::kcl::lease::expiry::{Observations, is_expired};
use crate::client::kcl::lease::store::is_own_write;
use crate::client::kcl::lease_cleanup::{is_blocked_on_parents, may_delete_completed};
use crate::client::kcl::shard_syncer::{Listed, covers_hash_range, leases_for_empty_table, leases_to_create};

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../tests/data/kcl-vectors.json")).expect("the vectors are JSON")
}

fn shard(value: &Value) -> ShardId {
    match value {
        Value::String(text) => text.parse().expect("a shard"),
        number => ShardId(number.as_u64().expect("a shard number") as u32),
    }
}

fn shards(value: &Value) -> Vec<ShardId> {
    value.as_array().expect("a list").iter().map(shard).collect()
}

// ---- taker ----

#[test]
fn the_taker_takes_what_the_vectors_say() {
    for vector in vectors()["taker"].as_array().expect("a list") {
        let name = vector["name"].as_str().expect("a name");
        let leases: Vec<(ShardId, Option<&str>)> = vector["leases"]
            .as_object()
            .expect("leases")
            .iter()
            .map(|(id, o)| (id.parse().expect("a shard"), o.as_str()))
            .collect();
        let (available, very_old) = (shards(&vector["available"]), shards(&vector["very_old"]));
        let me = vector["me"].as_str().expect("a worker");
        let round = Round {
            me,
            leases: &leases,
            available: &available,
            very_old: &very_old,
            leases_max: i32::MAX as usize,
            steal_max: 1,
            steal_least: 0,
        };
        let choice = choose(&round, &mut Seed(1).stream("test"));
        assert_eq!(choice.shards.len() as u64, vector["count"].as_u64().expect("a count"), "{name}");
        let how = match vector["how"].as_str() {
            Some("take" | "none") => LeaseGain::Available,
            Some("old") => LeaseGain::VeryOld,
            Some("steal") => LeaseGain::Stolen,
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(choice.how, how, "{name}");
        assert_eq!(choice.victim.as_deref(), vector["victim"].as_str(), "{name}");
    }
}

fn owned<'a>(owners: &[(u32, Option<&'a str>)]) -> Vec<(ShardId, Option<&'a str>)> {
    owners.iter().map(|(id, owner)| (ShardId(*id), *owner)).collect()
}

#[test]
fn a_null_owner_counts_as_a_worker_unless_its_lease_is_available() {
    let leases = owned(&[(1, None), (2, Some("foo")), (3, Some("bar")), (4, Some("baz"))]);
    let round = Round {
        me: "foo",
        leases: &leases,
        available: &[],
        very_old: &[],
        leases_max: 9,
        steal_max: 1,
        steal_least: 0,
    };
    let counts: Vec<_> = count_by_worker(&round).into_iter().collect();
    assert_eq!(counts, [(None, 1), (Some("bar"), 1), (Some("baz"), 1), (Some("foo"), 1)]);
    let all: Vec<ShardId> = leases.iter().map(|l| l.0).collect();
    let round = Round { available: &all, ..round };
    assert_eq!(count_by_worker(&round).into_iter().collect::<Vec<_>>(), [(Some("foo"), 0)]);
}

#[test]
fn the_priority_step_ends_the_round_even_when_it_takes_nothing() {
    let leases = owned(&[(1, Some("foo")), (2, Some("foo")), (3, None), (4, Some("bar")), (5, Some("bar"))]);
    let old = [ShardId(3)];
    let round = Round {
        me: "foo",
        leases: &leases,
        available: &old,
        very_old: &old,
        leases_max: 2,
        steal_max: 1,
        steal_least: 0,
    };
    let choice = choose(&round, &mut Seed(1).stream("test"));
    assert_eq!((choice.how, choice.shards.len()), (LeaseGain::VeryOld, 0));
}

#[test]
fn target_and_spillover() {
    let max = usize::MAX;
    for ((leases, workers, cap), expected) in [
        ((10, 3, max), (4, 0)),
        ((9, 3, max), (3, 0)),
        ((3, 5, max), (1, 0)),
        ((5, 3, max), (2, 0)),
        ((4, 2, max), (2, 0)),
        ((120, 3, 40), (40, 0)),
        ((121, 3, 40), (40, 1)),
    ] {
        assert_eq!(target(leases, workers, cap), expected, "{leases} leases, {workers} workers, at most {cap}");
    }
}

fn lease(id: u32, owner: Option<&str>, counter: i64) -> Lease {
    let mut lease = Lease::new(ShardId(id), Checkpoint::TrimHorizon, Vec::new(), None);
    (lease.owner, lease.counter) = (owner.map(Arc::from), counter);
    lease
}

/// T1 to T4: what two scans see, 1,001 ms apart, with a failover time of one second.
#[test]
fn expiry_is_observed_locally_and_an_owner_gets_a_full_failover_time() {
    let failover = SimDuration::from_secs(1);
    let (first, second) = (SimTime::from_secs(10), SimTime::from_millis(11_001));
    let expired = |before: Lease, after: Lease| {
        let mut seen = Observations::default();
        seen.update(&[before], first);
        let at_first = seen.is_expired(ShardId(1), failover, first);
        seen.update(&[after], second);
        (at_first, seen.is_expired(ShardId(1), failover, second))
    };
    assert_eq!(expired(lease(1, None, 0), lease(1, None, 0)), (true, true), "unowned: available at once");
    assert_eq!(expired(lease(1, Some("bar"), 0), lease(1, Some("bar"), 1)), (false, false), "renewed");
    assert_eq!(expired(lease(1, Some("bar"), 0), lease(1, Some("bar"), 0)), (false, true), "not renewed");
    assert_eq!(expired(lease(1, Some("foo"), 0), lease(1, Some("foo"), 0)), (false, true), "own name, not held");
}

#[test]
fn a_lease_expires_strictly_after_the_failover_time() {
    let (failover, seen) = (SimDuration::from_secs(10), SimTime::from_secs(5));
    assert!(!is_expired(Some(seen), failover, seen + failover));
    assert!(is_expired(Some(seen), failover, seen + failover + SimDuration::from_nanos(1)));
    assert!(is_expired(None, failover, seen));
}

#[test]
fn a_failed_renewal_is_ones_own_write_only_with_ones_name_and_the_next_counter() {
    let mine = lease(1, Some("me"), 7);
    assert!(is_own_write(&lease(1, Some("me"), 8), &mine));
    assert!(!is_own_write(&lease(1, Some("other"), 8), &mine));
    assert!(!is_own_write(&lease(1, Some("me"), 9), &mine));
}

// ---- shard sync ----

fn graph(vectors: &Value, name: &str) -> Vec<Listed> {
    let graph = vectors["graphs"][name].as_object().expect("a graph");
    let mut listed: Vec<Listed> = graph
        .iter()
        .map(|(id, node)| Listed {
            id: id.parse().expect("a shard"),
            parents: shards(&node["parents"]),
            is_open: node["open"].as_bool().expect("open or not"),
            range: HashKeyRange::FULL,
            starts: None,
        })
        .collect();
    listed.sort_by_key(|shard| shard.id);
    listed
}

#[test]
fn shard_sync_creates_the_leases_that_the_vectors_say() {
    let vectors = vectors();
    let list = vectors["sync"].as_array().expect("a list");
    assert_eq!(list.len(), 35);
    for vector in list {
        let graph = graph(&vectors, vector["graph"].as_str().expect("a graph"));
        let position = Checkpoint::parse(vector["position"].as_str().expect("a position")).expect("a sentinel");
        let created = leases_to_create(&graph, &shards(&vector["leased"]), position, false).expect("consistent");
        let mut ids: Vec<ShardId> = created.iter().map(|lease| lease.shard).collect();
        ids.sort();
        assert_eq!(ids, shards(&vector["new"]), "{vector}");
        assert!(created.iter().all(|lease| lease.checkpoint == position), "{vector}");
    }
}

#[test]
fn a_partly_filled_table_gets_the_missing_root_only() {
    let graph = graph(&vectors(), "A");
    let leased: Vec<ShardId> = graph.iter().map(|s| s.id).filter(|id| ![0, 6, 8].contains(&id.0)).collect();
    for position in [Checkpoint::TrimHorizon, Checkpoint::AtTimestamp, Checkpoint::Latest] {
        let created = leases_to_create(&graph, &leased, position, false).expect("consistent");
        assert_eq!(created.iter().map(|l| l.shard.0).collect::<Vec<_>>(), [0], "{position}");
    }
}

#[test]
fn a_hole_repaired_under_trim_horizon_replays_the_ancestry() {
    // Rows {6} of graph B: the library gives 0 and 1, all the way back.
    let graph = graph(&vectors(), "B");
    let created = leases_to_create(&graph, &[ShardId(6)], Checkpoint::TrimHorizon, false).expect("consistent");
    assert_eq!(created.iter().map(|l| l.shard.0).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn an_open_child_of_an_open_parent_is_an_error_unless_it_is_to_be_ignored() {
    let node = |id, parents, is_open| {
        let parents: Vec<u32> = parents;
        let parents = parents.into_iter().map(ShardId).collect();
        Listed { id: ShardId(id), parents, is_open, range: HashKeyRange::FULL, starts: None }
    };
    let graph = [node(0, vec![], true), node(1, vec![0], true)];
    assert!(leases_to_create(&graph, &[], Checkpoint::Latest, false).is_err());
    let created = leases_to_create(&graph, &[], Checkpoint::Latest, true).expect("ignored");
    assert_eq!(created.iter().map(|l| l.shard.0).collect::<Vec<_>>(), [0]);
    assert_eq!(leases_to_create(&[], &[], Checkpoint::Latest, false), Ok(Vec::new()));
    let closed_only = [node(0, vec![], false)];
    assert_eq!(leases_to_create(&closed_only, &[], Checkpoint::TrimHorizon, false), Ok(Vec::new()));
}

#[test]
fn an_empty_table_gets_a_lease_for_every_listed_shard_if_they_cover_the_hash_range() {
    let range = |start, end| HashKeyRange { start: HashKey::new(start), end: HashKey::new(end) };
    let node = |id, range| Listed { id: ShardId(id), parents: vec![], is_open: true, range, starts: None };
    let all = [node(0, range(0, 99)), node(1, range(100, u128::MAX))];
    assert!(covers_hash_range(&all) && !covers_hash_range(&all[..1]) && !covers_hash_range(&all[1..]));
    let created = leases_for_empty_table(&all, Checkpoint::Latest);
    assert_eq!(created.len(), 2);
    assert!(created.iter().all(|lease| lease.checkpoint == Checkpoint::Latest && lease.owner.is_none()));
}

// ---- hole auditor ----

fn ranged(ranges: &[(u128, u128)]) -> Vec<Lease> {
    let lease = |(id, (start, end)): (usize, &(u128, u128))| {
        let range = HashKeyRange { start: HashKey::new(*start), end: HashKey::new(*end) };
        Lease::new(ShardId(id as u32), Checkpoint::TrimHorizon, Vec::new(), Some(range))
    };
    ranges.iter().enumerate().map(lease).collect()
}

#[test]
fn holes_are_found_and_overlaps_tolerated() {
    let max = u128::MAX;
    assert!(first_hole(&ranged(&[(0, 1), (2, 3), (4, 23), (6, 23), (25, max)])).is_some());
    assert!(first_hole(&ranged(&[(24, max), (0, 1), (6, 23), (2, 3), (4, 23)])).is_none());
    assert!(first_hole(&ranged(&[(0, 1), (2, 3), (4, 23), (6, 23), (24, max), (24, 45)])).is_none());
    let mut ended = ranged(&[(0, 1), (2, 3), (4, 23), (6, 23), (24, max)]);
    ended[2].checkpoint = Checkpoint::ShardEnd;
    assert!(first_hole(&ended).is_some());
    ended.iter_mut().for_each(|lease| lease.checkpoint = Checkpoint::ShardEnd);
    assert!(first_hole(&ended).is_some());
}

#[test]
fn the_same_hole_must_be_seen_three_times_in_a_row() {
    let (hole, other) = (ranged(&[(0, 1), (3, u128::MAX)]), ranged(&[(0, 1), (4, u128::MAX)]));
    let mut tracker = HoleTracker::default();
    let audits = [&hole, &hole, &other, &hole, &hole, &hole].map(|leases| tracker.audit(leases, 3));
    assert_eq!(audits, [false, false, false, false, false, true]);
    assert!(HoleTracker::default().audit(&ranged(&[]), 3), "no leases at all: at once");
}

// ---- parents, cleanup ----

#[test]
fn a_parents_row_is_deleted_only_when_its_children_have_begun() {
    let mut parent = lease(0, None, 0);
    (parent.checkpoint, parent.children) = (Checkpoint::ShardEnd, vec![ShardId(1), ShardId(2)]);
    let child = |id, checkpoint| Lease::new(ShardId(id), checkpoint, vec![ShardId(0)], None);
    let number = Checkpoint::At(SequenceNumber::new(ShardId(2), 1_700_000_000, 1, 1_700_000_000));
    let may = |rows: Vec<Lease>| may_delete_completed(&parent, &rows);
    assert!(may(vec![child(1, Checkpoint::Latest), child(2, number)]), "LATEST counts as begun");
    assert!(!may(vec![child(1, Checkpoint::TrimHorizon), child(2, number)]));
    assert!(!may(vec![child(1, Checkpoint::AtTimestamp), child(2, number)]));
    assert!(!may(vec![child(2, number)]), "a child's row is missing");
    let mut later = parent.clone();
    later.parents = vec![ShardId(9)];
    let rows = vec![child(1, number), child(2, number), lease(9, None, 0)];
    assert!(!may_delete_completed(&later, &rows), "its own parent's row is there");
}

#[test]
fn a_missing_parent_row_does_not_block() {
    let mut ended = lease(0, None, 0);
    ended.checkpoint = Checkpoint::ShardEnd;
    let running = lease(1, None, 0);
    assert!(!is_blocked_on_parents([None, Some(&ended)]));
    assert!(is_blocked_on_parents([Some(&ended), Some(&running)]));
}

// ---- leader ----

#[test]
fn the_leader_is_the_one_that_java_would_shuffle_first() {
    for (count, index) in vectors()["leader"].as_object().expect("a map") {
        let count: usize = count.parse().expect("a number");
        assert_eq!(leader_kcl2::shuffled(count)[0] as u64, index.as_u64().expect("an index"), "{count} workers");
    }
    assert_eq!(leader_kcl2::shuffled(10), [8, 5, 1, 6, 9, 4, 2, 0, 7, 3]);
    assert!(leader_kcl2::is_leader("anyone", []));
    assert!(leader_kcl2::is_leader("c", ["a", "b", "c", "a"]) && !leader_kcl2::is_leader("a", ["a", "b", "c"]));
}

// ---- checkpointer ----

#[test]
fn checkpoints_lie_between_the_last_one_and_what_was_delivered() {
    let mut checkpointer = Checkpointer::new(Some(13));
    checkpointer.delivered(5019);
    for rejected in [2, 9000, 6789] {
        assert_eq!(checkpointer.check(rejected), Err(CheckpointError::OutOfRange), "{rejected}");
    }
    assert_eq!(checkpointer.last(), Some(13), "a rejected value changes nothing");
    for accepted in [127, 5019] {
        let what = checkpointer.check(accepted);
        assert_eq!(what, Ok(ToStore::Number(accepted)));
        checkpointer.stored(what.expect("accepted"));
        assert_eq!(checkpointer.check(13), Err(CheckpointError::OutOfRange), "an already used lower number");
    }
    assert_eq!(checkpointer.check(5019), Ok(ToStore::Nothing), "equal to the last: no write");
}

#[test]
fn the_last_number_of_an_ended_shard_is_stored_as_shard_end() {
    let mut checkpointer = Checkpointer::new(Some(13));
    checkpointer.delivered(6789);
    checkpointer.shard_ended();
    assert_eq!(checkpointer.check(6789), Ok(ToStore::ShardEnd));
    assert_eq!(checkpointer.check_all(), ToStore::ShardEnd);
    // Unless that number was checkpointed before the end was known.
    let mut early = Checkpointer::new(Some(13));
    early.delivered(6789);
    early.stored(ToStore::Number(6789));
    early.shard_ended();
    assert_eq!(early.check(6789), Ok(ToStore::Nothing));
    assert_eq!(early.check_all(), ToStore::ShardEnd, "checkpoint() without an argument is not affected");
    early.stored(ToStore::ShardEnd);
    assert_eq!(early.check_all(), ToStore::Nothing);
}

#[test]
fn an_older_prepared_checkpoint_cannot_be_redeemed_after_a_newer_one() {
    let mut checkpointer = Checkpointer::new(Some(13));
    checkpointer.delivered(9000);
    let (older, newer) =
        (checkpointer.prepare(7010).expect("permitted"), checkpointer.prepare(7020).expect("permitted"));
    let what = checkpointer.redeem(newer).expect("permitted");
    checkpointer.stored(what);
    assert_eq!(checkpointer.last(), Some(7020));
    assert_eq!(checkpointer.redeem(older), Err(CheckpointError::OutOfRange));
    assert_eq!(checkpointer.prepare(9001), Err(CheckpointError::OutOfRange));
}

#[test]
fn sentinels_and_numbers_of_other_shards_are_no_checkpoints() {
    for text in ["bogus", "SHARD_END", "TRIM_HORIZON", "LATEST", ""] {
        assert_eq!(parse(text, ShardId(0)), Err(CheckpointError::NotASequenceNumber), "{text}");
    }
    let number = "49585389983312162443796657944872008114154899568972529698";
    assert!(parse(number, ShardId(2)).is_ok());
    assert_eq!(parse(number, ShardId(1)), Err(CheckpointError::OtherShard));
}

// ---- fetcher ----

#[test]
fn the_fetcher_sleeps_what_is_left_of_the_idle_time() {
    let sleep = |idle, last, now| sleep_before_next_call(idle, last, now).as_millis();
    assert_eq!(sleep(1000, None, 9000), 1000);
    assert_eq!(sleep(1000, Some(8500), 9000), 500);
    assert_eq!(sleep(1000, Some(8000), 9000), 0);
    assert_eq!(sleep(1000, Some(9500), 9000), 500, "a last call in the future");
    assert_eq!(sleep(500, Some(8700), 9000), 200);
    assert_eq!(sleep(2000, Some(8700), 9000), 1700);
}
