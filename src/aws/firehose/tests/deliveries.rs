//! The way of records: buffers, the function, S3, and what befalls them.

use super::*;
use crate::base::event::Stage;

fn records(bench: &Bench) -> Vec<u64> {
    let put = bench.events.iter().filter_map(|event| match event {
        Event::ObjectPut { records, .. } => Some(*records),
        _ => None,
    });
    put.collect()
}

#[test]
fn a_buffer_is_closed_by_its_size_or_its_interval() {
    let mut bench = Bench::new(pipeline(output(1 << 20, 60), Processing::default()), Function::default());
    drop(bench.put(500, 1000));
    bench.run_s(59);
    assert_eq!(records(&bench), [0; 0], "neither is reached");
    bench.run_s(2);
    assert_eq!(records(&bench), [500], "the interval is over");
    (0..3).for_each(|_| drop(bench.put(500, 1000)));
    bench.run_s(1);
    assert_eq!(records(&bench), [500, 1500], "the size is reached");
}

#[test]
fn what_the_function_drops_or_fails_for_is_told_and_the_rest_is_delivered() {
    let function = Function { dropped: 0.2, failed: 0.2, ..Function::default() };
    let mut bench = Bench::new(pipeline(output(1 << 20, 60), with_function()), function);
    drop(bench.put(500, 100));
    bench.run_s(200);
    let dropped: u64 = bench
        .events
        .iter()
        .map(|event| match event {
            Event::RecordsDropped { from, to, .. } => to - from,
            _ => 0,
        })
        .sum();
    let (delivered, failed) = (bench.count_at(Output::Destination), bench.count_at(Output::Errors));
    assert!(dropped > 50 && failed > 50, "{dropped} {failed}");
    assert_eq!(delivered + failed + dropped, 500);
}

#[test]
fn a_lost_answer_of_s3_repeats_the_same_object_and_doubles_nothing() {
    let mut bench = Bench::new(pipeline(output(1 << 20, 60), Processing::default()), Function::default());
    drop(bench.put(100, 100));
    bench.trouble(1, Trouble::NoAnswer, true);
    bench.run_s(100);
    bench.heal(1);
    bench.run_s(200);
    assert_eq!(bench.count_at(Output::Destination), 100);
    assert!(bench.count(|event| matches!(event, Event::DeliveryAttemptFailed { .. })) >= 1);
    assert_eq!(bench.s3.objects().count(), 1, "the key is the same");
}

#[test]
fn while_a_delivery_is_tried_again_the_next_batch_grows() {
    let mut bench = Bench::new(pipeline(output(1 << 20, 60), Processing::default()), Function::default());
    bench.trouble(1, Trouble::Throttle, true);
    for _ in 0..10 {
        drop(bench.put(500, 1000));
        bench.run_s(60);
    }
    bench.heal(1);
    bench.run_s(300);
    assert_eq!(bench.count_at(Output::Destination), 5000, "nothing is lost");
    let most = bench
        .events
        .iter()
        .filter_map(|event| match event {
            Event::BufferClosed { stage: Stage::Deliver, bytes, .. } => Some(*bytes),
            _ => None,
        })
        .max();
    assert!(most > Some(1 << 20) && most <= Some(4 << 20), "{most:?}");
}

#[test]
fn a_function_that_is_throttled_for_good_fails_its_records_after_three_retries() {
    let mut bench = Bench::new(pipeline(output(1 << 20, 60), with_function()), Function::default());
    bench.trouble(1, Trouble::Throttle, false);
    drop(bench.put(100, 100));
    bench.run_s(300);
    let asked = bench.count(|event| matches!(event, Event::DeliveryAttempted { stage: Stage::Transform, .. }));
    assert_eq!(asked, 4);
    assert_eq!((bench.count_at(Output::Errors), bench.count_at(Output::Destination)), (100, 0));
}

#[test]
fn a_crash_loses_nothing_that_was_accepted() {
    let mut bench = Bench::new(pipeline(output(1 << 20, 10), with_function()), Function::default());
    for _ in 0..30 {
        drop(bench.put(50, 100));
        bench.run_until(bench.now + SimDuration::from_millis(1733));
        bench.crash();
    }
    bench.run_s(200);
    assert_eq!(bench.count_at(Output::Destination), 1500);
}

#[test]
fn what_cannot_be_delivered_for_24_hours_is_lost_and_told() {
    let mut bench = Bench::new(pipeline(output(1 << 20, 60), Processing::default()), Function::default());
    bench.trouble(1, Trouble::Denied, true);
    drop(bench.put(10, 100));
    bench.run_s(23 * 3600);
    assert_eq!(bench.count(|event| matches!(event, Event::RecordsExpired { .. })), 0);
    bench.run_s(2 * 3600);
    let lost = Event::RecordsExpired { delivery: crate::base::DeliveryId(0), lane: 0, from: 0, to: 10, part: 0 };
    assert_eq!(bench.count(|event| *event == lost), 1);
    bench.heal(1);
    bench.run_s(3600);
    assert_eq!(bench.count_at(Output::Destination), 0);
}

#[test]
fn all_source_records_are_copied_where_that_is_asked_for() {
    let mut of = pipeline(output(1 << 20, 60), with_function());
    of.backup.is_of_all = true;
    let mut bench = Bench::new(of, Function { dropped: 0.5, ..Function::default() });
    drop(bench.put(200, 100));
    bench.run_s(200);
    assert_eq!(bench.count_at(Output::Backup), 200, "what the function drops is copied too");
}

#[test]
fn what_fails_lies_in_the_destinations_own_bucket_wherever_copies_go() {
    let mut of = pipeline(output(1 << 20, 60), with_function());
    of.backup = Backup { to: S3Output { bucket: "copies".into(), ..output(1 << 20, 60) }, is_of_all: true };
    let mut bench = Bench::new(of, Function { failed: 1.0, ..Function::default() });
    drop(bench.put(50, 100));
    bench.run_s(300);
    let objects: Vec<(&str, bool)> =
        bench.s3.objects().map(|(bucket, key, _)| (bucket, key.contains("processing-failed"))).collect();
    assert_eq!(objects, [("copies", false), ("lake", true)]);
}

#[test]
fn what_a_function_is_given_fits_into_6_mb() {
    let mut processing = with_function();
    if let Some(function) = &mut processing.function {
        function.hints.size_bytes = 3 << 20;
    }
    let settings = Settings { bytes_per_s: 1 << 40, ..Settings::default() };
    let mut bench = Bench::with(settings, pipeline(output(1 << 20, 60), processing), Function::default());
    (0..100).for_each(|_| drop(bench.put(500, 20)));
    bench.run_s(100);
    let most = bench
        .events
        .iter()
        .filter_map(|event| match event {
            Event::DeliveryAttempted { stage: Stage::Transform, records, .. } => Some(*records),
            _ => None,
        })
        .max();
    assert!(most < Some(45_000), "{most:?} records of 20 bytes, and more than 100 around each");
    assert_eq!(bench.count_at(Output::Destination), 50_000);
}
