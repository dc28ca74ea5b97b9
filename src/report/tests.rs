//! The report of a small run written by hand, byte for byte, and its other forms.

mod flow;

use std::collections::BTreeSet;

use super::events_file::{EventsFile, EventsKept};
use super::*;
use crate::base::event::{Event, Fold, LeaseGain, ProcessorFault, RoutedBy, TableThrottle, WriteRefusal};
use crate::base::{
    HashKey, HashKeyRange, HostId, PartitionKey, Position, SequenceNumber, ShardId, SimDuration, SimTime, StreamId,
};
use crate::check::Evidence;
use crate::measure::tests::{BILLING, ONE, STREAM, TABLE, TWO, WEB, accepted, declarations, measures, read, refused};
use crate::measure::{Happening, Measures, Moment, Outcome, Series};

/// Ten minutes in which shard 0 has a hot key, billing-1 crashes, and its lease moves.
fn story() -> Vec<(SimTime, Event)> {
    let mut events: Vec<_> = declarations().into_iter().map(|event| (SimTime::ZERO, event)).collect();
    for (shard, host) in [(0, ONE), (1, TWO)] {
        let shard = ShardId(shard);
        let how = LeaseGain::Available;
        events.push((SimTime::from_secs(2), Event::LeaseGained { consumer: BILLING, host, shard, how, from: None }));
        events.push((
            SimTime::from_secs(2),
            Event::ProcessingStarted { consumer: BILLING, host, shard, start: Position::TrimHorizon },
        ));
    }
    let mut next = [0u64; 2];
    for second in 0..600u64 {
        let at = SimTime::from_secs(second);
        second_of_the_story(second, at, &mut next, &mut events);
    }
    events.push((SimTime::from_secs(600), Event::RunEnded {}));
    events.sort_by_key(|(at, _)| *at);
    events
}

fn second_of_the_story(second: u64, at: SimTime, next: &mut [u64; 2], events: &mut Vec<(SimTime, Event)>) {
    let wave = second % 120;
    let rates = [40 + wave, 30 + second % 7];
    for (shard, rate) in rates.into_iter().enumerate() {
        for n in 0..rate {
            let key = if shard == 0 && n % 3 > 0 { "celebrity".to_string() } else { format!("user-{}", n % 40) };
            events.push((at, accepted(ShardId(shard as u32), next[shard], &key, 9_000)));
            next[shard] += 1;
        }
    }
    for _ in 0..wave.saturating_sub(90) {
        events.push((at, refused(ShardId(0), "celebrity", WriteRefusal::ByteRate)));
    }
    let put = Event::PutFinished { host: WEB, records_ok: 80, records_given_up: 0, attempts: 1, took_ms: 12 + wave };
    events.push((at, put));
    let units =
        Event::UnitsConsumed { table: TABLE, host: ONE, operation: "UpdateItem", read_half_units: 1, write_units: 4 };
    events.push((at, units));
    if second % 50 == 49 {
        let (operation, reason) = ("UpdateItem", TableThrottle::TableWrite);
        events.push((at, Event::TableThrottled { table: TABLE, host: TWO, operation, reason }));
    }
    leases_in_the_story(second, at, next, events);
}

fn leases_in_the_story(second: u64, at: SimTime, next: &[u64; 2], events: &mut Vec<(SimTime, Event)>) {
    let s0 = ShardId(0);
    match second {
        200 => {
            events.push((at, Event::FaultBegan { fault: 0, what: "crash of billing-1 for 60s".into() }));
            events.push((at, Event::HostCrashed { host: ONE }));
        }
        245 => {
            let (how, from) = (LeaseGain::Available, Some("billing-1".into()));
            events.push((at, Event::LeaseGained { consumer: BILLING, host: TWO, shard: s0, how, from }));
            let start = Position::Checkpoint(SequenceNumber::new(s0, 0, 0, 0));
            events.push((at, Event::ProcessingStarted { consumer: BILLING, host: TWO, shard: s0, start }));
        }
        260 => {
            events.push((at, Event::FaultEnded { fault: 0 }));
            events.push((at, Event::FaultsHealed {}));
        }
        _ => {}
    }
    let is_down = (200..245).contains(&second);
    if !is_down {
        let (host, age) =
            if second < 200 { (ONE, 180) } else { (TWO, 45_000u64.saturating_sub((second - 245) * 700).max(190)) };
        events.push((at, read(s0, host, next[0], age)));
        let from = next[0].saturating_sub(40);
        events.push((at, Event::RecordsProcessed { consumer: BILLING, host, shard: s0, from, to: next[0] }));
    }
    events.push((at, read(ShardId(1), TWO, next[1], 150 + second % 40)));
    if second.is_multiple_of(10) {
        let shard = ShardId(1);
        let attempt =
            Event::CheckpointAttempted { consumer: BILLING, host: TWO, shard, sequence_number: None, to: next[1] };
        events.push((at, attempt));
    }
}

