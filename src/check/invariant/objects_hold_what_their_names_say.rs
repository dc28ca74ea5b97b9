//! `objects-hold-what-their-names-say`: an object of a delivery stream has the time of its oldest record in its
//! name, and with dynamic partitioning the partition keys of every record in it
//! (<https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html>).
//!
//! Whoever queries a bucket by its folders misses what stands in the wrong one. The time is compared to the second, as
//! the end of the name has it; the folders of a prefix are made of the same one. What comes to an
//! object once more is judged by its time alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::base::event::Output;
use crate::base::{DeliveryId, Event, EventKind, SimTime};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// Records of a lane.
#[derive(Default)]
struct Lane {
    /// One past the last ordinal that came by each second.
    by: Vec<(u64, u64)>,
    /// Partition keys of records, and of parts of some, that no object has yet.
    partitions: BTreeMap<(u64, u32), Arc<str>>,
}

impl Lane {
    fn came(&mut self, second: u64, to: u64) {
        match self.by.last_mut() {
            Some((last, end)) if *last == second => *end = to.max(*end),
            _ => self.by.push((second, to)),
        }
    }
    /// When a record came, in seconds since the Unix epoch.
    fn second_of(&self, ordinal: u64) -> Option<u64> {
        self.by.get(self.by.partition_point(|(_, end)| *end <= ordinal)).map(|(second, _)| *second)
    }
}

/// An object that is being told.
struct Object {
    call: u64,
    key: Arc<str>,
    delivery: Option<DeliveryId>,
    oldest: Option<u64>,
    /// Of its first record.
    partition: Option<Arc<str>>,
}

/// What is remembered of the run to judge this.
pub(super) struct ObjectsHoldWhatTheirNamesSay {
    epoch_unix_ms: u64,
    lanes: BTreeMap<(DeliveryId, u32), Lane>,
    object: Option<Object>,
    findings: Findings,
    judged: u64,
}

impl ObjectsHoldWhatTheirNamesSay {
    /// Looks at records that came to the object that was told last.
    fn hold(
        &mut self,
        at: SimTime,
        (delivery, number): (DeliveryId, u32),
        (from, to): (u64, u64),
        (output, part): (Output, u32),
        lens: &Lens,
    ) {
        let Some(object) = &mut self.object else { return };
        let Some(lane) = self.lanes.get_mut(&(delivery, number)) else { return };
        object.delivery = Some(delivery);
        object.oldest = object.oldest.into_iter().chain(lane.second_of(from)).min();
        // Copies of what was put, and what failed, are in no partition.
        for ordinal in (from..to).filter(|_| output == Output::Destination) {
            let Some(partition) = lane.partitions.remove(&(ordinal, part)) else { continue };
            let is_named = folders(&object.key, lens.deliveries.name(delivery), &partition);
            let is_same = *object.partition.get_or_insert_with(|| partition.clone()) == partition;
            if !(is_named && is_same) {
                let key = &object.key;
                self.findings.fail(at, || format!("{key} has record {ordinal}, whose partition is {partition}"));
            }
        }
    }

    /// Judges the time in the name of the object that was told last.
    fn judge(&mut self, at: SimTime, lens: &Lens) {
        let Some(Object { key, delivery: Some(delivery), oldest: Some(oldest), .. }) = self.object.take() else {
            return;
        };
        self.judged += 1;
        let expected = i64::try_from(oldest).ok().and_then(|oldest| Timestamp::from_second(oldest).ok());
        let expected = expected.map_or_else(String::new, |time| time.strftime("%Y-%m-%d-%H-%M-%S").to_string());
        let told = time_in(&key, lens.deliveries.name(delivery)).unwrap_or("no time");
        if told != expected {
            self.findings.fail(at, || format!("{key} says {told}, and its oldest record came at {expected}"));
        }
    }
}

/// Returns whether the folders of an object name these partition keys.
fn folders(key: &str, delivery: &str, partition: &str) -> bool {
    let folders = key.rsplit_once(&format!("{delivery}-")).map_or(key, |(folders, _)| folders);
    partition.split('/').all(|value| folders.contains(value))
}

/// The time in the name of an object of a delivery stream: `<delivery stream>-<version>-<time>-<uuid>`.
fn time_in<'a>(key: &'a str, delivery: &str) -> Option<&'a str> {
    let (_, name) = key.rsplit_once(&format!("{delivery}-"))?;
    let (_version, rest) = name.split_once('-')?;
    rest.get(.."yyyy-MM-dd-HH-mm-ss".len())
}

