//! What a run leaves at destinations, as files: the objects in S3 under `sinks/s3/BUCKET/KEY`.
//!
//! A key may be any text and a file's name may not, so what could be more than a name is written as `%` and two digits:
//! every byte but letters, digits and a few signs, and `.` and `..`. An empty part of a key, as in `a//b`, is `%2F`. A
//! key that is also the beginning of others (`a` beside `a/b`) has `%2F` behind it, and so has a part that is too long
//! for a name, which is cut there and goes on with its hash. No two keys have one file, and none is outside the folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::files::{with_path, write_named};
use crate::base::Body;

/// Where they are.
pub(crate) const FOLDER: &str = "sinks/s3";
/// Longer names cannot be had on common file systems.
const NAME_BYTES_MAX: usize = 240;
/// What stands in a name only where this page says: in a key a slash is always between parts.
const SLASH: &str = "%2F";

/// An object that is there at a run's end.
#[derive(Clone, Debug)]
pub(crate) struct LeftObject {
    pub(crate) bucket: Arc<str>,
    pub(crate) key: Arc<str>,
    pub(crate) body: Body,
}

/// Writes objects, which are in order of bucket and key, in place of those that an earlier run left.
///
/// # Errors
/// When a file cannot be written; the error names it.
pub(crate) fn write(dir: &Path, objects: &[LeftObject]) -> io::Result<()> {
    let folder = dir.join(FOLDER);
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(with_path(&folder, &error)),
        _ => {}
    }
    for (n, object) in objects.iter().enumerate() {
        let path = folder.join(path_of(object, &objects[n + 1..]));
        write_named(&path, object.body.bytes())?;
    }
    Ok(())
}

/// The file of an object, which comes before these in order.
fn path_of(object: &LeftObject, behind: &[LeftObject]) -> PathBuf {
    let parts = std::iter::once(&*object.bucket).chain(object.key.split('/'));
    let mut path: PathBuf = parts.map(name).collect();
    let is_folder = |other: &LeftObject| {
        other.bucket == object.bucket && other.key.strip_prefix(&*object.key).is_some_and(|rest| rest.starts_with('/'))
    };
    // Keys that begin with this one come right behind it.
    let is_alike = |other: &&LeftObject| other.bucket == object.bucket && other.key.starts_with(&*object.key);
    let mut alike = behind.iter().take_while(is_alike);
    if alike.any(is_folder) {
        let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        path.set_file_name(format!("{file}{SLASH}"));
    }
    path
}

/// The name of a file or folder for a part of a key.
fn name(part: &str) -> String {
    let name = match part {
        "" => return SLASH.to_owned(),
        "." | ".." => part.replace('.', "%2E"),
        part => part.bytes().map(written).collect(),
    };
    if name.len() <= NAME_BYTES_MAX {
        return name;
    }
    let hash = format!("{SLASH}{:016x}", xxh3_64(part.as_bytes()));
    format!("{}{hash}", &name[..NAME_BYTES_MAX - hash.len()])
}

fn written(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        b'.' | b'-' | b'_' | b'=' | b'+' | b'@' | b',' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Component;

    use proptest::prelude::*;

    use super::*;
    use crate::base::Payload;
    use crate::base::body::Coding;

    fn objects(keys: &[&str]) -> Vec<LeftObject> {
        let mut keys: Vec<&str> = keys.to_vec();
        keys.sort_unstable();
        let of =
            |key: &str| LeftObject { bucket: "lake".into(), key: key.into(), body: key.as_bytes().to_vec().into() };
        keys.into_iter().map(of).collect()
    }

    fn paths(objects: &[LeftObject]) -> Vec<String> {
        let path = |n: usize| path_of(&objects[n], &objects[n + 1..]);
        (0..objects.len()).map(|n| path(n).to_str().expect("ASCII").to_owned()).collect()
    }

    #[test]
    fn a_key_is_a_path_and_never_leads_out() {
        let keys = ["2026/11/28/a-1.gz", "/a", "../a", "a//b", "b", "b!", "b/c", "year=2026/\u{fc} x", "dir/"];
        let expected = [
            "lake/%2E%2E/a",
            "lake/%2F/a",
            "lake/2026/11/28/a-1.gz",
            "lake/a/%2F/b",
            "lake/b%2F",
            "lake/b%21",
            "lake/b/c",
            "lake/dir/%2F",
            "lake/year=2026/%C3%BC%20x",
        ];
        assert_eq!(paths(&objects(&keys)), expected);
    }

    #[test]
    fn a_name_that_is_too_long_is_cut_and_still_its_own() {
        let (one, other) = ("k".repeat(1000), format!("{}x", "k".repeat(999)));
        assert!(name(&one) != name(&other) && name(&one).len() == NAME_BYTES_MAX);
    }

    #[test]
    fn the_files_of_an_earlier_run_are_gone() {
        let dir = std::env::temp_dir().join(format!("kinesim-sinks-{}", std::process::id()));
        write(&dir, &objects(&["a", "a/b", "x"])).expect("it can be written");
        write(&dir, &objects(&["a/b"])).expect("it can be written");
        let lake = dir.join("sinks/s3/lake");
        let left: Vec<_> = fs::read_dir(&lake).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(left, ["a"]);
        assert_eq!(fs::read(lake.join("a/b")).expect("a file"), b"a/b");
        fs::remove_dir_all(&dir).expect("it is there");
    }

    #[test]
    fn a_file_holds_the_coded_bytes() {
        let dir = std::env::temp_dir().join(format!("kinesim-coded-sinks-{}", std::process::id()));
        let body = Body::new([Payload::from(b"click\n".to_vec())], Coding::Gzip);
        let object = LeftObject { bucket: "lake".into(), key: "a.gz".into(), body: body.clone() };
        write(&dir, &[object]).expect("it can be written");
        let written = fs::read(dir.join("sinks/s3/lake/a.gz")).expect("a file");
        assert!(written == body.bytes() && written != body.plain());
        fs::remove_dir_all(&dir).expect("it is there");
    }

    proptest! {
        #[test]
        fn whatever_keys_there_are_each_has_a_file_of_its_own_inside(
            keys in proptest::collection::btree_set("[a./%\\\\\u{e9}]{1,6}", 1..30),
        ) {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let paths = paths(&objects(&keys));
            for path in &paths {
                prop_assert!(Path::new(path).components().all(|part| matches!(part, Component::Normal(_))), "{path}");
                let is_folder = paths.iter().any(|other| other.starts_with(&format!("{path}/")));
                prop_assert!(!is_folder, "{path} is a file and a folder");
            }
            prop_assert_eq!(paths.iter().collect::<BTreeSet<_>>().len(), keys.len());
        }
    }
}
