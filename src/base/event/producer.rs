//! What producers tell.

macro_rules! producer_events {
    ($then:ident $rest:tt $($before:tt)*) => {
        $then! { $rest $($before)*
            producer 100..=199 {
                /// A producer host writes to `stream`.
                100 => ProducerDeclared {
                    host: HostId, producer: Arc<str>, stream: Option<StreamName>, delivery: Option<DeliveryName>,
                },
                /// A producer was done with some records, after `attempts` calls.
                101 => PutFinished {
                    host: HostId, records_ok: u32, records_given_up: u32, attempts: u32, took_ms: u64,
                },
                /// A producer's host began, at its start or after a crash: its next record has the number `first`, and
                /// every `step`-th number is one of its own. `is_ordered`: it puts one record after the other.
                102 => ProducerStarted { host: HostId, first: u64, step: u64, is_ordered: bool },
                /// A producer gave up the record of that number, or had no room for it.
                103 => RecordGivenUp { host: HostId, number: u32 },
            }
        }
    };
}
