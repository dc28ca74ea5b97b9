//! What is done to single records on their way, in the order of AWS's chain.
//!
//! Values in, values out: nothing here waits or calls. What calls the function, and when, is `transform.rs`'s.

pub(super) mod contract;
pub(super) mod error_record;
pub(super) mod naming;
mod partition;
mod taking_apart;

pub(super) use self::partition::{Partition, partition_of};
pub(super) use self::taking_apart::take_apart;

use super::record::Carried;
use crate::aws::firehose::driver::Failed;
use crate::base::body::Coding;
use crate::base::{Body, Payload};

/// Puts records together as an object's content.
pub(super) fn body_of(
    processing: &super::pipeline::Processing,
    coding: Coding,
    records: &[Carried],
) -> (Body, Vec<Failed>) {
    let parts: Vec<Payload> = records.iter().map(|record| record.data.clone()).collect();
    let _ = processing;
    (Body::new(parts, coding), Vec::new())
}
