//! What happened to the run from outside: every fault and every action, with its time and outcome.

use std::sync::Arc;

use super::by_id::ById;
use crate::base::event::StreamStatus;
use crate::base::{Event, Fold, SimTime, StreamId, StreamName};

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
    /// An action that was done, and when its stream was ACTIVE again after it.
    Done(SimTime),
    /// An action that was accepted; its stream was not yet ACTIVE again when the run ended.
    UnderWay,
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
    streams: ById<Option<StreamNow>>,
}

/// A stream as actions change it.
#[derive(Clone, Debug)]
struct StreamNow {
    name: StreamName,
    /// Whether it is CREATING, UPDATING or DELETING.
    is_changing: bool,
    /// The places of the actions that are under way.
    waiting: Vec<usize>,
}

impl Happenings {
    /// What happened so far.
    pub(crate) fn happened(&self) -> &[Happening] {
        &self.happened
    }

    /// The service has accepted an action, or not. A stream that changes is through once it is ACTIVE again.
    fn on_action(&mut self, at: SimTime, what: Arc<str>, outcome: &Arc<str>, stream: Option<&StreamName>) {
        let place = self.happened.len();
        let known = self.streams.iter_mut().flatten().rev();
        let changing = known.filter(|known| known.is_changing).find(|known| Some(&known.name) == stream);
        let outcome = match (&**outcome, changing) {
            ("ok", Some(stream)) => {
                stream.waiting.push(place);
                Outcome::UnderWay
            }
            ("ok", None) => Outcome::Done(at),
            _ => Outcome::Refused(outcome.clone()),
        };
        self.happened.push(Happening { at, what, outcome });
    }

    fn on_status(&mut self, at: SimTime, stream: StreamId, status: StreamStatus) {
        let Some(stream) = self.streams.get_mut(stream.index()).and_then(Option::as_mut) else { return };
        stream.is_changing = !matches!(status, StreamStatus::Active | StreamStatus::Deleted);
        if !stream.is_changing {
            for place in stream.waiting.drain(..) {
                self.happened[place].outcome = Outcome::Done(at);
            }
        }
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
            Event::ActionTaken { what, outcome, stream } => {
                self.on_action(at, what.clone(), outcome, stream.as_ref());
            }
            Event::StreamDeclared { stream, name, .. } => {
                let stream_now = StreamNow { name: name.clone(), is_changing: true, waiting: Vec::new() };
                *self.streams.slot(stream.index()) = Some(stream_now);
            }
            Event::StreamStatusChanged { stream, status } => self.on_status(at, *stream, *status),
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
        happenings.on(at(3), &Event::ActionTaken { what: "split".into(), outcome: "ok".into(), stream: None });
        happenings.on(at(4), &Event::FaultEnded { fault: 0 });
        happenings.on(at(4), &Event::FaultBegan { fault: 2, what: "throttle".into() });
        happenings.on(at(5), &Event::FaultMissed { fault: 2 });
        happenings.on(at(5), &Event::FaultEnded { fault: 2 });
        happenings.on(
            at(5),
            &Event::ActionTaken { what: "merge".into(), outcome: "no upper neighbour".into(), stream: None },
        );
        let happening = |s, what: &str, outcome| Happening { at: at(s), what: what.into(), outcome };
        let expected = [
            happening(1, "pause", Outcome::Ended(at(4))),
            happening(2, "crash", Outcome::InForce),
            happening(3, "split", Outcome::Done(at(3))),
            happening(4, "throttle", Outcome::Missed(at(5))),
            happening(5, "merge", Outcome::Refused("no upper neighbour".into())),
        ];
        assert_eq!(happenings.happened(), expected);
    }

    #[test]
    fn a_change_of_a_stream_is_done_once_the_stream_is_active_again() {
        use crate::base::StreamId;
        let mut happenings = Happenings::default();
        let at = SimTime::from_secs;
        let (clicks, views) = ("clicks".parse::<StreamName>().ok(), "views".parse::<StreamName>().ok());
        for (id, name) in [(0, &clicks), (1, &views)] {
            let (stream, name) = (StreamId(id), name.clone().expect("a name"));
            happenings.on(at(0), &Event::StreamDeclared { stream, name, retention_hours: 24 });
            happenings.on(at(0), &Event::StreamStatusChanged { stream, status: StreamStatus::Active });
        }
        let status = |id, status| Event::StreamStatusChanged { stream: StreamId(id), status };
        let taken = |what: &str, stream: &Option<StreamName>| Event::ActionTaken {
            what: what.into(),
            outcome: "ok".into(),
            stream: stream.clone(),
        };
        happenings.on(at(1), &status(0, StreamStatus::Updating));
        happenings.on(at(2), &taken("to 8 shards", &clicks));
        happenings.on(at(3), &status(1, StreamStatus::Updating));
        happenings.on(at(3), &taken("split", &views));
        happenings.on(at(30), &status(0, StreamStatus::Active));
        let outcomes: Vec<_> = happenings.happened().iter().map(|h| h.outcome.clone()).collect();
        assert_eq!(outcomes, [Outcome::Done(at(30)), Outcome::UnderWay]);
    }
}
