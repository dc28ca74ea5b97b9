//! What is done to single records on their way, in the order of AWS's chain.
//!
//! Values in, values out: nothing here waits or calls. What calls the function, and when, is `transform.rs`'s.

pub(super) mod check;
pub(super) mod contract;
#[cfg(feature = "parquet")]
mod conversion;
pub(super) mod error_record;
mod kpl;
pub(super) mod naming;
mod partition;
pub(super) mod prefix;
pub(super) mod queries;
mod taking_apart;
mod time_pattern;

pub(super) use self::partition::{Partition, partition_of};
pub(super) use self::taking_apart::take_apart;

use super::record::Carried;
use crate::aws::firehose::driver::Failed;
use crate::base::body::Coding;
use crate::base::{Body, Payload};

/// Puts records together as an object's content: those that cannot be are told.
pub(super) fn body_of(
    processing: &super::pipeline::Processing,
    coding: Coding,
    records: &[Carried],
) -> (Body, Vec<Failed>) {
    #[cfg(feature = "parquet")]
    if let Some(convert) = &processing.convert {
        let (file, failed) = conversion::parquet_of(convert, records);
        return (Body::from(file), failed);
    }
    assert!(processing.convert.is_none(), "what cannot be converted is refused where a configuration comes in");
    let data = records.iter().map(|record| record.data.clone());
    let parts: Vec<_> = match processing.newline {
        false => data.collect(),
        true => {
            let newline = Payload::from(b"\n".to_vec());
            data.flat_map(|data| [data, newline.clone()]).collect()
        }
    };
    (Body::new(parts, coding), Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::firehose::pipeline::Processing;
    use crate::base::SimTime;

    pub(super) fn records(data: &[&[u8]]) -> Vec<Carried> {
        let one = |(ordinal, data): (u64, &&[u8])| Carried {
            data: Payload::from(data.to_vec()),
            source: None,
            arrived: SimTime::ZERO,
            ordinal,
            lane: 0,
            part: 0,
        };
        (0..).zip(data).map(one).collect()
    }

    #[test]
    fn records_stand_one_after_the_other_with_a_newline_behind_each_where_one_is_wished() {
        let text = |newline, coding| {
            let processing = Processing { newline, ..Processing::default() };
            let (body, failed) = body_of(&processing, coding, &records(&[b"one", b"two\n", b""]));
            assert!(failed.is_empty());
            body.plain()
        };
        assert_eq!(text(false, Coding::Plain), b"onetwo\n");
        assert_eq!(text(true, Coding::Gzip), b"one\ntwo\n\n\n");
    }
}
