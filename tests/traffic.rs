//! Real input on the command line: metrics in `kinesim plan`, traces in `kinesim analyze`, right ones and wrong ones.

mod support;

use std::io::Write;
use std::process::{Command, Stdio};

use support::{text, told, write};

/// The same words on one line, wherever the lines were broken.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Metrics of ten minutes: a hot minute in the middle, in which something was throttled.
const METRICS: &str = "timestamp,IncomingRecords,IncomingBytes,WriteProvisionedThroughputExceeded\n\
                       2026-03-02T10:02:00Z,150000,30000000,9000\n2026-03-02T10:00:00Z,60000,12000000,0\n\
                       2026-03-02T10:01:00Z,60000,12000000,0\n2026-03-02T10:09:00Z,60000,12000000,0\n";
const MEASURED: &str = "name = \"measured\"\nduration = \"1m\"\n[stream.orders]\nshards = 2\n[producer.web]\n\
                        stream = \"orders\"\nrate = \"1/s\"\nhosts = 2\n[consumer.reader]\nstream = \"orders\"\n\
                        library = \"poller\"\n[plan]\nslo = [\"throttled_writes < 0.1%\"]\n[plan.vary]\n\
                        \"stream.orders.shards\" = [1, 2, 4, 8]\n";

#[test]
fn a_plan_for_the_traffic_of_metrics_says_what_they_say_beside_the_model() {
    let (file, metrics) = (write("measured.toml", MEASURED), write("measured.csv", METRICS));
    let (code, out, err) = told(&["plan", &file, "--metrics", &metrics]);
    assert_eq!((code, &*err), (Some(0), ""), "{out}");
    let first = "metrics of orders: 330,000 records in 10m from 2026-03-02T10:00:00Z on, every 1m; 6 datapoints are \
                 missing, where nothing is put";
    assert!(words(&out).starts_with(first), "{out}");
    for part in [
        "averages of 1m hide the bursts that throttle: --burstiness poisson draws seconds",
        "your metrics say 2.65 % of writes were throttled, the model says ",
        "more was asked than this",
        "it says 3 shards, here 4",
        "stream.orders.shards = 4: ",
    ] {
        assert!(words(&out).contains(part), "{part}\n{out}");
    }
    let (code, out, _) = told(&["plan", &file, "--metrics", &metrics, "--burstiness", "20"]);
    assert_eq!(code, Some(1), "a second of 50,000 records is too much for eight shards\n{out}");
    assert!(!out.contains("hide the bursts"), "{out}");
    let (code, json, _) = told(&["plan", &file, "--metrics", &format!("orders={metrics}"), "--json", "-"]);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((code, &json["metrics"][0]["missing_datapoints"]), (Some(0), &serde_json::json!(6)));
}

#[test]
fn metrics_that_are_wrong_are_told_with_their_line() {
    let file = write("measured.toml", MEASURED);
    let wrong =
        write("wrong.csv", &METRICS.replace("60000,12000000,0\n2026-03-02T10:01", "many,12000000,0\n2026-03-02T10:01"));
    let told_of = |arguments: &[&str]| {
        let (code, _, err) = told(&[&["plan", &file], arguments].concat());
        assert_eq!(code, Some(2), "{err}");
        err
    };
    let err = told_of(&["--metrics", &wrong]);
    assert!(err.contains("wrong.csv, line 3, IncomingRecords, datapoint 2: \"many\" is no count"), "{err}");
    assert!(told_of(&["--metrics", "none.json"]).contains("cannot read none.json"));
    let metrics = write("measured.csv", METRICS);
    let err = told_of(&["--metrics", &metrics, "--burstiness", "sometimes"]);
    assert!(err.contains("--burstiness sometimes: write `poisson`, or the busiest second as a multiple"), "{err}");
    assert!(told_of(&["--burstiness", "3"]).contains("give --metrics FILE as well"));
    assert!(told_of(&["--metrics", &format!("clicks={metrics}")]).contains("no producer puts to `clicks`"));
    let table = format!("metrics = {{ file = \"{}\" }}", wrong.rsplit('/').next().expect("a name"));
    let in_file = write("in-file.toml", &MEASURED.replace("rate = \"1/s\"", &table));
    let (code, _, err) = told(&["run", &in_file]);
    assert_eq!(code, Some(2));
    assert!(err.contains("cannot use the metrics: wrong.csv, line 3"), "{err}");
}

