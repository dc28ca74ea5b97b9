//! Who a failure is about.

use crate::base::{ConsumerId, HostId, ShardId, StreamId, TableId};
use crate::measure::names::Names;

/// Hosts, shards and the like that a failure names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Subject {
    pub(crate) consumers: Vec<ConsumerId>,
    pub(crate) hosts: Vec<HostId>,
    pub(crate) shards: Vec<ShardId>,
    pub(crate) streams: Vec<StreamId>,
    pub(crate) tables: Vec<TableId>,
    /// It is a service's refusal: who has a lease of the shard has nothing to do with it.
    pub(crate) is_of_service: bool,
}

impl Subject {
    /// Those whose names stand in a sentence. What a check found is told in words, and names are how both people and
    /// the timeline know whom it is about: the author of a check has nothing else to do.
    pub(crate) fn named_in(text: &str, names: &Names) -> Self {
        let is_of_name = |c: char| c.is_alphanumeric() || "-_.".contains(c);
        let words: Vec<&str> = text
            .split(|c: char| !is_of_name(c))
            .map(|word| word.trim_end_matches(['.', '-']))
            .filter(|word| !word.is_empty())
            .collect();
        let is_named = |name: &str| words.contains(&name);
        let numbered = words.windows(2).filter(|pair| pair[0] == "shard").filter_map(|pair| pair[1].parse().ok());
        let in_full = words.iter().filter(|word| word.starts_with("shardId-")).filter_map(|word| word.parse().ok());
        let mut shards: Vec<ShardId> = numbered.map(ShardId).chain(in_full).collect();
        shards.dedup();
        Self {
            consumers: names.consumers().filter(|(_, name)| is_named(name)).map(|(id, _)| id).collect(),
            hosts: names.hosts().filter(|(_, name)| is_named(name)).map(|(id, _)| id).collect(),
            streams: names.streams().filter(|(_, name)| is_named(name)).map(|(id, _)| id).collect(),
            tables: names.tables().filter(|(_, name)| is_named(name)).map(|(id, _)| id).collect(),
            shards,
            is_of_service: false,
        }
    }

    /// Whether anyone is in both.
    pub(super) fn shares(&self, other: &Self) -> bool {
        self.hosts.iter().any(|host| other.hosts.contains(host))
            || self.consumers.iter().any(|consumer| other.consumers.contains(consumer))
            || self.shards.iter().any(|shard| other.shards.contains(shard))
            || self.streams.iter().any(|stream| other.streams.contains(stream))
            || self.tables.iter().any(|table| other.tables.contains(table))
    }
}
