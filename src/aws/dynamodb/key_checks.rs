//! What keys must be, in requests and in items.
//!
//! Each method checks in the order in which production tells of mistakes.

use super::api::{AttributeName, AttributeType, AttributeValue, Error, Item, Key, Path, SetOperand, Update};
use super::store::Place;
use super::table::Table;

/// Largest hash key
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>).
const HASH_BYTES_MAX: usize = 2048;
/// Largest range key.
const RANGE_BYTES_MAX: usize = 1024;

fn invalid(problem: impl std::fmt::Display) -> Error {
    Error::Validation(format!("One or more parameter values were invalid: {problem}").into())
}

/// What is said of a key that has not the attributes or types that it should have.
pub(super) fn no_such_key() -> Error {
    Error::Validation("The provided key element does not match the schema".into())
}

/// A string or binary that is empty: which of them.
fn emptiness(value: &AttributeValue) -> Option<&'static str> {
    match value {
        AttributeValue::S(text) if text.is_empty() => Some("string"),
        AttributeValue::B(bytes) if bytes.is_empty() => Some("binary"),
        _ => None,
    }
}

/// A key attribute in a request is not empty.
pub(super) fn check_not_empty(name: &AttributeName, value: &AttributeValue) -> Result<(), Error> {
    emptiness(value).map_or(Ok(()), |kind| {
        Err(invalid(format_args!(
            "The AttributeValue for a key attribute cannot contain an empty {kind} value. Key: {name}"
        )))
    })
}

fn check_size(value: &AttributeValue, is_hash: bool) -> Result<(), Error> {
    let bytes = match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::B(bytes) => bytes.len(),
        _ => 0,
    };
    match is_hash {
        // AWS's text has no blank there.
        true if bytes > HASH_BYTES_MAX => {
            Err(invalid(format_args!("Size of hashkey has exceeded the maximum size limit of{HASH_BYTES_MAX} bytes")))
        }
        false if bytes > RANGE_BYTES_MAX => Err(invalid(format_args!(
            "Aggregated size of all range keys has exceeded the size limit of {RANGE_BYTES_MAX} bytes"
        ))),
        _ => Ok(()),
    }
}

impl Table {
    /// The type of a key attribute, where it was declared; else any that keys may have.
    pub(super) fn is_of_type(&self, name: &AttributeName, value: &AttributeValue) -> bool {
        let kind = AttributeType::of(value);
        match self.type_of(name) {
            Some(declared) => declared == kind,
            None => matches!(kind, AttributeType::S | AttributeType::N | AttributeType::B),
        }
    }

    /// The place of a key that a request names.
    pub(super) fn place(&self, key: &Key) -> Result<Place, Error> {
        let attributes = key.attributes();
        let names = || self.keys.names();
        let fits = |name: &AttributeName| attributes.get(name).is_some_and(|value| self.is_of_type(name, value));
        if attributes.len() != names().count() || !names().all(fits) {
            return Err(no_such_key());
        }
        let values = || names().filter_map(|name| Some((name, attributes.get(name)?)));
        values().try_for_each(|(name, value)| check_not_empty(name, value))?;
        values().try_for_each(|(name, value)| check_size(value, *name == self.keys.hash))?;
        let (hash, range) = self.keys.parts(attributes).ok_or_else(no_such_key)?;
        Ok(Place::of_parts(hash, range))
    }

    /// The place of an item that is put. In a batch it is told of its key as of any other.
    pub(super) fn place_of_item(&self, item: &Item, is_in_batch: bool) -> Result<Place, Error> {
        let wrong_key = |error: Error| if is_in_batch { no_such_key() } else { error };
        for name in self.keys.names() {
            let missing = || invalid(format_args!("Missing the key {name} in the item"));
            let value = item.get(name).ok_or_else(|| wrong_key(missing()))?;
            if !self.is_of_type(name, value) {
                let expected = self.type_of(name).unwrap_or(AttributeType::S).name();
                let actual = AttributeType::of(value).name();
                let text = format!("Type mismatch for key {name} expected: {expected} actual: {actual}");
                return Err(wrong_key(invalid(text)));
            }
            if let Some(kind) = emptiness(value) {
                let text = format!(
                    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain \
                     an empty {kind} value. Key: {name}"
                );
                return Err(Error::Validation(text.into()));
            }
            check_size(value, *name == self.keys.hash)?;
        }
        item.iter_named().try_for_each(|(name, value)| self.check_index_key(name, value))?;
        let (hash, range) = self.keys.parts(item).ok_or_else(no_such_key)?;
        Ok(Place::of_parts(hash, range))
    }

    /// An attribute that is a key of an index has the type that was declared for it.
    fn check_index_key(&self, name: &AttributeName, value: &AttributeValue) -> Result<(), Error> {
        let (Some(index), Some(declared)) =
            (self.indexes.iter().find(|index| index.keys.has(name)), self.type_of(name))
        else {
            return Ok(());
        };
        let (expected, actual) = (declared.name(), AttributeType::of(value).name());
        match expected == actual {
            true => Ok(()),
            false => Err(invalid(format_args!(
                "Type mismatch for Index Key {name} Expected: {expected} Actual: {actual} IndexName: {}",
                index.name
            ))),
        }
    }

    /// What an update leaves in the keys of indexes has their types. (What it gives them itself was looked at before.)
    pub(super) fn check_updated(&self, item: &Item) -> Result<(), Error> {
        let is_wrong = self
            .indexes
            .iter()
            .flat_map(|index| index.keys.names())
            .any(|name| item.get(name).is_some_and(|value| !self.is_of_type(name, value)));
        match is_wrong && !self.key_types.is_empty() {
            true => {
                let text = "The update expression attempted to update the secondary index key to unsupported type";
                Err(Error::Validation(text.into()))
            }
            false => Ok(()),
        }
    }

    /// Updates leave the key alone, give keys of indexes their types, and do not look inside keys.
    pub(super) fn check_updates(&self, updates: &[Update]) -> Result<(), Error> {
        if let Some(update) = updates.iter().find(|update| self.keys.has(&update.path().name)) {
            let name = &update.path().name;
            let text = format!("Cannot update attribute {name}. This attribute is part of the key");
            return Err(invalid(text));
        }
        for update in updates {
            match update {
                Update::Set(path, SetOperand::Value(value)) | Update::Add(path, value) if path.steps.is_empty() => {
                    self.check_index_key(&path.name, value)?;
                }
                _ => {}
            }
        }
        let paths = updates.iter().flat_map(|update| [update.path()].into_iter().chain(update.operands()));
        self.check_scalars(paths)
    }

    /// Keys have no inside, so no path leads there.
    pub(super) fn check_scalars<'a>(&self, mut paths: impl Iterator<Item = &'a Path>) -> Result<(), Error> {
        let what_of = |path: &Path| match path {
            _ if path.steps.is_empty() => None,
            _ if self.keys.has(&path.name) => Some("Key"),
            _ => self.indexes.iter().any(|index| index.keys.has(&path.name)).then_some("IndexKey"),
        };
        let wrong = paths.find_map(|path| Some((what_of(path)?, &path.name)));
        let Some((what, name)) = wrong else { return Ok(()) };
        let text = format!(
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: {what}: {name}"
        );
        Err(Error::Validation(text.into()))
    }
}
