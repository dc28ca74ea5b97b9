//! TransactWriteItems and TransactGetItems.

use super::*;
use crate::aws::dynamodb::Request;
use crate::aws::dynamodb::api::{TransactAction, TransactWrite};
use crate::aws::dynamodb::operations::{TransactGetItems, TransactWriteItems};

fn write(action: TransactAction, condition: Option<Condition>) -> TransactWrite {
    TransactWrite { table: leases(), action, condition, old_on_failure: true }
}

fn transact(bench: &mut Bench, writes: Vec<TransactWrite>) -> Reply {
    bench.ask(Request::TransactWriteItems(TransactWriteItems { writes, token: None }))
}

fn transact_under(bench: &mut Bench, token: &str, writes: Vec<TransactWrite>) -> Reply {
    bench.ask(Request::TransactWriteItems(TransactWriteItems { writes, token: Some(token.into()) }))
}

#[test]
fn all_writes_are_applied_and_cost_twice_their_units() {
    let mut bench = Bench::plain();
    bench.ok(put(lease("a", "w", 1)));
    bench.ok(put(lease("b", "w", 1)));
    let changes = vec![Update::set("leaseCounter", AttributeValue::n(2))];
    let reply = transact(
        &mut bench,
        vec![
            write(TransactAction::Put(lease("c", "w", 1)), Some(Condition::NotExists("leaseKey".into()))),
            write(TransactAction::Update(key_of("a"), changes), Some(counter_is(1))),
            write(TransactAction::Delete(key_of("b")), None),
        ],
    );
    match reply {
        Ok(Response::Transacted { consumed }) => {
            assert_eq!(consumed.iter().map(|(_, consumed)| consumed.write_units).sum::<u32>(), 6);
        }
        other => panic!("{other:?}"),
    }
    let keys: std::collections::BTreeSet<String> = bench.page(scan(consistent())).0.into_iter().collect();
    assert_eq!(keys, ["a", "c"].map(String::from).into());
    assert_eq!(bench.item(get("a", true)).expect("a lease").get_i64("leaseCounter"), Some(2));
}

#[test]
fn nothing_is_applied_when_one_condition_fails_and_each_write_has_its_reason() {
    let mut bench = Bench::plain();
    bench.ok(put(lease("a", "w", 1)));
    let reply = transact(
        &mut bench,
        vec![
            write(TransactAction::Put(lease("c", "w", 1)), None),
            write(TransactAction::Check(key_of("a")), Some(counter_is(9))),
        ],
    );
    let error = reply.expect_err("cancelled");
    assert_eq!(
        error.to_string(),
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]"
    );
    let Error::TransactionCanceled(reasons) = error else { panic!("{error:?}") };
    assert!(matches!(
        reasons[1].as_deref(),
        Some(Error::ConditionalCheckFailed(Some(item))) if item.get_i64("leaseCounter") == Some(1)
    ));
    assert_eq!(bench.item(get("c", true)), None);
}

#[test]
fn an_item_is_written_once_in_a_transaction() {
    let mut bench = Bench::plain();
    let twice = vec![write(TransactAction::Delete(key_of("a")), None), write(TransactAction::Check(key_of("a")), None)];
    assert!(matches!(transact(&mut bench, twice), Err(Error::Validation(_))));
}

#[test]
fn a_client_token_applies_its_writes_once_in_ten_minutes() {
    let mut bench = Bench::plain();
    bench.ok(put(lease("a", "w", 1)));
    let add = |by| {
        vec![write(
            TransactAction::Update(key_of("a"), vec![Update::Add("leaseCounter".into(), AttributeValue::n(by))]),
            None,
        )]
    };
    let counter = |bench: &mut Bench| bench.item(get("a", true)).expect("a lease").get_i64("leaseCounter");
    transact_under(&mut bench, "t", add(1)).expect("applied");
    let consumed = |reply: Reply| match reply {
        Ok(Response::Transacted { consumed }) => (consumed[0].1.read_half_units, consumed[0].1.write_units),
        other => panic!("{other:?}"),
    };
    bench.pass(SimDuration::from_secs(599));
    assert_eq!(consumed(transact_under(&mut bench, "t", add(1))), (4, 0), "read, not written");
    assert_eq!(counter(&mut bench), Some(2));
    assert_eq!(transact_under(&mut bench, "t", add(2)).err(), Some(Error::IdempotentParameterMismatch));
    assert_eq!(consumed(transact_under(&mut bench, "u", add(2))), (0, 2), "another token");
    bench.pass(SimDuration::from_secs(1));
    assert_eq!(consumed(transact_under(&mut bench, "t", add(1))), (0, 2), "forgotten");
    assert_eq!(counter(&mut bench), Some(5));
}

#[test]
fn a_cancelled_transaction_may_be_tried_again_under_its_token() {
    let mut bench = Bench::plain();
    let check = || vec![write(TransactAction::Put(lease("c", "w", 1)), Some(counter_is(1)))];
    assert!(matches!(transact_under(&mut bench, "t", check()), Err(Error::TransactionCanceled(_))));
    bench.ok(put(lease("c", "w", 1)));
    assert!(transact_under(&mut bench, "t", check()).is_ok());
}

fn transact_get(bench: &mut Bench, keys: &[&str]) -> Reply {
    let gets = keys.iter().map(|key| (leases(), key_of(key))).collect();
    bench.ask(TransactGetItems { gets }.into())
}

#[test]
fn items_of_a_transaction_come_in_the_order_of_their_keys_and_cost_twice() {
    let mut bench = Bench::plain();
    bench.ok(put(lease("a", "w", 1)));
    bench.ok(put(lease("b", "w", 2)));
    let Ok(Response::TransactGot { items, consumed }) = transact_get(&mut bench, &["b", "missing", "a"]) else {
        panic!("read")
    };
    let counters: Vec<_> = items.iter().map(|item| item.as_ref().and_then(|i| i.get_i64("leaseCounter"))).collect();
    assert_eq!(counters, [Some(2), None, Some(1)]);
    let half_units: u32 = consumed.iter().map(|(_, consumed)| consumed.read_half_units).sum();
    assert_eq!(half_units, 3 * 2 * 2, "a consistent read of up to 4 KB is two half units, and each is done twice");
    assert!(bench.item(get("a", true)).is_some());
}

#[test]
fn a_transaction_of_no_item_and_more_than_a_hundred_are_refused() {
    let mut bench = Bench::plain();
    let many = vec!["a"; 101];
    for keys in [&[][..], &many] {
        assert!(matches!(transact_get(&mut bench, keys), Err(Error::Validation(_))), "{}", keys.len());
    }
}
