//! Functions and sinks of delivery streams that are outside of the simulated world: what they are asked, and what comes
//! back.

use super::firehose::Told;
use super::http_endpoint::Post;
use super::protocol::outside::Came;
use super::redshift::CopyCommand;
use super::s3::PutObject;
use super::{Cloud, lambda, opensearch, splunk};
use crate::base::{Event, SimTime};
use crate::world::{CallId, Service};

/// What is asked outside.
#[derive(Clone, Debug)]
pub(crate) enum Outbound {
    /// Records for a function.
    Invocation(lambda::Request),
    /// An object of a bucket.
    Object(PutObject),
    /// Rows of a table in Redshift.
    Rows(CopyCommand),
    /// Documents of an OpenSearch domain.
    Documents(opensearch::Bulk),
    /// What a Splunk collector is asked.
    Splunk(splunk::Request),
    /// Records for an HTTP endpoint.
    Post(Post),
}

impl Cloud {
    /// What functions and sinks outside are asked, and nobody has taken to them yet.
    pub(crate) fn take_outside(&mut self, now: SimTime) -> Vec<(CallId, Outbound)> {
        let Self { lambda, s3, redshift, opensearch, splunk, http_endpoint, .. } = self;
        let invoked = lambda.outside.take(now).into_iter().map(|(call, asked)| (call, Outbound::Invocation(asked)));
        let objects = s3.outside.take(now).into_iter().map(|(call, put)| (call, Outbound::Object(put)));
        let copies = redshift.outside.take(now).into_iter().map(|(call, copy)| (call, Outbound::Rows(copy)));
        let bulks = opensearch.outside.take(now).into_iter().map(|(call, bulk)| (call, Outbound::Documents(bulk)));
        let asked = splunk.outside.take(now).into_iter().map(|(call, asked)| (call, Outbound::Splunk(asked)));
        let posts = http_endpoint.outside.take(now).into_iter().map(|(call, post)| (call, Outbound::Post(post)));
        invoked.chain(objects).chain(copies).chain(bulks).chain(asked).chain(posts).collect()
    }

    /// Something came back: whoever was asked takes note of it, and Firehose hears of it if it still waits.
    pub(crate) fn came(&mut self, now: SimTime, call: CallId, came: &Came, events: &mut Vec<Event>) {
        let told = self.lambda.came(now, call, came, events).map(Told::Lambda);
        let told = told
            .or_else(|| self.s3.came(now, call, came, events).map(Told::S3))
            .or_else(|| self.redshift.came(call, came, events).map(Told::Redshift))
            .or_else(|| self.opensearch.came(call, came, events).map(Told::OpenSearch))
            .or_else(|| self.splunk.came(call, came, events).map(Told::Splunk))
            .or_else(|| self.http_endpoint.came(call, came, events).map(Told::HttpEndpoint));
        if let Some(told) = told {
            self.firehose.advance(now, events);
            self.firehose.answered(now, call, Ok(told), events);
        }
    }
}
