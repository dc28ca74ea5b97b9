//! Splunk.

use super::common::{LOGGING, Members, RETRY, SECRETS, Shape, backup_modes, hints, integer, line, optional, required};
use super::processing::PROCESSING;
use super::s3::{STAGE, STAGE_UPDATE};

const BACKUP_MODE: Shape = backup_modes(&["FailedEventsOnly", "AllEvents"]);

/// SplunkDestinationConfiguration.
pub(in crate::aws::firehose) const SPLUNK_CONFIGURATION: Members = &[
    required("HECEndpoint", line(0, 2048)),
    required("HECEndpointType", Shape::Word(&["Raw", "Event"])),
    optional("HECToken", line(0, 2048)),
    optional("HECAcknowledgmentTimeoutInSeconds", integer(180, 600)),
    optional("RetryOptions", RETRY),
    optional("S3BackupMode", BACKUP_MODE),
    required("S3Configuration", STAGE),
    optional("ProcessingConfiguration", PROCESSING),
    optional("CloudWatchLoggingOptions", LOGGING),
    optional("BufferingHints", hints!(5, 60)),
    optional("SecretsManagerConfiguration", SECRETS),
];

/// SplunkDestinationUpdate.
pub(in crate::aws::firehose) const SPLUNK_UPDATE: Members = &[
    optional("HECEndpoint", line(0, 2048)),
    optional("HECEndpointType", Shape::Word(&["Raw", "Event"])),
    optional("HECToken", line(0, 2048)),
    optional("HECAcknowledgmentTimeoutInSeconds", integer(180, 600)),
    optional("RetryOptions", RETRY),
    optional("S3BackupMode", BACKUP_MODE),
    optional("S3Update", STAGE_UPDATE),
    optional("ProcessingConfiguration", PROCESSING),
    optional("CloudWatchLoggingOptions", LOGGING),
    optional("BufferingHints", hints!(5, 60)),
    optional("SecretsManagerConfiguration", SECRETS),
];
