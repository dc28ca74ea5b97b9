//! What producers tell.

macro_rules! producer_events {
    ($then:ident $rest:tt $($before:tt)*) => {
        $then! { $rest $($before)*
            producer 100..=199 {
                /// A producer host writes to `stream`.
                100 => ProducerDeclared { host: HostId, producer: Arc<str>, stream: StreamName },
                /// A producer was done with some records, after `attempts` calls.
                101 => PutFinished {
                    host: HostId, records_ok: u32, records_given_up: u32, attempts: u32, took_ms: u64,
                },
            }
        }
    };
}
