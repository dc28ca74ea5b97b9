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
    Carried { figures, expectations, happened: Vec::new() }
}

fn plan(axes: &[&str], way: Way) -> (Answer, usize) {
    let file = file();
    let asked = Asked { file: &file, promises: Vec::new(), horizon: None, engine: &carry };
    let axes: Vec<Axis> = axes.iter().map(|text| Axis::parse(text).expect("an axis")).collect();
    let grid = Grid::of(&file, &axes).expect("a grid");
    let chosen = look(&asked, &grid, way, 2, &mut |_| {}).expect("few enough");
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
    let (times, broken) = growth.breaks.expect("8 shards do not take four times 5,000");
    assert_eq!((times, &*broken[0].text), (1.7, "writes"));
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
