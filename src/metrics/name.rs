//! Which metric of which shard a label, an id or a column means.

use std::fmt;

/// A metric that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Metric {
    IncomingRecords,
    IncomingBytes,
    WriteThrottled,
    IteratorAge,
}

/// Each with what its names have in common, small and without punctuation: `GetRecords.IteratorAgeMilliseconds` of a
/// stream is `IteratorAgeMilliseconds` of a shard.
const WORDS: [(Metric, &str, &str); 4] = [
    (Metric::IncomingRecords, "incomingrecords", "IncomingRecords"),
    (Metric::IncomingBytes, "incomingbytes", "IncomingBytes"),
    (Metric::WriteThrottled, "writeprovisionedthroughputexceeded", "WriteProvisionedThroughputExceeded"),
    (Metric::IteratorAge, "iteratorage", "IteratorAgeMilliseconds"),
];

impl Metric {
    /// The unit that CloudWatch writes with it.
    pub(super) fn unit(self) -> &'static str {
        match self {
            Self::IncomingRecords | Self::WriteThrottled => "Count",
            Self::IncomingBytes => "Bytes",
            Self::IteratorAge => "Milliseconds",
        }
    }
    /// Whether values of several datapoints add up.
    pub(super) fn is_sum(self) -> bool {
        !matches!(self, Self::IteratorAge)
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (.., name) = WORDS[*self as usize];
        f.write_str(name)
    }
}

/// A series: a metric of a stream, or of one of its shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    pub(super) metric: Metric,
    pub(super) shard: Option<u64>,
}

impl Name {
    /// What the first of these texts that names a metric means, with the shard that any of them names.
    pub(super) fn of(texts: &[&str]) -> Option<Self> {
        let metric = texts.iter().find_map(|text| metric(text))?;
        Some(Self { metric, shard: texts.iter().find_map(|text| shard(text)) })
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.shard {
            Some(shard) => write!(f, "{} of shardId-{shard:012}", self.metric),
            None => self.metric.fmt(f),
        }
    }
}

fn metric(text: &str) -> Option<Metric> {
    let plain: String = text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    WORDS.iter().find(|(_, word, _)| plain.contains(word)).map(|(metric, ..)| *metric)
}

/// `3` of `shardId-000000000003`, however it is spelled: an id of a query has no hyphen.
pub(super) fn shard(text: &str) -> Option<u64> {
    let text = text.to_ascii_lowercase();
    let at = text.find("shardid")? + "shardid".len();
    let rest = text[at..].trim_start_matches(['-', '_', ' ', '=', ':']);
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_ids_and_columns_name_a_metric_and_a_shard() {
        let told = |texts: &[&str]| Name::of(texts).map(|name| name.to_string());
        for (texts, expected) in [
            (&["IncomingBytes", "m1"][..], "IncomingBytes"),
            (&["orders", "incoming_records"], "IncomingRecords"),
            (&["shardId-000000000003 IncomingBytes"], "IncomingBytes of shardId-000000000003"),
            (&["shardId-000000000012", "incomingRecords_12"], "IncomingRecords of shardId-000000000012"),
            (&["GetRecords.IteratorAgeMilliseconds"], "IteratorAgeMilliseconds"),
            (&["Write Provisioned Throughput Exceeded"], "WriteProvisionedThroughputExceeded"),
        ] {
            assert_eq!(told(texts).as_deref(), Some(expected), "{texts:?}");
        }
        assert_eq!(told(&["OutgoingBytes", "m1"]), None);
        assert_eq!(shard("incomingbytes_shardid_000000000007"), Some(7));
    }
}
