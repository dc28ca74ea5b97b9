//! Every bug that can be planted is found: by the check that it is there for, in a small run that is clean without it.

mod support;

use kinesim::base::Bug;
use kinesim::check::Verdict;
use kinesim::run::{Options, run};
use kinesim::scenario;

/// A stream of `shards` shards with a producer, and what else the run has.
fn scenario(duration: &str, shards: u32, rate: &str, rest: &str) -> String {
    format!(
        r#"
name = "planted"
duration = "{duration}"
[liveness]
owned_within = "1m"
balanced_within = "1m"
caught_up_within = "90s"
[stream.orders]
shards = {shards}
[producer.shop]
stream = "orders"
rate = "{rate}"
record_size = "100 B"
{rest}"#
    )
}

/// A worker joins, and steals leases.
fn joined() -> String {
    let consumer = r#"
[consumer.billing]
stream = "orders"
joins = ["1m10s"]
"#;
    scenario("4m", 4, "20/s", consumer)
}

/// An application with these keys, and faults or actions.
fn consumed(keys: &str, rest: &str) -> String {
    scenario("4m", 2, "20/s", &format!("[consumer.billing]\nstream = \"orders\"\n{keys}\n{rest}"))
}

/// A shard is split at 1m.
fn split(keys: &str) -> String {
    consumed(keys, "[[action]]\nat = \"1m\"\nsplit = \"shardId-000000000000\"\n")
}

fn fault(at: &str, lasts: &str, what: &str) -> String {
    format!("[[fault]]\nat = \"{at}\"\nfor = \"{lasts}\"\n{what}\n")
}

