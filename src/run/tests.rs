//! Faults as the director lets them happen.

use std::cell::RefCell;
use std::rc::Rc;

use super::{Options, run};
use crate::base::{Event, Fold, SimTime};
use crate::scenario;

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
