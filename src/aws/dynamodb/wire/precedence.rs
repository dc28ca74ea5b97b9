//! Which of an expression's errors is told, when there are several.
//!
//! Not the first in the text: an expression that cannot be read is told that; of what is wrong with one that can, the
//! kind that comes first in the list for its kind of expression, as production was probed
//! (<https://github.com/mhart/dynalite>, `db/*-parser.pegjs`).

use super::problem::Problem;

/// A kind of error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    RedundantParentheses,
    UnknownFunction,
    /// A condition as an operand, or `size` as a condition.
    MisusedFunction,
    ReservedWord,
    SectionTwice,
    ListIndex,
    UndefinedName,
    UndefinedValue,
    Overlap,
    Conflict,
    /// What ADD and DELETE take.
    SectionOperand,
    OperandCount,
    Indistinct,
    OperandType,
    /// One of `PART_OF_CONDITION`.
    PartOfCondition,
}

use Class as C;

/// Groups of kinds, the first told first; within a group the first that is met.
pub(super) type Order = &'static [&'static [Class]];

pub(super) const CONDITION: Order = &[
    &[C::RedundantParentheses],
    &[C::UnknownFunction],
    &[C::MisusedFunction],
    &[C::ReservedWord],
    &[C::ListIndex],
    // Each comparison or function from the left.
    &[C::PartOfCondition],
];

/// Within a comparison or function.
pub(super) const PART_OF_CONDITION: Order =
    &[&[C::UndefinedName, C::UndefinedValue], &[C::OperandCount], &[C::Indistinct], &[C::OperandType]];

pub(super) const UPDATE: Order = &[
    &[C::ReservedWord],
    &[C::UnknownFunction],
    &[C::SectionTwice],
    &[C::ListIndex],
    &[C::UndefinedName],
    &[C::UndefinedValue],
    &[C::Overlap],
    &[C::Conflict],
    &[C::SectionOperand],
    &[C::OperandCount, C::OperandType],
];

pub(super) const PROJECTION: Order =
    &[&[C::ReservedWord], &[C::ListIndex], &[C::UndefinedName], &[C::Overlap], &[C::Conflict]];

/// What is wrong with an expression, in the order in which it was met.
#[derive(Default)]
pub(super) struct Problems {
    met: Vec<(Class, String)>,
}

impl Problems {
    pub(super) fn note(&mut self, class: Class, text: impl Into<String>) {
        self.met.push((class, text.into()));
    }

    /// A comparison or function ends: the first of what is wrong with it stands for it.
    pub(super) fn end_part(&mut self) {
        if let Some(text) = self.first(PART_OF_CONDITION) {
            let text = text.to_owned();
            self.met.retain(|(class, _)| !PART_OF_CONDITION.concat().contains(class));
            self.note(Class::PartOfCondition, text);
        }
    }

    fn first(&self, order: Order) -> Option<&str> {
        let of = |group: &&[Class]| self.met.iter().find(|(class, _)| group.contains(class));
        order.iter().find_map(of).map(|(_, text)| text.as_str())
    }

    /// # Errors
    /// The one that is told.
    pub(super) fn into_result(self, order: Order) -> Result<(), Problem> {
        self.first(order).map_or(Ok(()), |text| Err(Problem::meaning(text)))
    }
}

#[cfg(test)]
mod tests {
    use crate::aws::dynamodb::wire::Scope;
    use crate::aws::protocol::json;

