//! The ARNs of streams and of their registered consumers.

use std::fmt;

use crate::aws::kinesis::api::{ConsumerDescription, ConsumerRef};
use crate::aws::protocol::{Account, WireError};
use crate::base::StreamName;

impl Account {
    /// Returns `arn:aws:kinesis:REGION:ACCOUNT:stream/NAME`.
    pub fn stream_arn(&self, stream: impl fmt::Display) -> String {
        format!("arn:aws:kinesis:{}:{}:stream/{stream}", self.region, self.id)
    }

    /// A registered consumer's ARN, which carries the second of its registration.
    pub fn consumer_arn(&self, consumer: &ConsumerDescription) -> String {
        format!("{}/consumer/{}:{}", self.stream_arn(&consumer.stream), consumer.name, consumer.created_at / 1000)
    }

    /// The consumer that an ARN names, whose shape was checked.
    ///
    /// # Errors
    /// ResourceNotFoundException when it is of another account or region.
    pub(crate) fn consumer_of_arn(&self, arn: &str) -> Result<ConsumerRef, WireError> {
        let stream = self.stream_of_arn(arn)?;
        let missing = || WireError::new("ResourceNotFoundException", format!("Resource {arn} not found."));
        let (name, created) =
            arn.split_once("/consumer/").and_then(|(_, consumer)| consumer.rsplit_once(':')).ok_or_else(missing)?;
        let created_unix_s = Some(created.parse().map_err(|_| missing())?);
        Ok(ConsumerRef { stream, name: name.into(), created_unix_s })
    }

    /// The stream that an ARN names, whose shape was checked.
    ///
    /// # Errors
    /// ResourceNotFoundException when it is of another account or region.
    pub(crate) fn stream_of_arn(&self, arn: &str) -> Result<StreamName, WireError> {
        let missing = || WireError::new("ResourceNotFoundException", format!("Resource {arn} not found."));
        let mut parts = arn.splitn(6, ':').skip(3);
        let (region, id, resource) = (parts.next(), parts.next(), parts.next());
        if (region, id) != (Some(&self.region), Some(&self.id)) {
            return Err(missing());
        }
        let name = resource.and_then(|resource| resource.strip_prefix("stream/")).unwrap_or_default();
        let name = name.split_once('/').map_or(name, |(stream, _)| stream);
        name.parse().map_err(|_| missing())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_names_a_stream_of_this_account_and_region_only() {
        let account = Account { id: "123456789012".into(), region: "eu-west-1".into() };
        let arn = account.stream_arn("clicks");
        assert_eq!(arn, "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks");
        assert_eq!(account.stream_of_arn(&arn).map(|name| name.to_string()), Ok("clicks".to_owned()));
        let consumer = format!("{arn}/consumer/c:1700000000");
        assert_eq!(account.stream_of_arn(&consumer).map(|name| name.to_string()), Ok("clicks".to_owned()));
        for other in [arn.replace("eu-west-1", "us-east-1"), arn.replace("123456789012", "000000000000")] {
            assert_eq!(account.stream_of_arn(&other).map_err(|e| e.code), Err("ResourceNotFoundException"));
        }
    }
}
