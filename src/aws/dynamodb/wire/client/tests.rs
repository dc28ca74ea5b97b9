//! What a client writes the service reads, and the other way round.

use std::sync::Arc;

use proptest::prelude::*;

use super::{body, reply};
use crate::aws::dynamodb::api::{Adjusted, Missing};
use crate::aws::dynamodb::api::{
    AttributeName, AttributeType, AttributeValue, Capacity, Comparator, Condition, Consumed, CreateTable, Error, Item,
    Key, Operand, Page, Path, Reply, Response, Returns, SetOperand, Step, TableDescription, TableStatus, Update,
};
use crate::aws::dynamodb::operations::Request;
use crate::aws::dynamodb::operations::{DeleteItem, DescribeTable, GetItem, PutItem, Scan, UpdateItem};
use crate::aws::dynamodb::updates::check_paths;
use crate::aws::dynamodb::wire::{self, decode};
use crate::aws::protocol::Account;
use crate::aws::protocol::Encoding;
use crate::base::{SimTime, TableId, TableName};

const EPOCH_UNIX_MS: u64 = 1_700_000_000_000;
const ENCODING: Encoding = Encoding::Json10;

fn account() -> Account {
    Account { id: "000000000000".into(), region: "us-east-1".into() }
}
fn table() -> TableName {
    "leases".parse().expect("a name")
}
fn key() -> Key {
    Key::of("leaseKey", AttributeValue::s("shardId-000000000000"))
}
fn item() -> Item {
    key().attributes().clone().with("leaseCounter", AttributeValue::n(7)).with("seen", AttributeValue::Bool(true))
}

/// The request that the service reads when a client means this one.
fn read(request: &Request) -> String {
    let bytes = ENCODING.encode(&body(request).expect("a built-in client's request"));
    let value = ENCODING.decode(&bytes).expect("a body");
    match decode(request.operation().name(), &value, &account()) {
        Ok(call) => format!("{:?}", call.request),
        Err(error) => format!("{error:?} for {}", String::from_utf8_lossy(&bytes)),
    }
}

#[test]
fn the_service_reads_the_request_that_the_client_wrote() {
    let (condition, updates) = (Some(Condition::Exists("leaseKey".into())), Vec::new());
    let returns = Returns { old: true, new: false, old_on_failure: true };
    let start = Some(key());
    let scan = |filter, segment, page| Request::Scan(Scan { table: table(), index: None, filter, segment, page });
    let requests = [
        Request::DescribeTable(DescribeTable { table: table() }),
        Request::GetItem(GetItem { table: table(), key: key(), consistent: true, shown: Vec::new() }),
        Request::PutItem(PutItem { table: table(), item: item(), condition: None, returns: Returns::default() }),
        Request::PutItem(PutItem { table: table(), item: item(), condition: condition.clone(), returns }),
        Request::UpdateItem(UpdateItem {
            table: table(),
            key: key(),
            updates,
            is_older: false,
            condition: None,
            returns: Returns::default(),
        }),
        Request::DeleteItem(DeleteItem { table: table(), key: key(), condition: condition.clone(), returns }),
        scan(None, None, Page::default()),
        scan(condition, Some((1, 4)), Page { consistent: true, limit: Some(1), start, ..Page::default() }),
    ];
    for request in requests {
        assert_eq!(read(&request), format!("{request:?}"));
    }
}

#[test]
fn a_table_is_created_with_string_keys_unless_it_says_otherwise() {
    let create = |capacity, range_key, key_types| {
        let plain = CreateTable::plain(table(), "leaseKey".into(), capacity);
        CreateTable { range_key, key_types, is_protected: true, ..plain }
    };
    let provisioned = Capacity::Provisioned { read: 5, write: 10 };
    let string = vec![("leaseKey".into(), AttributeType::S)];
    let silent = read(&Request::CreateTable(create(provisioned, None, Vec::new())));
    assert_eq!(silent, format!("{:?}", Request::CreateTable(create(provisioned, None, string))));
    let both = vec![("leaseKey".into(), AttributeType::S), ("n".into(), AttributeType::N)];
    let said = Request::CreateTable(create(Capacity::OnDemand, Some("n".into()), both));
    assert_eq!(read(&said), format!("{said:?}"));
}

