//! What the public formula says: the number of shards by mean rates alone.
//!
//! `max(incoming KiB/s / 1024, outgoing KiB/s / 2048)` and a thousand records a second, as AWS' documentation has it
//! for the initial size of a stream (<https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html>). It
//! knows nothing of skew, bursts, retries, leases and lag; that is why it stands beside the answer.

use crate::aws::kinesis::capacity::WriteLoad;
use crate::base::StreamName;
use crate::client::capacity::StreamDemand;
use crate::scenario::plan::Plan;

/// The formula in a line.
pub(super) const RULE: &str =
    "the greatest of KiB/s in / 1,024, records/s / 1,000 and KiB/s out / 2,048, at the highest rates of the file";

/// The formula's answer for a stream.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Formula {
    /// The stream.
    pub(crate) stream: StreamName,
    /// The shards that it gives; `None` where a rate is not known beforehand, as of a trace.
    pub(crate) shards: Option<u64>,
    /// The shards of the configuration.
    pub(crate) configured: u32,
}

/// What the formula says of each stream.
pub(crate) fn formula(plan: &Plan) -> Vec<Formula> {
    let of = |demand: StreamDemand| Formula {
        shards: demand.writes().map(|writes| needed(writes, demand.readers.len())),
        configured: demand.shards,
        stream: demand.name,
    };
    plan.demand().streams.into_iter().map(of).collect()
}

fn needed(writes: WriteLoad, readers: usize) -> u64 {
    let share = writes.of(1);
    // A shard gives twice the bytes that it takes.
    let read = share.bytes * readers as f64 / 2.0;
    (share.count.max(share.bytes).max(read).ceil() as u64).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formula_takes_the_largest_of_its_three() {
        let writes = |records_per_s, bytes_per_s| WriteLoad { records_per_s, bytes_per_s };
        assert_eq!(needed(writes(2500.0, 1024.0), 1), 3, "records");
        assert_eq!(needed(writes(10.0, 3.5 * 1_048_576.0), 1), 4, "bytes written");
        assert_eq!(needed(writes(10.0, 3.5 * 1_048_576.0), 4), 7, "bytes read by four");
        assert_eq!(needed(writes(0.0, 0.0), 0), 1);
    }
}
