//! Consumers with enhanced fan-out, by rates and in runs.

use crate::fluid::flow;
use crate::measure::{ConsumerFigures, Figures};
use crate::run::{Options, run};
use crate::scenario;

/// What a run and the rates say of a system whose stream has this many shards.
fn both(shards: u32, rest: &str) -> [Figures; 2] {
    let text = format!("name = \"t\"\nduration = \"12m\"\n[stream.s]\nshards = {shards}\n{rest}");
    let plan = scenario::load(&text, "t.toml", None).unwrap_or_else(|d| panic!("{text}\n{d}")).plan();
    let flow = flow(&plan);
    assert_eq!(flow.left_out, Vec::<String>::new());
    [run(&plan, Options::default()).report.figures, flow.figures]
}

/// Whether both are the same within so many percent.
fn near(run: u64, fluid: u64, percent: u64) -> bool {
    run.abs_diff(fluid) * 100 <= run.max(fluid) * percent
}

fn age_max_ms(of: &ConsumerFigures) -> u64 {
    of.iterator_age_max_ms.unwrap_or(0)
}

fn cost_of(what: &str, of: &Figures) -> f64 {
    of.cost.lines.iter().find(|line| line.what == what).map_or(0.0, |line| line.per_month_usd)
}

#[test]
fn five_readers_share_what_a_shard_gives_but_for_the_one_with_fan_out() {
    let reader = |name: &str, rest: &str| format!("[consumer.{name}]\nstream = \"s\"\ncheckpoint = \"10s\"\n{rest}");
    let pollers = ["b", "c", "d", "e"].map(|name| reader(name, "")).concat();
    let rest = format!(
        "[producer.p]\nstream = \"s\"\nrate = \"140/s\"\nrecord_size = \"10 KiB\"\n\
         keys = {{ unique = true }}\n{}{pollers}",
        reader("a", "retrieval = \"fan-out\"\n")
    );
    let [run, fluid] = both(2, &rest);
    for figures in [&run, &fluid] {
        let fan_out = &figures.consumers["a"];
        assert_eq!((fan_out.reads_throttled, fan_out.iterator_age_p99_ms), (0, Some(0)));
        assert_eq!(figures.streams["s"].readers, 4);
        assert!(figures.streams["s"].reads_throttled > 1000);
        assert!((1..=4).any(|at| age_max_ms(&figures.consumers[["b", "c", "d", "e"][at - 1]]) > 60_000));
    }
    let [a, b] = [&run, &fluid].map(|figures| &figures.consumers["a"]);
    assert!(near(a.records_processed, b.records_processed, 1), "{a:?}\n{b:?}");
    assert!(a.checkpoints.abs_diff(b.checkpoints) <= 4, "{a:?}\n{b:?}");
    // Until the table is there and the first worker has waited its random time.
    assert!(age_max_ms(a).abs_diff(age_max_ms(b)) <= 2000, "{a:?}\n{b:?}");
    for what in ["enhanced fan-out", "enhanced fan-out data"] {
        let [run, fluid] = [&run, &fluid].map(|figures| cost_of(what, figures));
        assert!(run > 0.0 && (run - fluid).abs() <= 0.05 * run, "{what}: {run} {fluid}");
    }
}

#[test]
fn a_checkpoint_after_every_event_costs_as_much_by_rates_as_in_a_run() {
    for (shards, rate, hosts) in [(1, 2, 1), (1, 40, 1), (4, 40, 1), (4, 8, 3), (2, 400, 4)] {
        let rest = format!(
            "[producer.p]\nstream = \"s\"\nrate = \"{rate}/s\"\nhosts = {hosts}\nkeys = {{ unique = true }}\n\
             [consumer.a]\nstream = \"s\"\nretrieval = \"fan-out\"\ncheckpoint = \"every batch\"\n"
        );
        let [run, fluid] = both(shards, &rest).map(|figures| figures.consumers["a"].clone());
        let told = format!("{shards} shards, {rate}/s: {} in a run, {} by rates", run.checkpoints, fluid.checkpoints);
        println!("{told}");
        assert!(near(run.checkpoints, fluid.checkpoints, 10), "{told}");
        assert!(near(run.records_processed, fluid.records_processed, 1), "{run:?}\n{fluid:?}");
    }
}

#[test]
fn a_consumer_that_begins_late_has_two_mebibytes_a_second_of_each_shard() {
    let rest = "[producer.p]\nstream = \"s\"\nrate = \"800/s\"\nrecord_size = \"1 KiB\"\nkeys = { unique = true }\n\
                [consumer.a]\nstream = \"s\"\nretrieval = \"fan-out\"\ncheckpoint = \"10s\"\nstart = \"5m\"\n\
                processing = \"10us\"\n";
    let [run, fluid] = both(1, rest).map(|figures| figures.consumers["a"].clone());
    assert!(near(run.records_processed, fluid.records_processed, 1), "{run:?}\n{fluid:?}");
    let age = |of: &ConsumerFigures, of_it: fn(&ConsumerFigures) -> Option<u64>| of_it(of).unwrap_or(0);
    for of_it in [(|of| of.iterator_age_max_ms) as fn(&ConsumerFigures) -> Option<u64>, |of| of.iterator_age_p99_ms] {
        assert!(near(age(&run, of_it), age(&fluid, of_it), 3), "{run:?}\n{fluid:?}");
    }
}
