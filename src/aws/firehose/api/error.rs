//! What can go wrong.

use crate::aws::protocol::error::{AwsError, Held, Retry, errors};

errors! {
    /// An error of Firehose. `code` gives AWS's name, `Display` the message
    /// (<https://docs.aws.amazon.com/firehose/latest/APIReference/CommonErrors.html>).
    Error {
        /// Somebody else has updated the destination since.
        ConcurrentModification(text: Box<str>) = "ConcurrentModificationException", 400, Never, text;
        /// An error of the service.
        InternalFailure = "InternalFailure", 500, Transient, "";
        /// A member is out of range, or contradicts another.
        InvalidArgument(text: Box<str>) = "InvalidArgumentException", 400, Never, text;
        /// The KMS key cannot be used.
        InvalidKmsResource(text: Box<str>) = "InvalidKMSResourceException", 400, Never, text;
        /// Records cannot be put: the delivery stream has a source of its own.
        InvalidSource(text: Box<str>) = "InvalidSourceException", 400, Never, text;
        /// A quota of the account or of a delivery stream.
        LimitExceeded(text: Box<str>) = "LimitExceededException", 400, Never, text;
        /// The delivery stream's state does not allow it.
        ResourceInUse(text: Box<str>) = "ResourceInUseException", 400, Never, text;
        /// A delivery stream that is not there.
        ResourceNotFound(text: Box<str>) = "ResourceNotFoundException", 400, Never, text;
        /// The quota, or the service is down.
        ServiceUnavailable = "ServiceUnavailableException", 503, Throttling, "Slow down.";
        /// Calls of the control plane a second.
        Throttling = "ThrottlingException", 400, Throttling, "Rate exceeded";
    }
}
