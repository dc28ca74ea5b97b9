//! `refuse_documents`: OpenSearch indexes some documents of a bulk request and refuses others.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fault_point::AtService;
use super::sink::share;
use crate::aws;
use crate::aws::opensearch::{DocumentFault, Fault};
use crate::base::SimDuration;
use crate::base::written::Share;
use crate::fault::about::{About, Ends, Kind, Made};
use crate::fault::cast::{Cast, Problems};

/// Which documents are hit, and how.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct RefuseDocuments {
    /// Only documents of this domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Share of documents; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rate: Option<Share>,
    /// `busy`: by chance, each time it comes; `malformed`: the same documents whenever they come.
    #[serde(default, rename = "as")]
    why: Why,
}

/// Why documents are refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
enum Why {
    /// es_rejected_execution_exception.
    #[default]
    Busy,
    /// mapper_parsing_exception.
    Malformed,
}

impl Kind for RefuseDocuments {
    const ABOUT: About = About {
        key: "refuse_documents",
        breaks: "OpenSearch refuses single documents of bulk requests, as it is `busy` or they are `malformed`, at a \
                 `rate`",
        acts_through: "the service's fault points",
        still_holds: "every document is indexed after healing, or in the error output with its reason",
        ends: Ends::InTime,
        example: r#"refuse_documents = { rate = "5%", as = "malformed" }"#,
    };

    fn make(&self, _: Option<SimDuration>, _: &Cast, problems: &mut Problems) -> Made {
        let rate = share(self.rate, problems);
        let domain = self.name.as_deref().map(Into::into);
        let (is_for_good, word) = match self.why {
            Why::Busy => (false, "busy"),
            Why::Malformed => (true, "malformed"),
        };
        let of = self.name.as_ref().map_or(String::new(), |name| format!(" {name}"));
        let text = format!("documents refused as {word} at {}% of opensearch{of}", rate * 100.0);
        let fault = Fault::Documents(DocumentFault { domain, is_for_good, rate });
        Made::new(AtService(aws::Fault::OpenSearch(fault)), text)
    }
}
