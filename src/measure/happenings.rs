//! What happened to the run from outside: every fault and every action, with its time and outcome.

use std::sync::Arc;

use crate::base::{Event, Fold, SimTime};

/// A fault or an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Happening {
    /// When a fault began, or an action was done or given up.
    pub at: SimTime,
    /// As the scenario tells it.
    pub what: Arc<str>,
    /// How it went.
    pub outcome: Outcome,
}

/// How a fault or an action went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A fault that was in force when the run ended.
    InForce,
    /// A fault that ended.
    Ended(SimTime),
    /// A fault that ended without having met anything.
    Missed(SimTime),
    /// An action that was done.
    Done,
    /// An action that was refused, and why.
    Refused(Arc<str>),
}

/// Gathers what happened, in order of time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Happenings {
    happened: Vec<Happening>,
    /// Faults in force, by number, with their place.
    in_force: Vec<(u32, usize)>,
    /// Faults that have met nothing, by number.
    missed: Vec<u32>,
}

impl Happenings {
    /// What happened so far.
    pub(crate) fn happened(&self) -> &[Happening] {
        &self.happened
    }
}

impl Fold for Happenings {
    fn on(&mut self, at: SimTime, event: &Event) {
        match event {
            Event::FaultBegan { fault, what } => {
                self.in_force.push((*fault, self.happened.len()));
                self.happened.push(Happening { at, what: what.clone(), outcome: Outcome::InForce });
            }
            Event::FaultEnded { fault } => {
                if let Some(place) = self.in_force.iter().position(|(number, _)| number == fault) {
                    let (_, happening) = self.in_force.remove(place);
                    let has_missed = self.missed.contains(fault);
                    self.happened[happening].outcome =
                        if has_missed { Outcome::Missed(at) } else { Outcome::Ended(at) };
                }
            }
            Event::FaultMissed { fault } => self.missed.push(*fault),
            Event::ActionTaken { what, outcome } => {
                let outcome = match &**outcome {
                    "ok" => Outcome::Done,
                    _ => Outcome::Refused(outcome.clone()),
                };
                self.happened.push(Happening { at, what: what.clone(), outcome });
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_have_an_end_and_actions_an_outcome() {
        let mut happenings = Happenings::default();
        let at = SimTime::from_secs;
        happenings.on(at(1), &Event::FaultBegan { fault: 0, what: "pause".into() });
        happenings.on(at(2), &Event::FaultBegan { fault: 1, what: "crash".into() });
        happenings.on(at(3), &Event::ActionTaken { what: "split".into(), outcome: "ok".into() });
        happenings.on(at(4), &Event::FaultEnded { fault: 0 });
        happenings.on(at(4), &Event::FaultBegan { fault: 2, what: "throttle".into() });
        happenings.on(at(5), &Event::FaultMissed { fault: 2 });
        happenings.on(at(5), &Event::FaultEnded { fault: 2 });
        happenings.on(at(5), &Event::ActionTaken { what: "merge".into(), outcome: "no upper neighbour".into() });
        let happening = |s, what: &str, outcome| Happening { at: at(s), what: what.into(), outcome };
        let expected = [
            happening(1, "pause", Outcome::Ended(at(4))),
            happening(2, "crash", Outcome::InForce),
            happening(3, "split", Outcome::Done),
            happening(4, "throttle", Outcome::Missed(at(5))),
            happening(5, "merge", Outcome::Refused("no upper neighbour".into())),
        ];
        assert_eq!(happenings.happened(), expected);
    }
}
