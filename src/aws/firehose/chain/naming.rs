//! Names of objects in S3 (<https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html>):
//! `<prefix><delivery stream>-<version>-<yyyy-MM-dd-HH-mm-ss>-<uuid><extension>`.
//!
//! All times in a name are one: the arrival of the oldest record. The prefix has it in the zone of the configuration,
//! the rest of the name in UTC. An assumption: error records are coded as the configuration says and have its
//! extension, but FileExtension is for records alone.

use super::prefix::Values;
use super::time_pattern::TimePattern;
use crate::aws::firehose::driver::{Batch, Means};
use crate::aws::firehose::pipeline::{Processing, S3Output};
use crate::base::body::Coding;
use crate::base::event::FailedAs;

/// The name of an object with these records; `failed_as` for one of the error output.
pub(in crate::aws::firehose) fn object_key(
    output: &S3Output,
    processing: &Processing,
    batch: &Batch,
    failed_as: Option<FailedAs>,
    means: &mut Means<'_>,
) -> String {
    let oldest_unix_ms = means.epoch_unix_ms + batch.oldest.as_millis();
    let mut values = Values {
        oldest_unix_ms,
        offset_minutes: output.offset_minutes,
        error_type: failed_as.map(FailedAs::as_str),
        keys: &batch.partition,
        random: means.random,
    };
    let prefix = match failed_as {
        None => output.prefix.of_records(&mut values),
        // Without an ErrorOutputPrefix the Prefix stands for it.
        Some(_) if output.error_prefix.is_empty() => output.prefix.of_errors(&mut values),
        Some(_) => output.error_prefix.of_errors(&mut values),
    };
    let time = utc(oldest_unix_ms);
    let (high, low) = (means.random.next_u64(), means.random.next_u64());
    let extension = match (&output.extension, failed_as) {
        (Some(extension), None) => extension,
        _ if processing.convert.is_some() && failed_as.is_none() => ".parquet",
        _ => extension_of(output.coding),
    };
    format!("{prefix}{}-{}-{time}-{}{extension}", means.name, means.version, uuid(high, low))
}

fn utc(unix_ms: u64) -> String {
    match TimePattern::parse("yyyy-MM-dd-HH-mm-ss") {
        Ok(pattern) => pattern.text_of(unix_ms, 0),
        Err(error) => unreachable!("a pattern: {error}"),
    }
}

/// A random UUID, version 4.
fn uuid(high: u64, low: u64) -> String {
    let (high, low) = (high & !0xf000 | 0x4000, low & (u64::MAX >> 2) | 1 << 63);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

fn extension_of(coding: Coding) -> &'static str {
    match coding {
        Coding::Plain => "",
        Coding::Gzip => ".gz",
        Coding::Zip => ".zip",
        Coding::Snappy => ".snappy",
        Coding::HadoopSnappy => ".hsnappy",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::firehose::pipeline::{Conversion, Hints, ParquetCompression};
    use crate::base::{DeliveryId, Seed, SimDuration, SimTime};
    use crate::world::CallId;

    fn output(prefix: &str, error_prefix: &str) -> S3Output {
        let read = |text: &str| text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        S3Output {
            bucket: "lake".into(),
            prefix: read(prefix),
            error_prefix: read(error_prefix),
            extension: None,
            offset_minutes: 0,
            coding: Coding::Plain,
            hints: Hints { size_bytes: 5 << 20, interval: SimDuration::from_secs(300) },
            partitioning: false,
        }
    }

    /// The name of an object whose oldest record came on 27 August 2018 at 22:30:05 UTC.
    fn key(output: &S3Output, processing: &Processing, failed_as: Option<FailedAs>, seed: u64) -> String {
        let batch = Batch {
            delivery: DeliveryId(0),
            lane: 0,
            records: Vec::new(),
            partition: [("user".into(), "7".into())].into(),
            oldest: SimTime::from_secs(5),
            bytes: 0,
        };
        let mut means = Means {
            now: SimTime::from_secs(400),
            epoch_unix_ms: 1_535_409_000_000,
            random: &mut Seed(seed).stream("names"),
            call: CallId(0),
            name: "clicks",
            version: 3,
            arn: "arn:aws:firehose:us-east-1:000000000000:deliverystream/clicks",
        };
        object_key(output, processing, &batch, failed_as, &mut means)
    }

    fn plain(output: &S3Output) -> String {
        key(output, &Processing::default(), None, 1)
    }

    #[test]
    fn a_name_has_the_prefix_the_stream_its_version_the_time_of_the_oldest_record_and_a_uuid() {
        let name = plain(&output("logs/", ""));
        let (start, uuid) = name.split_at(name.len() - 36);
        assert_eq!(start, "logs/2018/08/27/22/clicks-3-2018-08-27-22-30-05-");
        let groups: Vec<_> = uuid.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12], "{uuid}");
        assert!(uuid.as_bytes().get(14) == Some(&b'4') && uuid.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-'));
        assert_ne!(key(&output("logs/", ""), &Processing::default(), None, 2), name);
    }

    #[test]
    fn the_prefix_is_in_the_configurations_zone_and_the_rest_in_utc() {
        let output = S3Output { offset_minutes: 330, ..output("", "") };
        assert!(plain(&output).starts_with("2018/08/28/04/clicks-3-2018-08-27-22-30-05-"));
    }

    #[test]
    fn an_extension_tells_the_format() {
        let convert = Conversion { columns: [].into(), compression: ParquetCompression::Snappy };
        let converting = Processing { convert: Some(convert), ..Processing::default() };
        let coded = |coding| S3Output { coding, ..output("", "") };
        let end = |name: String| name.rsplit_once('.').map(|(_, end)| end.to_owned());
        for (coding, wanted) in [
            (Coding::Plain, None),
            (Coding::Gzip, Some("gz")),
            (Coding::Zip, Some("zip")),
            (Coding::Snappy, Some("snappy")),
            (Coding::HadoopSnappy, Some("hsnappy")),
        ] {
            assert_eq!(end(plain(&coded(coding))).as_deref(), wanted);
        }
        let name = |failed_as| end(key(&output("", ""), &converting, failed_as, 1));
        assert_eq!(name(None).as_deref(), Some("parquet"));
        assert_eq!(name(Some(FailedAs::Conversion)), None);
        let own = S3Output { extension: Some(".json.gz".into()), ..coded(Coding::Gzip) };
        assert!(plain(&own).ends_with(".json.gz"));
    }

    #[test]
    fn errors_have_their_type_in_their_name_and_the_prefix_where_no_error_prefix_is() {
        let name = |output: &S3Output| key(output, &Processing::default(), Some(FailedAs::Processing), 1);
        let of = "clicks-3-2018-08-27-22-30-05-";
        assert!(name(&output("logs/", "")).starts_with(&format!("logs/processing-failed/2018/08/27/22/{of}")));
        assert!(name(&output("logs/", "bad/")).starts_with(&format!("bad/processing-failed/2018/08/27/22/{of}")));
        let own = output("u=!{partitionKeyFromQuery:user}/", "bad-!{timestamp:HH}/!{firehose:error-output-type}/");
        assert!(name(&own).starts_with(&format!("bad-22/processing-failed/{of}")));
        assert!(plain(&own).starts_with(&format!("u=7/2018/08/27/22/{of}")));
    }
}
