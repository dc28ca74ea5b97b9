//! What a configuration may not say, because the chain could not do it: told where one comes in.
//!
//! Rules of prefixes are those of <https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html>, of conversion
//! those of <https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html>, of partitions those of
//! <https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning.html>. Ranges of single members are not looked
//! at here.

use std::fmt;

use crate::aws::firehose::pipeline::{Conversion, Destination, Pipeline, S3Output};
use crate::base::body::Coding;

/// Whether records can be converted to Parquet: with the cargo feature `parquet`.
pub(super) const CAN_CONVERT: bool = cfg!(feature = "parquet");

/// Why a delivery stream cannot be as its configuration says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// ErrorOutputPrefix is missing where Prefix has expressions, or records are partitioned.
    ErrorPrefixMissing,
    /// ErrorOutputPrefix has expressions, but not the error's type.
    ErrorTypeMissing,
    /// Prefix has the error's type.
    ErrorTypeInPrefix,
    /// ErrorOutputPrefix has partition keys.
    KeyInErrorPrefix,
    /// The prefix names a partition key, and records are not partitioned.
    NotPartitioned(Box<str>),
    /// Records are partitioned, and the prefix names no partition key.
    KeyMissing,
    /// The prefix names a key that no query finds.
    QueryMissing(Box<str>),
    /// The prefix names a key of the function, and there is no function.
    FunctionMissing(Box<str>),
    /// The prefix wants a key of this name from a query and from the function.
    KeyTwice(Box<str>),
    /// Records are partitioned for something else than S3.
    PartitionedElsewhere,
    /// Redshift's prefix has expressions, or there is an ErrorOutputPrefix.
    RedshiftPrefix,
    /// Redshift cannot load objects that are coded so.
    RedshiftCoding,
    /// Records are converted for something else than S3.
    ConvertedElsewhere,
    /// What is converted is compressed within, not as an object.
    ConvertedAndCoded,
    /// A table without columns, or with two of this name.
    Columns(Option<Box<str>>),
    /// This program was built without the feature `parquet`.
    CannotConvert,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ErrorPrefixMissing => {
                f.write_str("ErrorOutputPrefix must be given when Prefix has expressions or records are partitioned")
            }
            Self::ErrorTypeMissing => {
                f.write_str("ErrorOutputPrefix has expressions, so !{firehose:error-output-type} must be among them")
            }
            Self::ErrorTypeInPrefix => {
                f.write_str("!{firehose:error-output-type} belongs into ErrorOutputPrefix, not into Prefix")
            }
            Self::KeyInErrorPrefix => f.write_str("ErrorOutputPrefix cannot have partition keys"),
            Self::NotPartitioned(_) => f.write_str(
                "Dynamic Partitioning Namespaces can only be part of a prefix expression when Dynamic Partitioning is \
                 enabled.",
            ),
            Self::KeyMissing => f.write_str(
                "Prefix should contain Dynamic Partitioning namespaces when Dynamic Partitioning is enabled.",
            ),
            Self::QueryMissing(key) => write!(f, "Prefix has the partition key {key}, which no query finds"),
            Self::FunctionMissing(key) => {
                write!(f, "Prefix has the partition key {key} of a function, and no function transforms records")
            }
            Self::KeyTwice(key) => write!(f, "Prefix has {key} from a query and from the function; rename one"),
            Self::PartitionedElsewhere => f.write_str("dynamic partitioning is for S3 as destination only"),
            Self::RedshiftPrefix => {
                f.write_str("for Redshift, Prefix cannot have expressions and ErrorOutputPrefix cannot be given")
            }
            Self::RedshiftCoding => f.write_str("Redshift loads objects that are UNCOMPRESSED or GZIP"),
            Self::ConvertedElsewhere => f.write_str("the record format is converted for S3 as destination only"),
            Self::ConvertedAndCoded => {
                f.write_str("CompressionFormat must be UNCOMPRESSED when the record format is converted")
            }
            Self::Columns(None) => f.write_str("the table that records are converted by has no columns"),
            Self::Columns(Some(name)) => write!(f, "the table that records are converted by has two columns {name}"),
            Self::CannotConvert => {
                f.write_str("this build cannot convert records to Parquet: build it with --features parquet")
            }
        }
    }
}
impl std::error::Error for Unusable {}