impl Invariant for ObjectsHoldWhatTheirNamesSay {
    const NAME: &'static str = "objects-hold-what-their-names-say";
    const PROMISE: &'static str =
        "an object's name has the time of its oldest record, and the partition keys of every record in it";
    const HEARS: &'static [EventKind] = &[
        EventKind::DeliveryAccepted,
        EventKind::RecordPartitioned,
        EventKind::ObjectPut,
        EventKind::RecordsArrived,
        EventKind::RunEnded,
    ];

    fn new(settings: &CheckSettings) -> Self {
        Self {
            epoch_unix_ms: settings.epoch_unix_ms,
            lanes: BTreeMap::new(),
            object: None,
            findings: Findings::default(),
            judged: 0,
        }
    }
}

impl Check for ObjectsHoldWhatTheirNamesSay {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match event {
            Event::DeliveryAccepted { delivery, lane, to, age, .. } => {
                let second = (self.epoch_unix_ms + at.saturating_sub(*age).as_millis()) / 1000;
                self.lanes.entry((*delivery, *lane)).or_default().came(second, *to);
            }
            Event::RecordPartitioned { delivery, lane, ordinal, part, partition } => {
                let lane = self.lanes.entry((*delivery, *lane)).or_default();
                lane.partitions.insert((*ordinal, *part), partition.clone());
            }
            Event::ObjectPut { key, .. } => {
                self.judge(at, lens);
                self.object =
                    Some(Object { call: lens.call, key: key.clone(), delivery: None, oldest: None, partition: None });
            }
            Event::RecordsArrived { delivery, output, lane, from, to, part } => {
                let is_of_object = self.object.as_ref().is_some_and(|object| object.call == lens.call);
                if is_of_object {
                    self.hold(at, (*delivery, *lane), (*from, *to), (*output, *part), lens);
                }
            }
            Event::RunEnded {} => self.judge(at, lens),
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        self.findings.result(Self::NAME, self.judged, || format!("{} objects are where they should be", self.judged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SimDuration;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    fn script(rest: impl IntoIterator<Item = (u64, Event)>) -> Vec<(u64, Event)> {
        let begin = lake().into_iter().map(|event| (0, event));
        let late = SimDuration::from_millis(500);
        let taken = [(1500, taken_late(late, 0, 10)), (2000, taken(10, 20))];
        begin.chain(taken).chain(rest).chain([(99_000, Event::RunEnded {})]).collect()
    }
    fn put(time: &str) -> (u64, Event) {
        let key = format!("7/lake-1-2026-01-01-00-00-{time}-0b1f-.gz").into();
        (60_000, Event::ObjectPut { bucket: "lake".into(), key, bytes: 9, records: 9, host: WEB })
    }
    fn holds(from: u64, to: u64) -> (u64, Event) {
        (60_000, arrived(Output::Destination, from, to))
    }
    fn check() -> ObjectsHoldWhatTheirNamesSay {
        ObjectsHoldWhatTheirNamesSay::new(&settings())
    }
    fn of_partition(ordinal: u64, partition: &str) -> (u64, Event) {
        let (part, partition) = (0, partition.into());
        (3000, Event::RecordPartitioned { delivery: LAKE, lane: 0, ordinal, part, partition })
    }

    #[test]
    fn objects_named_after_their_oldest_record_and_its_partition_are_fine() {
        let rest = [of_partition(3, "/7"), put("01"), holds(0, 10), put("02"), holds(10, 20)];
        let result = judge(check(), script(rest));
        assert_eq!((result.verdict, &*result.detail), (Verdict::Pass, "2 objects are where they should be"));
        assert_eq!(judge(check(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn an_object_named_after_another_time_is_found() {
        let text = evidence(&judge(check(), script([put("02"), holds(10, 20), holds(5, 10)])));
        let expected = "says 2026-01-01-00-00-02, and its oldest record came at 2026-01-01-00-00-01";
        assert!(text.ends_with(expected), "{text}");
    }

    #[test]
    fn a_record_of_another_partition_is_found() {
        let text = evidence(&judge(check(), script([of_partition(3, "/8"), put("01"), holds(0, 10)])));
        let expected = "0:01:00.000 7/lake-1-2026-01-01-00-00-01-0b1f-.gz has record 3, whose partition is /8";
        assert_eq!(text, expected);
    }
}
