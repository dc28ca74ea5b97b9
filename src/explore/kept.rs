//! Timelines that failed once and are kept, so that they run first the next time.
//!
//! The file is the user's: it is read and added to, never written anew, so that comments stay. Not here: where it is.

use serde::{Deserialize, Serialize};

use super::known::known;
use super::one::Failure;
use crate::base::{Bug, Seeds};

/// What stands above the first that is kept.
pub(crate) const HEAD: &str = "\
# Timelines that failed in `kinesim explore`. They run first the next time, until they are taken out here.
# Commit this file, so that everybody who searches these scenarios begins with them.
";

/// A timeline that failed, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kept {
    /// The scenario file, relative to the folder of the file in which this stands.
    pub(crate) scenario: String,
    pub(crate) seed: Seeds,
    /// Whether the seed draws the scenario too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) swarm: bool,
    /// The bug that was planted. It runs only where that bug is planted again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) bug: Option<Bug>,
    /// The check that failed, or the expectation.
    pub(crate) check: String,
    /// What the evidence has in common with others of its kind.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) shape: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    timeline: Vec<Kept>,
}

/// What became of a timeline that was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Came {
    /// It fails as it did.
    Fails,
    /// What failed does not, and something else does.
    FailsOtherwise,
    Passes,
    /// The file makes no such run any more.
    NoRun,
}

/// A timeline that was kept, and has run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeptRun {
    /// Its place in the search.
    pub(crate) place: u64,
    /// In which line of the file it begins.
    pub(crate) line: usize,
    pub(crate) source: usize,
    pub(crate) kept: Kept,
    pub(crate) came: Came,
}

impl Kept {
    /// What became of it, by what fails now.
    pub(crate) fn came(&self, failures: &[Failure]) -> Came {
        let is_it = |failure: &Failure| failure.of == self.check && failure.shape == self.shape;
        let counted: Vec<&Failure> = failures.iter().filter(|failure| known(failure).is_none()).collect();
        match counted.into_iter().map(is_it).max() {
            None => Came::Passes,
            Some(true) => Came::Fails,
            Some(false) => Came::FailsOtherwise,
        }
    }
}

/// The timelines of a file, each with the line in which it begins.
pub(crate) fn read(text: &str) -> Result<Vec<(usize, Kept)>, toml::de::Error> {
    let File { timeline } = toml::from_str(text)?;
    let begins = |line: &str| line.replace(' ', "").starts_with("[[timeline]]");
    let lines = (1..).zip(text.lines()).filter(|(_, line)| begins(line)).map(|(number, _)| number);
    Ok(lines.chain(std::iter::repeat(1)).zip(timeline).collect())
}

/// What is added to a file of this text, so that these timelines are kept too.
pub(crate) fn added(text: &str, timeline: Vec<Kept>) -> String {
    let body = toml::to_string(&File { timeline });
    let body = body.unwrap_or_else(|error| unreachable!("strings and numbers are written: {error}"));
    let head = if text.trim().is_empty() { HEAD } else { "" };
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("{end}{head}\n{body}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(seed: &str, shape: &str) -> Kept {
        Kept {
            scenario: "scenarios/orders.toml".into(),
            seed: seed.parse().expect("seeds"),
            swarm: shape.is_empty(),
            bug: None,
            check: "shard-order".into(),
            shape: shape.into(),
        }
    }

    #[test]
    fn what_is_added_is_read_again_and_what_stands_there_stays() {
        let first = added("", vec![kept("7", "record # came before #")]);
        assert!(first.starts_with(HEAD) && first.contains("seed = 7\n"), "{first}");
        let text = format!("{first}# Since the sale.{}", added("# Since the sale.", vec![kept("8@3m12s:41", "")]));
        let read = read(&text).expect("it is TOML");
        assert_eq!(read, [(4, kept("7", "record # came before #")), (11, kept("8@3m12s:41", ""))], "{text}");
    }

    #[test]
    fn a_timeline_fails_as_it_did_only_with_the_same_check_and_shape() {
        let failure = |of: &str, shape: &str| Failure {
            of: of.into(),
            shape: shape.into(),
            what: String::new(),
            timeline: Vec::new(),
        };
        let kept = kept("7", "record # came before #");
        assert_eq!(kept.came(&[]), Came::Passes);
        let (same, other) = (failure("shard-order", "record # came before #"), failure("shard-order", "record #"));
        assert_eq!(kept.came(std::slice::from_ref(&other)), Came::FailsOtherwise);
        assert_eq!(kept.came(&[other, same]), Came::Fails);
    }

    #[test]
    fn a_key_that_is_none_is_told() {
        let wrong = read("[[timeline]]\nscenario = \"a\"\nseed = 1\ncheck = \"x\"\nswram = true\n");
        assert!(wrong.expect_err("a slip").to_string().contains("swram"));
    }
}
