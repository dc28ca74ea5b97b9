//! Names the shards that `hottest` and `coldest` meant, so that what is cut elsewhere does not choose another.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::cut::{Cut, Pass};
use crate::base::{Event, Fold, ShardId, SimTime, StreamId, StreamName};
use crate::run::{Options, run};
use crate::scenario::section::Action;

pub(super) const PASS: Pass =
    Pass { name: "shard-choices", about: "`hottest` and `coldest` become the shards that they meant", go };

/// What was resharded behind an action may be its work or another's; so many are tried.
const TRIED: usize = 3;

/// A shard that was split or merged, the lower one of two.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Reshard {
    at: SimTime,
    stream: StreamName,
    is_merge: bool,
    shard: ShardId,
}

/// Hears which shards were split and merged.
#[derive(Default)]
struct Reshards {
    streams: BTreeMap<StreamId, StreamName>,
    found: Vec<Reshard>,
}

impl Fold for Reshards {
    fn on(&mut self, at: SimTime, event: &Event) {
        match event {
            Event::StreamDeclared { stream, name, .. } => {
                self.streams.insert(*stream, name.clone());
            }
            Event::ShardOpened { stream, parent: Some(shard), adjacent_parent, .. } => {
                let Some(stream) = self.streams.get(stream).cloned() else { return };
                let reshard = Reshard { at, stream, is_merge: adjacent_parent.is_some(), shard: *shard };
                // The two children of a split are opened one after the other.
                if self.found.last() != Some(&reshard) {
                    self.found.push(reshard);
                }
            }
            _ => {}
        }
    }
}

fn go(cut: &mut Cut<'_>) {
    if !cut.file().action.iter().any(is_by_load) {
        return;
    }
    let Some(plan) = cut.drafting().plan(cut.file()) else { return };
    let reshards = Rc::new(RefCell::new(Reshards::default()));
    run(&plan, Options { listeners: vec![reshards.clone()], ..Options::default() });
    let reshards = std::mem::take(&mut reshards.borrow_mut().found);
    for n in 0..cut.file().action.len() {
        let action = cut.file().action[n].clone();
        if !is_by_load(&action) {
            continue;
        }
        let is_its = |reshard: &&Reshard| {
            let is_of_stream = action.stream.as_ref().is_none_or(|name| *name == reshard.stream.to_string());
            is_of_stream && reshard.at.since(SimTime::ZERO) >= action.at.0 && reshard.is_merge == action.merge.is_some()
        };
        let _ = reshards.iter().filter(is_its).take(TRIED).any(|reshard| {
            cut.takes_with(|file| {
                let action = &mut file.action[n];
                let choice = if reshard.is_merge { &mut action.merge } else { &mut action.split };
                *choice = Some(reshard.shard.to_string());
            })
        });
    }
}

/// Whether it is done once, to a shard that is chosen by its load.
fn is_by_load(action: &Action) -> bool {
    let choice = action.split.as_deref().or(action.merge.as_deref());
    matches!(choice, Some("hottest" | "coldest")) && action.every.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::shrink::pass::testing::{SOURCE, cut_text};

    #[test]
    fn the_shard_is_named_that_was_split_and_the_lower_one_of_those_that_were_merged() {
        let source = format!(
            "{SOURCE}keys = {{ hot = \"a\", share = \"90%\" }}\n[[action]]\nat = \"2m\"\nsplit = \"hottest\"\n\
             [[action]]\nat = \"4m\"\nmerge = \"coldest\"\n"
        );
        // A hot key belongs to the producer.
        let source = source.replace("[consumer.billing]\nstream = \"orders\"\nworkers = 3\n", "");
        let text = cut_text(&PASS, &source, |_| true);
        // MD5 of "a" is 0x0cc1..., which is in the lowest quarter.
        assert!(text.contains("split = \"shardId-000000000000\""), "{text}");
        assert!(text.contains("merge = \"shardId-0"), "{text}");
        let text = cut_text(&PASS, &source, |text| text.contains("hottest"));
        assert!(text.contains("hottest") && !text.contains("coldest"), "{text}");
    }
}
