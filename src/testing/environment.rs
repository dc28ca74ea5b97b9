//! The one place where a search that is a test looks at its surroundings: which seeds a nightly build asks for, in
//! which folder the test runs, where cargo builds. None of it reaches a run.

use std::ops::Range;
use std::path::{Path, PathBuf};

/// Overrides the seeds of every search.
const SEEDS: &str = "KINESIM_SEEDS";

/// What surrounds a test.
#[derive(Debug, Default)]
pub(super) struct Environment {
    /// The value of `KINESIM_SEEDS`.
    pub(super) seeds: Option<String>,
    /// The folder in which the test runs.
    pub(super) folder: PathBuf,
    /// The program that is the test.
    pub(super) program: PathBuf,
}

impl Environment {
    pub(super) fn read() -> Self {
        Self {
            seeds: std::env::var(SEEDS).ok(),
            folder: std::env::current_dir().unwrap_or_default(),
            program: std::env::current_exe().unwrap_or_default(),
        }
    }

    /// Those that the variable names: `N` from the search's first seed on, or `FROM..TO`.
    pub(super) fn seeds(&self, otherwise: Range<u64>) -> Result<Range<u64>, String> {
        let Some(text) = self.seeds.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
            return Ok(otherwise);
        };
        let wrong = || format!("{SEEDS}={text}: give a number of seeds, as 5000, or a range, as 5000..9000");
        let number = |text: &str| text.trim().parse::<u64>().map_err(|_| wrong());
        let seeds = match text.split_once("..") {
            Some((from, to)) => number(from)?..number(to)?,
            None => otherwise.start..otherwise.start.saturating_add(number(text)?),
        };
        if seeds.is_empty() { Err(wrong()) } else { Ok(seeds) }
    }

    /// A path as whoever stands in the test's folder writes it.
    pub(super) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.folder).unwrap_or(path).display().to_string()
    }

    /// `kinesim-found` in cargo's target folder, which is told by where the test's program lies: in
    /// `target/PROFILE/deps`.
    pub(super) fn found(&self) -> PathBuf {
        let deps = self.program.ancestors().find(|folder| folder.ends_with("deps"));
        let target = deps.and_then(Path::parent).and_then(Path::parent);
        target.unwrap_or(Path::new("target")).join("kinesim-found")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(seeds: &str) -> Environment {
        Environment { seeds: Some(seeds.into()), ..Environment::default() }
    }

    #[test]
    fn the_variable_overrides_the_seeds_and_a_wrong_one_is_told() {
        assert_eq!(Environment::default().seeds(1..101), Ok(1..101));
        assert_eq!(with(" ").seeds(1..101), Ok(1..101));
        assert_eq!(with("5000").seeds(1..101), Ok(1..5001));
        assert_eq!(with("7..8").seeds(1..101), Ok(7..8));
        for wrong in ["many", "0", "9..9", "9..", "-1"] {
            let told = with(wrong).seeds(1..101).expect_err("it is wrong");
            assert!(told.starts_with(&format!("KINESIM_SEEDS={wrong}: give a number of seeds")), "{told}");
        }
    }

    #[test]
    fn what_is_found_lies_in_the_target_folder_wherever_that_is() {
        let found = |program: &str| Environment { program: program.into(), ..Environment::default() }.found();
        assert_eq!(found("/w/target/debug/deps/orders-1a2b"), Path::new("/w/target/kinesim-found"));
        assert_eq!(found("/elsewhere/release/deps/orders-1a2b"), Path::new("/elsewhere/kinesim-found"));
        assert_eq!(found("/bin/orders"), Path::new("target/kinesim-found"));
    }

    #[test]
    fn paths_are_shown_from_the_folder_of_the_test() {
        let environment = Environment { folder: "/w/orders".into(), ..Environment::default() };
        assert_eq!(environment.shown(Path::new("/w/orders/scenarios/a.toml")), "scenarios/a.toml");
        assert_eq!(environment.shown(Path::new("/w/target/kinesim-found")), "/w/target/kinesim-found");
    }
}
