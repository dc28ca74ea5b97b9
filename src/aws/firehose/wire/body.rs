//! Members of a request's body, by the types that the service has for them.

use std::borrow::Cow;

use crate::aws::firehose::api::{Key, SourceDescription, Tag};
use crate::aws::firehose::configuration::Configuration;
use crate::aws::protocol::value::Value;
use crate::aws::protocol::{Account, WireError};
use crate::base::ids::NameError;
use crate::base::{DeliveryName, Payload, StreamName};

fn invalid_argument(message: impl Into<Cow<'static, str>>) -> WireError {
    WireError::new("InvalidArgumentException", message)
}

/// A body whose types and constraints were checked.
pub(in crate::aws::firehose) struct Body<'a> {
    pub(in crate::aws::firehose) value: &'a Value<'a>,
    pub(in crate::aws::firehose) account: &'a Account,
}

/// The data of a record.
pub(in crate::aws::firehose) fn data(record: &Value<'_>) -> Result<Payload, WireError> {
    Ok(Payload::from(record.get("Data").map_or(Ok(Vec::new()), Value::blob)?))
}

impl<'a> Body<'a> {
    pub(in crate::aws::firehose) fn optional_text(&self, name: &str) -> Option<&'a str> {
        self.value.get(name).and_then(Value::as_text)
    }
    pub(in crate::aws::firehose) fn text(&self, name: &str) -> &'a str {
        self.optional_text(name).unwrap_or_default()
    }
    pub(in crate::aws::firehose) fn number(&self, name: &str) -> Option<u32> {
        self.value.get(name).and_then(Value::as_int).map(|number| number.clamp(0, i32::MAX.into()) as u32)
    }
    /// DeliveryStreamName.
    pub(in crate::aws::firehose) fn delivery(&self) -> Result<DeliveryName, WireError> {
        name(self.text("DeliveryStreamName"))
    }
    /// The delivery stream that an optional member names.
    pub(in crate::aws::firehose) fn delivery_named(&self, member: &str) -> Result<Option<DeliveryName>, WireError> {
        self.optional_text(member).map(name).transpose()
    }

    pub(in crate::aws::firehose) fn tags(&self) -> Vec<Tag> {
        let tags = self.value.get("Tags").and_then(Value::as_list).unwrap_or_default();
        let text = |tag: &Value<'_>, name| tag.get(name).and_then(Value::as_text).unwrap_or_default().into();
        tags.iter().map(|tag| (text(tag, "Key"), text(tag, "Value"))).collect()
    }

    /// DeliveryStreamEncryptionConfigurationInput, if there is one.
    pub(in crate::aws::firehose) fn key(&self) -> Result<Option<Key>, WireError> {
        let Some(input) = self.value.get("DeliveryStreamEncryptionConfigurationInput") else { return Ok(None) };
        let kind = input.get("KeyType").and_then(Value::as_text);
        match (kind, input.get("KeyARN").and_then(Value::as_text)) {
            (Some("CUSTOMER_MANAGED_CMK"), Some(arn)) => Ok(Some(Key::Managed(arn.into()))),
            (Some("CUSTOMER_MANAGED_CMK"), None) => {
                Err(invalid_argument("KeyARN must be specified when KeyType is CUSTOMER_MANAGED_CMK"))
            }
            (_, Some(_)) => Err(invalid_argument("KeyARN must not be specified when KeyType is AWS_OWNED_CMK")),
            (_, None) => Ok(Some(Key::Owned)),
        }
    }

    /// Where records come from. DirectPut when no type is said.
    pub(in crate::aws::firehose) fn source(&self) -> Result<SourceDescription, WireError> {
        let (direct, stream) = ("DirectPutSourceConfiguration", "KinesisStreamSourceConfiguration");
        let kind = self.optional_text("DeliveryStreamType").unwrap_or("DirectPut");
        let is_elsewhere = |name| self.value.get(name).is_some();
        if matches!(kind, "MSKAsSource") || is_elsewhere("MSKSourceConfiguration") {
            return Err(invalid_argument("kinesim does not read from Amazon MSK"));
        }
        if matches!(kind, "DatabaseAsSource") || is_elsewhere("DatabaseSourceConfiguration") {
            return Err(invalid_argument("kinesim does not read from databases"));
        }
        match (kind, self.value.get(direct), self.value.get(stream)) {
            ("KinesisStreamAsSource", None, Some(source)) => self.stream(source),
            ("KinesisStreamAsSource", ..) => Err(invalid_argument(format!(
                "{stream} and no other source must be specified when DeliveryStreamType is KinesisStreamAsSource"
            ))),
            (_, hint, None) => {
                let hint = hint.and_then(|hint| hint.get("ThroughputHintInMBs")).and_then(Value::as_int);
                Ok(SourceDescription::DirectPut { hint_mb_per_s: hint.and_then(|hint| hint.try_into().ok()) })
            }
            (_, _, Some(_)) => Err(invalid_argument(format!(
                "{stream} can only be specified when DeliveryStreamType is KinesisStreamAsSource"
            ))),
        }
    }

    /// A stream of this account and region.
    fn stream(&self, source: &Value<'_>) -> Result<SourceDescription, WireError> {
        let text = |name| source.get(name).and_then(Value::as_text).unwrap_or_default();
        let arn = text("KinesisStreamARN");
        let Account { id, region } = self.account;
        let here = format!(":kinesis:{region}:{id}:stream/");
        let named = arn
            .split_once(&here)
            .map_or(Err(NameError("it is of another account or region")), |(_, name)| name.parse::<StreamName>());
        let stream = named.map_err(|error| invalid_argument(format!("{arn} is no stream to read from: {error}")))?;
        Ok(SourceDescription::Stream { stream, arn: arn.into(), role: text("RoleARN").into(), started_unix_ms: None })
    }

    /// The destination of a new delivery stream.
    pub(in crate::aws::firehose) fn configuration(&self) -> Result<Configuration, WireError> {
        Configuration::of_new(self.value).map_err(|problem| invalid_argument(String::from(problem)))
    }
    /// What is said of a destination that is there.
    pub(in crate::aws::firehose) fn update(&self) -> Result<Configuration, WireError> {
        Configuration::of_update(self.value).map_err(|problem| invalid_argument(String::from(problem)))
    }
}

fn name(text: &str) -> Result<DeliveryName, WireError> {
    text.parse().map_err(|error: NameError| invalid_argument(error.to_string()))
}
