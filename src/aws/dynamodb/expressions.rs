//! Conditions and updates as typed trees: what ConditionExpression, FilterExpression, UpdateExpression and their legacy
//! forms mean. See
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html>.

use std::borrow::Cow;
use std::fmt;

use super::api::{AttributeName, AttributeValue, Item};
use crate::base::item::Number;

/// A document path: an attribute, or something inside it (`a.b[3]`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The top-level attribute that the path begins with.
    pub name: AttributeName,
    /// Where inside it.
    pub(crate) steps: Vec<Step>,
}

/// A step into a map or a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// `.name`
    Field(AttributeName),
    /// `[index]`
    Index(u32),
}

impl<T: Into<AttributeName>> From<T> for Path {
    fn from(name: T) -> Self {
        Self { name: name.into(), steps: Vec::new() }
    }
}

impl fmt::Display for Path {
    /// As messages of AWS show paths: `[a, b, [3]]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}", self.name)?;
        for step in &self.steps {
            match step {
                Step::Field(name) => write!(f, ", {name}")?,
                Step::Index(index) => write!(f, ", [{index}]")?,
            }
        }
        f.write_str("]")
    }
}

impl Path {
    /// What the path leads to.
    pub fn of<'a>(&self, item: &'a Item) -> Option<&'a AttributeValue> {
        self.steps.iter().try_fold(item.get(&self.name)?, |value, step| match (value, step) {
            (AttributeValue::M(map), Step::Field(name)) => map.get(name),
            (AttributeValue::L(list), Step::Index(index)) => list.get(*index as usize),
            _ => None,
        })
    }
    /// Returns whether one of the two leads into the other, or both are the same.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        let common = self.steps.len().min(other.steps.len());
        self.name == other.name && self.steps[..common] == other.steps[..common]
    }
    /// Returns whether the two take one value for a map here and for a list there.
    pub(crate) fn conflicts(&self, other: &Self) -> bool {
        let first_difference = self.steps.iter().zip(&other.steps).find(|(a, b)| a != b);
        let differ = |(a, b): (&Step, &Step)| std::mem::discriminant(a) != std::mem::discriminant(b);
        self.name == other.name && first_difference.is_some_and(differ)
    }

    /// What is said of the first two paths that `overlap` or `conflict`.
    pub(crate) fn clash(paths: &[&Self], clash: &str) -> Option<String> {
        let is_clash = |one: &Self, two: &Self| match clash {
            "overlap" => one.overlaps(two),
            _ => one.conflicts(two),
        };
        let (one, two) = paths.iter().enumerate().find_map(|(at, two)| {
            let one = paths[..at].iter().find(|one| is_clash(one, two))?;
            Some((one, two))
        })?;
        Some(format!(
            "Two document paths {clash} with each other; must remove or rewrite one of these paths; path one: {one}, \
             path two: {two}"
        ))
    }
}

/// What a condition compares.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// What is at a path of the item.
    Path(Path),
    /// `size(path)`
    Size(Path),
    /// A value of the request.
    Value(AttributeValue),
}

impl From<AttributeValue> for Operand {
    fn from(value: AttributeValue) -> Self {
        Self::Value(value)
    }
}
impl From<Path> for Operand {
    fn from(path: Path) -> Self {
        Self::Path(path)
    }
}
impl From<&'static str> for Operand {
    fn from(name: &'static str) -> Self {
        Self::Path(name.into())
    }
}

impl Operand {
    /// `size` of the operand, where it has one.
    pub(crate) fn size(self) -> Option<Self> {
        match self {
            Self::Path(path) => Some(Self::Size(path)),
            Self::Value(value) => size(&value).map(|size| Self::Value(AttributeValue::N(Number::from(size)))),
            Self::Size(_) => None,
        }
    }
    /// The path that it looks at.
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::Path(path) | Self::Size(path) => Some(path),
            Self::Value(_) => None,
        }
    }
    /// The operand's value for an item; `None` where there is none.
    pub(super) fn of<'a>(&'a self, item: Option<&'a Item>) -> Option<Cow<'a, AttributeValue>> {
        let at = |path: &Path| item.and_then(|item| path.of(item));
        match self {
            Self::Path(path) => at(path).map(Cow::Borrowed),
            Self::Value(value) => Some(Cow::Borrowed(value)),
            Self::Size(path) => at(path).and_then(size).map(|size| Cow::Owned(AttributeValue::N(Number::from(size)))),
        }
    }
}

/// What the function `size` gives: characters of a text, bytes of a binary, elements of collections.
fn size(value: &AttributeValue) -> Option<i64> {
    let size = match value {
        AttributeValue::S(text) => text.chars().count(),
        AttributeValue::B(bytes) => bytes.len(),
        AttributeValue::Ss(set) => set.len(),
        AttributeValue::Ns(set) => set.len(),
        AttributeValue::Bs(set) => set.len(),
        AttributeValue::L(list) => list.len(),
        AttributeValue::M(map) => map.len(),
        AttributeValue::N(_) | AttributeValue::Bool(_) | AttributeValue::Null => return None,
    };
    Some(size as i64)
}

