//! What is wrong with `[plan]`, each at its place: paths that mean nothing.

use super::diagnostic::Problem;
use super::section::Planned;
use super::spans::Spans;
use super::tree::{paths, tree};
use crate::file_path;

/// The key that stands for the rates of all producers.
pub(crate) const TRAFFIC: &str = "traffic";

/// What is wrong with `[plan]`: paths that mean nothing.
pub(super) fn problems(planned: &Planned, spans: &Spans<'_>) -> Vec<Problem> {
    let tree = tree(spans.source());
    let means_nothing = |key: &&String| *key != TRAFFIC && paths(&tree, key).is_empty();
    let place = |key: &String| file_path!["plan", "vary", key.as_str()];
    let problem = |key: &String| Problem {
        title: format!("`{key}` means nothing in this file"),
        span: spans.of(&place(key)),
        label: "nothing to vary".to_owned(),
        also: None,
        help: Some("write the path of a key: \"consumer.billing.workers\", \"stream.*.shards\"".to_owned()),
    };
    planned.vary.keys().filter(means_nothing).map(problem).collect()
}
