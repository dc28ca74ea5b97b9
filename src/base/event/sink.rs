//! What the destinations of delivery streams tell: what arrived there.

words!(
    /// Which of a delivery stream's outputs something arrived at.
    Output {
        /// Its destination.
        0 => Destination = "destination",
        /// What could not be delivered, with the reason.
        1 => Errors = "errors",
        /// The copy of its source records.
        2 => Backup = "backup",
        /// On its way to the destination: files to be loaded from.
        3 => Staged = "staged",
    }
);

macro_rules! sink_events {
    ($then:ident $rest:tt $($before:tt)*) => {
        $then! { $rest $($before)*
            sink 1500..=1599 {
                /// An object was put: `bytes` before they are coded.
                1500 => ObjectPut { bucket: Arc<str>, key: Arc<str>, bytes: u64, records: u64, host: HostId },
                /// An object was deleted.
                1501 => ObjectDeleted { bucket: Arc<str>, key: Arc<str>, host: HostId },
                /// Records arrived at an output of their delivery stream: once for each run of one request. Of
                /// records that were taken apart each `part` comes by itself.
                1502 => RecordsArrived {
                    delivery: DeliveryId, output: Output, lane: u32, from: u64, to: u64, part: u32,
                },
                /// A destination refused a request.
                1503 => SinkRefused { service: &'static str, host: HostId, error: &'static str },
            }
        }
    };
}
