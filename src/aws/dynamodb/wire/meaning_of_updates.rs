//! What updates mean.

use super::meaning::Meaning;
use super::precedence::Class;
use super::raw::{Changes, Node, Section};
use crate::aws::dynamodb::api::{AttributeType, AttributeValue, Operand, Path, SetOperand, Update};

impl Meaning<'_> {
    pub(super) fn update(&mut self, sections: &[Changes<'_>]) -> Vec<Update> {
        let (mut updates, mut paths, mut seen) = (Vec::new(), Vec::new(), Vec::new());
        for (section, changes) in sections {
            if seen.contains(section) {
                let name = section.name();
                let told = format!("The \"{name}\" section can only be used once in an update expression;");
                self.problems.note(Class::SectionTwice, told);
            }
            seen.push(*section);
            for (raw, assigned) in changes {
                let path = self.path(raw);
                updates.extend(self.change(*section, path.clone(), assigned.as_ref()));
                paths.push(path);
            }
        }
        self.need_apart(&paths.iter().collect::<Vec<_>>());
        updates
    }

    fn change(&mut self, section: Section, path: Path, assigned: Option<&Node<'_>>) -> Option<Update> {
        use AttributeType as T;
        match (section, assigned) {
            (Section::Set, Some(node)) => self.assigned(node).map(|operand| Update::Set(path, operand)),
            (Section::Add, Some(Node::Value(value))) => {
                self.literal(section, value, &[T::N, T::Ss, T::Ns, T::Bs]).map(|value| Update::Add(path, value))
            }
            (Section::Delete, Some(Node::Value(value))) => {
                self.literal(section, value, &[T::Ss, T::Ns, T::Bs]).map(|value| Update::DeleteFromSet(path, value))
            }
            _ => Some(Update::Remove(path)),
        }
    }

    /// The operand of ADD or DELETE.
    fn literal(&mut self, section: Section, placeholder: &str, allowed: &[AttributeType]) -> Option<AttributeValue> {
        let value = self.value(placeholder)?;
        if allowed.contains(&AttributeType::of(&value)) {
            return Some(value);
        }
        let (section, kind) = (section.name(), long_name(&value));
        let told = "Incorrect operand type for operator or function; operator: ";
        self.problems.note(Class::SectionOperand, format!("{told}{section}, operand type: {kind}"));
        None
    }

    /// What SET assigns.
    fn assigned(&mut self, node: &Node<'_>) -> Option<SetOperand> {
        match node {
            Node::Path(path) => Some(SetOperand::Path(self.path(path))),
            Node::Value(placeholder) => self.value(placeholder).map(SetOperand::Value),
            Node::Sum(a, sign, b) => {
                let operands = [self.assigned(a), self.assigned(b)];
                operands.iter().for_each(|operand| self.need_kind(sign, operand.as_ref(), AttributeType::N));
                let [a, b] = operands;
                let (a, b) = (Box::new(a?), Box::new(b?));
                Some(if *sign == "+" { SetOperand::Plus(a, b) } else { SetOperand::Minus(a, b) })
            }
            Node::Call(function, nodes) => self.set_function(function, nodes),
            _ => None,
        }
    }

    fn set_function(&mut self, function: &str, nodes: &[Node<'_>]) -> Option<SetOperand> {
        let operands: Vec<Option<SetOperand>> = nodes.iter().map(|node| self.assigned(node)).collect();
        if !matches!(function, "if_not_exists" | "list_append") {
            self.problems.note(Class::UnknownFunction, format!("Invalid function name; function: {function}"));
            return None;
        }
        self.need_count(function, operands.len(), 2);
        let mut operands = operands.into_iter();
        let (first, second) = (operands.next().flatten(), operands.next().flatten());
        if function == "list_append" {
            for operand in [&first, &second] {
                self.need_kind(function, operand.as_ref(), AttributeType::L);
            }
            return Some(SetOperand::ListAppend(Box::new(first?), Box::new(second?)));
        }
        let first = match first? {
            SetOperand::Path(path) => Operand::Path(path),
            _ => AttributeValue::Null.into(),
        };
        let path = self.need_path(function, Some(&first))?;
        Some(SetOperand::IfNotExists(path, Box::new(second?)))
    }

    /// An operand that has a type before there is an item has this one.
    fn need_kind(&mut self, what: &str, operand: Option<&SetOperand>, wanted: AttributeType) {
        let kind = operand.and_then(kind_of).filter(|kind| *kind != wanted);
        if let Some(kind) = kind {
            self.wrong_type(what, kind.name());
        }
    }
}

fn kind_of(operand: &SetOperand) -> Option<AttributeType> {
    match operand {
        SetOperand::Value(value) => Some(AttributeType::of(value)),
        SetOperand::ListAppend(..) => Some(AttributeType::L),
        SetOperand::Plus(..) | SetOperand::Minus(..) => Some(AttributeType::N),
        SetOperand::IfNotExists(_, otherwise) => kind_of(otherwise),
        SetOperand::Path(_) => None,
    }
}

/// What messages about ADD and DELETE call a value's type.
fn long_name(value: &AttributeValue) -> &'static str {
    match AttributeType::of(value) {
        AttributeType::S => "STRING",
        AttributeType::N => "NUMBER",
        AttributeType::B => "BINARY",
        AttributeType::Null => "NULL",
        AttributeType::Bool => "BOOLEAN",
        AttributeType::L => "LIST",
        AttributeType::M => "MAP",
        set => set.name(),
    }
}
