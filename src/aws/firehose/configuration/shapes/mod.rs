//! The shapes of everything that a delivery stream can be told, as the API's model has them
//! (<https://docs.aws.amazon.com/firehose/latest/APIReference/API_Operations.html>).
//!
//! What Elasticsearch and OpenSearch Service are told has the same shapes under different names, so there is one table.
//! Of destinations and sources that nothing is delivered to or read from here, only the names are known.

mod common;
mod http_endpoint;
mod opensearch;
mod patterns;
mod processing;
mod redshift;
mod s3;
mod splunk;

pub(in crate::aws::firehose) use self::common::{
    DESTINATION_ID, DIRECT_PUT, ELSEWHERE, ENCRYPTION, KIND, KINESIS_SOURCE, NAME, PAGE, RECORD, RECORDS, TAG_KEY,
    TAG_KEYS, TAGS, TAGS_PAGE, VERSION,
};
pub(in crate::aws::firehose) use self::http_endpoint::{HTTP_CONFIGURATION, HTTP_UPDATE};
pub(in crate::aws::firehose) use self::opensearch::{OPENSEARCH_CONFIGURATION, OPENSEARCH_UPDATE};
pub(in crate::aws::firehose) use self::redshift::{REDSHIFT_CONFIGURATION, REDSHIFT_UPDATE};
pub(in crate::aws::firehose) use self::s3::{
    EXTENDED_S3_CONFIGURATION, EXTENDED_S3_UPDATE, S3_CONFIGURATION, S3_UPDATE,
};
pub(in crate::aws::firehose) use self::splunk::{SPLUNK_CONFIGURATION, SPLUNK_UPDATE};
