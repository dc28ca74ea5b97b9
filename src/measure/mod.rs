//! Floor 4: the figures. Folds that count what happened, as reports, expectations and plots use it.

mod histogram;
mod hot_keys;
mod occurrence;

pub use histogram::Histogram;
pub use hot_keys::HotKeys;
pub use occurrence::{Occurrence, Occurrences};
