//! Amazon OpenSearch Service, and Elasticsearch as it was called before.

use super::common::{
    LOGGING, Members, RETRY, ROLE, Shape, WORD, backup_modes, hints, integer, is, line, list, optional, required, text,
};
use super::processing::PROCESSING;
use super::s3::{STAGE, STAGE_UPDATE};

const DOMAIN: Shape = text(1, 512, r"arn:.*:es:[a-zA-Z0-9\-]+:\d{12}:domain/[a-z][-0-9a-z]{2,27}", is::domain);
const ENDPOINT: Shape = text(1, 512, "https:.*", is::https);
const ROTATION: Shape = Shape::Word(&["NoRotation", "OneHour", "OneDay", "OneWeek", "OneMonth"]);
const BACKUP_MODE: Shape = backup_modes(&["FailedDocumentsOnly", "AllDocuments"]);
const VPC: Shape = Shape::Structure(&[
    required("SubnetIds", list(&WORD, 1, 16)),
    required("RoleARN", ROLE),
    required("SecurityGroupIds", list(&WORD, 1, 5)),
]);
const DOCUMENT_ID: Shape =
    Shape::Structure(&[required("DefaultDocumentIdFormat", Shape::Word(&["FIREHOSE_DEFAULT", "NO_DOCUMENT_ID"]))]);

/// AmazonopensearchserviceDestinationConfiguration and ElasticsearchDestinationConfiguration.
pub(in crate::aws::firehose) const OPENSEARCH_CONFIGURATION: Members = &[
    required("RoleARN", ROLE),
    optional("DomainARN", DOMAIN),
    optional("ClusterEndpoint", ENDPOINT),
    required("IndexName", line(1, 80)),
    optional("TypeName", line(0, 100)),
    optional("IndexRotationPeriod", ROTATION),
    optional("BufferingHints", hints!(100, 900)),
    optional("RetryOptions", RETRY),
    optional("S3BackupMode", BACKUP_MODE),
    required("S3Configuration", STAGE),
    optional("ProcessingConfiguration", PROCESSING),
    optional("CloudWatchLoggingOptions", LOGGING),
    optional("VpcConfiguration", VPC),
    optional("DocumentIdOptions", DOCUMENT_ID),
];

/// AmazonopensearchserviceDestinationUpdate and ElasticsearchDestinationUpdate.
pub(in crate::aws::firehose) const OPENSEARCH_UPDATE: Members = &[
    optional("RoleARN", ROLE),
    optional("DomainARN", DOMAIN),
    optional("ClusterEndpoint", ENDPOINT),
    optional("IndexName", line(1, 80)),
    optional("TypeName", line(0, 100)),
    optional("IndexRotationPeriod", ROTATION),
    optional("BufferingHints", hints!(100, 900)),
    optional("RetryOptions", RETRY),
    optional("S3Update", STAGE_UPDATE),
    optional("ProcessingConfiguration", PROCESSING),
    optional("CloudWatchLoggingOptions", LOGGING),
    optional("DocumentIdOptions", DOCUMENT_ID),
];
