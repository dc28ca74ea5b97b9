//! Floor 4: the figures. Folds that count what happened, as reports, expectations and plots use it.
//!
//! [`Measures`] counts everything that the report shows, [`Series`] keeps it over time for plots, [`Windowed`]
//! restricts a fold to a part of the run, and [`lookup`] finds a figure by its path. None of them keeps single records.

mod backlog;
mod by_id;
mod catch_up;
mod chronicle;
pub mod cloudwatch;
mod consumer;
mod cost;
mod delivery;
pub(crate) mod detail;
mod figures;
mod happenings;
mod histogram;
mod hot_keys;
mod integral;
mod measures;
mod meter;
mod names;
mod numbers;
mod occurrence;
pub mod path;
mod peak;
mod places;
mod producer;
mod read_verdict;
mod series;
mod start_up;
mod stream;
mod table;
mod verdict;
pub mod window;

#[cfg(test)]
pub(crate) mod tests;

pub(crate) use backlog::{Backlog, Unread};
pub(crate) use chronicle::{Chronicle, Failure, Moment, Subject, sentence};
pub(crate) use cost::cost;
pub(crate) use figures::{CatchUpFigures, CostFigures, figures_schema, percent, rounded};
pub use figures::{
    ConsumerFigures, DeliveryFigures, Figures, LeaseFigures, ProducerFigures, ShardFigures, StreamFigures, TableFigures,
};
pub(crate) use happenings::{Happening, Outcome};
pub use histogram::Histogram;
pub(crate) use measures::Measures;
pub(crate) use meter::{Meter, Pair, Peaks};
pub use names::Names;
pub(crate) use numbers::{ANY, Unit, number_at, numbers, without_unit};
pub use occurrence::Occurrence;
pub(crate) use path::lookup;
pub(crate) use read_verdict::cure_reads;
pub(crate) use series::{Backdrop, Mark};
pub use series::{ConsumerSeries, LeaseSpan, Series, ShardSeries};
pub(crate) use table::is_throttled_write;
pub use verdict::ShardVerdict;
pub(crate) use verdict::{Advice, BUSY_PERCENT, ShardLoad, advise};
pub(crate) use window::Windowed;
pub use window::{Restart, Window};
