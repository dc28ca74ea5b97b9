//! What parts of a search found, put together: what one search of all its seeds would have found.

use std::fmt;

use super::findings::Findings;
use super::partition::Partition;
use super::scope::Scope;

/// Why findings cannot be put together.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unmergeable {
    /// There are none.
    Nothing,
    /// They are of searches that were asked for different things.
    Unlike(&'static str),
    /// One of several was no part.
    Whole,
    /// A part is there twice.
    Twice(Partition),
}

impl fmt::Display for Unmergeable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("there is nothing to put together"),
            Self::Unlike(what) => {
                write!(f, "these are parts of different searches: their {what} differ; merge the parts of one search")
            }
            Self::Whole => f.write_str("one of these searches was no part of another: search with --partition K/N"),
            Self::Twice(part) => write!(f, "part {part} is there twice: merge every part once"),
        }
    }
}

/// Puts them together, in whatever order they come.
pub(crate) fn merge(mut parts: Vec<(Scope, Findings)>) -> Result<(Scope, Findings), Unmergeable> {
    parts.sort_by_key(|(scope, _)| scope.partition);
    let of = |scope: &Scope| scope.partition.map(Partition::of);
    let Some((first, _)) = parts.first().cloned() else { return Err(Unmergeable::Nothing) };
    for (scope, _) in &parts {
        unlike(&first, scope)?;
        if of(scope) != of(&first) {
            return Err(Unmergeable::Unlike("numbers of parts"));
        }
    }
    if parts.len() > 1 && first.partition.is_none() {
        return Err(Unmergeable::Whole);
    }
    if let Some(two) = parts.windows(2).find(|two| two[0].0.partition == two[1].0.partition) {
        return Err(two[0].0.partition.map_or(Unmergeable::Whole, Unmergeable::Twice));
    }
    let is_there = |part: &Partition| parts.iter().any(|(scope, _)| scope.partition == Some(*part));
    let missing = of(&first).into_iter().flat_map(Partition::all).filter(|part| !is_there(part)).collect();
    let mut all = Findings::lacking(missing);
    parts.into_iter().for_each(|(_, findings)| all.add(findings));
    Ok((Scope { partition: None, ..first }, all))
}

/// Says in what two searches differ, if they do.
fn unlike(one: &Scope, other: &Scope) -> Result<(), Unmergeable> {
    let differ = [
        ("scenario files", one.scenarios != other.scenarios),
        ("seeds (--from, --seeds, --for)", (one.from, one.seeds) != (other.from, other.seeds)),
        ("options (--swarm, --bug)", (one.swarm, one.bug, one.branch) != (other.swarm, other.bug, other.branch)),
    ];
    let what = differ.iter().find(|(_, do_differ)| *do_differ);
    what.map_or(Ok(()), |(what, _)| Err(Unmergeable::Unlike(what)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &str, seeds: u64) -> (Scope, Findings) {
        let scope = Scope { partition: text.parse().ok(), seeds: Some(seeds), ..Scope::default() };
        (scope, Findings::default())
    }

    #[test]
    fn parts_of_one_search_are_put_together_once_each_and_what_is_missing_is_told() {
        let (scope, findings) = merge(vec![part("3/3", 9), part("1/3", 9)]).expect("parts of one search");
        assert_eq!(scope.partition, None, "it is all of it");
        assert_eq!(findings.missing.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2/3"]);
        let refused = |parts| merge(parts).expect_err("they do not belong together");
        assert_eq!(refused(vec![]), Unmergeable::Nothing);
        assert_eq!(
            refused(vec![part("1/3", 9), part("2/3", 8)]),
            Unmergeable::Unlike("seeds (--from, --seeds, --for)")
        );
        assert_eq!(refused(vec![part("1/3", 9), part("2/2", 9)]), Unmergeable::Unlike("numbers of parts"));
        assert_eq!(refused(vec![part("", 9), part("", 9)]), Unmergeable::Whole);
        let twice = refused(vec![part("1/3", 9), part("2/3", 9), part("1/3", 9)]);
        assert_eq!(twice.to_string(), "part 1/3 is there twice: merge every part once");
    }
}
