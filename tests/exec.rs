//! `kinesim exec`: a command in a consumer's place, what befalls it, how it is judged, and what is left of it.
//!
//! Where a test needs a consumer, this binary is one: its test `the_consumer` does what `CONSUMER` says.
#![cfg(feature = "serve")]

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::text;

const ORDERS: &str = r#"
name = "orders"
duration = "30s"
[stream.orders]
shards = 1
[producer.shop]
stream = "orders"
rate = "10/s"
record_size = "100 B"
keys = { uniform = 10 }
stop = "15s"
[consumer.billing]
stream = "orders"
library = "app"
store = "idempotent"
[liveness]
caught_up_within = "10s"
"#;
/// Fails every seed, so that its files are left.
const FAILS: &str = "[[expect]]\nthrottled_writes = \"> 1%\"\n";

/// A folder of the test's own, with its scenario.
struct Bench {
    folder: PathBuf,
}

impl Bench {
    fn new(name: &str, scenario: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("exec").join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("orders.toml"), scenario).expect("a file");
        Self { folder }
    }

    fn command(&self, arguments: &[&str], command: &[&str]) -> Command {
        let mut exec = Command::new(env!("CARGO_BIN_EXE_kinesim"));
        exec.args(["exec", "orders.toml"]).args(arguments).arg("--").args(command).current_dir(&self.folder);
        exec
    }
    /// Runs a shell's script in the consumer's place.
    fn shell(&self, arguments: &[&str], script: &str) -> Output {
        self.command(arguments, &["sh", "-c", script]).output().expect("runs")
    }
    /// Runs this binary in the consumer's place.
    fn consumer(&self, what: &str) -> Output {
        let here = std::env::current_exe().expect("a binary");
        let words = [here.to_str().expect("text"), "--exact", "the_consumer", "--nocapture"];
        self.command(&[], &words).env("CONSUMER", what).output().expect("runs")
    }
    /// A file of what seed 1 left.
    fn left(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.join("kinesim-found/orders-seed-1").join(file)).expect(file)
    }
    fn is_nothing_left(&self) -> bool {
        !self.folder.join("kinesim-found").exists()
    }
    fn replay(&self) -> Output {
        let session = self.folder.join("kinesim-found/orders-seed-1/session.ndjson");
        Command::new(env!("CARGO_BIN_EXE_kinesim")).arg("replay").arg(session).output().expect("runs")
    }
}

/// Exit code, and what was told.
fn told(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), format!("{}{}", text(&output.stdout), text(&output.stderr)))
}

/// A request to the endpoint; the answer's body.
fn post(target: Option<&str>, path: &str, body: &Value) -> Value {
    let url = std::env::var("KINESIM_URL").expect("its environment");
    let at = url.strip_prefix("http://").expect("an address");
    let mut stream = TcpStream::connect(at).expect("it listens");
    let body = body.to_string();
    let key = std::env::var("AWS_ACCESS_KEY_ID").expect("its environment");
    let signed = target.map_or(String::new(), |target| {
        format!(
            "X-Amz-Target: Kinesis_20131202.{target}\r\nContent-Type: application/x-amz-json-1.1\r\nX-Amz-Date: now\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/kinesis/aws4_request, \
             SignedHeaders=host, Signature=c\r\n"
        )
    });
    let length = body.len();
    let head =
        format!("POST {path} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n{signed}Content-Length: {length}\r\n");
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let (_, body) = answer.split_once("\r\n\r\n").expect("an answer");
    serde_json::from_str(body).unwrap_or_else(|_| panic!("{answer}"))
}

