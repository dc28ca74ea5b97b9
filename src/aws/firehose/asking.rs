//! What Firehose asks of other services, and what it is told by them.
//!
//! It knows their messages and nothing else of them; the cloud carries these to whoever is meant.

use crate::aws::{http_endpoint, kinesis, lambda, opensearch, redshift, s3, splunk};

/// A request to another service.
#[derive(Clone, Debug)]
pub enum Ask {
    /// The source.
    Kinesis(kinesis::Request),
    /// Objects of a destination, a backup, a stage.
    S3(s3::Request),
    /// The function.
    Lambda(lambda::Request),
    /// A destination.
    Redshift(redshift::Request),
    /// A destination.
    OpenSearch(opensearch::Request),
    /// A destination.
    Splunk(splunk::Request),
    /// A destination.
    HttpEndpoint(http_endpoint::Request),
}

/// The answer of the service that was asked.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each is the answer to what is asked of the same service")]
pub enum Told {
    Kinesis(kinesis::api::Reply),
    S3(s3::Reply),
    Lambda(lambda::Reply),
    Redshift(redshift::Reply),
    OpenSearch(opensearch::Reply),
    Splunk(splunk::Reply),
    HttpEndpoint(http_endpoint::Reply),
}
