//! Faults as the director lets them happen.

use std::cell::RefCell;
use std::rc::Rc;

use super::{Live, Options, run};
use crate::base::{Event, Fold, SimTime};
use crate::check::{Checks, Verdict};
use crate::report::{CameOut, RunReport, Style, text};
use crate::scenario::plan::Plan;
use crate::{fault, scenario};

/// When hosts were paused, resumed, crashed and restarted.
#[derive(Default)]
struct Turns(Vec<(u64, &'static str)>);

impl Fold for Turns {
    fn on(&mut self, at: SimTime, event: &Event) {
        if let Event::HostPaused { .. }
        | Event::HostResumed { .. }
        | Event::HostCrashed { .. }
        | Event::HostRestarted { .. } = event
        {
            self.0.push((at.as_secs(), event.kind().as_str()));
        }
    }
}

fn turns(faults: &str) -> Vec<(u64, &'static str)> {
    let source = format!(
        "name = \"t\"\nduration = \"5m\"\n[stream.s]\nshards = 1\n[consumer.reader]\nstream = \"s\"\n\
         library = \"poller\"\n{faults}"
    );
    let scenario = scenario::load(&source, "t.toml", None).unwrap_or_else(|d| panic!("{d}"));
    let turns = Rc::new(RefCell::new(Turns::default()));
    run(&scenario.plan(), Options { listeners: vec![turns.clone()], ..Options::default() });
    turns.take().0
}

#[test]
fn a_host_goes_on_when_the_last_of_overlapping_pauses_ends() {
    let faults = "[[fault]]\nat = \"10s\"\nfor = \"30s\"\npause = \"reader-1\"\n\
                  [[fault]]\nat = \"20s\"\nfor = \"60s\"\npause = \"reader-1\"\n";
    assert_eq!(turns(faults), [(10, "HostPaused"), (80, "HostResumed")]);
}

#[test]
fn a_crashed_host_starts_again_as_its_last_crash_says() {
    let faults = "[[fault]]\nat = \"10s\"\nrestart_after = \"30s\"\ncrash = \"reader-1\"\n\
                  [[fault]]\nat = \"20s\"\nrestart_after = \"60s\"\ncrash = \"reader-1\"\n";
    assert_eq!(turns(faults), [(10, "HostCrashed"), (80, "HostRestarted")]);
}

#[test]
fn a_clock_is_off_as_the_latest_skew_in_force_says() {
    let source = "name = \"t\"\nduration = \"5m\"\n[stream.s]\nshards = 1\n[consumer.reader]\nstream = \"s\"\n\
                  library = \"poller\"\n\
                  [[fault]]\nat = \"10s\"\nfor = \"60s\"\nclock_skew = { host = \"reader-1\", ahead = \"30s\" }\n\
                  [[fault]]\nat = \"20s\"\nfor = \"20s\"\nclock_skew = { host = \"reader-1\", behind = \"5s\" }\n";
    let plan = scenario::load(source, "t.toml", None).unwrap_or_else(|d| panic!("{d}")).plan();
    let live = Live::new(&plan, Vec::new());
    let skew_ms = |at_s: u64| {
        live.run_until(SimTime::from_secs(at_s));
        let host = live.host("reader-1").expect("the reader is there");
        host.wall_unix_ms() as i64 - (plan.services.kinesis.epoch_unix_ms + at_s * 1000) as i64
    };
    assert_eq!([5, 15, 25, 45, 75].map(skew_ms), [0, 30_000, -5_000, 30_000, 0]);
}

/// What examples of faults speak of, with one fault or none.
fn scenario_of_examples(fault: &str) -> Plan {
    let source = format!(
        "name = \"t\"\nduration = \"3m\"\n[stream.orders]\nshards = 2\nencryption_key = \"alias/orders\"\n\
         [producer.web]\nstream = \"orders\"\nrate = \"50/s\"\n[consumer.billing]\nstream = \"orders\"\n\
         records_max = 100\nstart = \"60s\"\ninitial_position = \"30s ago\"\n{fault}"
    );
    scenario::load(&source, "t.toml", None).unwrap_or_else(|d| panic!("{d}\n{source}")).plan()
}

/// All that happened but the fault itself.
#[derive(Default)]
struct Others(Vec<(SimTime, String)>, u32);

impl Fold for Others {
    fn on(&mut self, at: SimTime, event: &Event) {
        match event {
            Event::FaultBegan { .. } | Event::FaultEnded { .. } => self.1 += 1,
            Event::FaultsHealed {} => {}
            _ => self.0.push((at, format!("{event:?}"))),
        }
    }
}

fn others(plan: &Plan) -> Others {
    let others = Rc::new(RefCell::new(Others::default()));
    run(plan, Options { listeners: vec![others.clone()], ..Options::default() });
    others.take()
}

/// Some faults bite where a consumer starts, which is at 60 s here, and some where it reads.
#[test]
fn every_kind_of_fault_begins_ends_and_changes_what_happens() {
    let calm = others(&scenario_of_examples(""));
    for about in fault::KINDS {
        let changed = [59, 120].into_iter().filter(|at_s| {
            let fault = format!("[[fault]]\nat = \"{at_s}s\"\nfor = \"20s\"\n{}\n", about.example);
            let Others(happened, turns) = others(&scenario_of_examples(&fault));
            assert_eq!(turns, 2, "{} begins and ends", about.key);
            let first = happened.iter().zip(&calm.0).find(|(one, other)| one != other);
            assert!(first.is_none_or(|((at, _), _)| *at >= SimTime::from_secs(*at_s)), "{} acts early", about.key);
            happened != calm.0
        });
        assert!(changed.count() > 0, "{} changes nothing: {}", about.key, about.example);
    }
}

#[test]
fn every_fault_that_the_page_offers_is_read_begun_and_healed() {
    let empty = "name = \"nobody\"\nduration = \"1h\"\n";
    for (source, missing) in [(SMALL_WITH_READER, 0), (empty, 4)] {
        let source = scenario::load(source, "t.toml", None).unwrap_or_else(|d| panic!("{d}"));
        let (live, faults) = (Live::new(&source.plan(), Vec::new()), source.live_faults());
        let (offered, others): (Vec<_>, Vec<_>) =
            live.fault_forms(&faults).into_iter().partition(|form| form.missing.is_none());
        assert_eq!((offered.len() + others.len(), others.len()), (fault::KINDS.len(), missing), "what needs a host");
        for form in offered {
            let fault = live.read_json_fault(&faults, form.unchanged()).unwrap_or_else(|e| panic!("{}: {e}", form.key));
            let id = live.begin_fault(fault);
            assert_eq!(live.active_faults().len(), 1, "{} begins", form.key);
            assert!(live.heal_fault(id), "{} is healed", form.key);
        }
    }
}

#[test]
fn a_name_that_nothing_can_have_is_told_as_one_that_nothing_has() {
    let source = scenario::load(SMALL_WITH_READER, "t.toml", None).unwrap_or_else(|d| panic!("{d}"));
    let live = Live::new(&source.plan(), Vec::new());
    for (key, value) in [("table", "5 %"), ("stream", "ä/ö"), ("operation", "?"), ("service", "\u{0}")] {
        let fault = serde_json::json!({ "throttle": { key: value } });
        let told = live.read_json_fault(&source.live_faults(), fault).map(|fault| fault.text);
        assert!(told.is_err(), "{key}");
    }
}

/// A small run with a few more lines in its file.
fn report_with(more: &str) -> RunReport {
    let source = SMALL_WITH_READER.replace("1h", "4m") + more;
    let plan = scenario::load(&source, "t.toml", None).unwrap_or_else(|d| panic!("{d}\n{source}")).plan();
    run(&plan, Options::default()).report
}

#[test]
fn an_expectation_that_nothing_was_found_for_leaves_the_run_unknown_unless_it_may() {
    let expect = "[[expect]]\nnumber = \"tables.*.items\"\nis = \"< 5\"\n";
    let report = report_with(expect);
    assert_eq!((report.verdict, report.came_out()), (Verdict::Unknown, CameOut::Unknown), "a poller has no table");
    assert!(text::quiet_line(&report).contains("not judged: tables.*.items < 5"));
    assert_eq!(report_with(&format!("{expect}if_any = true\n")).came_out(), CameOut::Pass);
}

#[test]
fn a_peak_that_breaks_an_expectation_says_which_second_or_minute_it_was() {
    let more = "[producer.more]\nstream = \"s\"\nramp = { from = \"1/s\", to = \"200/s\" }\nstop = \"3m\"\n";
    let detail = |number: &str| {
        let expect = format!("{more}[[expect]]\nnumber = \"{number}\"\nis = \"< 1%\"\n");
        report_with(&expect).expectations[0].detail.clone()
    };
    let minute = detail("streams.s.shards.*.records_limit_peak_minute_percent");
    assert!(minute.contains(": in the minute from 0:02:00.000 on"), "{minute}");
    let second = detail("streams.s.shards.*.records_limit_peak_percent");
    assert!(second.contains(": in the second from 0:02:5"), "{second}");
}

#[test]
fn an_action_that_is_refused_is_no_pass_unless_that_was_wanted() {
    // The stream is created twice: the second time it is there.
    let twice = "[[action]]\nat = \"1m\"\ncreate_stream = 1\nstream = \"s2\"\n\
                 [[action]]\nat = \"2m\"\nmerge = \"hottest\"\nstream = \"s2\"\n";
    let report = report_with(twice);
    assert_eq!(report.came_out(), CameOut::Unknown);
    assert_eq!(report.surprises, ["refused: MergeShards hottest of s2 (no neighbour)"]);
    assert_eq!(report_with(&format!("{twice}expect_refusal = true\n")).came_out(), CameOut::Pass);
    let done = "[[action]]\nat = \"1m\"\nsplit = \"hottest\"\nexpect_refusal = true\n";
    assert_eq!(report_with(done).surprises, ["not refused: SplitShard hottest of s"]);
    let late = "[[action]]\nat = \"239s\"\nsplit = \"hottest\"\n[[action]]\nat = \"239s\"\nsplit = \"coldest\"\n";
    assert!(report_with(late).surprises[0].starts_with("not done when the run ended"));
}

#[test]
fn a_fault_that_meets_nothing_is_no_pass_unless_it_may() {
    let fault = |kind: &str| format!("[[fault]]\nat = \"1m\"\nfor = \"1m\"\n{kind}\n");
    for kind in [
        "throttle = { service = \"dynamodb\" }",
        "unavailable = { operation = \"SplitShard\" }",
        "partition = { hosts = [\"web\"], service = \"dynamodb\" }",
        "lose = { operation = \"MergeShards\" }",
        "delay = { hosts = [\"reader\"], operation = \"PutRecord\", by = \"1s..2s\" }",
    ] {
        let report = report_with(&fault(kind));
        assert_eq!(report.came_out(), CameOut::Unknown, "{kind}");
        let [surprise] = &report.surprises[..] else { panic!("{kind}: {:?}", report.surprises) };
        assert!(surprise.starts_with("met nothing: ") && surprise.ends_with(" at 0:01:00.000"), "{surprise}");
        assert_eq!(report_with(&(fault(kind) + "if_any = true\n")).came_out(), CameOut::Pass, "{kind}");
    }
    for kind in [
        "throttle = { stream = \"s\", rate = \"20%\" }",
        "internal_errors = { operation = \"GetRecords\", rate = \"20%\" }",
        "unavailable = { rate = \"20%\" }",
        "expire_iterators = { stream = \"s\", rate = \"20%\" }",
        "partition = { hosts = [\"web\"] }",
        "duplicate = { rate = \"20%\" }",
        "pause = \"reader-1\"",
        "zone_outage = 0",
    ] {
        assert_eq!(report_with(&fault(kind)).surprises, [""; 0], "{kind}");
    }
}

#[test]
fn the_headline_says_what_the_exit_code_says() {
    let expect = |is: &str| format!("[[expect]]\nthrottled_writes = \"{is}\"\n");
    let declared = |is: &str| {
        let head = "name = \"t\"\nduration = \"1m\"\noutcome = \"fail\"\n\
                    failing = [\"throttled_writes < 1%\"]\n[stream.s]\nshards = 1\n";
        let rest = "[producer.web]\nstream = \"s\"\nrate = \"RATE\"\n[[expect]]\nthrottled_writes = \"< 1%\"\n";
        let source = format!("{head}{rest}").replace("RATE", is);
        let plan = scenario::load(&source, "t.toml", None).unwrap_or_else(|d| panic!("{d}")).plan();
        run(&plan, Options::default()).report.came_out()
    };
    assert_eq!(report_with(&expect("< 1%")).came_out(), CameOut::Pass);
    assert_eq!(report_with(&expect("> 1%")).came_out(), CameOut::Fail);
    assert_eq!(declared("2000/s"), CameOut::FailAsDeclared);
    assert_eq!(declared("10/s"), CameOut::NotAsDeclared, "it held although it was to fail");
}

#[test]
fn every_fault_and_action_is_told_with_its_time_and_outcome() {
    let report = report_with(
        "[[fault]]\nat = \"1m\"\nfor = \"10s\"\npause = \"reader-1\"\n[[fault]]\nat = \"90s\"\ncrash = \"reader-1\"\n\
         [[action]]\nat = \"2m\"\nsplit = \"hottest\"\n",
    );
    let shown = text::render(&report, Style::Plain);
    let (_, after) = shown.split_once("What happened to the run\n").expect("the section is there");
    let lines: Vec<&str> = after.lines().take(3).map(str::trim).collect();
    assert_eq!(lines[0], "0:01:00.000  pause of reader-1 for 10s: ended at 0:01:10.000");
    assert_eq!(lines[1], "0:01:30.000  crash of reader-1: happened");
    assert!(lines[2].starts_with("0:02:") && lines[2].ends_with("SplitShard hottest of s: done"), "{}", lines[2]);
}

#[test]
fn liveness_of_a_run_that_goes_on_is_judged_whenever_nothing_is_in_force() {
    let source = scenario::load(SMALL_WITH_READER, "t.toml", None).unwrap_or_else(|d| panic!("{d}"));
    let live = Live::new(&source.plan(), Vec::new());
    let owned = || live.checks().into_iter().find(|check| check.name == "every-open-shard-owned").expect("the check");
    live.run_until(SimTime::from_secs(100));
    assert_eq!(owned().detail, "the run is too short: seen for 1m39s; the bound is 3m", "nobody speaks of faults");
    live.run_until(SimTime::from_secs(200));
    assert_eq!(owned().verdict, Verdict::Pass);
    let fault = serde_json::json!({"throttle": {"stream": "s"}});
    let id = live.begin_fault(live.read_json_fault(&source.live_faults(), fault).unwrap_or_else(|e| panic!("{e}")));
    live.run_until(SimTime::from_secs(300));
    assert_eq!(owned().detail, "something that disturbs the run is still in force");
    assert!(live.heal_fault(id));
    live.run_until(SimTime::from_secs(400));
    assert!(owned().detail.ends_with(" after the faults had healed; the bound is 3m"), "{}", owned().detail);
    live.run_until(SimTime::from_secs(500));
    assert_eq!(owned().verdict, Verdict::Pass, "{}", owned().detail);
}

const SMALL_WITH_READER: &str = r#"
name = "t"
duration = "1h"
[stream.s]
shards = 1
[producer.web]
stream = "s"
rate = "5/s"
[consumer.reader]
stream = "s"
library = "poller"
"#;

/// When the run says that nothing is in force any more.
fn healed_s(more: &str) -> Vec<u64> {
    #[derive(Default)]
    struct Healed(Vec<u64>);
    impl Fold for Healed {
        fn on(&mut self, at: SimTime, event: &Event) {
            if let Event::FaultsHealed {} = event {
                self.0.push(at.as_secs());
            }
        }
    }
    let source =
        format!("name = \"t\"\nduration = \"10m\"\n[stream.s]\nshards = 1\n[consumer.billing]\nstream = \"s\"\n{more}");
    let plan = scenario::load(&source, "t.toml", None).unwrap_or_else(|d| panic!("{d}\n{source}")).plan();
    let healed = Rc::new(RefCell::new(Healed::default()));
    run(&plan, Options { listeners: vec![healed.clone()], ..Options::default() });
    healed.take().0
}

#[test]
fn processors_that_hang_and_workers_that_are_stopped_disturb_a_run_as_faults_do() {
    assert_eq!(healed_s(""), [0]);
    assert_eq!(
        healed_s("[[consumer.billing.mishap]]\nhang = \"5s\"\nevery_records = 10\nuntil = \"3m\"\n"),
        [185],
        "one that begins late ends later"
    );
    assert_eq!(healed_s("[[consumer.billing.mishap]]\nthrow = true\nevery_records = 10\nuntil = \"3m\"\n"), [0]);
    let poller = "[consumer.plain]\nlibrary = \"poller\"\nstream = \"s\"\n[[consumer.plain.mishap]]\n";
    assert_eq!(
        healed_s(&format!("{poller}throw = true\nevery_records = 10\nuntil = \"3m\"\n")),
        [180],
        "it tries again"
    );
    let stop = "[[action]]\nat = \"4m\"\nstop_worker = \"billing-1\"\n";
    assert_eq!(healed_s(stop), [0], "for good");
    assert_eq!(healed_s(&format!("{stop}[[action]]\nat = \"5m\"\nstart_worker = \"billing-1\"\n")), [300]);
}

#[test]
fn ten_records_of_a_mebibyte_at_once_fit_a_stream_that_takes_ten_mebibytes() {
    let source = |max: &str| LARGE_RECORDS.replace("MAX", max);
    let report = |max: &str| {
        let plan = scenario::load(&source(max), "t.toml", None).unwrap_or_else(|d| panic!("{d}")).plan();
        run(&plan, Options::default()).report
    };
    let large = report("max_record_size = \"10 MiB\"");
    let figures = &large.figures.streams["s"];
    assert_eq!(figures.records_throttled, 0, "bursts of ten, before a split and after");
    assert!(figures.records_acked >= 30, "{} records", figures.records_acked);
    assert_eq!(large.came_out(), CameOut::Pass);
    assert!(report("").figures.streams["s"].records_throttled > 0, "otherwise one fits, and the others wait");
}

const LARGE_RECORDS: &str = r#"
name = "t"
duration = "2m"
[stream.s]
shards = 1
MAX
[producer.web]
stream = "s"
record_size = "1000 KiB"
batch = { records = 10, bytes = "10 MiB", linger = "5s" }
bursts = { base = "0/s", burst = "10/s", every = "30s", length = "1s" }
[[action]]
at = "31s"
split = "hottest"
"#;

#[test]
fn a_split_whose_answer_was_lost_is_done_and_one_of_a_closed_shard_is_not() {
    let lost = "[[fault]]\nat = \"59s\"\nfor = \"13s\"\nlose_responses = { operation = \"SplitShard\" }\n\
                [[action]]\nat = \"1m\"\nsplit = \"hottest\"\n";
    let report = report_with(lost);
    assert_eq!((report.surprises.len(), report.figures.streams["s"].shards_open), (0, 2), "{:?}", report.surprises);
    let twice = "[[action]]\nat = \"1m\"\nsplit = \"0\"\n[[action]]\nat = \"2m\"\nsplit = \"0\"\n";
    assert_eq!(report_with(twice).surprises, ["refused: SplitShard 0 of s (no such open shard)"]);
}

#[test]
fn what_clients_and_code_of_the_users_split_may_be_aimed_at() {
    let source = scenario::load(SMALL_WITH_READER, "t.toml", None).unwrap_or_else(|d| panic!("{d}"));
    let live = Live::new(&source.plan(), Vec::new());
    let fault = serde_json::json!({"throttle": {"stream": "s", "shard": 7}});
    assert!(live.read_json_fault(&source.live_faults(), fault).is_ok(), "a client may have split it");
    let aimed = "[[fault]]\nat = \"1m\"\nfor = \"1s\"\nthrottle = { shard = 7 }\n";
    assert!(scenario::load(&format!("{SMALL_WITH_READER}{aimed}"), "t.toml", None).is_err(), "nobody splits it");
    let with_app = SMALL_WITH_READER.replace("\"poller\"", "\"app\"");
    assert!(scenario::load(&format!("{with_app}{aimed}"), "t.toml", None).is_ok(), "the code may split it");
}

/// A check, or the lens, that lacks a kind of event in its list would judge differently: here a run with an application
/// that comes late, every other kind of consumer, reshards and faults.
#[test]
fn checks_miss_nothing_of_a_general_run_by_hearing_only_what_they_list() {
    let source = include_str!("../../tests/data/exploration/general.toml");
    let plan = scenario::load(source, "general.toml", None).unwrap_or_else(|d| panic!("{d}")).plan();
    let settings = super::folds::check_settings(&plan, Default::default());
    let (listening, hearing_all) = (Checks::new(&settings), Checks::hearing_all(&settings));
    let both = [listening, hearing_all].map(|checks| Rc::new(RefCell::new(checks)));
    let [listening, hearing_all] = both.clone();
    run(&plan, Options { listeners: vec![listening, hearing_all], ..Options::default() });
    let [listening, hearing_all] = both.map(|checks| checks.borrow().results());
    assert_eq!(listening, hearing_all);
}

/// A run with random faults, named by its seeds.
fn run_of(seeds: &str) -> Vec<(SimTime, String)> {
    let source = SMALL_WITH_READER.replace("1h", "4m")
        + "[random_faults]\npause = \"60/h\"\nlose_responses = \"60/h\"\nthrottle = \"60/h\"\n";
    let scenario = scenario::load(&source, "t.toml", seeds.parse().ok()).unwrap_or_else(|d| panic!("{d}"));
    others(&scenario.plan()).0
}

#[test]
fn a_run_in_which_another_seed_takes_over_is_the_same_up_to_then_and_another_from_then_on() {
    let fork = SimTime::from_secs(80);
    let early = |events: &[(SimTime, String)]| events.iter().take_while(|(at, _)| *at < fork).cloned().collect();
    let (whole, forked): (Vec<_>, Vec<_>) = (run_of("3"), run_of("3@80s:4"));
    let (before, of_whole): (Vec<_>, Vec<_>) = (early(&forked), early(&whole));
    assert!(before.len() > 100, "something happened before");
    // Hosts' names stand in the first events only; a fault's number does not matter.
    assert_eq!(before, of_whole);
    assert_ne!(forked, whole);
    assert_ne!(forked, run_of("3@80s:5"));
    assert_eq!(forked, run_of("3@80s:4"), "the same bytes every time");
}

#[test]
fn what_a_month_costs_can_be_bounded_and_is_judged_by_the_prices_of_the_file() {
    let judged = |bound: &str, prices: &str| {
        let report = report_with(&format!("{prices}[[expect]]\ncost_per_month = \"{bound}\"\n"));
        (report.came_out(), report.expectations[0].detail.clone())
    };
    let shards = "[[expect]]\nnumber = \"cost.lines.*.units\"\nis = \"> 0\"\n";
    assert_eq!(report_with(shards).came_out(), CameOut::Pass, "each line of the bill is a number");
    assert_eq!(judged("< 2000 USD", "").0, CameOut::Pass);
    let (came_out, detail) = judged("< 1 USD", "");
    assert!(came_out == CameOut::Fail && detail.starts_with("cost.per_month was "), "{detail}");
    assert_eq!(judged("> 2000 USD", "[prices]\nworker_hour = \"5 USD\"\n").0, CameOut::Pass, "a host for a month");
}

#[test]
fn alarms_and_prices_change_neither_the_events_nor_the_hash() {
    let alarm = "[prices]\nworker_hour = \"1 USD\"\n[[alarm]]\nname = \"silent\"\nmetric = \"IncomingRecords\"\n\
                 statistic = \"Sum\"\ncomparison = \"LessThanThreshold\"\nthreshold = 1\n\
                 treat_missing_data = \"breaching\"\n";
    let (with, without) = (report_with(alarm), report_with(""));
    assert_eq!((with.trace_hash, with.events), (without.trace_hash, without.events));
    assert!(with.alarms.is_some() && without.alarms.is_none());
}

/// How long buffers before S3 were open, in seconds, with when they were closed.
#[derive(Default)]
struct Closings(Vec<(u64, u64)>);

impl Fold for Closings {
    fn on(&mut self, at: SimTime, event: &Event) {
        if let Event::BufferClosed { stage: crate::base::event::Stage::Deliver, waited, .. } = event {
            self.0.push((at.as_secs(), waited.as_millis() / 1000));
        }
    }
}

#[test]
fn an_operator_changes_a_delivery_streams_buffer_gives_it_a_function_and_deletes_it() {
    let source = "name = \"t\"\nduration = \"20m\"\n[producer.web]\ndelivery = \"lake\"\nrate = \"20/s\"\n\
                  stop = \"12m\"\n[delivery.lake]\nbuffer = { interval = \"60s\" }\n[function.enrich]\n\
                  [[action]]\nat = \"5m\"\nupdate_delivery = { name = \"lake\", buffer = { interval = \"15s\" } }\n\
                  [[action]]\nat = \"8m\"\nupdate_delivery = { name = \"lake\", function = \"enrich\" }\n\
                  [[action]]\nat = \"15m\"\ndelete_delivery = \"lake\"\n\
                  [[expect]]\nnumber = \"deliveries.lake.records_waiting\"\nis = \"= 0\"\n\
                  [[expect]]\nnumber = \"deliveries.lake.function_calls\"\nis = \"> 0\"\n";
    let plan = scenario::load(source, "t.toml", None).unwrap_or_else(|d| panic!("{d}")).plan();
    let closings = Rc::new(RefCell::new(Closings::default()));
    let ran = run(&plan, Options { listeners: vec![closings.clone()], ..Options::default() });
    assert_eq!(ran.report.came_out(), CameOut::Pass, "{:#?}", ran.report.expectations);
    let open_for = |from, to| {
        let within = closings.borrow().0.iter().filter(|(at, _)| (from..to).contains(at)).map(|(_, open)| *open).max();
        within.expect("a buffer was closed")
    };
    assert_eq!((open_for(0, 300), open_for(480, 540)), (60, 15), "an update takes up to two minutes");
    assert!(closings.borrow().0.iter().all(|(at, _)| *at < 15 * 60 + 180), "nothing is delivered once it is gone");
}
