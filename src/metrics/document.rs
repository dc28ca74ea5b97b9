//! What the AWS CLI prints, page after page: `get-metric-data`, `get-metric-statistics`, and `list-shards` beside them,
//! which says where the shards lie.

use super::error::MetricsError;
use super::json::{Lines, Node, Value, documents};
use super::name::{Name, shard};
use super::series::{Gathered, Point, count, instant, since_1970};
use crate::base::{HashKey, HashKeyRange};

/// Reads all documents of a file.
pub(super) fn gather(text: &str) -> Result<Gathered, MetricsError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reading = Reading { lines: Lines::of(text), gathered: Gathered::default() };
    for document in documents(text)? {
        reading.document(&document)?;
    }
    Ok(reading.gathered)
}

/// The ranges of the open shards that `aws kinesis list-shards` lists, in order.
pub(crate) fn shard_ranges(text: &str) -> Result<Vec<HashKeyRange>, MetricsError> {
    let lines = Lines::of(text);
    let mut ranges = Vec::new();
    for document in documents(text)? {
        let Some(shards) = document.list("Shards") else {
            return Err(MetricsError::NoShards { line: lines.line(document.at) });
        };
        // A shard that was closed has an end.
        let is_open =
            |node: &&Node| node.get("SequenceNumberRange").is_none_or(|of| of.text("EndingSequenceNumber").is_none());
        for node in shards.iter().filter(is_open) {
            let (_, range) = listed(node).ok_or(MetricsError::NoShards { line: lines.line(node.at) })?;
            ranges.push(range);
        }
    }
    ranges.sort_unstable();
    let first = ranges.first().is_some_and(|first| first.start == HashKey::MIN);
    let last = ranges.last().is_some_and(|last| last.end == HashKey::MAX);
    let is_whole = first && last && ranges.windows(2).all(|pair| pair[0].is_followed_by(pair[1]));
    if is_whole { Ok(ranges) } else { Err(MetricsError::NotTiled) }
}

/// A shard's id and range.
fn listed(node: &Node) -> Option<(u64, HashKeyRange)> {
    let range = node.get("HashKeyRange")?;
    let key = |name| range.text(name).and_then(|text| text.parse::<HashKey>().ok());
    let (start, end) = (key("StartingHashKey")?, key("EndingHashKey")?);
    (start <= end).then_some((shard(node.text("ShardId")?)?, HashKeyRange { start, end }))
}

struct Reading {
    lines: Lines,
    gathered: Gathered,
}

impl Reading {
    fn document(&mut self, node: &Node) -> Result<(), MetricsError> {
        if let Value::List(pages) = &node.value {
            return pages.iter().try_for_each(|page| self.document(page));
        }
        if let Some(results) = node.list("MetricDataResults") {
            return results.iter().try_for_each(|series| self.data(series));
        }
        if node.list("Datapoints").is_some() {
            return self.statistics(node);
        }
        if let Some(shards) = node.list("Shards") {
            self.shards(shards);
            return Ok(());
        }
        Err(MetricsError::UnknownDocument { line: self.lines.line(node.at) })
    }

    /// A series of `get-metric-data`.
    fn data(&mut self, series: &Node) -> Result<(), MetricsError> {
        let (label, id) = (series.text("Label").unwrap_or_default(), series.text("Id").unwrap_or_default());
        let Some(name) = Name::of(&[label, id]) else {
            self.gathered.others.push(if label.is_empty() { id.to_owned() } else { label.to_owned() });
            return Ok(());
        };
        let (times, values) =
            (series.list("Timestamps").unwrap_or_default(), series.list("Values").unwrap_or_default());
        if times.len() != values.len() {
            let (line, series) = (self.lines.line(series.at), name.to_string());
            return Err(MetricsError::Unpaired { line, series, timestamps: times.len(), values: values.len() });
        }
        for (number, (time, value)) in (1..).zip(times.iter().zip(values)) {
            let point = Place { name, number };
            let at_ms = self.instant(point, Some(time), time)?;
            let value = self.value(point, value)?;
            self.add(point, time, at_ms, value);
        }
        Ok(())
    }

