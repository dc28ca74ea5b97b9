//! Who reads what when workers come and go: restarts one after the other, crashes, a zone of workers lost at once.

use crate::fluid::flow;
use crate::measure::ConsumerFigures;
use crate::run::{Options, run};
use crate::scenario;

/// What a run and the rates say of the consumer.
fn both(text: &str, seed: u64) -> [ConsumerFigures; 2] {
    let text = format!(
        "name = \"t\"\nduration = \"20m\"\n[stream.s]\nshards = 6\n[producer.p]\nstream = \"s\"\nrate = \"600/s\"\n\
         record_size = \"100 B\"\nkeys = {{ unique = true }}\n[consumer.c]\nstream = \"s\"\ncheckpoint = \"10s\"\n{text}"
    );
    let plan = scenario::load(&text, "t.toml", Some(seed.into())).unwrap_or_else(|d| panic!("{text}\n{d}")).plan();
    let flow = flow(&plan);
    assert_eq!(flow.left_out, Vec::<String>::new());
    let run = run(&plan, Options::default()).report.figures;
    [run, flow.figures].map(|figures| figures.consumers["c"].clone())
}

/// Whether both say the same within 2 %, or as much as one read or one look more or less.
fn near(run: f64, fluid: f64, tick: f64) -> bool {
    (run - fluid).abs() <= tick + 0.02 * run.max(fluid)
}

fn agree([run, fluid]: &[ConsumerFigures; 2]) {
    let unowned = |of: &ConsumerFigures| (of.unowned_s_max, of.unowned_s_total);
    let (told, of_run, of_rates) = (format!("{run:?}\n{fluid:?}"), unowned(run), unowned(fluid));
    assert!(near(of_run.0, of_rates.0, 0.1) && near(of_run.1, of_rates.1, 1.0), "unowned: {told}");
    let age = |of: &ConsumerFigures| of.iterator_age_max_ms.map_or(0.0, |age| age as f64);
    assert!(near(age(run), age(fluid), 1500.0), "iterator age: {told}");
    let processed = |of: &ConsumerFigures| (of.records_processed - of.duplicates) as f64;
    assert!(near(processed(run), processed(fluid), 0.0), "records: {told}");
    let caught_up = |of: &ConsumerFigures| of.catch_up_s_max.unwrap_or(0.0);
    assert!(near(caught_up(run), caught_up(fluid), 1.5), "caught up: {told}");
    assert!(run.leases_taken.abs_diff(fluid.leases_taken) <= 2, "leases taken: {told}");
}

#[test]
fn a_rolling_restart_leaves_shards_unowned_as_long_as_in_a_run() {
    for (seed, text) in [
        (
            1,
            "workers = 3\n[[action]]\nat = \"5m\"\nrolling_restart = { consumer = \"c\", every = \"2m\", down = \"30s\" }\n",
        ),
        (
            2,
            "workers = 3\n[[action]]\nat = \"5m\"\nrolling_restart = { consumer = \"c\", every = \"2m\", down = \"5s\" }\n",
        ),
        (
            3,
            "workers = 1\n[[action]]\nat = \"5m\"\nrolling_restart = { consumer = \"c\", every = \"2m\", down = \"30s\" }\n",
        ),
    ] {
        agree(&both(text, seed));
    }
}

#[test]
fn a_crash_is_made_up_for_as_in_a_run() {
    for (seed, text) in [
        (1, "workers = 3\n[[fault]]\nat = \"6m\"\ncrash = \"c-2\"\nrestart_after = \"2m\"\n"),
        (
            2,
            "workers = 3\n[[fault]]\nat = \"6m\"\ncrash = \"c-2\"\nrestart_after = \"5m\"\n[[fault]]\nat = \"6m\"\n\
             crash = \"c-3\"\nrestart_after = \"5m\"\n",
        ),
        (3, "workers = 1\n[[fault]]\nat = \"6m\"\ncrash = \"c-1\"\nrestart_after = \"3m\"\n"),
    ] {
        agree(&both(text, seed));
    }
}

#[test]
fn a_zone_of_workers_and_of_kinesis_that_is_lost_at_once_is_made_up_for_as_in_a_run() {
    let zone =
        ["c-1", "c-2"].map(|host| format!("[[fault]]\nat = \"8m\"\ncrash = \"{host}\"\nrestart_after = \"6m\"\n"));
    let text = format!("workers = 6\n{}[[fault]]\nat = \"8m\"\nfor = \"6m\"\nzone_outage = 0\n", zone.concat());
    agree(&both(&text, 4));
}

/// Everything that a consumer does not read within a day is lost to it; what is left it catches up with.
#[test]
fn a_backlog_of_more_than_a_day_is_trimmed_unread_and_caught_up_with_as_in_a_run() {
    let text = "name = \"t\"\nduration = \"32h\"\n[stream.s]\nshards = 1\n[producer.p]\nstream = \"s\"\nrate = \"1/s\"\n\
                record_size = \"100 B\"\n[consumer.c]\nstream = \"s\"\ncheckpoint = \"10s\"\nidle = \"4s\"\n\
                processing = \"100ms\"\n[[fault]]\nat = \"2h\"\ncrash = \"c-1\"\nrestart_after = \"26h\"\n";
    let plan = scenario::load(text, "t.toml", Some(3.into())).unwrap_or_else(|d| panic!("{d}")).plan();
    let run = run(&plan, Options::default()).report.figures.consumers["c"].clone();
    let fluid = flow(&plan).figures.consumers["c"].clone();
    assert!(run.unread_records_trimmed > 5000, "{run:?}");
    let trimmed = (run.unread_records_trimmed as f64, fluid.unread_records_trimmed as f64);
    assert!(near(trimmed.0, trimmed.1, 30.0), "{trimmed:?}");
    let caught_up = (run.catch_up_s_max.unwrap_or(0.0), fluid.catch_up_s_max.unwrap_or(0.0));
    assert!(caught_up.0 > 3600.0 && near(caught_up.0, caught_up.1, 60.0), "{caught_up:?}");
}