fn check_told(request: &Request, given: Reply) {
    let call = {
        let bytes = ENCODING.encode(&body(request).expect("a built-in client's request"));
        decode(request.operation().name(), &ENCODING.decode(&bytes).expect("a body"), &account()).expect("a request")
    };
    let answer = match &given {
        Ok(response) => ENCODING.answer(Some(&wire::encode(&call.echo, response, &account(), EPOCH_UNIX_MS))),
        Err(error) => wire::refusal(ENCODING, error, &account()),
    };
    let value = ENCODING.decode(&answer.body).expect("a body");
    let told = reply(request, answer.status, &value, &account(), EPOCH_UNIX_MS).expect("a reply");
    assert_eq!(format!("{told:?}"), format!("{given:?}"));
}

#[test]
fn the_client_reads_the_answer_that_the_service_wrote() {
    let get = Request::GetItem(GetItem { table: table(), key: key(), consistent: true, shown: Vec::new() });
    let consumed = Consumed::default;
    check_told(&get, Ok(Response::Item(None, consumed())));
    check_told(&get, Ok(Response::Item(Some(Arc::new(item())), consumed())));
    let returns = Returns { old: true, ..Returns::default() };
    let delete = Request::DeleteItem(DeleteItem { table: table(), key: key(), condition: None, returns });
    check_told(&delete, Ok(Response::Item(Some(Arc::new(item())), consumed())));
    let scan = Request::Scan(Scan { table: table(), index: None, filter: None, segment: None, page: Page::default() });
    let page = |items, last_evaluated| Response::Items { items, scanned: 2, last_evaluated, consumed: consumed() };
    check_told(&scan, Ok(page(vec![Arc::new(item()), Arc::new(item())], Some(key()))));
    check_told(&scan, Ok(page(Vec::new(), None)));
}

#[test]
fn the_client_reads_the_state_of_a_table() {
    let described = |status, capacity| TableDescription {
        table: table(),
        status,
        capacity,
        item_count: 3,
        size_bytes: 400,
        created_at: SimTime::from_millis(5_000),
        id: TableId(300),
        hash_key: "leaseKey".into(),
        range_key: None,
        key_types: vec![("leaseKey".into(), AttributeType::S)],
        indexes: Vec::new(),
        is_protected: true,
        warm: None,
        encryption: None,
        adjusted: Adjusted::default(),
        on_demand_since: None,
    };
    let describe = Request::DescribeTable(DescribeTable { table: table() });
    let provisioned = Capacity::Provisioned { read: 10, write: 20 };
    for status in [TableStatus::Creating, TableStatus::Active, TableStatus::Updating, TableStatus::Deleting] {
        for capacity in [Capacity::OnDemand, provisioned] {
            check_told(&describe, Ok(Response::Table(described(status, capacity))));
        }
    }
    let create = Request::CreateTable(CreateTable::plain(table(), "leaseKey".into(), provisioned));
    check_told(&create, Ok(Response::Table(described(TableStatus::Creating, provisioned))));
}

#[test]
fn the_client_tells_every_error_by_its_code() {
    let returns = Returns { old_on_failure: true, ..Returns::default() };
    let put = Request::PutItem(PutItem { table: table(), item: item(), condition: None, returns });
    let errors = [
        Error::ConditionalCheckFailed(None),
        Error::ConditionalCheckFailed(Some(Arc::new(item()))),
        Error::ProvisionedThroughputExceeded(None),
        Error::Throttling,
        Error::not_found(),
        Error::ResourceNotFound(Missing(Some(table()))),
        Error::ResourceInUse("in use".into()),
        Error::LimitExceeded("m".into()),
        Error::Validation("m".into()),
        Error::ItemCollectionSizeLimitExceeded,
        Error::InternalServerError,
        Error::ServiceUnavailable,
    ];
    for error in errors {
        check_told(&put, Err(error));
    }
}

fn name() -> impl Strategy<Value = AttributeName> {
    // A reserved word, one with a dot in it, and plain ones.
    prop_oneof![Just("name".into()), Just("a.b".into()), "[a-z]{1,3}".prop_map(AttributeName::from)]
}
fn path() -> impl Strategy<Value = Path> {
    let step = prop_oneof![name().prop_map(Step::Field), (0u32..100).prop_map(Step::Index)];
    (name(), prop::collection::vec(step, 0..3)).prop_map(|(name, steps)| Path { name, steps })
}
fn value() -> impl Strategy<Value = AttributeValue> {
    prop_oneof![any::<i64>().prop_map(AttributeValue::n), "[a-z]{0,4}".prop_map(|text| AttributeValue::s(&text))]
}
fn number() -> impl Strategy<Value = AttributeValue> {
    any::<i32>().prop_map(|number| AttributeValue::n(number.into()))
}
fn operand() -> impl Strategy<Value = Operand> {
    let (path, size) = (path().prop_map(Operand::Path), super::tests::path().prop_map(Operand::Size));
    prop_oneof![path, size, value().prop_map(Operand::Value)]
}
fn path_operand() -> impl Strategy<Value = Operand> {
    path().prop_map(Operand::Path)
}

