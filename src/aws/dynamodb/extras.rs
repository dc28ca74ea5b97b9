//! What tables are set to besides their keys and capacity: tags, time to live, point-in-time recovery.

use super::api::{AttributeName, Error, Reply, Response};
use super::tables::Table;
use super::{At, DynamoDb};
use crate::base::TableName;

impl DynamoDb {
    fn table_mut(&mut self, at: &At<'_>, name: &TableName) -> Result<&mut Table, Error> {
        self.fail_control(at, name)?;
        let id = self.find(name)?;
        Ok(&mut self.tables[id.index()])
    }

    /// A table whose backups are meant: when there is none, AWS calls that by another name.
    fn backed_up(&mut self, at: &At<'_>, name: &TableName) -> Result<&mut Table, Error> {
        self.table_mut(at, name).map_err(|error| match error {
            Error::ResourceNotFound => Error::TableNotFound(name.clone()),
            other => other,
        })
    }

    pub(super) fn tag(&mut self, at: &At<'_>, name: &TableName, tags: Vec<(Box<str>, Box<str>)>) -> Reply {
        let table = self.table_mut(at, name)?;
        table.tags.extend(tags);
        Ok(Response::Tags(Vec::new()))
    }

    pub(super) fn untag(&mut self, at: &At<'_>, name: &TableName, keys: &[Box<str>]) -> Reply {
        self.table_mut(at, name)?.tags.retain(|key, _| !keys.contains(key));
        Ok(Response::Tags(Vec::new()))
    }

    pub(super) fn tags(&mut self, at: &At<'_>, name: &TableName) -> Reply {
        let tags = &self.table_mut(at, name)?.tags;
        Ok(Response::Tags(tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect()))
    }

    pub(super) fn set_time_to_live(
        &mut self,
        at: &At<'_>,
        name: &TableName,
        attribute: Option<AttributeName>,
    ) -> Reply {
        let table = self.table_mut(at, name)?;
        table.time_to_live = attribute;
        Ok(Response::TimeToLive(table.time_to_live.clone()))
    }

    pub(super) fn time_to_live(&mut self, at: &At<'_>, name: &TableName) -> Reply {
        Ok(Response::TimeToLive(self.table_mut(at, name)?.time_to_live.clone()))
    }

    pub(super) fn set_recovery(&mut self, at: &At<'_>, name: &TableName, is_enabled: bool) -> Reply {
        self.backed_up(at, name)?.has_recovery = is_enabled;
        Ok(Response::PointInTimeRecovery(is_enabled))
    }

    pub(super) fn recovery(&mut self, at: &At<'_>, name: &TableName) -> Reply {
        Ok(Response::PointInTimeRecovery(self.backed_up(at, name)?.has_recovery))
    }
}
