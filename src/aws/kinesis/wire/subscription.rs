//! Events of a subscription, in frames of an event stream.

use super::encode::{child_shard, record};
use crate::aws::kinesis::api::{Error, SubscriptionEvent};
use crate::aws::protocol::value::Value;
use crate::aws::protocol::{Encoding, event_stream};

/// The frame that begins every event stream.
pub fn initial_response(encoding: Encoding) -> Vec<u8> {
    let payload = encoding.encode(&Value::Map(Vec::new()));
    event_stream::event("initial-response", encoding.content_type(), &payload)
}

/// Returns a SubscribeToShardEvent as a message of the event stream.
pub fn subscription_event(encoding: Encoding, event: &SubscriptionEvent, epoch_unix_ms: u64) -> Vec<u8> {
    let children = match event.child_shards.is_empty() {
        true => Value::Null,
        false => Value::list(event.child_shards.iter().map(child_shard)),
    };
    let records = event.records.iter().map(|one| record(one, event.is_encrypted, epoch_unix_ms));
    let payload = Value::structure([
        ("Records", Value::list(records)),
        ("ContinuationSequenceNumber", event.continuation.map(|number| number.to_string()).into()),
        ("MillisBehindLatest", event.millis_behind_latest.into()),
        ("ChildShards", children),
    ]);
    event_stream::event("SubscribeToShardEvent", encoding.content_type(), &encoding.encode(&payload))
}

/// An error that ends a subscription.
pub fn subscription_error(encoding: Encoding, error: &Error) -> Vec<u8> {
    let payload = encoding.encode(&Value::structure([("message", Value::display(error))]));
    let kind = match error {
        Error::InternalFailure | Error::ServiceUnavailable => "InternalFailureException",
        other => other.code(),
    };
    event_stream::exception(kind, encoding.content_type(), &payload)
}
