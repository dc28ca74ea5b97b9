//! What Query and Scan check of a request once its table is there, in the order in which production tells of mistakes
//! (<https://github.com/mhart/dynalite>, `actions/query.js` and `actions/scan.js`).

use super::api::{
    AttributeName, AttributeValue, Comparator, Condition, Error, Item, Key, KeyCondition, Page, Projection,
};
use super::indexes::Index;
use super::key_checks::{check_not_empty, no_such_key};
use super::store::{KeySchema, Place};
use super::table::Table;

fn invalid(text: impl Into<Box<str>>) -> Error {
    Error::Validation(text.into())
}

fn wrong_start() -> Error {
    invalid("The provided starting key is invalid")
}

/// A Query, without its table.
pub(super) struct Query {
    pub index: Option<Box<str>>,
    pub keys: Vec<(AttributeName, KeyCondition)>,
    pub filter: Option<Condition>,
    pub(crate) forward: bool,
    pub page: Page,
}

/// Where a page of a Query starts: after that range key, and that place where range keys are equal.
pub(super) type Start = (Option<AttributeValue>, Place);

/// What the key conditions of a Query come to.
pub(super) struct KeyRange<'a> {
    pub hash: &'a AttributeValue,
    pub range: Option<&'a KeyCondition>,
}

