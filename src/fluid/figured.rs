//! The figures of a flow, under the names that a run's have.

use std::collections::BTreeMap;

use super::amount::{MINUTE, ONE, SECOND, Us, seconds, us, whole};
use super::consumer::{Consumer, Kind};
use super::leases::Held;
use super::shard::{Peak, Shard};
use super::side::ReadSide;
use super::stream::Stream;
use super::table::Table;
use super::tally::Ages;
use crate::aws::dynamodb::api::Capacity;
use crate::aws::kinesis::capacity::{ReadLoad, SHARD_BYTES_PER_S, SHARD_RECORDS_PER_S, Share};
use crate::base::event::{ConsumerLibrary, LeaseGain};
use crate::client::Retrieval;
use crate::measure::{
    CatchUpFigures, ConsumerFigures, Figures, ProducerFigures, ShardFigures, StreamFigures, TableFigures, cure_reads,
    percent,
};
use crate::scenario::plan::Plan;

/// What has flowed.
pub(super) struct Flowed<'a> {
    pub(super) streams: &'a [Stream],
    /// By stream, by shard.
    pub(super) sides: &'a [Vec<ReadSide>],
    pub(super) consumers: &'a [Consumer],
    pub(super) tables: &'a [Table],
}

/// The figures of a run.
pub(super) fn figures(plan: &Plan, flowed: &Flowed<'_>) -> Figures {
    let end = us(plan.duration);
    let mut figures = Figures::default();
    for (stream, sides) in flowed.streams.iter().zip(flowed.sides) {
        let readers = flowed.consumers.iter().filter(|c| c.stream == stream.name && c.tally.calls > 0).count();
        let mut figured = of_stream(stream, sides, readers as u64, end);
        let fan_out = plan.kcl.iter().filter(|kcl| kcl.stream == stream.name && kcl.retrieval == Retrieval::FanOut);
        figured.fan_out_consumers = fan_out.count() as u64;
        figured.fan_out_bytes = figured.bytes_acked * figured.fan_out_consumers;
        figures.streams.insert(stream.name.to_string(), figured);
        for (producer, id) in stream.producers.iter().zip(&stream.producer_ids) {
            let (ok, given_up) = (whole(producer.counts.ok), whole(producer.counts.given_up));
            let settings = &plan.producers[*id];
            let figured = ProducerFigures {
                stream: stream.name.to_string(),
                hosts: settings.hosts.into(),
                records_offered: ok + given_up,
                records_ok: ok,
                records_given_up: given_up,
                given_up_percent: percent(given_up as f64, (ok + given_up) as f64),
                ..ProducerFigures::default()
            };
            figures.producers.insert(settings.name.to_string(), figured);
        }
    }
    for consumer in flowed.consumers {
        let (name, figured) = of_consumer(plan, consumer);
        figures.consumers.insert(name, figured);
    }
    for table in flowed.tables {
        figures.tables.insert(table.name.to_string(), of_table(table, end));
    }
    figures
}

fn at(peak: Peak) -> Option<f64> {
    (peak.value > 0).then(|| seconds(peak.at))
}

/// What a minute's sum is divided by.
fn minute_s(end: Us) -> f64 {
    end.clamp(SECOND, MINUTE) as f64 / SECOND as f64
}

fn of_stream(stream: &Stream, sides: &[ReadSide], readers: u64, end: Us) -> StreamFigures {
    let mut figured = StreamFigures { readers, ..StreamFigures::default() };
    let mut failed = 0;
    let (mut acked, mut throttled, mut bytes) = (0, 0, 0);
    let mut shards = BTreeMap::new();
    for (shard, side) in stream.shards.iter().zip(sides) {
        let of = of_shard(shard, side, readers, (end, stream.retention));
        acked += shard.total.records;
        throttled += shard.total.throttled;
        bytes += shard.total.bytes_milli;
        failed += of.records_failed;
        figured.records_trimmed += of.records_trimmed;
        figured.get_records_calls += side.calls_made;
        figured.reads_throttled += side.throttled;
        if of.read_calls_limit_peak_minute_percent > figured.read_calls_limit_peak_minute_percent {
            figured.read_calls_limit_peak_minute_percent = of.read_calls_limit_peak_minute_percent;
            figured.read_calls_limit_peak_minute_at_s = of.read_calls_limit_peak_minute_at_s;
        }
        if of.read_bytes_limit_peak_minute_percent > figured.read_bytes_limit_peak_minute_percent {
            figured.read_bytes_limit_peak_minute_percent = of.read_bytes_limit_peak_minute_percent;
            figured.read_bytes_limit_peak_minute_at_s = of.read_bytes_limit_peak_minute_at_s;
        }
        shards.insert(shard.id.to_string(), of);
    }
    let open = stream.shards.iter().filter(|shard| shard.closed.is_none()).count() as u64;
    let share = Share {
        count: figured.read_calls_limit_peak_minute_percent / 100.0,
        bytes: figured.read_bytes_limit_peak_minute_percent / 100.0,
    };
    let throttled_percent = percent(throttled as f64, (acked + throttled) as f64);
    StreamFigures {
        shards_open: open,
        records_acked: whole(acked),
        bytes_acked: bytes / 1000,
        records_throttled: whole(throttled),
        records_failed: failed,
        throttled_percent,
        records_throttled_peak_per_minute: stream.throttled_peak.value,
        records_throttled_peak_per_minute_at_s: at(stream.throttled_peak),
        read_remedy: cure_reads(readers as usize, share, open),
        shards,
        ..figured
    }
}

