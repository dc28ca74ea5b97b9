//! Destinations of `[delivery.NAME]`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::defaults::secs;
use crate::aws::firehose::pipeline::{
    Hints, HttpOutput, OpenSearchOutput, Prefix, RedshiftOutput, Rotation, S3Output, SplunkOutput,
};
use crate::base::body::Coding;
use crate::base::written::{Duration, DurationRange, Size};
use crate::file_path;
use crate::scenario::compiler::Compiler;
use crate::scenario::spans::Path;

/// Objects in S3.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct S3 {
    /// The bucket; the delivery stream's name when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bucket: Option<String>,
    /// What names of objects begin with: text with expressions such as `!{timestamp:yyyy/MM/dd}`.
    pub(crate) prefix: String,
    /// What names of objects begin with that hold records which could not be delivered.
    pub(crate) error_prefix: String,
    /// What names end in; what the format asks for when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) extension: Option<String>,
    /// How objects are packed.
    #[serde(skip_serializing_if = "Compression::is_none")]
    pub(crate) compression: Compression,
}

/// CompressionFormat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Compression {
    /// UNCOMPRESSED.
    #[default]
    None,
    /// GZIP.
    Gzip,
    /// ZIP.
    Zip,
    /// Snappy.
    Snappy,
    /// HADOOP_SNAPPY.
    HadoopSnappy,
}

impl Compression {
    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

impl S3 {
    /// As the service has it.
    pub(super) fn output(&self, c: &mut Compiler<'_>, at: &Path, bucket: &str, hints: Hints) -> S3Output {
        let mut prefix = |text: &str, key: &str| {
            let read: Result<Prefix, _> = text.parse();
            read.unwrap_or_else(|wrong| {
                let path = [at.clone(), file_path![key]].concat();
                c.problem(path, "names of objects cannot begin so", "this value", &wrong.to_string());
                Prefix::default()
            })
        };
        S3Output {
            bucket: self.bucket.as_deref().unwrap_or(bucket).into(),
            prefix: prefix(&self.prefix, "prefix"),
            error_prefix: prefix(&self.error_prefix, "error_prefix"),
            extension: self.extension.as_deref().map(Into::into),
            offset_minutes: 0,
            coding: match self.compression {
                Compression::None => Coding::Plain,
                Compression::Gzip => Coding::Gzip,
                Compression::Zip => Coding::Zip,
                Compression::Snappy => Coding::Snappy,
                Compression::HadoopSnappy => Coding::HadoopSnappy,
            },
            hints,
            partitioning: false,
        }
    }
}

/// Rows of a table in Redshift.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Redshift {
    /// The cluster.
    pub(crate) cluster: String,
    /// The table; the delivery stream's name when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) table: Option<String>,
    /// What COPY is told besides.
    pub(crate) copy_options: String,
    /// Where what is loaded lies until then.
    pub(crate) stage: S3,
    /// How long a COPY is tried, from the beginning of the first attempt.
    pub(crate) retry: Duration,
    /// Whether the cluster has no such table, so that every COPY fails.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) missing_table: bool,
}

impl Default for Redshift {
    fn default() -> Self {
        Self {
            cluster: "warehouse".into(),
            table: None,
            copy_options: String::new(),
            stage: S3::default(),
            retry: secs(3600),
            missing_table: false,
        }
    }
}

impl Redshift {
    /// The table that delivery stream `name` loads.
    pub(super) fn table_name<'a>(&'a self, name: &'a str) -> &'a str {
        self.table.as_deref().unwrap_or(name)
    }
    pub(super) fn output(&self, c: &mut Compiler<'_>, at: &Path, name: &str, hints: Hints) -> RedshiftOutput {
        RedshiftOutput {
            stage: self.stage.output(c, &[at.clone(), file_path!["stage"]].concat(), name, hints),
            cluster: self.cluster.as_str().into(),
            table: self.table_name(name).into(),
            columns: "".into(),
            copy_options: self.copy_options.as_str().into(),
            retry: self.retry.0,
        }
    }
}

/// Documents of an index in OpenSearch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OpenSearch {
    /// The domain.
    pub(crate) domain: String,
    /// The index; the delivery stream's name when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) index: Option<String>,
    /// When another index is begun.
    pub(crate) rotation: RotationWord,
    /// Whether Firehose gives documents their ids, or the domain does: then a repeated request doubles them.
    pub(crate) ids: IdsWord,
    /// How long documents are tried, from the beginning of the first attempt.
    pub(crate) retry: Duration,
}

