//! What real libraries do that looks like a bug and is nobody's here: told apart, so that it does not drown new finds.
//!
//! Each is a check with words that its evidence has. Whoever runs such a scenario by itself still sees it fail.

use super::one::Failure;

/// Something that a real library does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Known {
    /// What it is called.
    pub(crate) name: &'static str,
    /// Where that is to be read.
    pub(crate) source: &'static str,
    check: &'static str,
    /// What the evidence's shape has.
    has: &'static str,
    /// What it has not.
    lacks: &'static str,
}

const THROW: &str = "a throw of a record processor skips the rest of its batch";
const THROW_SOURCE: &str = "https://github.com/awslabs/amazon-kinesis-client/blob/v2.x/amazon-kinesis-client/src/main/\
     java/software/amazon/kinesis/lifecycle/ProcessTask.java";
const STALE: &str = "a lease that has just moved begins on a row that is read without consistency";
const STALE_SOURCE: &str = "https://github.com/awslabs/amazon-kinesis-client/blob/v2.x/amazon-kinesis-client/src/main/\
     java/software/amazon/kinesis/leases/dynamodb/DynamoDBLeaseRefresher.java";
const MEMORY: &str = "a checkpoint whose write failed stays in memory and is written later";
const MEMORY_SOURCE: &str = "https://github.com/awslabs/amazon-kinesis-client/blob/v2.x/amazon-kinesis-client/src/main/\
     java/software/amazon/kinesis/leases/dynamodb/DynamoDBLeaseRenewer.java";

const LATEST: &str = "a consumer that starts again before its first checkpoint begins at LATEST again";
const LATEST_SOURCE: &str = "https://docs.aws.amazon.com/streams/latest/dev/kcl-concepts.html";

/// All.
pub(crate) const ALL: &[Known] = &[
    Known {
        name: THROW,
        source: THROW_SOURCE,
        check: "nothing-below-checkpoint-unprocessed",
        has: "its workers skipped records #",
        lacks: "never processed",
    },
    Known {
        name: THROW,
        source: THROW_SOURCE,
        check: "exactly-once-effects",
        has: "which its workers skipped",
        lacks: "once more",
    },
    latest("nothing-below-checkpoint-unprocessed"),
    latest("exactly-once-effects"),
    latest("every-record-gets-processed"),
    latest("key-order-across-resharding"),
    Known {
        name: STALE,
        source: STALE_SOURCE,
        check: "resume-is-exact",
        has: "it had read a stale row",
        lacks: "left out",
    },
    Known {
        name: STALE,
        source: STALE_SOURCE,
        check: "checkpoint-never-goes-back",
        has: "it had read a stale row",
        lacks: "the end is final",
    },
    Known {
        name: MEMORY,
        source: MEMORY_SOURCE,
        check: "checkpoint-never-goes-back",
        has: "it had kept that in memory when its write failed",
        lacks: "the end is final",
    },
];

const fn latest(check: &'static str) -> Known {
    Known { name: LATEST, source: LATEST_SOURCE, check, has: "it had begun at LATEST again", lacks: "once more" }
}

impl Known {
    /// The one of this name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|known| known.name == name)
    }
}

/// The one that a failure is, if it is one.
pub(super) fn known(failure: &Failure) -> Option<&'static Known> {
    let is = |known: &&Known| {
        known.check == failure.of && failure.shape.contains(known.has) && !failure.shape.contains(known.lacks)
    };
    ALL.iter().find(is)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{invariants, shape};

    fn failure(of: &str, what: &str) -> Failure {
        Failure { of: of.into(), shape: shape(what), what: what.into(), timeline: Vec::new() }
    }

    #[test]
    fn a_skipped_batch_is_known_and_a_lost_record_beside_it_is_not() {
        let of = "nothing-below-checkpoint-unprocessed";
        let told = |why: &str| format!("billing-1 stored checkpoint 4 of shardId-000000000000, which {why}");
        let skipped = "claims every record below 9, but its workers skipped records 2 to 4, skipped record 7";
        assert_eq!(known(&failure(of, &told(skipped))).map(|known| known.name), Some(THROW));
        let lost = "claims every record below 9, but its workers skipped record 2, never processed record 3";
        assert_eq!(known(&failure(of, &told(lost))), None);
        assert_eq!(known(&failure("shard-order", &told(skipped))), None);
    }

    #[test]
    fn every_known_behaviour_names_a_check_and_a_page() {
        for known in ALL {
            assert!(invariants().iter().any(|check| check.name == known.check), "{}", known.check);
            assert!(known.source.starts_with("https://"), "{}", known.source);
        }
    }
}
