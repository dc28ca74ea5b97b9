//! Declared assumptions.

use crate::base::{Planted, SimDuration};

/// Settings of the table service: declared assumptions.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// An eventually consistent read may return an item as it was up to this long ago; the lag of each read is
    /// drawn uniformly from zero to this.
    pub(crate) stale_read_lag_max: SimDuration,
    /// How long CreateTable, UpdateTable and DeleteTable take, drawn uniformly.
    pub(crate) transition: (SimDuration, SimDuration),
    /// Whether the 300 s burst bucket of a new table starts full, as new tables in production show; empty is the worst
    /// case.
    pub(crate) burst_starts_full: bool,
    /// Whether tables are throttled at all.
    pub(crate) capacity_limits: bool,
    /// Bytes of all items of one hash key, with their entries in local indexes, in a table that has such indexes
    /// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html#LSI.ItemCollections.SizeLimit>).
    pub(crate) item_collection_bytes_max: u64,
    /// The bug that is planted.
    pub(crate) planted: Planted,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            stale_read_lag_max: SimDuration::from_millis(100),
            transition: (SimDuration::from_secs(5), SimDuration::from_secs(15)),
            burst_starts_full: true,
            capacity_limits: true,
            item_collection_bytes_max: 10 << 30,
            planted: Planted::default(),
        }
    }
}
