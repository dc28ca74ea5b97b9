//! What holds under random use.

use crate::aws::kinesis::Request;
use proptest::prelude::*;

use super::*;
use crate::aws::kinesis::operations::{MergeShards, SplitShard, UpdateShardCount};
use crate::base::HashKey;
use crate::base::units::MIB;

#[derive(Clone, Debug)]
enum Change {
    Split { shard: usize, at: u128 },
    Merge { shard: usize },
    Update { percent: u32 },
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (0usize..20, any::<u128>()).prop_map(|(shard, at)| Change::Split { shard, at }),
        (0usize..20).prop_map(|shard| Change::Merge { shard }),
        (50u32..=200).prop_map(|percent| Change::Update { percent }),
    ]
}

impl Bench {
    fn change(&mut self, change: &Change) -> Result<Response, Error> {
        let open = {
            let mut open = self.open();
            open.sort_by_key(|shard| shard.range);
            open
        };
        let stream = name();
        match change {
            Change::Split { shard, at } => {
                let shard = &open[shard % open.len()];
                let (start, end) = (shard.range.start.get(), shard.range.end.get());
                let new_starting_hash_key = HashKey::new(start + at % (end - start).max(1));
                self.ask(Request::SplitShard(SplitShard::at(stream, shard.id, new_starting_hash_key)))
            }
            Change::Merge { shard } => {
                let at = shard % open.len();
                let adjacent = open[(at + 1) % open.len()].id;
                self.ask(Request::MergeShards(MergeShards { stream, shard: open[at].id, adjacent }))
            }
            Change::Update { percent } => {
                let target = (open.len() as u32 * percent).div_ceil(100);
                self.ask(Request::UpdateShardCount(UpdateShardCount { stream, target }))
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn open_ranges_tile_the_space_whatever_is_split_and_merged(changes in prop::collection::vec(change(), 1..12)) {
        let mut bench = Bench::quick(3);
        for change in &changes {
            // Refusals are fine; what is accepted must keep the law.
            let _ = bench.change(change);
            bench.after(SimDuration::from_secs(1));
            let mut ranges: Vec<_> = bench.open().iter().map(|shard| shard.range).collect();
            ranges.sort();
            prop_assert_eq!(ranges[0].start, HashKey::MIN);
            prop_assert_eq!(ranges[ranges.len() - 1].end, HashKey::MAX);
            prop_assert!(ranges.windows(2).all(|w| w[0].is_followed_by(w[1])));
            let ids: Vec<_> = bench.listed().iter().map(|shard| shard.id.0).collect();
            prop_assert!(ids.windows(2).all(|w| w[0] < w[1]), "ids only grow: {:?}", ids);
        }
    }

    #[test]
    fn update_shard_count_ends_in_exactly_uniform_ranges(from in 1u32..24, percent in 50u32..=200) {
        let mut bench = Bench::quick(from);
        let target = (from * percent).div_ceil(100);
        let update = UpdateShardCount { stream: name(), target };
        bench.ask(Request::UpdateShardCount(update)).expect("within half and double");
        bench.after(SimDuration::ZERO);
        let mut ranges: Vec<_> = bench.open().iter().map(|shard| shard.range).collect();
        ranges.sort();
        prop_assert_eq!(ranges, crate::base::HashKeyRange::uniform(target).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_accepted_never_exceeds_the_limits(
        puts in prop::collection::vec((0u64..40, 1usize..60, 20u32..60_000), 1..80),
    ) {
        let mut bench = Bench::new(1);
        let mut accepted: Vec<(SimTime, u64)> = Vec::new();
        for (wait_ms, count, size) in puts {
            bench.after(SimDuration::from_millis(wait_ms));
            let count = count.min((10 * MIB / u64::from(size)) as usize).max(1);
            let results = bench.put_all(vec![entry(&key("k"), size); count]);
            let now = bench.now;
            accepted.extend(results.iter().filter(|result| result.is_ok()).map(|_| (now, u64::from(size))));
        }
        // In every window: no more than the bucket's depth and what it refills.
        for (at, start) in accepted.iter().map(|a| a.0).enumerate() {
            let (mut records, mut bytes) = (0u64, 0u64);
            for (time, size) in &accepted[at..] {
                records += 1;
                bytes += size;
                let seconds = time.since(start).as_nanos() as u128;
                prop_assert!(u128::from(records) * 1_000_000_000 <= 1000 * (seconds + 1_000_000_000));
                prop_assert!(u128::from(bytes) * 1_000_000_000 <= u128::from(MIB) * (seconds + 1_000_000_000));
            }
        }
    }

    #[test]
    fn records_are_readable_until_retention_ends_to_the_nanosecond(
        waits_s in prop::collection::vec(0u64..30_000, 1..12), late_ns in 0u64..3,
    ) {
        let mut bench = Bench::quick(1);
        let mut arrivals = Vec::new();
        for wait in waits_s {
            bench.after(SimDuration::from_secs(wait));
            bench.put("k", 100).expect("a slow trickle");
            arrivals.push(bench.now);
        }
        let day = SimDuration::from_hours(24);
        for arrival in arrivals.clone() {
            let at = SimTime::from_nanos((arrival + day).as_nanos() - 1 + late_ns);
            if at < bench.now {
                continue;
            }
            bench.now = at;
            let expected = arrivals.iter().filter(|a| **a + day > at).count();
            prop_assert_eq!(bench.read(0, IteratorPosition::TrimHorizon).records.len(), expected);
            bench.after(SimDuration::from_secs(1));
        }
    }

    #[test]
    fn sequence_numbers_of_a_shard_only_grow(puts in prop::collection::vec((0u64..3000, 1usize..20), 1..20)) {
        let mut bench = Bench::new(7);
        let mut last = std::collections::BTreeMap::new();
        for (wait_ms, count) in puts {
            bench.after(SimDuration::from_millis(wait_ms));
            let entries = (0..count).map(|n| entry(&key(&format!("k{n}")), 30)).collect();
            for placed in bench.put_all(entries).into_iter().flatten() {
                let before = last.insert(placed.shard, placed.sequence_number);
                prop_assert!(before < Some(placed.sequence_number));
                prop_assert_eq!(placed.sequence_number.shard(), placed.shard);
            }
        }
    }
}
