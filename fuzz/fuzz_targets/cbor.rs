//! Any CBOR body is read or refused.
#![no_main]

use kinesim::aws::Account;
use kinesim::aws::kinesis::wire as kinesis;
use kinesim::aws::protocol::cbor;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(body) = cbor::decode(data) else { return };
    let written = cbor::encode(&body);
    assert!(cbor::decode(&written).is_ok());
    let account = Account { id: "000000000000".into(), region: "us-east-1".into() };
    for operation in ["PutRecord", "PutRecords", "GetShardIterator", "ListShards", "SubscribeToShard"] {
        let _ = kinesis::decode(operation, &body, &account);
    }
});
