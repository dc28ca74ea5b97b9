//! What CloudWatch shows of streams, for policies that look at it: records and bytes of the minute that is over.

use std::collections::BTreeMap;

use crate::base::{Event, Fold, SimTime, StreamId, StreamName};

/// Sums of a minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    /// IncomingRecords.
    pub(super) records: u64,
    /// IncomingBytes.
    pub(super) bytes: u64,
    /// GetRecords.Bytes.
    pub(super) read_bytes: u64,
}

/// Counts per stream, of the minute that goes on and the one before it.
#[derive(Default)]
pub(super) struct StreamMinutes {
    names: BTreeMap<StreamName, StreamId>,
    streams: BTreeMap<StreamId, Minutes>,
}

#[derive(Clone, Copy, Default)]
struct Minutes {
    minute: u64,
    now: Sums,
    before: Sums,
}

impl Minutes {
    fn move_to(&mut self, minute: u64) {
        if minute > self.minute {
            self.before = if minute == self.minute + 1 { self.now } else { Sums::default() };
            (self.minute, self.now) = (minute, Sums::default());
        }
    }
}

impl StreamMinutes {
    /// What the minute before that of `now` has brought a stream.
    pub(super) fn last(&self, stream: &StreamName, now: SimTime) -> Sums {
        let minutes = self.names.get(stream).and_then(|id| self.streams.get(id));
        minutes.map_or_else(Sums::default, |minutes| {
            let mut minutes = *minutes;
            minutes.move_to(minute_of(now));
            minutes.before
        })
    }

    fn at(&mut self, at: SimTime, stream: StreamId) -> &mut Sums {
        let minutes = self.streams.entry(stream).or_default();
        minutes.move_to(minute_of(at));
        &mut minutes.now
    }
}

fn minute_of(at: SimTime) -> u64 {
    at.as_secs() / 60
}

impl Fold for StreamMinutes {
    fn on(&mut self, at: SimTime, event: &Event) {
        match event {
            Event::StreamDeclared { stream, name, .. } => drop(self.names.insert(name.clone(), *stream)),
            Event::RecordAccepted { stream, size_bytes, .. } => {
                let sums = self.at(at, *stream);
                sums.records += 1;
                sums.bytes += u64::from(*size_bytes);
            }
            Event::RecordsRead { stream, size_bytes, .. } => self.at(at, *stream).read_bytes += size_bytes,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_is_seen_when_it_is_over_and_forgotten_when_the_next_is() {
        let stream: StreamName = "s".parse().expect("a name");
        let mut minutes = StreamMinutes::default();
        let name = stream.clone();
        minutes.on(SimTime::ZERO, &Event::StreamDeclared { stream: StreamId(0), name, retention_hours: 24 });
        for second in [0, 30, 59, 60] {
            minutes.at(SimTime::from_secs(second), StreamId(0)).records += 1;
        }
        let records = |at: u64| minutes.last(&stream, SimTime::from_secs(at)).records;
        assert_eq!([60, 119, 120, 180].map(records), [3, 3, 1, 0]);
    }
}
