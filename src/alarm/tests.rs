//! Each clause of the evaluation, and datapoints from events written by hand.

use std::sync::Arc;

use super::evaluator::{Evaluator, State};
use super::*;
use crate::base::event::{Event, Fold, WriteRefusal};
use crate::base::{ShardId, SimDuration, SimTime};
use crate::measure::tests::{BILLING, ONE, TABLE, accepted, declarations, read, refused};

const MISSING: MissingData = MissingData::Missing;
const ALL_FOUR: [MissingData; 4] =
    [MissingData::Missing, MissingData::Ignore, MissingData::Breaching, MissingData::NotBreaching];

fn condition(datapoints_to_alarm: usize, evaluation_periods: usize, missing: MissingData) -> Condition {
    Condition { evaluation_periods, datapoints_to_alarm, comparison: Comparison::Above, threshold: 10.0, missing }
}

/// The states after each of these periods: `X` breaches, `0` does not, `-` is missing.
fn states(condition: Condition, periods: &str) -> Vec<State> {
    let mut evaluator = Evaluator::new(condition);
    let datapoint = |period: char| match period {
        'X' => Some(11.0),
        '0' => Some(10.0),
        _ => None,
    };
    periods.chars().map(|period| evaluator.take(datapoint(period))).collect()
}

fn last(condition: Condition, periods: &str) -> State {
    states(condition, periods).pop().unwrap_or_default()
}

/// The state in which CloudWatch's tables find an alarm, and that it keeps where they say "retain": after data that was
/// good for long.
fn after_good_data(datapoints: usize, missing: MissingData, periods: &str) -> State {
    last(condition(datapoints, 3, missing), &format!("00000{periods}"))
}

use State::{Alarm as A, InsufficientData as I, Ok as O};

/// The table for three of three in "Configuring how CloudWatch alarms treat missing data".
#[test]
fn missing_data_is_treated_in_the_four_ways_of_cloudwatchs_table_for_three_of_three() {
    // Missing, ignore (which keeps OK), breaching, not breaching.
    for (periods, expected) in [
        ("0-X-X", [O, O, O, O]),
        ("0----", [O, O, O, O]),
        ("-----", [I, O, A, O]),
        ("0XX-X", [A, A, A, A]),
        ("--X--", [A, O, A, O]),
    ] {
        assert_eq!(ALL_FOUR.map(|missing| after_good_data(3, missing, periods)), expected, "{periods}");
    }
}

/// The table for two of three there.
#[test]
fn missing_data_is_treated_in_the_four_ways_of_cloudwatchs_table_for_two_of_three() {
    for (periods, expected) in [
        ("0-X-X", [A, A, A, A]),
        ("00X0X", [A, A, A, A]),
        ("0-X--", [O, O, A, O]),
        ("----0", [O, O, A, O]),
        ("---X-", [A, O, A, O]),
    ] {
        assert_eq!(ALL_FOUR.map(|missing| after_good_data(2, missing, periods)), expected, "{periods}");
    }
}

#[test]
fn data_that_begins_to_be_missing_does_not_raise_an_alarm_at_once() {
    // The last good one is still looked at.
    assert_eq!(after_good_data(3, MissingData::Breaching, "0----"), O);
    assert_eq!(after_good_data(3, MissingData::Breaching, "0-----"), A);
    // One breach after a silence may be followed by a good one.
    assert_eq!(states(condition(3, 3, MISSING), "-----X-")[5..], [I, I]);
    assert_eq!(states(condition(3, 3, MISSING), "-----X--")[7], A, "then it is as old as the alarm needs");
}

#[test]
fn m_of_n_must_breach_in_any_order_and_no_longer_than_they_are_among_the_last_n() {
    let two_of_four = condition(2, 4, MISSING);
    assert_eq!(states(two_of_four, "0X00X000"), [O, O, O, O, A, O, O, O]);
    assert_eq!(last(condition(1, 1, MISSING), "X0"), O);
    assert_eq!(states(condition(3, 3, MISSING), "XXX0XX"), [I, I, A, O, O, O]);
}

#[test]
fn ignored_data_keeps_the_state_whichever_it_is() {
    let ignore = condition(1, 1, MissingData::Ignore);
    assert_eq!(last(ignore, "X-----"), A);
    assert_eq!(last(ignore, "0-----"), O);
    assert_eq!(last(ignore, "-----"), I, "it has none before there was data");
}

#[test]
fn an_alarm_without_data_from_the_start_is_in_insufficient_data() {
    assert_eq!(states(condition(1, 3, MISSING), "--0"), [I, I, O]);
    assert_eq!(states(condition(3, 3, MissingData::Breaching), "---"), [O, O, A], "periods before the run are no data");
}