    /// What is said of a wrong expression, in a request where `#n` is `b`, `:n` a number, `:s` a text and `:l` a list.
    fn told(kind: &str, text: &str) -> String {
        let body = br##"{"ExpressionAttributeNames": {"#n": "b"}, "ExpressionAttributeValues":
            {":n": {"N": "1"}, ":m": {"N": "2"}, ":s": {"S": "x"}, ":l": {"L": []}, ":b": {"BOOL": true}}}"##;
        let scope = Scope::of(&json::decode(body).expect("JSON")).expect("placeholders");
        let problem = match kind {
            "UpdateExpression" => scope.update(text).map(|_| ()),
            "ProjectionExpression" => scope.projection(text).map(|_| ()),
            "KeyConditionExpression" => scope.key_conditions(text).map(|_| ()),
            _ => scope.condition(kind, text).map(|_| ()),
        };
        match problem {
            Ok(()) => "right".to_owned(),
            Err(error) => {
                let message = error.message.unwrap_or_default();
                message.strip_prefix(&format!("Invalid {kind}: ")).unwrap_or(&message).to_owned()
            }
        }
    }

    fn check(kind: &str, cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            let told = told(kind, text);
            let is_told = if expected.ends_with(';') { told.starts_with(expected) } else { told == *expected };
            assert!(is_told, "{text}\n  told:     {told}\n  expected: {expected}");
        }
    }

    #[test]
    fn of_several_mistakes_in_a_condition_the_first_kind_is_told() {
        check(
            "ConditionExpression",
            &[
                ("((size(status))) = foo(:x) b", "Syntax error;"),
                ("((size(status) = foo(:x)))", "The expression has redundant parentheses;"),
                ("size(status) = foo(:x)", "Invalid function name; function: foo"),
                (
                    "status = attribute_exists(:x)",
                    "The function is not allowed to be used this way in an expression; function: attribute_exists",
                ),
                ("size(a)", "The function is not allowed to be used this way in an expression; function: size"),
                ("a = :x AND begins_with(Status)", "Attribute name is a reserved keyword; reserved keyword: Status"),
                (
                    "attribute_exists(a, b) AND a = :x",
                    "Incorrect number of operands for operator or function; operator or function: attribute_exists, \
                     number of operands: 2",
                ),
                (
                    "a = :x AND attribute_exists(a, b)",
                    "An expression attribute value used in expression is not defined; attribute value: :x",
                ),
                (
                    "#x = :x",
                    "An expression attribute name used in the document path is not defined; attribute name: #x",
                ),
                (
                    "begins_with(:n, a, :x)",
                    "An expression attribute value used in expression is not defined; attribute value: :x",
                ),
                (
                    "begins_with(:n)",
                    "Incorrect number of operands for operator or function; operator or function: begins_with, number \
                     of operands: 1",
                ),
                (
                    "b.c[1] = #n.c[1]",
                    "The first operand must be distinct from the remaining operands for this operator or function; \
                     operator: =, first operand: [b, c, [1]]",
                ),
                (
                    "attribute_exists(:n)",
                    "Operator or function requires a document path; operator or function: attribute_exists",
                ),
                (
                    "size(:n) > :n",
                    "Incorrect operand type for operator or function; operator or function: size, operand type: N",
                ),
                (
                    "attribute_type(a, :n)",
                    "Incorrect operand type for operator or function; operator or function: attribute_type, operand \
                     type: N",
                ),
                (
                    "attribute_type(a, :s)",
                    "Invalid attribute type name found; type: x, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
                ),
                (
                    "a BETWEEN :n AND :s",
                    "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: \
                     AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:x}",
                ),
                (
                    "a BETWEEN :m AND :n",
                    "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound \
                     operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {N:1}",
                ),
            ],
        );
    }

    #[test]
    fn one_pair_of_parentheses_may_stand_around_anything_in_a_condition() {
        let right = [
            "(a) between (b.c) and (:n)",
            "(b.c).d = :n",
            "(a) = (:n) AND (NOT (b IN ((:n), :s)))",
            "((a) = :n)",
            "size((a)) > (:n)",
            ":n = :n",
            "viewed = a",
        ];
        check("ConditionExpression", &right.map(|text| (text, "right")));
        let redundant = "The expression has redundant parentheses;";
        check("ConditionExpression", &["((a)) = :n", "((b.c)).d = :n", "a = ((:n))"].map(|text| (text, redundant)));
        let wrong = ["a", "(a)", "a AND b = :n", "(a = :n) = :n", "a = 1", "a = \"b\"", "NOT a", "a = :n * :n"];
        check("ConditionExpression", &wrong.map(|text| (text, "Syntax error;")));
    }

    #[test]
    fn of_several_mistakes_in_an_update_the_first_kind_is_told() {
        check(
            "UpdateExpression",
            &[
                ("SET status = foo(a) SET a", "Syntax error;"),
                (
                    "SET a = foo(#x) SET a = :x, Status = a",
                    "Attribute name is a reserved keyword; reserved keyword: Status",
                ),
                ("SET a = foo(#x) set a = :x", "Invalid function name; function: foo"),
                (
                    "REMOVE #x remove a ADD a :x",
                    "The \"REMOVE\" section can only be used once in an update expression;",
                ),
                (
                    "SET a = :x, #x = a",
                    "An expression attribute name used in the document path is not defined; attribute name: #x",
                ),
                (
                    "SET a = :x, a.b = a",
                    "An expression attribute value used in expression is not defined; attribute value: :x",
                ),
                (
                    "SET c[1].a = :n, b.c = :n, b[1] = :n REMOVE c",
                    "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: \
                     [c, [1], a], path two: [c]",
                ),
                (
                    "SET b.c = :n, b[1] = :n ADD c :s",
                    "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: \
                     [b, c], path two: [b, [1]]",
                ),
                (
                    "SET a = list_append(:n, b) ADD c :s",
                    "Incorrect operand type for operator or function; operator: ADD, operand type: STRING",
                ),
                (
                    "DELETE c :l",
                    "Incorrect operand type for operator or function; operator: DELETE, operand type: LIST",
                ),
                (
                    "SET a = list_append(:n, b)",
                    "Incorrect operand type for operator or function; operator or function: list_append, operand type: \
                     N",
                ),
                (
                    "SET a = :n + if_not_exists(a, :s)",
                    "Incorrect operand type for operator or function; operator or function: +, operand type: S",
                ),
                (
                    "SET a = list_append(b)",
                    "Incorrect number of operands for operator or function; operator or function: list_append, number \
                     of operands: 1",
                ),
                (
                    "SET a = if_not_exists(:n, :n)",
                    "Operator or function requires a document path; operator or function: if_not_exists",
                ),
                ("set a = ((b[1]) + (c.d)), b = (((:n)))", "Syntax error;"),
                ("set a = ((b[1]) + (c.d)), b = ((:n))", "right"),
                ("SET a = b + c + d", "Syntax error;"),
                ("SET a = (b.c).d", "Syntax error;"),
            ],
        );
    }

    #[test]
    fn of_several_mistakes_in_a_projection_the_first_kind_is_told() {
        check(
            "ProjectionExpression",
            &[
                ("status, #x, (a)", "Syntax error;"),
                ("a, a, #x, status", "Attribute name is a reserved keyword; reserved keyword: status"),
                (
                    "a, a, #x",
                    "An expression attribute name used in the document path is not defined; attribute name: #x",
                ),
                (
                    "b.c, #n[0], a, a",
                    "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: \
                     [a], path two: [a]",
                ),
                (
                    "b.c, #n[0]",
                    "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: \
                     [b, c], path two: [b, [0]]",
                ),
            ],
        );
    }

    #[test]
    fn a_key_condition_has_a_shape_of_its_own() {
        let operator = |of: &str| format!("Invalid operator used in KeyConditionExpression: {of}");
        let condition = |text: &str| format!("Invalid condition in KeyConditionExpression: {text}");
        let cases = [
            ("a = :n OR a = :m", operator("OR")),
            ("NOT a = :n", operator("NOT")),
            ("a IN (:n, :m)", operator("IN")),
            ("a <> :n", operator("<>")),
            ("contains(a, :n)", operator("contains")),
            ("attribute_exists(a)", operator("attribute_exists")),
            ("size(a) = :n", "KeyConditionExpressions cannot contain nested operations".into()),
            (":n BETWEEN a AND :m", condition("BETWEEN operator must have the key attribute as its first operand")),
            ("begins_with(:s, a)", condition("begins_with operator must have the key attribute as its first operand")),
            ("a = c", condition("Multiple attribute names used in one condition")),
            ("a[0] = :n", "KeyConditionExpressions cannot have conditions on nested attributes".into()),
            (":n = :m", condition("No key attribute specified")),
            ("a = :n AND a > :n", "KeyConditionExpressions must only contain one condition per key".into()),
            (":n < a AND (c IN (:n))", "right".into()),
        ];
        let cases: Vec<(&str, &str)> = cases.iter().map(|(text, told)| (*text, told.as_str())).collect();
        check("KeyConditionExpression", &cases);
    }
}
