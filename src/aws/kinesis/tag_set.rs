//! The tags of one resource.
//!
//! Texts and the order of checks are production's, as probes found them; that `aws:` is refused is documented, its text
//! is not.

use std::collections::BTreeMap;

use super::api::{Error, Tag};
use super::limits::TAGS_MAX;

/// Tags by key.
pub(super) type Tags = BTreeMap<Box<str>, Box<str>>;

/// Whose tags they are, for messages.
#[derive(Clone, Copy)]
pub(super) struct Owner<'a> {
    /// The stream's name, or the consumer's.
    pub name: &'a str,
    pub account: &'a str,
}

/// Tags, if a resource may have them.
pub(super) fn checked(tags: Vec<Tag>, present: &Tags, owner: Owner<'_>) -> Result<Tags, Error> {
    let Owner { name, account } = owner;
    let texts = tags.iter().flat_map(|(key, value)| [&**key, &**value]);
    check_characters(texts, || format!("Failed to add tags to stream {name} under account {account}"))?;
    if tags.iter().any(|(key, _)| key.starts_with("aws:")) {
        return Err(Error::InvalidArgument("Tag keys that begin with aws: are reserved for AWS use.".into()));
    }
    let mut all = present.clone();
    all.extend(tags);
    if all.len() > TAGS_MAX {
        // Production says 10 and means 50.
        let text = format!(
            "Failed to add tags to stream {name} under account {account} because a given stream cannot have more than \
             10 tags associated with it."
        );
        return Err(Error::InvalidArgument(text.into()));
    }
    Ok(all)
}

/// Keys of tags that shall go: they need not be there.
pub(super) fn check_keys(keys: &[Box<str>], owner: Owner<'_>) -> Result<(), Error> {
    let Owner { name, account } = owner;
    let failed = || format!("Failed to remove tags from stream {name} under account {account}");
    check_characters(keys.iter().map(|key| &**key), failed)
}

fn check_characters<'a>(
    texts: impl Iterator<Item = &'a str> + Clone,
    failed: impl Fn() -> String,
) -> Result<(), Error> {
    if !texts.clone().flat_map(str::chars).all(|c| c == '%' || is_allowed(c)) {
        let text = "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, \
                    _ . / = + - % @.";
        return Err(Error::InvalidArgument(text.into()));
    }
    // The text above allows it, and then production refuses it.
    if texts.clone().any(|text| text.contains('%')) {
        let text = format!(
            "{} because some tags contained illegal characters. The allowed characters are Unicode letters, \
             white-spaces, '_',',','/','=','+','-','@'.",
            failed()
        );
        return Err(Error::InvalidArgument(text.into()));
    }
    Ok(())
}

/// Letters of any script up to U+D7FF count as such, without general punctuation and symbols.
fn is_allowed(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || " _./-=+@:".contains(c)
        || ('\u{c0}'..='\u{1fff}').contains(&c)
        || ('\u{2c00}'..='\u{d7ff}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(key: &str, value: &str) -> Option<String> {
        let owner = Owner { name: "s", account: "000000000000" };
        checked(vec![(key.into(), value.into())], &Tags::new(), owner).err().map(|error| error.to_string())
    }

    #[test]
    fn characters_of_tags_are_those_that_production_takes() {
        for (key, value) in [("a", ""), ("Ab9_./-=+@ :", "\u{c0}\u{1fff}\u{2c00}\u{d7ff}"), ("team:owner", "a:b")] {
            assert_eq!(told(key, value), None, "{key}");
        }
        for wrong in ["a;b", "a,b", "a\tb", "a\nb", "\u{bf}", "\u{2000}", "\u{1f600}"] {
            let text = "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, \
                        _ . / = + - % @.";
            assert_eq!(told(wrong, "").as_deref(), Some(text), "{wrong:?}");
            assert_eq!(told("k", wrong).as_deref(), Some(text), "{wrong:?}");
        }
        let text = "Failed to add tags to stream s under account 000000000000 because some tags contained illegal \
                    characters. The allowed characters are Unicode letters, white-spaces, '_',',','/','=','+','-','@'.";
        assert_eq!(told("100%", "").as_deref(), Some(text));
        assert!(told("aws:mine", "").is_some());
    }

    #[test]
    fn a_resource_has_at_most_50_tags() {
        let owner = Owner { name: "s", account: "000000000000" };
        let tag = |n: usize| (n.to_string().into_boxed_str(), "".into());
        let full = checked((0..50).map(tag).collect(), &Tags::new(), owner).expect("50 tags");
        assert!(checked(vec![tag(7)], &full, owner).is_ok(), "a key that is there already");
        assert!(checked(vec![tag(50)], &full, owner).is_err());
    }
}
