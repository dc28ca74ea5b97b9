//! Bills against AWS's own worked examples, and the rules one by one.

use super::usage::Mode;
use super::*;
use crate::base::SimDuration;

const HOUR_MS: u64 = 3_600_000;
const GB: u64 = 1 << 30;

fn usd(text: &str) -> Usd {
    text.parse().expect("an amount")
}

/// Usage of one stream in so many hours.
fn stream(hours: u64, of: StreamUsage) -> Usage {
    let of = StreamUsage { name: "s".to_owned(), ..of };
    Usage { span: SimDuration::from_hours(hours), streams: vec![of], ..Usage::default() }
}

fn over(usage: &Usage, hours: u64) -> Vec<(&'static str, String)> {
    let bill = Bill::of_length(usage, &Prices::default(), SimDuration::from_hours(hours));
    bill.lines.iter().map(|line| (line.rule.what, line.cost.in_cents())).collect()
}

fn total(usage: &Usage, hours: u64) -> String {
    Bill::of_length(usage, &Prices::default(), SimDuration::from_hours(hours)).total().in_cents()
}

/// The example of <https://aws.amazon.com/kinesis/data-streams/pricing/>: 100 records of 35 KB a second on four shards.
fn example_of_aws() -> StreamUsage {
    let records_an_hour = 100 * 3600;
    let put_payload_units = records_an_hour * put_payload_units(35 * 1024);
    StreamUsage { shard_ms: 4 * HOUR_MS, put_payload_units, ..StreamUsage::default() }
}

#[test]
fn the_example_of_awss_page_costs_what_the_page_says() {
    let usage = stream(1, example_of_aws());
    assert_eq!(total(&usage, 24), "1.68", "a day");
    let month = over(&usage, 31 * 24);
    assert_eq!(month, [("shards", "44.64".to_owned()), ("PUT payload units", "7.50".to_owned())]);
    assert_eq!(total(&usage, 31 * 24), "52.14", "a month of 31 days");
}

#[test]
fn extended_retention_of_the_example_is_two_cents_a_shard_hour() {
    let usage = stream(1, StreamUsage { extended_shard_ms: 4 * HOUR_MS, ..example_of_aws() });
    assert_eq!(over(&usage, 31 * 24)[2], ("extended retention", "59.52".to_owned()));
}

#[test]
fn fan_out_is_paid_by_consumer_shard_hours_and_by_bytes() {
    let used = StreamUsage {
        fan_out_consumer_shard_ms: 2 * 4 * HOUR_MS,
        fan_out_bytes: 1000 * GB / 744,
        ..StreamUsage::default()
    };
    let of_month = over(&stream(1, used), 744);
    assert_eq!(of_month, [("enhanced fan-out", "89.28".to_owned()), ("enhanced fan-out data", "13.00".to_owned())]);
}

#[test]
fn payload_units_are_those_that_aws_names() {
    // Of 5 KB one, of 45 KB two, of 1 MB 41.
    assert_eq!([5 * 1024, 45 * 1024, 1 << 20].map(put_payload_units), [1, 2, 41]);
    assert_eq!([0, 1, 25 * 1024, 25 * 1024 + 1].map(put_payload_units), [1, 1, 1, 2]);
    assert_eq!([1, 1024, 1025].map(billed_kib), [1, 1, 2]);
}

#[test]
fn a_lease_table_is_cheaper_provisioned_than_on_demand_when_it_is_always_used() {
    // 30 writes a second.
    let table = |of: TableUsage| Usage {
        span: SimDuration::from_hours(1),
        tables: vec![TableUsage { name: "leases".to_owned(), ..of }],
        ..Usage::default()
    };
    let provisioned = table(TableUsage { write_unit_ms: 30 * HOUR_MS, ..TableUsage::default() });
    let on_demand = table(TableUsage { write_request_units: 30 * 3600, ..TableUsage::default() });
    assert_eq!((total(&provisioned, 730), total(&on_demand, 730)), ("14.24".to_owned(), "49.28".to_owned()));
    let reads =
        table(TableUsage { read_request_half_units: 2_000_000, read_unit_ms: 100 * HOUR_MS, ..TableUsage::default() });
    assert_eq!(over(&reads, 1), [("read capacity", "0.01".to_owned()), ("read requests", "0.13".to_owned())]);
}

