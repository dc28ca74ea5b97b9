//! Plots of what goes through delivery streams, from events written by hand.

use super::*;
use crate::base::DeliveryId;
use crate::base::event::{FailedAs, IngestRefusal, Output, PutKind, SinkKind, Stage};
use crate::measure::Backdrop;
use crate::report::flow::stages;

const LAKE: DeliveryId = DeliveryId(0);

fn taken(from: u64, to: u64) -> Event {
    let (bytes, host) = (100 * (to - from), Some(WEB));
    Event::DeliveryAccepted {
        delivery: LAKE,
        lane: 0,
        from,
        to,
        bytes,
        billed_bytes: bytes,
        host,
        age: SimDuration::ZERO,
    }
}

fn arrived(output: Output, from: u64, to: u64) -> Event {
    Event::RecordsArrived { delivery: LAKE, output, lane: 0, from, to, part: 0 }
}

fn delivered(records: u32, age_s: u64) -> Event {
    let (age_max, took) = (SimDuration::from_secs(age_s), SimDuration::from_secs(1));
    Event::DeliverySucceeded {
        delivery: LAKE,
        lane: 0,
        stage: Stage::Deliver,
        records,
        bytes: 100,
        age_max,
        took,
        had_failed: false,
    }
}

/// Ten minutes of a delivery stream `lake`, of which a delivery fails once while a fault is in force.
fn flowed(more: impl IntoIterator<Item = (u64, Event)>) -> Series {
    let backdrop = Backdrop { freshness_bounds_ms: vec![("lake".into(), 240_000)], ..Backdrop::default() };
    let mut series = Series::new(SimDuration::from_mins(10)).before(backdrop);
    let (name, put, sink) = ("lake".into(), PutKind::Direct, SinkKind::S3);
    let why = IngestRefusal::Quota;
    let (stage, error) = (Stage::Deliver, "S3.SlowDown");
    let events = [
        (0, Event::DeliveryDeclared { delivery: LAKE, name, put, stream: None, sink }),
        (1, taken(0, 100)),
        (1, Event::DeliveryRefused { delivery: LAKE, host: WEB, records: 7, bytes: 700, why }),
        (50, Event::FaultBegan { fault: 0, what: "throttle at 50% on s3 for 1m".into() }),
        (61, Event::DeliveryAttemptFailed { delivery: LAKE, lane: 0, stage, records: 100, attempt: 1, error }),
        (110, Event::FaultEnded { fault: 0 }),
        (121, arrived(Output::Destination, 0, 90)),
        (121, arrived(Output::Destination, 80, 90)),
        (121, delivered(90, 120)),
    ];
    let mut events: Vec<(u64, Event)> = events.into_iter().chain(more).collect();
    events.push((600, Event::RunEnded {}));
    events.sort_by_key(|(at, _)| *at);
    events.iter().for_each(|(at, event)| series.on(SimTime::from_secs(*at), event));
    series
}

/// The stages that are shown, with their lines and what those come to.
fn told(series: &Series) -> Vec<(&'static str, Vec<String>)> {
    let flow = series.flows().next().expect("a delivery stream");
    stages(series, flow)
        .iter()
        .map(|stage| (stage.name, stage.lines.iter().map(|line| line.told()).collect()))
        .collect()
}

