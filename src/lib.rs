//! kinesim: a deterministic simulator and test harness for Amazon Kinesis Data Streams, the Kinesis Client Library and
//! its DynamoDB lease table.
//!
//! A scenario file says which streams, producers, consumers and faults there are; [`run::run`] carries it out on
//! simulated time; invariants and expectations judge it; a report says what broke. One scenario and one seed give one
//! trace hash on every machine.
//!
//! ```
//! use kinesim::{run, scenario};
//!
//! let source = r#"
//!     name = "a small one"
//!     duration = "2m"
//!     [stream.clicks]
//!     shards = 2
//!     [producer.web]
//!     stream = "clicks"
//!     rate = "50/s"
//!     [consumer.reader]
//!     stream = "clicks"
//!     library = "poller"
//! "#;
//! let scenario = scenario::load(source, "small.toml", Some(7.into())).expect("the scenario is right");
//! let report = run::run(&scenario.plan(), run::Options::default()).report;
//! assert_eq!(report.verdict, kinesim::check::Verdict::Pass);
//! ```
//!
//! The floors, each importing only from those below: `serve` is the local endpoint for real clients; [`run`] carries
//! out; [`report`] renders; [`scenario`] reads files; [`mod@check`] and [`measure`] fold over events; [`client`] is
//! what talks over the network; [`aws`] has the services as clockless values, each with its wire; [`world`] is the
//! machine room; [`base`] the values that all share.

// A build without all features leaves parts of the machine unused; the whole build denies what nobody uses.
#![cfg_attr(not(all(feature = "serve", feature = "aws-sdk", feature = "watch")), allow(dead_code, unused_imports))]

mod alarm;
mod analyze;
pub mod aws;
pub mod base;
pub mod check;
pub mod cli;
pub mod client;
pub mod explore;
pub mod fault;
pub mod fluid;
#[cfg(any(feature = "serve", feature = "http"))]
pub mod http;
pub mod measure;
mod metrics;
#[cfg(feature = "http")]
pub mod net;
mod planner;
mod price;
#[cfg(feature = "proptest")]
pub mod proptest;
pub mod report;
pub mod run;
pub mod scenario;
#[cfg(feature = "serve")]
pub mod serve;
#[cfg(feature = "aws-sdk")]
pub mod simulation;
pub mod testing;
#[cfg(feature = "watch")]
mod watch;
pub mod world;

#[cfg(feature = "aws-sdk")]
pub use simulation::Simulation;
pub use testing::Search;
