//! `records-stand-in-two-zones`: every retained record stands in two zones, and a zone that is up holds all of them.
//!
//! Kinesis replicates across three availability zones
//! (<https://docs.aws.amazon.com/streams/latest/dev/introduction.html>). A put goes to every zone in service and to no
//! other. A zone that comes back counts as up once it holds all that the others do. Judged at each put, when a zone is
//! said to be up, when it copies (only what it lacks), and at the end of the run. What only a zone holds that is out
//! of service nobody can copy.

use std::ops::Range;

use crate::base::event::ZoneState;
use crate::base::{Event, EventKind, RangeSet, ShardId, SimTime, StreamId};
use crate::check::findings::{Findings, records};
use crate::check::lens::Lens;
use crate::check::lens::grid::Grid;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

const ZONES: usize = 3;

/// Which zones hold which records of a shard.
#[derive(Default)]
struct Shard {
    accepted: u64,
    /// Ordinals from here to `accepted` stand in all zones, and are not among those `held` yet: most always do.
    noted: u64,
    held: [RangeSet; ZONES],
}

/// What is remembered of the run to judge this.
pub(super) struct RecordsStandInTwoZones {
    shards: Grid<Shard>,
    states: [ZoneState; ZONES],
    /// A bit for each zone in service.
    in_service: u8,
    /// Whether any record was accepted.
    is_any: bool,
    findings: Findings,
    judged: u64,
}

impl Shard {
    /// Notes what stands in all zones among those held.
    fn note(&mut self) {
        let all = self.noted..self.accepted;
        self.held.iter_mut().for_each(|held| _ = held.insert(all.clone()));
        self.noted = self.accepted;
    }
    fn accept(&mut self, ordinal: u64, zones: u8) {
        if zones != 0b111 {
            self.note();
            for (_, held) in self.held.iter_mut().enumerate().filter(|(zone, _)| zones & (1 << zone) != 0) {
                held.insert(ordinal..ordinal + 1);
            }
            self.noted = ordinal + 1;
        }
        self.accepted = ordinal + 1;
    }
    /// What `zone` lacks of the records from `from` on although one of the zones of the mask holds it.
    fn lacking(&self, zone: usize, from: u64, others: u8) -> Option<Range<u64>> {
        let mut from = from;
        while let Some(missing) = self.held[zone].first_missing(from..self.accepted) {
            for other in (0..ZONES).filter(|other| others & (1 << other) != 0 && *other != zone) {
                let there = match self.held[other].first_missing(missing.clone()) {
                    None => missing.clone(),
                    Some(gap) if gap.start > missing.start => missing.start..gap.start,
                    Some(gap) => gap.end..missing.end,
                };
                if !there.is_empty() {
                    return Some(there);
                }
            }
            from = missing.end;
        }
        None
    }
}

impl RecordsStandInTwoZones {
    fn on_accepted(&mut self, lens: &Lens, at: SimTime, (stream, shard): (StreamId, ShardId), ordinal: u64, zones: u8) {
        self.is_any = true;
        self.shards.at(stream.index(), shard.index()).accept(ordinal, zones);
        if zones != self.in_service || zones.count_ones() < 2 {
            let (stream, expected) = (lens.names.stream(stream), zone_list(self.in_service));
            self.findings.fail(at, || {
                let zones = zone_list(zones);
                format!("{stream} {shard} stored record {ordinal} in {zones}, and {expected} were in service")
            });
        }
    }

    fn on_zone(&mut self, lens: &Lens, at: SimTime, zone: u8, state: ZoneState) {
        let Some(before) = self.states.get_mut(usize::from(zone)) else { return };
        *before = state;
        let serves = matches!(state, ZoneState::Up | ZoneState::Rebuilding);
        self.in_service = if serves { self.in_service | (1 << zone) } else { self.in_service & !(1 << zone) };
        self.shards.cells_mut().for_each(|(_, _, shard)| shard.note());
        match state {
            ZoneState::Wiped => {
                self.shards.cells_mut().for_each(|(_, _, shard)| shard.held[usize::from(zone)].clear());
            }
            ZoneState::Up => self.judge(lens, at, usize::from(zone)),
            ZoneState::Down | ZoneState::Rebuilding => {}
        }
    }

