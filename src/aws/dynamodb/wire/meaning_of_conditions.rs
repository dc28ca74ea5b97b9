//! What conditions mean.

use super::meaning::{Meaning, is_condition_function};
use super::precedence::Class;
use super::raw::Node;
use crate::aws::dynamodb::api::{AttributeType, AttributeValue, Comparator, Condition, Operand};

/// The types that have an order.
const ORDERED: &[AttributeType] = &[AttributeType::S, AttributeType::N, AttributeType::B];

impl Meaning<'_> {
    /// `None` where something is wrong.
    pub(super) fn condition(&mut self, node: &Node<'_>) -> Option<Condition> {
        let mut all = |nodes: &[Node<'_>]| nodes.iter().map(|node| self.condition(node)).collect::<Vec<_>>();
        match node {
            Node::And(nodes) => all(nodes).into_iter().collect::<Option<_>>().map(Condition::And),
            Node::Or(nodes) => all(nodes).into_iter().collect::<Option<_>>().map(Condition::Or),
            Node::Not(inner) => self.condition(inner).map(|inner| Condition::Not(Box::new(inner))),
            part => {
                let condition = self.part(part);
                self.problems.end_part();
                condition
            }
        }
    }

    /// A comparison or a function.
    fn part(&mut self, node: &Node<'_>) -> Option<Condition> {
        match node {
            Node::Compare(a, sign, b) => {
                let operands = [self.operand(a), self.operand(b)];
                self.need_distinct(sign, &operands);
                let comparator = comparator(sign);
                if !matches!(comparator, Comparator::Eq | Comparator::Ne) {
                    operands.iter().for_each(|operand| self.need_types(sign, operand, ORDERED));
                }
                let [a, b] = operands;
                Some(Condition::Compare(a?, comparator, b?))
            }
            Node::Between(nodes) => {
                let [value, low, high] = nodes.each_ref().map(|node| self.operand(node));
                [&value, &low, &high].into_iter().for_each(|of| self.need_types("BETWEEN", of, ORDERED));
                self.need_bounds(low.as_ref(), high.as_ref());
                Some(Condition::Between(value?, low?, high?))
            }
            Node::In(value, nodes) => {
                let (value, any_of) = (self.operand(value), self.operands(nodes));
                Some(Condition::In(value?, any_of.into_iter().collect::<Option<_>>()?))
            }
            Node::Call(function, nodes) => self.function(function, nodes),
            _ => None,
        }
    }

    fn function(&mut self, function: &str, nodes: &[Node<'_>]) -> Option<Condition> {
        if !is_condition_function(function) {
            let (class, told) = match function {
                "size" => (
                    Class::MisusedFunction,
                    "The function is not allowed to be used this way in an expression; function",
                ),
                _ => (Class::UnknownFunction, "Invalid function name; function"),
            };
            self.problems.note(class, format!("{told}: {function}"));
            self.operands(nodes);
            return None;
        }
        let operands = self.operands(nodes);
        self.need_count(function, operands.len(), if function.ends_with("_exists") { 1 } else { 2 });
        self.need_distinct(function, &operands);
        let mut operands = operands.into_iter();
        let (first, second) = (operands.next().flatten(), operands.next().flatten());
        match function {
            "attribute_exists" => self.need_path(function, first.as_ref()).map(Condition::Exists),
            "attribute_not_exists" => self.need_path(function, first.as_ref()).map(Condition::NotExists),
            "attribute_type" => {
                let kind = self.type_name(second?)?;
                Some(match first? {
                    Operand::Path(path) => Condition::IsType(path, kind),
                    Operand::Value(value) => constant(AttributeType::of(&value) == kind),
                    Operand::Size(_) => constant(kind == AttributeType::N),
                })
            }
            "begins_with" => {
                for operand in [&first, &second] {
                    self.need_types(function, operand, &[AttributeType::S, AttributeType::B]);
                }
                Some(Condition::BeginsWith(first?, second?))
            }
            _ => Some(Condition::Contains(first?, second?)),
        }
    }

    fn type_name(&mut self, operand: Operand) -> Option<AttributeType> {
        let Operand::Value(AttributeValue::S(name)) = &operand else {
            match &operand {
                Operand::Value(_) => self.need_types("attribute_type", &Some(operand), &[AttributeType::S]),
                _ => self.wrong_type("attribute_type", "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"),
            }
            return None;
        };
        let kind = AttributeType::named(name);
        if kind.is_none() {
            let valid = "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}";
            let told = format!("Invalid attribute type name found; type: {name}, valid types: {valid}");
            self.problems.note(Class::OperandType, told);
        }
        kind
    }

    /// The bounds of BETWEEN are of one type, and in order.
    fn need_bounds(&mut self, low: Option<&Operand>, high: Option<&Operand>) {
        let (Some(Operand::Value(low)), Some(Operand::Value(high))) = (low, high) else { return };
        let problem = match (low, high) {
            (AttributeValue::S(low), AttributeValue::S(high)) if low.as_bytes() <= high.as_bytes() => return,
            (AttributeValue::N(low), AttributeValue::N(high)) if low <= high => return,
            (AttributeValue::B(low), AttributeValue::B(high)) if low <= high => return,
            _ if AttributeType::of(low) == AttributeType::of(high) => {
                "requires upper bound to be greater than or equal to lower bound"
            }
            _ => "requires same data type for lower and upper bounds",
        };
        let told = format!(
            "The BETWEEN operator {problem}; lower bound operand: AttributeValue: {}, upper bound operand: \
             AttributeValue: {}",
            shown(low),
            shown(high)
        );
        self.problems.note(Class::OperandType, told);
    }
}

/// A condition that always holds, or never does.
fn constant(holds: bool) -> Condition {
    if holds { Condition::And(Vec::new()) } else { Condition::Or(Vec::new()) }
}

fn comparator(sign: &str) -> Comparator {
    match sign {
        "=" => Comparator::Eq,
        "<>" => Comparator::Ne,
        "<" => Comparator::Lt,
        "<=" => Comparator::Le,
        ">" => Comparator::Gt,
        _ => Comparator::Ge,
    }
}

/// A value as messages show it: `{N:1}`.
fn shown(value: &AttributeValue) -> String {
    format!("{{{}:{value}}}", AttributeType::of(value).name())
}
