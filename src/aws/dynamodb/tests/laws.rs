//! Laws that hold for every sequence of operations.

use crate::aws::dynamodb::Request;
use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::aws::dynamodb::operations::{BatchWriteItem, DescribeTable, PutItem};

/// An operation on one of a few leases.
#[derive(Clone, Debug)]
enum Op {
    Put { key: u8, owner: u8, counter: i64, only_if_missing: bool },
    Renew { key: u8, expected: i64 },
    Take { key: u8, owner: u8 },
    Release { key: u8 },
    Delete { key: u8 },
    Batch { put: u8, delete: u8 },
    Wait { ms: u64 },
}

fn op() -> impl Strategy<Value = Op> {
    let (key, owner, counter) = (0u8..6, 0u8..3, 0i64..4);
    prop_oneof![
        (key.clone(), owner.clone(), counter.clone(), any::<bool>())
            .prop_map(|(key, owner, counter, only_if_missing)| Op::Put { key, owner, counter, only_if_missing }),
        (key.clone(), counter).prop_map(|(key, expected)| Op::Renew { key, expected }),
        (key.clone(), owner).prop_map(|(key, owner)| Op::Take { key, owner }),
        key.clone().prop_map(|key| Op::Release { key }),
        key.clone().prop_map(|key| Op::Delete { key }),
        (0u8..3, 3u8..6).prop_map(|(put, delete)| Op::Batch { put, delete }),
        (0u64..80).prop_map(|ms| Op::Wait { ms }),
    ]
}

/// What the table should hold: owner and counter of each lease.
type Model = BTreeMap<String, (Option<String>, i64)>;

fn owner_name(owner: u8) -> String {
    format!("w{owner}")
}

fn key_name(key: u8) -> String {
    format!("shard-{key}")
}

fn lease_in_model((key, (owner, counter)): (&String, &(Option<String>, i64))) -> Item {
    let item = Item::new().with("leaseKey", AttributeValue::s(key)).with("leaseCounter", AttributeValue::n(*counter));
    match owner {
        Some(owner) => item.with("leaseOwner", AttributeValue::s(owner)),
        None => item,
    }
}

/// Does the operation to both; whether the service should have accepted it.
fn run(bench: &mut Bench, model: &mut Model, op: &Op) -> (Option<bool>, bool) {
    let mut ask = |request| Some(bench.ask(request).is_ok());
    match op {
        Op::Put { key, owner, counter, only_if_missing } => {
            let (key, owner) = (key_name(*key), owner_name(*owner));
            let condition = only_if_missing.then(|| Condition::NotExists("leaseKey".into()));
            let item = lease(&key, &owner, *counter);
            let ok = ask(Request::PutItem(PutItem { table: leases(), item, condition, returns: Returns::default() }));
            let expected = !only_if_missing || !model.contains_key(&key);
            if expected {
                model.insert(key, (Some(owner), *counter));
            }
            (ok, expected)
        }
        Op::Renew { key, expected } => {
            let changes = vec![Update::set("leaseCounter", AttributeValue::n(expected + 1))];
            let ok = ask(update(&key_name(*key), changes, Some(counter_is(*expected))));
            let row = model.get_mut(&key_name(*key)).filter(|row| row.1 == *expected);
            let holds = row.is_some();
            row.into_iter().for_each(|row| row.1 += 1);
            (ok, holds)
        }
        Op::Take { key, owner } => {
            let owner = owner_name(*owner);
            let changes = vec![
                Update::set("leaseOwner", AttributeValue::s(&owner)),
                Update::Add("leaseCounter".into(), AttributeValue::n(1)),
            ];
            let ok = ask(update(&key_name(*key), changes, None));
            let row = model.entry(key_name(*key)).or_insert((None, 0));
            *row = (Some(owner), row.1 + 1);
            (ok, true)
        }
        Op::Release { key } => {
            let changes = vec![Update::Remove("leaseOwner".into())];
            let ok = ask(update(&key_name(*key), changes, Some(Condition::Exists("leaseKey".into()))));
            let row = model.get_mut(&key_name(*key));
            let holds = row.is_some();
            row.into_iter().for_each(|row| row.0 = None);
            (ok, holds)
        }
        Op::Delete { key } => {
            model.remove(&key_name(*key));
            (ask(delete(&key_name(*key))), true)
        }
        Op::Batch { put, delete } => {
            let (put, delete) = (key_name(*put), key_name(*delete));
            let writes = vec![
                (leases(), BatchWrite::Put(lease(&put, "w0", 0))),
                (leases(), BatchWrite::Delete(key_of(&delete))),
            ];
            model.insert(put, (Some("w0".into()), 0));
            model.remove(&delete);
            (ask(Request::BatchWriteItem(BatchWriteItem { writes })), true)
        }
        Op::Wait { ms } => {
            bench.pass(SimDuration::from_millis(*ms));
            (None, true)
        }
    }
}

/// Keys and counters of what a page of the index or table shows.
fn contents(bench: &mut Bench, request: Request) -> Vec<Item> {
    match bench.ok(request) {
        Response::Items { items, .. } => {
            let mut items: Vec<Item> = items.iter().map(|item| (**item).clone()).collect();
            items.sort_by(|a, b| a.get_s("leaseKey").cmp(&b.get_s("leaseKey")));
            items
        }
        other => panic!("not a page: {other:?}"),
    }
}

