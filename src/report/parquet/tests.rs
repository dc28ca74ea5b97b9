//! Tables read back, and held against the run's own events and figures.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use super::Tables;
use crate::base::{Event, Fold, SimTime};
use crate::run::{Options, RunResult, run};
use crate::scenario;

const SCENARIO: &str = r#"
name = "tables"
seed = 7
duration = "3m"
[stream.orders]
shards = 2
[producer.web]
stream = "orders"
rate = "30/s"
record_size = "1 KB"
[producer.bulk]
stream = "orders"
rate = "7/s"
record_size = "200 KB"
keys = { uniform = 1 }
[consumer.billing]
stream = "orders"
workers = 2
[[fault]]
at = "80s"
crash = "billing-1"
restart_after = "40s"
"#;

type Row = BTreeMap<String, Field>;

fn rows(dir: &Path, name: &str) -> Vec<Row> {
    let file = File::open(dir.join(format!("{name}.parquet"))).expect("it is there");
    let reader = SerializedFileReader::new(file).expect("a table");
    let row = |row: Result<parquet::record::Row, _>| row.expect("a row").into_columns().into_iter().collect();
    reader.get_row_iter(None).expect("rows").map(row).collect()
}

fn number(row: &Row, column: &str) -> Option<u64> {
    match &row[column] {
        Field::Long(number) => Some(*number as u64),
        _ => None,
    }
}

fn text<'a>(row: &'a Row, column: &str) -> Option<&'a str> {
    match &row[column] {
        Field::Str(text) => Some(text),
        _ => None,
    }
}

#[derive(Default)]
struct All(Vec<(SimTime, Event)>);

impl Fold for All {
    fn on(&mut self, at: SimTime, event: &Event) {
        self.0.push((at, event.clone()));
    }
}

/// A run with its tables in a folder of that name, what was said of them, and every event.
fn run_with_tables(name: &str, events_max: u64) -> (PathBuf, RunResult, String, Vec<(SimTime, Event)>) {
    let dir = std::env::temp_dir().join(format!("kinesim-parquet-{}-{name}", std::process::id()));
    let plan = scenario::load(SCENARIO, "tables.toml", None).unwrap_or_else(|d| panic!("{d}")).plan();
    let tables = Rc::new(RefCell::new(Tables::bounded(&dir, events_max).expect("a folder")));
    let all = Rc::new(RefCell::new(All::default()));
    let result = run(&plan, Options { listeners: vec![tables.clone(), all.clone()], ..Options::default() });
    let said = Rc::into_inner(tables).expect("the run is over").into_inner().finish().expect("room on the disk");
    (dir, result, said, all.take().0)
}

#[test]
fn every_event_is_a_row_with_its_time_kind_and_fields() {
    let (dir, result, said, all) = run_with_tables("events", u64::MAX);
    let rows = rows(&dir, "events");
    fs::remove_dir_all(dir).expect("ours");
    assert_eq!((rows.len() as u64, rows.len()), (result.report.events, all.len()));
    assert!(said.starts_with("all "), "{said}");
    for (row, (at, event)) in rows.iter().zip(&all) {
        let head = (number(row, "time_ns"), text(row, "event"));
        assert_eq!(head, (Some(at.as_nanos()), Some(event.kind().as_str())));
        if let Event::RecordAccepted { shard, ordinal, size_bytes, key, .. } = event {
            let fields = (number(row, "shard"), number(row, "ordinal"), number(row, "size_bytes"), text(row, "key"));
            let expected = (shard.0.into(), *ordinal, u64::from(*size_bytes));
            assert_eq!(fields, (Some(expected.0), Some(expected.1), Some(expected.2), Some(&*key.to_string())));
        }
        if let Event::LeaseGained { how, .. } = event {
            let rest: serde_json::Value = serde_json::from_str(text(row, "rest").expect("a rest")).expect("JSON");
            assert_eq!(rest["how"], how.as_str());
        }
    }
}

#[test]
fn seconds_add_up_to_the_figures_of_the_run() {
    let (dir, result, _, _) = run_with_tables("series", u64::MAX);
    let (shards, consumers, tables) = (rows(&dir, "shards"), rows(&dir, "consumers"), rows(&dir, "tables"));
    fs::remove_dir_all(dir).expect("ours");
    let sum = |rows: &[Row], column: &str| rows.iter().filter_map(|row| number(row, column)).sum::<u64>();
    let stream = &result.report.figures.streams["orders"];
    assert_eq!(sum(&shards, "records"), stream.shards.values().map(|shard| shard.records_acked).sum::<u64>());
    let throttled = stream.shards.values().map(|shard| shard.records_throttled).sum::<u64>();
    assert!(throttled > 0);
    assert_eq!(sum(&shards, "records_throttled"), throttled);
    assert!(sum(&consumers, "records_read") > 0 && sum(&tables, "write_units") > 0);
    assert!(shards.iter().all(|row| number(row, "second").is_some_and(|second| second < 180)));
    let age = |second: u64| {
        let rows = consumers.iter().filter(|row| number(row, "second") == Some(second));
        rows.filter_map(|row| number(row, "oldest_unread_ms")).max().unwrap_or(0)
    };
    assert!(age(90) > 5_000 && age(70) < 5_000, "records wait while a worker is down: {} {}", age(70), age(90));
    let owners = |second: u64| {
        let rows = consumers.iter().filter(|row| number(row, "second") == Some(second));
        rows.filter_map(|row| text(row, "owner").map(str::to_owned)).collect::<Vec<_>>()
    };
    assert!(owners(70).contains(&"billing-1".into()) && !owners(85).contains(&"billing-1".into()));
}

#[test]
fn what_is_too_much_is_left_out_but_for_marks_and_that_is_said() {
    let (dir, _, said, all) = run_with_tables("bounded", 500);
    let rows = rows(&dir, "events");
    fs::remove_dir_all(dir).expect("ours");
    assert!(said.contains("all up to 0:0") && said.ends_with("then marks only"), "{said}");
    assert!(rows.len() > 500 && rows.len() < all.len());
    assert_eq!(text(rows.last().expect("rows"), "event"), Some("RunEnded"));
}
