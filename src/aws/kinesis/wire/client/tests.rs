//! What a client writes the service reads, and the other way round.

use std::sync::Arc;

use super::{body, reply};
use crate::aws::kinesis::api::{
    ChildShard, Error, GetRecordsOutput, IteratorPosition, ListShards, ListShardsToken, Placed, PutEntry, PutFailure,
    Record, Reply, Response, Shard, ShardFilter, ShardIterator,
};
use crate::aws::kinesis::operations::Request;
use crate::aws::kinesis::operations::{GetRecords, GetShardIterator, PutRecord, PutRecords};
use crate::aws::kinesis::wire::{self, Echo};
use crate::aws::protocol::Account;
use crate::aws::protocol::Encoding;
use crate::base::{
    HashKey, HashKeyRange, PartitionKey, Payload, SequenceNumber, ShardId, SimTime, StreamId, StreamName,
};

const EPOCH_UNIX_MS: u64 = 1_700_000_000_000;
const ENCODINGS: [Encoding; 2] = [Encoding::Json11, Encoding::Cbor11];

fn account() -> Account {
    Account { id: "000000000000".into(), region: "us-east-1".into() }
}
fn stream() -> StreamName {
    "clicks".parse().expect("a name")
}
fn number(index: u64) -> SequenceNumber {
    SequenceNumber::new(ShardId(3), 1_700_000_000, index, 1_700_000_009)
}
fn entry(key: &str, explicit_hash_key: Option<&str>) -> PutEntry {
    let explicit_hash_key = explicit_hash_key.map(|key| Box::new(key.parse().expect("a hash key")));
    let partition_key = PartitionKey::new(key).expect("a key");
    PutEntry { partition_key, explicit_hash_key, data: Payload::from(b"\x00\xffdata".to_vec()) }
}
fn iterator() -> ShardIterator {
    let (issued_at, stream_id) = (SimTime::from_nanos(123_456_789), StreamId(2));
    ShardIterator { stream: stream(), stream_id, shard: ShardId(3), next_ordinal: 17, issued_at }
}
fn token() -> ListShardsToken {
    let (issued_at, filter) = (SimTime::from_secs(9), ShardFilter::AtTimestamp(EPOCH_UNIX_MS));
    ListShardsToken { stream: stream(), stream_id: StreamId(2), issued_at, after: ShardId(1), filter }
}
fn range() -> HashKeyRange {
    HashKeyRange { start: "5".parse().expect("a hash key"), end: HashKey::MAX }
}

fn put(entry: PutEntry, sequence_number_for_ordering: Option<SequenceNumber>) -> Request {
    Request::PutRecord(PutRecord { stream: stream(), entry, sequence_number_for_ordering })
}
fn list(filter: ShardFilter) -> Request {
    Request::ListShards(ListShards { stream: Some(stream()), filter: Some(filter), ..ListShards::default() })
}

#[test]
fn the_service_reads_the_request_that_the_client_wrote() {
    let positions = [
        IteratorPosition::AtSequenceNumber(number(5)),
        IteratorPosition::AfterSequenceNumber(number(6)),
        IteratorPosition::AtTimestamp(EPOCH_UNIX_MS + 1),
        IteratorPosition::TrimHorizon,
        IteratorPosition::Latest,
    ];
    let filters = [
        ShardFilter::AfterShardId(ShardId(7)),
        ShardFilter::AtTrimHorizon,
        ShardFilter::FromTrimHorizon,
        ShardFilter::AtLatest,
        ShardFilter::AtTimestamp(EPOCH_UNIX_MS),
        ShardFilter::FromTimestamp(EPOCH_UNIX_MS + 999),
    ];
    let mut requests = vec![
        put(entry("k", None), Some(number(1))),
        put(entry("ключ", Some("0")), None),
        Request::PutRecords(PutRecords {
            stream: stream(),
            entries: Arc::new(vec![entry("a", None), entry("b", Some("77"))]),
        }),
        Request::GetRecords(GetRecords { iterator: iterator(), limit: Some(10) }),
        Request::GetRecords(GetRecords { iterator: iterator(), limit: None }),
        Request::ListShards(ListShards { next_token: Some(token()), max_results: Some(5), ..ListShards::default() }),
    ];
    requests.extend(positions.map(|position| {
        let (stream, shard) = (stream(), ShardId(3));
        Request::GetShardIterator(GetShardIterator { stream, shard, position })
    }));
    requests.extend(filters.map(list));
    for request in requests {
        for encoding in ENCODINGS {
            let bytes = encoding.encode(&body(&request).expect("a built-in client's request"));
            let value = encoding.decode(&bytes).expect("a body");
            let call = wire::decode(request.operation().name(), &value, &account()).expect("a request");
            assert_eq!(format!("{:?}", call.request), format!("{request:?}"));
        }
    }
}

