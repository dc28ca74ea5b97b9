//! Leases as one worker deals with them, whoever decides which of them it holds: the table's calls in [`store`], what
//! the worker holds and renews in [`renewal`], how it sees that another's lease has expired in [`expiry`], and what
//! a scan saw in [`decoded`].
//!
//! The row itself is [`base::lease_row`](crate::base::lease_row).

pub(crate) mod decoded;
pub(crate) mod expiry;
pub mod renewal;
pub mod store;
