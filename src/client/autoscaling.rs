//! Auto scaling of a stream: from its metrics, minute by minute, the decision that it is to have so many shards now.
//!
//! One rule for two policies that people use. *Target tracking* is the one of Application Auto Scaling
//! (<https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html>), put to
//! Kinesis as AWS has published it: alarms on IncomingBytes and IncomingRecords against what the shards take, and behind
//! them a function that calls UpdateShardCount
//! (<https://aws.amazon.com/blogs/big-data/scaling-amazon-kinesis-data-streams-with-aws-application-auto-scaling/>,
//! <https://aws.amazon.com/blogs/big-data/auto-scaling-amazon-kinesis-data-streams-using-amazon-cloudwatch-and-aws-lambda/>).
//! *Scaling utils* is the policy of <https://github.com/awslabs/amazon-kinesis-scaling-utils>.
//!
//! A clockless value: whoever has metrics feeds it, a run as well as the rates. It does not know whether AWS accepts what
//! it asks for. Not modelled: the time that metrics take to reach CloudWatch, minutes without data (they count as no
//! load), policies on the iterator age, notifications, and the choice of a shard (both policies know the stream only, so a
//! hot shard in a calm stream moves neither).

use crate::aws::kinesis::limits::{READ_BYTES_PER_S, WRITE_BYTES_PER_S, WRITE_RECORDS_PER_S};
use crate::base::StreamName;

/// All of what shards take or give: a use is counted in millionths of it.
const ALL: u64 = 1_000_000;
/// A percent of it.
const PERCENT: u64 = ALL / 100;

/// Auto scaling of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Autoscaling {
    /// The stream.
    pub(crate) stream: StreamName,
    /// It never asks for fewer shards.
    pub(crate) shards_min: u32,
    /// It never asks for more.
    pub(crate) shards_max: u32,
    /// Whose use is looked at.
    pub(crate) operations: Vec<Operation>,
    /// When more shards are asked for; never when absent.
    pub(crate) up: Option<Scale>,
    /// When fewer are.
    pub(crate) down: Option<Scale>,
}

impl Autoscaling {
    /// How a change is told, wherever it is made.
    pub(crate) fn told(stream: &StreamName, from: u32, to: u32) -> String {
        format!("autoscaling of {stream} from {from} to {to} shards")
    }
}

/// What a policy looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// IncomingBytes and IncomingRecords, whichever is nearer to its limit.
    Put,
    /// GetRecords.Bytes.
    Get,
}

/// One direction of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scale {
    /// Beyond this use, in tenths of a percent of what all shards take or give.
    pub(crate) threshold_tenths: u32,
    /// In so many minutes, one after the other.
    pub(crate) after_min: u32,
    /// By so much.
    pub(crate) step: Step,
    /// Minutes after a change in this direction in which there is no other one.
    pub(crate) cool_off_min: u32,
}

/// How far a policy goes at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// So many shards.
    Count(u32),
    /// So many percent of those that are there, one shard at least.
    Percent(u32),
    /// To as many as use this percentage with the load of the last minute, within what one UpdateShardCount may do.
    ToUse(u32),
}

/// What a stream's metrics show of a minute, and the stream at its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct StreamMinute {
    /// Number of the minute that begins now.
    pub(crate) now: u64,
    /// IncomingRecords.
    pub(crate) records: u64,
    /// IncomingBytes.
    pub(crate) bytes: u64,
    /// GetRecords.Bytes.
    pub(crate) read_bytes: u64,
    /// Open shards.
    pub(crate) shards: u32,
    /// Whether the stream is ACTIVE; one that is not cannot be changed.
    pub(crate) is_active: bool,
}

impl StreamMinute {
    /// Of what all shards take or give in a minute.
    fn used(&self, operation: Operation) -> u64 {
        let of = |what: u64, per_s: u64| what.saturating_mul(ALL) / (u64::from(self.shards.max(1)) * per_s * 60);
        match operation {
            Operation::Put => of(self.bytes, WRITE_BYTES_PER_S).max(of(self.records, WRITE_RECORDS_PER_S)),
            Operation::Get => of(self.read_bytes, READ_BYTES_PER_S),
        }
    }
}

/// Minutes beyond a threshold, and since when there was no change in this direction.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    minutes: u32,
    changed: Option<u64>,
}

