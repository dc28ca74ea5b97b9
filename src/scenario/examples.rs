//! An example of every key: a fault's own, a line of the gallery, or one from here.

use super::gallery::GALLERY;
use crate::fault::KINDS;

/// Keys that the gallery does not show.
const EXAMPLES: &[(&str, &str, &str)] = &[
    ("stream", "max_record_size", "max_record_size = \"10 MiB\""),
    ("stream", "mode", "mode = \"on-demand\""),
    ("producer", "backlog", "backlog = 10000"),
    ("producer", "daily", "daily = { low = \"100/s\", high = \"1000/s\" }"),
    ("producer", "metrics", "metrics = { file = \"metrics.json\", burstiness = \"poisson\" }"),
    ("producer", "ramp", "ramp = { from = \"100/s\", to = \"1000/s\" }"),
    ("producer", "retry", "retry = \"java-legacy\""),
    ("producer", "stop", "stop = \"30m\""),
    ("producer", "data", r#"data = '{"customer":"{key}","n":{number}}'"#),
    ("delivery", "delivery", TWO_DESTINATIONS),
    ("delivery", "backup", "backup = \"all\""),
    ("delivery", "deaggregate", "deaggregate = \"json\""),
    ("delivery", "decompress", "decompress = true"),
    ("delivery", "newline", "newline = true"),
    ("delivery", "s3", "s3 = { prefix = \"clicks/!{timestamp:yyyy/MM/dd/HH}/\", compression = \"gzip\" }"),
    ("delivery", "splunk", "splunk = { ack_timeout = \"5m\", ack_after = \"2s..4m\" }"),
    ("delivery", "redshift", "redshift = { cluster = \"warehouse\", missing_table = true }"),
    ("function", "doubled_id", "doubled_id = \"1%\""),
    ("function", "junk", "junk = \"1%\""),
    ("function", "partition_key", "partition_key = { name = \"customer\", values = 100, zipf = 1.1 }"),
    ("function", "throws", "throws = \"1%\""),
    ("function", "time", "time = \"10ms..30ms\""),
    ("function", "time_tail", "time_tail = \"10s\""),
    ("function", "cold_start", "cold_start = \"800ms\""),
    ("function", "timeout", "timeout = \"30s\""),
    ("function", "too_large", "too_large = \"1%\""),
    ("function", "too_large_from", "too_large_from = 5000"),
    ("function", "unknown_id", "unknown_id = \"1%\""),
    ("consumer", "application", "application = \"orders-billing\""),
    ("consumer", "cleanup_leases", "cleanup_leases = false"),
    ("consumer", "consistent_reads", "consistent_reads = true"),
    ("consumer", "kcl", "kcl = { auditor_period = \"2m\" }"),
    ("consumer", "leases_max", "leases_max = 10"),
    ("consumer", "mishap", "mishap = [{ throw = true, every_records = 1000 }]"),
    ("consumer", "prefetch_batches", "prefetch_batches = 3"),
    ("consumer", "priority_assignment", "priority_assignment = true"),
    ("consumer", "records_max", "records_max = 1000"),
    ("consumer", "retrieval", "retrieval = \"fan-out\""),
    ("consumer", "sink", "sink = \"transactional\""),
    ("consumer", "steal_max", "steal_max = 2"),
    ("fault", "every", "every = \"5m\""),
    ("fault", "if_any", "if_any = true"),
    ("fault", "sink_outage", "sink_outage = \"billing\""),
    ("fault", "until", "until = \"1h\""),
    ("action", "at_hash_key", "at_hash_key = \"170141183460469231731687303715884105728\""),
    ("action", "create_stream", "create_stream = 2"),
    ("action", "decrypt", "decrypt = true"),
    ("action", "delete_lease", "delete_lease = 0"),
    ("action", "delete_stream", "delete_stream = true"),
    ("action", "encrypt", "encrypt = \"alias/orders\""),
    ("action", "every", "every = \"5m\""),
    ("action", "expect_refusal", "expect_refusal = true"),
    ("action", "lease_on_demand", "lease_on_demand = true"),
    ("action", "retention", "retention = \"48h\""),
    ("action", "rolling_restart", "rolling_restart = { consumer = \"billing\", every = \"2m\", down = \"30s\" }"),
    ("action", "delete_delivery", "delete_delivery = \"lake\""),
    ("action", "update_delivery", "update_delivery = { name = \"lake\", buffer = { interval = \"15s\" } }"),
    ("action", "start_worker", "start_worker = \"billing-1\""),
    ("action", "stop_worker", "stop_worker = \"billing-1\""),
    ("action", "stream", "stream = \"orders\""),
    ("action", "until", "until = \"1h\""),
    ("assume", "delivery", "delivery = { records_per_s = 100000, requests_per_s = 1000, put_per_s = \"1 MiB\" }"),
    ("alarm", "consumer", "consumer = \"billing\""),
    ("alarm", "shard", "shard = 0"),
    ("alarm", "stream", "stream = \"orders\""),
    ("alarm", "table", "table = \"billing\""),
    ("autoscaling", "scale_down", "scale_down = { scale_threshold_pct = 25, scale_after_mins = 60, scale_count = 1 }"),
    ("autoscaling", "scale_on_operation", "scale_on_operation = [\"PUT\", \"GET\"]"),
    ("autoscaling", "scale_up", "scale_up = { scale_threshold_pct = 75, scale_after_mins = 5, scale_pct = 100 }"),
    ("autoscaling", "stream", "stream = \"orders\""),
    ("autoscaling", "target_tracking", "target_tracking = { target_value_pct = 70 }"),
    ("plan", "horizon", "horizon = \"24h\""),
    ("plan", "slo", "slo = [\"throttled_writes < 0.1%\", \"iterator_age.p99 of billing < 10s\"]"),
    ("plan", "vary", "vary = { \"stream.orders.shards\" = \"4..64\" }"),
    ("expect", "after", "after = \"faults heal\""),
    ("expect", "cost_per_month", "cost_per_month = \"< 2000 USD\""),
    ("expect", "given_up", "given_up = \"= 0\""),
    ("expect", "if_any", "if_any = true"),
    ("expect", "skipped", "skipped = \"= 0\""),
    ("expect", "stream", "stream = \"orders\""),
    ("expect", "throttled_reads", "throttled_reads = \"= 0\""),
];

/// Two destinations of one stream, one of them through a function.
const TWO_DESTINATIONS: &str = r#"# one stream to two destinations, to one of them through a function
[stream.clicks]
shards = 2

[producer.web]
stream = "clicks"
rate = "200/s"

[function.enrich]
time_per_record = "50us..200us"
dropped = "1%"

[delivery.lake]
stream = "clicks"                # without it, producers put to it: delivery = "lake"
function = "enrich"
buffer = { size = "5 MiB", interval = "60s" }
s3 = { prefix = "clicks/", compression = "gzip" }

[delivery.search]
stream = "clicks"
opensearch = { index = "clicks", rotation = "day", retry = "5m" }"#;

/// Lines that have the key of a path such as `consumer.workers`, under their section and with where they come from.
pub(crate) fn example(path: &str) -> Option<String> {
    let (section, key) = (path.split('.').next()?, path.rsplit('.').next()?);
    if let Some(own) = own_example(section, key) {
        return Some(own.to_owned());
    }
    GALLERY.iter().find_map(|(name, text)| {
        let lines = match path == section {
            true => section_in(text, section),
            false => key_in(text, section, key).map(|(header, line)| format!("{header}\n{line}")),
        };
        lines.map(|lines| from_gallery(name, &lines))
    })
}

/// A line of the gallery in which a word is the value.
pub(crate) fn example_of_word(word: &str) -> Option<String> {
    let value = format!("= \"{word}\"");
    let line = |text: &'static str| text.lines().find(|line| line.contains(&value));
    GALLERY.iter().find_map(|(name, text)| line(text).map(|line| from_gallery(name, line)))
}

fn from_gallery(name: &str, lines: &str) -> String {
    format!("# from the gallery's {name}\n{lines}")
}

/// The line that sets a key.
pub(super) fn example_line(section: &str, key: &str) -> Option<&'static str> {
    let of_gallery = || GALLERY.iter().find_map(|(_, text)| Some(key_in(text, section, key)?.1));
    own_example(section, key).or_else(of_gallery)
}