    /// The zone is up: it must hold all that the others do.
    fn judge(&mut self, lens: &Lens, at: SimTime, zone: usize) {
        self.judged += 1;
        let others = self.in_service;
        for (stream, shard, state) in self.shards.cells_mut() {
            let (stream, shard) = (StreamId(stream as u16), ShardId(shard as u32));
            let is_there = lens.shards.get(stream, shard).is_some_and(|known| !known.is_expired);
            if !is_there || lens.names.is_gone(stream) {
                continue;
            }
            if let Some(lacking) = state.lacking(zone, lens.shards.trimmed(stream, shard), others) {
                let (stream, lacking) = (lens.names.stream(stream), records(&lacking));
                self.findings.fail(at, || {
                    format!("zone {zone} is up and lacks {lacking} of {stream} {shard}, which others have")
                });
            }
        }
    }

    fn on_replicated(
        &mut self,
        lens: &Lens,
        at: SimTime,
        (stream, shard): (StreamId, ShardId),
        zone: u8,
        range: Range<u64>,
    ) {
        let sources = self.in_service & !(1 << zone);
        let state = self.shards.at(stream.index(), shard.index());
        state.note();
        let is_held = |source: usize| state.held[source].first_missing(range.clone()).is_none();
        let has_source = (0..ZONES).any(|source| sources & (1 << source) != 0 && is_held(source));
        // Two zones may together hold what neither does alone.
        if !has_source && sources.count_ones() < 2 {
            let (stream, copied) = (lens.names.stream(stream), records(&range));
            self.findings.fail(at, || {
                format!("zone {zone} copied {copied} of {stream} {shard}, which no zone in service holds")
            });
        }
        let Some(held) = self.shards.at(stream.index(), shard.index()).held.get_mut(usize::from(zone)) else { return };
        let copied = records(&range);
        if held.insert(range) > 0 {
            let stream = lens.names.stream(stream);
            self.findings
                .fail(at, || format!("zone {zone} copied {copied} of {stream} {shard}, of which it had lost some"));
        }
    }

    fn on_end(&mut self, lens: &Lens, at: SimTime) {
        self.shards.cells_mut().for_each(|(_, _, shard)| shard.note());
        for zone in 0..ZONES {
            if self.states[zone] == ZoneState::Up {
                self.judge(lens, at, zone);
            }
        }
    }
}

/// `zones 0 and 2`.
fn zone_list(zones: u8) -> String {
    let numbers: Vec<String> = (0..ZONES).filter(|zone| zones & (1 << zone) != 0).map(|z| z.to_string()).collect();
    match numbers.len() {
        0 => "no zone".into(),
        1 => format!("zone {}", numbers[0]),
        _ => format!("zones {}", numbers.join(" and ")),
    }
}

impl Invariant for RecordsStandInTwoZones {
    const NAME: &'static str = "records-stand-in-two-zones";
    const PROMISE: &'static str = "every retained record stands in two zones, and a zone that is up holds all of them";
    const HEARS: &'static [EventKind] =
        &[EventKind::RecordAccepted, EventKind::ZoneChanged, EventKind::RecordsReplicated, EventKind::RunEnded];

    fn new(_: &CheckSettings) -> Self {
        Self {
            shards: Grid::default(),
            states: [ZoneState::Up; ZONES],
            in_service: 0b111,
            is_any: false,
            findings: Findings::default(),
            judged: 0,
        }
    }
}

