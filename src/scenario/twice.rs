//! Keys that stand twice: where the other one is.
//!
//! Found by lines, which is how people write scenarios; of a key in an inline table only the second place is told.

use std::ops::Range;

/// Older names of keys that files may still use: section, name, and what it is called now.
pub(super) const ALIASES: [(&str, &str, &str); 3] = [
    ("Consumer", "checkpoint_every", "checkpoint"),
    ("Consumer", "sink", "store"),
    ("Fault", "sink_outage", "store_outage"),
];

/// Each line with its place.
fn lines(source: &str) -> impl DoubleEndedIterator<Item = (usize, &str)> {
    let place = |line: &str| line.as_ptr() as usize - source.as_ptr() as usize;
    source.lines().map(move |line| (place(line), line))
}

/// The place of the key that a line sets.
fn key_at((start, line): (usize, &str), key: &str) -> Option<Range<usize>> {
    let indent = line.len() - line.trim_start().len();
    let rest = line.trim_start().strip_prefix(key)?.trim_start();
    rest.starts_with('=').then(|| start + indent..start + indent + key.len())
}

/// Where a key or a section that stands at `second` stands first.
pub(super) fn first_of(source: &str, second: &Range<usize>) -> Option<Range<usize>> {
    let key = source.get(second.clone())?;
    let line_start = source[..second.start].rfind('\n').map_or(0, |at| at + 1);
    let line = source[line_start..].lines().next()?.trim();
    let mut above = lines(source).filter(|(start, _)| *start < line_start);
    if line.starts_with('[') {
        return above
            .find(|(_, other)| other.trim() == line)
            .map(|(start, other)| start..start + other.trim_end().len());
    }
    above.rev().take_while(|(_, other)| !other.trim_start().starts_with('[')).find_map(|line| key_at(line, key))
}

/// Where a key stands under both of its names, in the section whose header begins at `section`.
pub(super) fn both_names(source: &str, section: usize, key: &str) -> Option<[(&'static str, Range<usize>); 2]> {
    let (_, alias, name) = ALIASES.iter().find(|(_, _, name)| *name == key)?;
    let after = lines(source).skip_while(|(start, _)| *start < section).skip(1);
    let own: Vec<_> = after.take_while(|(_, line)| !line.trim_start().starts_with('[')).collect();
    let place = |key: &str| own.iter().find_map(|line| key_at(*line, key));
    let mut both = [(*name, place(name)?), (*alias, place(alias)?)];
    both.sort_by_key(|(_, place)| place.start);
    Some(both)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find<'a>(source: &'a str, second: &str) -> Option<&'a str> {
        let at = source.rfind(second).expect("it is there");
        first_of(source, &(at..at + second.len())).map(|first| {
            assert!(first.start < at);
            &source[first]
        })
    }

    #[test]
    fn the_first_of_two_stands_in_the_same_section() {
        assert_eq!(find("a = 1\nb = 2\n  a = 3\n", "a"), Some("a"));
        assert_eq!(find("a = 1\n[s]\na = 2\n", "a"), None, "another section's");
        assert_eq!(find("ab = 1\na = 2\n", "a"), None, "another key");
        assert_eq!(find("[stream.s]\nx = 1\n[stream.s]\n", "s"), Some("[stream.s]"));
    }

    #[test]
    fn a_key_is_found_under_both_of_its_names() {
        let source = "[consumer.c]\nsink = \"plain\"\nstore = \"plain\"\n[x]\n";
        let both = both_names(source, 0, "store").expect("both are there");
        assert_eq!(both.map(|(name, place)| (name, &source[place])), [("sink", "sink"), ("store", "store")]);
        assert_eq!(both_names("[c]\nsink = 1\n[d]\nstore = 1\n", 0, "store"), None);
    }
}
