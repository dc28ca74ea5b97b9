//! `limits-never-exceeded`: what the services accept and return stays within the documented rates.
//!
//! Per shard: 1,000 records and 1 MiB written a second, 5 GetRecords calls a second, and 2 MiB read a second with one
//! answer of up to 10 MiB on credit
//! (<https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html>). Per provisioned table: its write
//! units, with up to 300 seconds of unused ones kept as burst
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html>).
//!
//! A stream of larger records takes one of the largest size at once, or as many smaller ones
//! (<https://docs.aws.amazon.com/streams/latest/dev/large-records.html>).
//!
//! Each law is "no more than a burst plus the rate times the time, over any stretch of time". Limits counted in fixed
//! windows of a second let twice the limit pass around the edge of a window, so there the burst is twice as large.
//!
//! The numbers and the arithmetic stand here again, beside those of the services, on purpose. A check that asked the
//! services' own limits and buckets would find right whatever they let pass; this one was written from AWS's pages, and
//! a slip in either shows as a difference.
//!
//! Not judged: read units, and the limits of a table's partitions.

use crate::aws::kinesis::api::ThrottleWindow;
use crate::base::units::MIB;
use crate::base::{Event, EventKind, ShardId, SimTime, StreamId, TableId};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::lens::grid::Grid;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

const NANO: u64 = 1_000_000_000;
const RECORDS_PER_S: u64 = 1000;
const BYTES_WRITTEN_PER_S: u64 = MIB;
const BYTES_READ_PER_S: u64 = 2 * MIB;
/// A second's worth that was saved, and an answer of 10 MiB that the rest of it let through.
const BYTES_READ_BURST: u64 = 12 * MIB;
const CALLS_PER_S: u64 = 5;
/// Seconds of unused write units that may be used at once, besides those of the current second.
const TABLE_BURST_S: u64 = 300 + 1;

/// What of a burst is used up, in billionths of a token.
#[derive(Default)]
struct Used {
    nanos: u64,
    at: SimTime,
}

impl Used {
    /// Uses `tokens`; whether that is more than `burst` allows. From an unused burst any one use is allowed.
    #[inline]
    fn exceeds(&mut self, at: SimTime, tokens: u64, rate_per_s: u64, burst: u64) -> bool {
        let earned = at.since(self.at).as_nanos().saturating_mul(rate_per_s);
        self.at = at;
        self.nanos = self.nanos.saturating_sub(earned).saturating_add(tokens.saturating_mul(NANO));
        self.nanos > burst.max(tokens).saturating_mul(NANO)
    }
}

#[derive(Default)]
struct Shard {
    records: Used,
    bytes_written: Used,
    bytes_read: Used,
    calls: Used,
}

#[derive(Default)]
struct Table {
    units_per_s: u64,
    used: Used,
}

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct LimitsNeverExceeded {
    /// Windows that may fall together in a stretch that is shorter than one.
    windows: u64,
    shards: Grid<Shard>,
    tables: Grid<Table>,
    /// By stream: what a shard takes at once, where that is more than a second's worth.
    written_at_once: Grid<u64>,
    findings: Findings,
    judged: u64,
}

impl LimitsNeverExceeded {
    #[inline]
    fn on_accepted(&mut self, lens: &Lens, at: SimTime, stream: StreamId, shard: ShardId, size_bytes: u64) {
        let state = self.shards.at(stream.index(), shard.index());
        let at_once = *self.written_at_once.at(stream.index(), 0);
        let (records, bytes) = (RECORDS_PER_S * self.windows, at_once.max(BYTES_WRITTEN_PER_S) * self.windows);
        let too_many = state.records.exceeds(at, 1, RECORDS_PER_S, records);
        let too_large = state.bytes_written.exceeds(at, size_bytes, BYTES_WRITTEN_PER_S, bytes);
        self.judged += 1;
        if too_many {
            self.fail(lens, at, stream, shard, "accepted more than 1,000 records a second");
        }
        if too_large {
            self.fail(lens, at, stream, shard, "accepted more than 1 MiB a second");
        }
    }

