//! The client's side: what built-in producers put, as bodies, and bodies of answers as replies.
//!
//! Foreign clients bring a side of their own, and nobody else puts.

use crate::aws::firehose::api::{Error, PutFailure, RecordId, Reply, Response};
use crate::aws::firehose::operations::{PutRecord, PutRecordBatch, Request};
use crate::aws::protocol::envelope::refused;
use crate::aws::protocol::value::Value;
use crate::base::Payload;

/// The body of a request; `None` for those that no built-in client sends.
pub(super) fn body(request: &Request) -> Option<Value<'_>> {
    let record = |data: &'_ Payload| Value::structure([("Data", Value::Bytes(data.bytes().into_owned().into()))]);
    let name = ("DeliveryStreamName", Value::display(request.aim()?));
    Some(match request {
        Request::PutRecord(PutRecord { data, .. }) => Value::structure([name, ("Record", record(data))]),
        Request::PutRecordBatch(PutRecordBatch { records, .. }) => {
            Value::structure([name, ("Records", Value::list(records.iter().map(record)))])
        }
        _ => return None,
    })
}

/// The reply that an answer to `request` means; `None` when it cannot be read.
pub(super) fn reply(request: &Request, status: u16, body: &Value<'_>) -> Option<Reply> {
    if status != 200 {
        let (code, message) = refused(body)?;
        return Error::of_answer(code, message).map(Err);
    }
    let is_encrypted = body.get("Encrypted").and_then(Value::as_bool).unwrap_or_default();
    Some(Ok(match request {
        Request::PutRecord(_) => Response::RecordPut { id: record_id(body)?, is_encrypted },
        Request::PutRecordBatch(_) => Response::BatchPut {
            failed: body.get("FailedPutCount")?.as_int()?.try_into().ok()?,
            results: body.get("RequestResponses")?.as_list()?.iter().map(result).collect::<Option<_>>()?,
            is_encrypted,
        },
        _ => return None,
    }))
}

fn record_id(body: &Value<'_>) -> Option<RecordId> {
    RecordId::of_text(body.get("RecordId")?.as_text()?)
}

fn result(of: &Value<'_>) -> Option<Result<RecordId, PutFailure>> {
    match of.get("ErrorCode") {
        None => record_id(of).map(Ok),
        Some(code) => {
            let failures = [PutFailure::Unavailable, PutFailure::Internal];
            failures.into_iter().find(|failure| code.as_text() == Some(failure.told().0)).map(Err)
        }
    }
}
