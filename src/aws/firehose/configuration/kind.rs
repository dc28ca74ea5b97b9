//! The kinds of destinations, and by which members of requests they are told.

use super::shapes::{
    EXTENDED_S3_CONFIGURATION, EXTENDED_S3_UPDATE, HTTP_CONFIGURATION, HTTP_UPDATE, OPENSEARCH_CONFIGURATION,
    OPENSEARCH_UPDATE, REDSHIFT_CONFIGURATION, REDSHIFT_UPDATE, S3_CONFIGURATION, S3_UPDATE, SPLUNK_CONFIGURATION,
    SPLUNK_UPDATE,
};
use crate::aws::protocol::shape::Member;

/// A kind of destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::aws::firehose) enum Kind {
    S3,
    Redshift,
    OpenSearch,
    /// OpenSearch under its former name.
    Elasticsearch,
    Splunk,
    HttpEndpoint,
}

/// How a destination is told.
pub(super) struct Told {
    pub(super) kind: Kind,
    /// DestinationConfiguration.
    pub(super) configuration: &'static str,
    /// DestinationUpdate.
    pub(super) update: &'static str,
    pub(super) members: &'static [Member],
    pub(super) update_members: &'static [Member],
}

macro_rules! told {
    ($kind:ident, $name:literal, $members:ident, $update:ident) => {
        Told {
            kind: Kind::$kind,
            configuration: concat!($name, "DestinationConfiguration"),
            update: concat!($name, "DestinationUpdate"),
            members: $members,
            update_members: $update,
        }
    };
}

/// The first of a kind has all its members.
pub(super) const TOLD: [Told; 7] = [
    told!(S3, "ExtendedS3", EXTENDED_S3_CONFIGURATION, EXTENDED_S3_UPDATE),
    told!(S3, "S3", S3_CONFIGURATION, S3_UPDATE),
    told!(Redshift, "Redshift", REDSHIFT_CONFIGURATION, REDSHIFT_UPDATE),
    told!(Elasticsearch, "Elasticsearch", OPENSEARCH_CONFIGURATION, OPENSEARCH_UPDATE),
    told!(OpenSearch, "Amazonopensearchservice", OPENSEARCH_CONFIGURATION, OPENSEARCH_UPDATE),
    told!(Splunk, "Splunk", SPLUNK_CONFIGURATION, SPLUNK_UPDATE),
    told!(HttpEndpoint, "HttpEndpoint", HTTP_CONFIGURATION, HTTP_UPDATE),
];

/// Destinations that nothing is delivered to here: what their members begin with, and what they are called.
pub(super) const NOT_DELIVERED: [(&str, &str); 3] = [
    ("AmazonOpenSearchServerless", "OpenSearch Serverless"),
    ("Snowflake", "Snowflake"),
    ("Iceberg", "Apache Iceberg tables"),
];

impl Kind {
    /// DestinationDescription.
    pub(super) fn description(self) -> &'static str {
        match self {
            Self::S3 => "ExtendedS3DestinationDescription",
            Self::Redshift => "RedshiftDestinationDescription",
            Self::OpenSearch => "AmazonopensearchserviceDestinationDescription",
            Self::Elasticsearch => "ElasticsearchDestinationDescription",
            Self::Splunk => "SplunkDestinationDescription",
            Self::HttpEndpoint => "HttpEndpointDestinationDescription",
        }
    }
    /// Whether it cannot become another kind, nor another become it.
    pub(super) fn is_for_good(self) -> bool {
        matches!(self, Self::OpenSearch | Self::Elasticsearch | Self::HttpEndpoint)
    }
    /// What messages call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::S3 => "S3",
            Self::Redshift => "Redshift",
            Self::OpenSearch => "Amazonopensearchservice",
            Self::Elasticsearch => "Elasticsearch",
            Self::Splunk => "Splunk",
            Self::HttpEndpoint => "HttpEndpoint",
        }
    }
}
