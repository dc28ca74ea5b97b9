//! What contradicts what in a configuration.
//!
//! Texts are production's where users have published them, and otherwise say what the API's model says.

use super::document::{Document, Problem, is_on, number, text};
use super::kind::Kind;

/// Conversion and dynamic partitioning need buffers of this size.
const LARGE_MB: u64 = 64;

/// Checks a destination with its defaults.
pub(super) fn check(kind: Kind, destination: &Document) -> Result<(), Problem> {
    for part in [Some(destination), destination.get("S3Configuration"), destination.get("S3BackupConfiguration")] {
        part.map_or(Ok(()), check_part)?;
    }
    match kind {
        Kind::S3 => check_s3(destination)?,
        Kind::Redshift => check_redshift(destination)?,
        Kind::OpenSearch | Kind::Elasticsearch => check_opensearch(destination)?,
        Kind::Splunk => need_secret(destination, &["HECToken"])?,
        Kind::HttpEndpoint => check_hints(destination)?,
    }
    match text(destination, "S3BackupMode") == Some("Enabled") && destination.get("S3BackupConfiguration").is_none() {
        true => Err("S3BackupConfiguration must be specified when S3BackupMode is Enabled".into()),
        false => Ok(()),
    }
}

/// What holds wherever S3 is spoken of.
fn check_part(part: &Document) -> Result<(), Problem> {
    if part.get("BucketARN").is_some() {
        check_hints(part)?;
    }
    let Some(encryption) = part.get("EncryptionConfiguration") else { return Ok(()) };
    match (encryption.get("NoEncryptionConfig"), encryption.get("KMSEncryptionConfig")) {
        (Some(_), Some(_)) | (None, None) => {
            Err("EncryptionConfiguration must have exactly one of NoEncryptionConfig and KMSEncryptionConfig".into())
        }
        _ => Ok(()),
    }
}

fn check_hints(part: &Document) -> Result<(), Problem> {
    let Some(hints) = part.get("BufferingHints") else { return Ok(()) };
    match (hints.get("SizeInMBs"), hints.get("IntervalInSeconds")) {
        (Some(_), Some(_)) => Ok(()),
        _ => Err("BufferingHints must have both SizeInMBs and IntervalInSeconds".into()),
    }
}

fn check_s3(destination: &Document) -> Result<(), Problem> {
    let is = |name| destination.get(name).is_some_and(|of| is_on(of, "Enabled"));
    let size_mb = destination.get("BufferingHints").and_then(|hints| number(hints, "SizeInMBs")).unwrap_or_default();
    let is_partitioned = is("DynamicPartitioningConfiguration");
    if is("DataFormatConversionConfiguration") {
        if text(destination, "CompressionFormat") != Some("UNCOMPRESSED") {
            return Err("CompressionFormat must be UNCOMPRESSED when data format conversion is enabled.".into());
        }
        if size_mb < LARGE_MB {
            return Err("BufferingHints.SizeInMBs must be at least 64 when data format conversion is enabled.".into());
        }
    }
    if is_partitioned && size_mb < LARGE_MB {
        return Err("BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled.".into());
    }
    Ok(())
}

/// A secret is told, or kept elsewhere.
fn need_secret(destination: &Document, members: &[&str]) -> Result<(), Problem> {
    if destination.get("SecretsManagerConfiguration").is_some_and(|of| is_on(of, "Enabled")) {
        return Ok(());
    }
    match members.iter().find(|member| destination.get(member).is_none()) {
        Some(member) => Err(format!("{member} must be specified when no secret of Secrets Manager is used").into()),
        None => Ok(()),
    }
}

fn check_redshift(destination: &Document) -> Result<(), Problem> {
    need_secret(destination, &["Username", "Password"])?;
    let format = destination.get("S3Configuration").and_then(|of| text(of, "CompressionFormat"));
    match format {
        Some(format @ ("ZIP" | "Snappy" | "HADOOP_SNAPPY")) => {
            Err(format!("Compression format {format} is not supported for Redshift, whose COPY cannot read it").into())
        }
        _ => Ok(()),
    }
}

fn check_opensearch(destination: &Document) -> Result<(), Problem> {
    match (destination.get("DomainARN"), destination.get("ClusterEndpoint")) {
        (Some(_), None) | (None, Some(_)) => Ok(()),
        _ => Err("Exactly one of DomainARN and ClusterEndpoint must be specified".into()),
    }
}
