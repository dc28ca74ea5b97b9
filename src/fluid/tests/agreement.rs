//! Random small scenarios, each run at record level and by rates.

use std::ops::RangeInclusive;

use super::scenarios::drawn;
use crate::fluid::flow;
use crate::measure::Figures;
use crate::run::{Options, run};
use crate::scenario;

/// A figure of both, and how far they may be apart: 2 % or this much.
struct Compared {
    scenario: u64,
    figure: String,
    run: f64,
    fluid: f64,
    tick: f64,
}

impl Compared {
    /// How far they are apart, in percent of the greater, beyond a tick.
    fn off_percent(&self) -> f64 {
        let apart = (self.run - self.fluid).abs();
        if apart <= self.tick { 0.0 } else { 100.0 * apart / self.run.max(self.fluid).max(1e-9) }
    }
}

fn compared(scenario: u64, run: &Figures, fluid: &Figures, idle_ms: f64) -> Vec<Compared> {
    let mut all = Vec::new();
    let mut add = |figure: String, run: f64, fluid: f64, tick: f64| {
        all.push(Compared { scenario, figure, run, fluid, tick });
    };
    for (name, stream) in &run.streams {
        let other = &fluid.streams[name];
        add("throttled share, %".to_owned(), stream.throttled_percent, other.throttled_percent, 0.01);
        add("records acked".to_owned(), stream.records_acked as f64, other.records_acked as f64, 1.0);
        add("bytes acked".to_owned(), stream.bytes_acked as f64, other.bytes_acked as f64, 1.0);
    }
    for (name, consumer) in &run.consumers {
        let other = &fluid.consumers[name];
        let age = |age: Option<u64>| age.unwrap_or(0) as f64;
        add(
            "iterator age p50, ms".to_owned(),
            age(consumer.iterator_age_p50_ms),
            age(other.iterator_age_p50_ms),
            idle_ms,
        );
        add(
            "iterator age p99, ms".to_owned(),
            age(consumer.iterator_age_p99_ms),
            age(other.iterator_age_p99_ms),
            idle_ms,
        );
        add(
            "iterator age max, ms".to_owned(),
            age(consumer.iterator_age_max_ms),
            age(other.iterator_age_max_ms),
            idle_ms,
        );
        add("records processed".to_owned(), consumer.records_processed as f64, other.records_processed as f64, 1.0);
        add("checkpoints".to_owned(), consumer.checkpoints as f64, other.checkpoints as f64, 1.0);
    }
    for (name, table) in &run.tables {
        let other = &fluid.tables[name];
        let (run, fluid) = (table.write_units_consumed as f64, other.write_units_consumed as f64);
        add("lease table write units".to_owned(), run, fluid, 1.0);
        add("lease table read units".to_owned(), table.read_units_consumed, other.read_units_consumed, 1.0);
    }
    // A request unit is a part of a millionth of a dollar: what is below a tenth of a cent is no difference.
    add("cost a month, USD".to_owned(), run.cost.per_month.dollars(), fluid.cost.per_month.dollars(), 0.001);
    all
}

/// Of each figure, how many of all that were compared are within 2 % or a tick at least. What is beyond is told in
/// docs/plan-agreement.md, with its reasons.
const WITHIN_LEAST: &[(&str, usize)] = &[
    ("bytes acked", 60),
    ("checkpoints", 77),
    ("cost a month, USD", 60),
    ("iterator age max, ms", 70),
    ("iterator age p50, ms", 83),
    ("iterator age p99, ms", 73),
    ("lease table read units", 40),
    ("lease table write units", 42),
    ("records acked", 60),
    ("records processed", 81),
    ("throttled share, %", 48),
];

/// The scenarios, each drawn from its number.
const CASES: RangeInclusive<u64> = 1..=60;
/// Others, to see that a mend of the model is not made to the measure of those.
const OTHERS: RangeInclusive<u64> = 1000..=1059;
/// Of each figure so many that are farthest off are printed.
const WORST: usize = 1;

#[test]
fn fluid_and_records_agree_over_random_scenarios() {
    for (figure, within) in table(CASES) {
        let least = WITHIN_LEAST.iter().find(|(name, _)| *name == figure).map_or(0, |(_, least)| *least);
        assert!(within >= least, "{figure}: {within} within 2 %, {least} were");
    }
}

/// `cargo test --lib fluid::tests::agreement -- --ignored --nocapture` prints the table of other scenarios.
#[test]
#[ignore = "for the page docs/plan-agreement.md"]
fn fluid_and_records_agree_over_other_scenarios() {
    assert!(table(OTHERS).iter().all(|(_, within)| *within > 0));
}

/// Prints the table, and gives of each figure how many are within 2 % or a tick.
fn table(cases: RangeInclusive<u64>) -> Vec<(String, usize)> {
    let mut all: Vec<Compared> = Vec::new();
    for number in cases {
        let file = drawn(number);
        let plan = scenario::load(&file, "drawn.toml", None).unwrap_or_else(|d| panic!("{file}\n{d}")).plan();
        let run = run(&plan, Options::default()).report.figures;
        let fluid = flow(&plan);
        assert!(fluid.left_out.is_empty(), "{:?}", fluid.left_out);
        let idle = plan.pollers.iter().map(|poller| poller.idle.as_millis()).max().unwrap_or(0).max(1500);
        all.extend(compared(number, &run, &fluid.figures, idle as f64));
    }
    let mut figures: Vec<&str> = all.iter().map(|compared| compared.figure.as_str()).collect();
    figures.sort_unstable();
    figures.dedup();
    println!(
        "| figure | compared | within 2 % or a tick | worst | scenario | run | fluid |\n|---|---|---|---|---|---|---|"
    );
    let mut counted = Vec::new();
    for figure in figures {
        let mut of: Vec<&Compared> = all.iter().filter(|compared| compared.figure == figure).collect();
        of.sort_by(|a, b| b.off_percent().total_cmp(&a.off_percent()));
        let within = of.iter().filter(|compared| compared.off_percent() <= 2.0).count();
        for (place, worst) in of.iter().take(WORST).enumerate() {
            let Compared { scenario, run, fluid, .. } = worst;
            let (name, all) = if place == 0 { (figure, of.len()) } else { ("", of.len()) };
            println!("| {name} | {all} | {within} | {:.2} % | {scenario} | {run} | {fluid} |", worst.off_percent());
        }
        counted.push((figure.to_owned(), within));
    }
    counted
}
