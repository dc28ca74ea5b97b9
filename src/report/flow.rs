//! What plots of a delivery stream show: a panel a stage, each with its lines, above each other on one clock.
//!
//! Records are those that went in: what a function makes of one counts as that one.

use plotters::style::RGBColor;

use super::plots::canvas::colour;
use super::words::count;
use crate::base::SimTime;
use crate::measure::{Flow, FlowPoint, Series};

/// A stage over time.
pub(super) struct Stage {
    /// What it is called.
    pub(super) name: &'static str,
    /// What is counted, with its unit.
    pub(super) unit: String,
    /// What it says, in a sentence.
    pub(super) said: &'static str,
    pub(super) lines: Vec<StageLine>,
    /// Bounds that expectations set, in the unit.
    pub(super) bounds: Vec<f64>,
}

/// A line of a stage.
pub(super) struct StageLine {
    pub(super) name: String,
    pub(super) colour: RGBColor,
    /// What it comes to over the whole run, where that says anything.
    pub(super) total: Option<u64>,
    /// By point.
    pub(super) values: Vec<Option<f64>>,
}

impl StageLine {
    /// Its name, with what it comes to.
    pub(super) fn told(&self) -> String {
        match self.total {
            Some(total) => format!("{} {}", self.name, count(total)),
            None => self.name.clone(),
        }
    }
}

/// Whether there is anything to show.
pub(super) fn is_used(flow: &Flow) -> bool {
    flow.most(|point| point.taken + point.throttled) > 0
}

/// The stages that a delivery stream has.
pub(super) fn stages(series: &Series, flow: &Flow) -> Vec<Stage> {
    let of = Of { series, flow };
    let stages = [Some(of.taken()), of.function(), Some(of.delivered()), of.failures(), Some(of.waiting()), of.age()];
    stages.into_iter().flatten().collect()
}

struct Of<'a> {
    series: &'a Series,
    flow: &'a Flow,
}

