//! What a number counts: the entries of the story that show it.

use super::causes::Failure;
use super::entry::{Entry, What};
use super::gather::Chronicle;
use super::subject::Subject;
use crate::base::event::{LeaseGain, WriteRefusal};
use crate::base::{SimTime, StreamId};

impl Chronicle {
    /// The entries that a number such as `consumers.*.leases_lost` counts, of those called `name`, from `from` to
    /// `until`, as something that failed: the first, and the one that happened most often, which is followed back.
    /// `None` when no entry shows the number.
    pub(crate) fn shown(&self, number: &str, name: &str, from: SimTime, until: SimTime) -> Option<Failure> {
        let (kind, figure) = number.split_once('.')?;
        let figure = figure.rsplit('.').next()?;
        let is_meant = |entry: &&Entry| {
            entry.overlaps(from, until) && counts(kind, figure, &entry.what) && self.is_of(kind, name, &entry.what)
        };
        let meant = || self.entries().filter(is_meant);
        let first = meant().next()?;
        // Of equals the first.
        let main = meant().rev().max_by_key(|entry| entry.times)?;
        let names = self.names();
        // What began before the window is told from where that begins.
        let told = |entry: &Entry| format!("{} {}", entry.from.max(from), entry.told(names));
        let what = match main == first {
            true => told(first),
            false => format!("first {}; most {}", told(first), told(main)),
        };
        let is_of_service = matches!(main.what, What::WriteRefused { .. } | What::ReadRefused { .. });
        let about = Subject { is_of_service, ..Subject::named_in(&main.told(names), names) };
        let at = main.from.max(from);
        Some(Failure { from: at, until: at, about, what })
    }

    fn is_of(&self, kind: &str, name: &str, what: &What) -> bool {
        let names = self.names();
        let is_named = |named: &str| name == "*" || named == name;
        match kind {
            "streams" => what.stream().is_some_and(|stream: StreamId| is_named(names.stream(stream))),
            "tables" => what.table().is_some_and(|table| is_named(names.table(table))),
            "producers" => what.host().is_some_and(|host| name == "*" || names.host(host).starts_with(name)),
            _ => match what.consumer() {
                Some(consumer) => is_named(names.consumer(consumer)),
                None => what.host().is_some_and(|host| self.is_host_of(name, host)),
            },
        }
    }

    fn is_host_of(&self, name: &str, host: crate::base::HostId) -> bool {
        let named = self.names().consumers().filter(|(_, consumer)| name == "*" || *consumer == name);
        named.filter_map(|(id, _)| self.consumer(id)).any(|consumer| consumer.hosts.contains(&host))
    }
}

/// Whether a figure counts what an entry tells.
fn counts(kind: &str, figure: &str, what: &What) -> bool {
    match (kind, figure) {
        ("streams", "records_throttled" | "throttled_percent" | "records_throttled_peak_per_minute") => {
            matches!(what, What::WriteRefused { reason, .. } if *reason != WriteRefusal::InternalFailure)
        }
        ("streams", "records_failed") => {
            matches!(what, What::WriteRefused { reason: WriteRefusal::InternalFailure, .. })
        }
        ("streams", "reads_throttled") => matches!(what, What::ReadRefused { .. }),
        ("streams", "records_trimmed") | ("consumers", "unread_records_trimmed") => {
            matches!(what, What::Trimmed { .. })
        }
        ("streams" | "consumers", "iterators_expired") => matches!(what, What::IteratorExpired { .. }),
        ("consumers", "records_skipped") => matches!(what, What::Skipped { .. }),
        ("consumers", "leases_taken") => matches!(what, What::LeaseGained { .. }),
        ("consumers", "leases_moved") => matches!(what, What::LeaseGained { from: Some(_), .. }),
        ("consumers", "leases_stolen") => matches!(what, What::LeaseGained { how: LeaseGain::Stolen, .. }),
        ("consumers", "leases_lost") => matches!(what, What::LeaseLost { .. }),
        ("consumers", "renewals_failed") => matches!(what, What::RenewalFailed { .. }),
        ("consumers", "checkpoints_refused") => matches!(what, What::CheckpointRefused { .. }),
        ("consumers", "effects_duplicate") => matches!(what, What::EffectAgain { .. }),
        ("consumers", "effects_fenced") => matches!(what, What::Fenced { .. }),
        ("producers", "records_given_up" | "given_up_percent") => matches!(what, What::GaveUp { .. }),
        ("tables", _) => matches!(what, What::TableThrottled { .. }),
        _ => false,
    }
}
