//! What DynamoDB tells: tables, capacity, items.

words!(
    /// Why a table call was throttled.
    TableThrottle {
        /// The table's provisioned or on-demand read units.
        0 => TableRead = "TableReadProvisionedThroughputExceeded",
        /// The table's provisioned or on-demand write units.
        1 => TableWrite = "TableWriteProvisionedThroughputExceeded",
        /// 3,000 read units a second of one partition.
        2 => PartitionRead = "TableReadKeyRangeThroughputExceeded",
        /// 1,000 write units a second of one partition.
        3 => PartitionWrite = "TableWriteKeyRangeThroughputExceeded",
        /// The index's read units.
        4 => IndexRead = "IndexReadProvisionedThroughputExceeded",
        /// The index's write units (back pressure on the table).
        5 => IndexWrite = "IndexWriteProvisionedThroughputExceeded",
        /// A fault that throttles.
        6 => Injected = "injected throttle",
    }
);

macro_rules! dynamodb_events {
    ($then:ident $rest:tt $($before:tt)*) => {
        $then! { $rest $($before)*
            dynamodb 1200..=1299 {
                /// A table exists from here on. Units are 0 when on demand.
                1200 => TableDeclared { table: TableId, name: TableName, read_units: u32, write_units: u32 },
                /// A table's capacity changed. Units are 0 when on demand.
                1201 => TableCapacityChanged { table: TableId, read_units: u32, write_units: u32 },
                /// A table call consumed capacity (reads are counted in half units).
                1202 => UnitsConsumed {
                    table: TableId, host: HostId, operation: &'static str, read_half_units: u32, write_units: u32,
                },
                /// A table call was throttled.
                1203 => TableThrottled { table: TableId, host: HostId, operation: &'static str, reason: TableThrottle },
                /// A conditional write's condition was false.
                1204 => ConditionFailed { table: TableId, host: HostId, operation: &'static str },
                /// A write was applied. A put of a new item has no `before`, a delete no `after`.
                1205 => ItemWritten {
                    table: TableId, host: HostId, operation: &'static str,
                    before: Option<Replaced>, after: Option<Arc<Item>>,
                },
                /// A read returned an older version of at least one item, as only an eventually consistent one may.
                1206 => StaleRead {
                    table: TableId, host: HostId, operation: &'static str, is_consistent: bool,
                },
            }
        }
    };
}
