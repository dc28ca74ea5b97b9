//! CSV: a column of timestamps, perhaps one of shards, and a column for each metric.
//!
//! `timestamp,IncomingRecords,IncomingBytes`, or with `shard` beside the timestamp, or with the shard in the name of
//! the column: `shardId-000000000003 IncomingBytes`. A cell that is empty is no datapoint.

use super::error::MetricsError;
use super::name::{Name, shard};
use super::series::{Gathered, Point, count, instant};

/// Reads all rows of a file.
pub(super) fn gather(text: &str) -> Result<Gathered, MetricsError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(malformed)?.clone();
    let time = column(&header, &["timestamp", "time", "date"]).ok_or_else(|| MetricsError::Malformed {
        line: 1,
        column: 1,
        problem: "no column `timestamp`; the first line names the columns, such as \
                  timestamp,IncomingRecords,IncomingBytes"
            .to_owned(),
    })?;
    let of_shard = column(&header, &["shard", "shardid", "shard_id"]);
    let mut gathered = Gathered::default();
    let mut named = Vec::new();
    for (at, text) in header.iter().enumerate().filter(|(at, _)| *at != time && Some(*at) != of_shard) {
        match Name::of(&[text]) {
            Some(name) => named.push((at, name)),
            None => gathered.others.push(text.to_owned()),
        }
    }
    let mut row = csv::StringRecord::new();
    while reader.read_record(&mut row).map_err(malformed)? {
        let line = row.position().map_or(0, |at| at.line() as usize);
        let bad = |series: String, problem: String| {
            // A row is a datapoint of each of its series.
            MetricsError::BadPoint { line, series, number: line.saturating_sub(1), problem }
        };
        let at_ms = instant(&row[time]).ok_or_else(|| {
            let problem = format!("{:?} is no timestamp; write it like 2026-03-02T10:00:00Z", &row[time]);
            bad(header[time].to_owned(), problem)
        })?;
        let in_row = match of_shard.map(|column| &row[column]).filter(|text| !text.is_empty()) {
            Some(text) => Some(text.parse().ok().or_else(|| shard(text)).ok_or_else(|| {
                bad(
                    header[of_shard.unwrap_or(0)].to_owned(),
                    format!("{text:?} is no shard; write shardId-000000000003"),
                )
            })?),
            None => None,
        };
        for (column, name) in named.iter().filter(|(column, _)| !row[*column].is_empty()) {
            let name = Name { shard: name.shard.or(in_row), ..*name };
            let value = row[*column].parse().ok().and_then(count).ok_or_else(|| {
                bad(
                    header[*column].to_owned(),
                    format!("{:?} is no count; it must be a number from 0 on", &row[*column]),
                )
            })?;
            gathered.series.entry(name).or_default().push(Point { at_ms, value, line });
        }
    }
    Ok(gathered)
}

fn column(header: &csv::StringRecord, names: &[&str]) -> Option<usize> {
    header.iter().position(|column| names.contains(&column.to_ascii_lowercase().as_str()))
}

fn malformed(error: csv::Error) -> MetricsError {
    let line = error.position().map_or(1, |at| at.line() as usize);
    MetricsError::Malformed { line, column: 1, problem: format!("{error}; give every row as many fields as the first") }
}