/// Holds a configuration against what the chain can do.
///
/// # Errors
/// The first thing that it cannot.
pub(crate) fn check(pipeline: &Pipeline) -> Result<(), Unusable> {
    let is_s3 = matches!(pipeline.destination, Destination::S3(_));
    match &pipeline.destination {
        Destination::S3(output) => check_output(pipeline, output)?,
        Destination::Redshift(output) => {
            let stage = &output.stage;
            let is_wrong = stage.prefix.has_expressions() || !stage.error_prefix.is_empty();
            not(is_wrong, || Unusable::RedshiftPrefix)?;
            not(!matches!(stage.coding, Coding::Plain | Coding::Gzip), || Unusable::RedshiftCoding)?;
            not(stage.partitioning, || Unusable::PartitionedElsewhere)?;
        }
        Destination::OpenSearch(_) | Destination::Splunk(_) | Destination::HttpEndpoint(_) => {}
    }
    // Without a backup of its own, S3's errors go where its records go.
    let backup = &pipeline.backup.to;
    if !matches!(&pipeline.destination, Destination::S3(output) if output == backup) {
        not(backup.partitioning, || Unusable::PartitionedElsewhere)?;
        check_output(pipeline, backup)?;
    }
    match (&pipeline.processing.convert, &pipeline.destination) {
        (None, _) => Ok(()),
        (Some(_), _) if !is_s3 => Err(Unusable::ConvertedElsewhere),
        (Some(_), Destination::S3(output)) if output.coding != Coding::Plain => Err(Unusable::ConvertedAndCoded),
        (Some(convert), _) => check_columns(convert),
    }
}

fn not(is_wrong: bool, error: impl FnOnce() -> Unusable) -> Result<(), Unusable> {
    if is_wrong { Err(error()) } else { Ok(()) }
}

fn check_output(pipeline: &Pipeline, output: &S3Output) -> Result<(), Unusable> {
    let S3Output { prefix, error_prefix, partitioning, .. } = output;
    not(prefix.has_error_type(), || Unusable::ErrorTypeInPrefix)?;
    let needs_error_prefix = prefix.has_expressions() || *partitioning;
    not(needs_error_prefix && error_prefix.is_empty(), || Unusable::ErrorPrefixMissing)?;
    not(error_prefix.has_expressions() && !error_prefix.has_error_type(), || Unusable::ErrorTypeMissing)?;
    let is_keyed = error_prefix.query_keys().chain(error_prefix.function_keys()).next().is_some();
    not(is_keyed, || Unusable::KeyInErrorPrefix)?;

    let first = prefix.query_keys().chain(prefix.function_keys()).next();
    match first {
        Some(key) if !partitioning => return Err(Unusable::NotPartitioned(key.into())),
        None if *partitioning => return Err(Unusable::KeyMissing),
        _ => {}
    }
    let queries = pipeline.processing.keys.written();
    let unknown = prefix.query_keys().find(|key| queries.iter().all(|(name, _)| &**name != *key));
    unknown.map_or(Ok(()), |key| Err(Unusable::QueryMissing(key.into())))?;
    if pipeline.processing.function.is_none() {
        prefix.function_keys().next().map_or(Ok(()), |key| Err(Unusable::FunctionMissing(key.into())))?;
    }
    let twice = prefix.function_keys().find(|key| prefix.query_keys().any(|other| other == *key));
    twice.map_or(Ok(()), |key| Err(Unusable::KeyTwice(key.into())))
}

