//! One file, read with other values at some of its keys: the alternatives that a plan compares.
//!
//! A value is set in the file's tree before it is read, so that whatever a file can say can vary, and messages about a
//! value that does not fit are those of the file itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::{Table, Value};

use super::diagnostic::Diagnostics;
use super::file::File;
use super::planned::TRAFFIC;
use super::section::{Choice, Planned};
use super::traffic::Traffic;
use super::tree::{DEFAULT, at, paths, set, tree};
use super::{Scenario, made, read};
use crate::base::SimDuration;
use crate::base::written::{Duration, Rate};

/// Where a producer's load stands, with `*` for its name.
pub(super) const LOADS: [&str; 7] =
    ["rate", "ramp.from", "ramp.to", "daily.low", "daily.high", "bursts.base", "bursts.burst"];

/// Beside units of a lease table: the table is paid for by request, which it is when the file says nothing of it.
const ON_DEMAND: &str = "on-demand";

/// A file with what may vary.
#[derive(Clone, Debug)]
pub(crate) struct Alternatives {
    shown: String,
    folder: PathBuf,
    traffic: Arc<Traffic>,
    tree: Table,
    /// What its `[plan]` says.
    pub(crate) planned: Planned,
}

/// A key that varies, and its values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Axis {
    /// Its path, where `*` stands for every name.
    pub(crate) key: String,
    /// In the order in which they were written.
    pub(crate) values: Vec<Value>,
}

impl Axis {
    /// Reads `KEY=1..64`, `KEY=2,4,8`, `KEY=x1,x2` or `KEY=5,50,on-demand`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wanted = || format!("`{text}` varies nothing: write KEY=VALUES, such as stream.clicks.shards=1..64");
        let (key, values) = text.split_once('=').ok_or_else(wanted)?;
        let value = |word: &str| match word.trim() {
            word if word.parse::<i64>().is_ok() => word.parse().map_or(Value::Integer(0), Value::Integer),
            word => Value::String(word.to_owned()),
        };
        let values = match Choice::range(values.trim()) {
            Some(range) => range.steps(),
            None => values.split(',').map(value).collect(),
        };
        match key.trim() {
            "" => Err(wanted()),
            key => Ok(Self { key: key.to_owned(), values }),
        }
    }
}

/// What is set at a key.
pub(crate) type Setting = (String, Value);

/// `stream.clicks.shards = 4, consumer.billing.workers = 2`; `None` where nothing is set.
pub(crate) fn list_of(settings: &[Setting]) -> Option<String> {
    let told: Vec<String> = settings.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    (!told.is_empty()).then(|| told.join(", "))
}

