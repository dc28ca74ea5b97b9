//! Table states.

use super::*;
use crate::aws::dynamodb::Request;
use crate::aws::dynamodb::operations::{
    DeleteTable, DescribeContinuousBackups, DescribeTable, DescribeTimeToLive, ListTables, PutItem,
};

fn create(table: &str) -> Request {
    let (hash_key, indexes) = ("leaseKey".into(), Vec::new());
    let capacity = provisioned(10, 10);
    Request::CreateTable(CreateTable { indexes, ..CreateTable::plain(name(table), hash_key, capacity) })
}

fn describe(bench: &mut Bench) -> TableDescription {
    match bench.ok(Request::DescribeTable(DescribeTable { table: leases() })) {
        Response::Table(table) => table,
        other => panic!("not a description: {other:?}"),
    }
}

#[test]
fn a_table_serves_data_once_it_is_active() {
    let mut bench = Bench { service: DynamoDb::new(exact(), Seed(1)), now: SimTime::ZERO, events: Vec::new() };
    assert_eq!(bench.ask(put(lease("a", "w", 1))).err(), Some(Error::not_found()));
    bench.ok(create("leases"));
    assert_eq!(describe(&mut bench).status, TableStatus::Creating);
    assert_eq!(bench.ask(create("leases")).err(), Some(Error::ResourceInUse("Table already exists: leases".into())));
    assert_eq!(bench.ask(put(lease("a", "w", 1))).err(), Some(Error::not_found()));
    let deadline = bench.service.next_deadline().expect("a transition ends");
    let (low, high) = Settings::default().transition;
    assert!((low..=high).contains(&deadline.since(SimTime::ZERO)));
    bench.settle();
    assert_eq!(describe(&mut bench).status, TableStatus::Active);
    bench.ok(put(lease("a", "w", 1)));
    assert_eq!(
        (describe(&mut bench).item_count, describe(&mut bench).size_bytes),
        (1, lease("a", "w", 1).size_bytes())
    );
}

#[test]
fn new_capacity_counts_when_the_update_is_over() {
    let mut bench = Bench::new(exact(), provisioned(1, 1), Vec::new());
    let capacity = Some(provisioned(1, 100));
    bench.told();
    bench.ok(Request::UpdateTable(UpdateTable { capacity, ..UpdateTable::of(leases()) }));
    let during = describe(&mut bench);
    assert_eq!((during.status, during.capacity), (TableStatus::Updating, provisioned(1, 1)));
    assert_eq!(
        bench.ask(Request::DeleteTable(DeleteTable { table: leases() })).err().map(|error| error.code()),
        Some("ResourceInUseException")
    );
    bench.ok(put(lease("a", "w", 1)));
    bench.settle();
    let after = describe(&mut bench);
    assert_eq!((after.status, after.capacity), (TableStatus::Active, provisioned(1, 100)));
    let changes = |event: &Event| matches!(event, Event::TableCapacityChanged { read_units: 1, write_units: 100, .. });
    assert_eq!(bench.told().iter().filter(|event| changes(event)).count(), 1);
}

#[test]
fn a_deleted_table_can_be_created_again_and_is_empty() {
    let mut bench = Bench::plain();
    bench.ok(put(lease("a", "w", 1)));
    bench.ok(Request::DeleteTable(DeleteTable { table: leases() }));
    assert_eq!(describe(&mut bench).status, TableStatus::Deleting);
    assert_eq!(bench.ask(get("a", true)).err(), Some(Error::not_found()));
    assert_eq!(bench.ask(create("leases")).err(), Some(Error::ResourceInUse("Table already exists: leases".into())));
    bench.settle();
    let gone = bench.ask(Request::DescribeTable(DescribeTable { table: leases() })).expect_err("gone");
    assert_eq!(gone.to_string(), "Requested resource not found: Table: leases not found");
    bench.ok(create("leases"));
    bench.settle();
    assert_eq!(bench.item(get("a", true)), None);
}

#[test]
fn refusals_are_told_by_their_aws_names() {
    let mut bench = Bench::plain();
    bench.told();
    assert!(bench.ask(create("leases")).is_err());
    let (service, operation, host) = ("dynamodb", "CreateTable", HostId(7));
    let refused = Event::CallRefused { service, operation, host, error: "ResourceInUseException" };
    assert_eq!(bench.told(), [refused]);
}

