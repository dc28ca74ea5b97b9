//! HTTP endpoints.

use super::common::{
    LOGGING, Members, RETRY, ROLE, SECRETS, Shape, backup_modes, hints, integer, is, line, list, optional, required,
    text,
};
use super::processing::PROCESSING;
use super::s3::{STAGE, STAGE_UPDATE};

const BACKUP_MODE: Shape = backup_modes(&["FailedDataOnly", "AllData"]);
const ENDPOINT: Shape = Shape::Structure(&[
    required("Url", text(1, 1000, "https://.*", is::https_url)),
    optional("Name", text(1, 256, r"^(?!\s*$).+", is::not_empty)),
    optional("AccessKey", line(0, 4096)),
]);
const ATTRIBUTE: Shape = Shape::Structure(&[
    required("AttributeName", text(1, 256, r"^(?!\s*$).+", is::not_empty)),
    required("AttributeValue", line(0, 1024)),
]);
const REQUEST: Shape = Shape::Structure(&[
    optional("ContentEncoding", Shape::Word(&["NONE", "GZIP"])),
    optional("CommonAttributes", list(&ATTRIBUTE, 0, 50)),
]);

/// HttpEndpointDestinationConfiguration.
pub(in crate::aws::firehose) const HTTP_CONFIGURATION: Members = &[
    required("EndpointConfiguration", ENDPOINT),
    optional("BufferingHints", hints!(64, 900)),
    optional("CloudWatchLoggingOptions", LOGGING),
    optional("RequestConfiguration", REQUEST),
    optional("ProcessingConfiguration", PROCESSING),
    optional("RoleARN", ROLE),
    optional("RetryOptions", RETRY),
    optional("S3BackupMode", BACKUP_MODE),
    required("S3Configuration", STAGE),
    optional("SecretsManagerConfiguration", SECRETS),
];

/// HttpEndpointDestinationUpdate.
pub(in crate::aws::firehose) const HTTP_UPDATE: Members = &[
    optional("EndpointConfiguration", ENDPOINT),
    optional("BufferingHints", hints!(64, 900)),
    optional("CloudWatchLoggingOptions", LOGGING),
    optional("RequestConfiguration", REQUEST),
    optional("ProcessingConfiguration", PROCESSING),
    optional("RoleARN", ROLE),
    optional("RetryOptions", RETRY),
    optional("S3BackupMode", BACKUP_MODE),
    optional("S3Update", STAGE_UPDATE),
    optional("SecretsManagerConfiguration", SECRETS),
];