fn own_example(section: &str, key: &str) -> Option<&'static str> {
    let of_fault = KINDS.iter().find(|kind| section == "fault" && kind.key == key).map(|kind| kind.example.trim());
    let own = || EXAMPLES.iter().find(|(of, known, _)| (*of, *known) == (section, key)).map(|(.., line)| *line);
    of_fault.or_else(own)
}

/// The first section of a kind, or the line of a key outside all sections.
fn section_in(text: &str, section: &str) -> Option<String> {
    let is_header =
        |line: &&str| line.trim_start_matches('[').split(['.', ']']).next() == Some(section) && line.starts_with('[');
    if let Some(header) = text.lines().find(is_header) {
        let lines = text.lines().skip_while(|line| *line != header).take_while(|line| !line.trim().is_empty());
        return Some(lines.collect::<Vec<_>>().join("\n"));
    }
    let outside = text.lines().take_while(|line| !line.starts_with('['));
    outside.into_iter().find(|line| key_of(line) == Some(section)).map(str::to_owned)
}

/// The line of a key in a section, and the section's header. A value that spans lines is not taken.
fn key_in(text: &'static str, section: &str, key: &str) -> Option<(&'static str, &'static str)> {
    let mut header = "";
    text.lines().map(str::trim).find_map(|line| {
        if line.starts_with('[') {
            header = line;
        }
        let is_here = header.trim_start_matches('[').split(['.', ']']).next() == Some(section);
        let is_whole = line.matches(['[', '{']).count() == line.matches([']', '}']).count();
        (is_here && is_whole && key_of(line) == Some(key)).then_some((header, line))
    })
}

