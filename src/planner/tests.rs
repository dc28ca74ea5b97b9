//! Plans over an engine that is arithmetic, so that what is chosen can be told beforehand.

use std::path::Path;

use super::axis::NoGrid;
use super::point::Carried;
use super::*;
use crate::check::Verdict;
use crate::measure::Figures;
use crate::report::ExpectationResult;
use crate::scenario::plan::Plan;
use crate::scenario::{Alternatives, Axis};

const FILE: &str = "name = \"s\"\nduration = \"10m\"\n[stream.orders]\nshards = 2\n[producer.shop]\n\
                    stream = \"orders\"\nrate = \"5000/s\"\nrecord_size = \"100 B\"\n[consumer.billing]\n\
                    stream = \"orders\"\nworkers = 1\n";

fn file() -> Alternatives {
    Alternatives::of(FILE, "s.toml", Path::new("s.toml")).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// A configuration holds when its shards take the rate and it has two workers; a shard costs 10, a worker 100.
fn carry(plan: &Plan) -> Carried {
    use crate::client::producer::{Load, Rate};
    let shards = f64::from(plan.streams[0].shards);
    let Load::Generated { rate: Rate::Constant { per_s }, .. } = &plan.producers[0].load else { panic!("no rate") };
    let workers = plan.kcl[0].worker_starts.len() as f64;
    let promise = |text: &str, holds: bool| ExpectationResult {
        text: text.into(),
        verdict: if holds { Verdict::Pass } else { Verdict::Fail },
        detail: String::new(),
        if_any: true,
    };
    let expectations = vec![promise("writes", *per_s <= shards * 1000.0), promise("age", workers >= 2.0)];
    let mut figures = Figures::default();
    figures.cost.per_month_usd = shards * 10.0 + workers * 100.0;
    Carried {
        figures,
        decided: vec![None; expectations.len()],
        expectations,
        age_max_ms: None,
        alarms: None,
        happened: Vec::new(),
    }
}

fn plan(axes: &[&str], way: Way) -> (Answer, usize) {
    let file = file();
    let asked = Asked { file: &file, promises: Vec::new(), horizon: None, engine: &carry, how: "rates" };
    let axes: Vec<Axis> = axes.iter().map(|text| Axis::parse(text).expect("an axis")).collect();
    let grid = Grid::of(&file, &axes).expect("a grid");
    let chosen = look(&asked, &grid, way, &|_| true, 2, &mut |_| {}).expect("few enough");
    let tried = chosen.points.len();
    (answer(&asked, chosen), tried)
}

fn best(answer: &Answer) -> String {
    answer.best.as_ref().expect("one holds").point.told()
}

#[test]
fn the_cheapest_configuration_that_holds_is_found_and_why_less_does_not_hold() {
    let (answer, tried) = plan(&["consumer.billing.workers=1,2,3", "stream.orders.shards=2,4,5,6,8"], Way::All);
    assert_eq!((best(&answer), tried), ("consumer.billing.workers = 2, stream.orders.shards = 5".into(), 15));
    let fails = answer.best.as_ref().and_then(|best| best.fails.as_ref()).expect("less fails");
    assert_eq!(fails.told(), "consumer.billing.workers = 2, stream.orders.shards = 4");
    assert_eq!(fails.broken().map(|broken| &*broken.text).collect::<Vec<_>>(), ["writes"]);
}

#[test]
fn a_search_finds_the_same_with_fewer_runs() {
    let shards: Vec<String> = (1..=64).map(|n| n.to_string()).collect();
    let shards = format!("stream.orders.shards={}", shards.join(","));
    let axes = ["consumer.billing.workers=1,2,3", &*shards];
    let (all, of_all) = plan(&axes, Way::All);
    let (searched, of_searched) = plan(&axes, Way::Search);
    assert_eq!(best(&searched), best(&all));
    assert!(of_searched * 8 < of_all, "{of_searched} of {of_all}");
}

#[test]
fn it_is_told_how_far_the_traffic_can_grow_and_what_breaks_then() {
    let (answer, _) = plan(&["consumer.billing.workers=2", "stream.orders.shards=8"], Way::All);
    let growth = answer.best.expect("one holds").growth;
    assert_eq!(growth.holds, 1.6);
    let (times, point) = growth.breaks.expect("8 shards do not take four times 5,000");
    assert_eq!((times, &*point.broken().next().expect("a broken promise").text), (1.7, "writes"));
}

#[test]
fn without_one_that_holds_the_nearest_is_told() {
    let (answer, _) = plan(&["stream.orders.shards=2,8"], Way::All);
    assert!(answer.best.is_none());
    assert_eq!(answer.nearest.expect("one is nearest").told(), "stream.orders.shards = 8");
}

#[test]
fn a_key_that_means_nothing_and_too_many_configurations_are_told() {
    let file = file();
    let axis = |text: &str| Axis::parse(text).expect("an axis");
    let unknown = Grid::of(&file, &[axis("stream.ordrs.shards=1,2")]).expect_err("no such stream");
    assert!(unknown.to_string().starts_with("`stream.ordrs.shards` means nothing in this file"));
    let many: Vec<String> = (1..=100).map(|n| n.to_string()).collect();
    let many = many.join(",");
    let axes = ["stream.orders.shards", "consumer.billing.workers", "producer.shop.hosts"];
    let axes: Vec<Axis> = axes.iter().map(|key| axis(&format!("{key}={many}"))).collect();
    let grid = Grid::of(&file, &axes).expect("a grid");
    assert_eq!(grid.all(), Err(NoGrid::TooMany(1_000_000)));
}

/// Two shards whose traffic grows until they refuse half of it, and alarms on that.
const GROWING: &str = "name = \"s\"\nduration = \"12m\"\n[stream.orders]\nshards = 2\n[producer.shop]\n\
                       stream = \"orders\"\nhosts = 8\nramp = { from = \"500/s\", to = \"4000/s\" }\n\
                       record_size = \"100 B\"\n\
                       [consumer.billing]\nstream = \"orders\"\nlibrary = \"poller\"\n\
                       [[alarm]]\nname = \"refused\"\nmetric = \"WriteProvisionedThroughputExceeded\"\n\
                       statistic = \"Average\"\ncomparison = \"GreaterThanThreshold\"\nthreshold = 0.1\n\
                       period = \"1m\"\nevaluation_periods = 2\n\
                       [[alarm]]\nname = \"quiet\"\nmetric = \"IncomingRecords\"\nstatistic = \"Sum\"\n\
                       comparison = \"LessThanThreshold\"\nthreshold = 120_000\nperiod = \"2m\"\n\
                       evaluation_periods = 1\n\
                       [[alarm]]\nname = \"large\"\nmetric = \"IncomingBytes\"\nstatistic = \"p99\"\n\
                       comparison = \"GreaterThanThreshold\"\nthreshold = 1\nperiod = \"1m\"\nevaluation_periods = 1\n";

fn asked<'a>(file: &'a Alternatives, promises: &[&str], engine: &'a point::Engine) -> Asked<'a> {
    let promises = promises.iter().map(|text| Slo::parse(text).expect("a promise").expect).collect();
    Asked { file, promises, horizon: None, engine, how: "rates" }
}

#[test]
fn alarms_fire_by_rates_when_they_do_in_a_run_and_those_that_rates_cannot_tell_are_named() {
    let file = Alternatives::of(GROWING, "s.toml", Path::new("s.toml")).unwrap_or_else(|wrong| panic!("{wrong}"));
    let alarms = |engine: &point::Engine| {
        asked(&file, &[], engine).point(Vec::new()).came.expect("a scenario").alarms.expect("it has alarms")
    };
    let (rates, records) = (alarms(&by_rates), alarms(&by_records));
    let fired = |of: &crate::alarm::AlarmsReport, at: usize| of.alarms[at].episodes.clone();
    for at in [0, 1] {
        assert!(!fired(&records, at).is_empty(), "{}", records.alarms[at].verdict());
        assert_eq!(fired(&rates, at), fired(&records, at), "{}", rates.alarms[at].name);
    }
    assert!(
        rates.alarms[0].verdict().contains("after the first record was throttled"),
        "{}",
        rates.alarms[0].verdict()
    );
    let [untold] = &rates.unwatched[..] else { panic!("{:?}", rates.unwatched) };
    assert_eq!((&*untold.name, &*untold.why), ("large", "rates do not tell this statistic"));
}

#[test]
fn what_an_engine_says_and_a_run_denies_does_not_hold() {
    // An engine that finds everything well, of a stream that is asked for more than twice what it takes.
    let text = FILE.replace("10m", "3m");
    let file = Alternatives::of(&text, "s.toml", Path::new("s.toml")).unwrap_or_else(|wrong| panic!("{wrong}"));
    let blind = |_: &Plan| Carried {
        figures: Figures::default(),
        expectations: Vec::new(),
        decided: Vec::new(),
        age_max_ms: None,
        alarms: None,
        happened: Vec::new(),
    };
    let asked = asked(&file, &["throttled_writes < 1%", "streams.orders.records_acked > 0"], &blind);
    let grid = Grid::of(&file, &[]).expect("a grid");
    let chosen = look(&asked, &grid, Way::All, &|_| true, 1, &mut |_| {}).expect("one");
    let mut answer = answer(&asked, chosen);
    assert!(answer.holds(), "nothing is broken yet");
    answer.confirmed = confirm(&asked, &[]);
    let Some(confirm::Confirmed::Run { promises, .. }) = &answer.confirmed else { panic!("few enough to be run") };
    let verdicts: Vec<Verdict> = promises.iter().map(|promise| promise.verdict).collect();
    assert_eq!(verdicts, [Verdict::Fail, Verdict::Pass], "{}", promises[0].detail);
    assert!(!answer.holds(), "what a run denies does not hold");
}

#[test]
fn more_records_than_can_be_run_one_by_one_are_not_run() {
    let text = FILE.replace("5000/s", "1000000/s");
    let file = Alternatives::of(&text, "s.toml", Path::new("s.toml")).unwrap_or_else(|wrong| panic!("{wrong}"));
    let asked = asked(&file, &["streams.orders.records_acked > 0"], &by_rates);
    let Some(confirm::Confirmed::TooMany(records)) = confirm(&asked, &[]) else { panic!("too many") };
    assert!(records > 300_000_000, "{records}");
}

#[test]
fn parts_of_a_plan_come_to_the_same_answer_as_the_whole_and_say_when_one_is_missing_or_of_another_plan() {
    let file = file();
    let asked = Asked { file: &file, promises: Vec::new(), horizon: None, engine: &carry, how: "rates" };
    let axis = |text: &str| Axis::parse(text).expect("an axis");
    let grid = Grid::of(&file, &[axis("consumer.billing.workers=1,2,3"), axis("stream.orders.shards=2,4,5,6,8")]);
    let grid = grid.expect("a grid");
    let chosen =
        |mine: &dyn Fn(usize) -> bool| look(&asked, &grid, Way::All, mine, 1, &mut |_| {}).expect("few enough");
    let whole = document(&answer(&asked, chosen(&|_| true)));
    for of in [2, 3] {
        let part = |k: usize| {
            let part = Part::of(&asked, &grid, &chosen(&|number| number % of == k));
            let written = serde_json::to_string(&part).expect("JSON");
            serde_json::from_str::<Part>(&written).expect("what was written is read")
        };
        let all: Vec<Part> = (0..of).map(part).collect();
        let merged = merge(&asked, &grid, all.clone()).unwrap_or_else(|wrong| panic!("{wrong}"));
        assert_eq!(document(&answer(&asked, merged)), whole, "{of} parts");
        let wrong = merge(&asked, &grid, all[1..].to_vec()).expect_err("one is missing").to_string();
        assert!(wrong.ends_with("the first is number 1: a part is missing"), "{wrong}");
        let wrong = merge(&Asked { how: "records", promises: Vec::new(), ..asked }, &grid, all)
            .expect_err("another way")
            .to_string();
        assert!(wrong.starts_with("a part is of another plan"), "{wrong}");
    }
}
