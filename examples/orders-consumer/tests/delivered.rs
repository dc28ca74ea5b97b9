//! A producer on the AWS SDK puts to a delivery stream, and a function of our own transforms what it put.

use std::time::Duration;

use aws_sdk_firehose::Client;
use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types::Record;
use kinesim::Simulation;
use kinesim::simulation::{AppCx, Run, SimulationError, Transformed};

const SCENARIO: &str = r#"
name = "orders to the lake"
duration = "10m"

[stream.unread]
shards = 1

[consumer.shop]
stream = "unread"
library = "app"

[function.clean]
time = "20ms..50ms"

[delivery.lake]
function = "clean"
function_buffer = { interval = "10s" }
buffer = { interval = "20s" }
partition = {}
s3 = { prefix = "of-!{partitionKeyFromLambda:kind}/", error_prefix = "errors/" }

[[fault]]
at = "5s"
for = "20s"
lose = { service = "firehose", way = "replies", rate = "30%" }
"#;

/// 300 orders in batches of ten. What was not taken is put again, as Firehose asks its clients to do.
async fn shop(cx: AppCx) {
    let firehose = Client::new(&cx.sdk_config());
    for batch in 0..30 {
        let order = |n: u32| format!("order {n} {}", if n.is_multiple_of(3) { "test" } else { "real" });
        let records = (0..10).map(|n| Record::builder().data(Blob::new(order(batch * 10 + n))).build());
        let mut left: Vec<Record> = records.map(|record| record.expect("it has data")).collect();
        while !left.is_empty() {
            let put = firehose.put_record_batch().delivery_stream_name("lake").set_records(Some(left.clone()));
            if let Ok(answer) = put.send().await {
                let results = answer.request_responses().iter();
                left = left.into_iter().zip(results).filter_map(|(of, at)| at.error_code().map(|_| of)).collect();
            }
            cx.sleep(Duration::from_secs(1)).await;
        }
    }
}

/// Tests are dropped; of the others the function makes JSON, and tells their kind.
fn clean(record: &[u8]) -> Transformed {
    let text = String::from_utf8_lossy(record);
    match text.split_once(' ').and_then(|(_, order)| order.split_once(' ')) {
        Some((_, "test")) => Transformed::Dropped,
        Some((number, kind)) => Transformed::Ok {
            data: format!("{{\"order\":{number}}}").into_bytes(),
            partition_keys: vec![("kind".to_owned(), kind.to_owned())],
        },
        None => Transformed::Failed,
    }
}

fn run(seed: u64) -> Run {
    let simulation = Simulation::from_text(SCENARIO).expect("the scenario is right").seed(seed);
    simulation.app("shop", shop).function("clean", clean).run().expect("shop and clean are declared")
}

#[test]
fn every_order_that_was_taken_is_in_the_lake_or_was_a_test() {
    for seed in 1..=5 {
        let ran = run(seed);
        ran.assert_passed();
        let lake = &ran.report.figures.deliveries["lake"];
        assert!(lake.records_in >= 300, "{} orders were put, some of them again", lake.records_in);
        assert_eq!(lake.records_waiting, 0);
        assert!(lake.records_delivered >= 180, "three of ten are tests: {} were delivered", lake.records_delivered);
        assert!(lake.records_delivered < lake.records_in, "and tests are dropped");
    }
    assert_eq!(run(7).trace_hash(), run(7).trace_hash());
}

#[test]
fn a_function_that_the_scenario_does_not_have_is_told() {
    let simulation = Simulation::from_text(SCENARIO).expect("the scenario is right").app("shop", shop);
    let error = simulation.function("cleen", clean).run().err().expect("there is none");
    assert!(matches!(error, SimulationError::FunctionNotDeclared(_)));
    assert_eq!(error.to_string(), "the scenario has no function `cleen`: declare it as [function.cleen]");
}
