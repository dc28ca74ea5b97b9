//! Requests, replies, errors, faults and settings of the table service, under the names AWS gives them.
//!
//! Conditions, updates and key conditions are typed trees; text forms are translated before they get here.
//! See <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/Welcome.html>.

mod error;
mod fault;
mod request;
mod response;
mod settings;

pub use super::expressions::{AttributeType, Comparator, Condition, Operand, Path, SetOperand, Step, Update};
pub use crate::base::item::{AttributeName, AttributeValue, Item};
pub(crate) use error::Missing;
pub use error::{CancellationReason, Error, ThrottlingReason};
pub use fault::{Fault, FaultTarget};
pub use request::{
    BatchWrite, Capacity, CreateTable, Key, KeyCondition, Page, Projection, TransactAction, TransactWrite, UpdateTable,
};
pub(crate) use request::{Encryption, IndexSchema, Returns, Warm};
pub(crate) use response::{Adjusted, IndexDescription};
pub use response::{Consumed, Reply, Response, TableDescription, TableStatus};
pub use settings::Settings;