/// Not a test: the consumer that other tests run. It reads from the oldest record on, tells what it has processed, and
/// goes on until it is killed.
#[test]
fn the_consumer() {
    let Ok(what) = std::env::var("CONSUMER") else { return };
    let kinesis = |operation: &str, body: Value| post(Some(operation), "/", &body);
    let position =
        json!({ "StreamName": "orders", "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON" });
    let mut iterator = kinesis("GetShardIterator", position)["ShardIterator"].clone();
    let mut read = 0;
    loop {
        let page = kinesis("GetRecords", json!({ "ShardIterator": iterator }));
        iterator = page["NextShardIterator"].clone();
        for record in page["Records"].as_array().expect("records") {
            let number = &record["SequenceNumber"];
            read += 1;
            match (&*what, read) {
                ("leaves out one", 40) | ("tells nothing", _) => continue,
                ("makes one up", 40) => {
                    let answer = post(None, "/_kinesim/processed", &json!({ "sequenceNumber": "12" }));
                    assert_eq!(answer["error"], "no record is called 12");
                }
                ("does one twice", 40) => {
                    post(None, "/_kinesim/effect", &json!([{ "id": "order 40" }, { "key": "order 40" }]));
                }
                _ => {}
            }
            let effect = json!({ "consumer": "billing", "id": format!("record {read}"), "sequenceNumber": number });
            assert_eq!(post(None, "/_kinesim/effect", &effect)["taken"], 1);
            let done = json!({ "worker": "billing-1", "stream": "orders", "sequenceNumbers": [number] });
            assert_eq!(post(None, "/_kinesim/processed", &done)["taken"], 1);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn an_honest_consumer_passes_and_leaves_nothing() {
    let bench = Bench::new("honest", ORDERS);
    let (code, told) = told(&bench.consumer("all of it"));
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("150 records told as processed"), "{told}");
    assert!(told.contains("1 seed: 1 passed, 0 failed") && !told.contains("note"), "{told}");
    assert!(bench.is_nothing_left());
}

#[test]
fn a_record_that_is_left_out_an_effect_made_twice_and_a_record_made_up_are_found() {
    for (what, found) in [
        ("leaves out one", "fail  every-record-gets-processed: "),
        ("does one twice", "fail  exactly-once-effects: "),
        ("makes one up", "billing-1 told of what was not: no record is called 12"),
    ] {
        let bench = Bench::new(&what.replace(' ', "-"), ORDERS);
        let (code, told) = told(&bench.consumer(what));
        assert_eq!(code, Some(1), "{what}: {told}");
        assert!(told.contains(found), "{what}: {told}");
        assert!(bench.left("report.txt").contains("kinesim exec orders.toml --from 1 --clock x10 -- "), "{what}");
        let replayed = bench.replay();
        assert_eq!(replayed.status.code(), Some(0), "{what}: {}", text(&replayed.stdout));
        assert!(text(&replayed.stdout).contains("the same trace hash"), "{}", text(&replayed.stdout));
    }
}

#[test]
fn who_tells_nothing_is_not_judged_for_it_and_hears_so() {
    let bench = Bench::new("silent", ORDERS);
    let (code, told) = told(&bench.consumer("tells nothing"));
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("nothing was told to POST $KINESIM_URL/_kinesim/processed"), "{told}");
}

#[test]
fn the_commands_own_exit_code_fails_the_seed_and_its_files_are_left() {
    let bench = Bench::new("exit-code", ORDERS);
    let output = bench.shell(&["--seeds", "2"], "echo to stdout; echo to stderr >&2; exit 3");
    let (code, told) = told(&output);
    assert_eq!(code, Some(1), "{told}");
    assert_eq!(told.matches("billing-1 ended with exit status: 3").count(), 2, "each seed: {told}");
    assert!(told.contains("2 seeds: 0 passed, 2 failed"), "{told}");
    assert_eq!(bench.left("billing-1.log"), "to stdout\nto stderr\n");
    for file in ["report.txt", "report.json", "session.ndjson"] {
        assert!(!bench.left(file).is_empty(), "{file}");
    }
    assert!(bench.left("scenario.resolved.toml").contains("[consumer.billing]"));
}

#[test]
fn a_command_that_ends_well_ends_the_seed() {
    let bench = Bench::new("ends-well", ORDERS);
    let output = bench.shell(&["--clock", "x100"], "sleep 0.1");
    let (code, told) = told(&output);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains(", when the command had ended"), "{told}");
    assert!(told.contains("billing-1 made no call with the credentials of its environment"), "{told}");
}

#[test]
fn the_command_is_given_its_environment() {
    let bench = Bench::new("environment", &format!("{ORDERS}{FAILS}"));
    bench
        .command(&["--from", "7", "--clock", "x100"], &["env"])
        .env("AWS_PROFILE", "production")
        .env("AWS_SESSION_TOKEN", "token")
        .output()
        .expect("runs");
    let log = std::fs::read_to_string(bench.folder.join("kinesim-found/orders-seed-7/billing-1.log")).expect("a log");
    for line in [
        "AWS_ENDPOINT_URL=http://127.0.0.1:",
        "AWS_ENDPOINT_URL_KINESIS=http://127.0.0.1:",
        "AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:",
        "AWS_ENDPOINT_URL_CLOUDWATCH=http://127.0.0.1:",
        "AWS_REGION=us-east-1",
        "AWS_DEFAULT_REGION=us-east-1",
        "AWS_ACCESS_KEY_ID=billing-1",
        "AWS_SECRET_ACCESS_KEY=secret",
        "KINESIM_URL=http://127.0.0.1:",
        "KINESIM_SEED=7",
        "KINESIM_CONSUMER=billing",
        "KINESIM_WORKER=billing-1",
        "KINESIM_LIFE=1",
        "KINESIM_STREAM=orders",
        "KINESIM_CLOCK=x100",
    ] {
        assert!(log.lines().any(|has| has.starts_with(line)), "{line}:\n{log}");
    }
    assert!(!log.contains("AWS_PROFILE") && !log.contains("AWS_SESSION_TOKEN"), "{log}");
}