#[test]
fn streams_on_demand_pay_by_the_hour_and_by_bytes() {
    let used = StreamUsage {
        mode: Mode::OnDemand,
        stream_ms: HOUR_MS,
        shard_ms: 4 * HOUR_MS,
        put_payload_units: 9,
        in_kib: GB / 1024,
        out_bytes: 2 * GB,
        fan_out_bytes: GB,
        ..StreamUsage::default()
    };
    let costs = |mode| over(&stream(1, StreamUsage { mode, ..used.clone() }), 1000);
    let line = |what, cost: &str| (what, cost.to_owned());
    assert_eq!(
        costs(Mode::OnDemand),
        [
            line("stream on demand", "40.00"),
            line("data in", "80.00"),
            line("data out", "80.00"),
            line("enhanced fan-out data", "50.00"),
        ]
    );
    // 25 MiB/s are 87.890625 GB an hour; one of them came in, three went out.
    assert_eq!(
        costs(Mode::OnDemandAdvantage),
        [
            line("data in", "32.00"),
            line("data out", "32.00"),
            line("enhanced fan-out data", "16.00"),
            line("data in up to 25 MiB/s", "2,780.50"),
            line("data out up to 25 MiB/s", "1,358.25"),
        ]
    );
}

#[test]
fn what_is_kept_longer_is_paid_by_the_day_it_is_kept() {
    let mut used = StreamUsage { mode: Mode::OnDemand, ..StreamUsage::default() };
    used.keep(GB, 24);
    assert_eq!((used.extended_byte_hours, used.long_term_byte_hours), (0, 0), "a day is free");
    used.keep(GB, 31 * 24);
    assert_eq!(used.extended_byte_hours, u128::from(GB) * 6 * 24);
    assert_eq!(used.long_term_byte_hours, u128::from(GB) * 24 * 24);
    // A GB an hour: 144 GB stand between the first and the seventh day, 576 beyond it.
    let of_month = over(&stream(1, used), 730);
    assert_eq!(of_month, [("extended retention", "14.40".to_owned()), ("long-term retention", "13.25".to_owned())]);
    assert!(StreamUsage::is_extended(25) && !StreamUsage::is_extended(24));
}

#[test]
fn a_bill_does_not_depend_on_how_long_the_span_was_and_its_lines_make_its_sum() {
    let short = stream(1, example_of_aws());
    let long = StreamUsage {
        shard_ms: 7 * 24 * 4 * HOUR_MS,
        put_payload_units: 7 * 24 * example_of_aws().put_payload_units,
        ..StreamUsage::default()
    };
    let (short, long) = (Bill::of(&short, &Prices::default()), Bill::of(&stream(7 * 24, long), &Prices::default()));
    assert_eq!(short, long);
    assert_eq!(short.total(), short.lines.iter().map(|line| line.cost).sum());
    assert_eq!(Bill::of(&Usage::default(), &Prices::default()).total(), Usd::default(), "of no time nothing is known");
}

#[test]
fn workers_cost_what_the_table_says_and_nothing_when_it_says_nothing() {
    let workers = vec![WorkerUsage { consumer: "billing".to_owned(), worker_ms: 3 * HOUR_MS }];
    let usage = Usage { span: SimDuration::from_hours(1), workers, ..Usage::default() };
    assert_eq!(Bill::of(&usage, &Prices::default()).lines, []);
    let prices = Prices::default().with_worker_hour(usd("0.1 USD"));
    let bill = Bill::of(&usage, &prices);
    assert_eq!((bill.total(), bill.lines[0].of.as_str()), (usd("219 USD"), "consumer billing"));
}

#[test]
fn ten_thousand_shards_for_a_week_kept_for_a_year_overflow_nothing() {
    let mut used = StreamUsage { shard_ms: 10_000 * 168 * HOUR_MS, ..StreamUsage::default() };
    let bytes = 10_000 * (1 << 20) * 168 * 3600;
    used.keep(bytes, 8760);
    let bill = Bill::of(&stream(168, used), &Prices::default());
    let cost = |n: usize| bill.lines[n].cost.dollars();
    // 10,000 MiB/s fill 35,156.25 GB an hour, 8,592 hours of which stand beyond the seventh day.
    assert_eq!((cost(0), cost(1).round()), (109_500.0, (35_156.25_f64 * 8592.0 * 0.023).round()));
}
