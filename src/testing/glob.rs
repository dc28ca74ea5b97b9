//! Paths with stars. Not modelled: `**`, `?`, sets of letters.

use std::io;
use std::path::{Component, Path, PathBuf};

/// The files below a folder that match, in order.
pub(super) fn matching(root: &Path, pattern: &str) -> io::Result<Vec<PathBuf>> {
    let mut found = vec![root.to_owned()];
    for component in Path::new(pattern).components() {
        found = match component {
            Component::Normal(name) => match name.to_str().filter(|name| name.contains('*')) {
                Some(stars) => entries(&found, stars)?,
                None => found.iter().map(|path| path.join(name)).filter(|path| path.exists()).collect(),
            },
            other => found.iter().map(|path| path.join(other)).collect(),
        };
    }
    found.retain(|path| path.is_file());
    found.sort();
    Ok(found)
}

/// What lies in these folders under a name that matches.
fn entries(folders: &[PathBuf], pattern: &str) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for folder in folders.iter().filter(|folder| folder.as_os_str().is_empty() || folder.is_dir()) {
        let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        for entry in here.read_dir()? {
            let name = entry?.file_name();
            if name.to_str().is_some_and(|name| is_match(pattern, name)) {
                found.push(folder.join(name));
            }
        }
    }
    Ok(found)
}

/// Whether a name is the pattern with some text for each star. The first fit of what stands between two stars is as
/// good as any later one.
fn is_match(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = name.find(part) else { return false };
        name = &name[at + part.len()..];
    }
    name.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_text_within_a_name() {
        for (pattern, name) in [("*.toml", "a.toml"), ("a*b*c", "aXbYbZc"), ("a*", "a"), ("*", "x"), ("x", "x")] {
            assert!(is_match(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("*.toml", "a.tom"), ("ab*ba", "aba"), ("a*b*c", "acb"), ("x", "xy")] {
            assert!(!is_match(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn files_are_found_in_order_and_folders_are_not_scenarios() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let names = |pattern: &str| {
            let found = matching(root, pattern).expect("the folder is readable");
            found.iter().map(|path| path.file_name().expect("a name").display().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(names("scenarios/explore/le*.toml"), ["leases.toml"]);
        assert_eq!(names("scenarios/e*/l*.toml"), ["leases.toml", "limits.toml"]);
        assert_eq!(names("scenarios/explore/leases.toml"), ["leases.toml"]);
        assert_eq!(names("scenarios/expl*"), [""; 0]);
        assert_eq!(names("nowhere/*.toml"), [""; 0]);
    }
}