impl Alternatives {
    /// Reads a file; it must be right as it stands.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub(crate) fn of(source: &str, shown: &str, path: &Path) -> Result<Self, Diagnostics> {
        let folder = path.parent().map(PathBuf::from).unwrap_or_default();
        let file: File = read::read(source).map_err(|problems| Diagnostics::new(shown, source, problems))?;
        let traffic = Arc::new(Traffic::of(folder.clone()));
        made(file.clone(), source, shown, &folder, &traffic)?;
        let mut tree = tree(source);
        tree.remove("plan");
        Ok(Self { shown: shown.to_owned(), folder, traffic, tree, planned: file.plan.unwrap_or_default() })
    }

    /// The file without its `[plan]`.
    pub(crate) fn text(&self) -> String {
        self.tree.to_string()
    }

    /// What the file's `[plan.vary]` asks for.
    pub(crate) fn axes(&self) -> Vec<Axis> {
        self.planned.vary.iter().map(|(key, choice)| Axis { key: key.clone(), values: choice.steps() }).collect()
    }

    /// Whether a key's path means something in the file.
    pub(crate) fn knows(&self, key: &str) -> bool {
        key == TRAFFIC || !paths(&self.tree, key).is_empty()
    }

    /// The scenario with these values, expectations added and this length.
    ///
    /// # Errors
    /// What is wrong with it then.
    pub(crate) fn with(
        &self,
        settings: &[Setting],
        expectations: &[Table],
        horizon: Option<SimDuration>,
    ) -> Result<Scenario, Diagnostics> {
        let mut tree = self.tree.clone();
        for (key, value) in settings {
            self.change(&mut tree, key, value);
        }
        if let Some(horizon) = horizon {
            tree.insert("duration".into(), Value::String(Duration(horizon).to_string()));
        }
        if !expectations.is_empty() {
            let added = expectations.iter().cloned().map(Value::Table);
            match tree.entry("expect").or_insert_with(|| Value::Array(Vec::new())) {
                Value::Array(expect) => expect.extend(added),
                _ => unreachable!("the file was read, and [[expect]] is a list"),
            }
        }
        let text = tree.to_string();
        let shown = list_of(settings).map_or(self.shown.clone(), |told| format!("{}, with {told}", self.shown));
        let file: File = read::read(&text).map_err(|problems| Diagnostics::new(&shown, &text, problems))?;
        made(file, &text, &shown, &self.folder, &self.traffic)
    }

    /// The tables of all producers.
    pub(super) fn producer_tables(&mut self) -> Option<&mut Table> {
        self.tree.get_mut("producer").and_then(Value::as_table_mut)
    }

    /// Where metrics take the place of a rate, what varies is how many times they count.
    fn of_metrics(&self, key: &str) -> Option<String> {
        let (producer, load) = key.strip_prefix("producer.")?.split_once('.')?;
        let metrics = self.tree.get("producer")?.get(producer)?.get("metrics")?;
        (LOADS.contains(&load) && metrics.is_table()).then(|| format!("producer.{producer}.metrics.scale"))
    }

    fn change(&self, tree: &mut Table, key: &str, value: &Value) {
        let of_metrics = self.of_metrics(key);
        let key = of_metrics.as_deref().unwrap_or(key);
        let factor = value.as_str().and_then(factor);
        if key == TRAFFIC {
            let factor = factor.unwrap_or(1.0);
            for load in LOADS {
                self.multiply(tree, &format!("producer.*.{load}"), factor);
            }
            // A trace without a scale has its own rate.
            let files = ["producer.*.trace.file", "producer.*.metrics.file"];
            for path in files.into_iter().flat_map(|file| paths(&self.tree, file)) {
                let scale = [&path[..path.len() - 1], &["scale".to_owned()]].concat();
                if at(&self.tree, &path).is_some() {
                    let old = at(tree, &scale).map_or(1.0, number);
                    set(tree, &scale, Value::Float(old * factor));
                }
            }
            return;
        }
        if let (Some(ON_DEMAND), Some(table)) = (value.as_str(), units_of(key)) {
            let default = Value::String(DEFAULT.to_owned());
            return paths(&self.tree, table).iter().for_each(|path| set(tree, path, default.clone()));
        }
        match factor {
            Some(factor) => self.multiply(tree, key, factor),
            None => paths(&self.tree, key).iter().for_each(|path| set(tree, path, value.clone())),
        }
    }

    fn multiply(&self, tree: &mut Table, key: &str, factor: f64) {
        for path in paths(&self.tree, key) {
            if let Some(times) = at(tree, &path).and_then(|value| multiplied(value, factor)) {
                set(tree, &path, times);
            }
        }
    }
}

/// The lease table whose units a key is.
fn units_of(key: &str) -> Option<&str> {
    key.strip_suffix(".write").or(key.strip_suffix(".read")).filter(|table| table.ends_with(".lease_table"))
}

fn number(value: &Value) -> f64 {
    value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64)).unwrap_or(1.0)
}

/// `2` of `x2`.
pub(crate) fn factor(text: &str) -> Option<f64> {
    text.strip_prefix('x')?.parse().ok().filter(|factor: &f64| factor.is_finite() && *factor >= 0.0)
}