fn condition() -> impl Strategy<Value = Condition> {
    use Comparator as C;
    let comparator = prop::sample::select(vec![C::Eq, C::Ne, C::Lt, C::Le, C::Gt, C::Ge]);
    let kinds = prop::sample::select(vec![AttributeType::S, AttributeType::Ns, AttributeType::Bool, AttributeType::M]);
    let leaf = prop_oneof![
        path().prop_map(Condition::Exists),
        path().prop_map(Condition::NotExists),
        (path(), kinds).prop_map(|(path, kind)| Condition::IsType(path, kind)),
        (operand(), comparator, value()).prop_map(|(a, comparator, b)| Condition::Compare(a, comparator, b.into())),
        (path_operand(), value()).prop_map(|(a, b)| Condition::Compare(b.into(), Comparator::Eq, a)),
        (operand(), path_operand(), path_operand()).prop_map(|(value, low, high)| Condition::Between(value, low, high)),
        (operand(), prop::collection::vec(operand(), 1..4)).prop_map(|(value, any_of)| Condition::In(value, any_of)),
        (path_operand(), "[a-z]").prop_map(|(of, prefix)| Condition::BeginsWith(of, AttributeValue::s(&prefix).into())),
        (path_operand(), value()).prop_map(|(value, part)| Condition::Contains(value, part.into())),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let several = || prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            several().prop_map(Condition::And),
            several().prop_map(Condition::Or),
            inner.clone().prop_map(|inner| Condition::Not(Box::new(inner))),
        ]
    })
}

fn updates() -> impl Strategy<Value = Vec<Update>> {
    let simple = || prop_oneof![value().prop_map(SetOperand::Value), path().prop_map(SetOperand::Path)].boxed();
    let at = || path().prop_map(SetOperand::Path).boxed();
    let sum = || prop_oneof![number().prop_map(SetOperand::Value), path().prop_map(SetOperand::Path)].boxed();
    let pair = |(a, b)| (Box::new(a), Box::new(b));
    let operand = prop_oneof![
        simple(),
        (path(), simple()).prop_map(|(path, otherwise)| SetOperand::IfNotExists(path, Box::new(otherwise))),
        (at(), at()).prop_map(pair).prop_map(|(a, b)| SetOperand::ListAppend(a, b)),
        (sum(), sum()).prop_map(pair).prop_map(|(a, b)| SetOperand::Plus(a, b)),
        (sum(), sum()).prop_map(pair).prop_map(|(a, b)| SetOperand::Minus(a, b)),
    ];
    let set = (path(), operand).prop_map(|(path, operand)| Update::Set(path, operand));
    let set_of = |text: String| AttributeValue::Ss([text.as_str().into()].into());
    // In the order of sections, which is how they are read.
    let sections = (
        prop::collection::vec(set, 0..3),
        prop::collection::vec(path().prop_map(Update::Remove), 0..3),
        prop::collection::vec((path(), number()).prop_map(|(path, by)| Update::Add(path, by)), 0..3),
        prop::collection::vec((path(), "[a-z]".prop_map(set_of)).prop_map(|(p, v)| Update::DeleteFromSet(p, v)), 0..3),
    );
    sections.prop_map(|(a, b, c, d)| apart([a, b, c, d].concat()))
}

/// Those that change nothing that one before them changes.
fn apart(updates: Vec<Update>) -> Vec<Update> {
    let mut kept = Vec::new();
    for update in updates {
        kept.push(update);
        if check_paths(&kept).is_err() {
            kept.pop();
        }
    }
    kept
}

proptest! {
    #[test]
    fn every_condition_and_update_survives_its_text(condition in condition(), updates in updates()) {
        let returns = Returns::default();
        let (table, key, condition) = (table(), key(), Some(condition));
            let request = Request::UpdateItem(UpdateItem { table, key, updates, is_older: false, condition, returns });
        prop_assert_eq!(read(&request), format!("{request:?}"));
    }
}