/// A key that has more than a shard takes, for five seconds, beside others.
fn hot_trace() -> String {
    let mut rows = "offset_ms,partition_key,size_bytes\n".to_owned();
    for ms in 0..5000 {
        rows.push_str(&format!("{ms},celebrity,100\n"));
        rows.push_str(&if ms % 2 == 0 { format!("{ms},celebrity,100\n") } else { format!("{ms},fan-{ms},100\n") });
    }
    rows
}

#[test]
fn a_trace_is_analyzed_and_what_helps_is_tried() {
    let trace = write("hot.csv", &hot_trace());
    let (code, out, err) = told(&["analyze", &trace, "--shards", "4", "--top", "1"]);
    assert_eq!((code, &*err), (Some(1), ""), "something is throttled\n{out}");
    for part in [
        "10,000 records",
        "busiest second: 2,000 records/s",
        "celebrity (",
        "hot key",
        "no split cures that",
        "salt celebrity: put its records to celebrity#0 to celebrity#",
        "order holds within each",
    ] {
        assert!(words(&out).contains(part), "{part}\n{out}");
    }
    let (code, json, _) = told(&["analyze", &trace, "--shards", "4", "--top", "1", "--json", "-"]);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((code, &json["keys"][0]["key"]), (Some(1), &serde_json::json!("celebrity")));
    assert_eq!(json["best"]["throttled"], 0);
    let mut child = Command::new(env!("CARGO_BIN_EXE_kinesim"));
    let child = child.args(["analyze", "-", "--shards", "4", "--top", "1"]).stdin(Stdio::piped());
    let mut child = child.stdout(Stdio::piped()).spawn().expect("it starts");
    child.stdin.take().expect("a pipe").write_all(hot_trace().as_bytes()).expect("it reads");
    let piped = child.wait_with_output().expect("it ends");
    assert_eq!(text(&piped.stdout), out.replace(&trace, "standard input"), "from a pipe it is the same");
    let calm = told(&["analyze", "scenarios/traces/clicks.csv", "--shards", "2"]);
    assert_eq!(
        (calm.0, calm.1.lines().last()),
        (Some(0), Some("nothing to do: no shard is asked for more than it takes"))
    );
}

#[test]
fn a_trace_that_cannot_be_analyzed_and_shards_that_are_not_whole_are_told() {
    let trace = write("hot.csv", &hot_trace());
    let shard = |id: u32, start: &str, end: &str| {
        format!(
            "{{\"ShardId\": \"shardId-{id:012}\", \"HashKeyRange\": {{\"StartingHashKey\": \"{start}\", \
             \"EndingHashKey\": \"{end}\"}}}}"
        )
    };
    let max = u128::MAX.to_string();
    let listed = |shards: &[String]| format!("{{\"Shards\": [{}]}}", shards.join(","));
    let whole = write("shards.json", &listed(&[shard(3, "1000", &max), shard(1, "0", "999")]));
    let (code, out, _) = told(&["analyze", &trace, "--hash-ranges", &whole]);
    assert_eq!(code, Some(1));
    assert!(out.contains("over 2 shards"), "{out}");
    let gap = write("gap.json", &listed(&[shard(3, "1001", &max), shard(1, "0", "999")]));
    for (arguments, expected) in [
        (vec!["analyze", &trace, "--hash-ranges", &gap], "the open shards do not have every hash key once"),
        (vec!["analyze", &trace], "--shards"),
        (vec!["analyze", "none.csv", "--shards", "2"], "none.csv: cannot read the trace"),
        (vec!["analyze", "Cargo.toml", "--shards", "2"], "Cargo.toml: line 1: the header"),
        (vec!["analyze", &trace, "--shards", "2", "--scale", "0"], "a factor is above 0"),
    ] {
        let (code, _, err) = told(&arguments);
        assert_eq!(code, Some(2), "{err}");
        assert!(err.contains(expected), "{err}");
    }
}
