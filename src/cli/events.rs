//! `kinesim events`: reads the events that a run left behind.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::terminal::Exit;
use crate::base::written::Duration;
use crate::base::{ShardId, SimDuration, SimTime};
use crate::report::reading::{Wanted, open_events, told};

#[derive(Args)]
pub(super) struct Arguments {
    /// What `kinesim run --out DIR` left, or an events file.
    dir: PathBuf,
    /// Only what is about this shard: `3` or `shardId-000000000003`.
    #[arg(long, value_parser = shard)]
    shard: Option<ShardId>,
    /// Only what this host made, or what is about it.
    #[arg(long)]
    host: Option<String>,
    /// Only what is about this stream.
    #[arg(long)]
    stream: Option<String>,
    /// Only what this consumer made.
    #[arg(long)]
    consumer: Option<String>,
    /// Only what is about this table.
    #[arg(long)]
    table: Option<String>,
    /// Only events with this in their name, such as `lease`, `throttled` or `fault`; can be given again.
    #[arg(long = "kind", value_name = "WORD")]
    kinds: Vec<String>,
    /// Only what happened around this time: `4m`, `4m10s` or `0:04:10.5`.
    #[arg(long, value_parser = time, conflicts_with_all = ["from", "until"])]
    around: Option<SimTime>,
    /// How long before and after.
    #[arg(long, default_value = "10s", value_parser = duration, requires = "around")]
    within: SimDuration,
    /// Only from this time on.
    #[arg(long, value_parser = time)]
    from: Option<SimTime>,
    /// Only up to this time.
    #[arg(long, value_parser = time)]
    until: Option<SimTime>,
    /// Print the lines as they stand in the file, for scripts.
    #[arg(long)]
    json: bool,
}

fn shard(text: &str) -> Result<ShardId, &'static str> {
    let number = text.strip_prefix("shardId-").unwrap_or(text);
    number.parse().map(ShardId).map_err(|_| "a shard is its number or its id: 3, shardId-000000000003")
}

fn duration(text: &str) -> Result<SimDuration, String> {
    text.parse::<Duration>().map(|duration| duration.0).map_err(ToOwned::to_owned)
}

/// A time of the run, as reports write it or as a duration from its start.
fn time(text: &str) -> Result<SimTime, String> {
    let clock = || {
        let (hours, rest) = text.split_once(':')?;
        let (minutes, seconds) = rest.split_once(':')?;
        let seconds: f64 = seconds.parse().ok()?;
        let whole = hours.parse::<u64>().ok()? * 3600 + minutes.parse::<u64>().ok()? * 60;
        Some(SimTime::from_secs(whole) + SimDuration::from_millis((seconds * 1000.0).round() as u64))
    };
    match clock() {
        Some(time) => Ok(time),
        None => duration(text).map(|since| SimTime::ZERO + since).map_err(|_| "a time such as 4m10s or 0:04:10".into()),
    }
}

/// What there is of other kinds.
fn what_else(others: &BTreeMap<String, u64>) -> String {
    if others.is_empty() {
        return "fewer conditions find more".to_owned();
    }
    let kinds: Vec<String> = others.iter().map(|(kind, times)| format!("{kind} ({times})")).collect();
    format!("of other kinds there are {}", kinds.join(", "))
}

pub(super) fn events(arguments: &Arguments) -> io::Result<Exit> {
    let (within, around) = (arguments.within, arguments.around);
    let wanted = Wanted {
        shard: arguments.shard,
        host: arguments.host.clone(),
        stream: arguments.stream.clone(),
        consumer: arguments.consumer.clone(),
        table: arguments.table.clone(),
        kinds: arguments.kinds.clone(),
        from: around.map(|at| at.saturating_sub(within)).or(arguments.from),
        until: around.map(|at| at + within).or(arguments.until),
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    let of_any_kind = Wanted { kinds: Vec::new(), ..wanted.clone() };
    let (mut found, mut others) = (0u64, BTreeMap::<String, u64>::new());
    for line in open_events(&arguments.dir)? {
        let line = line?;
        if wanted.is_over(&line) {
            break;
        }
        let Some(event) = wanted.pick(&line) else {
            if let Some(other) = of_any_kind.pick(&line) {
                *others.entry(other.kind().to_owned()).or_default() += 1;
            }
            continue;
        };
        found += 1;
        match arguments.json {
            true => writeln!(out, "{line}")?,
            false => writeln!(out, "{}", told(&event))?,
        }
    }
    out.flush()?;
    if found == 0 {
        writeln!(anstream::stderr(), "kinesim: no event fits; {}", what_else(&others))?;
        return Ok(Exit::Fail);
    }
    Ok(Exit::Pass)
}