#[test]
fn each_comparison_breaches_on_its_own_side_of_the_threshold() {
    for (comparison, expected) in [
        (Comparison::AtLeast, [O, A, A]),
        (Comparison::Above, [O, O, A]),
        (Comparison::Below, [A, O, O]),
        (Comparison::AtMost, [A, A, O]),
    ] {
        let condition = Condition { comparison, ..condition(1, 1, MISSING) };
        let state = |datapoint: f64| Evaluator::new(condition).take(Some(datapoint));
        assert_eq!([9.5, 10.0, 10.5].map(state), expected, "{comparison:?}");
    }
}

#[test]
fn each_statistic_makes_its_datapoint_of_a_periods_samples() {
    let datapoint = |statistic: &str, values: &[f64]| {
        let statistic: Statistic = statistic.parse().expect("a statistic");
        let mut samples = samples::Samples::default();
        values.iter().for_each(|value| samples.add(*value, statistic));
        samples.datapoint(statistic)
    };
    let values = [4.0, 1.0, 3.0, 2.0];
    let of = |statistic| datapoint(statistic, &values);
    assert_eq!(["SampleCount", "Sum", "Average", "Minimum", "Maximum"].map(of), [4.0, 10.0, 2.5, 1.0, 4.0].map(Some));
    assert_eq!(["p25", "p50", "p75", "p99", "p100"].map(of), [1.0, 2.0, 3.0, 4.0, 4.0].map(Some));
    let hundred: Vec<f64> = (1..=1000).map(f64::from).collect();
    assert_eq!(["p99", "p99.9", "p0.1"].map(|p| datapoint(p, &hundred)), [990.0, 999.0, 1.0].map(Some));
    assert_eq!([datapoint("Sum", &[]), datapoint("p99", &[])], [None, None], "of no samples none");
    for wrong in ["", "p", "p0", "p101", "tm99", "sum"] {
        assert!(wrong.parse::<Statistic>().is_err(), "{wrong}");
    }
}

fn alarm(metric: Metric, of: Of, statistic: &str, comparison: Comparison, threshold: f64) -> Arc<Alarm> {
    Arc::new(Alarm {
        name: "a".into(),
        metric,
        of,
        statistic: statistic.parse().expect("a statistic"),
        period: SimDuration::from_mins(1),
        condition: Condition { comparison, threshold, ..condition(1, 1, MissingData::NotBreaching) },
    })
}

/// What became of an alarm after these events, each at its second.
fn reported(alarm: &Arc<Alarm>, events: Vec<(u64, Event)>, end_s: u64) -> AlarmReport {
    let mut alarms = Alarms::new(std::slice::from_ref(alarm), SimDuration::from_mins(5));
    declarations().iter().for_each(|event| alarms.on(SimTime::ZERO, event));
    events.iter().for_each(|(at, event)| alarms.on(SimTime::from_secs(*at), event));
    alarms.on(SimTime::from_secs(end_s), &Event::RunEnded {});
    alarms.report(&[]).alarms.remove(0)
}

fn clicks() -> Of {
    Of::Stream("clicks".parse().expect("a name"))
}

fn fired(report: &AlarmReport) -> Vec<(u64, Option<u64>)> {
    report.episodes.iter().map(|episode| (episode.from.as_secs(), episode.until.map(SimTime::as_secs))).collect()
}

#[test]
fn an_alarm_fires_at_the_end_of_the_period_that_breaches_and_says_how_long_after_the_harm() {
    let throttled = alarm(Metric::WriteThrottled, clicks(), "Sum", Comparison::AtLeast, 2.0);
    let bad = || refused(ShardId(0), "a", WriteRefusal::RecordRate);
    let report = reported(&throttled, vec![(70, bad()), (80, bad()), (300, bad())], 600);
    // Two silent periods are looked past before the breach is forgotten.
    assert_eq!(fired(&report), [(120, Some(300))]);
    assert_eq!(report.for_nothing, 0);
    assert_eq!(report.verdict(), "fires at 0:02:00.000, 50s after the first record was throttled");
}

#[test]
fn an_alarm_is_for_nothing_when_nothing_was_throttled_late_or_lost_around_it() {
    let busy = alarm(Metric::IncomingRecords, clicks(), "Sum", Comparison::AtLeast, 2.0);
    let good = |n| accepted(ShardId(0), n, "a", 100);
    let taken = |to| read(ShardId(0), ONE, to, 0);
    let events = vec![(10, good(0)), (11, good(1)), (12, taken(2)), (400, good(2)), (401, good(3)), (402, taken(4))];
    let report = reported(&busy, events, 700);
    assert_eq!((fired(&report), report.for_nothing), (vec![(60, Some(240)), (420, Some(600))], 2));
    assert!(report.verdict().contains("for nothing each time"), "{}", report.verdict());
}

