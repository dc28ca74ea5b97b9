//! Where things stand in a file: the span of a key or value by its path.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A step into a file: a key, or an index of an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A key of a table.
    Key(String),
    /// An element of an array.
    At(usize),
}

/// A path into a file, such as `stream.clicks.shards`.
pub type Path = Vec<Step>;

/// Builds a [`Path`] from keys and indices.
#[macro_export]
#[doc(hidden)]
macro_rules! file_path {
    ($($step:expr),* $(,)?) => { vec![$($crate::scenario::spans::Step::from($step)),*] };
}

impl From<&str> for Step {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}
impl From<usize> for Step {
    fn from(index: usize) -> Self {
        Self::At(index)
    }
}

/// The spans of a file that is TOML.
pub(crate) struct Spans<'a> {
    source: &'a str,
    root: Option<Spanned<DeTable<'a>>>,
}

impl<'a> Spans<'a> {
    /// Reads the spans of `source`.
    pub(crate) fn new(source: &'a str) -> Self {
        Self { source, root: DeTable::parse(source).ok() }
    }
    /// What stands in the file.
    pub(super) fn source(&self) -> &'a str {
        self.source
    }
    /// The span of the value at `path`, or of the nearest thing above it that is there.
    pub(crate) fn of(&self, path: &[Step]) -> Range<usize> {
        let Some(root) = &self.root else { return 0..0 };
        let mut found = 0..0;
        let mut table = Some(root.get_ref());
        let mut array = None;
        for step in path {
            let next = match (step, table, array) {
                (Step::Key(key), Some(table), _) => {
                    let entry = table.iter().find(|(name, _)| name.get_ref() == key);
                    // A table's own span is its header; its key is the better place to point at.
                    entry.map(|(name, value)| (value, name.span()))
                }
                (Step::At(index), _, Some(array)) => {
                    let array: &toml::de::DeArray<'_> = array;
                    array.get(*index).map(|value| (value, value.span()))
                }
                _ => None,
            };
            let Some((value, name_span)) = next else { break };
            (table, array) = (None, None);
            found = match value.get_ref() {
                DeValue::Table(inner) => {
                    table = Some(inner);
                    name_span
                }
                DeValue::Array(inner) => {
                    array = Some(inner);
                    name_span
                }
                _ => value.span(),
            };
        }
        found
    }
}
