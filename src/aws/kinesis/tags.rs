//! Tags and resource policies of streams and of their consumers.
//!
//! Policies are kept and given back; nobody is refused by one, because callers have no identity here.

use super::api::{Error, Reply, Resource, Response, Tag};
use super::service::Kinesis;
use super::tag_set::{self, Owner, Tags};
use crate::base::SimTime;

impl Kinesis {
    fn tags_of(&mut self, resource: &Resource) -> Result<&mut Tags, Error> {
        match resource {
            Resource::Stream(stream) => {
                let id = self.find(stream)?;
                Ok(&mut self.stream_mut(id).tags)
            }
            Resource::Consumer(consumer) => Ok(&mut self.consumer_mut(consumer)?.tags),
        }
    }

    fn policy_of(&mut self, resource: &Resource) -> Result<&mut Option<Box<str>>, Error> {
        match resource {
            Resource::Stream(stream) => {
                let id = self.find(stream)?;
                Ok(&mut self.stream_mut(id).policy)
            }
            Resource::Consumer(consumer) => Ok(&mut self.consumer_mut(consumer)?.policy),
        }
    }

    pub(super) fn add_tags(&mut self, resource: &Resource, tags: Vec<Tag>) -> Reply {
        let account = self.settings.account.clone();
        let present = self.tags_of(resource)?;
        *present = tag_set::checked(tags, present, Owner { name: resource.name(), account: &account })?;
        Ok(Response::Done)
    }

    pub(super) fn remove_tags(&mut self, resource: &Resource, keys: &[Box<str>]) -> Reply {
        let account = self.settings.account.clone();
        let present = self.tags_of(resource)?;
        tag_set::check_keys(keys, Owner { name: resource.name(), account: &account })?;
        present.retain(|key, _| !keys.contains(key));
        Ok(Response::Done)
    }

    pub(super) fn list_tags(&mut self, resource: &Resource, after: Option<&str>, limit: Option<u32>) -> Reply {
        let tags = self.tags_of(resource)?;
        let mut rest = tags.iter().filter(|(key, _)| after.is_none_or(|after| &***key > after));
        let size = limit.map_or(usize::MAX, |limit| limit as usize);
        let page = rest.by_ref().take(size).map(|(key, value)| (key.clone(), value.clone())).collect();
        Ok(Response::Tags { tags: page, has_more: rest.next().is_some() })
    }

    pub(super) fn put_policy(&mut self, resource: &Resource, policy: Box<str>, now: SimTime) -> Reply {
        if let Resource::Consumer(consumer) = resource {
            self.need_active_consumer(consumer, now, |stream, account| {
                format!("stream {stream} and account {account}")
            })?;
        }
        *self.policy_of(resource)? = Some(policy);
        Ok(Response::Done)
    }

    /// A resource without a policy has an empty one, as recordings show.
    pub(super) fn get_policy(&mut self, resource: &Resource) -> Reply {
        let policy = self.policy_of(resource)?.clone();
        Ok(Response::Policy(policy.unwrap_or_else(|| "{}".into())))
    }

    pub(super) fn delete_policy(&mut self, resource: &Resource) -> Reply {
        if self.policy_of(resource)?.take().is_some() {
            return Ok(Response::Done);
        }
        let arn = match resource {
            Resource::Stream(stream) => self.stream_arn(stream),
            Resource::Consumer(consumer) => self.consumer_label(consumer),
        };
        Err(Error::ResourceNotFound(format!("No resource policy found for resource ARN {arn}.").into()))
    }
}
