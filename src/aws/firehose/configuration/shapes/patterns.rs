//! The patterns of the model, as functions.

/// `.` of the model's expressions is any character that ends no line.
fn is_in_line(c: char) -> bool {
    !matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}
fn all(text: &str, is: impl Fn(char) -> bool) -> bool {
    text.chars().all(is)
}
fn some(text: &str, is: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && all(text, is)
}
fn is_any_of(c: char, others: &str) -> bool {
    c.is_ascii_alphanumeric() || others.contains(c)
}
/// `\s`.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r')
}

pub(super) fn line(text: &str) -> bool {
    all(text, is_in_line)
}
pub(super) fn name(text: &str) -> bool {
    some(text, |c| is_any_of(c, "_.-"))
}
pub(super) fn digits(text: &str) -> bool {
    some(text, |c| c.is_ascii_digit())
}
pub(super) fn destination_id(text: &str) -> bool {
    some(text, |c| is_any_of(c, "-"))
}
pub(super) fn not_empty(text: &str) -> bool {
    line(text) && !all(text, is_space)
}
pub(super) fn word(text: &str) -> bool {
    some(text, |c| !is_space(c))
}
pub(super) fn log_group(text: &str) -> bool {
    all(text, |c| is_any_of(c, ".-_/#"))
}
pub(super) fn log_stream(text: &str) -> bool {
    all(text, |c| !":*".contains(c))
}
pub(super) fn https(text: &str) -> bool {
    text.strip_prefix("https:").is_some_and(line)
}
pub(super) fn https_url(text: &str) -> bool {
    text.strip_prefix("https://").is_some_and(line)
}
pub(super) fn extension(text: &str) -> bool {
    let is = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "!-_.*'()".contains(c);
    text.is_empty() || text.strip_prefix('.').is_some_and(|rest| some(rest, is))
}
pub(super) fn time_zone(text: &str) -> bool {
    all(text, |c| c.is_ascii_alphabetic() || "/_".contains(c))
}

/// `arn:.*` and then this, an account's number where one belongs, and a resource.
fn arn(text: &str, service: &str, has_region: bool, resource: &str, is: impl Fn(&str) -> bool) -> bool {
    let Some(rest) = text.strip_prefix("arn:") else { return false };
    let is_rest = |(at, found): (usize, &str)| {
        let (before, after) = (&rest[..at], &rest[at + found.len()..]);
        let parts = after.split_once(':').and_then(|(region, after)| Some((region, after.split_once(':')?)));
        let Some((region, (account, after))) = parts else { return false };
        let is_region = if has_region { destination_id(region) } else { region.is_empty() };
        let is_account = account.len() == 12 && digits(account);
        line(before) && is_region && is_account && after.strip_prefix(resource).is_some_and(&is)
    };
    // What stands between `arn:` and the service ends before its colon.
    rest.match_indices(service).any(is_rest)
}

pub(super) fn role(text: &str) -> bool {
    arn(text, ":iam:", false, "role/", |name| some(name, |c| is_any_of(c, "_+=,.@-/")))
}
pub(super) fn kms_key(text: &str) -> bool {
    arn(text, ":kms:", true, "key/", |name| some(name, |c| is_any_of(c, "_+=,.@-/")))
}
pub(super) fn kms_key_or_alias(text: &str) -> bool {
    kms_key(text) || arn(text, ":kms:", true, "alias/", |name| some(name, |c| is_any_of(c, "_+=,.@-/")))
}
pub(super) fn secret(text: &str) -> bool {
    arn(text, ":secretsmanager:", true, "secret:", |name| some(name, |c| is_any_of(c, "-/_+=.@!")))
}
pub(super) fn kinesis_stream(text: &str) -> bool {
    arn(text, ":kinesis:", true, "stream/", name)
}
pub(super) fn domain(text: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_domain = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_lowercase()) && (3..=28).contains(&name.len()) && all(name, is_inner)
    };
    arn(text, ":es:", true, "domain/", is_domain)
}
pub(super) fn bucket(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("arn:") else { return false };
    let is_name = |name: &str| (1..=255).contains(&name.len()) && some(name, |c| is_any_of(c, "_.-"));
    rest.match_indices(":s3:::").any(|(at, found)| line(&rest[..at]) && is_name(&rest[at + found.len()..]))
}
/// `jdbc:(redshift|postgresql)://LABEL.LABEL.redshift.REST:PORT/DATABASE`.
pub(super) fn jdbc(text: &str) -> bool {
    let rest = text.strip_prefix("jdbc:redshift://").or_else(|| text.strip_prefix("jdbc:postgresql://"));
    let Some((host, after)) = rest.and_then(|rest| rest.split_once(':')) else { return false };
    let Some((port, database)) = after.split_once('/') else { return false };
    let is_port = (1..=5).contains(&port.len()) && digits(port);
    is_port && some(database, |c| is_any_of(c, "_$-")) && is_redshift_host(host)
}
fn is_redshift_host(host: &str) -> bool {
    let is_label = |label: &str| {
        let is_dashed = label.starts_with('-') || label.ends_with('-');
        (1..=63).contains(&label.len()) && !is_dashed && some(label, |c| is_any_of(c, "-"))
    };
    let labels: Vec<&str> = host.split('.').collect();
    let is_service = |n: usize| matches!(labels[n], "redshift" | "redshift-serverless");
    let is_split = |n: usize| {
        let rest = labels[n + 1..].join(".");
        is_service(n) && labels[..n].iter().all(|label| is_label(label)) && some(&rest, |c| is_any_of(c, ".-"))
    };
    (1..labels.len()).any(is_split)
}

