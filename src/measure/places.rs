//! Where and when a maximum was seen, for expectations that it breaks.

use super::chronicle::{Failure, Subject};
use super::consumer::{ConsumerMeasure, LongestSpell};
use super::measures::Measures;
use super::numbers::ANY;
use super::peak::Seen;
use crate::base::{ConsumerId, SimDuration};

impl Measures {
    /// The time and place that a number such as `consumers.*.iterator_age_p99_ms` is explained by, of those called
    /// `name`; `None` for numbers that are no maxima or spells.
    pub(crate) fn place_of(&self, number: &str, name: &str) -> Option<Failure> {
        let figure = number.rsplit('.').next()?;
        if number.starts_with("producers.") {
            let named = self.producers().filter(|producer| name == ANY || *producer.name == *name);
            let slowest =
                named.filter_map(|producer| producer.counts.took_most.seen()).max_by_key(|seen| seen.value)?;
            return figure.starts_with("put_latency").then(|| self.seen("the slowest put", slowest, None));
        }
        if !number.starts_with("consumers.") {
            return None;
        }
        let named = |id: &ConsumerId| name == ANY || self.names().consumer(*id) == name;
        let consumers = || self.consumers().filter(|(id, _)| named(id));
        let greatest = |of: fn(&ConsumerMeasure) -> Option<Seen>| {
            consumers().filter_map(|(id, c)| Some((id, of(c)?))).max_by_key(|(_, seen)| seen.value)
        };
        let longest = |of: fn(&ConsumerMeasure, &Measures) -> LongestSpell| {
            consumers().map(|(id, c)| (id, of(c, self))).max_by_key(|(_, spell)| spell.longest)
        };
        match figure {
            "iterator_age_p50_ms" | "iterator_age_p99_ms" | "iterator_age_max_ms" => {
                greatest(|c| c.counts.age_most.seen()).map(|(id, seen)| self.seen("the greatest", seen, Some(id)))
            }
            "millis_behind_latest_max_ms" => greatest(|c| c.counts.behind_latest_most.seen())
                .map(|(id, seen)| self.seen("the greatest", seen, Some(id))),
            "duplicates" => greatest(|c| c.counts.duplicate_first).map(|(id, seen)| self.first_duplicate(seen, id)),
            "unowned_s_max" | "unowned_s_total" => {
                longest(|c, m| c.spells(m.now(), |s| &s.unowned)).map(|(id, spell)| self.spell(spell, id))
            }
            "double_processing_s_max" | "double_processing_s_total" => {
                longest(|c, m| c.spells(m.now(), |s| &s.doubled)).map(|(id, spell)| self.spell(spell, id))
            }
            _ => None,
        }
    }

    fn seen(&self, what: &str, seen: Seen, consumer: Option<ConsumerId>) -> Failure {
        let value = SimDuration::from_millis(seen.value);
        let at = format!("{what}, {}, at {}{}", value.told(), seen.at, self.whose(seen));
        // What is old began to wait then.
        Failure { from: seen.at.saturating_sub(value), until: seen.at, about: about(seen, consumer), what: at }
    }

    fn first_duplicate(&self, seen: Seen, consumer: ConsumerId) -> Failure {
        let what = format!("the first at {}{}", seen.at, self.whose(seen));
        Failure { from: seen.at, until: seen.at, about: about(seen, Some(consumer)), what }
    }

    fn spell(&self, spell: LongestSpell, consumer: ConsumerId) -> Failure {
        let until = spell.from + spell.longest;
        let shard = spell.shard.map_or(String::new(), |shard| format!(" (shard {})", shard.0));
        let what = format!("the longest from {} to {until}{shard}", spell.from);
        let shards = spell.shard.into_iter().collect();
        let about = Subject { consumers: vec![consumer], shards, ..Subject::default() };
        Failure { from: spell.from, until, about, what }
    }

    /// ` (shard 2, billing-1)`.
    fn whose(&self, seen: Seen) -> String {
        let shard = seen.shard.map(|shard| format!("shard {}", shard.0));
        let host = seen.host.map(|host| self.names().host(host).to_owned());
        let parts: Vec<String> = shard.into_iter().chain(host).collect();
        if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
    }
}

fn about(seen: Seen, consumer: Option<ConsumerId>) -> Subject {
    let consumers = consumer.into_iter().collect();
    let (shards, hosts) = (seen.shard.into_iter().collect(), seen.host.into_iter().collect());
    Subject { consumers, hosts, shards, ..Subject::default() }
}
