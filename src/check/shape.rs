//! The shape of a failure: its words without the names, numbers and times that differ from run to run.
//!
//! Two failures of one check and one shape are one bug until somebody shows that they are not. A host is known by what
//! it is called without its number, so that failures of two consumers stay apart.

/// The shape of what shows a failure.
pub(crate) fn shape(evidence: &str) -> String {
    let words: Vec<String> = evidence.split_whitespace().map(masked).collect();
    let text = words.join(" ").replace("records # to #", "records #").replace("record #", "records #");
    // How many of a kind are listed is no difference either.
    let mut parts: Vec<&str> = Vec::new();
    for part in text.split(", ").filter(|part| *part != "and # more ranges") {
        if !parts.last().is_some_and(|last| last.ends_with(part)) {
            parts.push(part);
        }
    }
    parts.join(", ")
}

/// A word with `#` for every number in it, and for ids and times as a whole.
fn masked(word: &str) -> String {
    let (start, rest) = split_at(word, |c: char| c.is_alphanumeric());
    let end = rest.len() - rest.chars().rev().take_while(|c| !c.is_alphanumeric()).map(char::len_utf8).sum::<usize>();
    let (body, end) = rest.split_at(end);
    let is_number = body.starts_with(|c: char| c.is_ascii_digit());
    let masked = if is_number { "#".to_owned() } else { without_numbers(body) };
    format!("{start}{masked}{end}")
}

/// Where the first character stands that is such.
fn split_at(word: &str, is: impl Fn(char) -> bool) -> (&str, &str) {
    word.split_at(word.find(is).unwrap_or(word.len()))
}

fn without_numbers(word: &str) -> String {
    let mut masked = String::with_capacity(word.len());
    for c in word.chars() {
        match c {
            c if !c.is_ascii_digit() => masked.push(c),
            _ if masked.ends_with('#') => {}
            _ => masked.push('#'),
        }
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_that_differ_in_hosts_shards_numbers_and_times_have_one_shape() {
        let one = "0:03:20.100 billing-2 processed record 17 of shardId-000000000003 (2m20s; allowed 5m).";
        let other = "1:00:00.000 billing-11 processed record 4 of shardId-000000000000 (3m; allowed 5m).";
        assert_eq!(shape(one), shape(other));
        assert_eq!(shape(one), "# billing-# processed records # of shardId-# (#; allowed #).");
    }

    #[test]
    fn how_many_ranges_are_listed_is_no_difference() {
        let one = "claims every record below 69, but its workers skipped record 17";
        let many = "claims every record below 7, but its workers skipped records 1 to 2, skipped record 4, and 3 more \
                    ranges";
        assert_eq!(shape(one), "claims every record below #, but its workers skipped records #");
        assert_eq!(shape(many), shape(one));
        assert_ne!(
            shape("its workers skipped record 1, never processed record 2"),
            shape("its workers skipped record 1")
        );
    }

    #[test]
    fn failures_of_other_consumers_or_with_other_words_have_shapes_of_their_own() {
        assert_ne!(shape("billing-2 lost shard 1"), shape("reports-2 lost shard 1"));
        assert_ne!(shape("billing-2 lost shard 1"), shape("billing-2 took shard 1"));
    }
}
