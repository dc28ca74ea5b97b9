//! Scenario files: what is accepted, what is refused and how that is said.

use super::*;

const GOOD: &str = r#"
name = "good"
duration = "10m"
[stream.clicks]
shards = 4
[producer.web]
stream = "clicks"
rate = "100/s"
[consumer.billing]
stream = "clicks"
workers = 2
"#;

const NEVER: &str = r#"[[action]]
at = "1m"
split = "shardId-000000000009"
[[action]]
at = "2m"
delete_lease = 9
[[action]]
at = "2m"
stop_worker = "web-1"
[[fault]]
at = "1m"
for = "1s"
kms = "disabled"
[[fault]]
at = "1m"
for = "1s"
throttle = { stream = "clicks", shard = 7 }
"#;

const NO_NUMBERS: &str = r#"[[expect]]
number = "consumers.biling.leases_lost"
is = "= 0"
[[expect]]
number = "consumers.billing.leases_los"
is = "= 0"
[[expect]]
number = "streams.clicks.shards.*.records_throtled"
is = "= 0"
[[expect]]
number = "producers.wed.records_ok"
is = "> 0"
[[expect]]
number = "tables.billin.items"
is = "> 0"
"#;

const UNHEEDED: &str = r#"[[fault]]
at = "1m"
for = "1s"
partition = { rate = "5%" }
[[fault]]
at = "1m"
for = "1s"
lose = { by = "5s" }
[[fault]]
at = "1m"
for = "1s"
lose_responses = { way = "requests" }
[[fault]]
at = "1m"
for = "1s"
pause = "billing-1"
restart_after = "2s"
"#;

fn refuse(source: &str) -> Diagnostics {
    match load(source, "test.toml", None) {
        Err(diagnostics) => diagnostics,
        Ok(_) => panic!("this is refused:\n{source}"),
    }
}

fn with(more: &str) -> String {
    format!("{GOOD}{more}")
}

#[test]
fn a_good_file_is_read() {
    let scenario = load(GOOD, "test.toml", Some(7.into())).unwrap_or_else(|d| panic!("{d}"));
    let plan = scenario.plan();
    assert_eq!((plan.seed.first().0, plan.streams.len(), plan.producers.len(), plan.kcl.len()), (7, 1, 1, 1));
}

