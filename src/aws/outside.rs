//! Sinks of delivery streams that are outside of the simulated world: what they are asked, and what comes back.

use super::Cloud;
use super::firehose::Told;
use super::http_endpoint::Post;
use super::protocol::outside::Came;
use super::s3::PutObject;
use crate::base::{Event, SimTime};
use crate::world::{CallId, Service};

/// What is delivered outside.
#[derive(Clone, Debug)]
pub(crate) enum Delivered {
    /// An object of a bucket.
    Object(PutObject),
    /// Records for an HTTP endpoint.
    Post(Post),
}

impl Cloud {
    /// What sinks outside are asked, and nobody has taken to them yet.
    pub(crate) fn take_outside(&mut self, now: SimTime) -> Vec<(CallId, Delivered)> {
        let objects = self.s3.outside.take(now).into_iter().map(|(call, put)| (call, Delivered::Object(put)));
        let posts = self.http_endpoint.outside.take(now).into_iter().map(|(call, post)| (call, Delivered::Post(post)));
        objects.chain(posts).collect()
    }

    /// Something came back: whoever was asked takes note of it, and Firehose hears of it if it still waits.
    pub(crate) fn came(&mut self, now: SimTime, call: CallId, came: &Came, events: &mut Vec<Event>) {
        let told = None
            .or_else(|| self.s3.came(now, call, came, events).map(Told::S3))
            .or_else(|| self.http_endpoint.came(call, came, events).map(Told::HttpEndpoint));
        if let Some(told) = told {
            self.firehose.advance(now, events);
            self.firehose.answered(now, call, Ok(told), events);
        }
    }
}