/// A condition on an item (ConditionExpression, FilterExpression, `Expected`).
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// `attribute_exists`
    Exists(Path),
    /// `attribute_not_exists`
    NotExists(Path),
    /// `attribute_type`
    IsType(Path, AttributeType),
    /// Both compare so; false when one is missing or they are of different types (except `Ne`, which is then true).
    Compare(Operand, Comparator, Operand),
    /// Between both values, inclusive.
    Between(Operand, Operand, Operand),
    /// Equal to one of the values.
    In(Operand, Vec<Operand>),
    /// The string or binary begins with the value.
    BeginsWith(Operand, Operand),
    /// The string contains the text, or the set or list the element.
    Contains(Operand, Operand),
    /// All hold.
    And(Vec<Condition>),
    /// At least one holds.
    Or(Vec<Condition>),
    /// Does not hold.
    Not(Box<Condition>),
}

impl Condition {
    /// An attribute compares so to a value.
    pub fn compare(path: impl Into<Path>, comparator: Comparator, value: AttributeValue) -> Self {
        Self::Compare(Operand::Path(path.into()), comparator, Operand::Value(value))
    }
}

/// How a condition compares two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparator {
    /// `=`
    Eq,
    /// `<>`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

impl Comparator {
    /// The same with its operands exchanged.
    pub(crate) fn mirrored(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
            Self::Eq | Self::Ne => self,
        }
    }
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttributeType {
    /// String.
    S,
    /// Number.
    N,
    /// Binary.
    B,
    /// Boolean.
    Bool,
    /// DynamoDB's NULL, which is a value and not an absence.
    Null,
    /// String set.
    Ss,
    /// Number set.
    Ns,
    /// Binary set.
    Bs,
    /// List.
    L,
    /// Map.
    M,
}

impl AttributeType {
    const ALL: [(Self, &'static str); 10] = [
        (Self::S, "S"),
        (Self::N, "N"),
        (Self::B, "B"),
        (Self::Bool, "BOOL"),
        (Self::Null, "NULL"),
        (Self::Ss, "SS"),
        (Self::Ns, "NS"),
        (Self::Bs, "BS"),
        (Self::L, "L"),
        (Self::M, "M"),
    ];
    /// The type with this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }
    /// AWS's name of the type.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }
    /// The type of a value.
    pub fn of(value: &AttributeValue) -> Self {
        match value {
            AttributeValue::S(_) => Self::S,
            AttributeValue::N(_) => Self::N,
            AttributeValue::B(_) => Self::B,
            AttributeValue::Bool(_) => Self::Bool,
            AttributeValue::Null => Self::Null,
            AttributeValue::Ss(_) => Self::Ss,
            AttributeValue::Ns(_) => Self::Ns,
            AttributeValue::Bs(_) => Self::Bs,
            AttributeValue::L(_) => Self::L,
            AttributeValue::M(_) => Self::M,
        }
    }
}

/// One change of an UpdateItem.
#[derive(Clone, Debug, PartialEq)]
pub enum Update {
    /// SET: to what the operand is for the item before the update.
    Set(Path, SetOperand),
    /// REMOVE: the path is gone; nothing happens where it is not there.
    Remove(Path),
    /// ADD: to a number (from 0 when missing) or to a set.
    Add(Path, AttributeValue),
    /// DELETE: elements of a set.
    DeleteFromSet(Path, AttributeValue),
}

impl Update {
    /// SET of an attribute to a value.
    pub fn set(path: impl Into<Path>, value: AttributeValue) -> Self {
        Self::Set(path.into(), SetOperand::Value(value))
    }
    /// What SET reads, from the left.
    pub(super) fn operands(&self) -> Vec<&Path> {
        let Self::Set(_, operand) = self else { return Vec::new() };
        let mut paths = Vec::new();
        operand.add_paths(&mut paths);
        paths
    }
    /// What is changed.
    pub fn path(&self) -> &Path {
        match self {
            Self::Set(path, _) | Self::Remove(path) | Self::Add(path, _) | Self::DeleteFromSet(path, _) => path,
        }
    }
}

/// What SET assigns.
#[derive(Clone, Debug, PartialEq)]
pub enum SetOperand {
    /// A value of the request.
    Value(AttributeValue),
    /// What is at a path of the item.
    Path(Path),
    /// `if_not_exists(path, operand)`
    IfNotExists(Path, Box<SetOperand>),
    /// `list_append(list, list)`
    ListAppend(Box<SetOperand>, Box<SetOperand>),
    /// `a + b`
    Plus(Box<SetOperand>, Box<SetOperand>),
    /// `a - b`
    Minus(Box<SetOperand>, Box<SetOperand>),
}

impl SetOperand {
    fn add_paths<'a>(&'a self, paths: &mut Vec<&'a Path>) {
        match self {
            Self::Value(_) => {}
            Self::Path(path) => paths.push(path),
            Self::IfNotExists(path, otherwise) => {
                paths.push(path);
                otherwise.add_paths(paths);
            }
            Self::ListAppend(a, b) | Self::Plus(a, b) | Self::Minus(a, b) => {
                a.add_paths(paths);
                b.add_paths(paths);
            }
        }
    }
}
