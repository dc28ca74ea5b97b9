//! A Kinesis consumer with leases of its own: the kind of code that teams write when they do not use the KCL.
//!
//! Workers share the shards of a stream through a DynamoDB table with a row for each shard ([`leases`]). A row says who
//! reads the shard and how far it is processed. Whoever holds a lease counts it up every few seconds; a count that
//! stands still for `lease_lasts` means a dead worker, and anybody may take the lease over. Every write is conditional
//! on owner and count, so a worker that slept through its lease's end cannot move the checkpoint any more.
//!
//! It knows nothing of the simulation: `tests/` runs it there, `main` would run it on AWS.

pub mod leases;
mod reader;
mod worker;

use std::fmt;
use std::time::Duration;

use aws_sdk_kinesis::types::Record;
use aws_types::SdkConfig;

/// What a consumer is set up with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The stream.
    pub stream: String,
    /// The lease table; it is created when it is not there.
    pub table: String,
    /// This worker's name, which no other has.
    pub worker: String,
    /// How long a lease lasts that is not renewed.
    pub lease_lasts: Duration,
    /// How often leases are renewed and the shards looked at.
    pub round_every: Duration,
    /// Time between two reads of a shard.
    pub read_every: Duration,
    /// When the position is stored.
    pub checkpoint: Checkpoint,
}

/// When a reader stores its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checkpoint {
    /// Once the records are processed.
    AfterProcessing,
    /// Before: a classic mistake. What is in hand when the worker dies is lost.
    BeforeProcessing,
}

impl Settings {
    /// The usual settings.
    pub fn new(stream: &str, worker: &str) -> Self {
        Self {
            stream: stream.to_owned(),
            table: format!("{stream}-leases"),
            worker: worker.to_owned(),
            lease_lasts: Duration::from_secs(10),
            round_every: Duration::from_secs(2),
            read_every: Duration::from_secs(1),
            checkpoint: Checkpoint::AfterProcessing,
        }
    }
}

/// What the application does with a record.
pub trait Handler: Clone + 'static {
    /// Processes a record of a shard.
    fn handle(&self, shard: &str, record: &Record) -> impl Future<Output = ()>;
}

/// Why a worker cannot work at all.
#[derive(Debug)]
pub enum Error {
    /// The lease table cannot be created or described.
    Table(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(reason) => write!(f, "the lease table cannot be used: {reason}"),
        }
    }
}
impl std::error::Error for Error {}

/// Works until the process ends.
///
/// # Errors
/// When the lease table cannot be used.
pub async fn run(config: SdkConfig, settings: Settings, handler: impl Handler) -> Result<(), Error> {
    let kinesis = aws_sdk_kinesis::Client::new(&config);
    let leases = leases::Leases::open(aws_sdk_dynamodb::Client::new(&config), &settings.table).await?;
    worker::Worker::new(kinesis, leases, settings, handler).work().await
}
