//! The table of Firehose's operations: one file and one line each.
//!
//! Members are AWS's, under its names, and as it describes them; words stand where a member is named otherwise, or
//! holds less or more.

#![expect(missing_docs, reason = "requests and their members are AWS's, under its names")]

mod put_record;
mod put_record_batch;
pub(super) mod row;

pub use self::put_record::PutRecord;
pub use self::put_record_batch::PutRecordBatch;

use self::row::{At, Firehose, Reply, Row};
use crate::aws::protocol::operation::Operation;
use crate::base::DeliveryName;

/// A request: one variant an operation.
#[derive(Clone, Debug)]
pub enum Request {
    PutRecord(PutRecord),
    PutRecordBatch(PutRecordBatch),
}

/// Every operation, sorted by name.
pub const OPERATIONS: &[Operation] = &[PutRecord::OPERATION, PutRecordBatch::OPERATION];

impl Request {
    /// Returns which operation this asks for.
    pub const fn operation(&self) -> Operation {
        match self {
            Self::PutRecord(_) => PutRecord::OPERATION,
            Self::PutRecordBatch(_) => PutRecordBatch::OPERATION,
        }
    }
    /// The delivery stream that it is about.
    pub(super) fn aim(&self) -> Option<&DeliveryName> {
        match self {
            Self::PutRecord(request) => request.aim(),
            Self::PutRecordBatch(request) => request.aim(),
        }
    }
    /// Has the service carry it out.
    pub(super) fn handle(self, service: &mut Firehose, at: &mut At<'_>) -> Reply {
        match self {
            Self::PutRecord(request) => request.handle(service, at),
            Self::PutRecordBatch(request) => request.handle(service, at),
        }
    }
}
