//! Tags of delivery streams. Their characters are checked by their shape.

use std::collections::BTreeMap;

use super::state::Control;
use crate::aws::firehose::api::{Error, Response, Tag};
use crate::base::DeliveryName;

/// Tags that a delivery stream may have.
const TAGS_MAX: usize = 50;

/// Adds tags, if they may all be there.
pub(super) fn add(present: &mut BTreeMap<Box<str>, Box<str>>, tags: Vec<Tag>) -> Result<(), Error> {
    let mut all = present.clone();
    all.extend(tags);
    if all.len() > TAGS_MAX {
        let text = format!("A Firehose can have at most {TAGS_MAX} tags, and would have {}.", all.len());
        return Err(Error::LimitExceeded(text.into()));
    }
    *present = all;
    Ok(())
}

impl Control {
    /// TagDeliveryStream.
    pub(in crate::aws::firehose) fn tag(&mut self, name: &DeliveryName, tags: Vec<Tag>) -> Result<Response, Error> {
        add(&mut self.active(name)?.tags, tags)?;
        Ok(Response::Done)
    }

    /// UntagDeliveryStream: tags that are not there are ignored.
    pub(in crate::aws::firehose) fn untag(
        &mut self,
        name: &DeliveryName,
        keys: &[Box<str>],
    ) -> Result<Response, Error> {
        self.active(name)?.tags.retain(|key, _| !keys.contains(key));
        Ok(Response::Done)
    }

    /// ListTagsForDeliveryStream: tags after a key.
    pub(in crate::aws::firehose) fn list_tags(
        &self,
        name: &DeliveryName,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Response, Error> {
        let tags = &self.find(name)?.tags;
        let mut rest = tags.iter().filter(|(key, _)| after.is_none_or(|after| &***key > after));
        let page = rest.by_ref().take(limit).map(|(key, value)| (key.clone(), value.clone())).collect();
        Ok(Response::Tags { tags: page, has_more: rest.next().is_some() })
    }
}