fn of_shard(shard: &Shard, side: &ReadSide, readers: u64, (end, retention): (Us, Us)) -> ShardFigures {
    let peaks = &shard.peaks;
    let (second, minute) = ((peaks.second_records, peaks.second_bytes), (peaks.minute_records, peaks.minute_bytes));
    let open_s = (shard.closed.unwrap_or(end) - shard.opened).max(SECOND) as f64 / SECOND as f64;
    let records = |peak: Peak| peak.value as f64 / ONE as f64;
    let bytes = |peak: Peak| peak.value as f64 / 1000.0;
    let minute_s = minute_s(end);
    let wanted = minute.1.value / 1000 * readers;
    let read_bytes = if side.peak.1.value >= wanted { side.peak.1 } else { Peak { value: wanted, at: minute.1.at } };
    let load =
        ReadLoad { calls_per_s: side.peak.0.value as f64 / minute_s, bytes_per_s: read_bytes.value as f64 / minute_s };
    let is_expired = shard.closed.is_some_and(|closed| closed + retention <= end);
    let trimmed = if is_expired { shard.total.records } else { shard.trimmed };
    ShardFigures {
        state: match (is_expired, shard.closed) {
            (true, _) => "expired",
            (false, Some(_)) => "closed",
            (false, None) => "open",
        },
        hash_range_share_percent: (shard.range.share() * 100_000.0).round() / 1000.0,
        records_acked: whole(shard.total.records),
        bytes_acked: shard.total.bytes_milli / 1000,
        records_per_s_mean: (shard.total.records as f64 / ONE as f64 / open_s * 10.0).round() / 10.0,
        records_per_s_peak: whole(second.0.value),
        records_per_s_peak_at_s: at(second.0),
        bytes_per_s_peak: second.1.value / 1000,
        bytes_per_s_peak_at_s: at(second.1),
        records_limit_peak_percent: percent(records(second.0), SHARD_RECORDS_PER_S),
        bytes_limit_peak_percent: percent(bytes(second.1), SHARD_BYTES_PER_S),
        records_limit_peak_minute_percent: percent(records(minute.0), SHARD_RECORDS_PER_S * minute_s),
        records_limit_peak_minute_at_s: at(minute.0),
        bytes_limit_peak_minute_percent: percent(bytes(minute.1), SHARD_BYTES_PER_S * minute_s),
        bytes_limit_peak_minute_at_s: at(minute.1),
        records_throttled: whole(shard.total.throttled),
        throttled_percent: percent(shard.total.throttled as f64, (shard.total.throttled + shard.total.records) as f64),
        reads_throttled: side.throttled,
        read_calls_limit_peak_minute_percent: percent(load.of_shard().count, 1.0),
        read_calls_limit_peak_minute_at_s: at(side.peak.0),
        read_bytes_limit_peak_minute_percent: percent(load.of_shard().bytes, 1.0),
        read_bytes_limit_peak_minute_at_s: at(read_bytes),
        records_trimmed: whole(trimmed),
        ..ShardFigures::default()
    }
}

