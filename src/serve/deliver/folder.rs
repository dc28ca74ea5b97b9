//! Objects as files of a folder: a key's parts are folders, and a file is there as a whole or not at all.

use std::io;
use std::path::{Path, PathBuf};

use crate::aws::protocol::outside::Came;

/// Writes an object. A file that is there already is replaced.
pub(super) async fn write(folder: &Path, key: &str, bytes: Vec<u8>, number: u64) -> Came {
    let (path, beside) = (folder.join(relative(key)), format!(".kinesim-{number}.part"));
    let written = tokio::task::spawn_blocking(move || put(&path, &beside, &bytes)).await;
    match written.map_err(io::Error::other).flatten() {
        Ok(()) => Came::Done { count: 1 },
        Err(error) => Came::Refused { code: code_of(&error).to_owned(), message: error.to_string() },
    }
}

fn put(path: &Path, beside: &str, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder)?;
    let part = folder.join(beside);
    std::fs::write(&part, bytes)?;
    std::fs::rename(&part, path)
}

/// What S3 would call it.
fn code_of(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => "AccessDenied",
        io::ErrorKind::InvalidFilename => "KeyTooLongError",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "ServiceUnavailable",
        _ => "InternalError",
    }
}

/// The path of a key: it stays within its folder, whatever the key. What no file can be called is percent-encoded.
fn relative(key: &str) -> PathBuf {
    let part = |part: &str| match part {
        "" => "%2F".to_owned(),
        "." => "%2E".to_owned(),
        ".." => "%2E%2E".to_owned(),
        part => part.replace('\0', "%00"),
    };
    key.split('/').map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_leaves_its_folder() {
        let cases = [
            ("data/2026/a.gz", "data/2026/a.gz"),
            ("../../etc/passwd", "%2E%2E/%2E%2E/etc/passwd"),
            ("/etc/passwd", "%2F/etc/passwd"),
            ("a//b/./c", "a/%2F/b/%2E/c"),
            ("a\0b", "a%00b"),
        ];
        for (key, path) in cases {
            assert_eq!(relative(key), Path::new(path), "{key}");
        }
    }
}
