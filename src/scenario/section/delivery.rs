//! `[delivery.NAME]`: a delivery stream of Firehose that exists when the run begins.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::delivery_sinks::{HttpEndpoint, OpenSearch, Redshift, S3, Splunk};
use crate::aws::firehose::check;
use crate::aws::firehose::pipeline::{
    Backup, Deaggregation, Destination, FunctionStage, Hints, Pipeline, Processing, Queries, S3Output, Source,
};
use crate::base::event::SinkKind;
use crate::base::units::MIB;
use crate::base::written::{Duration, Size};
use crate::base::{DeliveryName, SimDuration};
use crate::fault::placeholder;
use crate::file_path;
use crate::scenario::compiler::Compiler;
use crate::scenario::plan::DeliveryPlan;
use crate::scenario::spans::Path;

/// A delivery stream: one destination of `s3`, `redshift`, `opensearch`, `splunk`, `http`; S3 when none is given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Delivery {
    /// The stream that it reads; when absent, producers put to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stream: Option<String>,
    /// When records are brought to the destination: so many, or so old, whichever comes first. By default 5 MiB or
    /// 300 s, to Splunk and HTTP endpoints 60 s; AWS has bounds for each destination.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) buffer: Option<BufferHints>,
    /// The function that transforms records: the name of a `[function.NAME]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) function: Option<String>,
    /// When records are given to the function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) function_buffer: Option<BufferHints>,
    /// How often the function is invoked again after a time-out or a throttle.
    #[serde(default = "three")]
    pub(crate) function_retries: u32,
    /// Whether records are unpacked that CloudWatch Logs has packed.
    #[serde(default, skip_serializing_if = "is_off")]
    pub(crate) decompress: bool,
    /// What stands between parts of a record that it is taken apart at; `json` for JSON values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) deaggregate: Option<String>,
    /// Whether a newline is appended to each record.
    #[serde(default, skip_serializing_if = "is_off")]
    pub(crate) newline: bool,
    /// Keys of dynamic partitioning, each with its query in jq; an empty table leaves them to the function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) partition: Option<BTreeMap<String, String>>,
    /// Objects in S3: what is meant where no destination is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) s3: Option<S3>,
    /// Rows in Redshift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) redshift: Option<Redshift>,
    /// Documents in OpenSearch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) opensearch: Option<OpenSearch>,
    /// Events in Splunk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) splunk: Option<Splunk>,
    /// Requests to an HTTP endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) http: Option<HttpEndpoint>,
    /// What is copied to S3: `failed` records, or `all`.
    #[serde(default, skip_serializing_if = "BackupMode::is_failed")]
    pub(crate) backup: BackupMode,
    /// Where copies go, and what failed when the destination is not S3; the bucket `NAME-backup` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) backup_s3: Option<S3>,
}

fn three() -> u32 {
    3
}
fn is_off(is_on: &bool) -> bool {
    !is_on
}

/// Buffering hints.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BufferHints {
    /// So many bytes: SizeInMBs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<Size>,
    /// So long after its first record came: IntervalInSeconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) interval: Option<Duration>,
}

/// What is copied to S3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum BackupMode {
    /// What cannot be delivered.
    #[default]
    Failed,
    /// Every source record.
    All,
}

impl BackupMode {
    fn is_failed(&self) -> bool {
        *self == Self::Failed
    }
}

/// Ranges and defaults of buffering hints: MiB and seconds
/// (<https://docs.aws.amazon.com/firehose/latest/dev/buffering-hints.html>).
struct HintRules {
    size_mib: (f64, f64, f64),
    interval_s: (u64, u64, u64),
}

const FUNCTION_HINTS: HintRules = HintRules { size_mib: (0.2, 3.0, 1.0), interval_s: (0, 900, 60) };
const BACKUP_HINTS: HintRules = HintRules { size_mib: (1.0, 128.0, 5.0), interval_s: (0, 900, 300) };

