//! Takes out keys, so that their defaults hold: of a section all at once, then halves, then each.
//!
//! Keys that limit something are left alone, because without them there is more of it: all of a fault, its hosts, its
//! length, its share; and what says who there is, which other passes drop.

use super::super::cut::Cut;
use super::super::lean::{Step, file_of, lean, paths, remove};
use super::Pass;
use crate::scenario::file::File;

pub(super) const PASS: Pass = Pass { name: "defaults", about: "keys go whose default does as well", go };

/// Keys of these sections go, below what the file calls them.
const NAMED: [&str; 3] = ["stream", "producer", "consumer"];
/// What a poller has instead of all the KCL does is no simplification.
const KEPT: [&str; 1] = ["library"];
/// Of lists: the keys that do not limit what they belong to.
const OF_FAULTS: [&str; 1] = ["if_any"];
const OF_ACTIONS: [&str; 3] = ["at_hash_key", "expect_refusal", "stream"];

fn go(cut: &mut Cut<'_>) {
    cut.drop_parts(
        |file| removable(file).len(),
        |file, part| {
            let ways = removable(file);
            let mut tree = lean(file);
            ways[part].iter().for_each(|way| remove(&mut tree, way));
            if let Some(without) = file_of(tree) {
                *file = without;
            }
        },
    );
}

/// The keys that may go.
fn removable(file: &File) -> Vec<Vec<Step>> {
    let mut ways = paths(&lean(file));
    ways.retain(|way| is_removable(way));
    ways
}

fn is_removable(way: &[Step]) -> bool {
    let key = |step: &Step| match step {
        Step::Key(key) => key.clone(),
        Step::Entry(_) => String::new(),
    };
    let (section, last) = (key(&way[0]), way.last().map(key).unwrap_or_default());
    match section.as_str() {
        "assume" | "network" | "liveness" => true,
        section if NAMED.contains(&section) => way.len() > 2 && !KEPT.contains(&last.as_str()),
        "fault" => way.len() == 3 && OF_FAULTS.contains(&last.as_str()),
        "action" => way.len() == 3 && OF_ACTIONS.contains(&last.as_str()),
        _ => false,
    }
}