/// The reply that a client gets when the service gives this one.
fn told(request: &Request, given: &Reply) -> Vec<Reply> {
    let echo = Echo { stream: Some(stream()), is_paged: true };
    let tell = |encoding: Encoding| {
        let answer = match given {
            Ok(response) => encoding.answer(wire::encode(&echo, response, &account(), EPOCH_UNIX_MS).as_ref()),
            Err(error) => encoding.refusal("", &crate::aws::protocol::WireError::of(error)),
        };
        let value = encoding.decode(&answer.body).expect("a body");
        reply(request, answer.status, &value, EPOCH_UNIX_MS).expect("a reply")
    };
    ENCODINGS.map(tell).into()
}

fn check_told(request: &Request, given: Reply) {
    for told in told(request, &given) {
        assert_eq!(format!("{told:?}"), format!("{given:?}"));
    }
}

#[test]
fn the_client_reads_the_answer_that_the_service_wrote() {
    let placed = Placed { shard: ShardId(3), sequence_number: number(8) };
    let is_encrypted = true;
    check_told(&put(entry("k", None), None), Ok(Response::RecordPut { placed, is_encrypted }));
    let results = vec![
        Ok(placed),
        Err(PutFailure::ProvisionedThroughputExceeded { shard: ShardId(12) }),
        Err(PutFailure::InternalFailure),
    ];
    let puts = Request::PutRecords(PutRecords { stream: stream(), entries: Arc::default() });
    check_told(&puts, Ok(Response::RecordsPut { failed: 2, results, is_encrypted: false }));
    let get = Request::GetShardIterator(GetShardIterator {
        stream: stream(),
        shard: ShardId(3),
        position: IteratorPosition::Latest,
    });
    check_told(&get, Ok(Response::ShardIterator(iterator())));
    let parent = Shard {
        id: ShardId(0),
        parent: None,
        adjacent_parent: None,
        range: range(),
        starting_sequence_number: number(0),
        ending_sequence_number: Some(number(4)),
    };
    let (open, merged) = (Some(ShardId(0)), Some(ShardId(1)));
    let child =
        Shard { id: ShardId(2), parent: open, adjacent_parent: merged, ending_sequence_number: None, ..parent.clone() };
    let shards = Response::Shards { shards: vec![parent, child], next_token: Some(token()) };
    check_told(&list(ShardFilter::AtLatest), Ok(shards));
}

#[test]
fn the_client_reads_records_and_the_end_of_a_shard() {
    let record = Record {
        sequence_number: number(9),
        arrived_at: SimTime::from_millis(1_234),
        partition_key: PartitionKey::new("k").expect("a key").text().clone(),
        data: Payload::Synthetic { seed: 77, len: 700 },
        ordinal: 0,
    };
    let get = Request::GetRecords(GetRecords { iterator: iterator(), limit: None });
    let more = GetRecordsOutput {
        records: vec![record.clone(), record],
        next: Some(iterator()),
        millis_behind_latest: 12,
        child_shards: Vec::new(),
        is_encrypted: true,
    };
    check_told(&get, Ok(Response::Records(more)));
    let child = ChildShard { id: ShardId(4), parents: vec![ShardId(2), ShardId(3)], range: range() };
    let end = GetRecordsOutput {
        records: Vec::new(),
        next: None,
        millis_behind_latest: 0,
        child_shards: vec![child],
        is_encrypted: false,
    };
    check_told(&get, Ok(Response::Records(end)));
}

#[test]
fn the_client_tells_every_error_by_its_code() {
    let get = Request::GetRecords(GetRecords { iterator: iterator(), limit: None });
    let errors = [
        Error::ResourceNotFound("m".into()),
        Error::ResourceInUse("m".into()),
        Error::InvalidArgument("m".into()),
        Error::LimitExceeded("m".into()),
        Error::Validation("m".into()),
        Error::ProvisionedThroughputExceeded("m".into()),
        Error::ExpiredIterator("m".into()),
        Error::ExpiredNextToken("m".into()),
        Error::AccessDenied("m".into()),
        Error::InternalFailure,
        Error::ServiceUnavailable,
        Error::Throttling,
        Error::KmsDisabled,
        Error::KmsInvalidState,
        Error::KmsAccessDenied,
        Error::KmsNotFound("gone".into()),
        Error::KmsOptInRequired,
        Error::KmsThrottling,
    ];
    for error in errors {
        check_told(&get, Err(error));
    }
}

#[test]
fn what_no_service_answers_is_not_read() {
    let get = Request::GetRecords(GetRecords { iterator: iterator(), limit: None });
    for (status, text) in
        [(200, "{}"), (200, r#"{"MillisBehindLatest":"soon"}"#), (400, "{}"), (400, r#"{"__type":"Odd"}"#)]
    {
        let value = Encoding::Json11.decode(text.as_bytes()).expect("a body");
        assert!(reply(&get, status, &value, EPOCH_UNIX_MS).is_none(), "{text}");
    }
}
