//! How much of each limit a configuration uses when it uses most.

use crate::base::SimTime;
use crate::measure::Figures;

/// A limit, and the most of it that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Headroom {
    /// What the limit is on.
    pub(crate) limit: String,
    /// The part that was asked for; more than 100 is refused.
    pub(crate) used_percent: f64,
    /// When.
    pub(crate) at: Option<SimTime>,
}

fn time(at_s: Option<f64>) -> Option<SimTime> {
    at_s.map(|seconds| SimTime::from_millis((seconds * 1000.0) as u64))
}

/// The limits of all streams and tables, the one that is nearest first.
pub(crate) fn headroom(figures: &Figures) -> Vec<Headroom> {
    let mut all = Vec::new();
    let mut add = |limit: String, used_percent: f64, at_s: Option<f64>| {
        all.push(Headroom { limit, used_percent, at: time(at_s) });
    };
    for (name, stream) in &figures.streams {
        let shards = || stream.shards.iter();
        if let Some((id, shard)) =
            shards().max_by(|a, b| a.1.records_limit_peak_percent.total_cmp(&b.1.records_limit_peak_percent))
        {
            let limit = format!("records a second of {name}, {id}");
            add(limit, shard.records_limit_peak_percent, shard.records_per_s_peak_at_s);
        }
        if let Some((id, shard)) =
            shards().max_by(|a, b| a.1.bytes_limit_peak_percent.total_cmp(&b.1.bytes_limit_peak_percent))
        {
            let limit = format!("bytes a second of {name}, {id}");
            add(limit, shard.bytes_limit_peak_percent, shard.bytes_per_s_peak_at_s);
        }
        let calls = (stream.read_calls_limit_peak_minute_percent, stream.read_calls_limit_peak_minute_at_s);
        add(format!("GetRecords calls a second of a shard of {name}"), calls.0, calls.1);
        let bytes = (stream.read_bytes_limit_peak_minute_percent, stream.read_bytes_limit_peak_minute_at_s);
        add(format!("bytes read a second of a shard of {name}"), bytes.0, bytes.1);
    }
    for (name, table) in &figures.tables {
        if let Some(left) = table.write_headroom_percent {
            add(format!("write units of table {name}"), 100.0 - left, table.write_headroom_at_s);
        }
    }
    all.sort_by(|a, b| b.used_percent.total_cmp(&a.used_percent));
    all
}
