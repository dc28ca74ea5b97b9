//! Files that use each other, directly or by way of others.

use std::collections::{BTreeMap, BTreeSet};

/// Groups of files of which each leads to every other.
pub(crate) fn circles(arrows: &BTreeSet<(String, String)>) -> Vec<Vec<&str>> {
    let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut before: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in arrows {
        next.entry(from).or_default().push(to);
        before.entry(to).or_default().push(from);
    }
    let mut circles = BTreeSet::new();
    for file in next.keys() {
        let after = reached(file, &next);
        let circle: Vec<_> = reached(file, &before).intersection(&after).copied().collect();
        if circle.contains(file) {
            circles.insert(circle);
        }
    }
    circles.into_iter().collect()
}

/// What one gets to from `file` by at least one arrow.
fn reached<'a>(file: &'a str, next: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut open = vec![file];
    while let Some(file) = open.pop() {
        open.extend(next.get(file).into_iter().flatten().filter(|to| found.insert(**to)));
    }
    found
}