impl Seen {
    /// Whether a minute makes this direction due.
    fn is_due(&mut self, scale: &Scale, is_beyond: bool, now: u64) -> bool {
        self.minutes = if is_beyond { self.minutes.saturating_add(1) } else { 0 };
        let is_cool = self.changed.is_none_or(|changed| now >= changed + u64::from(scale.cool_off_min));
        self.minutes >= scale.after_min.max(1) && is_cool
    }
}

/// A policy at work.
#[derive(Clone, Debug)]
pub(crate) struct Autoscaler {
    of: Autoscaling,
    up: Seen,
    down: Seen,
    /// Which direction the change went that is under way, or was the last.
    last_was_up: bool,
}

impl Autoscaler {
    pub(crate) fn new(of: Autoscaling) -> Self {
        Self { of, up: Seen::default(), down: Seen::default(), last_was_up: true }
    }
    /// What it scales, and how far.
    pub(crate) fn of(&self) -> &Autoscaling {
        &self.of
    }

    /// The shards that the stream is to have now, if that is to change. Whether AWS accepts or refuses it, the cool-off
    /// begins.
    pub(crate) fn decide(&mut self, minute: &StreamMinute) -> Option<u32> {
        if !minute.is_active {
            // The change is under way: neither policy looks meanwhile, and it cools off from when it is done.
            let changed = if self.last_was_up { &mut self.up } else { &mut self.down };
            changed.changed = changed.changed.map(|_| minute.now);
            (self.up.minutes, self.down.minutes) = (0, 0);
            return None;
        }
        let used: Vec<u64> = self.of.operations.iter().map(|operation| minute.used(*operation)).collect();
        let most = used.into_iter().max().unwrap_or(0);
        let threshold = |scale: &Scale| u64::from(scale.threshold_tenths) * PERCENT / 10;
        let is_up = self.of.up.is_some_and(|up| self.up.is_due(&up, most > threshold(&up), minute.now));
        let is_down = self.of.down.is_some_and(|down| self.down.is_due(&down, most < threshold(&down), minute.now));
        let (scale, seen) = match (is_up, is_down) {
            (true, _) => (self.of.up?, &mut self.up),
            (false, true) => (self.of.down?, &mut self.down),
            (false, false) => return None,
        };
        let target = scale.step.target(minute.shards, most, is_up).clamp(self.of.shards_min, self.of.shards_max);
        if (target > minute.shards) != is_up || target == minute.shards {
            return None;
        }
        *seen = Seen { minutes: 0, changed: Some(minute.now) };
        self.last_was_up = is_up;
        Some(target)
    }
}

