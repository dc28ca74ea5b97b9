//! Members of a request's body, by the types that the service has for them.

use std::borrow::Cow;

use super::attribute;
use crate::aws::dynamodb::api::{AttributeName, Item, Key, Page, Path};
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

    /// AttributesToGet, which names nothing twice.
    pub(crate) fn attributes_to_get(&self) -> Result<Option<Vec<Path>>, WireError> {
        let Some(names) = self.value.get("AttributesToGet").and_then(Value::as_list) else { return Ok(None) };
        let texts: Vec<&str> = names.iter().filter_map(Value::as_text).collect();
        if let Some(twice) = (1..texts.len()).find(|at| texts[..*at].contains(&texts[*at])) {
            let name = texts[twice];
            let text = format!("One or more parameter values were invalid: Duplicate value in attribute name: {name}");
            return Err(WireError::validation(text));
        }
        Ok(Some(texts.into_iter().map(|name| Path::from(Cow::Owned(name.to_owned()))).collect()))
    }

    /// ExclusiveStartKey. What is wrong with its values is told of it, but for numbers and duplicates.
    pub(crate) fn start(&self) -> Result<Option<Key>, WireError> {
        let stands_alone =
            |text: &str| text.contains("umber") || text.contains("numeric") || text.contains("duplicates");
        let in_start = |error: WireError| match error.message {
            Some(text) if error.code == "ValidationException" && !stands_alone(&text) => {
                WireError::validation(format!("The provided starting key is invalid: {text}"))
            }
            message => WireError { message, ..error },
        };
        self.value.get("ExclusiveStartKey").map(|_| self.key("ExclusiveStartKey").map_err(in_start)).transpose()
    }

    /// The rest of what a page is asked for, once its parts were read.
    pub(crate) fn page(&self, start: Option<Key>, shown: Option<&[Path]>) -> Page {
        Page {
            consistent: self.flag("ConsistentRead") == Some(true),
            wants_all: self.text("Select") == "ALL_ATTRIBUTES",
            shown: shown.unwrap_or_default().to_vec(),
            filter_is_older: ["QueryFilter", "ScanFilter"].iter().any(|name| self.value.get(name).is_some()),
            limit: self.number("Limit"),
            start,
        }
    }
}

/// A table's name, or the ARN of one.
pub(in crate::aws::dynamodb) fn table_name(text: &str, account: &Account) -> Result<TableName, WireError> {
    if text.starts_with("arn:") {
        return account.table_of_arn(text);
    }
    check_long_name(text)?;
    text.parse().map_err(|error: crate::base::ids::NameError| WireError::validation(error.to_string()))
}

/// A name, unlike an ARN, has 255 characters at most.
pub(in crate::aws::dynamodb) fn check_long_name(text: &str) -> Result<(), WireError> {
    match text.len() <= 255 || text.starts_with("arn:") {
        true => Ok(()),
        false => Err(WireError::validation(format!(
            "1 validation error detected: Value '{text}' at 'tableName' failed to satisfy constraint: Member must have \
             length less than or equal to 255"
        ))),
    }
}
