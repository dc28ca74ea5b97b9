//! A table of prices that a scenario names: read as strictly as the scenario itself, and told in its own lines.

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

use super::diagnostic::{Diagnostics, Problem};
use super::read::read;
use super::spans::Spans;
use crate::file_path;
use crate::price::Prices;

/// Files beside a scenario that it needs, by their names.
pub(super) type Attachments = RefCell<Vec<(String, Vec<u8>)>>;

/// Reads the table `name` of the scenario `text`, which stands in `folder` and is called `path`.
pub(super) fn table(
    name: &str,
    folder: &Path,
    text: &str,
    path: &str,
    attachments: &Attachments,
) -> Result<Arc<Prices>, Diagnostics> {
    let source = std::fs::read_to_string(folder.join(name)).map_err(|error| {
        let problem = Problem {
            title: format!("cannot read {name}: {error}"),
            span: Spans::new(text).of(&file_path!["prices", "file"]),
            label: "this file".to_owned(),
            also: None,
            help: Some("a table of prices beside the scenario".to_owned()),
        };
        Diagnostics::new(path, text, vec![problem])
    })?;
    let prices = read(&source).map_err(|problems| Diagnostics::new(name, &source, problems))?;
    attachments.borrow_mut().push((name.to_owned(), source.into_bytes()));
    Ok(Arc::new(prices))
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
            ("unit", "\"0.015 USD\"", "\"0.015 EUR\"", ["mine.toml:10:", "an amount such as"]),
            ("key", "shard_hour = ", "shard_hours = ", ["mine.toml:10:", "did you mean `shard_hour`"]),
        ];
        for (name, old, new, expected) in cases {
            let told = load(name, &BUILT_IN.replacen(old, new, 1)).expect_err("it is wrong");
            assert!(expected.iter().all(|part| told.contains(part)), "{name}: {told}");
        }
    }
}
