//! When the alarms of a plan would have fired, by rates, and how long before or after something went wrong.
//!
//! Rates are kept by the minute. An alarm's periods are whole minutes, so that its datapoints come from them, and harm
//! begins with its minute. Not told, and named as not evaluated: metrics of a shard, and what single calls and batches
//! measure. Records that are given up or trimmed unread are no kinds of harm of their own.

use std::sync::Arc;

use crate::alarm::course::Course;
use crate::alarm::harm::{Harm, Harms};
use crate::alarm::{Alarm, AlarmsReport, Metric, Of, Statistic, Unwatched};
use crate::base::{SimDuration, SimTime};
use crate::fluid::{Flow, TableMinute, WriteMinute};
use crate::scenario::plan::Plan;

const MINUTE_S: u64 = 60;

/// What became of each alarm; `None` when the plan has none.
pub(super) fn alarmed(plan: &Plan, flow: &Flow) -> Option<AlarmsReport> {
    let of = &plan.alarms;
    if of.watched.is_empty() && of.unwatched.is_empty() {
        return None;
    }
    let late_after = plan.late_after();
    let harms = harms(flow, late_after);
    let mut report = AlarmsReport { late_after, alarms: Vec::new(), unwatched: of.unwatched.clone() };
    for alarm in &of.watched {
        match source(alarm, flow) {
            Ok(source) => report.alarms.push(course(alarm, &source, plan.duration).report(&harms)),
            Err(why) => report.unwatched.push(Unwatched { name: alarm.name.to_string(), why: why.to_owned() }),
        }
    }
    Some(report)
}

/// The samples of some minutes, as far as a statistic needs them.
#[derive(Clone, Copy, Debug, Default)]
struct Sampled {
    count: f64,
    sum: f64,
    max: f64,
}

impl Sampled {
    fn and(self, other: Self) -> Self {
        Self { count: self.count + other.count, sum: self.sum + other.sum, max: self.max.max(other.max) }
    }
    /// So many samples of the same value each.
    fn each(count: f64, value: f64) -> Self {
        Self { count, sum: count * value, max: if count > 0.0 { value } else { 0.0 } }
    }
    fn datapoint(self, statistic: Statistic) -> Option<f64> {
        let of_some = match statistic {
            Statistic::Sum => self.sum,
            Statistic::SampleCount => self.count,
            Statistic::Average => self.sum / self.count,
            _ => self.max,
        };
        (self.count > 0.0).then_some(of_some)
    }
}

/// An alarm's metric: its samples of each minute.
type Source<'a> = Box<dyn Fn(usize) -> Sampled + 'a>;

fn source<'a>(alarm: &Alarm, flow: &'a Flow) -> Result<Source<'a>, &'static str> {
    match (alarm.statistic, alarm.metric) {
        (Statistic::Minimum | Statistic::Percentile(_), _) => return Err("rates do not tell this statistic"),
        (statistic, Metric::IteratorAge) if statistic != Statistic::Maximum => {
            return Err("rates tell only the Maximum of ages");
        }
        (Statistic::Maximum, Metric::ReadUnits | Metric::WriteUnits) => {
            return Err("rates do not tell the units of a request");
        }
        _ => {}
    }
    match (&alarm.of, alarm.metric) {
        (Of::Stream(name), Metric::IteratorAge) => {
            let ages: Vec<_> = flow.ages_of(name.as_str()).collect();
            Ok(Box::new(move |minute| {
                let seen = ages.iter().filter_map(|ages| ages.get(minute).copied().flatten());
                seen.map(|age| Sampled::each(1.0, age as f64)).fold(Sampled::default(), Sampled::and)
            }))
        }
        (Of::Stream(name), metric) => {
            let minutes = flow.writes.get(name.as_str()).ok_or("rates do not know the stream")?;
            let of = written(metric).ok_or("rates do not tell this metric")?;
            Ok(Box::new(move |minute| minutes.get(minute).map(of).unwrap_or_default()))
        }
        (Of::Table(name), metric) => {
            let minutes = flow.tables.get(name.as_str()).ok_or("rates do not know the table")?;
            let of = of_table(metric).ok_or("rates do not tell this metric")?;
            Ok(Box::new(move |minute| minutes.get(minute).map(of).unwrap_or_default()))
        }
        (Of::Shard(..), _) => Err("rates are kept by stream, not by shard"),
        (Of::Consumer(_), _) => Err("rates do not tell this metric"),
    }
}

fn written(metric: Metric) -> Option<fn(&WriteMinute) -> Sampled> {
    Some(match metric {
        Metric::IncomingRecords => |minute| Sampled::each(minute.records as f64, 1.0),
        Metric::IncomingBytes => |minute| {
            let (count, sum) = (minute.records as f64, minute.bytes as f64);
            Sampled { count, sum, max: sum / count.max(1.0) }
        },
        Metric::WriteThrottled => |minute| {
            let taken = Sampled::each(minute.records as f64, 0.0);
            taken.and(Sampled::each(minute.throttled as f64, 1.0))
        },
        _ => return None,
    })
}

fn of_table(metric: Metric) -> Option<fn(&TableMinute) -> Sampled> {
    Some(match metric {
        // Nearly every request of a lease table is of one unit.
        Metric::WriteUnits => |minute| Sampled::each(minute.write_units as f64, 1.0),
        Metric::ReadUnits => |minute| Sampled::each(minute.read_half_units as f64, 0.5),
        Metric::TableWriteThrottled => |minute| Sampled::each(minute.throttled() as f64, 1.0),
        _ => return None,
    })
}

fn course(alarm: &Arc<Alarm>, source: &Source<'_>, duration: SimDuration) -> Course {
    let mut course = Course::new(alarm.clone());
    let end = SimTime::ZERO.saturating_add(duration);
    let minutes = (alarm.period.as_millis() / 1000 / MINUTE_S) as usize;
    while course.period_end() <= end {
        let until = (course.period_end().as_secs() / MINUTE_S) as usize;
        let sampled = (until - minutes..until).map(source).fold(Sampled::default(), Sampled::and);
        course.take(sampled.datapoint(alarm.statistic));
    }
    course
}

/// What went wrong, by the minute. What waits while the consumers start is not late: a plan is for what comes after.
fn harms(flow: &Flow, late_after: SimDuration) -> Harms {
    let mut harms = Harms::new(late_after);
    let started = flow.minutes_of_start_up();
    let of_writes = flow.writes.values().map(Vec::len);
    let minutes = of_writes.chain(flow.ages_ms.values().map(Vec::len)).max().unwrap_or(0);
    for minute in 0..minutes {
        let at = SimTime::from_secs(minute as u64 * MINUTE_S);
        if flow.writes.values().any(|of| of.get(minute).is_some_and(|minute| minute.throttled > 0)) {
            harms.note(Harm::Throttled, at);
        }
        let is_late = |age: u64| age > late_after.as_millis();
        if minute >= started && flow.ages_ms.values().any(|of| of.get(minute).copied().flatten().is_some_and(is_late)) {
            harms.note(Harm::Late, at);
        }
    }
    harms
}
