//! Amazon Redshift.

use super::common::{LOGGING, Members, RETRY, ROLE, SECRETS, Shape, is, line, optional, required, text};
use super::processing::PROCESSING;
use super::s3::{S3_BACKUP_MODE, STAGE, STAGE_UPDATE};

const JDBC: Shape = text(
    1,
    512,
    concat!(
        r"jdbc:(redshift|postgresql)://((?!-)[A-Za-z0-9-]{1,63}(?<!-)\.)+(redshift(-serverless)?)\.",
        r"([a-zA-Z0-9\.\-]+):\d{1,5}/[a-zA-Z0-9_$-]+"
    ),
    is::jdbc,
);
const COPY: Shape = Shape::Structure(&[
    required("DataTableName", line(1, 512)),
    optional("DataTableColumns", line(0, 10_240)),
    optional("CopyOptions", line(0, 10_240)),
]);

/// RedshiftDestinationConfiguration.
pub(in crate::aws::firehose) const REDSHIFT_CONFIGURATION: Members = &[
    required("RoleARN", ROLE),
    required("ClusterJDBCURL", JDBC),
    required("CopyCommand", COPY),
    optional("Username", line(1, 512)),
    optional("Password", line(6, 512)),
    optional("RetryOptions", RETRY),
    required("S3Configuration", STAGE),
    optional("ProcessingConfiguration", PROCESSING),
    optional("S3BackupMode", S3_BACKUP_MODE),
    optional("S3BackupConfiguration", STAGE),
    optional("CloudWatchLoggingOptions", LOGGING),
    optional("SecretsManagerConfiguration", SECRETS),
];

/// RedshiftDestinationUpdate.
pub(in crate::aws::firehose) const REDSHIFT_UPDATE: Members = &[
    optional("RoleARN", ROLE),
    optional("ClusterJDBCURL", JDBC),
    optional("CopyCommand", COPY),
    optional("Username", line(1, 512)),
    optional("Password", line(6, 512)),
    optional("RetryOptions", RETRY),
    optional("S3Update", STAGE_UPDATE),
    optional("ProcessingConfiguration", PROCESSING),
    optional("S3BackupMode", S3_BACKUP_MODE),
    optional("S3BackupUpdate", STAGE_UPDATE),
    optional("CloudWatchLoggingOptions", LOGGING),
    optional("SecretsManagerConfiguration", SECRETS),
];
