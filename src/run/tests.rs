//! Faults as the director lets them happen.

use std::cell::RefCell;
use std::rc::Rc;

use super::{Live, Options, run};
use crate::base::{Event, Fold, SimTime};
use crate::scenario::plan::Plan;
use crate::{fault, scenario};

/// When hosts were paused, resumed, crashed and restarted.
#[derive(Default)]
struct Turns(Vec<(u64, &'static str)>);

impl Fold for Turns {
    fn on(&mut self, at: SimTime, event: &Event) {
        if let Event::HostPaused { .. }
        | Event::HostResumed { .. }
        | Event::HostCrashed { .. }
        | Event::HostRestarted { .. } = event
        {
            self.0.push((at.as_secs(), event.kind().as_str()));
        }
    }
}

fn turns(faults: &str) -> Vec<(u64, &'static str)> {
    let source = format!(
        "name = \"t\"\nduration = \"5m\"\n[stream.s]\nshards = 1\n[consumer.reader]\nstream = \"s\"\n\
         library = \"poller\"\n{faults}"
    );
    let scenario = scenario::load(&source, "t.toml", None).unwrap_or_else(|d| panic!("{d}"));
    let turns = Rc::new(RefCell::new(Turns::default()));
    run(&scenario.plan(), Options { listeners: vec![turns.clone()], ..Options::default() });
    turns.take().0
}

#[test]
fn a_host_goes_on_when_the_last_of_overlapping_pauses_ends() {
    let faults = "[[fault]]\nat = \"10s\"\nfor = \"30s\"\npause = \"reader-1\"\n\
                  [[fault]]\nat = \"20s\"\nfor = \"60s\"\npause = \"reader-1\"\n";
    assert_eq!(turns(faults), [(10, "HostPaused"), (80, "HostResumed")]);
}

#[test]
fn a_crashed_host_starts_again_as_its_last_crash_says() {
    let faults = "[[fault]]\nat = \"10s\"\nrestart_after = \"30s\"\ncrash = \"reader-1\"\n\
                  [[fault]]\nat = \"20s\"\nrestart_after = \"60s\"\ncrash = \"reader-1\"\n";
    assert_eq!(turns(faults), [(10, "HostCrashed"), (80, "HostRestarted")]);
}

#[test]
fn a_clock_is_off_as_the_latest_skew_in_force_says() {
    let source = "name = \"t\"\nduration = \"5m\"\n[stream.s]\nshards = 1\n[consumer.reader]\nstream = \"s\"\n\
                  library = \"poller\"\n\
                  [[fault]]\nat = \"10s\"\nfor = \"60s\"\nclock_skew = { host = \"reader-1\", ahead = \"30s\" }\n\
                  [[fault]]\nat = \"20s\"\nfor = \"20s\"\nclock_skew = { host = \"reader-1\", behind = \"5s\" }\n";
    let plan = scenario::load(source, "t.toml", None).unwrap_or_else(|d| panic!("{d}")).plan();
    let live = Live::new(&plan, Vec::new());
    let skew_ms = |at_s: u64| {
        live.run_until(SimTime::from_secs(at_s));
        let host = live.host("reader-1").expect("the reader is there");
        host.wall_unix_ms() as i64 - (plan.services.kinesis.epoch_unix_ms + at_s * 1000) as i64
    };
    assert_eq!([5, 15, 25, 45, 75].map(skew_ms), [0, 30_000, -5_000, 30_000, 0]);
}

/// What examples of faults speak of, with one fault or none.
fn scenario_of_examples(fault: &str) -> Plan {
    let source = format!(
        "name = \"t\"\nduration = \"3m\"\n[stream.orders]\nshards = 2\nencryption_key = \"alias/orders\"\n\
         [producer.web]\nstream = \"orders\"\nrate = \"50/s\"\n[consumer.billing]\nstream = \"orders\"\n\
         records_max = 100\nstart = \"60s\"\ninitial_position = \"30s ago\"\n{fault}"
    );
    scenario::load(&source, "t.toml", None).unwrap_or_else(|d| panic!("{d}\n{source}")).plan()
}

/// All that happened but the fault itself.
#[derive(Default)]
struct Others(Vec<(SimTime, String)>, u32);

impl Fold for Others {
    fn on(&mut self, at: SimTime, event: &Event) {
        match event {
            Event::FaultBegan { .. } | Event::FaultEnded { .. } => self.1 += 1,
            Event::FaultsHealed {} => {}
            _ => self.0.push((at, format!("{event:?}"))),
        }
    }
}

fn others(plan: &Plan) -> Others {
    let others = Rc::new(RefCell::new(Others::default()));
    run(plan, Options { listeners: vec![others.clone()], ..Options::default() });
    others.take()
}

/// Some faults bite where a consumer starts, which is at 60 s here, and some where it reads.
#[test]
fn every_kind_of_fault_begins_ends_and_changes_what_happens() {
    let calm = others(&scenario_of_examples(""));
    for about in fault::KINDS {
        let changed = [59, 120].into_iter().filter(|at_s| {
            let fault = format!("[[fault]]\nat = \"{at_s}s\"\nfor = \"20s\"\n{}\n", about.example);
            let Others(happened, turns) = others(&scenario_of_examples(&fault));
            assert_eq!(turns, 2, "{} begins and ends", about.key);
            let first = happened.iter().zip(&calm.0).find(|(one, other)| one != other);
            assert!(first.is_none_or(|((at, _), _)| *at >= SimTime::from_secs(*at_s)), "{} acts early", about.key);
            happened != calm.0
        });
        assert!(changed.count() > 0, "{} changes nothing: {}", about.key, about.example);
    }
}

#[test]
fn every_fault_that_the_page_offers_is_read_begun_and_healed() {
    let source = scenario::load(SMALL, "t.toml", None).unwrap_or_else(|d| panic!("{d}"));
    let live = Live::new(&source.plan(), Vec::new());
    for preset in fault::presets() {
        let json = serde_json::from_str(preset.json).expect("a preset is JSON");
        let fault =
            live.read_json_fault(&source.live_faults(), json).unwrap_or_else(|e| panic!("{}: {e}", preset.json));
        let id = live.begin_fault(fault);
        assert_eq!(live.active_faults().len(), 1, "{} begins", preset.label);
        assert!(live.heal_fault(id), "{} is healed", preset.label);
    }
}

const SMALL: &str = "name = \"t\"\nduration = \"5m\"\n[stream.s]\nshards = 1\n";
