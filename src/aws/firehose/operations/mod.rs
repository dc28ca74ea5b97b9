//! The table of Firehose's operations: one file and one line each.
//!
//! Members are AWS's, under its names, and as it describes them; words stand where a member is named otherwise, or
//! holds less or more.

#![expect(missing_docs, reason = "requests and their members are AWS's, under its names")]

mod create_delivery_stream;
mod delete_delivery_stream;
mod describe_delivery_stream;
mod list_delivery_streams;
mod list_tags_for_delivery_stream;
mod put_record;
mod put_record_batch;
pub(super) mod row;
mod start_delivery_stream_encryption;
mod stop_delivery_stream_encryption;
mod tag_delivery_stream;
mod untag_delivery_stream;
mod update_destination;

pub use self::create_delivery_stream::CreateDeliveryStream;
pub use self::delete_delivery_stream::DeleteDeliveryStream;
pub use self::describe_delivery_stream::DescribeDeliveryStream;
pub use self::list_delivery_streams::ListDeliveryStreams;
pub use self::list_tags_for_delivery_stream::ListTagsForDeliveryStream;
pub use self::put_record::PutRecord;
pub use self::put_record_batch::PutRecordBatch;
pub use self::start_delivery_stream_encryption::StartDeliveryStreamEncryption;
pub use self::stop_delivery_stream_encryption::StopDeliveryStreamEncryption;
pub use self::tag_delivery_stream::TagDeliveryStream;
pub use self::untag_delivery_stream::UntagDeliveryStream;
pub use self::update_destination::UpdateDestination;

use self::row::{At, Body, DeliveryName, Firehose as Machine, Quota, Reply, Row, Value, WireError};
use crate::aws::protocol::Account;
use crate::aws::protocol::operation::{Operation, operations};
use crate::aws::protocol::types::{self, Dialect};

operations! {
    fn aim(aim) -> Option<&DeliveryName>;
    const fn quota(QUOTA) -> Quota;
    CreateDeliveryStream in Box,
    DeleteDeliveryStream,
    DescribeDeliveryStream,
    ListDeliveryStreams,
    ListTagsForDeliveryStream,
    PutRecord,
    PutRecordBatch,
    StartDeliveryStreamEncryption,
    StopDeliveryStreamEncryption,
    TagDeliveryStream,
    UntagDeliveryStream,
    UpdateDestination in Box,
}

/// A request that was read, or why it cannot be.
pub(super) type Decoded<'a> = Result<Request, WireError>;

/// Checks a body against an operation's members and reads it.
fn decode<'a, R: Row + Into<Request>>(body: &'a Value<'a>, account: &'a Account) -> Decoded<'a> {
    types::check(R::MEMBERS, body, Dialect::Json11)?;
    R::decode(&Body { value: body, account }).map(Into::into)
}
