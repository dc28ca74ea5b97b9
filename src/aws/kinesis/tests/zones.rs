//! Replication to three zones.

use proptest::prelude::*;

use super::*;
use crate::base::event::ZoneState;

fn outage(zone: u8, wipe: bool) -> Fault {
    Fault::ZoneOutage { zone, wipe }
}

fn count(bench: &mut Bench) -> usize {
    bench.after(SimDuration::from_secs(1));
    bench.read(0, IteratorPosition::TrimHorizon).records.len()
}

#[test]
fn with_one_zone_lost_service_goes_on() {
    let mut bench = Bench::new(1);
    bench.put("k", 100).expect("three zones");
    bench.inject(1, outage(0, true));
    bench.put("k", 100).expect("two zones");
    assert_eq!(count(&mut bench), 2);
}

#[test]
fn with_two_zones_lost_writes_fail_and_nothing_acknowledged_is_missing_afterwards() {
    let mut bench = Bench::new(1);
    bench.put("k", 100).expect("three zones");
    bench.inject(1, outage(0, true));
    bench.put("k", 100).expect("two zones");
    bench.inject(2, outage(1, false));
    assert_eq!(code(bench.put("k", 100)), "InternalFailure");
    let results = bench.put_all(vec![entry(&key("k"), 50); 3]);
    assert!(results.iter().all(|result| *result == Err(PutFailure::InternalFailure)));
    assert_eq!(count(&mut bench), 2, "the last zone serves reads");
    bench.heal(1);
    bench.heal(2);
    bench.put("k", 100).expect("service is back");
    bench.after(SimDuration::from_secs(5));
    assert_eq!(count(&mut bench), 3);
}

#[test]
fn a_wiped_zone_is_rebuilt_from_the_others_and_can_then_serve_alone() {
    let mut bench = Bench::new(1);
    for _ in 0..20 {
        bench.put("k", 1000).expect("put");
    }
    bench.inject(1, outage(2, true));
    bench.heal(1);
    bench.after(SimDuration::from_secs(10));
    let states: Vec<ZoneState> = bench
        .events
        .iter()
        .filter_map(|event| match event {
            Event::ZoneChanged { zone: 2, state } => Some(*state),
            _ => None,
        })
        .collect();
    assert_eq!(states, [ZoneState::Wiped, ZoneState::Rebuilding, ZoneState::Up]);
    bench.inject(2, outage(0, true));
    bench.inject(3, outage(1, true));
    assert_eq!(count(&mut bench), 20);
}

#[test]
fn what_no_zone_in_service_holds_cannot_be_read_until_a_zone_comes_back() {
    let mut bench = Bench::new(1);
    bench.inject(1, outage(2, false));
    bench.put("k", 100).expect("zones 0 and 1");
    bench.heal(1);
    // Before zone 2 has copied anything, both others go.
    bench.inject(2, outage(0, false));
    bench.inject(3, outage(1, false));
    let iterator = bench.iterator(0, IteratorPosition::TrimHorizon).expect("an iterator");
    assert_eq!(code(bench.get(&iterator)), "InternalFailure");
    bench.heal(2);
    assert_eq!(count(&mut bench), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// One zone at a time is lost, with or without its logs, with time to rebuild between.
    #[test]
    fn nothing_acknowledged_is_ever_lost_by_single_zones(
        rounds in prop::collection::vec((0u8..3, any::<bool>(), 0u32..8, 0u32..8), 1..12),
    ) {
        let mut bench = Bench::new(1);
        let mut acknowledged = 0;
        for (id, (zone, wipe, before, during)) in rounds.into_iter().enumerate() {
            for _ in 0..before {
                acknowledged += usize::from(bench.put("k", 500).is_ok());
            }
            bench.inject(id as u32, outage(zone, wipe));
            for _ in 0..during {
                acknowledged += usize::from(bench.put("k", 500).is_ok());
            }
            bench.heal(id as u32);
            bench.after(SimDuration::from_secs(2));
            prop_assert_eq!(count(&mut bench), acknowledged);
        }
    }
}