fn check_columns(convert: &Conversion) -> Result<(), Unusable> {
    let names: Vec<_> = convert.columns.iter().map(|(name, _)| name.to_lowercase()).collect();
    let twice = names.iter().enumerate().find(|(index, name)| names[..*index].contains(name));
    not(names.is_empty(), || Unusable::Columns(None))?;
    twice.map_or(Ok(()), |(_, name)| Err(Unusable::Columns(Some(name.as_str().into()))))?;
    not(!CAN_CONVERT, || Unusable::CannotConvert)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::firehose::pipeline::{
        Backup, ColumnType, FunctionStage, Hints, ParquetCompression, Processing, Queries, RedshiftOutput, Source,
    };
    use crate::base::SimDuration;

    const HINTS: Hints = Hints { size_bytes: 5 << 20, interval: SimDuration::from_secs(300) };

    fn output(prefix: &str, error_prefix: &str, partitioning: bool) -> S3Output {
        let read = |text: &str| text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        S3Output {
            bucket: "lake".into(),
            prefix: read(prefix),
            error_prefix: read(error_prefix),
            extension: None,
            offset_minutes: 0,
            coding: Coding::Plain,
            hints: HINTS,
            partitioning,
        }
    }

    fn pipeline(destination: Destination, processing: Processing) -> Pipeline {
        let backup = Backup { to: output("", "", false), is_of_all: false };
        Pipeline { source: Source::DirectPut, processing, destination, backup }
    }

    fn s3(prefix: &str, error_prefix: &str, partitioning: bool) -> Result<(), Unusable> {
        let keys = Queries::new([("user".into(), ".user".into())]).expect("queries");
        let processing = Processing { keys, ..Processing::default() };
        check(&pipeline(Destination::S3(output(prefix, error_prefix, partitioning)), processing))
    }

    #[test]
    fn the_pages_rules_of_prefixes_hold() {
        for (prefix, error_prefix, wanted) in [
            ("", "", Ok(())),
            ("myFirehosePrefix/", "", Ok(())),
            ("", "myFirehoseFailures/!{firehose:error-output-type}/", Ok(())),
            ("", "errors/", Ok(())),
            ("!{timestamp:yyyy/MM/dd}", "", Err(Unusable::ErrorPrefixMissing)),
            ("!{timestamp:yyyy/MM/dd}", "errors/", Ok(())),
            ("", "errors/!{timestamp:yyyy}/", Err(Unusable::ErrorTypeMissing)),
            ("!{firehose:error-output-type}/", "errors/", Err(Unusable::ErrorTypeInPrefix)),
            ("", "!{firehose:error-output-type}/!{partitionKeyFromQuery:user}/", Err(Unusable::KeyInErrorPrefix)),
            ("!{partitionKeyFromQuery:user}/", "errors/", Err(Unusable::NotPartitioned("user".into()))),
        ] {
            assert_eq!(s3(prefix, error_prefix, false), wanted, "{prefix} {error_prefix}");
        }
    }

    #[test]
    fn partition_keys_are_those_that_something_finds() {
        for (prefix, wanted) in [
            ("!{partitionKeyFromQuery:user}/", Ok(())),
            ("logs/", Err(Unusable::KeyMissing)),
            ("!{partitionKeyFromQuery:page}/", Err(Unusable::QueryMissing("page".into()))),
            ("!{partitionKeyFromLambda:user}/", Err(Unusable::FunctionMissing("user".into()))),
        ] {
            assert_eq!(s3(prefix, "errors/", true), wanted, "{prefix}");
        }
        assert_eq!(s3("!{partitionKeyFromQuery:user}/", "", true), Err(Unusable::ErrorPrefixMissing));
        let mut own = pipeline(Destination::S3(output("", "", false)), Processing::default());
        own.backup.to = output("!{partitionKeyFromQuery:user}/", "errors/", true);
        assert_eq!(check(&own), Err(Unusable::PartitionedElsewhere), "a copy is not partitioned");
        let both = output("!{partitionKeyFromQuery:user}/!{partitionKeyFromLambda:user}/", "errors/", true);
        let keys = Queries::new([("user".into(), ".user".into())]).expect("queries");
        let function = Some(FunctionStage { name: "clean".into(), hints: HINTS, retries: 3 });
        let processing = Processing { keys, function, ..Processing::default() };
        assert_eq!(check(&pipeline(Destination::S3(both), processing)), Err(Unusable::KeyTwice("user".into())));
    }

    #[test]
    fn redshift_has_rules_of_its_own() {
        let redshift = |stage| {
            let output = RedshiftOutput {
                stage,
                cluster: "dw".into(),
                table: "clicks".into(),
                columns: "".into(),
                copy_options: "".into(),
                retry: SimDuration::from_secs(3600),
            };
            check(&pipeline(Destination::Redshift(output), Processing::default()))
        };
        assert_eq!(redshift(output("stage/", "", false)), Ok(()));
        assert_eq!(redshift(output("!{timestamp:yyyy}/", "", false)), Err(Unusable::RedshiftPrefix));
        assert_eq!(redshift(output("", "errors/", false)), Err(Unusable::RedshiftPrefix));
        let zipped = S3Output { coding: Coding::Zip, ..output("", "", false) };
        assert_eq!(redshift(zipped), Err(Unusable::RedshiftCoding));
    }

    #[test]
    fn what_is_converted_needs_a_table_an_object_that_is_not_coded_and_a_build_that_can() {
        let convert = |names: &[&str], coding| {
            let columns = names.iter().map(|name| ((*name).into(), ColumnType::String)).collect();
            let convert = Some(Conversion { columns, compression: ParquetCompression::Snappy });
            let destination = Destination::S3(S3Output { coding, ..output("", "", false) });
            check(&pipeline(destination, Processing { convert, ..Processing::default() }))
        };
        let can = if CAN_CONVERT { Ok(()) } else { Err(Unusable::CannotConvert) };
        assert_eq!(convert(&["a", "b"], Coding::Plain), can);
        assert_eq!(convert(&["a"], Coding::Gzip), Err(Unusable::ConvertedAndCoded));
        assert_eq!(convert(&[], Coding::Plain), Err(Unusable::Columns(None)));
        assert_eq!(convert(&["a", "A"], Coding::Plain), Err(Unusable::Columns(Some("a".into()))));
    }
}