fn told<F: Fold>(mut fold: F) -> F {
    story().iter().for_each(|(at, event)| fold.on(*at, event));
    fold
}

fn report(figures: Figures) -> RunReport {
    let check = |name, verdict, detail: &str, evidence| CheckResult { name, verdict, detail: detail.into(), evidence };
    let seen = |s, what: &str| Evidence { from: SimTime::from_secs(s), at: SimTime::from_secs(s), what: what.into() };
    let lost = vec![
        seen(199, "billing-1 processed shardId-000000000000 up to record 19,800"),
        seen(245, "billing-2 began at record 19,840: records 19,800 to 19,839 were never processed"),
    ];
    RunReport {
        scenario: "one celebrity key".into(),
        source: "scenarios/celebrity.toml".into(),
        has_code: false,
        again: None,
        seed: 7.into(),
        swarm: None,
        asked_bug: None,
        trace_hash: 0x00ab_cdef_0123_4567,
        verdict: Verdict::Fail,
        declared_failing: Vec::new(),
        is_as_declared: false,
        checks: vec![
            check("no-acknowledged-record-lost", Verdict::Pass, "80,512 records kept by two zones", Vec::new()),
            check("every-record-processed", Verdict::Fail, "40 records of 1 shard were passed over", lost),
            check("exactly-once", Verdict::Unknown, "no consumer has a store that promises it", Vec::new()),
        ],
        expectations: vec![ExpectationResult {
            text: "streams.clicks.throttled_percent < 5".into(),
            verdict: Verdict::Pass,
            detail: "1.6 for clicks".into(),
            if_any: false,
        }],
        alarms: None,
        happened: vec![
            Happening {
                at: SimTime::from_secs(200),
                what: "crash of billing-1 for 60s".into(),
                outcome: Outcome::Ended(SimTime::from_secs(260)),
            },
            Happening {
                at: SimTime::from_secs(301),
                what: "SplitShard hottest of clicks".into(),
                outcome: Outcome::Done(SimTime::from_secs(330)),
            },
        ],
        timelines: Vec::new(),
        surprises: Vec::new(),
        figures,
        simulated_seconds: 600.0,
        events: 84_321,
    }
}