impl Of<'_> {
    fn points(&self) -> usize {
        self.series.duration().as_nanos().div_ceil(self.series.step().as_nanos()) as usize
    }
    /// Seconds of a point: the last may be shorter.
    fn length_s(&self, point: usize) -> f64 {
        let step_ns = self.series.step().as_nanos();
        let from = SimTime::from_nanos(step_ns * point as u64);
        let end = SimTime::ZERO.saturating_add(self.series.duration());
        SimTime::from_nanos(step_ns * (point as u64 + 1)).min(end).since(from).as_secs_f64()
    }
    fn count(&self, point: usize, of: impl Fn(&FlowPoint) -> u64) -> u64 {
        self.flow.points.get(point).map_or(0, of)
    }
    fn total(&self, of: impl Fn(&FlowPoint) -> u64) -> u64 {
        self.flow.points.iter().map(of).sum()
    }
    /// So many a second.
    fn rate(&self, name: &str, colour: RGBColor, of: impl Fn(&FlowPoint) -> u64) -> StageLine {
        let rate = |point| Some(self.count(point, &of) as f64 / self.length_s(point));
        let total = Some(self.total(&of));
        StageLine { name: name.to_owned(), colour, total, values: (0..self.points()).map(rate).collect() }
    }
    /// The same, where it ever is more than nothing.
    fn rate_if_any(&self, name: &str, colour: RGBColor, of: impl Fn(&FlowPoint) -> u64) -> Option<StageLine> {
        (self.flow.most(&of) > 0).then(|| self.rate(name, colour, of))
    }

    fn taken(&self) -> Stage {
        let source = self.flow.source.as_ref().map(|source| {
            let is_it = |(id, _): &(_, _)| self.series.names().stream(*id) == source.as_str();
            let shards: Vec<_> = self.series.streams().filter(is_it).flat_map(|(_, shards)| shards).collect();
            let of = |point: usize| -> u64 {
                shards.iter().map(|shard| u64::from(shard.accepted.get(point).copied().unwrap_or(0))).sum()
            };
            let values = (0..self.points()).map(|point| Some(of(point) as f64 / self.length_s(point)));
            let total = Some((0..self.points()).map(of).sum());
            StageLine { name: format!("into {source}"), colour: colour(1), total, values: values.collect() }
        });
        let name = if source.is_some() { "read" } else { "accepted" };
        let taken = self.rate(name, colour(0), |point| point.taken);
        let throttled = self.rate_if_any("refused", colour(3), |point| point.throttled);
        let said = match source {
            Some(_) => "Records that came into the source, and that Firehose read there.",
            None => "Records that were put and accepted, and those that were refused.",
        };
        let lines = source.into_iter().chain([taken]).chain(throttled).collect();
        Stage { name: "In", unit: "records/s".into(), said, lines, bounds: Vec::new() }
    }

    fn function(&self) -> Option<Stage> {
        let done = |point: &FlowPoint| point.transformed + point.dropped + point.failed_processing;
        (self.flow.most(done) > 0).then(|| {
            let dropped = self.rate_if_any("dropped", colour(5), |point| point.dropped);
            let failed = self.rate_if_any("failed", colour(3), |point| point.failed_processing);
            let lines = [self.rate("well", colour(2), |point| point.transformed)];
            let lines = lines.into_iter().chain(dropped).chain(failed).collect();
            let said = "What the function made of records; those of calls that failed in the end count as failed.";
            Stage { name: "Function", unit: "records/s".into(), said, lines, bounds: Vec::new() }
        })
    }

    fn delivered(&self) -> Stage {
        let others = [
            self.rate_if_any("once more", colour(5), |point| point.again),
            self.rate_if_any("error output", colour(3), |point| point.errors),
            self.rate_if_any("lost", colour(7), |point| point.lost),
        ];
        let lines = [self.rate(&format!("to {}", self.flow.destination), colour(2), |point| point.delivered)];
        let lines = lines.into_iter().chain(others.into_iter().flatten()).collect();
        let said = "Records that arrived at the destination and at the error output, when they arrived.";
        Stage { name: "Delivered", unit: "records/s".into(), said, lines, bounds: Vec::new() }
    }

    fn failures(&self) -> Option<Stage> {
        let count = |name: &str, colour, of: fn(&FlowPoint) -> u64| {
            (self.flow.most(of) > 0).then(|| StageLine {
                name: name.to_owned(),
                colour,
                total: Some(self.total(of)),
                values: (0..self.points()).map(|point| Some(self.count(point, of) as f64)).collect(),
            })
        };
        let lines = [
            count("of the function", colour(1), |point| point.function_failures),
            count(&format!("to {}", self.flow.destination), colour(3), |point| point.delivery_failures),
            count("to the backup", colour(7), |point| point.backup_failures),
        ];
        let lines: Vec<StageLine> = lines.into_iter().flatten().collect();
        let unit = format!("calls / {}", self.series.step());
        let said = "Calls of Firehose that failed, retries counted.";
        (!lines.is_empty()).then_some(Stage { name: "Failed calls", unit, said, lines, bounds: Vec::new() })
    }

    fn waiting(&self) -> Stage {
        let values = (0..self.points()).map(|point| Some(self.count(point, |of| of.waiting) as f64)).collect();
        let lines = vec![StageLine { name: "neither there nor failed".into(), colour: colour(0), total: None, values }];
        let said = "Records that Firehose had taken and not done with: in a buffer, in the function or in a delivery.";
        Stage { name: "On their way", unit: "records".into(), said, lines, bounds: Vec::new() }
    }

    fn age(&self) -> Option<Stage> {
        let most = self.flow.points.iter().filter_map(|point| point.oldest_ms).max()?;
        let (unit, ms) = match most {
            0..10_000 => ("ms", 1.0),
            10_000..600_000 => ("seconds", 1e3),
            600_000..36_000_000 => ("minutes", 6e4),
            _ => ("hours", 3.6e6),
        };
        let age = |point: usize| self.flow.points.get(point)?.oldest_ms;
        let values = (0..self.points()).map(|point| age(point).map(|age| age as f64 / ms)).collect();
        let lines = vec![StageLine { name: "oldest record".into(), colour: colour(0), total: None, values }];
        let bounds = self.series.freshness_bounds_ms(&self.flow.name).map(|bound| bound as f64 / ms);
        let bounds = bounds.filter(|bound| *bound <= 3.0 * most as f64 / ms).collect();
        let said = "Age of the oldest record that was on its way, or was delivered (CloudWatch's DataFreshness).";
        Some(Stage { name: "Freshness", unit: unit.into(), said, lines, bounds })
    }
}