#[test]
fn an_alarm_of_a_shard_sees_that_shard_and_the_average_of_throttles_is_their_share() {
    let of = |shard| Of::Shard("clicks".parse().expect("a name"), ShardId(shard));
    let events =
        || vec![(10, accepted(ShardId(0), 0, "a", 100)), (11, refused(ShardId(0), "a", WriteRefusal::RecordRate))];
    let half =
        |shard| reported(&alarm(Metric::WriteThrottled, of(shard), "Average", Comparison::AtLeast, 0.5), events(), 60);
    assert_eq!((fired(&half(0)), fired(&half(1))), (vec![(60, None)], vec![]));
}

#[test]
fn an_age_that_nobody_measures_is_late_all_the_same_and_missing_to_the_alarm() {
    let age = |missing| {
        let base = alarm(Metric::IteratorAge, clicks(), "Maximum", Comparison::Above, 60_000.0);
        Arc::new(Alarm { condition: Condition { missing, ..base.condition }, ..(*base).clone() })
    };
    // Read once; then a record comes, and the reader is gone.
    let events = || vec![(5, read(ShardId(0), ONE, 0, 0)), (20, accepted(ShardId(0), 0, "a", 100))];
    let silent = reported(&age(MissingData::NotBreaching), events(), 1800);
    assert_eq!(silent.verdict(), "never fires; the first record was late at 0:05:20.000");
    let loud = reported(&age(MissingData::Breaching), events(), 1800);
    assert_eq!(loud.verdict(), "fires at 0:04:00.000, 1m20s before the first record was late");
}

#[test]
fn metrics_of_consumers_and_tables_have_their_own_samples() {
    let consumer = || Of::Consumer("billing".to_owned());
    let lost = alarm(Metric::LostLeases, consumer(), "Sum", Comparison::Above, 0.0);
    let event = Event::LeaseLost { consumer: BILLING, host: ONE, shard: ShardId(0) };
    assert_eq!(fired(&reported(&lost, vec![(61, event)], 120)), [(120, None)]);
    let processed = alarm(Metric::RecordsProcessed, consumer(), "Sum", Comparison::AtLeast, 7.0);
    let event = Event::RecordsProcessed { consumer: BILLING, host: ONE, shard: ShardId(0), from: 0, to: 7 };
    assert_eq!(fired(&reported(&processed, vec![(1, event)], 60)), [(60, None)]);
    let table = || Of::Table("leases".parse().expect("a name"));
    let consumed = |read_half_units, write_units| {
        vec![(1, Event::UnitsConsumed { table: TABLE, host: ONE, operation: "PutItem", read_half_units, write_units })]
    };
    let units = |metric, events| fired(&reported(&alarm(metric, table(), "Sum", Comparison::AtLeast, 1.5), events, 60));
    assert_eq!(
        (units(Metric::ReadUnits, consumed(3, 0)), units(Metric::WriteUnits, consumed(3, 1))),
        (vec![(60, None)], vec![])
    );
}

#[test]
fn a_list_of_alarms_is_read_as_aws_prints_it_and_what_is_not_evaluated_says_why() {
    let json = r#"{"MetricAlarms": [
        {"AlarmName": "age", "MetricName": "GetRecords.IteratorAgeMilliseconds", "Namespace": "AWS/Kinesis",
         "ExtendedStatistic": "p99", "Dimensions": [{"Name": "StreamName", "Value": "clicks"}], "Period": 300,
         "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "Threshold": 60000.0, "ActionsEnabled": true,
         "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "breaching"},
        {"AlarmName": "math", "Metrics": [], "EvaluationPeriods": 1, "Threshold": 1.0,
         "ComparisonOperator": "GreaterThanThreshold"},
        {"AlarmName": "queue", "MetricName": "NumberOfMessagesSent", "Namespace": "AWS/SQS", "Statistic": "Sum",
         "Period": 60, "EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "LessThanThreshold"}],
        "CompositeAlarms": [{"AlarmName": "both"}]}"#;
    let read = imported(json).expect("it is read");
    let age = read[0].1.as_ref().expect("it is evaluated");
    assert_eq!(
        (age.statistic, age.missing, age.period_s),
        (Statistic::Percentile(99_000), MissingData::Breaching, 300)
    );
    let why: Vec<_> = read[1..]
        .iter()
        .map(|(name, alarm)| (name.as_str(), alarm.as_ref().expect_err("it is not evaluated").as_str()))
        .collect();
    assert_eq!(
        why,
        [
            ("math", "metric math and anomaly detection are not evaluated"),
            ("queue", "nothing of AWS/SQS is simulated"),
            ("both", "composite alarms are not evaluated"),
        ]
    );
    let (wrong, at) = imported("{\n  \"MetricAlarms\": 7}").expect_err("it is wrong");
    assert!(wrong.contains("expected a sequence") && at > 2, "{wrong} at {at}");
}