fn key_of(line: &str) -> Option<&str> {
    line.contains('=').then(|| line.split(['=', '.', ' ']).next()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::file::File;
    use crate::scenario::json_schema;
    use crate::scenario::read::read;

    #[test]
    fn every_key_of_a_section_has_an_example() {
        let schema: serde_json::Value = serde_json::from_str(&json_schema()).expect("a schema is JSON");
        let sections = [
            ("stream", "Stream"),
            ("producer", "Producer"),
            ("consumer", "Consumer"),
            ("delivery", "Delivery"),
            ("function", "Function"),
            ("fault", "Fault"),
            ("action", "Action"),
            ("expect", "Expect"),
            ("alarm", "Alarm"),
            ("autoscaling", "Autoscaling"),
        ];
        let keys = |definition: &str| schema["$defs"][definition]["properties"].as_object().expect("keys").clone();
        let missing: Vec<String> = sections
            .iter()
            .flat_map(|(section, definition)| keys(definition).into_iter().map(move |(key, _)| (section, key)))
            .filter(|(section, key)| example_line(section, key).is_none())
            .map(|(section, key)| format!("{section}.{key}"))
            .collect();
        assert_eq!(missing, [""; 0]);
    }

    /// A file in which the line stands where it belongs.
    fn file_with(section: &str, line: &str) -> String {
        let own = |of: &str| if of == section { line.to_owned() } else { String::new() };
        let named = |of: &str, keys: &str| format!("[{of}.x]\n{keys}\n{}\n", own(of));
        let listed = |of: &str, keys: &str| format!("[[{of}]]\n{keys}\n{}\n", own(of));
        [
            "name = \"x\"\nduration = \"2h\"\n".to_owned(),
            named("stream", "shards = 2"),
            named("producer", "stream = \"x\""),
            named("consumer", "stream = \"x\""),
            named("delivery", ""),
            named("function", ""),
            listed("fault", "at = \"10m\""),
            listed("action", "at = \"10m\""),
            listed("expect", ""),
            listed(
                "alarm",
                "name = \"a\"\nmetric = \"x\"\nstatistic = \"Sum\"\ncomparison = \"LessThanThreshold\"\nthreshold = 1",
            ),
        ]
        .concat()
    }

    #[test]
    fn examples_are_read() {
        for (section, _, line) in EXAMPLES {
            let file = file_with(section, line);
            if let Err(problems) = read::<File>(&file) {
                panic!("{line}: {problems:?}");
            }
        }
    }
}
