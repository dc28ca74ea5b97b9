//! One page of a bucket's keys, as ListObjectsV2 and ListObjects give it
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>).

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use super::api::{Listing, Object};

/// Which page is wanted.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    /// Keys that begin so.
    pub(super) prefix: Box<str>,
    /// Keys that have this behind the prefix are told by what stands up to it; empty for none.
    pub(super) delimiter: Box<str>,
    /// What comes behind this in order: a key, or a common prefix.
    pub(super) after: Box<str>,
    /// Most keys and common prefixes together.
    pub(super) max: usize,
}

impl Page {
    /// The common prefix that a key is told by, if it is.
    fn rolled<'a>(&self, key: &'a str) -> Option<&'a str> {
        let rest = key.strip_prefix(&*self.prefix)?;
        let at = (!self.delimiter.is_empty()).then(|| rest.find(&*self.delimiter)).flatten()?;
        key.get(..self.prefix.len() + at + self.delimiter.len())
    }

    /// Goes through the keys in order. A common prefix costs as much as one key, however many it stands for.
    pub(super) fn of(&self, objects: &BTreeMap<Arc<str>, Object>) -> Listing {
        let mut listing = Listing::default();
        let mut last: Option<Box<str>> = None;
        let mut from = match &*self.after {
            // A page that ended with a common prefix is followed by what does not begin so.
            after if self.rolled(after) == Some(after) => past(after),
            after if after < &*self.prefix => Some(Bound::Included(self.prefix.clone())),
            after => Some(Bound::Excluded(after.into())),
        };
        while let Some(bound) = from.take() {
            let bounds = (bound.as_ref().map(|text| &**text), Bound::Unbounded);
            let Some((key, object)) = objects.range::<str, _>(bounds).next() else { break };
            if !key.starts_with(&*self.prefix) {
                break;
            }
            if listing.objects.len() + listing.prefixes.len() == self.max {
                listing.next = last;
                break;
            }
            let told: Box<str> = match self.rolled(key) {
                Some(prefix) => {
                    listing.prefixes.push(prefix.into());
                    from = past(prefix);
                    prefix.into()
                }
                None => {
                    // What follows from its bytes is worked out where it is kept, for all copies.
                    object.etag();
                    listing.objects.push((key.clone(), object.clone()));
                    from = Some(Bound::Excluded((&**key).into()));
                    (&**key).into()
                }
            };
            last = Some(told);
        }
        listing
    }
}

/// Where keys go on behind all that begin so; `None` when nothing can come there.
fn past(prefix: &str) -> Option<Bound<Box<str>>> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32);
        if let Some(next) = next {
            chars.push(next);
            return Some(Bound::Included(chars.into_iter().collect::<String>().into()));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SimTime;

    fn bucket(keys: &[&str]) -> BTreeMap<Arc<str>, Object> {
        let object = || Object::new(b"x".to_vec().into(), SimTime::ZERO);
        keys.iter().map(|key| (Arc::from(*key), object())).collect()
    }

    /// Objects and common prefixes of all pages, a bar after each page.
    fn told(keys: &[&str], prefix: &str, delimiter: &str, after: &str, max: usize) -> String {
        let objects = bucket(keys);
        let mut page = Page { prefix: prefix.into(), delimiter: delimiter.into(), after: after.into(), max };
        let mut told = Vec::new();
        loop {
            let listing = page.of(&objects);
            told.extend(listing.objects.iter().map(|(key, _)| key.to_string()));
            told.extend(listing.prefixes.iter().map(|prefix| format!("{prefix}*")));
            let Some(next) = listing.next else { return told.join(" ") };
            told.push("|".to_owned());
            page.after = next;
        }
    }

    const KEYS: [&str; 6] = ["a", "b/1", "b/2", "b/c/3", "c", "d/4"];

    #[test]
    fn keys_come_in_order_page_by_page() {
        assert_eq!(told(&KEYS, "", "", "", 1000), "a b/1 b/2 b/c/3 c d/4");
        assert_eq!(told(&KEYS, "", "", "", 4), "a b/1 b/2 b/c/3 | c d/4");
        assert_eq!(told(&KEYS, "", "", "", 3), "a b/1 b/2 | b/c/3 c d/4", "a full page that is the last has no next");
        assert_eq!(told(&KEYS, "b/", "", "", 1000), "b/1 b/2 b/c/3");
        assert_eq!(told(&KEYS, "", "", "b/2", 1000), "b/c/3 c d/4");
        assert_eq!(told(&KEYS, "x", "", "", 1000), "");
    }

    #[test]
    fn a_delimiter_tells_keys_by_what_they_have_in_common() {
        assert_eq!(told(&KEYS, "", "/", "", 1000), "a c b/* d/*");
        assert_eq!(told(&KEYS, "b/", "/", "", 1000), "b/1 b/2 b/c/*");
        assert_eq!(told(&KEYS, "", "/", "", 1), "a | b/* | c | d/*", "a common prefix is told once");
        assert_eq!(told(&["\u{10ffff}/1", "\u{10ffff}/2"], "", "/", "", 1), "\u{10ffff}/*");
    }

    #[test]
    fn no_keys_are_wanted() {
        let listing = Page { max: 0, ..Page::default() }.of(&bucket(&KEYS));
        assert!(listing.objects.is_empty() && listing.next.is_none());
    }
}