/// A run in which a bug shows, and the check that finds it.
type Shown = (String, &'static str);

/// Bugs of leases and of the consumers that hold them.
fn of_leases(bug: Bug) -> Option<Shown> {
    Some(match bug {
        Bug::CheckpointWithoutCondition => (joined(), "checkpoint-only-by-lease-holder"),
        Bug::CheckpointConditionOnOwner => {
            let late =
                "delay = { service = \"dynamodb\", operation = \"UpdateItem\", way = \"requests\", by = \"30s\" }";
            let crash = "[[fault]]\nat = \"1m3s\"\ncrash = \"billing-1\"\nrestart_after = \"2s\"\n";
            (consumed("", &(fault("1m", "3s", late) + crash)), "checkpoint-never-goes-back")
        }
        Bug::LeaseCounterTooHigh => {
            let throttle = "throttle = { table = \"billing\", operation = \"UpdateItem\" }";
            (consumed("failover = \"60s\"", &fault("1m", "12s", throttle)), "leases-are-lost-for-a-reason")
        }
        Bug::NoLookAtOwnLeases => {
            let partition = "partition = { hosts = [\"billing-2\"], service = \"dynamodb\" }";
            let keys = "workers = 2\ncheckpoint = \"at end\"";
            (consumed(keys, &fault("1m", "2m", partition)), "bounded-double-processing")
        }
        Bug::ExpiryByWallClock => {
            let skew = "clock_skew = { host = \"billing-1\", ahead = \"1h\" }";
            (consumed("", &fault("1m", "1m", skew)), "leases-are-lost-for-a-reason")
        }
        Bug::FirstSightIsExpiry => (joined(), "live-leases-are-not-taken"),
        Bug::StealWithoutSurplus => {
            let consumer = "[consumer.billing]\nstream = \"orders\"\nworkers = 2\n";
            (scenario("6m", 3, "20/s", consumer), "calm-means-still")
        }
        Bug::ChildBeforeParent => {
            let hot = "stop = \"2m\"\nkeys = { hot = \"a\", share = \"90%\", count = 10 }";
            let slow = "[consumer.billing]\nstream = \"orders\"\nprocessing = \"50ms\"\n";
            let merge = "[[action]]\nat = \"1m\"\nmerge = \"shardId-000000000000\"\n";
            (scenario("4m", 2, "20/s", &format!("{hot}\n{slow}{merge}")), "key-order-across-resharding")
        }
        Bug::OwnRenewalNotKnown => {
            let errors = "internal_errors = { table = \"billing\", operation = \"UpdateItem\", rate = \"40%\" }";
            (consumed("checkpoint = \"at end\"", &fault("1m", "1m", errors)), "leases-are-lost-for-a-reason")
        }
        Bug::ThrottleEndsConsumer => {
            let throttle = "throttle = { table = \"billing\", operation = \"GetItem\" }";
            (consumed("", &fault("1s", "1m", throttle)), "every-open-shard-owned")
        }
        Bug::BatchesAfterLeaseLoss => {
            let slow = "[consumer.billing]\nstream = \"orders\"\njoins = [\"1m10s\"]\nrecords_max = 100\n\
                        processing = \"90ms\"\ncheckpoint = \"at end\"\n";
            (scenario("4m", 2, "20/s", slow), "bounded-double-processing")
        }
        Bug::LeaseGivenUpFirst | Bug::NoCheckpointAtStop => {
            let is_given_up = bug == Bug::LeaseGivenUpFirst;
            let check = if is_given_up { "leases-are-lost-for-a-reason" } else { "stops-keep-what-was-done" };
            let stop = "[[action]]\nat = \"2m\"\nstop_worker = \"billing-1\"\n";
            (consumed("workers = 2\ncheckpoint = \"30s\"", stop), check)
        }
        _ => return None,
    })
}

/// Bugs of reading, and of the way from a shard to its children.
fn of_reading(bug: Bug) -> Option<Shown> {
    Some(match bug {
        Bug::ParentDeletedTooEarly => {
            let kcl = "checkpoint = \"at end\"\nkcl = { completed_cleanup_interval = \"1m\" }";
            (split(kcl), "lease-deleted-only-when-allowed")
        }
        Bug::NullIteratorTrusted => (
            scenario("4m", 2, "1/s", "[consumer.billing]\nstream = \"orders\"\n"),
            "nothing-below-checkpoint-unprocessed",
        ),
        Bug::ChildLeasesMissing => (split(""), "iterator-age-recovers"),
        Bug::LatestAskedAgain => {
            let expire = fault("1m", "1m", "expire_iterators = { stream = \"orders\", rate = \"20%\" }");
            (consumed("initial_position = \"latest\"", &expire), "resume-is-exact")
        }
        Bug::EmptyPageIsTip => {
            (scenario("4m", 2, "1/s", "[consumer.billing]\nstream = \"orders\"\n"), "resume-is-exact")
        }
        Bug::BatchSkippedUnseen => {
            let mishap = "library = \"poller\"\nmishap = [{ throw = true, every_records = 500 }]";
            (consumed(mishap, ""), "resume-is-exact")
        }
        Bug::CheckpointAheadOfWork => (consumed("", ""), "nothing-below-checkpoint-unprocessed"),
        Bug::ShardEndOverwritten => (split(""), "checkpoint-never-goes-back"),
        Bug::OldIteratorKept => {
            (scenario("4m", 2, "1/s", "[consumer.billing]\nstream = \"orders\"\n"), "readers-use-the-last-iterator")
        }
        _ => return None,
    })
}

/// Bugs of producers and of the services.
fn of_services(bug: Bug) -> Option<Shown> {
    Some(match bug {
        Bug::FailedEntriesIgnored => {
            let throttle = fault("1m", "1m", "throttle = { stream = \"orders\", rate = \"20%\" }");
            (consumed("", &throttle), "producers-are-honest")
        }
        Bug::LimitsByRequest => (scenario("1m", 1, "3000/s", ""), "limits-never-exceeded"),
        Bug::TrimmedOneTooMany => (scenario("24h1m", 1, "0.5/s", ""), "iterators-begin-where-asked"),
        Bug::AcknowledgedInOneZone => {
            let zones = fault("1m", "1m", "zone_outage = 0") + &fault("1m10s", "20s", "zone_outage = 1");
            (consumed("", &zones), "no-acknowledged-record-lost")
        }
        Bug::SplitLeavesHole => (split(""), "open-shards-tile-the-hash-range"),
        Bug::StaleConsistentRead => {
            let rest = "[consumer.billing]\nstream = \"orders\"\nstore = \"transactional\"\n\
                        [assume]\nstale_read_lag_max = \"1s\"\n";
            (scenario("3m", 8, "20/s", rest), "consistent-reads-are-fresh")
        }
        Bug::ThrottledWriteApplied => {
            let throttle = "throttle = { table = \"billing\", operation = \"UpdateItem\", rate = \"30%\" }";
            (consumed("", &fault("1m", "1m", throttle)), "refused-calls-write-nothing")
        }
        _ => return None,
    })
}

/// A delivery stream with these keys that a producer puts to, and what else the run has.
fn delivered(duration: &str, producer: &str, delivery: &str, rest: &str) -> String {
    format!(
        r#"
name = "planted"
duration = "{duration}"
[liveness]
caught_up_within = "1m"
[producer.web]
delivery = "lake"
{producer}
[delivery.lake]
buffer = {{ interval = "10s" }}
{delivery}
{rest}"#
    )
}

/// A delivery stream behind a function that is invoked once for each batch.
fn transformed(duration: &str, producer: &str, delivery: &str, function: &str) -> String {
    let delivery = format!(
        "function = \"enrich\"\nfunction_retries = 0\nfunction_buffer = {{ size = \"2 MiB\", interval = \"30s\" }}\n\
         {delivery}"
    );
    delivered(duration, producer, &delivery, &format!("[function.enrich]\n{function}\n"))
}

/// Bugs of delivery streams.
fn of_deliveries(bug: Bug) -> Option<Shown> {
    let few = "rate = \"20/s\"\nrecord_size = \"100 B\"\nstop = \"3m\"";
    let lost = |lasts| fault("1m", lasts, "lose = { service = \"s3\", way = \"requests\" }");
    Some(match bug {
        Bug::FailedRecordsNotKept => (transformed("20m", few, "", "failed = \"10%\""), "every-record-is-delivered"),
        Bug::MissingIdsIgnored => (transformed("20m", few, "", "lost_id = \"50%\""), "every-record-is-delivered"),
        Bug::LostAnswerTakenAsDelivered => (delivered("10m", few, "", &lost("1m")), "every-record-is-delivered"),
        Bug::StuckAfterFailure => (delivered("10m", few, "", &lost("1m")), "every-record-is-delivered"),
        Bug::HeldTooShortly => (delivered("10m", few, "", &lost("4m")), "deliveries-hold-what-they-took"),
        Bug::BatchDeliveredTwice => (delivered("4m", few, "", ""), "deliveries-double-only-for-a-reason"),
        Bug::NamedByDeliveryTime => (delivered("4m", few, "", ""), "objects-hold-what-their-names-say"),
        Bug::PartitionsMixed => {
            let few = format!("{few}\ndata = '{{\"customer\":\"{{key}}\"}}'\nkeys = {{ uniform = 20 }}");
            let partition = "partition = { customer = \".customer\" }\ns3 = { prefix = \
                             \"of-!{partitionKeyFromQuery:customer}/\", error_prefix = \"errors/\" }";
            (delivered("4m", &few, partition, ""), "objects-hold-what-their-names-say")
        }
        Bug::RecordCutInTwo => {
            let many = "rate = \"400/s\"\nrecord_size = \"9999 B\"\nstop = \"1m\"";
            (delivered("4m", many, "s3 = { }", ""), "deliveries-double-only-for-a-reason")
        }
        Bug::BufferBySizeOnly => (delivered("4m", few, "", ""), "buffers-keep-their-hints"),
        Bug::ChildShardFromLatest => {
            let rest = "[delivery.lake]\nstream = \"orders\"\n[[action]]\nat = \"1m\"\nsplit = \"coldest\"\n";
            (scenario("4m", 2, "50/s", rest), "deliveries-hold-what-they-took")
        }
        Bug::PayloadNotSplit => {
            let many = "rate = \"3000/s\"\nrecord_size = \"40 B\"\nstop = \"25s\"";
            (transformed("2m", many, "", ""), "function-payloads-fit")
        }
        Bug::PartitionsWithoutQuota => {
            let partition = "partition = {}\ns3 = { prefix = \"!{partitionKeyFromLambda:customer}/\", \
                             error_prefix = \"errors/\" }";
            let function = "partition_key = { name = \"customer\", values = 2000 }";
            (transformed("4m", few, partition, function), "partitions-keep-their-quota")
        }
        _ => return None,
    })
}

fn shown(bug: Bug) -> Shown {
    let shown = of_leases(bug).or_else(|| of_reading(bug)).or_else(|| of_services(bug)).or_else(|| of_deliveries(bug));
    shown.unwrap_or_else(|| panic!("there is a run for {}", bug.word()))
}

/// The checks that fail in a run, each with what it says.
fn failed(text: &str, bug: Option<Bug>) -> Vec<(&'static str, String)> {
    let planted = bug.map_or_else(String::new, |bug| format!("bug = \"{}\"", bug.word()));
    let text = format!("{planted}{text}");
    let scenario = scenario::load(&text, "planted.toml", None).unwrap_or_else(|d| panic!("{d}"));
    let report = run(&scenario.plan(), Options::default()).report;
    let failed = report.checks.into_iter().filter(|check| check.verdict == Verdict::Fail);
    failed.map(|check| (check.name, check.detail)).collect()
}

/// Whoever looks at answers only, and at nothing that services tell of themselves, finds them as well.
#[test]
fn answers_alone_show_what_services_do_wrong() {
    let shows = [
        (Bug::StaleConsistentRead, "table-answers-have-an-order"),
        (Bug::ThrottledWriteApplied, "table-answers-have-an-order"),
    ];
    for (bug, check) in shows {
        let found = failed(&shown(bug).0, Some(bug));
        assert!(found.iter().any(|(name, _)| *name == check), "{}: {found:#?}", bug.word());
    }
}

#[test]
fn every_planted_bug_is_found_in_a_run_that_is_clean_without_it() {
    let mut wrong = Vec::new();
    let only = std::env::var("BUG").unwrap_or_default();
    for bug in Bug::ALL.iter().filter(|bug| only.is_empty() || only.split(',').any(|word| word == bug.word())) {
        let (text, check) = shown(*bug);
        let clean = failed(&text, None);
        if !clean.is_empty() {
            wrong.push(format!("{} is not there, and yet {clean:#?}", bug.word()));
        }
        let found = failed(&text, Some(*bug));
        if !found.iter().any(|(name, _)| *name == check) {
            wrong.push(format!("{} is not found by {check}: {found:#?}", bug.word()));
        }
        if std::env::var_os("TELL").is_some() {
            println!("{}: {found:#?}", bug.word());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