fn rules_of(kind: SinkKind) -> HintRules {
    let (size_mib, interval_s) = match kind {
        SinkKind::S3 | SinkKind::Redshift => ((1.0, 128.0, 5.0), (0, 900, 300)),
        SinkKind::OpenSearch => ((1.0, 100.0, 5.0), (0, 900, 300)),
        SinkKind::Splunk => ((1.0, 5.0, 5.0), (0, 60, 60)),
        SinkKind::HttpEndpoint => ((1.0, 64.0, 5.0), (0, 900, 60)),
    };
    HintRules { size_mib, interval_s }
}

impl Compiler<'_> {
    /// The delivery stream of this name.
    pub(crate) fn delivery(&mut self, name: &str, delivery: &Delivery) -> DeliveryPlan {
        let parsed: Result<DeliveryName, _> = name.parse();
        if let Err(rule) = &parsed {
            self.problem(file_path!["delivery", name], "not a delivery stream's name", "here", rule.0);
        }
        let pipeline = self.pipeline(&file_path!["delivery", name], name, delivery);
        DeliveryPlan { name: parsed.unwrap_or_else(|_| placeholder("missing-delivery")), pipeline }
    }

    /// What a delivery stream does, by keys that stand under `base`.
    pub(super) fn pipeline(&mut self, base: &Path, name: &str, delivery: &Delivery) -> Pipeline {
        let at = |key: &str| [base.clone(), file_path![key]].concat();
        let source = match &delivery.stream {
            None => Source::DirectPut,
            Some(stream) => Source::Stream(self.stream_name(stream, at("stream"))),
        };
        let destination = self.destination(base, name, delivery);
        let backup = Backup {
            to: match (&destination, &delivery.backup_s3) {
                (Destination::S3(s3), None) if delivery.backup == BackupMode::Failed => s3.clone(),
                (_, given) => {
                    let hints = self.hints(None, &BACKUP_HINTS, at("backup_s3"));
                    given.clone().unwrap_or_default().output(self, &at("backup_s3"), &format!("{name}-backup"), hints)
                }
            },
            is_of_all: delivery.backup == BackupMode::All,
        };
        let pipeline = Pipeline { source, processing: self.processing(base, delivery), destination, backup };
        if let Err(unusable) = check(&pipeline) {
            let help = format!("{unusable}; Prefix and ErrorOutputPrefix are `prefix` and `error_prefix` here");
            self.problem(base.clone(), "a delivery stream cannot be so", "here", &help);
        }
        pipeline
    }

    fn processing(&mut self, base: &Path, delivery: &Delivery) -> Processing {
        let at = |key: &str| [base.clone(), file_path![key]].concat();
        let function = delivery.function.as_ref().map(|function| {
            let is_known = self.cast.functions.contains(function);
            let title = format!("there is no function `{function}`");
            self.need(is_known, at("function"), &title, &format!("declare it: [function.{function}]"));
            FunctionStage {
                name: function.as_str().into(),
                hints: self.hints(delivery.function_buffer.as_ref(), &FUNCTION_HINTS, at("function_buffer")),
                retries: delivery.function_retries,
            }
        });
        let is_idle = delivery.function.is_some() || delivery.function_buffer.is_none();
        self.need(is_idle, at("function_buffer"), "there is no function to buffer for", "name one: function = \"...\"");
        self.need(
            delivery.function_retries <= 300,
            at("function_retries"),
            "a function is tried again 300 times at most",
            "",
        );
        let keys =
            delivery.partition.iter().flatten().map(|(name, query)| (name.as_str().into(), query.as_str().into()));
        let keys = Queries::new(keys.collect::<Vec<_>>()).unwrap_or_else(|wrong| {
            self.problem(at("partition"), "a key cannot be found so", "these queries", &wrong.to_string());
            Queries::default()
        });
        Processing {
            decompress: delivery.decompress,
            deaggregate: delivery.deaggregate.as_deref().map(|word| match word {
                "json" => Deaggregation::Json,
                delimiter => Deaggregation::Delimited(delimiter.as_bytes().into()),
            }),
            function,
            keys,
            convert: None,
            newline: delivery.newline,
        }
    }

    fn destination(&mut self, base: &Path, name: &str, delivery: &Delivery) -> Destination {
        let at = |key: &str| [base.clone(), file_path![key]].concat();
        let Delivery { s3, redshift, opensearch, splunk, http, .. } = delivery;
        let given = [s3.is_some(), redshift.is_some(), opensearch.is_some(), splunk.is_some(), http.is_some()];
        if given.iter().filter(|given| **given).count() > 1 {
            let help = "leave one of: s3, redshift, opensearch, splunk, http; a second destination is a second \
                        [delivery.NAME] that reads the same stream";
            self.problem(base.clone(), "a delivery stream has one destination", "here", help);
        }
        let hints_of = |c: &mut Self, kind| c.hints(delivery.buffer.as_ref(), &rules_of(kind), at("buffer"));
        let destination = match (redshift, opensearch, splunk, http) {
            (Some(redshift), ..) => {
                let hints = hints_of(self, SinkKind::Redshift);
                Destination::Redshift(redshift.output(self, &at("redshift"), name, hints))
            }
            (_, Some(opensearch), ..) => {
                Destination::OpenSearch(opensearch.output(name, hints_of(self, SinkKind::OpenSearch)))
            }
            (_, _, Some(splunk), _) => Destination::Splunk(splunk.output(name, hints_of(self, SinkKind::Splunk))),
            (.., Some(http)) => Destination::HttpEndpoint(http.output(name, hints_of(self, SinkKind::HttpEndpoint))),
            _ => {
                let output = {
                    let hints = hints_of(self, SinkKind::S3);
                    s3.clone().unwrap_or_default().output(self, &at("s3"), name, hints)
                };
                Destination::S3(S3Output { partitioning: delivery.partition.is_some(), ..output })
            }
        };
        let is_s3 = destination.kind() == SinkKind::S3;
        self.need(is_s3 || delivery.partition.is_none(), at("partition"), "only objects in S3 are partitioned", "");
        self.need(
            !is_s3 || delivery.backup_s3.is_none() || delivery.backup == BackupMode::All,
            at("backup_s3"),
            "of S3 only all records are copied",
            "write `backup = \"all\"`, or leave this out",
        );
        destination
    }

    fn hints(&mut self, given: Option<&BufferHints>, rules: &HintRules, path: Path) -> Hints {
        let (low, high, usual) = rules.size_mib;
        let bytes = |mib: f64| (mib * MIB as f64) as u64;
        let size = given.and_then(|given| given.size).map_or(bytes(usual), |size| size.0);
        let title = format!("a buffer's size is from {low} MiB to {high} MiB here");
        self.need((bytes(low)..=bytes(high)).contains(&size), [path.clone(), file_path!["size"]].concat(), &title, "");
        let (shortest, longest, usual) = rules.interval_s;
        let interval = given.and_then(|given| given.interval).map_or(SimDuration::from_secs(usual), |of| of.0);
        let is_possible = (SimDuration::from_secs(shortest)..=SimDuration::from_secs(longest)).contains(&interval);
        let title = format!("a buffer's interval is from {shortest}s to {longest}s here");
        self.need(is_possible, [path, file_path!["interval"]].concat(), &title, "");
        Hints { size_bytes: size, interval }
    }
}

/// Delivery streams with their functions, as a run has them.
pub(crate) fn functions(
    c: &mut Compiler<'_>,
    functions: &BTreeMap<String, super::Function>,
) -> BTreeMap<Arc<str>, crate::aws::lambda::Function> {
    functions.iter().map(|(name, function)| (name.as_str().into(), c.function(name, function))).collect()
}
