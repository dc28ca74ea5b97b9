//! The consumer searched: many seeds of all its scenarios, and what fails cut down with the consumer in it.

use std::panic::catch_unwind;
use std::time::Duration;

use aws_sdk_kinesis::types::Record;
use kinesim::simulation::AppCx;
use kinesim::{Search, Simulation};
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

fn search(checkpoint: Checkpoint) -> Search {
    let app = move |cx: AppCx| {
        let settings = Settings { checkpoint, ..Settings::new("orders", cx.host()) };
        orders_consumer::run(cx.sdk_config(), settings, Orders(cx))
    };
    Search::simulation("scenarios/*.toml", move |sim: Simulation| sim.app("orders-consumer", app))
}

#[test]
fn no_record_is_lost_whatever_the_seed() {
    search(Checkpoint::AfterProcessing).seeds(6).check();
}

#[test]
fn a_checkpoint_before_the_work_is_found_and_cut_down() {
    let out = concat!(env!("CARGO_TARGET_TMPDIR"), "/searched");
    let panicked = catch_unwind(|| search(Checkpoint::BeforeProcessing).seeds(20).shrink_runs(60).out(out).check());
    let told = *panicked.expect_err("20 seeds with crashes find it").downcast::<String>().expect("with a message");
    // The records that are lost show in the order of keys first, where their shard was merged.
    assert!(told.starts_with("key-order-across-resharding fails in run 3 of 20"), "{told}");
    assert!(told.contains("  also nothing-below-checkpoint-unprocessed: "), "{told}");
    assert!(told.contains("  again: Simulation::from_scenario(\"scenarios/orders.toml\")?.seed("), "{told}");
    let path = told.split("cut down: Simulation::from_scenario(\"").nth(1).and_then(|rest| rest.split('"').next());
    let left = std::fs::read_to_string(path.expect("a path")).expect("the file was written");
    let whole = include_str!("../scenarios/orders.toml");
    let lines = |text: &str| text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count();
    assert!(lines(&left) < lines(whole) && left.contains("library = \"app\""), "{left}");
}
