//! What the reads of a stream say, and what helps: shards give 2 MiB and 5 calls a second to all who read them with
//! GetRecords together.
//!
//! Sources: <https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html>, and for the cures
//! <https://docs.aws.amazon.com/streams/latest/dev/troubleshooting-consumers.html>. Enhanced fan-out has a share of its
//! own and is not counted.

use crate::aws::kinesis::capacity::{Share, shards_needed};

/// Part of what a shard gives above which more is wanted.
const TARGET_PERCENT: f64 = 80.0;

/// What is wrong with the reads of a stream and what helps; `None` when each shard gives what it is asked for.
/// `share` is what its `applications` ask of the busiest of `shards` shards.
pub(crate) fn cure_reads(applications: usize, share: Share, shards: u64) -> Option<String> {
    if share.larger() <= 1.0 {
        return None;
    }
    let who = if applications == 1 { "1 application asks".into() } else { format!("{applications} applications ask") };
    let fitting = (applications as f64 / share.larger()).floor() as usize;
    let fan_out = match applications.saturating_sub(fitting) {
        0 => String::new(),
        1 => "enhanced fan-out for 1 of them, or ".into(),
        moved => format!("enhanced fan-out for {moved} of them, or "),
    };
    let (calls, bytes) = (100.0 * share.count, 100.0 * share.bytes);
    if bytes > 100.0 && calls > 100.0 {
        let shards = shards_needed(shards as f64 * bytes, TARGET_PERCENT);
        return Some(format!(
            "{who} for {calls:.0} % of the 5 calls/s and {bytes:.0} % of the 2 MiB/s that a shard gives: {fan_out}both \
             longer idle times between reads and {shards:.0} shards"
        ));
    }
    if bytes > calls {
        let shards = shards_needed(shards as f64 * bytes, TARGET_PERCENT);
        return Some(format!("{who} for {bytes:.0} % of the 2 MiB/s that a shard gives: {fan_out}{shards:.0} shards"));
    }
    Some(format!(
        "{who} for {calls:.0} % of the 5 calls/s that a shard answers: {fan_out}longer idle times between reads; more \
         shards do not help"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_that_fit_need_no_cure() {
        assert_eq!(cure_reads(2, Share { count: 1.0, bytes: 0.4 }, 4), None);
    }

    #[test]
    fn too_many_bytes_want_fan_out_or_shards_and_too_many_calls_want_patience() {
        assert_eq!(
            cure_reads(3, Share { count: 0.6, bytes: 1.17 }, 4).as_deref(),
            Some(
                "3 applications ask for 117 % of the 2 MiB/s that a shard gives: enhanced fan-out for 1 of them, or 6 \
                 shards"
            )
        );
        assert_eq!(
            cure_reads(3, Share { count: 1.27, bytes: 1.03 }, 4).as_deref(),
            Some(
                "3 applications ask for 127 % of the 5 calls/s and 103 % of the 2 MiB/s that a shard gives: enhanced \
                 fan-out for 1 of them, or both longer idle times between reads and 6 shards"
            )
        );
        assert_eq!(
            cure_reads(1, Share { count: 2.0, bytes: 0.1 }, 4).as_deref(),
            Some(
                "1 application asks for 200 % of the 5 calls/s that a shard answers: enhanced fan-out for 1 of them, \
                 or longer idle times between reads; more shards do not help"
            )
        );
    }
}
