//! What Firehose tells: delivery streams, what they accept, what becomes of it on its way.

words!(
    /// How records come to a delivery stream.
    PutKind {
        /// PutRecord and PutRecordBatch.
        0 => Direct = "Direct PUT",
        /// A Kinesis stream that it reads.
        1 => Stream = "Kinesis stream",
    }
);
words!(
    /// Where a delivery stream brings records.
    SinkKind {
        /// Amazon S3.
        0 => S3 = "S3",
        /// Amazon Redshift, through S3.
        1 => Redshift = "Redshift",
        /// Amazon OpenSearch Service.
        2 => OpenSearch = "OpenSearch",
        /// Splunk's HTTP event collector.
        3 => Splunk = "Splunk",
        /// An HTTP endpoint.
        4 => HttpEndpoint = "HTTP endpoint",
    }
);
words!(
    /// Why records that were put were not accepted.
    IngestRefusal {
        /// The delivery stream's records, requests or bytes a second: ServiceUnavailableException.
        0 => Quota = "quota",
        /// A fault that throttles: ServiceUnavailableException.
        1 => InjectedThrottle = "injected throttle",
        /// A fault: InternalFailure.
        2 => InternalFailure = "internal failure",
    }
);
words!(
    /// A stage that records pass.
    Stage {
        /// The function.
        0 => Transform = "transform",
        /// Partition keys.
        1 => Partition = "partition",
        /// The conversion of their format.
        2 => Convert = "convert",
        /// The destination.
        3 => Deliver = "deliver",
        /// The copy of source records.
        4 => Backup = "backup",
        /// What failed, on its way to the error output.
        5 => Errors = "errors",
    }
);
words!(
    /// Why records go to the error output, as its folders are called.
    FailedAs {
        /// The function failed, or said that they did.
        0 => Processing = "processing-failed",
        /// Their partition keys could not be found, or would have been too many.
        1 => Partitioning = "dynamic-partitioning-failed",
        /// They do not fit the schema.
        2 => Conversion = "format-conversion-failed",
        /// OpenSearch did not take them in time.
        3 => OpenSearch = "AmazonOpenSearchService_failed",
        /// Splunk did not take them in time.
        4 => Splunk = "splunk-failed",
        /// The HTTP endpoint did not take them in time.
        5 => HttpEndpoint = "http-endpoint-failed",
        /// They could not be loaded.
        6 => Redshift = "redshift-failed",
    }
);

macro_rules! firehose_events {
    ($then:ident $rest:tt $($before:tt)*) => {
        $then! { $rest $($before)*
            firehose 1400..=1499 {
                /// A delivery stream is there. `stream` is its source, when that is a stream.
                1400 => DeliveryDeclared {
                    delivery: DeliveryId, name: Arc<str>, put: PutKind, stream: Option<StreamName>, sink: SinkKind,
                },
                /// It is gone, with whatever it held.
                1401 => DeliveryDeleted { delivery: DeliveryId },
                /// Records were put and accepted, or read from the source, where no `host` put them. `billed_bytes`
                /// counts each in steps of 5 KB. The first was put so long ago, and the others in the same second.
                1402 => DeliveryAccepted {
                    delivery: DeliveryId, lane: u32, from: u64, to: u64, bytes: u64, billed_bytes: u64,
                    host: Option<HostId>, age: SimDuration,
                },
                /// Records of a put were not accepted.
                1403 => DeliveryRefused {
                    delivery: DeliveryId, host: HostId, records: u32, bytes: u64, why: IngestRefusal,
                },
                /// A buffer was closed: `waited` is how long it was open.
                1404 => BufferClosed {
                    delivery: DeliveryId, lane: u32, stage: Stage, records: u32, bytes: u64, waited: SimDuration,
                },
                /// A call to a function, a destination or a backup sets out, for the `attempt`th time.
                1405 => DeliveryAttempted {
                    delivery: DeliveryId, lane: u32, stage: Stage, records: u32, bytes: u64, attempt: u32,
                },
                /// It failed, with this error.
                1406 => DeliveryAttemptFailed {
                    delivery: DeliveryId, lane: u32, stage: Stage, records: u32, attempt: u32, error: &'static str,
                },
                /// Records were delivered, as the service sees it; the oldest is so old. `took` counts from when the
                /// call was sent that brought them there; `had_failed`: one before it failed.
                1407 => DeliverySucceeded {
                    delivery: DeliveryId, lane: u32, stage: Stage, records: u32, bytes: u64, age_max: SimDuration,
                    took: SimDuration, had_failed: bool,
                },
                /// The function dropped records.
                1408 => RecordsDropped { delivery: DeliveryId, lane: u32, from: u64, to: u64, part: u32 },
                /// Records go to the error output instead; where it is not kept, there is no error record of it.
                1409 => RecordsFailed {
                    delivery: DeliveryId, lane: u32, from: u64, to: u64, part: u32, failed_as: FailedAs,
                    error: &'static str, is_kept: bool,
                },
                /// Records were held for as long as the service holds them, and are lost.
                1410 => RecordsExpired { delivery: DeliveryId, lane: u32, from: u64, to: u64, part: u32 },
                /// What the function answered: records that are well, dropped and failed, and the bytes both ways.
                1411 => FunctionReturned {
                    delivery: DeliveryId, lane: u32, ok: u32, dropped: u32, failed: u32, sent_bytes: u64,
                    returned_bytes: u64, took: SimDuration,
                },
                /// When buffers before a stage are closed, and how long the stage tries its best.
                1413 => HintsDeclared {
                    delivery: DeliveryId, stage: Stage, size_bytes: u64, interval: SimDuration, tries_for: SimDuration,
                },
                /// A PutRecord or PutRecordBatch call was answered (not necessarily with success for every record):
                /// `bytes` are those of the records that were accepted.
                1414 => DeliveryPutAnswered {
                    delivery: DeliveryId, host: HostId, is_batch: bool, records: u32, failed: u32, bytes: u64,
                },
                /// So many partitions are active.
                1412 => PartitionsActive { delivery: DeliveryId, active: u32, quota: u32 },
                /// A record was taken apart into so many, which go on by themselves.
                1415 => RecordTakenApart { delivery: DeliveryId, lane: u32, ordinal: u64, parts: u32 },
                /// The partition keys of a record, or of a part of one, were found: their values, each behind a slash.
                1416 => RecordPartitioned {
                    delivery: DeliveryId, lane: u32, ordinal: u64, part: u32, partition: Arc<str>,
                },
            }
        }
    };
}