fn of_consumer(plan: &Plan, consumer: &Consumer) -> (String, ConsumerFigures) {
    let tally = &consumer.tally;
    let (name, library, table, workers, processor) = match consumer.kind {
        Kind::Poller(at) => {
            let poller = &plan.pollers[at];
            (&poller.name, ConsumerLibrary::Poller, None, 1, &poller.processor)
        }
        Kind::Kcl(at) => {
            let kcl = &plan.kcl[at];
            let table = Some(kcl.lease_table.to_string());
            (&kcl.name, ConsumerLibrary::Kcl2, table, kcl.worker_starts.len() as u64, &kcl.processor)
        }
    };
    let run_s = seconds(consumer.rule.end);
    let catch_up = |(at, (from, until)): (usize, &(Us, Us))| {
        let done = tally.caught_up.get(at).filter(|done| done.0 >= consumer.readers.len() as u64);
        CatchUpFigures {
            after: format!("what befell {name} at {} s", seconds(*from)),
            fault_ended_at_s: seconds(*until),
            catch_up_s: done.map(|done| seconds(done.1 - until)),
        }
    };
    let ended = consumer.rule.faults.iter().enumerate().filter(|(_, down)| down.1 <= consumer.rule.end);
    let catch_ups: Vec<CatchUpFigures> = ended.map(catch_up).collect();
    let longest = catch_ups.iter().map(|up| up.catch_up_s.unwrap_or(run_s - up.fault_ended_at_s));
    let catch_up_s_max = longest.reduce(f64::max);
    let ages = aged(&tally.all_ages());
    let leases =
        consumer.held.as_ref().map_or_else(ConsumerFigures::default, |held| of_leases(held, consumer.rule.end));
    let figured = ConsumerFigures {
        catch_ups,
        catch_up_s_max,
        stream: consumer.stream.to_string(),
        library: library.as_str(),
        store: processor.store.as_str(),
        lease_table: table,
        workers,
        records_processed: tally.processed,
        reads_throttled: tally.reads_throttled,
        checkpoints: tally.all_checkpoints(),
        duplicates: tally.duplicates,
        unread_records_trimmed: tally.unread_trimmed,
        iterator_age_p50_ms: ages.iterator_age_p50_ms,
        iterator_age_p99_ms: ages.iterator_age_p99_ms,
        iterator_age_max_ms: ages.iterator_age_max_ms,
        iterator_age_max_at_s: ages.iterator_age_max_at_s,
        ..leases
    };
    (name.to_string(), figured)
}

fn aged(ages: &Ages) -> ConsumerFigures {
    ConsumerFigures {
        iterator_age_p50_ms: ages.seen.percentile(50),
        iterator_age_p99_ms: ages.seen.percentile(99),
        iterator_age_max_ms: ages.seen.max(),
        iterator_age_max_at_s: ages.max_at().map(seconds),
        ..ConsumerFigures::default()
    }
}

/// The same, with the ages that were seen after the start-up alone.
pub(super) fn after_start_up(plan: &Plan, figures: &Figures, consumers: &[Consumer]) -> Figures {
    let mut after = figures.clone();
    for consumer in consumers {
        let aged = aged(&consumer.tally.ages);
        if let Some(figured) = after.consumers.get_mut(consumer.name(plan)) {
            figured.iterator_age_p50_ms = aged.iterator_age_p50_ms;
            figured.iterator_age_p99_ms = aged.iterator_age_p99_ms;
            figured.iterator_age_max_ms = aged.iterator_age_max_ms;
            figured.iterator_age_max_at_s = aged.iterator_age_max_at_s;
        }
    }
    after
}

/// Who had which lease, and how long nobody had.
fn of_leases(held: &Held, end: Us) -> ConsumerFigures {
    let mut figured = ConsumerFigures::default();
    let (mut longest, mut total) = (Peak::default(), 0);
    for tenures in &held.tenures {
        for (place, tenure) in tenures.iter().enumerate().filter(|(_, tenure)| tenure.gained < end) {
            let next = tenures.get(place + 1);
            let unowned = next.map_or(end, |next| next.begins.min(end)).saturating_sub(tenure.ends);
            longest.see(unowned, tenure.ends);
            total += unowned;
            let is_moved = place > 0 && tenures[place - 1].worker != tenure.worker;
            figured.leases_taken += 1;
            figured.leases_moved += u64::from(is_moved);
            figured.leases_stolen += u64::from(tenure.how == LeaseGain::Stolen);
        }
    }
    ConsumerFigures {
        unowned_s_max: seconds(longest.value),
        unowned_max_at_s: at(longest),
        unowned_s_total: seconds(total),
        ..figured
    }
}

fn of_table(table: &Table, end: Us) -> TableFigures {
    let (read, write) = match table.capacity {
        Capacity::OnDemand => (0, 0),
        Capacity::Provisioned { read, write } => (u64::from(read), u64::from(write)),
    };
    let run_s = end.max(SECOND) as f64 / SECOND as f64;
    let units = table.read_half_units as f64 / 2.0;
    let per_s = |units: f64| (units / run_s * 1000.0).round() / 1000.0;
    TableFigures {
        read_units_provisioned: read,
        write_units_provisioned: write,
        reads: table.reads,
        writes: table.writes,
        read_units_consumed: units,
        write_units_consumed: table.write_units,
        read_units_per_s_mean: per_s(units),
        write_units_per_s_mean: per_s(table.write_units as f64),
        write_headroom_percent: table.headroom.map(|(left, _)| (left as f64 / 100.0).round() / 100.0),
        write_headroom_at_s: table.headroom.map(|(_, at)| seconds(at)),
        write_throttled: table.write_throttled,
        ..TableFigures::default()
    }
}
