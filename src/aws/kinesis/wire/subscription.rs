//! Events of a subscription, in frames of an event stream.

use super::encode::{child_shard, record};
use crate::aws::kinesis::api::{Error, SubscriptionEvent, SubscriptionPoll};
use crate::aws::protocol::event_stream::Next;
use crate::aws::protocol::value::Value;
use crate::aws::protocol::{Encoding, event_stream};

/// The frame that begins every event stream.
pub(crate) fn initial_response(encoding: Encoding) -> Vec<u8> {
    let payload = encoding.encode(&Value::Map(Vec::new()));
    event_stream::event("initial-response", encoding.content_type(), &payload)
}

/// Returns what a subscription has to say, as frames. An event without a continuation is the last, and so is an error.
pub fn next(encoding: Encoding, polled: Result<SubscriptionPoll, Error>, epoch_unix_ms: u64) -> Next {
    match polled {
        Ok(SubscriptionPoll::Event(event)) => {
            let frame = subscription_event(encoding, &event, epoch_unix_ms);
            if event.continuation.is_some() { Next::Frame(frame) } else { Next::Last(frame) }
        }
        Ok(SubscriptionPoll::NotBefore(at)) => Next::NotBefore(at),
        Ok(SubscriptionPoll::Idle { until }) => Next::Idle { until },
        Ok(SubscriptionPoll::Ended) => Next::Ended,
        Err(error) => Next::Last(subscription_error(encoding, &error)),
    }
}

/// Returns a SubscribeToShardEvent as a message of the event stream.
fn subscription_event(encoding: Encoding, event: &SubscriptionEvent, epoch_unix_ms: u64) -> Vec<u8> {
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
fn subscription_error(encoding: Encoding, error: &Error) -> Vec<u8> {
    let payload = encoding.encode(&Value::structure([("message", Value::display(error))]));
    let kind = match error {
        Error::InternalFailure | Error::ServiceUnavailable => "InternalFailureException",
        other => other.code(),
    };
    event_stream::exception(kind, encoding.content_type(), &payload)
}