    fn on_read(&mut self, lens: &Lens, at: SimTime, stream: StreamId, shard: ShardId, size_bytes: u64) {
        let state = self.shards.at(stream.index(), shard.index());
        let too_often = state.calls.exceeds(at, 1, CALLS_PER_S, CALLS_PER_S);
        let too_much = state.bytes_read.exceeds(at, size_bytes, BYTES_READ_PER_S, BYTES_READ_BURST);
        self.judged += 1;
        if too_often {
            self.fail(lens, at, stream, shard, "served more than 5 GetRecords calls a second");
        }
        if too_much || size_bytes > BYTES_READ_BURST {
            self.fail(lens, at, stream, shard, "returned more than 12 MiB and 2 MiB a second");
        }
    }

    fn on_capacity(&mut self, at: SimTime, table: TableId, units: u32) {
        let table = self.tables.at(table.index(), 0);
        // What was earned so far is kept, up to the new burst; on demand nothing is used up.
        table.used.exceeds(at, 0, table.units_per_s, 0);
        if table.units_per_s == 0 {
            table.used.nanos = 0;
        } else {
            let burst = |units: u64| units.saturating_mul(TABLE_BURST_S * NANO);
            let kept = burst(table.units_per_s).saturating_sub(table.used.nanos);
            table.used.nanos = burst(units.into()).saturating_sub(kept);
        }
        table.units_per_s = units.into();
    }

    fn on_units(&mut self, lens: &Lens, at: SimTime, table: TableId, units: u64) {
        let state = self.tables.at(table.index(), 0);
        let rate = state.units_per_s;
        if rate == 0 || units == 0 {
            return;
        }
        self.judged += 1;
        // The last call before the burst is used up may take more than is left.
        let burst = rate * TABLE_BURST_S + units;
        if state.used.exceeds(at, units, rate, burst) {
            let table = lens.names.table(table);
            self.findings.fail(at, || {
                format!("table {table} consumed more than {rate} write units a second and 300 s of burst")
            });
        }
    }

    #[cold]
    fn fail(&mut self, lens: &Lens, at: SimTime, stream: StreamId, shard: ShardId, what: &str) {
        let stream = lens.names.stream(stream);
        self.findings.fail(at, || format!("{stream} {shard} {what}"));
    }
}

impl Invariant for LimitsNeverExceeded {
    const NAME: &'static str = "limits-never-exceeded";
    const PROMISE: &'static str = "what the services accept and return stays within the documented rates";
    const HEARS: &'static [EventKind] = &[
        EventKind::RecordAccepted,
        EventKind::RecordSizeChanged,
        EventKind::RecordsRead,
        EventKind::TableDeclared,
        EventKind::TableCapacityChanged,
        EventKind::UnitsConsumed,
    ];

    fn new(settings: &CheckSettings) -> Self {
        let windows = match settings.throttle_window {
            ThrottleWindow::TokenBucket => 1,
            ThrottleWindow::FixedSecond => 2,
        };
        Self { windows, ..Self::default() }
    }
    fn hears(settings: &CheckSettings) -> &'static [EventKind] {
        if settings.limits_enforced { Self::HEARS } else { &[] }
    }
}

