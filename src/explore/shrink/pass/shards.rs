//! Takes away shards, with what names them.

use super::super::cut::{Cut, Pass};
use super::super::ladder::counts_below;
use crate::scenario::file::File;

pub(super) const PASS: Pass = Pass { name: "shards", about: "streams have fewer shards; what names them goes", go };

fn go(cut: &mut Cut<'_>) {
    let streams: Vec<String> = cut.file().stream.keys().cloned().collect();
    for name in &streams {
        let count = |file: &File| file.stream.get(name).map_or(0, |stream| stream.shards);
        let set = |file: &mut File, n| file.stream.get_mut(name).into_iter().for_each(|stream| stream.shards = n);
        cut.lower(|file| counts_below(count(file)), set);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::shrink::pass::testing::{SOURCE, cut_text};

    #[test]
    fn a_fault_of_a_shard_goes_with_it_unless_it_is_needed() {
        let fault = "[[fault]]\nat = \"1m\"\nfor = \"1s\"\nthrottle = { stream = \"orders\", shard = 2 }\n";
        let source = format!("{SOURCE}{fault}");
        let text = cut_text(&PASS, &source, |_| true);
        assert!(text.contains("shards = 1") && !text.contains("throttle"), "{text}");
        let text = cut_text(&PASS, &source, |text| text.contains("throttle"));
        assert!(text.contains("shards = 3"), "{text}");
    }
}
