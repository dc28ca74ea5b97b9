//! Bugs that a scenario can plant: the key `bug` of its file.
//!
//! A harness is worth what it finds. Each of these is a bug of a client or of a service that people met in production,
//! or the breach of a rule that AWS or the library documents, and breaks one promise. None is there unless a scenario
//! asks for it. The hooks stand where the rules stand that they break; what a hook asks is in a file `planted.rs`
//! beside them.
//!
//! Not modelled: two bugs at once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The pages and reports that bugs are modelled on.
macro_rules! kcl {
    ($what:literal) => {
        concat!("[`", $what, "`](https://github.com/awslabs/amazon-kinesis-client/tree/v2.x)")
    };
}
macro_rules! kcl_issue {
    ($number:literal) => {
        concat!("[issue ", $number, "](https://github.com/awslabs/amazon-kinesis-client/issues/", $number, ")")
    };
}
macro_rules! kcl_pull {
    ($number:literal) => {
        concat!("[pull request ", $number, "](https://github.com/awslabs/amazon-kinesis-client/pull/", $number, ")")
    };
}
macro_rules! guide {
    ($page:literal) => {
        concat!("[", $page, "](https://docs.aws.amazon.com/streams/latest/dev/", $page, ")")
    };
}
macro_rules! api {
    ($operation:literal) => {
        concat!("[", $operation, "](https://docs.aws.amazon.com/kinesis/latest/APIReference/API_", $operation, ".html)")
    };
}
macro_rules! firehose {
    ($page:literal) => {
        concat!("[", $page, "](https://docs.aws.amazon.com/firehose/latest/dev/", $page, ".html)")
    };
}
macro_rules! dynamodb {
    ($page:literal) => {
        concat!("[", $page, "](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/", $page, ".html)")
    };
}

macro_rules! bugs {
    ($($name:ident = $word:literal, $told:literal, $modelled_on:expr;)*) => {
        /// A bug that can be planted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum Bug {
            $(
                #[doc = $told]
                ///
                #[doc = $modelled_on]
                $name,
            )*
        }

        impl Bug {
            /// Every bug, those of clients first.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// As scenario files write it.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }
            /// What it does, in one sentence.
            pub const fn told(self) -> &'static str {
                match self { $(Self::$name => $told),* }
            }
            /// The public report that it is modelled on, or the documented rule that it breaks.
            pub(crate) const fn modelled_on(self) -> &'static str {
                match self { $(Self::$name => $modelled_on),* }
            }
        }
    };
}

