//! The account and region that an endpoint stands for. Each service adds the ARNs of its own resources.

/// An account in a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The account's number, twelve digits.
    pub id: Box<str>,
    /// For example `us-east-1`.
    pub region: Box<str>,
}
