//! Members of a request's body, by the types that the service has for them.

use crate::aws::kinesis::api::{IteratorPosition, ListShards, ShardFilter, ordering_refused};
use crate::aws::protocol::Account;
use crate::aws::protocol::WireError;
use crate::aws::protocol::value::Value;
use crate::base::{HashKey, SequenceNumber, ShardId, StreamName};

use super::numbers::AnySequenceNumber;
use super::tokens;

pub(in crate::aws::kinesis) fn invalid_argument(message: impl Into<std::borrow::Cow<'static, str>>) -> WireError {
    WireError::new("InvalidArgumentException", message)
}

pub(in crate::aws::kinesis) fn hash_key(name: &str, text: &str) -> Result<HashKey, WireError> {
    text.parse().map_err(|_| {
        invalid_argument(format!(
            "Invalid {name}. {name} must be in the range: [0, 2^128-1]. Specified value was {text}"
        ))
    })
}

/// A body whose types and constraints were checked.
pub(in crate::aws::kinesis) struct Body<'a> {
    pub value: &'a Value<'a>,
    pub account: &'a Account,
}

impl<'a> Body<'a> {
    pub(crate) fn optional_text(&self, name: &str) -> Option<&'a str> {
        self.value.get(name).and_then(Value::as_text)
    }
    pub(crate) fn text(&self, name: &str) -> &'a str {
        self.optional_text(name).unwrap_or_default()
    }
    pub(crate) fn number(&self, name: &str) -> Option<u32> {
        self.value.get(name).and_then(Value::as_int).map(|number| number.clamp(0, i32::MAX.into()) as u32)
    }
    /// RetentionPeriodHours. The shape lets negative ones pass, which the service does not have.
    pub(crate) fn hours(&self) -> Result<u32, WireError> {
        let hours = self.value.get("RetentionPeriodHours").and_then(Value::as_int).unwrap_or_default();
        u32::try_from(hours).map_err(|_| {
            invalid_argument(format!(
                "Minimum allowed retention period is 24 hours. Requested retention period ({hours} hours) is too short."
            ))
        })
    }
    pub(crate) fn name(&self, name: &str) -> Result<StreamName, WireError> {
        self.text(name).parse().map_err(|error: crate::base::ids::NameError| invalid_argument(error.to_string()))
    }

    /// StreamName or StreamARN; when both are given they must agree.
    pub(crate) fn stream(&self) -> Result<StreamName, WireError> {
        let by_arn = self.optional_text("StreamARN").map(|arn| self.account.stream_of_arn(arn)).transpose()?;
        match (self.optional_text("StreamName"), by_arn) {
            (Some(_), None) => self.name("StreamName"),
            (None, Some(stream)) => Ok(stream),
            (Some(name), Some(stream)) if name == stream.as_str() => Ok(stream),
            (Some(name), Some(_)) => {
                Err(invalid_argument(format!("StreamName {name} does not match the stream of the StreamARN")))
            }
            (None, None) => Err(invalid_argument("Either StreamName or StreamARN must be specified")),
        }
    }

    /// A shard of that stream: what counts is the number behind the first dash, or the whole.
    pub(crate) fn shard(&self, name: &str, stream: &str) -> Result<ShardId, WireError> {
        let text = self.text(name);
        let digits = text.split_once('-').map_or(text, |(_, digits)| digits);
        let number = Some(digits).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
        number.and_then(|digits| digits.parse::<i32>().ok()).map(|number| ShardId(number as u32)).ok_or_else(|| {
            let account = &self.account.id;
            let text = format!("Could not find shard {text} in stream {stream} under account {account}.");
            WireError::new("ResourceNotFoundException", text)
        })
    }
    pub(crate) fn optional_shard(&self, name: &str, stream: &str) -> Result<Option<ShardId>, WireError> {
        self.optional_text(name).map(|_| self.shard(name, stream)).transpose()
    }

    /// SequenceNumberForOrdering. Whatever once was a number of any stream may stand there; only those of this one mean
    /// something.
    pub(crate) fn ordering(&self, stream: &str) -> Result<Option<SequenceNumber>, WireError> {
        let Some(text) = self.optional_text("SequenceNumberForOrdering") else { return Ok(None) };
        match text.parse::<AnySequenceNumber>() {
            Ok(number) => Ok(number.known()),
            Err(_) => Err(invalid_argument(ordering_refused(stream, text, &self.account.id))),
        }
    }

    /// The number that a position names, of that shard.
    fn starting_number(&self, name: &str, (stream, shard): (&str, ShardId)) -> Result<SequenceNumber, WireError> {
        let (text, account) = (self.text(name), &self.account.id);
        let invalid = |why: &str| {
            invalid_argument(format!(
                "StartingSequenceNumber {text} used in GetShardIterator on shard {shard} in stream {stream} under \
                 account {account} is invalid{why}."
            ))
        };
        let number: AnySequenceNumber = text.parse().map_err(|_| invalid(""))?;
        if number.shard() != i64::from(shard.0) {
            return Err(invalid_argument(format!(
                "Invalid StartingSequenceNumber. It encodes shardId-{:012}, while it was used in a call to a shard \
                 with {shard}",
                number.shard()
            )));
        }
        number.known().ok_or_else(|| invalid(" because it did not come from this stream"))
    }

    pub(crate) fn timestamp(&self) -> Option<u64> {
        self.value.get("Timestamp").and_then(Value::as_unix_ms)
    }

    /// An iterator type with its argument, and no argument that it does not take.
    pub(crate) fn position(
        &self,
        kind: &str,
        number: &'static str,
        of: (&str, ShardId),
    ) -> Result<IteratorPosition, WireError> {
        let kind = self.text(kind);
        let contradiction = |has: &str| {
            invalid_argument(format!(
                "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and {number} or (2) TRIM_HORIZON \
                 or LATEST and no {number}. Request specified {kind} and {has} {number}."
            ))
        };
        let has_number = self.optional_text(number).is_some();
        if has_number && matches!(kind, "TRIM_HORIZON" | "LATEST") {
            return Err(contradiction("also a"));
        }
        match (kind, has_number.then(|| self.starting_number(number, of)).transpose()?) {
            ("AT_SEQUENCE_NUMBER", Some(number)) => Ok(IteratorPosition::AtSequenceNumber(number)),
            ("AFTER_SEQUENCE_NUMBER", Some(number)) => Ok(IteratorPosition::AfterSequenceNumber(number)),
            ("TRIM_HORIZON", _) => Ok(IteratorPosition::TrimHorizon),
            ("LATEST", _) => Ok(IteratorPosition::Latest),
            ("AT_TIMESTAMP", _) => self.timestamp().map(IteratorPosition::AtTimestamp).ok_or_else(|| {
                let text = "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. \
                            Current request has no timestamp parameter.";
                invalid_argument(text)
            }),
            _ => Err(contradiction("no")),
        }
    }

    /// A paging token says which stream it is of, so its time of creation cannot be given besides.
    pub(crate) fn need_no_creation_time(&self) -> Result<(), WireError> {
        match self.value.get("NextToken").and(self.value.get("StreamCreationTimestamp")) {
            Some(_) => Err(invalid_argument("NextToken and StreamCreationTimestamp cannot be provided together.")),
            None => Ok(()),
        }
    }

    pub(crate) fn list_shards(&self) -> Result<ListShards, WireError> {
        let names_stream = self.optional_text("StreamName").or(self.optional_text("StreamARN")).is_some();
        match (names_stream, self.optional_text("NextToken").is_some()) {
            (false, false) => return Err(invalid_argument("Either NextToken or StreamName should be provided.")),
            (true, true) => return Err(invalid_argument("NextToken and StreamName cannot be provided together.")),
            _ => self.need_no_creation_time()?,
        }
        let read = |text| tokens::list_shards(text).ok_or_else(|| invalid_argument("NextToken is invalid."));
        let next_token = self.optional_text("NextToken").map(read).transpose()?;
        let stream = names_stream.then(|| self.stream()).transpose()?;
        let of = stream.as_ref().or(next_token.as_ref().map(|token| &token.stream)).map_or("", StreamName::as_str);
        Ok(ListShards {
            exclusive_start: self.optional_shard("ExclusiveStartShardId", of)?,
            max_results: self.number("MaxResults"),
            filter: self.value.get("ShardFilter").map(|filter| self.filter(filter, of)).transpose()?,
            stream,
            next_token,
        })
    }

    pub(crate) fn filter(&self, filter: &'a Value<'a>, stream: &str) -> Result<ShardFilter, WireError> {
        let filter = Body { value: filter, account: self.account };
        let needs = |what| invalid_argument(format!("The ShardFilter type {} needs a {what}", filter.text("Type")));
        Ok(match filter.text("Type") {
            "AFTER_SHARD_ID" => {
                ShardFilter::AfterShardId(filter.optional_shard("ShardId", stream)?.ok_or_else(|| needs("ShardId"))?)
            }
            "AT_TRIM_HORIZON" => ShardFilter::AtTrimHorizon,
            "AT_LATEST" => ShardFilter::AtLatest,
            "AT_TIMESTAMP" => ShardFilter::AtTimestamp(filter.timestamp().ok_or_else(|| needs("Timestamp"))?),
            "FROM_TIMESTAMP" => ShardFilter::FromTimestamp(filter.timestamp().ok_or_else(|| needs("Timestamp"))?),
            _ => ShardFilter::FromTrimHorizon,
        })
    }

    /// The stream that an optional member names.
    pub(crate) fn stream_named(&self, member: &str) -> Result<Option<StreamName>, WireError> {
        let name = self.optional_text(member);
        name.map(|name| name.parse().map_err(|_| invalid_argument(format!("{member} is no stream's name."))))
            .transpose()
    }

    pub(crate) fn need_kms(&self) -> Result<(), WireError> {
        match self.text("EncryptionType") {
            "KMS" => Ok(()),
            _ => Err(invalid_argument("EncryptionType must be KMS")),
        }
    }
}
