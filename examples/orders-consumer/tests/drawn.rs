//! The consumer under schedules of faults that proptest draws, and cuts down when a run fails. The first that it found
//! was a lease that was renewed late, and kept by a worker whose reader had given it up.

use std::time::Duration;

use aws_sdk_kinesis::types::Record;
use kinesim::Simulation;
use kinesim::check::Verdict;
use kinesim::proptest::schedules;
use kinesim::simulation::AppCx;
use orders_consumer::{Checkpoint, Handler, Settings};
use proptest::prelude::*;

#[derive(Clone)]
struct Orders(AppCx);

impl Handler for Orders {
    async fn handle(&self, shard: &str, record: &Record) {
        self.0.processed(shard, record.sequence_number(), record.partition_key().unwrap_or_default());
    }
}

const SCENARIO: &str = r#"
name = "drawn"
duration = "20m"
[stream.orders]
shards = 2
[producer.shop]
stream = "orders"
rate = "5/s"
[consumer.orders-consumer]
library = "app"
stream = "orders"
workers = 2
"#;

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_record_is_lost_under_any_schedule(
        schedule in schedules(&["orders-consumer-1", "orders-consumer-2"], Duration::from_secs(240), true),
        seed in 0..1000u64,
    ) {
        let file = format!("{SCENARIO}{schedule}");
        let app = |cx: AppCx| {
            let settings = Settings { checkpoint: Checkpoint::AfterProcessing, ..Settings::new("orders", cx.host()) };
            orders_consumer::run(cx.sdk_config(), settings, Orders(cx))
        };
        let simulation = Simulation::from_text(&file).expect("the scenario is right").seed(seed);
        let run = simulation.app("orders-consumer", app).run().expect("the application is declared");
        let failed: Vec<_> = run.report.checks.iter().filter(|check| check.verdict == Verdict::Fail).collect();
        prop_assert!(failed.is_empty(), "{failed:?}");
    }
}
