//! Firehose for tests: bodies as they come in, and answers as they go out, on a clock that the test moves.

use serde_json::{Value as Json, json};

use super::api::{Settings, Transitions};
use super::service::Firehose;
use super::wire::Protocol;
use crate::aws::protocol::json;
use crate::aws::protocol::{Account, Encoding, Place, Wire};
use crate::base::{HostId, Seed, SimDuration, SimTime};
use crate::world::Service;

/// One account's Firehose.
pub(super) struct Desk {
    pub(super) firehose: Firehose,
    pub(super) now: SimTime,
    account: Account,
}

/// What a role, bucket or stream of the account is called.
pub(super) const ROLE: &str = "arn:aws:iam::000000000000:role/firehose";
pub(super) const BUCKET: &str = "arn:aws:s3:::lake";
pub(super) const STREAM: &str = "arn:aws:kinesis:us-east-1:000000000000:stream/clicks";

impl Desk {
    /// Every transition takes a minute.
    pub(super) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(super) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let minute = (SimDuration::from_secs(60), SimDuration::from_secs(60));
        let transitions = Transitions { create: minute, delete: minute, update: minute, encryption: minute };
        let mut settings = Settings { transitions, control_plane_quotas: false, ..Settings::default() };
        change(&mut settings);
        let account = Account { id: settings.account.clone(), region: settings.region.clone() };
        Self { firehose: Firehose::new(settings, Seed(1)), now: SimTime::ZERO, account }
    }

    pub(super) fn sleep(&mut self, seconds: u64) {
        self.now += SimDuration::from_secs(seconds);
    }

    /// Status and body of the answer.
    pub(super) fn call(&mut self, operation: &str, body: &[u8]) -> (u16, Json) {
        let at = Place { account: &self.account, epoch_unix_ms: 0 };
        let answer = match json::decode(body).and_then(|body| Protocol::decode(operation, &body, &self.account)) {
            Ok((request, echo)) => {
                let reply = self.firehose.handle(self.now, HostId(20), request, &mut Vec::new());
                Protocol::answer(Encoding::Json11, &echo, &reply, &at)
            }
            Err(error) => Protocol::refusal(Encoding::Json11, &error),
        };
        (answer.status, serde_json::from_slice(&answer.body).expect("JSON"))
    }

    /// The body of an answer that is no error.
    pub(super) fn ok(&mut self, operation: &str, body: Json) -> Json {
        let (status, answer) = self.call(operation, body.to_string().as_bytes());
        assert_eq!(status, 200, "{operation}: {answer}");
        answer
    }

    /// Code and message of an error.
    pub(super) fn refused(&mut self, operation: &str, body: Json) -> String {
        let (status, answer) = self.call(operation, body.to_string().as_bytes());
        assert_ne!(status, 200, "{operation}: {answer}");
        let message = answer.get("message").or(answer.get("Message")).and_then(Json::as_str).unwrap_or_default();
        format!("{}: {message}", answer["__type"].as_str().expect("a code"))
    }

    /// A delivery stream to S3 that is ACTIVE.
    pub(super) fn delivery(&mut self, name: &str, besides: Json) -> Json {
        self.ok("CreateDeliveryStream", creation(name, s3(besides)));
        self.sleep(60);
        self.describe(name)
    }

    pub(super) fn describe(&mut self, name: &str) -> Json {
        self.ok("DescribeDeliveryStream", json!({ "DeliveryStreamName": name }))["DeliveryStreamDescription"].clone()
    }

    pub(super) fn status(&mut self, name: &str) -> String {
        self.describe(name)["DeliveryStreamStatus"].as_str().expect("a status").to_owned()
    }
}

/// These members besides those.
pub(super) fn and(mut body: Json, besides: Json) -> Json {
    let (Json::Object(members), Json::Object(more)) = (&mut body, besides) else { panic!("two structures") };
    members.extend(more);
    body
}

/// A configuration of S3, with what is said besides.
pub(super) fn s3(besides: Json) -> Json {
    and(json!({ "RoleARN": ROLE, "BucketARN": BUCKET }), besides)
}

/// A request to create.
pub(super) fn creation(name: &str, s3: Json) -> Json {
    json!({ "DeliveryStreamName": name, "ExtendedS3DestinationConfiguration": s3 })
}

/// A request to update, from the first version.
pub(super) fn update(name: &str, version: &str, s3: Json) -> Json {
    json!({
        "DeliveryStreamName": name, "CurrentDeliveryStreamVersionId": version,
        "DestinationId": "destinationId-000000000001", "ExtendedS3DestinationUpdate": s3,
    })
}
