//! What Redshift is asked and answers.

use std::sync::Arc;

use super::manifest::{self, Location};
use crate::aws::protocol::error::{AwsError, Held, Retry, errors};
use crate::aws::protocol::operation::Operation;
use crate::base::{Body, Holds, SimDuration};
use crate::world::CallId;

/// COPY of the files that a manifest in S3 names
/// (<https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html>).
#[derive(Clone, Debug)]
pub struct CopyCommand {
    /// The cluster, by name.
    pub cluster: Arc<str>,
    /// The table, by name.
    pub table: Arc<str>,
    /// The columns that are loaded, as `a, b`; all of the table when empty.
    pub(crate) columns: Arc<str>,
    /// Where the manifest lies.
    pub(crate) manifest: Location,
    /// What is said besides, such as `JSON 'auto' GZIP`.
    pub options: Arc<str>,
    /// What the manifest names. A cluster reads it by itself; here whoever asks brings it, and observers know by it
    /// which records are loaded.
    pub files: Arc<[StagedFile]>,
    /// Which call of its caller's it is: what answers from outside are told by.
    pub(crate) call: CallId,
}

/// A file to load from.
#[derive(Clone, Debug)]
pub struct StagedFile {
    /// Where it lies.
    pub at: Location,
    /// What it holds.
    pub body: Body,
    /// Which records that is, for observers.
    pub holds: Holds,
}

impl CopyCommand {
    /// A COPY that somebody asks for by hand, of a manifest that was left: `file` finds what it names.
    ///
    /// # Errors
    /// What cannot be loaded: the manifest itself when it cannot be read, or a file that is not there.
    pub(crate) fn of_manifest(
        (cluster, table): (Arc<str>, Arc<str>),
        options: Arc<str>,
        (manifest, bytes): (Location, &[u8]),
        mut file: impl FnMut(&Location) -> Option<(Body, Holds)>,
    ) -> Result<Self, Location> {
        let named = manifest::read(bytes).ok_or_else(|| manifest.clone())?;
        let staged = |at: Location| match file(&at) {
            Some((body, holds)) => Ok(StagedFile { at, body, holds }),
            None => Err(at),
        };
        let files = named.into_iter().map(staged).collect::<Result<_, _>>()?;
        Ok(Self { cluster, table, columns: "".into(), manifest, options, files, call: CallId(0) })
    }
    #[cfg_attr(not(test), expect(dead_code, reason = "the bytes are for real sinks"))]
    /// The statement, with a role in place of credentials.
    pub(crate) fn statement(&self, role_arn: &str) -> String {
        let Self { table, columns, manifest: Location { bucket, key }, options, .. } = self;
        let columns = if columns.is_empty() { String::new() } else { format!(" ({columns})") };
        let space = if options.is_empty() { "" } else { " " };
        format!("COPY {table}{columns} FROM 's3://{bucket}/{key}' IAM_ROLE '{role_arn}' MANIFEST{space}{options};")
    }
}

/// A request of Redshift.
#[derive(Clone, Debug)]
pub enum Request {
    /// COPY.
    Copy(CopyCommand),
}

const COPY: Operation = Operation::write("COPY");
/// Every operation of Redshift.
pub const OPERATIONS: &[Operation] = &[COPY];

impl Request {
    /// Returns which operation this asks for.
    pub const fn operation(&self) -> Operation {
        match self {
            Self::Copy(_) => COPY,
        }
    }
}

/// An answer of Redshift.
pub type Reply = Result<Response, Error>;

/// The answer to a request that succeeded.
#[derive(Clone, Debug)]
pub enum Response {
    /// COPY.
    Loaded {
        /// How many rows.
        rows: u64,
        /// How long it took.
        took: SimDuration,
    },
    /// No answer ever comes: a fault.
    Nothing,
}

errors! {
    /// Why nothing was loaded, by Firehose's names
    /// (<https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html>).
    Error {
        /// Access denied.
        AuthenticationFailed = "Redshift.AuthenticationFailed", 403, Never,
            "The provided user name or password failed authentication.";
        /// The cluster cannot be reached, or takes no more connections.
        ConnectionFailed = "Redshift.ConnectionFailed", 503, Transient,
            "The connection to the specified Amazon Redshift cluster failed.";
        /// Rows that the table does not take.
        DataLoadFailed(text: Box<str>) = "Redshift.DataLoadFailed", 400, Never, text;
        /// No space is left.
        DiskFull = "Redshift.DiskFull", 507, Transient, "The cluster has no disk space left.";
        /// It can only be read.
        ReadOnlyCluster = "Redshift.ReadOnlyCluster", 503, Transient, "The cluster is read-only.";
        /// The command is none, or names what is not there.
        SyntaxError(text: Box<str>) = "Redshift.SyntaxError", 400, Never, text;
        /// An error of the service.
        Internal = "Redshift.InternalError", 500, Transient, "An unknown error occurred.";
        /// No such table.
        TableNotFound(table: Box<str>) = "Redshift.TableNotFound", 404, Never,
            format!("The table {table} was not found.");
    }
}
