//! What tables are set to besides their keys and capacity: tags, time to live, point-in-time recovery.

use super::api::{AttributeName, Error, Missing, Reply, Response};
use super::service::{At, DynamoDb};
use super::table::Table;
use crate::base::TableName;

impl DynamoDb {
    fn table_mut(&mut self, name: &TableName) -> Result<&mut Table, Error> {
        let id = self.find(name)?;
        Ok(&mut self.tables[id.index()])
    }

    /// A table whose backups are meant: when there is none, AWS calls that by another name.
    fn backed_up(&mut self, name: &TableName) -> Result<&mut Table, Error> {
        self.table_mut(name).map_err(|error| match error {
            Error::ResourceNotFound(_) => Error::TableNotFound(name.clone()),
            other => other,
        })
    }

    pub(super) fn tag(&mut self, name: &TableName, tags: Vec<(Box<str>, Box<str>)>) -> Reply {
        let table = self.table_mut(name)?;
        table.tags.extend(tags);
        Ok(Response::Done)
    }

    pub(super) fn untag(&mut self, name: &TableName, keys: &[Box<str>]) -> Reply {
        self.table_mut(name)?.tags.retain(|key, _| !keys.contains(key));
        Ok(Response::Done)
    }

    pub(super) fn tags(&mut self, name: &TableName) -> Reply {
        let tags = &self.table_mut(name)?.tags;
        Ok(Response::Tags(tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect()))
    }

    pub(super) fn contributor_insights(&mut self, name: TableName, index: Option<Box<str>>) -> Reply {
        match self.find(&name) {
            Ok(_) => Ok(Response::ContributorInsights(name, index)),
            Err(_) => Err(Error::ResourceNotFound(Missing(Some(name)))),
        }
    }

    pub(super) fn set_time_to_live(&mut self, name: &TableName, attribute: Option<AttributeName>) -> Reply {
        let table = self.table_mut(name)?;
        table.time_to_live = attribute;
        Ok(Response::TimeToLive(table.time_to_live.clone()))
    }

    pub(super) fn time_to_live(&mut self, name: &TableName) -> Reply {
        Ok(Response::TimeToLive(self.table_mut(name)?.time_to_live.clone()))
    }

    pub(super) fn set_recovery(&mut self, at: &At<'_>, name: &TableName, is_enabled: bool) -> Reply {
        let table = self.backed_up(name)?;
        table.recovery_since = is_enabled.then(|| table.recovery_since.unwrap_or(at.now));
        self.recovery(at, name)
    }

    pub(super) fn recovery(&mut self, at: &At<'_>, name: &TableName) -> Reply {
        let since = self.backed_up(name)?.recovery_since;
        Ok(Response::PointInTimeRecovery(since.map(|since| (since, at.now))))
    }
}
