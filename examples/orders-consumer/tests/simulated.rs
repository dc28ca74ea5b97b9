//! The consumer in the simulation, on the real AWS SDK.

use std::time::Duration;

use aws_sdk_kinesis::types::Record;
use kinesim::Simulation;
use kinesim::check::Verdict;
use kinesim::simulation::{AppCx, Run};
use orders_consumer::{Checkpoint, Handler, Settings};

/// Takes a little time for each record and tells the simulation of it.
#[derive(Clone)]
struct Orders(AppCx);

impl Handler for Orders {
    async fn handle(&self, shard: &str, record: &Record) {
        tokio::time::sleep(Duration::from_millis(2)).await;
        self.0.processed(shard, record.sequence_number(), record.partition_key().unwrap_or_default());
    }
}

fn run(seed: u64, checkpoint: Checkpoint) -> Run {
    let simulation = Simulation::from_scenario("scenarios/orders.toml").expect("the scenario is right").seed(seed);
    let app = move |cx: AppCx| {
        let settings = Settings { checkpoint, ..Settings::new("orders", cx.host()) };
        orders_consumer::run(cx.sdk_config(), settings, Orders(cx))
    };
    simulation.app("orders-consumer", app).run().expect("the application is declared")
}

#[test]
fn no_record_is_lost_whatever_goes_wrong() {
    for seed in 1..=20 {
        run(seed, Checkpoint::AfterProcessing).assert_passed();
    }
}

#[test]
fn the_same_seed_is_the_same_run() {
    let hash = |seed| run(seed, Checkpoint::AfterProcessing).trace_hash();
    let seven = hash(7);
    assert_eq!(seven, hash(7));
    assert_ne!(seven, hash(8));
}

#[test]
fn a_checkpoint_before_the_work_is_caught() {
    let is_caught = |run: &Run| {
        let check = run.report.checks.iter().find(|check| check.name == "nothing-below-checkpoint-unprocessed");
        check.is_some_and(|check| check.verdict == Verdict::Fail)
    };
    let caught = (1..=20).find(|seed| is_caught(&run(*seed, Checkpoint::BeforeProcessing)));
    assert!(caught.is_some(), "20 seeds with crashes catch it");
}