/// Letters, separators and numbers of any script, and these.
fn is_of_tags(c: char) -> bool {
    let is_separator = c.is_whitespace() && !c.is_control();
    c.is_alphabetic() || c.is_numeric() || is_separator || "_.:/=+-@%".contains(c)
}
pub(super) fn tag_value(text: &str) -> bool {
    all(text, is_of_tags)
}
pub(super) fn tag_key(text: &str) -> bool {
    !text.starts_with("aws:") && tag_value(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_match_as_their_patterns_say() {
        assert!(role("arn:aws:iam::123456789012:role/service-role/f") && role("arn:aws-cn:iam::123456789012:role/f"));
        assert!(bucket("arn:aws:s3:::b.u_c-K") && kms_key("arn:aws:kms:us-east-1:123456789012:key/1-2"));
        assert!(kinesis_stream("arn:aws:kinesis:us-east-1:123456789012:stream/a_b.c-d"));
        assert!(
            domain("arn:aws:es:us-east-1:123456789012:domain/logs") && !domain("arn:aws:es:r:123456789012:domain/l")
        );
        assert!(
            kms_key_or_alias("arn:aws:kms:r:123456789012:alias/a") && !kms_key("arn:aws:kms:r:123456789012:alias/a")
        );
        for wrong in [
            "",
            "arn:",
            "arn:aws:iam::12345678901:role/f",
            "arn:aws:iam:r:123456789012:role/f",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::123456789012:user/f",
            "arn:aws:iam::123456789012:role/a b",
        ] {
            assert!(!role(wrong), "{wrong}");
        }
        assert!(!bucket("arn:aws:s3:::") && !bucket("arn:aws:s3:::a/b") && !bucket("b"));
    }

    #[test]
    fn the_url_of_a_cluster_names_redshift_after_a_label() {
        for right in [
            "jdbc:redshift://c.redshift.amazonaws.com:5439/dev",
            "jdbc:postgresql://c.abc.us-east-1.redshift.amazonaws.com:1/a_$-b",
            "jdbc:redshift://w.1.r.redshift-serverless.amazonaws.com:5439/dev",
        ] {
            assert!(jdbc(right), "{right}");
        }
        for wrong in [
            "jdbc:mysql://c.redshift.a:5439/dev",
            "jdbc:redshift://redshift.a:5439/dev",
            "jdbc:redshift://c.redshift.:5439/dev",
            "jdbc:redshift://c.redshift.a:543999/dev",
            "jdbc:redshift://c.redshift.a:5439/",
            "jdbc:redshift://-c.redshift.a:5439/dev",
            "jdbc:redshift://c.x.a:5/d",
        ] {
            assert!(!jdbc(wrong), "{wrong}");
        }
    }

    #[test]
    fn tags_are_letters_numbers_and_separators_of_any_script() {
        assert!(tag_key("Kostenstelle é ключ ١ _.:/=+-@%") && tag_value(""));
        for wrong in ["aws:x", "a;b", "a\tb", "a\nb", "🚲"] {
            assert!(!tag_key(wrong), "{wrong}");
        }
    }

    #[test]
    fn small_patterns_match_as_they_say() {
        assert!(extension("") && extension(".json.gz") && !extension("json") && !extension(".JSON"));
        assert!(time_zone("America/New_York") && time_zone("") && !time_zone("Etc/GMT+1"));
        assert!(not_empty(" a ") && !not_empty("  ") && !not_empty(""));
        assert!(word("a-b") && !word("a b") && log_stream("a b") && !log_stream("a:b"));
        assert!(line("") && !line("a\nb") && https("https:") && !https_url("https:") && https_url("https://"));
    }
}
