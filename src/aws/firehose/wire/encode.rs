//! Replies to bodies of answers.

use crate::aws::firehose::api::{
    Description, Encryption, Failure, Key, PutFailure, RecordId, Response, SourceDescription,
};
use crate::aws::firehose::control::DESTINATION_ID;
use crate::aws::protocol::Account;
use crate::aws::protocol::value::Value;
use crate::base::DeliveryName;

/// The body of an answer. One with nothing to tell is a structure without members.
pub(super) fn body<'a>(response: &'a Response, account: &Account) -> Value<'a> {
    match response {
        Response::Done => Value::structure([]),
        Response::Created(name) => Value::structure([("DeliveryStreamARN", arn(name, account).into())]),
        Response::Described(description) => {
            Value::structure([("DeliveryStreamDescription", described(description, account))])
        }
        Response::Listed { names, has_more } => Value::structure([
            ("DeliveryStreamNames", Value::list(names.iter().map(|name| name.as_str().into()))),
            ("HasMoreDeliveryStreams", (*has_more).into()),
        ]),
        Response::Tags { tags, has_more } => {
            let tag = |(key, value): &'a (Box<str>, Box<str>)| {
                Value::structure([("Key", (&**key).into()), ("Value", (&**value).into())])
            };
            Value::structure([("Tags", Value::list(tags.iter().map(tag))), ("HasMoreTags", (*has_more).into())])
        }
        Response::RecordPut { id, is_encrypted } => {
            Value::structure([("RecordId", Value::display(id)), ("Encrypted", (*is_encrypted).into())])
        }
        Response::BatchPut { failed, results, is_encrypted } => Value::structure([
            ("FailedPutCount", (*failed).into()),
            ("Encrypted", (*is_encrypted).into()),
            ("RequestResponses", Value::list(results.iter().map(result))),
        ]),
    }
}

fn result(result: &Result<RecordId, PutFailure>) -> Value<'_> {
    match result {
        Ok(id) => Value::structure([("RecordId", Value::display(id))]),
        Err(failure) => {
            let (code, message) = failure.told();
            Value::structure([("ErrorCode", code.into()), ("ErrorMessage", message.into())])
        }
    }
}

impl PutFailure {
    /// ErrorCode and ErrorMessage.
    pub(super) const fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::Unavailable => ("ServiceUnavailableException", "Slow down."),
            Self::Internal => ("InternalFailure", "Internal Service Failure"),
        }
    }
}

fn arn(name: &DeliveryName, account: &Account) -> String {
    format!("arn:aws:firehose:{}:{}:deliverystream/{name}", account.region, account.id)
}

fn described<'a>(description: &'a Description, account: &Account) -> Value<'a> {
    let destination = description.destination.iter().map(|shown| {
        let members = shown.iter().map(|(name, of)| ((*name).into(), of.clone()));
        Value::Map([("DestinationId".into(), DESTINATION_ID.into())].into_iter().chain(members).collect())
    });
    Value::structure([
        ("DeliveryStreamName", description.name.as_str().into()),
        ("DeliveryStreamARN", arn(&description.name, account).into()),
        ("DeliveryStreamStatus", description.status.word().into()),
        ("FailureDescription", failure(description.failure.as_ref())),
        ("DeliveryStreamEncryptionConfiguration", encryption(&description.encryption)),
        ("DeliveryStreamType", description.source.kind().into()),
        ("VersionId", Value::display(description.version)),
        ("CreateTimestamp", Value::Time(description.created_unix_ms)),
        ("LastUpdateTimestamp", description.updated_unix_ms.map_or(Value::Null, Value::Time)),
        ("Source", source(&description.source)),
        ("Destinations", Value::list(destination)),
        ("HasMoreDestinations", false.into()),
    ])
}

fn failure(failure: Option<&Failure>) -> Value<'_> {
    failure.map_or(Value::Null, |Failure { kind, details }| {
        Value::structure([("Type", (*kind).into()), ("Details", (&**details).into())])
    })
}

fn encryption(encryption: &Encryption) -> Value<'_> {
    let (kind, arn) = match &encryption.key {
        None => (Value::Null, Value::Null),
        Some(Key::Owned) => ("AWS_OWNED_CMK".into(), Value::Null),
        Some(Key::Managed(arn)) => ("CUSTOMER_MANAGED_CMK".into(), (&**arn).into()),
    };
    Value::structure([
        ("KeyARN", arn),
        ("KeyType", kind),
        ("Status", encryption.status.word().into()),
        ("FailureDescription", failure(encryption.failure.as_ref())),
    ])
}

fn source(source: &SourceDescription) -> Value<'_> {
    match source {
        SourceDescription::DirectPut { hint_mb_per_s: None } => Value::Null,
        SourceDescription::DirectPut { hint_mb_per_s } => Value::structure([(
            "DirectPutSourceDescription",
            Value::structure([("ThroughputHintInMBs", (*hint_mb_per_s).into())]),
        )]),
        SourceDescription::Stream { arn, role, started_unix_ms, .. } => Value::structure([(
            "KinesisStreamSourceDescription",
            Value::structure([
                ("KinesisStreamARN", (&**arn).into()),
                ("RoleARN", (&**role).into()),
                ("DeliveryStartTimestamp", started_unix_ms.map_or(Value::Null, Value::Time)),
            ]),
        )]),
    }
}
