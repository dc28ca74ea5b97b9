//! What can go wrong.

use std::fmt;

/// An error of the streams service. `code` gives AWS's name, `Display` the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// ResourceNotFoundException.
    ResourceNotFound(Box<str>),
    /// ResourceInUseException: the stream's state does not allow it.
    ResourceInUse(Box<str>),
    /// InvalidArgumentException.
    InvalidArgument(Box<str>),
    /// LimitExceededException: a quota.
    LimitExceeded(Box<str>),
    /// ValidationException.
    Validation(Box<str>),
    /// ProvisionedThroughputExceededException.
    ProvisionedThroughputExceeded(Box<str>),
    /// ExpiredIteratorException.
    ExpiredIterator(Box<str>),
    /// ExpiredNextTokenException.
    ExpiredNextToken(Box<str>),
    /// DryRunOperationException: nothing stood in the way of what was not done.
    DryRunOperation,
    /// AccessDeniedException.
    AccessDenied(Box<str>),
    /// InternalFailure (500).
    InternalFailure,
    /// ServiceUnavailable (503).
    ServiceUnavailable,
    /// ThrottlingException, only injected.
    Throttling,
    /// KMSDisabledException.
    KmsDisabled,
    /// KMSInvalidStateException.
    KmsInvalidState,
    /// KMSAccessDeniedException.
    KmsAccessDenied,
    /// KMSNotFoundException.
    KmsNotFound,
    /// KMSOptInRequired.
    KmsOptInRequired,
    /// KMSThrottlingException.
    KmsThrottling,
}

impl Error {
    /// AWS's name of the error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ResourceNotFound(_) => "ResourceNotFoundException",
            Self::ResourceInUse(_) => "ResourceInUseException",
            Self::InvalidArgument(_) => "InvalidArgumentException",
            Self::LimitExceeded(_) => "LimitExceededException",
            Self::Validation(_) => "ValidationException",
            Self::ProvisionedThroughputExceeded(_) => "ProvisionedThroughputExceededException",
            Self::ExpiredIterator(_) => "ExpiredIteratorException",
            Self::ExpiredNextToken(_) => "ExpiredNextTokenException",
            Self::AccessDenied(_) => "AccessDeniedException",
            Self::DryRunOperation => "DryRunOperationException",
            Self::InternalFailure => "InternalFailure",
            Self::ServiceUnavailable => "ServiceUnavailable",
            Self::Throttling => "ThrottlingException",
            Self::KmsDisabled => "KMSDisabledException",
            Self::KmsInvalidState => "KMSInvalidStateException",
            Self::KmsAccessDenied => "KMSAccessDeniedException",
            Self::KmsNotFound => "KMSNotFoundException",
            Self::KmsOptInRequired => "KMSOptInRequired",
            Self::KmsThrottling => "KMSThrottlingException",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ResourceNotFound(m)
            | Self::ResourceInUse(m)
            | Self::InvalidArgument(m)
            | Self::LimitExceeded(m)
            | Self::Validation(m)
            | Self::ProvisionedThroughputExceeded(m)
            | Self::ExpiredIterator(m)
            | Self::ExpiredNextToken(m)
            | Self::AccessDenied(m) => f.write_str(m),
            Self::DryRunOperation => f.write_str("Request would have succeeded, but DryRun flag is set."),
            Self::InternalFailure => f.write_str("Internal Service Failure"),
            Self::ServiceUnavailable => f.write_str("The service is unavailable"),
            Self::Throttling => f.write_str("Rate exceeded"),
            Self::KmsDisabled => f.write_str("The KMS key is disabled"),
            Self::KmsInvalidState => f.write_str("The KMS key is pending deletion"),
            Self::KmsAccessDenied => f.write_str("The caller may not use the KMS key"),
            Self::KmsNotFound => f.write_str("The KMS key does not exist"),
            Self::KmsOptInRequired => f.write_str("The account needs a subscription for KMS"),
            Self::KmsThrottling => f.write_str("KMS throttled the request"),
        }
    }
}
impl std::error::Error for Error {}
