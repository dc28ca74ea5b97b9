//! Single subjects: reshards, retention, downtimes and traces, each against a run at record level.

use crate::fluid::{Flow, flow};
use crate::measure::Figures;
use crate::run::{Options, run};
use crate::scenario;

fn both(text: &str) -> (Figures, Flow) {
    let plan = scenario::load(text, "t.toml", Some(3.into())).unwrap_or_else(|d| panic!("{text}\n{d}")).plan();
    (run(&plan, Options::default()).report.figures, flow(&plan))
}

fn is_near(run: u64, fluid: u64, percent: u64) -> bool {
    run.abs_diff(fluid) * 100 <= percent * run.max(fluid) + 100
}

#[test]
fn a_stream_with_twice_the_shards_stops_throttling_when_they_are_there() {
    let (run, flow) = both(
        "name = \"t\"\nduration = \"12m\"\n[stream.s]\nshards = 2\n[producer.p]\nstream = \"s\"\nrate = \"3000/s\"\n\
         record_size = \"100 B\"\nkeys = { unique = true }\nresend_failed = 0\n[consumer.c]\nstream = \"s\"\n\
         library = \"poller\"\n[[action]]\nat = \"4m\"\nupdate_shard_count = 4\n",
    );
    assert_eq!(flow.left_out, Vec::<String>::new());
    let (run, fluid) = (&run.streams["s"], &flow.figures.streams["s"]);
    assert_eq!((fluid.shards_open, fluid.shards.len()), (4, run.shards.len()));
    assert!(is_near(run.records_acked, fluid.records_acked, 1), "{} {}", run.records_acked, fluid.records_acked);
    let throttled = (run.records_throttled, fluid.records_throttled);
    assert!(is_near(throttled.0, throttled.1, 2), "{throttled:?}");
    let minutes = &flow.writes["s"];
    assert!(minutes[3].throttled > 50_000 && minutes[6].throttled == 0, "{minutes:?}");
}

#[test]
fn children_are_read_when_their_parents_are_done() {
    for library in ["library = \"poller\"", "workers = 1"] {
        let (run, flow) = both(&format!(
            "name = \"t\"\nduration = \"10m\"\n[stream.s]\nshards = 2\n[producer.p]\nstream = \"s\"\nrate = \"200/s\"\n\
             keys = {{ unique = true }}\n[consumer.c]\nstream = \"s\"\n{library}\n\
             [[action]]\nat = \"3m\"\nsplit = \"hottest\"\n"
        ));
        let (run, fluid) = (&run.consumers["c"], &flow.figures.consumers["c"]);
        assert!(is_near(run.records_processed, fluid.records_processed, 1), "{run:?}\n{fluid:?}");
    }
}

#[test]
fn a_poller_that_is_down_catches_up_as_fast_as_it_runs() {
    let (run, flow) = both(
        "name = \"t\"\nduration = \"15m\"\n[stream.s]\nshards = 2\n[producer.p]\nstream = \"s\"\nrate = \"600/s\"\n\
         keys = { unique = true }\n[consumer.c]\nstream = \"s\"\nlibrary = \"poller\"\nprocessing = \"1ms\"\n\
         [[fault]]\nat = \"3m\"\nfor = \"2m\"\npause = \"c-1\"\n",
    );
    assert_eq!(flow.left_out, Vec::<String>::new());
    let (run, fluid) = (&run.consumers["c"], &flow.figures.consumers["c"]);
    assert!(is_near(run.records_processed, fluid.records_processed, 1));
    let took = (run.catch_up_s_max.unwrap_or(0.0), fluid.catch_up_s_max.unwrap_or(0.0));
    assert!((took.0 - took.1).abs() < 0.05 * took.0 + 2.0, "{took:?}");
    let ages = (run.iterator_age_max_ms.unwrap_or(0), fluid.iterator_age_max_ms.unwrap_or(0));
    assert!(is_near(ages.0, ages.1, 3), "{ages:?}");
}

#[test]
fn what_is_not_read_in_time_is_trimmed_unread() {
    let (run, flow) = both(
        "name = \"t\"\nduration = \"48h\"\n[stream.s]\nshards = 1\n[producer.p]\nstream = \"s\"\nrate = \"2/s\"\n\
         record_size = \"10 B\"\n[consumer.c]\nstream = \"s\"\nlibrary = \"poller\"\n\
         processing = \"2s\"\nidle = \"5s\"\n",
    );
    let unread = (run.consumers["c"].unread_records_trimmed, flow.figures.consumers["c"].unread_records_trimmed);
    assert!(unread.0 > 0 && is_near(unread.0, unread.1, 2), "{unread:?}");
    let trimmed = (run.streams["s"].records_trimmed, flow.figures.streams["s"].records_trimmed);
    assert!(is_near(trimmed.0, trimmed.1, 1), "{trimmed:?}");
}

#[test]
fn a_flow_is_the_same_every_time_and_says_what_it_leaves_out() {
    let text = "name = \"t\"\nduration = \"5m\"\n[stream.s]\nshards = 3\n[producer.p]\nstream = \"s\"\n\
                rate = \"9000/s\"\n\
                [consumer.c]\nstream = \"s\"\nworkers = 2\n\
                [[fault]]\nat = \"1m\"\nfor = \"1m\"\npause = \"c-1\"\n";
    let plan = scenario::load(text, "t.toml", None).map(|scenario| scenario.plan());
    let plan = plan.unwrap_or_else(|d| panic!("{d}"));
    let once = flow(&plan);
    assert_eq!(once, flow(&plan));
    assert_eq!(once.left_out.len(), 1, "{:?}", once.left_out);
}

#[test]
fn days_of_many_shards_take_all_that_is_offered_under_their_limits() {
    let (shards, days) = (50, 1);
    let plan = scenario::load(
        &format!(
            "name = \"t\"\nduration = \"{days}d\"\n[stream.s]\nshards = {shards}\n[producer.p]\nstream = \"s\"\n\
             hosts = 1000\nrecord_size = \"500 B\"\nkeys = {{ unique = true }}\n\
             daily = {{ low = \"{}/s\", high = \"{}/s\" }}\n[consumer.c]\nstream = \"s\"\nworkers = 20\n",
            100 * shards,
            900 * shards
        ),
        "t.toml",
        None,
    );
    let flow = flow(&plan.unwrap_or_else(|d| panic!("{d}")).plan());
    let (stream, consumer) = (&flow.figures.streams["s"], &flow.figures.consumers["c"]);
    let offered = 500 * 86_400 * days * shards;
    assert!(is_near(stream.records_acked, offered, 1), "{} of {offered}", stream.records_acked);
    assert!(is_near(consumer.records_processed, stream.records_acked, 1));
    assert_eq!((stream.records_throttled, flow.writes["s"].len() as u64), (0, 1440 * days));
}
