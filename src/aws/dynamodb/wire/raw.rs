//! Expressions as they stand in a request: what the grammar reads, before anybody asks what it means.

/// A condition, an operand, or what SET assigns.
#[derive(Clone, Debug)]
pub(super) enum Node<'a> {
    Path(RawPath<'a>),
    /// `:value`
    Value(&'a str),
    /// `function(operands)`
    Call(&'a str, Vec<Node<'a>>),
    /// Operand, sign, operand.
    Compare(Box<Node<'a>>, &'a str, Box<Node<'a>>),
    /// Operand, lower bound, upper bound.
    Between(Box<[Node<'a>; 3]>),
    In(Box<Node<'a>>, Vec<Node<'a>>),
    And(Vec<Node<'a>>),
    Or(Vec<Node<'a>>),
    Not(Box<Node<'a>>),
    /// Operand, `+` or `-`, operand.
    Sum(Box<Node<'a>>, &'a str, Box<Node<'a>>),
}

impl Node<'_> {
    /// Returns whether it can be compared, or be a function's operand. A function is both, by its syntax.
    pub(super) fn is_operand(&self) -> bool {
        matches!(self, Self::Path(_) | Self::Value(_) | Self::Call(..))
    }
    /// Returns whether it can hold or not.
    pub(super) fn is_condition(&self) -> bool {
        !matches!(self, Self::Path(_) | Self::Value(_) | Self::Sum(..))
    }
}

/// `name.name[index]`, where a name may be `#name`.
#[derive(Clone, Debug)]
pub(super) struct RawPath<'a> {
    pub(super) head: &'a str,
    pub(super) steps: Vec<RawStep<'a>>,
}

/// A step of a path.
#[derive(Clone, Copy, Debug)]
pub(super) enum RawStep<'a> {
    Field(&'a str),
    Index(&'a str),
}

/// A section of an UpdateExpression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Set,
    Remove,
    Add,
    Delete,
}

impl Section {
    pub(super) const ALL: [Self; 4] = [Self::Set, Self::Remove, Self::Add, Self::Delete];
    /// Its keyword.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Set => "SET",
            Self::Remove => "REMOVE",
            Self::Add => "ADD",
            Self::Delete => "DELETE",
        }
    }
}

/// A section with its changes: where, and to what (REMOVE has nothing there).
pub(super) type Changes<'a> = (Section, Vec<(RawPath<'a>, Option<Node<'a>>)>);