bugs! {
    CheckpointWithoutCondition = "checkpoint-without-condition",
        "a checkpoint is written whatever the lease's row says",
        concat!(kcl!("DynamoDBLeaseRefresher"), ", whose condition on `leaseCounter` this leaves out");
    CheckpointConditionOnOwner = "checkpoint-condition-on-owner",
        "a checkpoint asks who owns the lease, and not since when: the same worker in an earlier life may write it",
        concat!(kcl!("DynamoDBLeaseRefresher"), ", whose condition is on `leaseCounter`");
    LeaseCounterTooHigh = "lease-counter-too-high",
        "a worker counts its lease's counter on although its checkpoint failed",
        concat!(kcl_pull!(1788), ", which mended what a failed checkpoint left in memory");
    NoLookAtOwnLeases = "no-look-at-own-leases",
        "a worker does not see that a lease of its own has expired, and goes on",
        guide!("troubleshooting-consumers.html#records-belonging-to-the-same-shard");
    ExpiryByWallClock = "expiry-by-wall-clock",
        "a worker judges by its wall clock whether a lease has expired",
        concat!(kcl!("Lease"), ", which asks `System.nanoTime`");
    FirstSightIsExpiry = "first-sight-is-expiry",
        "a worker takes a lease that it sees for the first time as one that has expired",
        concat!(kcl!("DynamoDBLeaseTaker"), ", which gives such a lease a whole failover time");
    StealWithoutSurplus = "steal-without-surplus",
        "a worker steals from one that has only one lease more, and the lease comes back",
        concat!(kcl!("DynamoDBLeaseTaker"), ", which leaves a difference of one alone");
    ChildBeforeParent = "child-before-parent",
        "a child shard is begun before its parents were processed to their ends",
        guide!("kinesis-using-sdk-java-after-resharding.html");
    ParentDeletedTooEarly = "parent-deleted-too-early",
        "the lease of an ended shard is deleted although its children were not begun",
        concat!(kcl!("LeaseCleanupManager"), ", which waits for the children");
    NullIteratorTrusted = "null-iterator-trusted",
        "an answer lacks the next iterator although the shard is open, and the consumer takes that for its end",
        concat!(api!("GetRecords"), ": NextShardIterator is null once a shard is closed");
    ChildLeasesMissing = "child-leases-missing",
        "at a shard's end a stale listing shows no children, and no leases are created for them",
        concat!(kcl!("ShutdownTask"), ", which believes in no children only of a shard that is gone");
    LatestAskedAgain = "latest-asked-again",
        "after an expired iterator a consumer that began at LATEST asks for LATEST again, and skips what came between",
        "[tenzir pull request 6188](https://github.com/tenzir/tenzir/pull/6188)";
    EmptyPageIsTip = "empty-page-is-tip",
        "a consumer takes an empty answer for the newest end of the shard, and goes on from LATEST",
        guide!("troubleshooting-consumers.html#getrecords-returns-empty");
    BatchSkippedUnseen = "batch-skipped-unseen",
        "a poller goes on behind a batch at which its processor threw, and keeps that position",
        concat!(kcl_issue!(10), ", ", kcl_issue!(192), " and ", kcl_issue!(702), " of the KCL");
    CheckpointAheadOfWork = "checkpoint-ahead-of-work",
        "a worker checkpoints a batch when it has handed it out, and not when it is done",
        concat!(kcl!("ShardRecordProcessorCheckpointer"), ", which permits all that was delivered");
    ShardEndOverwritten = "shard-end-overwritten",
        "a checkpoint of work that went on beside it is stored after SHARD_END",
        concat!(kcl_pull!(1354), " and ", kcl_pull!(1788));
    FailedEntriesIgnored = "failed-entries-ignored",
        "a producer takes a PutRecords that was answered with 200 as put, whatever entries failed",
        api!("PutRecords");
    OwnRenewalNotKnown = "own-renewal-not-known",
        "a renewal whose answer was lost, and that was sent again, is taken as a lost lease",
        concat!(kcl_issue!(108), " and ", kcl_issue!(537), ", where it is a checkpoint's");
    ThrottleEndsConsumer = "throttle-ends-consumer",
        "a throttled read of the lease table ends a shard's consumer, while the lease is renewed",
        guide!("troubleshooting-consumers.html#shard-iterator-expires-unexpectedly");
    OldIteratorKept = "old-iterator-kept",
        "after an empty answer a consumer keeps the old iterator instead of the next one",
        guide!("troubleshooting-consumers.html#shard-iterator-expires-unexpectedly");
    LimitsByRequest = "limits-by-request",
        "a shard's write limits are asked once for a request, and not for each record in it",
        guide!("service-sizes-and-limits.html");
    TrimmedOneTooMany = "trimmed-one-too-many",
        "a record leaves retention together with the one before it",
        api!("IncreaseStreamRetentionPeriod");
    AcknowledgedInOneZone = "acknowledged-in-one-zone",
        "a put is acknowledged before a second zone holds the record",
        guide!("introduction.html");
    SplitLeavesHole = "split-leaves-hole",
        "the upper child of a split begins one hash key too late",
        api!("SplitShard");
    StaleConsistentRead = "stale-consistent-read",
        "a consistent read of a table is served by a replica that lags",
        dynamodb!("HowItWorks.ReadConsistency");
    ThrottledWriteApplied = "throttled-write-applied",
        "a write of a table is throttled, and applied all the same",
        dynamodb!("Programming.Errors");
    BatchesAfterLeaseLoss = "batches-after-lease-loss",
        "batches that were fetched before are handed on after the lease was lost",
        guide!("troubleshooting-consumers.html#records-belonging-to-the-same-shard");
    LeaseGivenUpFirst = "lease-given-up-first",
        "at a graceful shutdown a worker gives its leases up before its processors have checkpointed",
        concat!(kcl!("GracefulShutdownCoordinator"), ", which lets processors checkpoint first");
    NoCheckpointAtStop = "no-checkpoint-at-stop",
        "at a graceful shutdown a worker ends without the last checkpoint",
        concat!(kcl!("GracefulShutdownCoordinator"), ", which asks processors for it");
    FailedRecordsNotKept = "failed-records-not-kept",
        "records that a function fails for are counted, and not written to the error output",
        firehose!("data-transformation-failure-handling");
    MissingIdsIgnored = "missing-ids-ignored",
        "records that a function leaves out of its answer are taken as dropped",
        firehose!("data-transformation-status-model");
    LostAnswerTakenAsDelivered = "lost-answer-taken-as-delivered",
        "a delivery whose answer was lost is taken as done",
        firehose!("retry");
    BatchDeliveredTwice = "batch-delivered-twice",
        "a batch that was delivered is delivered once more",
        firehose!("retry");
    ChildShardFromLatest = "child-shard-from-latest",
        "a delivery stream begins to read a child shard at LATEST",
        firehose!("writing-with-kinesis-streams");
    BufferBySizeOnly = "buffer-by-size-only",
        "a buffer is closed when it is full, and not when its interval is over",
        firehose!("buffering-hints");
    PayloadNotSplit = "payload-not-split",
        "a function is given whatever has been buffered, however large that becomes as JSON",
        firehose!("data-transformation");
    PartitionsWithoutQuota = "partitions-without-quota",
        "partitions are begun without end",
        firehose!("dynamic-partitioning");
    HeldTooShortly = "held-too-shortly",
        "what cannot be delivered is given up after minutes, and not after 24 hours",
        firehose!("basic-deliver");
    StuckAfterFailure = "stuck-after-failure",
        "a buffer whose delivery failed once is never closed again",
        firehose!("troubleshooting");
    NamedByDeliveryTime = "named-by-delivery-time",
        "an object has the time of its delivery in its name, and not that of its oldest record",
        firehose!("s3-object-name");
    PartitionsMixed = "partitions-mixed",
        "a record that would begin a partition goes with the record before it",
        firehose!("dynamic-partitioning");
    RecordCutInTwo = "record-cut-in-two",
        "a buffer is closed at its very size, in the middle of a record",
        firehose!("buffering-hints");
}

/// The bug that is planted in a run, if there is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Planted(pub(crate) Option<Bug>);

impl Planted {
    /// Whether it is this one.
    #[inline]
    pub(crate) fn is(self, bug: Bug) -> bool {
        self.0 == Some(bug)
    }
}

/// The bugs, for the page that lists them.
pub fn listed() -> String {
    let row = |bug: &Bug| format!("| `{}` | {} | {} |\n", bug.word(), bug.told(), bug.modelled_on());
    let rows: String = Bug::ALL.iter().map(row).collect();
    format!("| bug | what it does | modelled on |\n|---|---|---|\n{rows}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bug_is_written_in_a_file_as_it_is_called() {
        for bug in Bug::ALL {
            assert_eq!(serde_json::to_value(bug).expect("a word"), bug.word());
            assert!(!bug.told().ends_with('.') && bug.modelled_on().contains("https://"), "{bug:?}");
        }
    }

    #[test]
    fn nothing_is_planted_unless_it_is_asked_for() {
        assert!(Bug::ALL.iter().all(|bug| !Planted::default().is(*bug) && Planted(Some(*bug)).is(*bug)));
    }
}
