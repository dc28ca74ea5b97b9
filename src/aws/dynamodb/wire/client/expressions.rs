//! Conditions and updates as the texts of expressions, with placeholders for every name and value: the grammar,
//! backwards.

use std::borrow::Cow;
use std::fmt::Display;

use crate::aws::dynamodb::api::{
    AttributeName, AttributeType, AttributeValue, Comparator, Condition, Operand, Path, SetOperand, Step, Update,
};
use crate::aws::dynamodb::wire::attribute;
use crate::aws::protocol::value::{Fields, Value};

/// Placeholders of a request, as its expressions come to need them.
#[derive(Default)]
pub(super) struct Placeholders {
    names: Vec<AttributeName>,
    values: Vec<AttributeValue>,
}

impl Placeholders {
    /// ExpressionAttributeNames and ExpressionAttributeValues.
    pub(super) fn members(self) -> [(&'static str, Value<'static>); 2] {
        let names = self.names.into_iter().map(Value::Text);
        let values = self.values.iter().map(attribute::write);
        [("ExpressionAttributeNames", numbered('#', names)), ("ExpressionAttributeValues", numbered(':', values))]
    }

    fn name(&mut self, name: &AttributeName) -> String {
        let known = self.names.iter().position(|known| known == name);
        let at = known.unwrap_or_else(|| {
            self.names.push(name.clone());
            self.names.len() - 1
        });
        format!("#{at}")
    }

    fn value(&mut self, value: &AttributeValue) -> String {
        self.values.push(value.clone());
        format!(":{}", self.values.len() - 1)
    }

    fn path(&mut self, path: &Path) -> String {
        let mut text = self.name(&path.name);
        for step in &path.steps {
            match step {
                Step::Field(name) => text = format!("{text}.{}", self.name(name)),
                Step::Index(index) => text = format!("{text}[{index}]"),
            }
        }
        text
    }

    fn operand(&mut self, operand: &Operand) -> String {
        match operand {
            Operand::Path(path) => self.path(path),
            Operand::Size(path) => format!("size({})", self.path(path)),
            Operand::Value(value) => self.value(value),
        }
    }

    /// A ConditionExpression or FilterExpression.
    pub(super) fn condition(&mut self, condition: &Condition) -> String {
        match condition {
            Condition::Exists(path) => format!("attribute_exists({})", self.path(path)),
            Condition::NotExists(path) => format!("attribute_not_exists({})", self.path(path)),
            Condition::IsType(path, kind) => {
                format!("attribute_type({}, {})", self.path(path), self.type_name(*kind))
            }
            Condition::Compare(a, comparator, b) => {
                format!("{} {} {}", self.operand(a), sign(*comparator), self.operand(b))
            }
            Condition::Between(value, low, high) => {
                format!("{} BETWEEN {} AND {}", self.operand(value), self.operand(low), self.operand(high))
            }
            Condition::In(value, any_of) => {
                let value = self.operand(value);
                format!("{value} IN ({})", joined(", ", any_of.iter().map(|one| self.operand(one))))
            }
            Condition::BeginsWith(value, prefix) => {
                format!("begins_with({}, {})", self.operand(value), self.operand(prefix))
            }
            Condition::Contains(value, part) => format!("contains({}, {})", self.operand(value), self.operand(part)),
            Condition::And(all) => joined(" AND ", all.iter().map(|one| format!("({})", self.condition(one)))),
            Condition::Or(any_of) => joined(" OR ", any_of.iter().map(|one| format!("({})", self.condition(one)))),
            Condition::Not(inner) => format!("NOT ({})", self.condition(inner)),
        }
    }

    fn type_name(&mut self, kind: AttributeType) -> String {
        self.value(&AttributeValue::s(kind.name()))
    }

    /// An UpdateExpression.
    pub(super) fn update(&mut self, updates: &[Update]) -> String {
        let sections = ["SET", "REMOVE", "ADD", "DELETE"].map(|section| {
            let of_section = updates.iter().filter(|update| section_of(update) == section);
            let changes = joined(", ", of_section.map(|update| self.change(update)));
            if changes.is_empty() { changes } else { format!("{section} {changes}") }
        });
        joined(" ", sections.into_iter().filter(|section| !section.is_empty()))
    }

    fn change(&mut self, update: &Update) -> String {
        match update {
            Update::Set(path, operand) => format!("{} = {}", self.path(path), self.set_operand(operand)),
            Update::Remove(path) => self.path(path),
            Update::Add(path, value) | Update::DeleteFromSet(path, value) => {
                format!("{} {}", self.path(path), self.value(value))
            }
        }
    }

    fn set_operand(&mut self, operand: &SetOperand) -> String {
        match operand {
            SetOperand::Value(value) => self.value(value),
            SetOperand::Path(path) => self.path(path),
            SetOperand::IfNotExists(path, otherwise) => {
                format!("if_not_exists({}, {})", self.path(path), self.set_operand(otherwise))
            }
            SetOperand::ListAppend(a, b) => format!("list_append({}, {})", self.set_operand(a), self.set_operand(b)),
            SetOperand::Plus(a, b) => format!("{} + {}", self.set_operand(a), self.set_operand(b)),
            SetOperand::Minus(a, b) => format!("{} - {}", self.set_operand(a), self.set_operand(b)),
        }
    }
}

fn numbered<'a>(sign: char, all: impl Iterator<Item = Value<'a>>) -> Value<'a> {
    let members: Fields<'a> = all.enumerate().map(|(at, one)| (Cow::Owned(format!("{sign}{at}")), one)).collect();
    if members.is_empty() { Value::Null } else { Value::Map(members) }
}

fn joined(between: &str, parts: impl Iterator<Item = impl Display>) -> String {
    let mut text = String::new();
    for part in parts {
        if !text.is_empty() {
            text.push_str(between);
        }
        text.push_str(&part.to_string());
    }
    text
}

fn section_of(update: &Update) -> &'static str {
    match update {
        Update::Set(..) => "SET",
        Update::Remove(_) => "REMOVE",
        Update::Add(..) => "ADD",
        Update::DeleteFromSet(..) => "DELETE",
    }
}

fn sign(comparator: Comparator) -> &'static str {
    match comparator {
        Comparator::Eq => "=",
        Comparator::Ne => "<>",
        Comparator::Lt => "<",
        Comparator::Le => "<=",
        Comparator::Gt => ">",
        Comparator::Ge => ">=",
    }
}
