//! The entries of a run's story in words.

use super::entry::{Entry, What};
use crate::base::event::{Event, LeaseGain};
use crate::base::{ConsumerId, HostId, Position, ShardId, SimTime, StreamId};
use crate::measure::names::Names;

/// An event in words, as a run's story has it; `None` for what is no part of one.
pub(crate) fn sentence(event: &Event, names: &Names) -> Option<String> {
    match event {
        Event::FaultBegan { what, .. } => Some(format!("FAULT {what}")),
        Event::ActionTaken { what, outcome, .. } => {
            Some(What::Action { text: what.clone(), outcome: outcome.clone() }.told(names))
        }
        Event::HostPaused { host } => Some(What::Paused { host: *host }.told(names)),
        Event::HostResumed { host } => Some(format!("{} went on", names.host(*host))),
        // Only those that tell of records given up, or of effects made again, are part of a story.
        Event::PutFinished { records_given_up: 0, .. } | Event::EffectsApplied { duplicates: 0, .. } => None,
        _ => What::of(event).map(|what| what.told(names)),
    }
}

impl Entry {
    /// The entry in words, with its end if it lasted.
    pub(crate) fn told(&self, names: &Names) -> String {
        let what = self.what.told(names);
        let times = match self.times {
            0 | 1 => String::new(),
            times => format!(", {times} times"),
        };
        match (&self.what, self.until) {
            (What::Fault { .. }, SimTime::MAX) => format!("{what}: in force to the end"),
            (What::Fault { .. } | What::Paused { .. }, until) if until > self.from && until < SimTime::MAX => {
                format!("{what}{times}: until {until}")
            }
            (_, until) if self.times > 1 && until < SimTime::MAX => format!("{what}{times} until {until}"),
            _ => what,
        }
    }
}

impl What {
    pub(super) fn told(&self, names: &Names) -> String {
        self.told_of_clients(names).unwrap_or_else(|| self.told_of_services(names))
    }

    fn told_of_clients(&self, names: &Names) -> Option<String> {
        let host = |host: &HostId| names.host(*host);
        let consumer = |consumer: &ConsumerId| names.consumer(*consumer);
        let told = match self {
            Self::Started { consumer: of, host: on } => format!("{} began to work for {}", host(on), consumer(of)),
            Self::Stopped { host: on, .. } => format!("{} stopped as asked", host(on)),
            Self::LeaseGained { host: on, shard, how, from, .. } => gained(host(on), *shard, *how, from.as_deref()),
            Self::LeaseLost { host: on, shard, .. } => {
                format!("{} saw that the lease of shard {} was no longer its own", host(on), shard.0)
            }
            Self::RenewalFailed { host: on, .. } => format!("{} could not renew leases", host(on)),
            Self::LeaseHole { consumer: of } => format!("{}: hash keys without a lease were found", consumer(of)),
            Self::ProcessingStarted { host: on, shard, start, .. } => {
                format!("{} began to process shard {} from {}", host(on), shard.0, beginning(*start))
            }
            Self::CheckpointRefused { host: on, shard, .. } => {
                format!("{} could not store a checkpoint of shard {}", host(on), shard.0)
            }
            Self::Skipped { host: on, shard, fault, .. } => {
                format!("the record processor of {} {} at shard {}", host(on), fault.as_str(), shard.0)
            }
            Self::Fenced { host: on, shard, .. } => {
                format!("the store refused {} at shard {}: it has no lease", host(on), shard.0)
            }
            Self::EffectAgain { host: on, shard, .. } => {
                format!("{} made effects of shard {} that were made before", host(on), shard.0)
            }
            Self::IteratorExpired { host: on, shard, .. } => {
                format!("an iterator of {} for shard {} had expired", host(on), shard.0)
            }
            Self::GaveUp { host: on } => format!("{} gave up records", host(on)),
            Self::Crashed { host: on } => format!("{} crashed", host(on)),
            Self::Restarted { host: on } => format!("{} began again, with empty memory", host(on)),
            Self::Paused { host: on } => format!("{} stood still", host(on)),
            Self::MessagesLost { host: on } => format!("messages to or from {} were lost", host(on)),
            _ => return None,
        };
        Some(told)
    }

    fn told_of_services(&self, names: &Names) -> String {
        let stream = |stream: &StreamId| names.stream(*stream);
        match self {
            Self::Fault { text, .. } => format!("FAULT {text}"),
            Self::Action { text, outcome } if &**outcome == "ok" => format!("ACTION {text}"),
            Self::Action { text, outcome } => format!("ACTION {text}: refused, {outcome}"),
            Self::WriteRefused { stream: of, shard, reason } => {
                format!("{} refused records at shard {} ({})", stream(of), shard.0, reason.as_str())
            }
            Self::ReadRefused { stream: of, shard, reason } => {
                format!("{} refused reads of shard {} ({})", stream(of), shard.0, reason.as_str())
            }
            Self::ShardOpened { stream: of, shard, parent, adjacent_parent } => match (parent, adjacent_parent) {
                (Some(parent), Some(adjacent)) => {
                    format!("{}: shard {} opened, merged of {} and {}", stream(of), shard.0, parent.0, adjacent.0)
                }
                (Some(parent), None) => format!("{}: shard {} opened, a part of {}", stream(of), shard.0, parent.0),
                _ => format!("{}: shard {} opened", stream(of), shard.0),
            },
            Self::ShardClosed { stream: of, shard } => format!("{}: shard {} closed", stream(of), shard.0),
            Self::Trimmed { stream: of, shard } => {
                format!("{}: records of shard {} left retention", stream(of), shard.0)
            }
            Self::Retention { stream: of, hours } => format!("{} keeps records for {hours} h from here on", stream(of)),
            Self::Zone { zone, state } => format!("zone {zone} was {}", state.as_str()),
            Self::TableThrottled { table, reason } => {
                format!("table {} throttled ({})", names.table(*table), reason.as_str())
            }
            Self::Capacity { table, read_units: 0, write_units: 0 } => {
                format!("table {} is on demand from here on", names.table(*table))
            }
            Self::Capacity { table, read_units, write_units } => {
                format!("table {} gives {read_units} read and {write_units} write units", names.table(*table))
            }
            of_clients => unreachable!("told above: {of_clients:?}"),
        }
    }
}

/// A checkpoint is known by its place, not by its number of 56 digits.
fn beginning(start: Position) -> String {
    match start {
        Position::Checkpoint(_) | Position::AtSequenceNumber(_) | Position::AfterSequenceNumber(_) => {
            "its checkpoint".into()
        }
        other => other.to_string(),
    }
}

fn gained(host: &str, shard: ShardId, how: LeaseGain, from: Option<&str>) -> String {
    let lease = format!("the lease of shard {}", shard.0);
    match (how, from) {
        (LeaseGain::Stolen, Some(from)) => format!("{host} stole {lease} from {from} to balance"),
        (LeaseGain::Stolen, None) => format!("{host} stole {lease} to balance"),
        (LeaseGain::Resumed, _) => format!("{host} took up {lease}, which was its own before"),
        (LeaseGain::Available | LeaseGain::VeryOld, Some(from)) => {
            format!("{host} took {lease}, which {from} had not renewed")
        }
        (LeaseGain::Available | LeaseGain::VeryOld, None) => format!("{host} took {lease}, which was free"),
    }
}
