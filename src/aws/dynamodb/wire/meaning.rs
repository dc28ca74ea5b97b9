//! What expressions mean: names, values and operands, and what each of them must be.
//!
//! All that is wrong is noted on the way; which of it is told stands in `precedence.rs`. Where something is wrong its
//! place is taken by nothing, so that the rest can be looked at.

use std::borrow::Cow;

use super::precedence::{Class, Order, Problems};
use super::problem::Parsed;
use super::raw::{Node, RawPath, RawStep};
use super::reserved::is_reserved;
use super::scope::Scope;
use crate::aws::dynamodb::api::{AttributeName, AttributeType, AttributeValue, Operand, Path, Step};

/// An expression while its meaning is looked for.
pub(super) struct Meaning<'x> {
    scope: &'x Scope,
    pub problems: Problems,
}

impl<'x> Meaning<'x> {
    pub(super) fn new(scope: &'x Scope, is_redundant: bool) -> Self {
        let mut problems = Problems::default();
        if is_redundant {
            problems.note(Class::RedundantParentheses, "The expression has redundant parentheses;");
        }
        Self { scope, problems }
    }

    pub(super) fn finish<T>(self, order: Order, meant: T) -> Parsed<T> {
        self.problems.into_result(order).map(|()| meant)
    }

    fn name(&mut self, text: &str) -> AttributeName {
        if !text.starts_with('#') {
            if is_reserved(text) {
                let told = format!("Attribute name is a reserved keyword; reserved keyword: {text}");
                self.problems.note(Class::ReservedWord, told);
            }
            return Cow::Owned(text.to_owned());
        }
        self.scope.name(text).unwrap_or_else(|| {
            self.problems.note(
                Class::UndefinedName,
                format!(
                    "An expression attribute name used in the document path is not defined; attribute name: {text}"
                ),
            );
            Cow::Owned(text.to_owned())
        })
    }

    pub(super) fn value(&mut self, placeholder: &str) -> Option<AttributeValue> {
        let value = self.scope.value(placeholder);
        if value.is_none() {
            let told = "An expression attribute value used in expression is not defined; attribute value: ";
            self.problems.note(Class::UndefinedValue, format!("{told}{placeholder}"));
        }
        value
    }

    pub(super) fn path(&mut self, raw: &RawPath<'_>) -> Path {
        let name = self.name(raw.head);
        let step = |step: &RawStep<'_>| match step {
            RawStep::Field(field) => Step::Field(self.name(field)),
            RawStep::Index(index) => Step::Index(index.parse().unwrap_or_else(|_| {
                let told = format!("List index is not within the allowable range; index: [{index}]");
                self.problems.note(Class::ListIndex, told);
                0
            })),
        };
        let steps = raw.steps.iter().map(step).collect();
        Path { name, steps }
    }

    /// The paths of a ProjectionExpression.
    pub(super) fn projection(&mut self, raw: &[RawPath<'_>]) -> Vec<Path> {
        let paths: Vec<Path> = raw.iter().map(|path| self.path(path)).collect();
        self.need_apart(&paths.iter().collect::<Vec<_>>());
        paths
    }

    /// Paths neither overlap nor conflict.
    pub(super) fn need_apart(&mut self, paths: &[&Path]) {
        for (class, clash) in [(Class::Overlap, "overlap"), (Class::Conflict, "conflict")] {
            if let Some(text) = Path::clash(paths, clash) {
                self.problems.note(class, text);
            }
        }
    }

    /// An operand of a condition.
    pub(super) fn operand(&mut self, node: &Node<'_>) -> Option<Operand> {
        match node {
            Node::Path(path) => Some(Operand::Path(self.path(path))),
            Node::Value(placeholder) => self.value(placeholder).map(Operand::Value),
            Node::Call("size", operands) => self.size(operands),
            Node::Call(function, operands) => {
                let told = match is_condition_function(function) {
                    true => "The function is not allowed to be used this way in an expression; function: ",
                    false => "Invalid function name; function: ",
                };
                let class =
                    if is_condition_function(function) { Class::MisusedFunction } else { Class::UnknownFunction };
                self.problems.note(class, format!("{told}{function}"));
                self.operands(operands);
                None
            }
            // The grammar has none of these as an operand.
            _ => None,
        }
    }

    pub(super) fn operands(&mut self, nodes: &[Node<'_>]) -> Vec<Option<Operand>> {
        nodes.iter().map(|node| self.operand(node)).collect()
    }

    fn size(&mut self, nodes: &[Node<'_>]) -> Option<Operand> {
        use AttributeType as T;
        let operands = self.operands(nodes);
        self.need_count("size", operands.len(), 1);
        let operand = operands.into_iter().next().flatten();
        self.need_types("size", &operand, &[T::S, T::B, T::Ss, T::Ns, T::Bs, T::L, T::M]);
        operand.and_then(Operand::size)
    }

    // ---- what operands must be ----

    pub(super) fn need_count(&mut self, function: &str, found: usize, wanted: usize) {
        if found != wanted {
            let told = "Incorrect number of operands for operator or function; operator or function: ";
            self.problems.note(Class::OperandCount, format!("{told}{function}, number of operands: {found}"));
        }
    }

    pub(super) fn need_types(&mut self, what: &str, operand: &Option<Operand>, allowed: &[AttributeType]) {
        let kind = match operand {
            Some(Operand::Value(value)) => AttributeType::of(value),
            Some(Operand::Size(_)) => AttributeType::N,
            Some(Operand::Path(_)) | None => return,
        };
        if !allowed.contains(&kind) {
            self.wrong_type(what, kind.name());
        }
    }

    pub(super) fn wrong_type(&mut self, what: &str, kind: &str) {
        let told = "Incorrect operand type for operator or function; operator or function: ";
        self.problems.note(Class::OperandType, format!("{told}{what}, operand type: {kind}"));
    }

    /// The path that a function's first operand must be.
    pub(super) fn need_path(&mut self, function: &str, operand: Option<&Operand>) -> Option<Path> {
        match operand? {
            Operand::Path(path) => Some(path.clone()),
            _ => {
                let told = "Operator or function requires a document path; operator or function: ";
                self.problems.note(Class::OperandType, format!("{told}{function}"));
                None
            }
        }
    }

    /// Nothing is compared with itself.
    pub(super) fn need_distinct(&mut self, operator: &str, operands: &[Option<Operand>]) {
        if let [Some(Operand::Path(first)), Some(Operand::Path(second))] = operands
            && first == second
        {
            let told = "The first operand must be distinct from the remaining operands for this operator or function; \
                        operator: ";
            self.problems.note(Class::Indistinct, format!("{told}{operator}, first operand: {first}"));
        }
    }
}

/// Functions that hold or do not.
pub(super) fn is_condition_function(name: &str) -> bool {
    ["attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains"].contains(&name)
}
