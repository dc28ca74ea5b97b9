//! Floor 3: the services of one account in one region, as one backend of the world.
//!
//! Each service is a folder of its own. The list below is all that joins them: a service that is not in it does not
//! exist, and nothing else has to know that it does.

mod caller;
#[cfg(test)]
pub(crate) mod copier;
mod door;
pub mod dynamodb;
pub mod firehose;
pub mod http_endpoint;
pub mod kinesis;
pub mod lambda;
pub mod opensearch;
mod outside;
pub mod protocol;
pub mod redshift;
pub mod s3;
mod services;
pub mod splunk;
pub mod store;
mod subscription;
pub(crate) mod targets;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::sync::Arc;

pub(crate) use self::caller::Written;
pub use self::door::{Answer, Subscribed};
pub(crate) use self::door::{Door, about, operation_of};
pub(crate) use self::outside::Outbound;
pub use self::protocol::Account;
pub(crate) use self::subscription::{Pushed, Subscription};

use self::protocol::envelope::Opened;
use self::protocol::operation::Operation;
use self::protocol::value::Value;
use self::protocol::{Encoding, HttpResponse, Place, Wire};
use self::services::services;
use crate::base::{Chance, Event, HostId, SimDuration, SimTime};
use crate::world::{Backend, CallError, CallId, OwnCall, Service};

services! {
    /// Amazon Kinesis Data Streams.
    KINESIS = 0, kinesis::Kinesis, seed "streams", speaks kinesis::wire::Protocol;
    /// Amazon DynamoDB. Its requests are boxed, because the far more frequent ones to Kinesis are much smaller.
    DYNAMODB = 1, dynamodb::DynamoDb in Box, seed "tables", speaks dynamodb::wire::Protocol;
    /// The store of the applications, where record processors put their effects.
    STORE = 2, store::Store, seed "store";
    /// Amazon Data Firehose. It calls the others; its requests are boxed, because they are larger than most.
    FIREHOSE = 3, firehose::Firehose in Box, seed "delivery streams", speaks firehose::wire::Protocol;
    /// Amazon S3.
    S3 = 4, s3::S3, seed "buckets";
    /// AWS Lambda, as far as functions that transform records need it.
    LAMBDA = 5, lambda::Lambda, seed "functions";
    /// Amazon Redshift, as far as delivery streams need it.
    REDSHIFT = 6, redshift::Redshift, seed "clusters";
    /// Amazon OpenSearch Service, as far as delivery streams need it.
    OPENSEARCH = 7, opensearch::OpenSearch, seed "domains";
    /// Splunk's HTTP event collector.
    SPLUNK = 8, splunk::Splunk, seed "splunk";
    /// HTTP endpoints of customers and partners.
    HTTP_ENDPOINT = 9, http_endpoint::HttpEndpoint, seed "http endpoints";
    /// Copies streams, to show how a service calls others.
    [cfg(test)]
    COPIER = 10, copier::Copier, seed "copier";
}

/// Returns every operation of every service.
pub fn operations() -> impl Iterator<Item = Operation> {
    operations_by_service().iter().flat_map(|(_, operations)| operations.iter().copied())
}

/// A service that makes no calls has none to turn into a request.
impl From<Infallible> for Request {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl From<Reply> for Infallible {
    fn from(reply: Reply) -> Self {
        unreachable!("a service that makes no calls is told {reply:?}")
    }
}

/// Makes what Firehose asks a request, and a reply what it is told.
macro_rules! asked_by_firehose {
    ($($name:ident),*) => {
        impl From<firehose::Ask> for Request {
            fn from(ask: firehose::Ask) -> Self {
                match ask { $(firehose::Ask::$name(request) => Self::$name(request)),* }
            }
        }
        impl From<Reply> for firehose::Told {
            fn from(reply: Reply) -> Self {
                match reply {
                    $(Reply::$name(reply) => Self::$name(reply),)*
                    other => unreachable!("Firehose asks nobody who answers {other:?}"),
                }
            }
        }
    };
}
asked_by_firehose!(Kinesis, S3, Lambda, Redshift, OpenSearch, Splunk, HttpEndpoint);
