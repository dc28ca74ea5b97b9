//! Tags and resource policies of streams and of their consumers.
//!
//! Policies are kept and given back; nobody is refused by one, because callers have no identity here.

use super::api::{ConsumerRef, Error, Reply, Resource, Response, Tag};
use super::service::Kinesis;
use super::tag_set::{self, Tags};

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
        let present = self.tags_of(resource)?;
        *present = tag_set::checked(tags, present)?;
        Ok(Response::Done)
    }

    pub(super) fn remove_tags(&mut self, resource: &Resource, keys: &[Box<str>]) -> Reply {
        self.tags_of(resource)?.retain(|key, _| !keys.contains(key));
        Ok(Response::Done)
    }

    pub(super) fn list_tags(&mut self, resource: &Resource, after: Option<&str>, limit: Option<u32>) -> Reply {
        let tags = self.tags_of(resource)?;
        let mut rest = tags.iter().filter(|(key, _)| after.is_none_or(|after| &***key > after));
        let size = limit.map_or(usize::MAX, |limit| limit as usize);
        let page = rest.by_ref().take(size).map(|(key, value)| (key.clone(), value.clone())).collect();
        Ok(Response::Tags { tags: page, has_more: rest.next().is_some() })
    }

    pub(super) fn put_policy(&mut self, resource: &Resource, policy: Box<str>) -> Reply {
        *self.policy_of(resource)? = Some(policy);
        Ok(Response::Done)
    }

    pub(super) fn get_policy(&mut self, resource: &Resource) -> Reply {
        match self.policy_of(resource)? {
            Some(policy) => Ok(Response::Policy(policy.clone())),
            None => Err(no_policy(resource)),
        }
    }

    pub(super) fn delete_policy(&mut self, resource: &Resource) -> Reply {
        match self.policy_of(resource)?.take() {
            Some(_) => Ok(Response::Done),
            None => Err(no_policy(resource)),
        }
    }
}

fn no_policy(resource: &Resource) -> Error {
    let name = match resource {
        Resource::Stream(stream) => format!("stream {stream}"),
        Resource::Consumer(ConsumerRef { name, .. }) => format!("consumer {name}"),
    };
    Error::ResourceNotFound(format!("No resource policy is attached to {name}.").into())
}