/// IndexRotationPeriod.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RotationWord {
    /// NoRotation.
    None,
    /// OneHour.
    Hour,
    /// OneDay.
    #[default]
    Day,
    /// OneWeek.
    Week,
    /// OneMonth.
    Month,
}

/// DocumentIdOptions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum IdsWord {
    /// FIREHOSE_DEFAULT.
    #[default]
    Firehose,
    /// NO_DOCUMENT_ID.
    None,
}

impl Default for OpenSearch {
    fn default() -> Self {
        let (rotation, ids) = (RotationWord::default(), IdsWord::default());
        Self { domain: "search".into(), index: None, rotation, ids, retry: secs(300) }
    }
}

impl OpenSearch {
    pub(super) fn output(&self, name: &str, hints: Hints) -> OpenSearchOutput {
        OpenSearchOutput {
            domain: self.domain.as_str().into(),
            index: self.index.as_deref().unwrap_or(name).into(),
            rotation: match self.rotation {
                RotationWord::None => Rotation::Never,
                RotationWord::Hour => Rotation::Hourly,
                RotationWord::Day => Rotation::Daily,
                RotationWord::Week => Rotation::Weekly,
                RotationWord::Month => Rotation::Monthly,
            },
            is_id_given: self.ids == IdsWord::Firehose,
            hints,
            retry: self.retry.0,
        }
    }
}

/// Events in Splunk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Splunk {
    /// The event collector.
    pub(crate) collector: String,
    /// Whether records are events of their own, rather than raw text.
    pub(crate) events: bool,
    /// How long Splunk's acknowledgement is waited for, 180s to 600s.
    pub(crate) ack_timeout: Duration,
    /// How long records are tried, from the first failure.
    pub(crate) retry: Duration,
    /// What the collector takes from a request to its acknowledgement; 2 to 15 s when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ack_after: Option<DurationRange>,
}

impl Default for Splunk {
    fn default() -> Self {
        Self { collector: "splunk".into(), events: false, ack_timeout: secs(180), retry: secs(300), ack_after: None }
    }
}

impl Splunk {
    pub(super) fn output(&self, name: &str, hints: Hints) -> SplunkOutput {
        SplunkOutput {
            collector: self.collector.as_str().into(),
            is_event: self.events,
            token: name.into(),
            acknowledgement: self.ack_timeout.0,
            hints,
            retry: self.retry.0,
        }
    }
}

/// Requests to an HTTP endpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct HttpEndpoint {
    /// The endpoint.
    pub(crate) endpoint: String,
    /// AccessKey.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) access_key: Option<String>,
    /// CommonAttributes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) attributes: BTreeMap<String, String>,
    /// Whether bodies are packed.
    pub(crate) gzip: bool,
    /// How long records are tried, from the first failure.
    pub(crate) retry: Duration,
    /// The largest body that the endpoint takes, before it is packed: it answers 413 to larger ones. Any when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body_max: Option<Size>,
    /// Whether the endpoint knows a request that it has taken already, by its id, and takes it once.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) knows_requests: bool,
}

impl Default for HttpEndpoint {
    fn default() -> Self {
        let attributes = BTreeMap::new();
        Self {
            endpoint: "endpoint".into(),
            access_key: None,
            attributes,
            gzip: false,
            retry: secs(300),
            body_max: None,
            knows_requests: false,
        }
    }
}

impl HttpEndpoint {
    /// The endpoint that delivery stream `name` posts to.
    pub(super) fn endpoint<'a>(&'a self, name: &'a str) -> &'a str {
        match self.endpoint.as_str() {
            "endpoint" => name,
            endpoint => endpoint,
        }
    }
    pub(super) fn output(&self, name: &str, hints: Hints) -> HttpOutput {
        let attributes = self.attributes.iter().map(|(key, value)| (key.as_str().into(), value.as_str().into()));
        HttpOutput {
            endpoint: self.endpoint(name).into(),
            access_key: self.access_key.as_deref().map(Into::into),
            attributes: attributes.collect(),
            is_gzip: self.gzip,
            hints,
            retry: self.retry.0,
        }
    }
}
