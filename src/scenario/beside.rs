//! Files beside a scenario that it names: a table of prices, a list of alarms. Both are read before anything is
//! compiled, and what is wrong with one is told in its own lines.

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

use super::diagnostic::{Diagnostics, Problem};
use super::file::File;
use super::read::read;
use super::spans::{Path as Place, Spans};
use crate::alarm::{Imported, imported};
use crate::file_path;
use crate::price::Prices;

/// Files beside a scenario that it needs, by their names.
pub(super) type Attachments = RefCell<Vec<(String, Vec<u8>)>>;

/// What was read of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Beside {
    pub(super) prices: Arc<Prices>,
    pub(super) alarms: Vec<Imported>,
}

impl Beside {
    /// Reads what a scenario names that stands in `folder`, has this `text` and is called `path`.
    pub(super) fn read(
        file: &File,
        text: &str,
        path: &str,
        folder: &Path,
        attachments: &Attachments,
    ) -> Result<Self, Diagnostics> {
        let source = |name: &str, key: Place| {
            let source = std::fs::read_to_string(folder.join(name));
            let source =
                source.map_err(|error| Diagnostics::new(path, text, vec![unread(name, &error, text, &key)]))?;
            attachments.borrow_mut().push((name.to_owned(), source.clone().into_bytes()));
            Ok(source)
        };
        let mut beside = Self::default();
        if let Some(name) = file.prices.as_ref().and_then(|prices| prices.file.as_deref()) {
            let source = source(name, file_path!["prices", "file"])?;
            let prices: Prices = read(&source).map_err(|problems| Diagnostics::new(name, &source, problems))?;
            beside.prices = Arc::new(prices);
        }
        if let Some(name) = file.alarms.as_deref() {
            let source = source(name, file_path!["alarms"])?;
            beside.alarms = imported(&source).map_err(|(wrong, at)| {
                let help = Some("the JSON that `aws cloudwatch describe-alarms` prints".to_owned());
                let problem = Problem { title: wrong, span: at..at, label: "here".to_owned(), also: None, help };
                Diagnostics::new(name, &source, vec![problem])
            })?;
        }
        Ok(beside)
    }
}

fn unread(name: &str, error: &std::io::Error, text: &str, key: &Place) -> Problem {
    Problem {
        title: format!("cannot read {name}: {error}"),
        span: Spans::new(text).of(key),
        label: "this file".to_owned(),
        also: None,
        help: Some("name a file beside the scenario".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::load_file;

    const BUILT_IN: &str = include_str!("../price/us-east-1.toml");

    /// A scenario beside a table of prices, read.
    fn load(name: &str, prices: &str) -> Result<String, String> {
        let folder = std::env::temp_dir().join(format!("kinesim-prices-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let scenario = "name = \"x\"\nduration = \"1h\"\n[stream.s]\nshards = 1\n[prices]\nfile = \"mine.toml\"\n\
                        worker_hour = \"0.05 USD\"\n";
        std::fs::write(folder.join("x.toml"), scenario).expect("a file");
        std::fs::write(folder.join("mine.toml"), prices).expect("a file");
        let loaded = load_file(&folder.join("x.toml"), "x.toml", None);
        std::fs::remove_dir_all(&folder).expect("it was there");
        loaded.map(|scenario| scenario.plan().prices.region.clone()).map_err(|problems| problems.to_string())
    }

    #[test]
    fn a_table_of_ones_own_takes_the_place_of_the_one_that_is_built_in() {
        let mine = BUILT_IN.replace("region = \"us-east-1\"", "region = \"eu-central-1\"");
        assert_eq!(load("own", &mine).as_deref(), Ok("eu-central-1"));
    }

    #[test]
    fn what_is_wrong_with_a_table_is_told_in_its_own_lines() {
        let cases = [
            ("missing", "shard_hour = \"0.015 USD\"\n", "", ["mine.toml:", "`shard_hour` is missing"]),
            ("unit", "\"0.015 USD\"", "\"0.015 EUR\"", ["mine.toml:8:", "an amount such as"]),
            ("key", "shard_hour = ", "shard_hours = ", ["mine.toml:8:", "did you mean `shard_hour`"]),
        ];
        for (name, old, new, expected) in cases {
            let told = load(name, &BUILT_IN.replacen(old, new, 1)).expect_err("it is wrong");
            assert!(expected.iter().all(|part| told.contains(part)), "{name}: {told}");
        }
    }
}
