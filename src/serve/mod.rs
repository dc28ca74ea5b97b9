//! Floor 9: the local endpoint. Real AWS clients talk to the same services, through the same world, on a clock that can
//! run, run fast, or stand still.
//!
//! `http` is the server, `reading` takes in what clients send. What its connections share is in `app`; `clock` says
//! what time it is; `answers` turns an HTTP request into an answer of the live run; `subscriptions` sends the events of
//! SubscribeToShard; `control` has the routes under `/_kinesim/`, `page` the page there, `state`, `records`, `metrics`
//! and `events` what it and others ask for, `recent`, `readers` and `callers` what is kept for that, `cloudwatch` what
//! clients put there, `query` how forms are read; `record` keeps sessions; `tls` makes the certificate. Everything runs
//! on one thread: a request is handled in a few microseconds, and one thread keeps the order of events plain.
//!
//! `exec` runs a command in the place of a scenario's consumer, `crew` has its processes, `work` takes what
//! applications say that they have done, `replies` has what control routes answer with.
//!
//! `deliver` takes what delivery streams ask to real sinks, and to `functions` behind URLs (`function_url`); `calling`
//! is how both call what is outside, at a `url`.
//!
//! `regions` has the worlds of other regions, `log` what is told on the terminal, `sts` who the caller is, `cors` what
//! lets web pages in.
//!
//! Not here: verifying signatures, IAM, and anything that is not Kinesis Data Streams, Data Firehose or DynamoDB,
//! except that CloudWatch's PutMetricData is taken, because the Kinesis Client Library sends it, and that STS tells who
//! calls.

mod answers;
mod app;
mod callers;
mod calling;
mod clock;
mod cloudwatch;
mod control;
mod cors;
mod crew;
mod deliver;
mod events;
mod exec;
mod function_url;
mod functions;
mod http;
mod log;
mod metrics;
mod page;
mod query;
mod readers;
mod reading;
mod recent;
mod record;
mod records;
mod regions;
mod replies;
mod settings;
mod state;
mod sts;
mod subscriptions;
#[cfg(feature = "tls")]
mod tls;
#[cfg(not(feature = "tls"))]
#[path = "no_tls.rs"]
mod tls;
mod url;
mod work;

pub(crate) use clock::Pace;
pub(crate) use deliver::Target;
pub(crate) use exec::{Ended, ExecError, Executed, Execution, RECORDING, exec};
pub(crate) use function_url::FunctionUrl;
pub use http::Keep;
pub(crate) use http::{Server, Session};
pub(crate) use log::MOVE_THE_CLOCK;
pub use record::{RecordError, Replayed, replay};
pub(crate) use settings::Transitions;
pub use settings::{Limits, Settings};