/// Every way to be wrong, rendered for review.
#[test]
fn what_is_wrong_is_said_where_it_stands() {
    let cases = [
        ("unknown key", GOOD.replace("shards = 4", "shard = 4")),
        ("wrong unit", GOOD.replace("\"10m\"", "\"10 parsecs\"")),
        ("a run too long", GOOD.replace("\"10m\"", "\"999999999h\"")),
        ("a rate too high", GOOD.replace("\"100/s\"", "\"9999999999/s\"")),
        ("a count too high", GOOD.replace("workers = 2", "workers = 99999999999")),
        ("too many random faults", with("[random_faults]\ncrash = \"1000000/s\"\n")),
        ("not a bound", with("[[expect]]\nthrottled_writes = \"< nan%\"\n")),
        ("number without a unit", GOOD.replace("\"100/s\"", "100")),
        ("impossible value", GOOD.replace("shards = 4", "shards = 0")),
        ("impossible retention", GOOD.replace("shards = 4", "shards = 4\nretention = \"12h\"")),
        ("missing stream", GOOD.replace("stream = \"clicks\"\nrate", "stream = \"cliks\"\nrate")),
        ("missing key", GOOD.replace("shards = 4", "")),
        ("unknown word", GOOD.replace("workers = 2", "library = \"kcl-4\"")),
        (
            "share over 100 %",
            GOOD.replace("rate = \"100/s\"", "rate = \"100/s\"\nkeys = { hot = \"x\", share = \"130%\" }"),
        ),
        ("unknown network", GOOD.replace("[stream.clicks]", "network = \"htttp\"\n[stream.clicks]")),
        ("unknown key of the network", with("[network]\nlatncy = \"2ms..8ms\"\n")),
        ("record over 1 MiB", GOOD.replace("rate = \"100/s\"", "rate = \"100/s\"\nrecord_size = \"2 MiB\"")),
        ("batch over 500", GOOD.replace("rate = \"100/s\"", "rate = \"100/s\"\nbatch = { records = 501 }")),
        ("no write units", GOOD.replace("workers = 2", "workers = 2\nlease_table = { read = 1, write = 0 }")),
        ("shard limit", format!("{GOOD}[assume]\nshard_limit = 3\n")),
        ("after the end", with("[[fault]]\nat = \"11m\"\nfor = \"1s\"\npause = \"billing-1\"\n")),
        ("unknown host", with("[[fault]]\nat = \"1m\"\nfor = \"1s\"\npause = \"biling-1\"\n")),
        (
            "two kinds of fault",
            with("[[fault]]\nat = \"1m\"\nfor = \"1s\"\npause = \"billing-1\"\ncrash = \"billing-2\"\n"),
        ),
        ("overlapping shard counts", with("[[action]]\nat = \"1m\"\nupdate_shard_count = 9\n")),
        ("unknown number", with("[[expect]]\nnumber = \"stream.clicks\"\nis = \"< 1\"\n")),
        ("wrong unit of a bound", with("[[expect]]\niterator_age.p99 = \"< 5\"\n")),
        ("nothing expected", with("[[expect]]\nfrom = \"1m\"\n")),
        ("unknown function", with("[delivery.lake]\nfunction = \"enrich\"\n")),
        ("two destinations", with("[delivery.lake]\nsplunk = {}\nhttp = {}\n")),
        ("a buffer too large", with("[delivery.lake]\nbuffer = { size = \"500 MiB\" }\n")),
        ("shares over 100 %", with("[function.enrich]\ndropped = \"60%\"\nfailed = \"50%\"\n")),
        (
            "an endpoint described twice",
            with(
                "[delivery.a]\nhttp = { endpoint = \"x\", body_max = \"1 MiB\" }\n\
                 [delivery.b]\nhttp = { endpoint = \"x\", knows_requests = true }\n",
            ),
        ),
        ("unknown delivery", with("[[expect]]\nnumber = \"deliveries.lak.records_in\"\nis = \"> 1\"\n")),
        ("missing trace", GOOD.replace("rate = \"100/s\"", "trace = { file = \"none.csv\" }")),
        ("not a trace", GOOD.replace("rate = \"100/s\"", "trace = { file = \"Cargo.toml\" }")),
        ("a text for a number", GOOD.replace("shards = 4", "shards = \"four\"")),
        ("a number for a section", GOOD.replace("[stream.clicks]\nshards = 4", "stream = 4")),
        ("unknown operation", with("[[fault]]\nat = \"1m\"\nfor = \"1s\"\nlose = { operation = \"PutRecord2\" }\n")),
        ("unknown occurrence", with("[[expect]]\nsometimes = \"lease-stole\"\n")),
        ("a check that is not there", format!("outcome = \"fail\"\nfailing = [\"shard-ordre\"]\n{GOOD}")),
        ("an expectation that is not there", format!("outcome = \"fail\"\nfailing = [\"given_up < 1%\"]\n{GOOD}")),
        ("one name for two", GOOD.replace("[consumer.billing]", "[consumer.web]")),
        ("too many workers", GOOD.replace("workers = 2", "workers = 4000000000")),
        (
            "settings of the other library",
            GOOD.replace("workers = 2", "library = \"poller\"\nkcl = { epsilon = \"9ms\" }"),
        ),
        ("not TOML", GOOD.replace("[stream.clicks]", "[stream.clicks")),
        (
            "several of the types at once",
            GOOD.replace("\"10m\"", "\"10\"")
                .replace("shards = 4", "shard = 4")
                .replace("rate = \"100/s\"", "rate = \"5%\"\nhots = 3")
                .replace("workers = 2", "library = \"kcl\"\nworkers = \"many\"")
                + "[[fault]]\nat = \"1m\"\ncrahs = \"billing-1\"\n",
        ),
        (
            "several at once",
            GOOD.replace("shards = 4", "shards = 0").replace("workers = 2", "workers = 0\nrecords_max = 0"),
        ),
    ];
    let told = |(name, source): &(&str, String)| format!("---- {name}\n{}\n\n", refuse(source));
    review_diagnostics(&cases.iter().chain(&never_or_twice()).chain(&as_elsewhere()).map(told).collect::<String>());
}

