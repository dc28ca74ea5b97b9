//! What stands for `postgres` in a build without the feature: nothing that could be made.

use crate::aws::protocol::outside::Came;
use crate::aws::redshift::CopyCommand;

/// There is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Database {}

impl Database {
    pub(super) fn parse(_: &str) -> Result<Self, String> {
        Err("this kinesim was built without PostgreSQL: build it with `--features postgres`".to_owned())
    }
    pub(super) fn is_loopback(&self) -> bool {
        match *self {}
    }
    pub(super) async fn load(&self, _: &CopyCommand) -> Came {
        match *self {}
    }
}
