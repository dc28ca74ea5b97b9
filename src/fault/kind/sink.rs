//! What faults have in common that are of services which have neither streams nor tables: those that delivery streams
//! bring records to, functions, and delivery streams themselves.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fault_point::AtService;
use super::link::operation;
use crate::aws::protocol::fault_points::{Fault as CallFault, Trouble};
use crate::aws::protocol::operation::Operation;
use crate::aws::{self, opensearch, operations_by_service};
use crate::base::written::Share;
use crate::fault::about::Made;
use crate::fault::cast::Problems;

/// A fault of a service that a delivery stream calls, or of delivery streams.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SinkFault {
    /// `s3`, `lambda`, `redshift`, `opensearch`, `splunk`, `http_endpoint` or `firehose`.
    pub service: Named,
    /// Only calls about what has this name: a bucket, function, cluster, domain, collector, endpoint or delivery
    /// stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Only this operation, by AWS's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Share of calls; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Share>,
}

/// A service whose faults are aimed by a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub(crate) enum Named {
    /// Objects, by bucket.
    #[default]
    S3,
    /// Functions.
    Lambda,
    /// Tables, by cluster.
    Redshift,
    /// Documents, by domain.
    #[serde(rename = "opensearch")]
    OpenSearch,
    /// Events, by collector.
    Splunk,
    /// HTTP endpoints.
    HttpEndpoint,
    /// Delivery streams.
    Firehose,
}

impl Named {
    pub(super) const ALL: [Self; 7] =
        [Self::S3, Self::Lambda, Self::Redshift, Self::OpenSearch, Self::Splunk, Self::HttpEndpoint, Self::Firehose];

    /// As a scenario has it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Lambda => "lambda",
            Self::Redshift => "redshift",
            Self::OpenSearch => "opensearch",
            Self::Splunk => "splunk",
            Self::HttpEndpoint => "http_endpoint",
            Self::Firehose => "firehose",
        }
    }
    pub(super) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|named| named.word() == word)
    }
    fn operations(self) -> impl Iterator<Item = Operation> {
        let found = operations_by_service().iter().filter(move |(name, _)| *name == self.word());
        found.flat_map(|(_, operations)| operations.iter().copied())
    }
    fn fault(self, fault: CallFault) -> aws::Fault {
        match self {
            Self::S3 => aws::Fault::S3(fault),
            Self::Lambda => aws::Fault::Lambda(fault),
            Self::Redshift => aws::Fault::Redshift(fault),
            Self::OpenSearch => aws::Fault::OpenSearch(opensearch::Fault::Call(fault)),
            Self::Splunk => aws::Fault::Splunk(fault),
            Self::HttpEndpoint => aws::Fault::HttpEndpoint(fault),
            Self::Firehose => aws::Fault::Firehose(fault),
        }
    }
}

impl SinkFault {
    /// A fault that does this to calls.
    pub(super) fn make(&self, word: &str, trouble: Trouble, problems: &mut Problems) -> Made {
        let Self { service, name, operation: of, rate } = self;
        let operation = operation(of.as_deref(), problems, || service.operations());
        let rate = share(*rate, problems);
        let fault = CallFault { trouble, name: name.as_deref().map(Into::into), operation, rate };
        let calls = of.as_ref().map_or(String::new(), |operation| format!("{operation} of "));
        let named = name.as_ref().map_or(String::new(), |name| format!(" {name}"));
        let text = format!("{word} at {}% on {calls}{}{named}", rate * 100.0, service.word());
        Made::new(AtService(service.fault(fault)), text)
    }
}

/// The share that a fault hits, which must not be nothing.
pub(super) fn share(rate: Option<Share>, problems: &mut Problems) -> f64 {
    let rate = rate.map_or(1.0, Share::fraction);
    let help = "write a share above 0%, or leave it out: 100%";
    problems.need(rate > 0.0, "rate", "this fault would do nothing", help);
    rate
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::cast::Problem;

    fn made(fault: &SinkFault) -> (String, Vec<Problem>) {
        let mut problems = Problems::default();
        let made = fault.make("throttle", Trouble::Throttle, &mut problems);
        (made.text, problems.into_vec())
    }

    #[test]
    fn every_service_has_its_word_and_operations_in_a_file_as_in_the_cloud() {
        for named in Named::ALL {
            assert_eq!(serde_json::to_value(named).expect("a word"), named.word());
            assert_eq!(Named::of(named.word()), Some(named));
            for operation in named.operations() {
                let of =
                    SinkFault { service: named, operation: Some(operation.name().to_owned()), ..SinkFault::default() };
                assert_eq!(made(&of).1, [], "{operation} of {}", named.word());
            }
            assert!(named.operations().count() > 0);
        }
    }

    #[test]
    fn a_fault_is_told_with_what_it_is_aimed_at() {
        let of = SinkFault {
            service: Named::Splunk,
            name: Some("siem".to_owned()),
            operation: Some("CollectorAck".to_owned()),
            rate: "5%".parse().ok(),
        };
        assert_eq!(made(&of).0, "throttle at 5% on CollectorAck of splunk siem");
        assert_eq!(made(&SinkFault::default()).0, "throttle at 100% on s3");
    }

    #[test]
    fn an_operation_of_another_service_and_a_share_of_nothing_are_refused() {
        let of = SinkFault { operation: Some("COPY".to_owned()), rate: "0%".parse().ok(), ..SinkFault::default() };
        let keys: Vec<_> = made(&of).1.into_iter().map(|problem| problem.key).collect();
        assert_eq!(keys, ["operation", "rate"]);
    }
}
