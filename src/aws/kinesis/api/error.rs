//! What can go wrong.

use crate::aws::protocol::error::{AwsError, Held, Retry, errors};

errors! {
    /// An error of Kinesis. `code` gives AWS's name, `Display` the message
    /// (<https://docs.aws.amazon.com/kinesis/latest/APIReference/CommonErrors.html>).
    Error {
        /// A stream, shard or consumer that is not there.
        ResourceNotFound(text: Box<str>) = "ResourceNotFoundException", 400, Never, text;
        /// The stream's state does not allow it.
        ResourceInUse(text: Box<str>) = "ResourceInUseException", 400, Never, text;
        /// A member is out of range, or contradicts another.
        InvalidArgument(text: Box<str>) = "InvalidArgumentException", 400, Never, text;
        LimitExceeded(text: Box<str>) = "LimitExceededException", 400, Throttling, text;
        /// A constraint of the API's model.
        Validation(text: Box<str>) = "ValidationException", 400, Never, text;
        /// A shard's limit.
        ProvisionedThroughputExceeded(text: Box<str>) =
            "ProvisionedThroughputExceededException", 400, Throttling, text;
        /// An iterator that is older than 300 s.
        ExpiredIterator(text: Box<str>) = "ExpiredIteratorException", 400, Never, text;
        /// A paging token that is older than 300 s.
        ExpiredNextToken(text: Box<str>) = "ExpiredNextTokenException", 400, Never, text;
        /// Nothing stood in the way of what was not done.
        DryRunOperation =
            "DryRunOperationException", 400, Never, "Request would have succeeded, but DryRun flag is set.";
        /// The caller may not do that.
        AccessDenied(text: Box<str>) = "AccessDeniedException", 400, Never, text;
        /// A write may or may not have been applied.
        InternalFailure = "InternalFailure", 500, Transient, "Internal Service Failure";
        /// Nothing was done.
        ServiceUnavailable = "ServiceUnavailable", 503, Transient, "The service is unavailable";
        /// The service gives it for no reason of its own: only a fault does.
        Throttling = "ThrottlingException", 400, Throttling, "Rate exceeded";
        /// The key is disabled.
        KmsDisabled = "KMSDisabledException", 400, Never, "The KMS key is disabled";
        /// The key is pending deletion.
        KmsInvalidState = "KMSInvalidStateException", 400, Never, "The KMS key is pending deletion";
        /// The callers' role lost its grant.
        KmsAccessDenied = "KMSAccessDeniedException", 400, Never, "The caller may not use the KMS key";
        /// The key was deleted, or never was.
        KmsNotFound(text: Box<str>) = "KMSNotFoundException", 400, Never, text;
        /// The account has no subscription.
        KmsOptInRequired = "KMSOptInRequired", 400, Never, "The account needs a subscription for KMS";
        /// KMS throttles the service.
        KmsThrottling = "KMSThrottlingException", 400, Never, "KMS throttled the request";
    }
}

/// Production calls SequenceNumberForOrdering so.
pub(crate) fn ordering_refused(stream: &str, number: impl std::fmt::Display, account: &str) -> String {
    format!(
        "ExclusiveMinimumSequenceNumber {number} used in PutRecord on stream {stream} under account {account} is \
         invalid."
    )
}