impl Table {
    /// The checks of a Query: the index it reads, the keys it wants, where it starts.
    pub(super) fn check_query<'q>(
        &self,
        query: &'q Query,
    ) -> Result<(Option<usize>, KeyRange<'q>, Option<Start>), Error> {
        let page = &query.page;
        let index = self.index_of_page(query.index.as_deref(), page)?;
        self.check_start_count(page, index, wrong_start)?;
        let wanted = self.key_range(query, index)?;
        let place = self.start_place(page, index)?;
        let start = self.start_within(page, index, &wanted, place)?;
        self.check_scalars(page.shown.iter())?;
        self.check_filter(query.filter.as_ref(), page, index)?;
        self.check_select(page, index)?;
        self.check_scalars(query.filter.iter().flat_map(Condition::paths))?;
        Ok((index, wanted, start))
    }

    /// The checks of a Scan: the index it reads, and where it starts.
    pub(super) fn check_scan(
        &self,
        index: Option<&str>,
        filter: Option<&Condition>,
        segment: Option<(u32, u32)>,
        page: &Page,
    ) -> Result<(Option<usize>, Option<Place>), Error> {
        let index = self.index_of_page(index, page)?;
        self.check_start_count(page, index, if index.is_some() { wrong_start } else { wrong_table_start })?;
        if let (Some(start), Some(index)) = (&page.start, index) {
            let keys = &self.indexes[index].keys;
            keys.names().try_for_each(|name| self.check_start_attribute(name, start.attributes()))?;
        }
        self.check_select(page, index)?;
        let place = self.start_place(page, index)?;
        if let (Some(place), Some((segment, total))) = (&place, segment)
            && place.segment(total) != segment
        {
            return Err(invalid(format!(
                "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with \
                 correct Segment. TotalSegments: {total} Segment: {segment}"
            )));
        }
        self.check_scalars(page.shown.iter().chain(filter.iter().flat_map(|filter| filter.paths())))?;
        Ok((index, place))
    }

    // ---- the checks ----

    /// Which index a page is of, if it is one that can be read so.
    fn index_of_page(&self, name: Option<&str>, page: &Page) -> Result<Option<usize>, Error> {
        if page.limit == Some(0) {
            return Err(invalid("Limit must be at least 1"));
        }
        let Some(name) = name else { return Ok(None) };
        let found = self.indexes.iter().position(|index| *index.name == *name && index.is_active);
        let at = found.ok_or_else(|| invalid(format!("The table does not have the specified index: {name}")))?;
        match page.consistent && !self.indexes[at].is_local {
            true => Err(invalid("Consistent reads are not supported on global secondary indexes")),
            false => Ok(Some(at)),
        }
    }

    fn keys_of(&self, index: Option<usize>) -> &KeySchema {
        index.map_or(&self.keys, |index| &self.indexes[index].keys)
    }

    /// A starting key has as many attributes as the keys of the table and of the index.
    fn check_start_count(&self, page: &Page, index: Option<usize>, wrong: fn() -> Error) -> Result<(), Error> {
        let Some(start) = &page.start else { return Ok(()) };
        let own = self.keys_of(index).names().filter(|name| !self.keys.has(name)).count();
        let count = self.keys.names().count() + if index.is_some() { own } else { 0 };
        if start.attributes().len() == count { Ok(()) } else { Err(wrong()) }
    }

    fn check_start_attribute(&self, name: &AttributeName, start: &Item) -> Result<(), Error> {
        let value = start.get(name).ok_or_else(wrong_start)?;
        if !self.is_of_type(name, value) {
            return Err(no_such_key());
        }
        check_not_empty(name, value)
    }

    /// The hash key equals a value; the range key may satisfy a condition.
    fn key_range<'q>(&self, query: &'q Query, index: Option<usize>) -> Result<KeyRange<'q>, Error> {
        let (keys, conditions) = (self.keys_of(index), &query.keys);
        let not_supported = || invalid("Query key condition not supported");
        let of = |wanted: &AttributeName| conditions.iter().find(|(name, _)| name == wanted).map(|(_, is)| is);
        let mut hash = None;
        for name in keys.names() {
            if let Some(start) = &query.page.start {
                self.check_start_attribute(name, start.attributes())?;
            }
            if keys.range.is_none() && conditions.len() > 1 {
                return Err(not_supported());
            }
            let is_hash = *name == keys.hash;
            let Some(condition) = of(name) else {
                match is_hash || conditions.len() > 1 {
                    true => return Err(invalid(format!("Query condition missed key schema element: {name}"))),
                    false => continue,
                }
            };
            self.check_key_condition(name, condition)?;
            if is_hash {
                let KeyCondition::Compare(Comparator::Eq, value) = condition else { return Err(not_supported()) };
                check_not_empty(name, value)?;
                hash = Some(value);
            }
        }
        Ok(KeyRange { hash: hash.ok_or_else(not_supported)?, range: keys.range.as_ref().and_then(of) })
    }

    /// A condition that keys can be looked up by, with values of the key's type.
    fn check_key_condition(&self, name: &AttributeName, condition: &KeyCondition) -> Result<(), Error> {
        if matches!(condition, KeyCondition::NotIndexable | KeyCondition::Compare(Comparator::Ne, _)) {
            return Err(invalid("Attempted conditional constraint is not an indexable operation"));
        }
        match condition.values().iter().all(|value| self.is_of_type(name, value)) {
            true => Ok(()),
            false => Err(invalid(
                "One or more parameter values were invalid: Condition parameter type does not match schema type",
            )),
        }
    }

    /// Where a page starts, if the part of the starting key that is the table's is a key of it.
    fn start_place(&self, page: &Page, index: Option<usize>) -> Result<Option<Place>, Error> {
        let Some(start) = &page.start else { return Ok(None) };
        let of_table = self.keys.names().fold(Item::new(), |item, name| match start.attributes().get(name) {
            Some(value) => item.with(name.clone(), value.clone()),
            None => item,
        });
        let place = self.place(&Key::new(of_table)).map_err(in_start)?;
        match index {
            None => Ok(Some(place)),
            Some(index) => self.indexes[index].place_of(&self.keys, start).map(Some).ok_or_else(wrong_start),
        }
    }

    /// A page starts within what the key conditions allow.
    fn start_within(
        &self,
        page: &Page,
        index: Option<usize>,
        wanted: &KeyRange<'_>,
        place: Option<Place>,
    ) -> Result<Option<Start>, Error> {
        let (Some(start), Some(place)) = (&page.start, place) else { return Ok(None) };
        let parts = self.keys_of(index).parts(start.attributes());
        let (hash, range) = parts.ok_or_else(wrong_start)?;
        let fits = |condition: &KeyCondition| range.is_some_and(|range| condition.holds(range));
        let text = match wanted.range {
            Some(condition) if !fits(condition) => "The provided starting key does not match the range key predicate",
            Some(_) if hash != wanted.hash => "The query can return at most one row and cannot be restarted",
            None if hash != wanted.hash => {
                "The provided starting key is outside query boundaries based on provided conditions"
            }
            _ => return Ok(Some((range.cloned(), place))),
        };
        Err(invalid(text))
    }

    /// A Query's filter is about what is no key of what it reads.
    fn check_filter(&self, filter: Option<&Condition>, page: &Page, index: Option<usize>) -> Result<(), Error> {
        let keys = self.keys_of(index);
        let paths = filter.map(Condition::paths).unwrap_or_default();
        let Some(path) = paths.into_iter().find(|path| keys.has(&path.name)) else { return Ok(()) };
        let what = if page.filter_is_older { "QueryFilter" } else { "Filter Expression" };
        Err(invalid(format!(
            "{what} can only contain non-primary key attributes: Primary key attribute: {}",
            path.name
        )))
    }

    /// A global index gives all attributes only if it has them.
    fn check_select(&self, page: &Page, index: Option<usize>) -> Result<(), Error> {
        let lacks_some = |index: &&Index| !index.is_local && index.projection != Projection::All;
        match index.map(|index| &self.indexes[index]).filter(lacks_some).filter(|_| page.wants_all) {
            None => Ok(()),
            Some(index) => Err(invalid(format!(
                "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global \
                 secondary index {} because its projection type is not ALL",
                index.name
            ))),
        }
    }
}

fn wrong_table_start() -> Error {
    in_start(no_such_key())
}

/// What is wrong with a key, told of a starting key.
fn in_start(error: Error) -> Error {
    match error {
        Error::Validation(text) => invalid(format!("The provided starting key is invalid: {text}")),
        other => other,
    }
}
