//! `kinesim analyze`: which keys and shards of a trace are hot, and what helps.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use clap::Args;

use super::terminal::{Exit, give_answer, say_wrong};
use crate::analyze::{Analysis, AnalyzeError, Options, analyze as analyze_trace, document, told};
use crate::base::HashKeyRange;
use crate::base::written::Size;
use crate::client::producer::trace::TraceError;
use crate::metrics::shard_ranges;
use crate::report::Page;

/// Keys that are counted.
const COUNTERS: usize = 4096;

#[derive(Args)]
pub(super) struct Arguments {
    /// CSV with a row for each record (`offset_ms,partition_key,size_bytes`), or with counts of each key in an interval
    /// (`timestamp,KEY1,KEY2,...`); `-` is standard input.
    #[arg(value_name = "TRACE")]
    trace: PathBuf,
    /// So many shards with even ranges of hash keys.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000),
          required_unless_present = "hash_ranges", conflicts_with = "hash_ranges")]
    shards: Option<u32>,
    /// The shards as they are: what `aws kinesis list-shards` prints.
    #[arg(long, value_name = "FILE")]
    hash_ranges: Option<PathBuf>,
    /// Tell so many keys.
    #[arg(long, value_name = "K", default_value_t = 10)]
    top: usize,
    /// Multiply counts by this.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = factor)]
    scale: f64,
    /// Size of a record's data, where the trace has only counts.
    #[arg(long, value_name = "SIZE", default_value = "1 KiB")]
    record_size: Size,
    /// Count so many keys; with more, fewer can be missing, and more memory is used.
    #[arg(long, value_name = "M", default_value_t = COUNTERS, value_parser = counters)]
    counters: usize,
    /// Write the answer as JSON into FILE; `-` prints it instead of the answer in words.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn factor(text: &str) -> Result<f64, String> {
    let number: f64 = text.strip_prefix('x').unwrap_or(text).parse().map_err(|_| "write a number, such as 1000")?;
    let is_factor = number > 0.0 && number <= 1e9;
    is_factor.then_some(number).ok_or_else(|| "a factor is above 0, and a billion at most".to_owned())
}

fn counters(text: &str) -> Result<usize, String> {
    let count: usize = text.parse().map_err(|_| "write a whole number, such as 4096")?;
    (1..=10_000_000).contains(&count).then_some(count).ok_or_else(|| "count 1 to 10000000 keys".to_owned())
}

/// Analyzes, and ends with 0 where nothing is throttled and with 1 where something is.
pub(super) fn analyze(arguments: &Arguments) -> io::Result<Exit> {
    let ranges = match ranges(arguments)? {
        Ok(ranges) => ranges,
        Err(wrong) => return say_wrong(&wrong),
    };
    let trace = Opened::of(&arguments.trace)?;
    let options = Options {
        scale_micro: (arguments.scale * 1e6 + 0.5) as u64,
        record_bytes: arguments.record_size.0,
        counters: arguments.counters,
    };
    match analyze_trace(&|| trace.open(), &ranges, &options) {
        Ok(analysis) => tell(arguments, &analysis),
        Err(wrong) => say_wrong(&format!("{}: {wrong}", shown(&arguments.trace))),
    }
}

fn shown(path: &Path) -> String {
    if path.as_os_str() == "-" { "standard input".to_owned() } else { path.display().to_string() }
}

fn ranges(arguments: &Arguments) -> io::Result<Result<Vec<HashKeyRange>, String>> {
    let Some(path) = &arguments.hash_ranges else {
        return Ok(Ok(HashKeyRange::uniform(arguments.shards.unwrap_or(1)).collect()));
    };
    let text = fs::read_to_string(path)
        .map_err(|error| io::Error::new(error.kind(), format!("cannot read {}: {error}", path.display())))?;
    Ok(shard_ranges(&text).map_err(|wrong| format!("{}: {wrong}", path.display())))
}

/// A trace that can be read more than once.
struct Opened {
    path: PathBuf,
    /// Whether it is a copy of standard input.
    is_copy: bool,
}

impl Opened {
    fn of(path: &Path) -> io::Result<Self> {
        if path.as_os_str() != "-" {
            return Ok(Self { path: path.to_owned(), is_copy: false });
        }
        let copy = std::env::temp_dir().join(format!("kinesim-analyze-{}.csv", std::process::id()));
        let opened = Self { path: copy, is_copy: true };
        io::copy(&mut io::stdin().lock(), &mut File::create_new(&opened.path)?)?;
        Ok(opened)
    }
    fn open(&self) -> Result<impl Read + use<>, AnalyzeError> {
        let file = File::open(&self.path).map_err(|error| TraceError::Unreadable(error.to_string().into()))?;
        Ok(BufReader::with_capacity(1 << 16, file))
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        if self.is_copy {
            // It is of no use to anybody; whoever cleans up the folder finds it otherwise.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn tell(arguments: &Arguments, analysis: &Analysis) -> io::Result<Exit> {
    let words = |page: &Page| told(analysis, &shown(&arguments.trace), arguments.top, page);
    give_answer(arguments.json.as_deref(), &|| document(analysis, arguments.top), &words)?;
    Ok(if analysis.is_fine() { Exit::Pass } else { Exit::Fail })
}