impl Step {
    fn target(self, shards: u32, used: u64, is_up: bool) -> u32 {
        let (now, part) = (u64::from(shards), |percent: u32| u64::from(shards) * u64::from(percent));
        let target = match (self, is_up) {
            (Self::Count(more), true) => now + u64::from(more),
            (Self::Count(fewer), false) => now.saturating_sub(u64::from(fewer)),
            (Self::Percent(percent), true) => now + part(percent).div_ceil(100).max(1),
            (Self::Percent(percent), false) => now.saturating_sub((part(percent) / 100).max(1)),
            (Self::ToUse(percent), _) => {
                let wanted = (now * used).div_ceil(u64::from(percent.max(1)) * PERCENT);
                wanted.clamp(now.div_ceil(2), 2 * now)
            }
        };
        target.clamp(1, u64::from(u32::MAX)) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Seed;

    fn scale(threshold: u32, after_min: u32, step: Step, cool_off_min: u32) -> Option<Scale> {
        Some(Scale { threshold_tenths: threshold * 10, after_min, step, cool_off_min })
    }

    fn policy(up: Option<Scale>, down: Option<Scale>) -> Autoscaling {
        let stream = "s".parse().expect("a name");
        Autoscaling { stream, shards_min: 2, shards_max: 64, operations: vec![Operation::Put], up, down }
    }

    /// A minute of so many records a second.
    fn minute(now: u64, per_s: u64, shards: u32) -> StreamMinute {
        StreamMinute { now, records: per_s * 60, bytes: 0, read_bytes: 0, shards, is_active: true }
    }

    /// What it asks for, minute by minute, when the stream has the shards at once.
    fn asked(policy: Autoscaling, minutes: impl IntoIterator<Item = u64>) -> Vec<(u64, u32)> {
        let (mut scaler, mut shards) = (Autoscaler::new(policy), 4);
        let mut asked = Vec::new();
        for (now, per_s) in (0..).zip(minutes) {
            if let Some(target) = scaler.decide(&minute(now, per_s, shards)) {
                shards = target;
                asked.push((now, target));
            }
        }
        asked
    }

    #[test]
    fn scaling_utils_waits_steps_and_cools_off() {
        let up = scale(80, 3, Step::Count(2), 5);
        assert_eq!(asked(policy(up, None), [3500; 3]), [(2, 6)], "the third minute above 80 %");
        assert_eq!(asked(policy(up, None), [3500, 3500, 100, 3500, 3500]), [], "not one after the other");
        assert_eq!(asked(policy(up, None), [9000; 12]), [(2, 6), (7, 8)], "five minutes in between");
        let down = scale(30, 2, Step::Percent(50), 0);
        assert_eq!(asked(policy(None, down), [100; 4]), [(1, 2)], "never below its least");
    }

    #[test]
    fn a_percentage_is_one_shard_at_least_and_both_ends_hold() {
        let targets = |step: Step, is_up| [1, 2, 7].map(|shards| step.target(shards, 0, is_up));
        assert_eq!(targets(Step::Percent(10), true), [2, 3, 8]);
        assert_eq!(targets(Step::Percent(100), true), [2, 4, 14]);
        assert_eq!(targets(Step::Percent(50), false), [1, 1, 4]);
        let up = scale(50, 1, Step::Count(1000), 0);
        assert_eq!(asked(policy(up, None), [4000]), [(0, 64)]);
    }

    #[test]
    fn target_tracking_goes_to_what_uses_the_target_but_at_most_to_double_or_half() {
        let up = scale(50, 1, Step::ToUse(50), 0);
        assert_eq!(asked(policy(up, None), [3000]), [(0, 6)]);
        assert_eq!(asked(policy(up, None), [9000]), [(0, 8)]);
        let down = scale(45, 1, Step::ToUse(50), 0);
        assert_eq!(asked(policy(None, down), [1200]), [(0, 3)]);
        assert_eq!(asked(policy(None, down), [10]), [(0, 2)]);
    }

    #[test]
    fn reads_count_where_they_are_asked_for_and_bytes_as_records_do() {
        let read = StreamMinute { read_bytes: 4 * 60 * READ_BYTES_PER_S, ..minute(0, 0, 4) };
        let up = scale(80, 1, Step::Count(1), 0);
        assert_eq!(Autoscaler::new(policy(up, None)).decide(&read), None);
        let both = Autoscaling { operations: vec![Operation::Put, Operation::Get], ..policy(up, None) };
        assert_eq!(Autoscaler::new(both.clone()).decide(&read), Some(5));
        let written = StreamMinute { bytes: 4 * 60 * WRITE_BYTES_PER_S, ..minute(0, 0, 4) };
        assert_eq!(Autoscaler::new(both).decide(&written), Some(5));
    }

    #[test]
    fn a_stream_that_changes_is_left_alone_and_cools_off_from_when_it_is_done() {
        let mut scaler = Autoscaler::new(policy(scale(80, 1, Step::Count(1), 3), None));
        let mut decide = |now, is_active| scaler.decide(&StreamMinute { is_active, ..minute(now, 9000, 4) });
        assert_eq!(decide(0, true), Some(5));
        assert_eq!([decide(1, false), decide(2, false)], [None; 2]);
        assert_eq!([decide(3, true), decide(4, true)], [None; 2]);
        assert_eq!(decide(5, true), Some(5));
    }

    /// Pairs of changes in one direction that are nearer to each other than the cool-off.
    fn too_soon(asked: &[(u64, u32)], cool_off: u64) -> usize {
        let mut shards = 4;
        let mut last = [None, None];
        let mut found = 0;
        for (now, target) in asked {
            let last = &mut last[usize::from(*target > shards)];
            found += usize::from(last.is_some_and(|last| now - last < cool_off));
            (*last, shards) = (Some(*now), *target);
        }
        found
    }

    #[test]
    fn a_policy_without_its_cool_off_is_found() {
        let of = |cool_off| {
            let step = |threshold| scale(threshold, 2, Step::Count(2), cool_off);
            policy(step(70), step(30))
        };
        let (mut kept, mut planted) = (0, 0);
        for seed in 0..20 {
            let mut random = Seed(seed).stream("load");
            let load: Vec<u64> = (0..200).map(|_| random.between(0, 9000)).collect();
            kept += too_soon(&asked(of(10), load.clone()), 10);
            planted += too_soon(&asked(of(0), load), 10);
        }
        assert_eq!(kept, 0);
        assert!(planted > 0, "the planted bug was not found");
    }
}