/// Files as people write them who know other tools.
fn as_elsewhere() -> [(&'static str, String); 18] {
    let fault = |lines: &str| with(&format!("[[fault]]\nat = \"1m\"\nfor = \"10s\"\n{lines}\n"));
    let action = |line: &str| with(&format!("[[action]]\nat = \"1m\"\n{line}\n"));
    let consumer = |line: &str| GOOD.replace("workers = 2", &format!("workers = 2\n{line}"));
    [
        ("a list of streams", GOOD.replace("[stream.clicks]", "[[stream]]\nname = \"clicks\"")),
        ("one fault that is no list", with("[fault]\nat = \"1m\"\nfor = \"10s\"\npause = \"billing-1\"\n")),
        ("a fault's duration", with("[[fault]]\nat = \"1m\"\nduration = \"10s\"\npause = \"billing-1\"\n")),
        ("a kind of fault as a value", fault("kind = \"crash\"")),
        ("a fault's value without its table", fault("throttle = \"clicks\"")),
        ("a split as a table", action("split = { shard = 0 }")),
        ("a reshard", action("reshard = 8")),
        ("a repeat that overlaps", fault("pause = \"billing-1\"\nevery = \"5s\"")),
        ("an end of what does not repeat", fault("pause = \"billing-1\"\nuntil = \"5m\"")),
        ("hosts of a consumer", GOOD.replace("workers = 2", "hosts = 2")),
        ("AWS's name of a key", GOOD.replace("shards = 4", "ShardCount = 4")),
        ("units under AWS's names", consumer("lease_table = { rcu = 5, wcu = 5 }")),
        ("units without their table", consumer("lease_table = 10")),
        ("a key of the whole file below a section", with("seed = 7\n")),
        ("a key of another section", consumer("rate = \"5/s\"")),
        ("a bound without its number", with("[[expect]]\niterator_age = \"< 5s\"\n")),
        ("a number without its path", with("[[expect]]\nnumber = \"iterator_age_p99_ms\"\nis = \"< 5s\"\n")),
        (
            "a merge of one shard",
            GOOD.replace("shards = 4", "shards = 1") + "[[action]]\nat = \"1m\"\nmerge = \"hottest\"\n",
        ),
    ]
}

/// What stands twice, can never happen or would do nothing.
fn never_or_twice() -> [(&'static str, String); 6] {
    [
        ("a key twice", GOOD.replace("shards = 4", "shards = 4\nretention = \"1d\"\nshards = 2")),
        ("a section twice", with("[stream.clicks]\nshards = 2\n")),
        ("a key under both names", with("checkpoint = \"10s\"\ncheckpoint_every = \"20s\"\n")),
        ("what can never happen", with(NEVER)),
        ("numbers that nobody reports", with(NO_NUMBERS)),
        ("keys that a fault cannot heed", with(UNHEEDED)),
    ]
}

fn review_diagnostics(text: &str) {
    insta::with_settings!({
        snapshot_path => "../../snapshots", prepend_module_to_snapshot => false, omit_expression => true,
    }, {
        insta::assert_snapshot!("diagnostics", text);
    });
}

#[test]
fn the_resolved_file_is_the_same_scenario() {
    let source = with(
        "[random_faults]\ncrash = \"30/h\"\npause = \"30/h\"\npartition = \"20/h\"\nzones = \"20/h\"\nlose = \"6/h\"\n\
         throttle = \"12/h\"\nclock_skew = \"6/h\"\n[[expect]]\nthrottled_writes = \"< 5%\"\n",
    );
    let first = load(&source, "test.toml", Some(3.into())).unwrap_or_else(|d| panic!("{d}"));
    let resolved = first.resolved_toml();
    let second = load(&resolved, "test.toml", None).unwrap_or_else(|d| panic!("{d}\n{resolved}"));
    assert!(first.plan().faults.len() > 5, "faults were drawn");
    assert_eq!(format!("{:?}", first.plan()), format!("{:?}", second.plan()));
    assert_eq!(resolved, second.resolved_toml());
}

#[test]
fn a_store_is_read_under_its_older_name_and_resolved_under_its_own() {
    let resolved = |key: &str| {
        let source = GOOD.replace("workers = 2", &format!("workers = 2\n{key} = \"transactional\""));
        load(&source, "test.toml", None).unwrap_or_else(|d| panic!("{d}")).resolved_toml()
    };
    assert_eq!(resolved("sink"), resolved("store"));
    assert!(resolved("sink").contains("\nstore = \"transactional\""));
}

#[test]
fn the_network_is_a_word_or_a_table() {
    use crate::client::Transport;
    let plan = |more: &str| {
        let source = GOOD.replace("[stream.clicks]", &format!("{more}\n[stream.clicks]"));
        let scenario = load(&source, "test.toml", None).unwrap_or_else(|d| panic!("{d}"));
        let again = load(&scenario.resolved_toml(), "resolved.toml", None).unwrap_or_else(|d| panic!("{d}"));
        assert_eq!(again.plan().transport, scenario.plan().transport, "the resolved file says the same");
        scenario.plan()
    };
    assert_eq!(plan("").transport, Transport::Messages);
    assert_eq!(plan("network = \"http\"").transport, Transport::Http);
    let table = plan("[network]\ntransport = \"http\"\nlatency = \"1ms..1ms\"");
    assert_eq!(table.transport, Transport::Http);
    assert_eq!(table.latency, (crate::base::SimDuration::from_millis(1), crate::base::SimDuration::from_millis(1)));
}

#[test]
fn random_faults_depend_on_the_seed_and_leave_quiet_time_at_the_end() {
    let source = with("[random_faults]\ncrash = \"60/h\"\nzones = \"60/h\"\n");
    let plan = |seed: u64| load(&source, "test.toml", Some(seed.into())).unwrap_or_else(|d| panic!("{d}")).plan();
    let (one, two) = (plan(1), plan(2));
    assert_ne!(format!("{:?}", one.faults), format!("{:?}", two.faults));
    let ends = one.faults.iter().map(|f| f.at.saturating_add(f.lasts.unwrap_or_default())).max().expect("faults");
    assert!(ends <= crate::base::SimTime::from_secs(400), "{ends}");
}

#[test]
fn every_kind_of_fault_can_be_drawn_at_random() {
    let rates: String = crate::fault::drawings()
        .iter()
        .map(|(key, _)| format!("{key} = \"{}/h\"\n", if *key == "crash_for_good" { 10 } else { 60 }))
        .collect();
    let encrypted = GOOD.replace("shards = 4", "shards = 4\nencryption_key = \"alias/clicks\"");
    let source = format!("{encrypted}[random_faults]\n{rates}");
    let mut texts = String::new();
    for seed in 0..20 {
        let plan = load(&source, "test.toml", Some(seed.into())).unwrap_or_else(|d| panic!("{d}")).plan();
        for fault in &plan.faults {
            texts += &format!("{} {}\n", fault.text, if fault.lasts.is_some() { "for a while" } else { "for good" });
        }
    }
    for kind in [
        "crash of billing-2 for good",
        "crash of billing-1 for ",
        "pause of",
        "clock of",
        "partition between billing-1 and dynamodb",
        "lose between",
        "lose responses between all hosts and kinesis",
        "duplicate between",
        "delay between",
        "throttle at 20% on table billing",
        " shardId-00000000000",
        "throttle at 20% on kinesis",
        "internal errors at 10% on kinesis",
        "unavailable at 10%",
        "expire iterators",
        "KMS key",
        "zone",
        "store outage of billing",
    ] {
        assert!(texts.contains(kind), "{kind} is not in:\n{texts}");
    }
    assert!(!texts.contains("crash of billing-1 for good"), "one worker is always left");
}

#[test]
fn the_starter_file_is_a_scenario() {
    let scenario = load(&starter("orders"), "orders.toml", None).unwrap_or_else(|d| panic!("{d}"));
    assert!(scenario.explain().contains("800 records/s: 20 % of the stream's record limit"), "{}", scenario.explain());
}

#[test]
fn every_gallery_file_resolves_to_the_same_scenario() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let entries = std::fs::read_dir(folder).expect("the gallery");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "toml"));
    assert!(files.len() >= 20, "the gallery was found");
    for path in files {
        let shown = path.to_string_lossy();
        let first = load_file(&path, &shown, None).unwrap_or_else(|d| panic!("{d}"));
        let resolved = first.resolved_toml();
        let second = load(&resolved, &shown, None).unwrap_or_else(|d| panic!("{d}\n{resolved}"));
        assert_eq!(format!("{:?}", first.plan()), format!("{:?}", second.plan()), "{shown}");
    }
}

