//! What a search was asked for, as far as two of them must agree to be put together.

use serde::{Deserialize, Serialize};

use super::one::Source;
use super::partition::Partition;
use crate::base::Bug;

/// What was searched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Scope {
    pub(crate) scenarios: Vec<Searched>,
    /// The first seed.
    pub(crate) from: u64,
    /// How many seeds each scenario has; none where the search was for a time.
    pub(crate) seeds: Option<u64>,
    pub(crate) swarm: bool,
    pub(crate) bug: Option<Bug>,
    /// Whether runs were continued.
    pub(crate) branch: bool,
    /// Which part this is; none where it is all.
    pub(crate) partition: Option<Partition>,
}

/// A scenario that was searched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Searched {
    /// As the user wrote it.
    pub(crate) path: String,
    /// Of what stood in the file: xxh3, in sixteen digits.
    pub(crate) hash: String,
}

impl Searched {
    /// Of what is searched.
    pub(crate) fn of(sources: &[Source]) -> Vec<Self> {
        let hash = |text: &str| format!("{:016x}", xxhash_rust::xxh3::xxh3_64(text.as_bytes()));
        sources.iter().map(|source| Self { path: source.path.clone(), hash: hash(&source.text) }).collect()
    }
}
