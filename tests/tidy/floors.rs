//! The floors of ARCHITECTURE.md: who may import whom.

use std::collections::BTreeSet;

use crate::source::Source;

/// A folder with its floor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Folder {
    pub name: String,
    pub floor: u32,
}

/// The table of floors: `| 4 | `src/check/`, `src/measure/` | ...`.
pub(crate) fn floors(architecture: &str) -> Vec<Folder> {
    let mut found = Vec::new();
    for line in architecture.lines() {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let ["", floor, folders, ..] = cells[..] else { continue };
        let Ok(floor) = floor.parse() else { continue };
        let folders = folders.split('`').filter(|text| text.starts_with("src/"));
        found.extend(folders.map(|name| Folder { name: name.into(), floor }));
    }
    found
}

/// The folder that a file stands in: the innermost that the table has.
pub(crate) fn folder_of<'a>(floors: &'a [Folder], file: &str) -> Option<&'a Folder> {
    floors.iter().filter(|folder| file.starts_with(&folder.name)).max_by_key(|folder| folder.name.len())
}

/// Arrows that run to a higher floor.
pub(crate) fn upward(floors: &[Folder], arrows: &BTreeSet<(String, String)>) -> Vec<String> {
    arrows_that(floors, arrows, |from, to| to.floor > from.floor)
}

/// Arrows that run to another folder of the same floor.
pub(crate) fn sideways(floors: &[Folder], arrows: &BTreeSet<(String, String)>) -> Vec<String> {
    arrows_that(floors, arrows, |from, to| to.floor == from.floor && to.name != from.name)
}

fn arrows_that(
    floors: &[Folder],
    arrows: &BTreeSet<(String, String)>,
    is_wrong: impl Fn(&Folder, &Folder) -> bool,
) -> Vec<String> {
    let wrong = arrows.iter().filter(|(from, to)| match (folder_of(floors, from), folder_of(floors, to)) {
        (Some(from), Some(to)) => is_wrong(from, to),
        _ => false,
    });
    wrong.map(|(from, to)| format!("{from} -> {to}")).collect()
}

/// Files that stand in no folder of the table; the crate's roots stand above all floors.
pub(crate) fn without_floor(floors: &[Folder], sources: &[Source]) -> Vec<String> {
    let files = sources.iter().map(|source| source.name.as_str()).filter(|name| name.starts_with("src/"));
    let roots = ["src/lib.rs", "src/main.rs"];
    files.filter(|name| !roots.contains(name) && folder_of(floors, name).is_none()).map(str::to_owned).collect()
}

/// Folders whose `mod.rs` does not open with the floor that the table says.
pub(crate) fn wrong_openings(floors: &[Folder], sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for folder in floors {
        let file = format!("{}mod.rs", folder.name);
        let Some(source) = sources.iter().find(|source| source.name == file) else {
            found.push(format!("{file} is missing"));
            continue;
        };
        let expected = format!("//! Floor {}: ", folder.floor);
        if !source.text.starts_with(&expected) {
            found.push(format!("{file} does not open with `{expected}`"));
        }
    }
    for source in sources {
        let opening = source.text.lines().next().unwrap_or_default();
        let is_folder = floors.iter().any(|folder| source.name == format!("{}mod.rs", folder.name));
        if opening.starts_with("//! Floor ") && !is_folder {
            found.push(format!("{} names a floor, and is no folder of the table", source.name));
        }
    }
    found
}