proptest! {
    #[test]
    fn consistent_reads_and_the_index_agree_with_a_simple_model(ops in prop::collection::vec(op(), 0..60)) {
        let mut bench = Bench::new(exact(), ON_DEMAND, vec![owner_index(None)]);
        let mut model = Model::new();
        for op in ops {
            let (accepted, expected) = run(&mut bench, &mut model, &op);
            prop_assert!(accepted.is_none_or(|accepted| accepted == expected), "{op:?}");
        }
        let expected: Vec<Item> = model.iter().map(lease_in_model).collect();
        prop_assert_eq!(contents(&mut bench, scan(consistent())), expected.clone());
        for key in (0..6).map(key_name) {
            let item = bench.item(get(&key, true)).map(|item| (*item).clone());
            prop_assert_eq!(item, model.get_key_value(&key).map(lease_in_model));
        }
        for owner in (0..3).map(owner_name) {
            let owned = |row: &&Item| row.get_s("leaseOwner").is_some_and(|name| **name == *owner);
            let mut owned: Vec<Item> = expected.iter().filter(owned).cloned().collect();
            owned.iter_mut().for_each(|item| drop(item.remove("leaseCounter")));
            prop_assert_eq!(contents(&mut bench, query_owner(&owner, Page::default())), owned);
        }
        let size_bytes: u64 = expected.iter().map(Item::size_bytes).sum();
        let describe = Request::DescribeTable(DescribeTable { table: leases() });
            let Response::Table(described) = bench.ok(describe) else { panic!("a table is described") };
        prop_assert_eq!((described.item_count, described.size_bytes), (expected.len() as u64, size_bytes));
    }

    #[test]
    fn a_late_page_shows_the_table_as_it_was_at_one_instant_within_the_bound(
        ops in prop::collection::vec(op(), 1..60), seed: u64,
    ) {
        let lag = SimDuration::from_millis(100);
        let settings = Settings { stale_read_lag_max: lag, ..Settings::default() };
        let mut bench = Bench::new(settings, ON_DEMAND, Vec::new());
        bench.service.lags = Seed(seed).stream("stale reads");
        let mut model = Model::new();
        // Every state of the table, with when it began.
        let mut states: Vec<(SimTime, Vec<Item>)> = vec![(SimTime::ZERO, Vec::new())];
        for op in ops {
            run(&mut bench, &mut model, &op);
            states.push((bench.now, model.iter().map(lease_in_model).collect()));
            bench.told();
            let seen = contents(&mut bench, scan(Page::default()));
            let is_told = bench.told().iter().any(|event| matches!(event, Event::StaleRead { .. }));
            let oldest = bench.now.saturating_sub(lag);
            let ends = |at: usize| states.get(at + 1).map_or(SimTime::MAX, |(began, _)| *began);
            let visible = (0..states.len()).filter(|at| ends(*at) >= oldest).map(|at| &states[at].1);
            prop_assert!(visible.clone().any(|state| *state == seen), "{:?} was never there", seen);
            prop_assert_eq!(is_told, Some(&seen) != states.last().map(|(_, state)| state));
        }
    }

    #[test]
    fn of_many_writers_that_expect_the_same_counter_exactly_one_wins(rounds in 1i64..20, writers in 1usize..8) {
        let mut bench = Bench::plain();
        bench.ok(put(lease("a", "nobody", 0)));
        for round in 0..rounds {
            let take = |writer: usize| {
                let owner = AttributeValue::s(&format!("w{writer}"));
                let counter = Update::set("leaseCounter", AttributeValue::n(round + 1));
                update("a", vec![Update::set("leaseOwner", owner), counter], Some(counter_is(round)))
            };
            let won = (0..writers).filter(|writer| bench.ask(take(*writer)).is_ok()).count();
            prop_assert_eq!(won, 1);
        }
        prop_assert_eq!(bench.item(get("a", true)).and_then(|item| item.get_i64("leaseCounter")), Some(rounds));
    }

    #[test]
    fn no_window_has_more_units_than_the_burst_and_its_rate(
        write in 1u32..50, starts_full: bool,
        calls in prop::collection::vec((0u64..2_000, 1u64..6000), 1..200),
    ) {
        let settings = Settings { burst_starts_full: starts_full, ..exact() };
        let mut bench = Bench::new(settings, provisioned(1, write), Vec::new());
        let mut accepted: Vec<(SimTime, u64)> = Vec::new();
        for (wait_ms, size_bytes) in calls {
            bench.pass(SimDuration::from_millis(wait_ms));
            bench.told();
            if bench.ask(put(lease_of("a", size_bytes.max(20)))).is_ok() {
                accepted.push((bench.now, bench.units().iter().map(|(_, write)| u64::from(*write)).sum()));
            }
        }
        let rate = u64::from(write);
        for from in 0..accepted.len() {
            let mut sum = 0;
            for (at, units) in &accepted[from..] {
                sum += units;
                let window_ms = at.since(accepted[from].0).as_millis();
                // Milliseconds are rounded down, so one more.
                prop_assert!(sum * 1000 <= (300 * rate) * 1000 + rate * (window_ms + 1));
            }
        }
        if !starts_full {
            let total: u64 = accepted.iter().map(|(_, units)| units).sum();
            prop_assert!(total * 1000 <= rate * (bench.now.since(SimTime::ZERO).as_millis() + 1));
        }
    }

    #[test]
    fn the_same_seed_and_calls_give_the_same_events(ops in prop::collection::vec(op(), 0..40)) {
        let told = |ops: &[Op]| {
            let mut bench = Bench::new(Settings::default(), provisioned(5, 5), vec![owner_index(None)]);
            let target = FaultTarget::default();
            bench.service.inject(bench.now, 1, Fault::InternalError { target, rate: 0.2 }, &mut bench.events);
            let mut model = Model::new();
            for op in ops {
                run(&mut bench, &mut model, op);
                let _ = bench.ask(scan(Page::default()));
            }
            bench.told()
        };
        prop_assert_eq!(told(&ops), told(&ops));
    }
}
