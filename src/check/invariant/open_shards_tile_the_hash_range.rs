//! `open-shards-tile-the-hash-range`: after every reshard the open shards cover each hash key exactly once.
//!
//! And a child's parents are exactly the shards closed with it whose ranges it overlaps: what reads in order of
//! descent reads by that. Judged when everything that happened at one time has happened: at the next reshard, or at the
//! end of the run.

use std::collections::BTreeMap;

use crate::base::{Event, EventKind, HashKey, HashKeyRange, ShardId, SimTime, StreamId};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// A shard that was just opened.
struct Child {
    shard: ShardId,
    range: HashKeyRange,
    parents: Vec<ShardId>,
}

/// The shards of one stream, and what has changed at the present time.
#[derive(Default)]
struct Shards {
    open: BTreeMap<ShardId, HashKeyRange>,
    opened: Vec<Child>,
    closed: BTreeMap<ShardId, HashKeyRange>,
}

/// The check.
#[derive(Default)]
pub(super) struct OpenShardsTileTheHashRange {
    streams: BTreeMap<StreamId, Shards>,
    /// When the last change was.
    changed: SimTime,
    findings: Findings,
    judged: u64,
}

fn overlap(a: HashKeyRange, b: HashKeyRange) -> bool {
    a.contains(b.start) || b.contains(a.start)
}

impl Shards {
    /// What is wrong with the ranges of the open shards, if anything.
    fn untiled(&self) -> Option<String> {
        let mut ranges: Vec<(HashKeyRange, ShardId)> = self.open.iter().map(|(id, range)| (*range, *id)).collect();
        ranges.sort_by_key(|(range, _)| range.start);
        let (Some((first, a)), Some((last, z))) = (ranges.first(), ranges.last()) else { return None };
        if first.start != HashKey::MIN {
            return Some(format!("no open shard is below {a}"));
        }
        if last.end != HashKey::MAX {
            return Some(format!("no open shard is above {z}"));
        }
        let broken = ranges.windows(2).find(|pair| !pair[0].0.is_followed_by(pair[1].0))?;
        Some(format!("{} and {} do not meet", broken[0].1, broken[1].1))
    }

    /// A child whose parents are not those whose ranges it takes over, if there is one.
    fn misfit(&self) -> Option<String> {
        self.opened.iter().find_map(|child| {
            let older = self.closed.iter().filter(|(id, range)| **id < child.shard && overlap(child.range, **range));
            let overlapped: Vec<ShardId> = older.map(|(id, _)| *id).collect();
            // Of shards that were opened and closed at the same time, the last ones are the parents.
            let is_passed =
                |id: &ShardId| self.opened.iter().any(|o| overlapped.contains(&o.shard) && o.parents.contains(id));
            let expected: Vec<ShardId> = overlapped.iter().filter(|id| !is_passed(id)).copied().collect();
            let mut parents = child.parents.clone();
            parents.sort_unstable();
            let list = |ids: &[ShardId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
            (parents != expected).then(|| {
                format!("{} names {:?} as parents and overlaps {:?}", child.shard, list(&parents), list(&expected))
            })
        })
    }
}

impl OpenShardsTileTheHashRange {
    /// Judges what has changed, once its time is over.
    fn settle(&mut self, at: SimTime, lens: &Lens) {
        if at <= self.changed {
            return;
        }
        for (stream, shards) in &mut self.streams {
            if shards.opened.is_empty() && shards.closed.is_empty() {
                continue;
            }
            // The first shards of a stream are judged too, but a run without reshards has shown nothing.
            self.judged += u64::from(!shards.closed.is_empty());
            if let Some(problem) = shards.untiled().or_else(|| shards.misfit()) {
                let stream = lens.names.stream(*stream);
                self.findings.fail(self.changed, || format!("after a reshard of {stream} {problem}"));
            }
            shards.opened.clear();
            shards.closed.clear();
        }
    }
}

impl Invariant for OpenShardsTileTheHashRange {
    const NAME: &'static str = "open-shards-tile-the-hash-range";
    const PROMISE: &'static str = "after every reshard the open shards cover each hash key exactly once, and \
        children name \
                                   as parents exactly the shards that they take over from";
    const HEARS: &'static [EventKind] =
        &[EventKind::ShardOpened, EventKind::ShardClosed, EventKind::StreamStatusChanged, EventKind::RunEnded];

    fn new(_: &CheckSettings) -> Self {
        Self::default()
    }
}

impl Check for OpenShardsTileTheHashRange {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::ShardOpened { stream, shard, range, parent, adjacent_parent } => {
                self.settle(at, lens);
                let shards = self.streams.entry(stream).or_default();
                shards.open.insert(shard, range);
                let parents = parent.into_iter().chain(adjacent_parent).collect();
                shards.opened.push(Child { shard, range, parents });
                self.changed = at;
            }
            Event::ShardClosed { stream, shard, .. } => {
                self.settle(at, lens);
                let shards = self.streams.entry(stream).or_default();
                if let Some(range) = shards.open.remove(&shard) {
                    shards.closed.insert(shard, range);
                }
                self.changed = at;
            }
            Event::StreamStatusChanged { stream, .. } if lens.names.is_gone(stream) => {
                self.streams.remove(&stream);
            }
            Event::RunEnded {} => self.settle(SimTime::MAX, lens),
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        let held = || format!("the open shards fitted together after {} reshards", self.judged);
        self.findings.result(Self::NAME, self.judged, held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    /// One shard is split at 10 ms; the children, and the end.
    fn split(children: impl IntoIterator<Item = Event>) -> Script {
        let mut script = vec![(1, opened(S0, 2, None)), (10, closed(S0, 5))];
        script.extend(children.into_iter().map(|child| (10, child)));
        script.push((20, Event::RunEnded {}));
        script
    }

    fn judged(script: Script) -> CheckResult {
        judge(OpenShardsTileTheHashRange::default(), script)
    }

    #[test]
    fn halves_of_their_parent_are_fine() {
        let result = judged(split([opened(S1, 0, Some(S0)), opened(S2, 1, Some(S0))]));
        assert_eq!(
            (result.verdict, &*result.detail),
            (Verdict::Pass, "the open shards fitted together after 1 reshards")
        );
        assert_eq!(judged(Vec::new()).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_hole_an_overlap_and_a_wrong_parent_are_found() {
        let text = |children: [Event; 2]| evidence(&judged(split(children)));
        let hole = judged(split([opened(S1, 0, Some(S0))]));
        assert_eq!(
            evidence(&hole),
            "0:00:00.010 after a reshard of clicks no open shard is above shardId-000000000001"
        );
        let overlap = text([opened(S1, 0, Some(S0)), opened(S2, 2, Some(S0))]);
        assert!(overlap.ends_with("shardId-000000000001 and shardId-000000000002 do not meet"), "{overlap}");
        let orphan = text([opened(S1, 0, Some(S0)), opened(S2, 1, None)]);
        assert!(orphan.contains("shardId-000000000002 names \"\" as parents"), "{orphan}");
    }
}