/// So many times a number, a rate, or a time.
fn multiplied(value: &Value, factor: f64) -> Option<Value> {
    match value {
        Value::Integer(whole) => Some(Value::Integer((*whole as f64 * factor).round() as i64)),
        Value::Float(number) => Some(Value::Float(number * factor)),
        Value::String(text) => text.parse::<Rate>().ok().map(|rate| Value::String(rate.times(factor).to_string())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::dynamodb::api::Capacity;

    const FILE: &str = "name = \"s\"\nduration = \"10m\"\n[stream.orders]\nshards = 2\n[producer.shop]\n\
                        stream = \"orders\"\nrate = \"10/s\"\n[producer.app]\nstream = \"orders\"\n\
                        bursts = { base = \"1/min\", burst = \"2/s\", every = \"1m\", length = \"1s\" }\n\
                        [plan]\nhorizon = \"1h\"\n[plan.vary]\n\"stream.orders.shards\" = \"1..8\"\n";

    fn file() -> Alternatives {
        Alternatives::of(FILE, "s.toml", Path::new("s.toml")).unwrap_or_else(|wrong| panic!("{wrong}"))
    }

    fn with(settings: &[(&str, Value)]) -> String {
        let settings: Vec<Setting> = settings.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        let made = file().with(&settings, &[], None).unwrap_or_else(|wrong| panic!("{wrong}"));
        made.resolved_toml()
    }

    #[test]
    fn a_value_is_set_and_a_factor_multiplies_what_is_there() {
        assert!(with(&[("stream.orders.shards", Value::Integer(7))]).contains("shards = 7"));
        assert!(with(&[("producer.shop.rate", Value::String("x2.5".into()))]).contains("rate = \"25/s\""));
        let twice = with(&[(TRAFFIC, Value::String("x2".into()))]);
        for rate in ["rate = \"20/s\"", "base = \"2/min\"", "burst = \"4/s\""] {
            assert!(twice.contains(rate), "{twice}");
        }
    }

    #[test]
    fn a_lease_table_may_be_on_demand_beside_its_units() {
        let text = format!("{FILE}[consumer.c]\nstream = \"orders\"\nlease_table = {{ read = 5, write = 5 }}\n");
        let file = Alternatives::of(&text, "s.toml", Path::new("s.toml")).unwrap_or_else(|wrong| panic!("{wrong}"));
        let capacity = |word: &str| {
            let axis = Axis::parse(&format!("consumer.c.lease_table.write={word}")).expect("an axis");
            let made = file.with(&[(axis.key, axis.values[0].clone())], &[], None);
            made.unwrap_or_else(|wrong| panic!("{wrong}")).plan().kcl[0].lease_table_capacity
        };
        assert_eq!(capacity("9"), Capacity::Provisioned { read: 5, write: 9 });
        assert_eq!(capacity("on-demand"), Capacity::OnDemand);
    }

    #[test]
    fn what_varies_is_read_from_the_file_and_from_a_command() {
        let whole = |numbers: &[i64]| numbers.iter().map(|n| Value::Integer(*n)).collect::<Vec<_>>();
        let axes = file().axes();
        assert_eq!((&*axes[0].key, &axes[0].values), ("stream.orders.shards", &whole(&[1, 2, 4, 8])));
        assert_eq!(Axis::parse("a.b=2,4,8").expect("an axis").values, whole(&[2, 4, 8]));
        let mixed = Axis::parse("a.b=5,on-demand").expect("an axis").values;
        assert_eq!(mixed, [Value::Integer(5), Value::String("on-demand".into())]);
        assert!(Axis::parse("a.b").expect_err("no values").contains("KEY=VALUES"));
    }

    #[test]
    fn a_path_that_means_nothing_is_told_with_its_place() {
        let wrong = FILE.replace("stream.orders.shards\"", "stream.ordrs.shards\"");
        let told = Alternatives::of(&wrong, "s.toml", Path::new("s.toml")).expect_err("no such stream");
        assert_eq!(told.problems()[0].title, "`stream.ordrs.shards` means nothing in this file");
    }

    #[test]
    fn a_value_that_does_not_fit_is_told_with_the_alternative() {
        let settings = [("stream.orders.shards".to_owned(), Value::Integer(0))];
        let told = file().with(&settings, &[], None).err().expect("no stream has no shards").to_string();
        assert!(told.contains("s.toml, with stream.orders.shards = 0"), "{told}");
    }
}
