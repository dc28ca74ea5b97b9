//! What is paid for, counted over a length of time.

use crate::base::SimDuration;
use crate::base::units::KIB;

/// A PUT payload unit.
const PAYLOAD_UNIT_BYTES: u64 = 25 * KIB;

/// PUT payload units of a record: steps of 25 KB, begun ones counted. AWS counts a KB as 1,024 bytes: of 1 MB it makes
/// 41 units. Whether the partition key counts is not published; here it does.
pub(crate) const fn put_payload_units(record_bytes: u64) -> u64 {
    // An empty record is a record.
    if record_bytes == 0 { 1 } else { record_bytes.div_ceil(PAYLOAD_UNIT_BYTES) }
}

/// Kilobytes that an on-demand stream bills of a record: it is rounded up.
pub(crate) const fn billed_kib(record_bytes: u64) -> u64 {
    record_bytes.div_ceil(KIB)
}

/// What was used over a span of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Usage {
    /// How long the span is. A bill draws it out to a month.
    pub(crate) span: SimDuration,
    /// Of each stream.
    pub(crate) streams: Vec<StreamUsage>,
    /// Of each delivery stream.
    pub(crate) deliveries: Vec<DeliveryUsage>,
    /// Of each table.
    pub(crate) tables: Vec<TableUsage>,
    /// Of each consumer's hosts.
    pub(crate) workers: Vec<WorkerUsage>,
}

/// How a stream is paid for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(dead_code, reason = "no run has the commitment of On-demand Advantage; what it used can be priced so")]
pub(crate) enum Mode {
    /// By shard hours and PUT payload units.
    #[default]
    Provisioned,
    /// By hours of the stream and bytes: On-demand Standard.
    OnDemand,
    /// By bytes alone, and 25 MiB/s at least: On-demand Advantage.
    OnDemandAdvantage,
}

/// What was used of a stream. A mode bills some of it: the same usage can be priced in each.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct StreamUsage {
    pub(crate) name: String,
    pub(crate) mode: Mode,
    /// Milliseconds that the stream was there.
    pub(crate) stream_ms: u64,
    /// Milliseconds that shards were open, summed over shards.
    pub(crate) shard_ms: u64,
    /// The same while the stream kept records for more than a day.
    pub(crate) extended_shard_ms: u64,
    /// See [`put_payload_units`].
    pub(crate) put_payload_units: u64,
    /// Records in KiB, each rounded up: see [`billed_kib`].
    pub(crate) in_kib: u64,
    /// Bytes that were read, fan-out apart.
    pub(crate) out_bytes: u64,
    /// Bytes that are kept for more than a day, times the hours of it up to the seventh day.
    pub(crate) extended_byte_hours: u128,
    /// Bytes that are kept for more than seven days, times the hours of it.
    pub(crate) long_term_byte_hours: u128,
    /// Bytes read that were older than seven days.
    pub(crate) long_term_read_bytes: u64,
    /// Milliseconds that consumers with enhanced fan-out were registered, summed over consumers and open shards.
    pub(crate) fan_out_consumer_shard_ms: u64,
    /// Bytes pushed to them.
    pub(crate) fan_out_bytes: u64,
}

/// Hours in a day, and in the seven that extended retention covers.
const DAY_HOURS: u32 = 24;
const WEEK_HOURS: u32 = 7 * DAY_HOURS;

impl StreamUsage {
    /// Counts what keeping `bytes` for so long comes to: every byte that is put is kept until retention ends.
    pub(crate) fn keep(&mut self, bytes: u64, retention_hours: u32) {
        let extended = retention_hours.min(WEEK_HOURS).saturating_sub(DAY_HOURS);
        self.extended_byte_hours += u128::from(bytes) * u128::from(extended);
        self.long_term_byte_hours += u128::from(bytes) * u128::from(retention_hours.saturating_sub(WEEK_HOURS));
    }
    /// Whether shards of a stream with such retention cost more.
    pub(crate) const fn is_extended(retention_hours: u32) -> bool {
        retention_hours > DAY_HOURS
    }
}

/// What was used of a table: capacity while it was provisioned, requests while it was on demand.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TableUsage {
    pub(crate) name: String,
    /// Provisioned write units a second, times the milliseconds that they were provisioned.
    pub(crate) write_unit_ms: u64,
    /// The same of read units.
    pub(crate) read_unit_ms: u64,
    /// Write units that requests consumed on demand.
    pub(crate) write_request_units: u64,
    /// Halves of read units that requests consumed on demand: an eventually consistent read of 4 KB is one.
    pub(crate) read_request_half_units: u64,
}

/// What a delivery stream took in.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct DeliveryUsage {
    pub(crate) name: String,
    /// Bytes, each record rounded up to 5 KB.
    pub(crate) billed_bytes: u64,
}

/// The hosts of a consumer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct WorkerUsage {
    pub(crate) consumer: String,
    /// Milliseconds that they were there, summed over hosts.
    pub(crate) worker_ms: u64,
}
