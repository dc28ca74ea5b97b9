//! What a run used, and what that costs.

use super::*;

fn of_stream(events: impl IntoIterator<Item = (u64, Event)>) -> crate::price::StreamUsage {
    measured(events).usage().streams[0].clone()
}

#[test]
fn payload_units_are_counted_record_by_record() {
    let sizes = [1, 25 * 1024, 25 * 1024 + 1, 51 * 1024];
    let events = (0..).zip(sizes).map(|(n, size)| (1, accepted(S0, n, "a", size)));
    let measures = measured(events.chain([(3600, Event::RunEnded {})]));
    assert_eq!(clicks(&measures).put_payload_units, 1 + 1 + 2 + 3);
    assert_eq!(measures.usage().streams[0].in_kib, 1 + 25 + 26 + 51, "on demand, in steps of 1 KB");
    assert_eq!(clicks(&measures).shard_hours, 2.0);
}

#[test]
fn shards_are_paid_for_while_they_are_open_and_more_while_retention_is_extended() {
    let closed = Event::ShardClosed { stream: STREAM, shard: S1, end: 0 };
    let longer = Event::RetentionChanged { stream: STREAM, retention_hours: 48 };
    let used = of_stream([(10, longer), (30, closed), (60, Event::RunEnded {})]);
    assert_eq!(used.shard_ms, (2 * 30 + 30) * 1000);
    assert_eq!(used.extended_shard_ms, (2 * 20 + 30) * 1000);
    assert_eq!(used.stream_ms, 60_000);
}

#[test]
fn a_window_has_its_own_usage() {
    let window = Window::Between(SimTime::from_secs(10), SimTime::from_secs(20));
    let folded = fold(
        Windowed::new(window, measures()),
        [(5, accepted(S0, 0, "a", 100)), (12, accepted(S0, 1, "a", 100)), (30, Event::RunEnded {})],
    );
    let usage = folded.inner().expect("it has begun").usage();
    let used = &usage.streams[0];
    assert_eq!((used.put_payload_units, used.shard_ms, used.stream_ms), (1, 20_000, 10_000));
    assert_eq!((usage.tables[0].write_unit_ms, usage.span), (100_000, SimDuration::from_secs(10)));
}

#[test]
fn a_table_is_paid_by_capacity_until_it_is_on_demand_and_by_requests_from_then_on() {
    let write = |units| Event::UnitsConsumed {
        table: TABLE,
        host: ONE,
        operation: "PutItem",
        read_half_units: 1,
        write_units: units,
    };
    let on_demand = Event::TableCapacityChanged { table: TABLE, read_units: 0, write_units: 0 };
    let measures = measured([(1, write(3)), (10, on_demand), (11, write(4)), (20, Event::RunEnded {})]);
    let used = &measures.usage().tables[0];
    assert_eq!((used.write_unit_ms, used.read_unit_ms), (100_000, 100_000));
    assert_eq!((used.write_request_units, used.read_request_half_units), (4, 1));
}

#[test]
fn the_figures_have_the_bill_line_by_line() {
    let measures = measured([(3600, Event::RunEnded {})]);
    let cost = measures.figures().cost;
    let lines: Vec<_> = cost.lines.iter().map(|line| (line.of.as_str(), line.what, line.per_month_usd)).collect();
    // Two shards at 0.015 USD, and ten units each of reads and writes.
    assert_eq!(
        lines,
        [
            ("stream clicks", "shards", 21.9),
            ("table leases", "write capacity", 4.745),
            ("table leases", "read capacity", 0.949),
        ]
    );
    assert_eq!((cost.per_month_usd, cost.region.as_str()), (27.59, "us-east-1"));
    assert_eq!(cost.lines[0].units, 1460.0, "shard hours");
}