impl Check for RecordsStandInTwoZones {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::RecordAccepted { stream, shard, ordinal, zones, .. } => {
                self.on_accepted(lens, at, (stream, shard), ordinal, zones);
            }
            Event::ZoneChanged { zone, state } => self.on_zone(lens, at, zone, state),
            Event::RecordsReplicated { stream, shard, zone, from, to } => {
                self.on_replicated(lens, at, (stream, shard), zone, from..to);
            }
            Event::RunEnded {} => self.on_end(lens, at),
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        let judged = if self.is_any { self.judged } else { 0 };
        self.findings.result(Self::NAME, judged, || "zones that are up held all that they must".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    fn stored(ordinal: u64, zones: u8) -> Event {
        let Event::RecordAccepted { stream, shard, index, key, routed_by, size_bytes, host, number, .. } =
            accepted(S0, ordinal)
        else {
            unreachable!("a record is accepted")
        };
        Event::RecordAccepted { stream, shard, ordinal, index, key, routed_by, size_bytes, zones, host, number }
    }

    fn zone(zone: u8, state: ZoneState) -> Event {
        Event::ZoneChanged { zone, state }
    }

    fn copied(zone: u8, from: u64, to: u64) -> Event {
        Event::RecordsReplicated { stream: CLICKS, shard: S0, zone, from, to }
    }

    /// Zone 1 is wiped after ten records and comes back after ten more; then `work` happens, and the run ends.
    fn wiped(work: impl IntoIterator<Item = Event>) -> CheckResult {
        let mut events = vec![opened(S0, 2, None)];
        events.extend((0..10).map(|ordinal| stored(ordinal, 0b111)));
        events.push(zone(1, ZoneState::Wiped));
        events.extend((10..20).map(|ordinal| stored(ordinal, 0b101)));
        events.push(zone(1, ZoneState::Rebuilding));
        events.extend((20..30).map(|ordinal| stored(ordinal, 0b111)));
        events.extend(work);
        events.push(Event::RunEnded {});
        judge(RecordsStandInTwoZones::new(&settings()), events.into_iter().map(|event| (1, event)))
    }

    #[test]
    fn a_zone_that_has_copied_all_is_rightly_up() {
        let up = || zone(1, ZoneState::Up);
        assert_eq!(wiped([copied(1, 0, 20), up()]).verdict, Verdict::Pass);
        assert_eq!(wiped([copied(1, 0, 12), trimmed(S0, 4), copied(1, 12, 20), up()]).verdict, Verdict::Pass);
        assert_eq!(wiped([]).verdict, Verdict::Pass);
        assert_eq!(judge(RecordsStandInTwoZones::new(&settings()), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_zone_that_is_up_too_early_is_found() {
        let result = wiped([copied(1, 0, 18), zone(1, ZoneState::Up)]);
        assert!(
            result.evidence[0].what.contains("zone 1 is up and lacks records 18 to 19 of clicks shardId-000000000000"),
            "{result:?}"
        );
    }

    #[test]
    fn a_record_that_is_stored_where_no_zone_serves_or_in_too_few_is_found() {
        let judged = |zones| {
            let events = [opened(S0, 2, None), zone(1, ZoneState::Down), stored(0, zones)];
            judge(RecordsStandInTwoZones::new(&settings()), events.map(|event| (1, event)))
        };
        assert_eq!(judged(0b101).verdict, Verdict::Unknown);
        assert_eq!(
            evidence(&judged(0b111)),
            "0:00:00.001 clicks shardId-000000000000 stored record 0 in zones 0 and 1 and 2, and zones 0 and 2 were in \
             service"
        );
        assert_eq!(judged(0b001).verdict, Verdict::Fail);
    }

    #[test]
    fn a_copy_of_what_the_zone_should_have_had_is_found() {
        let text = evidence(&wiped([copied(1, 0, 21), zone(1, ZoneState::Up)]));
        assert!(
            text.ends_with("zone 1 copied records 0 to 20 of clicks shardId-000000000000, of which it had lost some")
        );
    }

    #[test]
    fn a_copy_of_what_nobody_has_is_found() {
        let events =
            [opened(S0, 2, None), zone(0, ZoneState::Wiped), zone(1, ZoneState::Wiped), zone(2, ZoneState::Wiped)];
        let back = [zone(1, ZoneState::Rebuilding), copied(1, 0, 5)];
        let script = events.into_iter().chain(back).map(|event| (1, event));
        let text = evidence(&judge(RecordsStandInTwoZones::new(&settings()), script));
        assert!(text.ends_with("which no zone in service holds"), "{text}");
    }
}
