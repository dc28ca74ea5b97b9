//! Which expressions a prefix may have (<https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html>).
//!
//! Only namespaces are looked at here; what an expression becomes is the naming's.

use super::document::Problem;

/// What a destination's prefixes are checked by.
#[derive(Clone, Copy, Default)]
pub(super) struct Prefixes<'a> {
    pub(super) prefix: &'a str,
    pub(super) error_prefix: &'a str,
    /// Dynamic partitioning.
    pub(super) is_partitioned: bool,
    /// Redshift's, which takes no expressions.
    pub(super) is_plain: bool,
}

/// The expressions of a prefix, as namespace and value.
fn expressions(prefix: &str) -> Result<Vec<(&str, &str)>, Problem> {
    let mut found = Vec::new();
    let mut rest = prefix;
    while let Some(at) = rest.find("!{") {
        let within = &rest[at + 2..];
        let end = within.find('}').ok_or_else(|| format!("Expression in {prefix} has no closing brace"))?;
        let expression = &within[..end];
        let (namespace, value) =
            expression.split_once(':').ok_or_else(|| format!("Expression !{{{expression}}} has no namespace"))?;
        found.push((namespace, value));
        rest = &within[end + 1..];
    }
    Ok(found)
}

const BY_KEYS: [&str; 2] = ["partitionKeyFromQuery", "partitionKeyFromLambda"];

/// Checks both prefixes of a destination.
pub(super) fn check(of: Prefixes<'_>) -> Result<(), Problem> {
    let (prefix, errors) = (expressions(of.prefix)?, expressions(of.error_prefix)?);
    if of.is_plain {
        return match prefix.is_empty() && of.error_prefix.is_empty() {
            true => Ok(()),
            false => Err("Prefix must have no expressions and ErrorOutputPrefix must be null for Redshift".into()),
        };
    }
    let has_error_type = |of: &[(&str, &str)]| of.contains(&("firehose", "error-output-type"));
    for (namespace, value) in prefix.iter().chain(&errors) {
        let is_known = match *namespace {
            "firehose" => matches!(*value, "random-string" | "error-output-type"),
            "timestamp" => !value.is_empty(),
            namespace => BY_KEYS.contains(&namespace) && !value.is_empty(),
        };
        if !is_known {
            return Err(format!("!{{{namespace}:{value}}} is not an expression of prefixes").into());
        }
    }
    let has_keys = prefix.iter().any(|(namespace, _)| BY_KEYS.contains(namespace));
    let problem = if has_error_type(&prefix) {
        "Prefix cannot contain !{firehose:error-output-type}"
    } else if errors.iter().any(|(namespace, _)| BY_KEYS.contains(namespace)) {
        "ErrorOutputPrefix cannot contain Dynamic Partitioning namespaces"
    } else if has_keys && !of.is_partitioned {
        "Dynamic Partitioning Namespaces can only be part of a prefix expression when Dynamic Partitioning is enabled."
    } else if of.is_partitioned && !has_keys {
        "Prefix should contain Dynamic Partitioning namespaces when Dynamic Partitioning is enabled."
    } else if !prefix.is_empty() && of.error_prefix.is_empty() {
        "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions"
    } else if !errors.is_empty() && !has_error_type(&errors) {
        "ErrorOutputPrefix must contain !{firehose:error-output-type} when it contains expressions"
    } else {
        return Ok(());
    };
    Err(problem.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(prefix: &str, error_prefix: &str, is_partitioned: bool) -> Option<String> {
        check(Prefixes { prefix, error_prefix, is_partitioned, is_plain: false }).err().map(Into::into)
    }

    #[test]
    fn prefixes_without_expressions_need_nothing() {
        for prefix in ["", "a/", "2026/!x/"] {
            assert_eq!(told(prefix, "", false), None, "{prefix}");
        }
    }

    #[test]
    fn expressions_need_an_error_prefix_that_tells_the_type() {
        let (dated, typed) = ("d=!{timestamp:yyyy}/", "e/!{firehose:error-output-type}/");
        assert_eq!(told(dated, typed, false), None);
        assert_eq!(told(dated, "e/", false), None, "an error prefix without expressions");
        for (prefix, error_prefix) in [
            (dated, ""),
            (dated, "e/!{timestamp:yyyy}/"),
            (typed, typed),
            ("!{timestamp:yyyy", typed),
            ("!{x}", typed),
            ("!{x:y}", typed),
            ("!{firehose:x}", typed),
            ("!{timestamp:}", typed),
        ] {
            assert!(told(prefix, error_prefix, false).is_some(), "{prefix} {error_prefix}");
        }
    }

    #[test]
    fn partition_keys_are_for_dynamic_partitioning() {
        let (keys, typed) = ("c=!{partitionKeyFromQuery:c}/", "e/!{firehose:error-output-type}/");
        assert_eq!(told(keys, typed, true), None);
        assert!(told(keys, typed, false).is_some() && told("a/", typed, true).is_some());
        assert!(told(keys, "!{partitionKeyFromLambda:c}!{firehose:error-output-type}", true).is_some());
    }

    #[test]
    fn redshift_takes_plain_prefixes() {
        let of = |prefix, error_prefix| check(Prefixes { prefix, error_prefix, is_plain: true, is_partitioned: false });
        assert!(of("a/", "").is_ok() && of("!{timestamp:yyyy}/", "").is_err() && of("a/", "e/").is_err());
    }
}
