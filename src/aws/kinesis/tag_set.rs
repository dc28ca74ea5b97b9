//! The tags of one resource.

use std::collections::BTreeMap;

use super::api::{Error, Tag};
use super::limits::TAGS_MAX;

/// Tags by key.
pub(super) type Tags = BTreeMap<Box<str>, Box<str>>;

/// Tags, if a resource may have so many.
pub(super) fn checked(tags: Vec<Tag>, present: &Tags) -> Result<Tags, Error> {
    let mut all = present.clone();
    all.extend(tags);
    if all.len() > TAGS_MAX {
        let text = format!("Failed to add tags: a resource has at most {TAGS_MAX} tags");
        return Err(Error::InvalidArgument(text.into()));
    }
    Ok(all)
}