#[test]
fn capacity_is_at_least_one_unit_and_an_update_updates_something() {
    let mut bench = Bench::plain();
    for capacity in [Some(provisioned(0, 1)), Some(provisioned(1, 0)), None] {
        let request = Request::UpdateTable(UpdateTable { capacity, ..UpdateTable::of(leases()) });
        assert!(matches!(bench.ask(request), Err(Error::Validation(_))), "{capacity:?}");
    }
}

#[test]
fn an_index_has_a_name_of_its_own() {
    let mut bench = Bench::new(exact(), ON_DEMAND, vec![owner_index(None)]);
    let request = Request::UpdateTable(UpdateTable { add_index: Some(owner_index(None)), ..UpdateTable::of(leases()) });
    assert!(matches!(bench.ask(request), Err(Error::Validation(_))));
    let indexes = describe(&mut bench).indexes;
    assert_eq!((&*indexes[0].name, indexes[0].is_active, indexes.len()), ("by-owner", true, 1));
}

#[test]
fn keys_have_the_types_that_were_declared() {
    use crate::aws::dynamodb::api::AttributeType;
    let mut bench = Bench::plain();
    let key_types = vec![("id".into(), AttributeType::S), ("leaseOwner".into(), AttributeType::N)];
    let plain = CreateTable::plain(name("typed"), "id".into(), ON_DEMAND);
    bench.ok(Request::CreateTable(CreateTable { key_types, indexes: vec![owner_index(None)], ..plain }));
    bench.settle();
    let mut put = |item: Item| {
        let request =
            Request::PutItem(PutItem { table: name("typed"), item, condition: None, returns: Returns::default() });
        bench.ask(request).map(drop).map_err(|error| error.to_string())
    };
    let invalid = |problem| Err(format!("One or more parameter values were invalid: {problem}"));
    let id = || Item::new().with("id", AttributeValue::s("a"));
    assert_eq!(put(id().with("leaseOwner", AttributeValue::n(1))), Ok(()));
    assert_eq!(put(Item::new()), invalid("Missing the key id in the item"));
    assert_eq!(put(id().with("id", AttributeValue::n(1))), invalid("Type mismatch for key id expected: S actual: N"));
    assert_eq!(
        put(id().with("leaseOwner", AttributeValue::s("x"))),
        invalid("Type mismatch for Index Key leaseOwner Expected: N Actual: S IndexName: by-owner")
    );
}

#[test]
fn a_protected_table_is_not_deleted() {
    let mut bench = Bench::plain();
    let protect = |is| Request::UpdateTable(UpdateTable { is_protected: Some(is), ..UpdateTable::of(leases()) });
    bench.ok(protect(true));
    assert!(matches!(bench.ask(Request::DeleteTable(DeleteTable { table: leases() })), Err(Error::Validation(_))));
    bench.ok(protect(false));
    bench.ok(Request::DeleteTable(DeleteTable { table: leases() }));
}

#[test]
fn tables_are_listed_in_pages() {
    let mut bench = Bench::plain();
    let list =
        |after: Option<&str>| Request::ListTables(ListTables { exclusive_start: after.map(name), limit: Some(1) });
    bench.ok(create("another"));
    let mut page = |after| match bench.ok(list(after)) {
        Response::Tables { names, has_more } => (names, has_more),
        other => panic!("{other:?}"),
    };
    assert_eq!(page(None), (vec![name("another")], true));
    assert_eq!(page(Some("another")), (vec![name("leases")], false));
}

#[test]
fn backups_have_an_error_of_their_own_for_a_table_that_is_not_there() {
    let mut bench = Bench::plain();
    let nowhere = name("nowhere");
    let error = bench
        .ask(Request::DescribeContinuousBackups(DescribeContinuousBackups { table: nowhere.clone() }))
        .expect_err("no such table");
    assert_eq!((error.code(), error.to_string()), ("TableNotFoundException", "Table not found: nowhere".to_owned()));
    assert_eq!(
        bench.ask(Request::DescribeTimeToLive(DescribeTimeToLive { table: nowhere })).err(),
        Some(Error::not_found())
    );
}