#[test]
fn a_flow_shows_the_stages_that_there_are_with_what_came_of_all() {
    let expected = [
        ("In", vec!["accepted 100", "refused 7"]),
        ("Delivered", vec!["to S3 90", "once more 10"]),
        ("Failed calls", vec!["to S3 1"]),
        ("On their way", vec!["neither there nor failed"]),
        ("Freshness", vec!["oldest record"]),
    ];
    let expected: Vec<_> =
        expected.into_iter().map(|(stage, lines)| (stage, lines.into_iter().map(str::to_owned).collect())).collect();
    assert_eq!(told(&flowed([])), expected);
    let returned = Event::FunctionReturned {
        delivery: LAKE,
        lane: 0,
        ok: 6,
        dropped: 3,
        failed: 1,
        sent_bytes: 1000,
        returned_bytes: 1000,
        took: SimDuration::from_secs(1),
    };
    let (failed_as, error, is_kept) = (FailedAs::Processing, "Lambda.MissingRecordId", true);
    let failed = Event::RecordsFailed { delivery: LAKE, lane: 0, from: 97, to: 98, part: 0, failed_as, error, is_kept };
    let dropped = Event::RecordsDropped { delivery: LAKE, lane: 0, from: 90, to: 93, part: 0 };
    let series = flowed([(30, returned), (30, dropped), (30, failed), (90, arrived(Output::Errors, 97, 98))]);
    let told = told(&series);
    assert_eq!(told[1], ("Function", ["well 6", "dropped 3", "failed 1"].map(str::to_owned).to_vec()));
    assert!(told[2].1.contains(&"error output 1".to_owned()), "{told:?}");
}

#[test]
fn what_waits_and_how_old_it_is_goes_on_where_nothing_happens() {
    let series = flowed([]);
    let points = &series.flows().next().expect("a delivery stream").points;
    let at = |second: u64| points[(second / series.step().as_secs()) as usize];
    assert_eq!(points.len() as u64, 600 / series.step().as_secs(), "up to the end of the run");
    assert_eq!((at(100).waiting, at(400).waiting), (100, 10));
    let age_s = |second: u64| at(second).oldest_ms.map(|age| age / 1000);
    assert_eq!((age_s(59), age_s(599)), (Some(59), Some(599)), "ten of the first second never come");
    let calm = flowed([(121, arrived(Output::Destination, 90, 100))]);
    let points = &calm.flows().next().expect("a delivery stream").points;
    assert_eq!(points.last().and_then(|point| point.oldest_ms), None, "nothing is on its way");
}

#[test]
fn the_plot_of_a_flow_has_one_clock_units_and_what_happened() {
    let series = flowed([]);
    let plots = plots::render(&series);
    let names: Vec<_> = plots.iter().map(|plot| plot.file_name.as_str()).collect();
    assert_eq!(names, ["flow-lake.svg"]);
    let texts = texts(&plots[0]);
    let count = |text: &str| texts.iter().filter(|shown| **shown == text).count();
    assert_eq!(count("time (minutes)"), 1, "{texts:?}");
    let once = ["throttle at 50% on s3 for 1m", "fault in force", "expected bound", "seconds", "records"];
    once.iter().for_each(|text| assert_eq!(count(text), 1, "{text}: {texts:?}"));
    assert_eq!(count("records/s"), 2, "of what goes in and what is delivered");
    assert!(!plots[0].svg.contains("NaN") && !plots[0].svg.contains("inf"));
}

#[test]
fn a_page_has_the_stages_and_shows_them_about_a_failure_that_names_the_delivery_stream() {
    let series = flowed([]);
    let watched = html::Watched::new(SimDuration::from_mins(10), true);
    let page = html::of_run(&report(Figures::default()), &series, &watched);
    assert!(page.contains("<section id=\"deliveries\"") && page.contains("lake: Direct PUT to S3"));
    let stages = ["lake: in", "lake: delivered", "lake: failed calls", "lake: on their way", "lake: freshness"];
    let count = |page: &str, stage: &str| page.matches(&format!("<figcaption>{stage}</figcaption>")).count();
    stages.iter().for_each(|stage| assert_eq!(count(&page, stage), 1, "{stage}"));
    let moments = vec![Moment { at: SimTime::from_secs(300), what: "lake: records came nowhere".into() }];
    let mut failing = report(Figures::default());
    failing.checks[1].detail = "0:05:00.000 lake: records 90 to 99 of shard 0 came nowhere".into();
    failing.timelines = vec![Timeline { of: failing.checks[1].name.into(), moments }];
    let page = html::of_run(&failing, &series, &watched);
    stages.iter().for_each(|stage| assert_eq!(count(&page, stage), 2, "{stage}"));
}