fn check_snapshot(name: &str, text: &str) {
    insta::with_settings!({
        snapshot_path => "../../snapshots/report", prepend_module_to_snapshot => false, omit_expression => true,
    }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn the_terminal_report_tells_the_verdict_first_and_then_the_figures() {
    check_snapshot("terminal", &text::render(&report(told(measures()).figures()), Style::Plain));
}

#[test]
fn a_report_keeps_to_the_terminals_width_and_breaks_no_word_or_number() {
    let report = report(told(measures()).figures());
    let at = |width| text::render(&report, Page::new(Style::Plain, Some(width), Vec::new()));
    let widest = at(200);
    let known: BTreeSet<&str> = widest.split_whitespace().collect();
    for width in 60..=200 {
        let narrow = at(width);
        let mut words = narrow.split_whitespace().filter(|word| !word.contains('─'));
        let is_known = |word: &str| {
            let word = word.trim_matches(',');
            known.iter().any(|of| of.trim_matches(',') == word) || "left out for the width:".contains(word)
        };
        assert_eq!(words.find(|word| !is_known(word)), None, "{width} columns");
        let too_long = |line: &&str| line.chars().count() > width && line.trim().contains(' ');
        assert_eq!(narrow.lines().find(too_long), None, "{width} columns");
    }
    assert_eq!((at(20), at(1000)), (at(60), widest.clone()), "reports are 60 to 200 columns wide");
}

#[test]
fn a_column_that_opens_a_group_leaves_its_heading_behind() {
    let report = report(told(measures()).figures());
    for width in 60..=200 {
        let text = text::render(&report, Page::new(Style::Plain, Some(width), Vec::new()));
        let consumers = text.split("\nConsumers\n").nth(1).expect("consumers are told");
        let lines: Vec<&str> = consumers.lines().collect();
        let header = lines.iter().position(|line| line.trim_start().starts_with("consumer ")).expect("a header");
        let has = |word: &str| lines[header].split_whitespace().any(|of| of == word);
        let is_headed = |group: &str| lines[header - 1].split_whitespace().any(|of| of == group);
        assert_eq!(is_headed("age"), has("p99") || has("p50"), "{width} columns: {text}");
    }
}

#[test]
fn colours_change_no_words() {
    let report = report(told(measures()).figures());
    let coloured = text::render(&report, Style::Coloured);
    assert!(coloured.contains("\u{1b}[1m\u{1b}[31mFAIL"), "{coloured:?}");
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    assert_eq!(plain + rest, text::render(&report, Style::Plain));
}

#[test]
fn the_json_report_has_its_form() {
    check_snapshot("json", &json::render(&report(told(measures()).figures()), None));
}

#[test]
fn many_shards_are_shown_by_the_busiest_and_a_line_for_the_rest() {
    let mut measures = measures();
    let declared =
        Event::StreamDeclared { stream: StreamId(0), name: "wide".parse().expect("name"), retention_hours: 24 };
    measures.on(SimTime::ZERO, &declared);
    for (i, range) in HashKeyRange::uniform(25).enumerate() {
        let shard = ShardId(i as u32);
        let opened = Event::ShardOpened { stream: STREAM, shard, range, parent: None, adjacent_parent: None };
        measures.on(SimTime::ZERO, &opened);
        (0..i as u64).for_each(|n| measures.on(SimTime::from_secs(1), &accepted(shard, n, "k", 10)));
    }
    let text = text::render(&report(measures.figures()), Style::Plain);
    assert!(text.contains("+15  others"), "{text}");
    assert_eq!(text.lines().filter(|line| line.contains(" open ")).count(), 10, "{text}");
}

#[test]
fn a_run_that_fails_as_declared_says_so() {
    let mut report = report(Figures::default());
    report.declared_failing = vec!["every-record-processed".into()];
    report.is_as_declared = true;
    let text = text::render(&report, Style::Plain);
    let words: Vec<_> = text.split_whitespace().collect();
    assert!(words.join(" ").contains("(as the scenario says that it will)"), "{text}");
}

#[test]
fn the_speed_is_told_apart() {
    let line = text::performance_line(&report(Figures::default()), 0.5);
    assert_eq!(line, "10m simulated in 0.50 s (1200x), 168,642 events/s\n");
}

#[test]
fn the_reproducing_line_can_be_pasted() {
    let mut report = report(Figures::default());
    assert_eq!(report.reproducing_line(), "kinesim run scenarios/celebrity.toml --seed 7");
    report.source = "my scenarios/it's.toml".into();
    assert_eq!(report.reproducing_line(), r"kinesim run 'my scenarios/it'\''s.toml' --seed 7");
}

#[test]
fn plots_are_the_same_bytes_for_the_same_run() {
    let plots = plots::render(&told(Series::new(SimDuration::from_mins(10))));
    let names: Vec<_> = plots.iter().map(|plot| plot.file_name.as_str()).collect();
    assert_eq!(names, ["records-clicks.svg", "iterator-age.svg", "leases-billing.svg"]);
    assert_eq!(plots, plots::render(&told(Series::new(SimDuration::from_mins(10)))));
    for plot in &plots {
        assert!(plot.svg.starts_with("<svg") && plot.svg.contains("time (minutes)"), "{}", plot.file_name);
        assert!(!plot.svg.contains("NaN") && !plot.svg.contains("inf"), "{}", plot.file_name);
    }
    assert_eq!(plots::render(&Series::new(SimDuration::from_mins(10))), []);
}

#[test]
fn exported_lines_are_json_with_names() {
    let writer = told(export::EventsWriter::new(Vec::new()));
    let text = String::from_utf8(writer.finish().expect("memory")).expect("UTF-8");
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("every line is JSON")).collect();
    assert_eq!(lines.len(), story().len());
    let gained = lines.iter().find(|line| line["event"] == "LeaseGained").expect("a lease was gained");
    assert_eq!((&gained["host"], &gained["consumer"]), (&"billing-1".into(), &"billing".into()));
    assert_eq!((&gained["time_ns"], &gained["time"]), (&2_000_000_000u64.into(), &"0:00:02.000".into()));
    assert_eq!((&gained["shard"], &gained["from"]), (&"shardId-000000000000".into(), &serde_json::Value::Null));
}

#[test]
fn exported_durations_have_one_unit_and_a_hash_key_shows_where_it_chose_the_shard() {
    let key = PartitionKey::new("k").expect("a key");
    let accepted = |routed_by| {
        let (stream, shard, key) = (STREAM, ShardId(0), key.clone());
        Event::RecordAccepted {
            stream,
            shard,
            ordinal: 0,
            index: 0,
            key,
            routed_by,
            size_bytes: 1,
            zones: 7,
            host: WEB,
            number: None,
        }
    };
    let iterator_lived = SimDuration::from_millis(300_001);
    let mut writer = export::EventsWriter::new(Vec::new());
    for event in [
        Event::IteratorExpired { stream: STREAM, shard: ShardId(0), host: ONE, iterator_lived },
        accepted(RoutedBy::PartitionKey),
        accepted(RoutedBy::HashKey(Box::new(HashKey::new(12)))),
    ] {
        writer.on(SimTime::ZERO, &event);
    }
    let text = String::from_utf8(writer.finish().expect("memory")).expect("UTF-8");
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[0].ends_with(r#""iterator_lived_ns":300001000000}"#), "{text}");
    assert!(lines[1].contains(r#""key":"k","size_bytes":1,"#), "{text}");
    assert!(lines[2].contains(r#""key":"k","routed_by":"12","size_bytes":1,"#), "{text}");
}

#[test]
fn an_error_of_the_export_is_told_at_its_end() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut writer = export::EventsWriter::new(Full);
    writer.on(SimTime::ZERO, &Event::HostCrashed { host: HostId(1) });
    assert!(writer.finish().is_err_and(|error| error.kind() == std::io::ErrorKind::StorageFull));
}

#[test]
fn a_run_leaves_its_files_in_a_directory_and_their_bytes_do_not_depend_on_when() {
    let root = std::env::temp_dir().join(format!("kinesim-report-{}", std::process::id()));
    let write = |name: &str| {
        let dir = root.join(name);
        let events = told(EventsFile::create(&dir, EventsKept::All).expect("a file"));
        let kept = events.finish().expect("written");
        let series = told(Series::new(SimDuration::from_mins(10)));
        let report = report(told(measures()).figures());
        let paths =
            files::write_all(&dir, &report, None, &series, Some(&kept), "duration = \"10m\"\n").expect("written");
        assert_eq!(paths.len(), 6);
        let all = paths.into_iter().chain([dir.join(events_file::FILE_NAME)]);
        all.map(|path| std::fs::read(path).expect("there")).collect::<Vec<_>>()
    };
    assert_eq!(write("one"), write("two"));
    assert!(std::fs::remove_dir_all(root).is_ok());
}

/// A plot's texts, in order.
fn texts(plot: &plots::Plot) -> Vec<&str> {
    let texts = plot.svg.split("<text").skip(1).filter_map(|text| text.split_once('>')?.1.split('<').next());
    texts.map(str::trim).collect()
}

#[test]
fn every_plot_names_what_happened_to_the_run_once() {
    let mut series = told(Series::new(SimDuration::from_mins(10)));
    let mut on = |s, event: Event| series.on(SimTime::from_secs(s), &event);
    for (fault, from) in [(0, 100), (1, 300)] {
        on(from, Event::FaultBegan { fault, what: "crash of billing-1 for 1m".into() });
        on(from + 60, Event::FaultEnded { fault });
    }
    on(400, Event::ActionTaken { what: "SplitShard hottest of clicks".into(), outcome: "ok".into(), stream: None });
    let (consumer, shard, fault) = (BILLING, ShardId(0), ProcessorFault::Threw);
    on(450, Event::RecordsSkipped { consumer, host: ONE, shard, from: 1, to: 2, fault });
    let long = "partition between every worker of billing and the lease table, ".repeat(9);
    on(590, Event::ActionTaken { what: long.as_str().into(), outcome: "ok".into(), stream: None });
    for plot in plots::render(&series) {
        let texts = texts(&plot);
        let count = |text: &str| texts.iter().filter(|shown| **shown == text).count();
        for name in ["crash of billing-1 for 1m (×2)", "SplitShard hottest of clicks"] {
            assert_eq!(count(name), 1, "{}: {texts:?}", plot.file_name);
        }
        for key in ["fault in force", "action", "processor threw"] {
            assert_eq!(count(key), 1, "{}: {texts:?}", plot.file_name);
        }
        let cut = texts.iter().find(|shown| shown.starts_with("partition between")).expect("it is named");
        assert!(cut.ends_with('…') && cut.chars().count() > 80, "as long as there is room: {cut}");
    }
}

/// The page of the story, told as this scenario.
fn page(scenario: &str, more: &[(SimTime, Event)]) -> String {
    let mut events = story();
    events.extend_from_slice(more);
    events.sort_by_key(|(at, _)| *at);
    let mut series = Series::new(SimDuration::from_mins(10));
    let (mut measures, mut watched) =
        (Measures::new(std::sync::Arc::default()), html::Watched::new(SimDuration::from_mins(10), true));
    for (at, event) in &events {
        series.on(*at, event);
        measures.on(*at, event);
        watched.on(*at, event);
    }
    let moment = |s, what: &str| Moment { at: SimTime::from_secs(s), what: what.into() };
    let moments = vec![moment(200, "crash of billing-1 for 60s"), moment(245, "billing-2 began shard 0 at record 5")];
    let timelines = vec![Timeline { of: "every-record-processed".into(), moments }];
    let report = RunReport { scenario: scenario.into(), timelines, ..report(measures.figures()) };
    html::of_run(&report, &series, &watched)
}

#[test]
fn the_page_of_a_failing_run_opens_on_what_failed_and_has_every_part() {
    let page = page("one celebrity key", &[]);
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("the page has {text}"));
    let failed = at("<details open><summary class=\"fail\">");
    assert!(at("<h1>one celebrity key</h1>") < failed && failed < at("id=\"shards\""), "the verdict, then what failed");
    assert!(at("data-s=\"200\"") > failed, "with its timeline");
    for part in ["happened", "shards", "ages", "leases", "tables", "checks", "figures", "log"] {
        assert!(page.contains(&format!("<section id=\"{part}\"")), "{part}");
    }
    let plots = page.matches("<svg class=\"plot\"").count();
    assert!(plots >= 8, "{plots} plots");
    assert_eq!(page.matches("role=\"img\"").count(), plots, "each is one image for a screen reader");
    assert_eq!((page.matches("<desc>").count(), page.matches("<figcaption>").count()), (plots, plots));
    assert!(!page.contains("NaN") && !page.contains("inf "));
    assert_eq!(page.matches("://").count(), page.matches("://www.w3.org/2000/svg").count(), "it asks nobody");
}

#[test]
fn the_page_has_the_same_bytes_for_the_same_run_and_stays_small() {
    let first = page("one celebrity key", &[]);
    assert!(first.len() < 500_000, "{} bytes", first.len());
    assert_eq!(first, page("one celebrity key", &[]));
}

#[test]
fn what_users_and_clients_wrote_is_text_in_the_page() {
    let hostile = "</title></script><img src=x onerror=alert(1)>\"'&";
    let at = SimTime::from_secs(3);
    let (key, host) = (PartitionKey::new(hostile).expect("a key"), WEB);
    let fault = Event::FaultBegan { fault: 9, what: hostile.into() };
    let (operation, error) = ("PutRecord", "InternalFailure");
    let mut more = vec![(at, fault), (at, Event::CallRefused { service: "kinesis", operation, host, error })];
    more.extend((0..5000).map(|_| {
        let (shard, reason) = (ShardId(0), WriteRefusal::RecordRate);
        (at, Event::RecordRefused { stream: STREAM, shard, key: key.clone(), size_bytes: 1, reason, host })
    }));
    let page = page(hostile, &more);
    let escaped = "&lt;/title&gt;&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;";
    assert!(page.matches(escaped).count() >= 4, "the scenario, the fault, the events");
    assert!(!page.contains("<img"), "nothing of it is markup");
}
