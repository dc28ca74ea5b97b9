//! Amazon S3, as a destination and as what others keep beside theirs.

use super::common::{
    LOGGING, Members, RETRY, ROLE, Shape, backup_modes, hints, integer, is, line, optional, required, text,
};
use super::processing::{CONVERSION, PROCESSING};

const BUCKET: Shape = text(1, 2048, r"arn:.*:s3:::[\w\.\-]{1,255}", is::bucket);
const PREFIX: Shape = line(0, 1024);
const HINTS: Shape = hints!(128, 900);
const COMPRESSION: Shape = Shape::Word(&["UNCOMPRESSED", "GZIP", "ZIP", "Snappy", "HADOOP_SNAPPY"]);
const KEY: Shape =
    text(1, 512, r"arn:.*:kms:[a-zA-Z0-9\-]+:\d{12}:(key|alias)/[a-zA-Z_0-9+=,.@\-_/]+", is::kms_key_or_alias);
const ENCRYPTION: Shape = Shape::Structure(&[
    optional("NoEncryptionConfig", Shape::Word(&["NoEncryption"])),
    optional("KMSEncryptionConfig", Shape::Structure(&[required("AWSKMSKeyARN", KEY)])),
]);
const BACKUP_MODE: Shape = backup_modes(&["Disabled", "Enabled"]);
const PARTITIONING: Shape = Shape::Structure(&[optional("RetryOptions", RETRY), optional("Enabled", Shape::Boolean)]);
const EXTENSION: Shape = text(0, 128, r"^$|\.[0-9a-z!\-_.*'()]+", is::extension);
const TIME_ZONE: Shape = text(0, 50, "^$|[a-zA-Z/_]+", is::time_zone);

/// S3DestinationConfiguration.
pub(in crate::aws::firehose) const S3_CONFIGURATION: Members = &[
    required("RoleARN", ROLE),
    required("BucketARN", BUCKET),
    optional("Prefix", PREFIX),
    optional("ErrorOutputPrefix", PREFIX),
    optional("BufferingHints", HINTS),
    optional("CompressionFormat", COMPRESSION),
    optional("EncryptionConfiguration", ENCRYPTION),
    optional("CloudWatchLoggingOptions", LOGGING),
];

/// S3DestinationUpdate.
pub(in crate::aws::firehose) const S3_UPDATE: Members = &[
    optional("RoleARN", ROLE),
    optional("BucketARN", BUCKET),
    optional("Prefix", PREFIX),
    optional("ErrorOutputPrefix", PREFIX),
    optional("BufferingHints", HINTS),
    optional("CompressionFormat", COMPRESSION),
    optional("EncryptionConfiguration", ENCRYPTION),
    optional("CloudWatchLoggingOptions", LOGGING),
];

/// ExtendedS3DestinationConfiguration.
pub(in crate::aws::firehose) const EXTENDED_S3_CONFIGURATION: Members = &[
    required("RoleARN", ROLE),
    required("BucketARN", BUCKET),
    optional("Prefix", PREFIX),
    optional("ErrorOutputPrefix", PREFIX),
    optional("BufferingHints", HINTS),
    optional("CompressionFormat", COMPRESSION),
    optional("EncryptionConfiguration", ENCRYPTION),
    optional("CloudWatchLoggingOptions", LOGGING),
    optional("ProcessingConfiguration", PROCESSING),
    optional("S3BackupMode", BACKUP_MODE),
    optional("S3BackupConfiguration", Shape::Structure(S3_CONFIGURATION)),
    optional("DataFormatConversionConfiguration", CONVERSION),
    optional("DynamicPartitioningConfiguration", PARTITIONING),
    optional("FileExtension", EXTENSION),
    optional("CustomTimeZone", TIME_ZONE),
];

/// ExtendedS3DestinationUpdate.
pub(in crate::aws::firehose) const EXTENDED_S3_UPDATE: Members = &[
    optional("RoleARN", ROLE),
    optional("BucketARN", BUCKET),
    optional("Prefix", PREFIX),
    optional("ErrorOutputPrefix", PREFIX),
    optional("BufferingHints", HINTS),
    optional("CompressionFormat", COMPRESSION),
    optional("EncryptionConfiguration", ENCRYPTION),
    optional("CloudWatchLoggingOptions", LOGGING),
    optional("ProcessingConfiguration", PROCESSING),
    optional("S3BackupMode", BACKUP_MODE),
    optional("S3BackupUpdate", Shape::Structure(S3_UPDATE)),
    optional("DataFormatConversionConfiguration", CONVERSION),
    optional("DynamicPartitioningConfiguration", PARTITIONING),
    optional("FileExtension", EXTENSION),
    optional("CustomTimeZone", TIME_ZONE),
];

/// S3Configuration of other destinations.
pub(super) const STAGE: Shape = Shape::Structure(S3_CONFIGURATION);
/// S3Update of other destinations.
pub(super) const STAGE_UPDATE: Shape = Shape::Structure(S3_UPDATE);
/// S3BackupMode of S3 and Redshift.
pub(super) const S3_BACKUP_MODE: Shape = BACKUP_MODE;