#[test]
fn the_largest_seed_survives_resolving() {
    let first = load(GOOD, "test.toml", Some(u64::MAX.into())).unwrap_or_else(|d| panic!("{d}"));
    let second = load(&first.resolved_toml(), "test.toml", None).unwrap_or_else(|d| panic!("{d}"));
    assert_eq!(second.plan().seed.first().0, u64::MAX);
}

#[test]
fn seldom_changed_settings_default_to_the_librarys() {
    let plan = |source: &str| load(source, "test.toml", None).unwrap_or_else(|d| panic!("{d}")).plan();
    let (name, defaults) = ("billing", plan(GOOD));
    let stream = defaults.streams[0].name.clone();
    let mut library =
        crate::client::kcl::KclSettings::new(crate::base::ConsumerId(0), name, stream, name.parse().expect("a name"));
    library.worker_starts = vec![crate::base::SimDuration::ZERO; 2];
    assert_eq!(defaults.kcl, [library.clone()]);
    let changed = plan(&GOOD.replace("workers = 2", "workers = 2\nkcl = { auditor_threshold = 7 }"));
    library.auditor_threshold = 7;
    assert_eq!(changed.kcl, [library]);
}

#[test]
fn a_group_can_have_the_name_of_a_host() {
    let source = GOOD.replace("[producer.web]", "[producer.billing-1]")
        + "[[fault]]\nat = \"1m\"\nfor = \"1s\"\nlose = { hosts = [\"billing-1\"] }\n";
    let plan = load(&source, "test.toml", None).unwrap_or_else(|d| panic!("{d}")).plan();
    assert!(format!("{:?}", plan.faults).contains("[\"billing-1-1\"]"), "{:?}", plan.faults);
}

