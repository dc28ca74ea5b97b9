//! Members of a request's body, by the types that the service has for them.

use std::borrow::Cow;

use super::{attribute, legacy, scope::Scope};
use crate::aws::dynamodb::api::{AttributeName, Condition, Item, Key, Page, Path};
use crate::aws::protocol::Account;
use crate::aws::protocol::WireError;
use crate::aws::protocol::value::Value;
use crate::base::TableName;

/// A body whose types and constraints were checked.
#[derive(Clone, Copy)]
pub(in crate::aws::dynamodb) struct Body<'a> {
    pub value: &'a Value<'a>,
    pub account: &'a Account,
}

impl<'a> Body<'a> {
    pub(crate) fn optional_text(&self, name: &str) -> Option<&'a str> {
        self.value.get(name).and_then(Value::as_text)
    }
    pub(crate) fn text(&self, name: &str) -> &'a str {
        self.optional_text(name).unwrap_or_default()
    }
    pub(crate) fn number(&self, name: &str) -> Option<u32> {
        self.value.get(name).and_then(Value::as_int).map(|number| u32::try_from(number).unwrap_or(u32::MAX))
    }
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.value.get(name).and_then(Value::as_bool)
    }
    /// A member that is a structure, as a body of its own.
    pub(crate) fn part(&self, name: &str) -> Option<Body<'a>> {
        self.value.get(name).map(|value| Body { value, account: self.account })
    }
    pub(crate) fn list(&self, name: &str) -> impl Iterator<Item = Body<'a>> + use<'a> {
        let (elements, account) = (self.value.get(name).and_then(Value::as_list).unwrap_or_default(), self.account);
        elements.iter().map(move |value| Body { value, account })
    }
    pub(crate) fn attribute_name(&self, name: &str) -> AttributeName {
        Cow::Owned(self.text(name).to_owned())
    }

    /// TableName, which may also be an ARN.
    pub(crate) fn table(&self) -> Result<TableName, WireError> {
        table_name(self.text("TableName"), self.account)
    }

    /// The table that ResourceArn names.
    pub(crate) fn resource(&self) -> Result<TableName, WireError> {
        let arn = self.text("ResourceArn");
        match arn.starts_with("arn:") {
            true => self.account.table_of_arn(arn),
            false => {
                Err(WireError::validation(format!("Invalid TableArn: Invalid ResourceArn provided as input {arn}")))
            }
        }
    }

    pub(crate) fn item(&self, name: &str) -> Result<Item, WireError> {
        self.value.get(name).map_or(Ok(Item::new()), attribute::item)
    }
    pub(crate) fn key(&self, name: &str) -> Result<Key, WireError> {
        self.item(name).map(Key::new)
    }

    /// The condition of a write: ConditionExpression or Expected.
    pub(crate) fn condition(&self, scope: &Scope) -> Result<Option<Condition>, WireError> {
        match self.optional_text("ConditionExpression") {
            Some(text) => scope.condition("ConditionExpression", text).map(Some),
            None => legacy::expected(self.value),
        }
    }
    /// The filter of a page: FilterExpression or the older parameter.
    pub(crate) fn filter(&self, scope: &Scope, older: &str) -> Result<Option<Condition>, WireError> {
        match self.optional_text("FilterExpression") {
            Some(text) => scope.condition("FilterExpression", text).map(Some),
            None => legacy::filter(self.value, older),
        }
    }
    /// What is shown of items: ProjectionExpression or AttributesToGet.
    pub(crate) fn projection(&self, scope: &Scope) -> Result<Option<Vec<Path>>, WireError> {
        if let Some(text) = self.optional_text("ProjectionExpression") {
            return scope.projection(text).map(Some);
        }
        let names = self.value.get("AttributesToGet").and_then(Value::as_list);
        let texts: Vec<&str> = names.into_iter().flatten().filter_map(Value::as_text).collect();
        if let Some(twice) = (1..texts.len()).find(|at| texts[..*at].contains(&texts[*at])) {
            let name = texts[twice];
            let text = format!("One or more parameter values were invalid: Duplicate value in attribute name: {name}");
            return Err(WireError::validation(text));
        }
        let path = |name: &Value<'_>| Path::from(Cow::Owned(name.as_text().unwrap_or_default().to_owned()));
        Ok(names.map(|names| names.iter().map(path).collect()))
    }
    pub(crate) fn page(&self) -> Result<Page, WireError> {
        let start = self.value.get("ExclusiveStartKey").map(|_| self.key("ExclusiveStartKey")).transpose()?;
        let consistent = self.flag("ConsistentRead") == Some(true);
        let wants_all = self.text("Select") == "ALL_ATTRIBUTES";
        let wants_some = ["ProjectionExpression", "AttributesToGet"].iter().any(|name| self.value.get(name).is_some());
        Ok(Page { consistent, wants_all, wants_some, limit: self.number("Limit"), start })
    }
}

/// A table's name, or the ARN of one.
pub(in crate::aws::dynamodb) fn table_name(text: &str, account: &Account) -> Result<TableName, WireError> {
    if text.starts_with("arn:") {
        return account.table_of_arn(text);
    }
    if text.len() > 255 {
        return Err(WireError::validation(format!(
            "1 validation error detected: Value '{text}' at 'tableName' failed to satisfy constraint: Member must have \
             length less than or equal to 255"
        )));
    }
    text.parse().map_err(|error: crate::base::ids::NameError| WireError::validation(error.to_string()))
}
