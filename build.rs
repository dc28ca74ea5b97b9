//! Gives the binary its version: that of the package, and of a release build the commit that it was built from.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-env-changed=KINESIM_COMMIT");
    // Where no repository is at hand, as in an image's build, whoever builds can say the commit. A debug build has
    // none, or each commit would compile everything again.
    let commit = std::env::var("KINESIM_COMMIT").ok().or_else(|| is_release().then(commit).flatten());
    let version = env!("CARGO_PKG_VERSION");
    match commit {
        Some(commit) => println!("cargo::rustc-env=KINESIM_VERSION={version} ({commit})"),
        None => println!("cargo::rustc-env=KINESIM_VERSION={version}"),
    }
}

fn is_release() -> bool {
    std::env::var("PROFILE").is_ok_and(|profile| profile == "release")
}

/// The commit and its day, as `rustc --version` has them; `None` outside a repository of this package.
fn commit() -> Option<String> {
    git(&["ls-files", "--error-unmatch", "build.rs"])?;
    let branch = git(&["rev-parse", "--symbolic-full-name", "HEAD"])?;
    for file in ["HEAD", "packed-refs", &branch] {
        let path = git(&["rev-parse", "--git-path", file])?;
        // To cargo a file that is not there has always changed.
        if std::path::Path::new(&path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    git(&["log", "-1", "--format=%h %cs", "--abbrev=9"])
}

/// What git says in one line; `None` when it is not there, or not content.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