#[test]
fn what_befalls_a_host_befalls_the_process() {
    let faults = "\
        [[fault]]\nat = \"5s\"\ncrash = \"billing-1\"\nrestart_after = \"2s\"\n\
        [[action]]\nat = \"15s\"\nstop_worker = \"billing-1\"\n\
        [[action]]\nat = \"20s\"\nstart_worker = \"billing-1\"\n";
    let bench = Bench::new("crash", &format!("{ORDERS}{faults}{FAILS}"));
    let script = "trap 'echo asked to stop; exit 0' TERM; echo life $KINESIM_LIFE; while :; do sleep 0.02; done";
    let (_, told) = told(&bench.shell(&["--clock", "x20"], script));
    let log = bench.left("billing-1.log");
    // A shell may say of its own that a command in it was terminated.
    let said: Vec<&str> = log.lines().filter(|line| *line != "Terminated").collect();
    let expected = ["life 1", "life 2", "asked to stop", "life 3", "asked to stop"];
    assert_eq!(said, expected, "killed, asked, and asked at the end: {told}");
    assert!(!told.contains("fail  command"), "{told}");
}

/// Not a test: a process that says when it stood still.
#[test]
fn the_watcher() {
    if std::env::var_os("WATCHER").is_none() {
        return;
    }
    let mut last = Instant::now();
    loop {
        std::thread::sleep(Duration::from_millis(5));
        if last.elapsed() > Duration::from_millis(900) {
            println!("stood still");
        }
        last = Instant::now();
    }
}

#[test]
fn a_host_that_stands_still_is_a_process_that_does() {
    let pause = "[[fault]]\nat = \"5s\"\nfor = \"20s\"\npause = \"billing-1\"\n";
    let bench = Bench::new("pause", &format!("{ORDERS}{pause}{FAILS}"));
    let here = std::env::current_exe().expect("a binary");
    let words = [here.to_str().expect("text"), "--exact", "the_watcher", "--nocapture"];
    let output = bench.command(&["--clock", "x20"], &words).env("WATCHER", "1").output().expect("runs");
    assert!(bench.left("billing-1.log").contains("stood still"), "{:?}", told(&output));
}

#[test]
fn a_partition_of_a_worker_meets_its_calls() {
    let cut = "[[fault]]\nat = \"0s\"\nfor = \"29s\"\npartition = { hosts = [\"billing-1\"] }\n";
    let bench = Bench::new("partition", &format!("{ORDERS}{cut}"));
    let (_, told) = told(&bench.consumer("all of it"));
    assert!(told.contains(" 0 records told as processed"), "{told}");
    assert!(!told.contains("met nothing"), "{told}");
}

#[test]
fn each_worker_is_a_process_and_takes_the_place_of_a_built_in_one() {
    let written = "workers = 2\ncheckpoint = \"10s\"\n[consumer.billing.kcl]\n\
                   [consumer.audit]\nstream = \"orders\"\nlibrary = \"poller\"\n";
    let built_in = ORDERS.replace("library = \"app\"", written);
    let built_in = built_in.replace("store = \"idempotent\"\n", "");
    let bench = Bench::new("workers", &format!("{built_in}{FAILS}"));
    let output = bench.shell(&["--clock", "x100", "--consumer", "billing"], "echo $KINESIM_WORKER; sleep 0.1");
    assert!(text(&output.stdout).contains("the command is consumer billing, 2 times"), "{:?}", told(&output));
    assert_eq!(
        (bench.left("billing-1.log"), bench.left("billing-2.log")),
        ("billing-1\n".into(), "billing-2\n".into())
    );
    assert!(bench.left("report.txt").contains("audit"), "the other consumer runs as it is written");
    let (code, told) = told(&bench.shell(&[], "true"));
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("say with --consumer whose place the command takes: audit, billing"), "{told}");
}

#[test]
fn who_does_not_hear_sigterm_is_killed_and_that_is_no_failure() {
    let bench = Bench::new("deaf", &ORDERS.replace("[liveness]\ncaught_up_within = \"10s\"\n", ""));
    let output = bench.shell(&["--clock", "x100", "--grace", "200ms"], "trap '' TERM; while :; do sleep 0.05; done");
    let (code, told) = told(&output);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("note: billing-1 was killed, for it did not end on SIGTERM"), "{told}");
}

#[test]
fn what_no_process_can_suffer_is_told() {
    let skew = "[[fault]]\nat = \"1s\"\nfor = \"5s\"\nclock_skew = { host = \"billing-1\", ahead = \"3s\" }\n";
    let bench = Bench::new("skew", &format!("{ORDERS}{skew}"));
    let (_, told) = told(&bench.shell(&["--clock", "x100"], "sleep 0.1"));
    assert!(told.contains("not carried out: 1 fault `clock_skew`: a process has the machine's clock"), "{told}");
}

#[test]
fn a_wrong_command_line_is_2_and_leaves_nothing() {
    let bench = Bench::new("wrong", ORDERS);
    for (arguments, command, says) in [
        (&["--clock", "manual"][..], "true", "the clock must go on with it"),
        (&["--clock", "auto"], "true", "the clock must go on with it"),
        (&["--consumer", "nobody"], "true", "has no consumer nobody; it has: billing"),
        (&[], "no-such-command-anywhere", "cannot start no-such-command-anywhere"),
    ] {
        let (code, told) = told(&bench.command(arguments, &[command]).output().expect("runs"));
        assert_eq!(code, Some(2), "{told}");
        assert!(told.contains(says), "{told}");
        assert!(bench.is_nothing_left());
    }
}