    /// A series of `get-metric-statistics`.
    fn statistics(&mut self, node: &Node) -> Result<(), MetricsError> {
        let label = node.text("Label").unwrap_or_default();
        let Some(name) = Name::of(&[label]) else {
            self.gathered.others.push(label.to_owned());
            return Ok(());
        };
        for (number, datapoint) in (1..).zip(node.list("Datapoints").unwrap_or_default()) {
            let point = Place { name, number };
            let at_ms = self.instant(point, datapoint.get("Timestamp"), datapoint)?;
            self.check_unit(point, datapoint)?;
            let value = self.statistic(point, datapoint)?;
            self.add(point, datapoint, at_ms, value);
        }
        Ok(())
    }

    fn check_unit(&self, point: Place, datapoint: &Node) -> Result<(), MetricsError> {
        let wanted = point.name.metric.unit();
        match datapoint.text("Unit") {
            Some(unit) if unit == wanted => Ok(()),
            Some(unit) => {
                let problem = format!("the unit is {unit}, and CloudWatch's is {wanted}; export it as it is");
                Err(self.bad(point, datapoint, &problem))
            }
            None => {
                let problem = format!("no Unit; get-metric-statistics writes one, here \"Unit\": \"{wanted}\"");
                Err(self.bad(point, datapoint, &problem))
            }
        }
    }

    /// The statistic that says how many, or how much at most.
    fn statistic(&self, point: Place, datapoint: &Node) -> Result<u64, MetricsError> {
        let of = |key: &str| match datapoint.get(key).map(|node| &node.value) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        };
        let found = if point.name.metric.is_sum() {
            // A sum is the mean of samples times their number.
            of("Sum").or_else(|| Some(of("Average")? * of("SampleCount")?))
        } else {
            of("Maximum").or_else(|| of("Average"))
        };
        let wanted = if point.name.metric.is_sum() { "Sum" } else { "Maximum" };
        let found = found
            .ok_or_else(|| self.bad(point, datapoint, &format!("no {wanted}; export with `--statistics {wanted}`")))?;
        self.counted(point, datapoint, found)
    }

    fn value(&self, point: Place, node: &Node) -> Result<u64, MetricsError> {
        match node.value {
            Value::Number(number) => self.counted(point, node, number),
            _ => Err(self.bad(point, node, "the value is no number")),
        }
    }

    fn counted(&self, point: Place, node: &Node, number: f64) -> Result<u64, MetricsError> {
        count(number).ok_or_else(|| self.bad(point, node, &format!("{number} is no count; it must be 0 or more")))
    }

    fn instant(&self, point: Place, time: Option<&Node>, of: &Node) -> Result<i64, MetricsError> {
        let Some(time) = time else { return Err(self.bad(point, of, "no Timestamp")) };
        let (at, found) = match &time.value {
            Value::Text(text) => (instant(text), format!("{text:?}")),
            Value::Number(number) => (since_1970(*number), number.to_string()),
            _ => (None, "what stands there".to_owned()),
        };
        let problem = || format!("{found} is no timestamp; it looks like \"2026-03-02T10:00:00Z\"");
        at.ok_or_else(|| self.bad(point, time, &problem()))
    }

    fn bad(&self, point: Place, node: &Node, problem: &str) -> MetricsError {
        let (line, series) = (self.lines.line(node.at), point.name.to_string());
        MetricsError::BadPoint { line, series, number: point.number, problem: problem.to_owned() }
    }

    fn add(&mut self, point: Place, node: &Node, at_ms: i64, value: u64) {
        let line = self.lines.line(node.at);
        self.gathered.series.entry(point.name).or_default().push(Point { at_ms, value, line });
    }

    /// Shards of `aws kinesis list-shards`; one without a range is passed over.
    fn shards(&mut self, shards: &[Node]) {
        self.gathered.ranges.extend(shards.iter().filter_map(listed));
    }
}

/// A datapoint of a series, for messages.
#[derive(Clone, Copy)]
struct Place {
    name: Name,
    /// From 1.
    number: usize,
}
