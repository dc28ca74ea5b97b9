//! What holds where nothing was said (<https://docs.aws.amazon.com/firehose/latest/dev/buffering-hints.html> and the
//! API's model).
//!
//! Of HTTP endpoints the page on buffering hints says 60 s and the model 300 s: the model's is taken. How long Splunk
//! and HTTP endpoints are retried when nothing is said is stated nowhere: assumed are 300 s.

use super::document::{Document, fill, is_on, set, take};
use super::kind::Kind;
use crate::aws::protocol::value::Value;

fn hints(size_mb: u32, interval_s: u32) -> Document {
    Value::structure([("SizeInMBs", size_mb.into()), ("IntervalInSeconds", interval_s.into())])
}
fn retry(seconds: u32) -> Document {
    Value::structure([("DurationInSeconds", seconds.into())])
}
fn off() -> Document {
    Value::structure([("Enabled", false.into())])
}
fn no_processing() -> Document {
    Value::structure([("Enabled", false.into()), ("Processors", Value::List(Vec::new()))])
}

/// Fills in what was not said.
pub(super) fn fill_in(kind: Kind, document: &mut Document) {
    match kind {
        Kind::S3 => extended_s3(document),
        Kind::Redshift => {
            fill_retry(document, 3600);
            fill(document, [("S3BackupMode", "Disabled".into())]);
        }
        Kind::OpenSearch | Kind::Elasticsearch => {
            let by_firehose = Value::structure([("DefaultDocumentIdFormat", "FIREHOSE_DEFAULT".into())]);
            fill_hints(document, 5, 300);
            fill_retry(document, 300);
            fill(
                document,
                [
                    ("IndexRotationPeriod", "OneDay".into()),
                    ("S3BackupMode", "FailedDocumentsOnly".into()),
                    ("DocumentIdOptions", by_firehose),
                ],
            );
        }
        Kind::Splunk => {
            fill_hints(document, 5, 60);
            fill_retry(document, 300);
            fill(
                document,
                [("HECAcknowledgmentTimeoutInSeconds", 180_u32.into()), ("S3BackupMode", "FailedEventsOnly".into())],
            );
        }
        Kind::HttpEndpoint => {
            fill_hints(document, 5, 300);
            fill_retry(document, 300);
            fill(
                document,
                [
                    ("RequestConfiguration", Value::structure([("ContentEncoding", "NONE".into())])),
                    ("S3BackupMode", "FailedDataOnly".into()),
                ],
            );
        }
    }
    fill(document, [("CloudWatchLoggingOptions", off()), ("ProcessingConfiguration", no_processing())]);
    for of_s3 in ["S3Configuration", "S3BackupConfiguration"] {
        if let Some(mut within) = document.get(of_s3).cloned() {
            s3(&mut within, (5, 300));
            set(document, of_s3, within);
        }
    }
}

fn fill_retry(document: &mut Document, seconds: u32) {
    let mut said = take(document, "RetryOptions").unwrap_or_else(|| retry(seconds));
    fill(&mut said, [("DurationInSeconds", seconds.into())]);
    set(document, "RetryOptions", said);
}

/// Either hint may stand alone where the model does not say otherwise.
fn fill_hints(document: &mut Document, size_mb: u32, interval_s: u32) {
    let mut said = take(document, "BufferingHints").unwrap_or_else(|| hints(size_mb, interval_s));
    fill(&mut said, [("SizeInMBs", size_mb.into()), ("IntervalInSeconds", interval_s.into())]);
    set(document, "BufferingHints", said);
}

fn s3(document: &mut Document, (size_mb, interval_s): (u32, u32)) {
    let plain = Value::structure([("NoEncryptionConfig", "NoEncryption".into())]);
    fill(
        document,
        [
            ("BufferingHints", hints(size_mb, interval_s)),
            ("CompressionFormat", "UNCOMPRESSED".into()),
            ("EncryptionConfiguration", plain),
            ("CloudWatchLoggingOptions", off()),
        ],
    );
}

fn extended_s3(document: &mut Document) {
    // Its Enabled is true when only the rest is said.
    if let Some(mut conversion) = document.get("DataFormatConversionConfiguration").cloned() {
        fill(&mut conversion, [("Enabled", true.into())]);
        set(document, "DataFormatConversionConfiguration", conversion);
    }
    if let Some(mut partitioning) = document.get("DynamicPartitioningConfiguration").cloned() {
        fill(&mut partitioning, [("Enabled", false.into()), ("RetryOptions", retry(300))]);
        set(document, "DynamicPartitioningConfiguration", partitioning);
    }
    let is = |name| document.get(name).is_some_and(|of| is_on(of, "Enabled"));
    let is_large = is("DataFormatConversionConfiguration") || is("DynamicPartitioningConfiguration");
    s3(document, (if is_large { 128 } else { 5 }, 300));
    fill(document, [("S3BackupMode", "Disabled".into())]);
}