#[test]
fn drawn_zone_faults_keep_away_from_those_of_the_file() {
    let source = GOOD.replace("\"10m\"", "\"12h\"")
        + "[[fault]]\nat = \"3h\"\nfor = \"1h\"\nzone_wipe = 0\n\
           [random_faults]\nzones = \"60/h\"\nlasts = \"1m..10m\"\n";
    for seed in 0..20 {
        let plan = load(&source, "test.toml", Some(seed.into())).unwrap_or_else(|d| panic!("{d}")).plan();
        assert!(plan.faults.len() > 10, "some were drawn");
        for pair in plan.faults.windows(2) {
            let over = pair[0].at.saturating_add(pair[0].lasts.expect("zone faults end"));
            assert!(over < pair[1].at, "seed {seed}: {} and {}", pair[0].text, pair[1].text);
        }
    }
}

#[test]
fn the_schema_knows_every_name_that_a_key_has() {
    let (consumer, faults) = (include_str!("section/consumer.rs"), include_str!("../fault/kind/mod.rs"));
    let aliases = consumer.split("alias = \"").skip(1).chain(faults.split(", also \"").skip(1));
    let aliases = aliases.filter_map(|rest| rest.split('"').next());
    let known: Vec<&str> = twice::ALIASES.iter().map(|(_, alias, _)| *alias).collect();
    assert_eq!(aliases.collect::<Vec<_>>(), known);
    let schema: serde_json::Value = serde_json::from_str(&json_schema()).expect("a schema is JSON");
    for (section, alias, name) in twice::ALIASES {
        let properties = &schema["$defs"][section]["properties"];
        for part in ["$ref", "anyOf", "type"] {
            assert_eq!(properties[alias][part], properties[name][part], "{alias}");
        }
        assert!(properties[alias].is_object(), "{alias} is there");
    }
}

