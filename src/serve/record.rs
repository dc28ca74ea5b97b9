//! Recorded sessions: the requests of real clients with their simulated times, one JSON line each.
//!
//! The same requests at the same times give the same answers and the same trace hash, so a recording can be replayed,
//! and a data directory is a recording that is replayed at the start. A line is written before its request is handled:
//! what was acknowledged is in the file, whatever kills the process.
//!
//! A data directory leaves out requests that only read, except with a scenario and while faults are in force: those
//! draw from the same chance as writes do. It grows with what it keeps, and is not compacted. One process has it at a
//! time.
//!
//! What is secret in a request's signature is not written down.

mod directory;
mod header;
mod hide;
mod lines;
mod player;
mod recorder;
mod told;

use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};

use crate::aws::protocol::outside::Came;

pub(super) use self::directory::Directory;
pub(super) use self::header::Header;
pub(super) use self::player::Behind;
pub use self::player::{Replayed, replay};
pub(super) use self::recorder::{Noted, Recorder};

/// How lines are written, and what the same requests come to: raised when either changes.
const VERSION: u32 = 2;

/// A line after the first: what happened, and when.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    at_ns: u64,
    #[serde(flatten)]
    what: What,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum What {
    Request(Request),
    Answer {
        n: u64,
        status: u16,
        digest: String,
    },
    Poll {
        stream: String,
        consumer: String,
        created_unix_s: Option<u64>,
        shard: u32,
        subscription: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        worker: Option<String>,
    },
    /// A worker of the scenario said what it has done.
    Told {
        worker: String,
        #[serde(flatten)]
        what: Work,
    },
    /// A function or a sink outside answered.
    Came {
        call: u64,
        came: Came,
    },
    Fault(serde_json::Value),
    Heal {
        id: u32,
    },
    /// Nothing but the time, which was told to pass.
    Time {},
    End {
        trace_hash: String,
        /// Version of the trace hash. The first one had none.
        #[serde(default = "first_trace_version")]
        trace_version: u32,
    },
}

const fn first_trace_version() -> u32 {
    1
}

/// What a worker says that it has done.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Work {
    /// The record of this number was processed.
    Processed(String),
    /// The effect of this name was made, of records of these numbers.
    Effect { id: String, of: Vec<String> },
    /// It ended by itself.
    Ended {},
}

#[derive(Debug, Serialize, Deserialize)]
struct Request {
    n: u64,
    method: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    query: String,
    target: Option<String>,
    content_type: Option<String>,
    authorization: Option<String>,
    has_date: bool,
    /// What a request of a REST service says besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rest: Option<Rest>,
    /// The region, when it is not the endpoint's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    /// The worker of the scenario that it is of, if it is of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    worker: Option<String>,
    body: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Rest {
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    /// Those that are looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    headers: Vec<(String, String)>,
}

/// Why a recording cannot be used.
#[derive(Debug)]
pub enum RecordError {
    /// The file cannot be read or written.
    Io(io::Error),
    /// A line is none of a recording.
    Line(usize, String),
    /// The recording is of another endpoint.
    Settings(String),
    /// Another process writes there.
    InUse,
    /// A data directory could not be written to.
    NotKept,
    /// There is a recording already.
    Exists,
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "cannot be used: {error}"),
            Self::Line(line, problem) => write!(f, "line {line} is none of a recording: {problem}"),
            Self::Settings(problem) => f.write_str(problem),
            Self::InUse => f.write_str("is in use by another kinesim: stop it, or use another directory"),
            Self::NotKept => f.write_str("the data directory cannot be written, so nothing was done"),
            Self::Exists => f.write_str("is there already: remove it, or give --record another file"),
        }
    }
}
impl std::error::Error for RecordError {}
impl From<io::Error> for RecordError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
