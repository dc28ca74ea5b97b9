//! The gallery: the scenarios that `kinesim new --from` copies and `kinesim explain` takes its examples from.

/// Every scenario of the gallery: its name and its text.
pub(crate) const GALLERY: &[(&str, &str)] = &[
    ("autoscaling", include_str!("../../scenarios/autoscaling.toml")),
    ("checkpoint-undone", include_str!("../../scenarios/checkpoint-undone.toml")),
    ("clickstream-to-lake", include_str!("../../scenarios/clickstream-to-lake.toml")),
    ("fan-out", include_str!("../../scenarios/fan-out.toml")),
    ("firehose-beside-kcl", include_str!("../../scenarios/firehose-beside-kcl.toml")),
    ("firehose-resharding", include_str!("../../scenarios/firehose-resharding.toml")),
    ("function-drops-an-id", include_str!("../../scenarios/function-drops-an-id.toml")),
    ("function-over-6mb", include_str!("../../scenarios/function-over-6mb.toml")),
    ("gc-pause", include_str!("../../scenarios/gc-pause.toml")),
    ("hot-key-unsplittable", include_str!("../../scenarios/hot-key-unsplittable.toml")),
    ("hot-shard", include_str!("../../scenarios/hot-shard.toml")),
    ("hot-shard-split", include_str!("../../scenarios/hot-shard-split.toml")),
    ("http-413-loss", include_str!("../../scenarios/http-413-loss.toml")),
    ("http-retry-doubles", include_str!("../../scenarios/http-retry-doubles.toml")),
    ("iterator-expired", include_str!("../../scenarios/iterator-expired.toml")),
    ("kms-disabled", include_str!("../../scenarios/kms-disabled.toml")),
    ("late-application", include_str!("../../scenarios/late-application.toml")),
    ("lease-row-deleted", include_str!("../../scenarios/lease-row-deleted.toml")),
    ("lease-stealing", include_str!("../../scenarios/lease-stealing.toml")),
    ("lease-table-bouncing", include_str!("../../scenarios/lease-table-bouncing.toml")),
    ("lease-table-cured", include_str!("../../scenarios/lease-table-cured.toml")),
    ("lease-table-starved", include_str!("../../scenarios/lease-table-starved.toml")),
    ("opensearch-midnight", include_str!("../../scenarios/opensearch-midnight.toml")),
    ("partition-explosion", include_str!("../../scenarios/partition-explosion.toml")),
    ("redshift-outage", include_str!("../../scenarios/redshift-outage.toml")),
    ("replay-second-application", include_str!("../../scenarios/replay-second-application.toml")),
    ("reshard-under-load", include_str!("../../scenarios/reshard-under-load.toml")),
    ("restart-at-timestamp", include_str!("../../scenarios/restart-at-timestamp.toml")),
    ("restart-checkpoint", include_str!("../../scenarios/restart-checkpoint.toml")),
    ("restart-latest", include_str!("../../scenarios/restart-latest.toml")),
    ("restart-trim-horizon", include_str!("../../scenarios/restart-trim-horizon.toml")),
    ("seven-days-trickle", include_str!("../../scenarios/seven-days-trickle.toml")),
    ("silent-metric", include_str!("../../scenarios/silent-metric.toml")),
    ("sink-and-backup-down", include_str!("../../scenarios/sink-and-backup-down.toml")),
    ("slow-function", include_str!("../../scenarios/slow-function.toml")),
    ("small-records-bill", include_str!("../../scenarios/small-records-bill.toml")),
    ("splunk-ack-timeout", include_str!("../../scenarios/splunk-ack-timeout.toml")),
    ("trace-tickers", include_str!("../../scenarios/trace-tickers.toml")),
    ("trimmed-unread", include_str!("../../scenarios/trimmed-unread.toml")),
    ("uneven-ranges", include_str!("../../scenarios/uneven-ranges.toml")),
    ("write-burst", include_str!("../../scenarios/write-burst.toml")),
    ("zombie-worker", include_str!("../../scenarios/zombie-worker.toml")),
    ("zone-outage", include_str!("../../scenarios/zone-outage.toml")),
    ("zone-wipe", include_str!("../../scenarios/zone-wipe.toml")),
];

/// Files that scenarios of the gallery name, by the path that they name them by.
pub(crate) const GALLERY_FILES: &[(&str, &str)] =
    &[("traces/tickers.csv", include_str!("../../scenarios/traces/tickers.csv"))];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_gallery_is_every_scenario_of_its_folder() {
        let files = std::fs::read_dir("scenarios").expect("the folder");
        let names = files.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned());
        let there: BTreeSet<String> = names.filter_map(|n| Some(n.strip_suffix(".toml")?.to_owned())).collect();
        assert_eq!(GALLERY.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>(), there);
    }

    #[test]
    fn files_that_the_gallery_names_are_there() {
        for (name, text) in GALLERY {
            let named = text.lines().filter_map(|line| line.split("file = \"").nth(1)?.split('"').next());
            for file in named {
                assert!(GALLERY_FILES.iter().any(|(path, _)| *path == file), "{name} names {file}");
            }
        }
    }
}