#[test]
fn what_comes_again_is_written_once() {
    let source = GOOD.to_owned()
        + "[[fault]]\nat = \"1m\"\nfor = \"30s\"\nevery = \"2m\"\nsink_outage = \"billing\"\n\
           [[action]]\nat = \"5m\"\nevery = \"2m\"\nuntil = \"8m\"\nsplit = \"hottest\"\n";
    let scenario = load(&source, "test.toml", None).unwrap_or_else(|d| panic!("{d}"));
    let again = load(&scenario.resolved_toml(), "resolved.toml", None).unwrap_or_else(|d| panic!("{d}"));
    for plan in [scenario.plan(), again.plan()] {
        let minutes = |at: crate::base::SimTime| at.as_millis() / 60_000;
        let faults: Vec<u64> = plan.faults.iter().map(|fault| minutes(fault.at)).collect();
        assert_eq!(faults, [1, 3, 5, 7, 9], "all are over when the run is");
        let actions: Vec<u64> = plan.actions.iter().map(|action| minutes(action.at)).collect();
        assert_eq!(actions, [5, 7]);
    }
}

#[test]
fn a_rolling_restart_stops_one_worker_after_the_other() {
    let rolling = "rolling_restart = { consumer = \"billing\", every = \"2m\", down = \"30s\" }";
    let source = format!("{GOOD}[[action]]\nat = \"1m\"\n{rolling}\n");
    let plan = load(&source, "test.toml", None).unwrap_or_else(|d| panic!("{d}")).plan();
    let steps: Vec<String> = plan.actions.iter().map(|step| format!("{} {}", step.at, step.text)).collect();
    assert_eq!(
        steps,
        [
            "0:01:00.000 stop billing-1 (rolling restart)",
            "0:01:30.000 start billing-1 (rolling restart)",
            "0:03:00.000 stop billing-2 (rolling restart)",
            "0:03:30.000 start billing-2 (rolling restart)",
        ]
    );
    assert_eq!(plan.disturbances.len(), 2, "liveness waits for each worker to be back");
}

#[test]
fn a_merge_needs_two_shards_at_its_time() {
    let one = GOOD.replace("shards = 4", "shards = 1") + "[[action]]\nat = \"5m\"\nmerge = \"coldest\"\n";
    let loads = |source: &str| load(source, "test.toml", None).map(drop).map_err(|d| d.to_string());
    let refused = loads(&one).expect_err("one shard has no neighbour");
    assert!(refused.contains("clicks has one shard at 5m: there is nothing to merge it with"), "{refused}");
    assert_eq!(loads(&(one.clone() + "expect_refusal = true\n")), Ok(()));
    let split = |at: &str| format!("{one}[[action]]\nat = \"{at}\"\nsplit = \"hottest\"\n");
    assert_eq!(loads(&split("4m")), Ok(()), "two by then");
    assert!(loads(&split("6m")).is_err(), "too late");
}

#[test]
fn keys_that_are_spread_already_are_not_salted_and_a_salt_fits_its_key() {
    let salted = |keys: &str| GOOD.replace("rate = \"100/s\"", &format!("rate = \"100/s\"\nkeys = {{ {keys} }}"));
    load(&salted("hot = \"AAPL\", share = \"40%\", count = 10, salt = 4"), "s.toml", None)
        .unwrap_or_else(|wrong| panic!("{wrong}"));
    let long = "k".repeat(255);
    for (keys, title) in [
        ("unique = true, salt = 2", "keys that are unique, or have explicit hashes, are spread already"),
        ("uniform = 10, salt = 0", "a key is salted into 1 to 10000"),
        (&*format!("list = [\"{long}\"], salt = 2"), "with its salt a partition key is at most 256 characters"),
    ] {
        let wrong = refuse(&salted(keys));
        assert!(wrong.problems().iter().any(|problem| problem.title == title), "{keys}: {wrong}");
    }
}