impl Check for LimitsNeverExceeded {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::RecordAccepted { stream, shard, size_bytes, .. } => {
                self.on_accepted(lens, at, stream, shard, size_bytes.into());
            }
            Event::RecordSizeChanged { stream, record_bytes_max } => {
                let at_once = self.written_at_once.at(stream.index(), 0);
                *at_once = record_bytes_max.max(*at_once);
            }
            Event::RecordsRead { stream, shard, size_bytes, .. } => self.on_read(lens, at, stream, shard, size_bytes),
            Event::UnitsConsumed { table, write_units, .. } => self.on_units(lens, at, table, write_units.into()),
            Event::TableCapacityChanged { table, write_units, .. } => self.on_capacity(at, table, write_units),
            Event::TableDeclared { table, write_units, .. } => {
                self.on_capacity(at, table, write_units);
            }
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        let held = || format!("{} writes and reads stayed within the limits", self.judged);
        self.findings.result(Self::NAME, self.judged, held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    fn check() -> LimitsNeverExceeded {
        LimitsNeverExceeded::new(&settings())
    }

    /// `count` records at once at each of the times.
    fn bursts(times_ms: &[u64], count: u64) -> Script {
        let mut ordinals = 0..;
        let burst = |ms: u64| (0..count).map(|_| ms).collect::<Vec<_>>();
        times_ms.iter().flat_map(|ms| burst(*ms)).zip(&mut ordinals).map(|(ms, o)| (ms, accepted(S0, o))).collect()
    }

    fn read_bytes(ms: u64, size_bytes: u64) -> (u64, Event) {
        let mut event = read(WORKER_1, S0, 0, 1, 1);
        if let Event::RecordsRead { size_bytes: size, .. } = &mut event {
            *size = size_bytes;
        }
        (ms, event)
    }

    fn units(ms: u64, write_units: u32) -> (u64, Event) {
        let event = Event::UnitsConsumed {
            table: LEASES,
            host: WORKER_1,
            operation: "PutItem",
            read_half_units: 0,
            write_units,
        };
        (ms, event)
    }

    /// Records of 1 MiB at these times, in a stream that takes 10 MiB at once.
    fn large(times_ms: &[u64]) -> Script {
        let sized = |(ordinal, ms): (u64, &u64)| {
            let mut event = accepted(S0, ordinal);
            if let Event::RecordAccepted { size_bytes, .. } = &mut event {
                *size_bytes = MIB as u32;
            }
            (*ms, event)
        };
        let changed = (0, Event::RecordSizeChanged { stream: CLICKS, record_bytes_max: 10 * MIB });
        [changed].into_iter().chain((0..).zip(times_ms).map(sized)).collect()
    }

    #[test]
    fn a_stream_of_large_records_takes_one_of_the_largest_at_once_and_no_more() {
        assert_eq!(judge(check(), large(&[0; 10])).verdict, Verdict::Pass);
        let text = evidence(&judge(check(), large(&[0; 11])));
        assert!(text.contains("accepted more than 1 MiB a second"), "{text}");
    }

    #[test]
    fn a_full_bucket_and_then_the_rate_are_within_the_limits() {
        assert_eq!(judge(check(), bursts(&[0, 1000, 2000], 1000)).verdict, Verdict::Pass);
        let reads = [read_bytes(0, 10 * MIB), read_bytes(5000, 10 * MIB), read_bytes(10_000, 10 * MIB)];
        assert_eq!(judge(check(), reads).verdict, Verdict::Pass);
        assert_eq!(judge(check(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn too_many_records_or_bytes_are_found() {
        let text = evidence(&judge(check(), bursts(&[0, 999], 1000)));
        assert_eq!(text, "0:00:00.999 clicks shardId-000000000000 accepted more than 1,000 records a second");
        let large = [(0, accepted_of(S0, 0, MIB as u32)), (999, accepted_of(S0, 1, MIB as u32))];
        assert!(evidence(&judge(check(), large)).ends_with("accepted more than 1 MiB a second"));
    }

    #[test]
    fn fixed_windows_allow_twice_the_limit_around_an_edge_but_not_more() {
        let check =
            || LimitsNeverExceeded::new(&CheckSettings { throttle_window: ThrottleWindow::FixedSecond, ..settings() });
        assert_eq!(judge(check(), bursts(&[999, 1000, 2000], 1000)).verdict, Verdict::Pass);
        assert_eq!(judge(check(), bursts(&[999, 1000, 1500], 1000)).verdict, Verdict::Fail);
    }

    #[test]
    fn reads_that_do_not_pay_their_debt_are_found() {
        let result = judge(check(), [read_bytes(0, 10 * MIB), read_bytes(3900, 10 * MIB)]);
        assert!(evidence(&result).ends_with("returned more than 12 MiB and 2 MiB a second"));
        let calls = (0..6).map(|i| read_bytes(i, 0));
        assert!(evidence(&judge(check(), calls)).ends_with("served more than 5 GetRecords calls a second"));
    }

    #[test]
    fn a_provisioned_tables_units_last_for_300_seconds_of_burst() {
        let provisioned = (0, Event::TableCapacityChanged { table: LEASES, read_units: 10, write_units: 10 });
        let within = [provisioned.clone(), units(1000, 3010), units(301_000, 3000)];
        assert_eq!(judge(check(), within).verdict, Verdict::Pass);
        let beyond = [provisioned, units(1000, 3010), units(11_000, 3000), units(11_500, 50)];
        let text = evidence(&judge(check(), beyond));
        assert!(text.contains("table billing consumed more than 10 write units a second"), "{text}");
    }
}
