//! Takes out keys, so that their defaults hold: of a section all at once, then halves, then each.
//!
//! Keys that limit something are left alone, because without them there is more of it: all of a fault, its hosts, its
//! length, its share; and what says who there is, which other passes drop.

use super::super::cut::{Cut, Pass};
use super::super::lean::{Step, file_of, lean, paths, remove};
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::shrink::pass::testing::{SOURCE, cut_text};

    #[test]
    fn keys_go_that_change_nothing_of_the_failure() {
        let source = format!(
            "{SOURCE}checkpoint = \"5s\"\nprocessing = \"3ms\"\n\
             kcl = {{ auditor_threshold = 7, failed_checkpoint_undone = true }}\n\
             [network]\nlatency = \"1ms\"\n[liveness]\nowned_within = \"1m\"\n"
        );
        let text = cut_text(&PASS, &source, |text| text.contains("undone") && text.contains("checkpoint = \"5s\""));
        let billing =
            "[consumer.billing]\nstream = \"orders\"\ncheckpoint = \"5s\"\nkcl = { failed_checkpoint_undone = true }";
        assert!(text.contains(billing), "{text}");
        assert!(!text.contains("network") && !text.contains("liveness"), "{text}");
    }

    #[test]
    fn what_limits_a_fault_stays() {
        let fault = "[[fault]]\nat = \"1m\"\nfor = \"4s\"\n\
                     lose = { hosts = [\"shop\"], rate = \"7%\", service = \"kinesis\" }\n";
        let text = cut_text(&PASS, &format!("{SOURCE}{fault}"), |_| true);
        assert!(text.ends_with(fault), "{text}");
    }
}
