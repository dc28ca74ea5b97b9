//! The grammar of expressions
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html>,
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html>).
//!
//! The next token always decides what follows, so the first token that does not fit is the one that messages name.

use std::borrow::Cow;

use winnow::Parser;
use winnow::combinator::peek;
use winnow::error::ParserError;
use winnow::stream::{Stream, TokenSlice};
use winnow::token::any;

use super::problem::{Input, Parsed, Problem};
use super::reserved::is_reserved;
use super::scope::Scope;
use super::tokens::{Kind, Token, tokens};
use crate::aws::dynamodb::api::{
    AttributeName, AttributeType, AttributeValue, Comparator, Condition, Operand, Path, SetOperand, Step, Update,
};

/// Deeper expressions are refused.
const DEPTH_MAX: u32 = 64;
/// Most operands of IN.
const IN_MAX: usize = 100;

/// Reads a whole expression.
pub(super) fn parse<T>(
    scope: &Scope,
    text: &str,
    parser: impl FnOnce(&Syntax<'_>, &mut Input<'_>) -> Parsed<T>,
) -> Result<T, Problem> {
    let tokens = tokens(text);
    let mut input = TokenSlice::new(&tokens);
    let outcome = parser(&Syntax { scope }, &mut input).and_then(|parsed| match input.eof_offset() {
        0 => Ok(parsed),
        left => Err(Problem::Syntax { left }),
    });
    outcome.map_err(|problem| match problem {
        Problem::Syntax { left } => Problem::Told(syntax_error(&tokens, left)),
        problem => problem,
    })
}

fn syntax_error(tokens: &[Token<'_>], left: usize) -> String {
    let at = tokens.len() - left;
    let token = tokens.get(at).map_or("<EOF>", |token| token.text);
    let near: Vec<&str> = tokens[at.saturating_sub(1)..].iter().take(3).map(|token| token.text).collect();
    format!("Syntax error; token: \"{token}\", near: \"{}\"", near.join(" "))
}

fn wrong_token<T>(input: &Input<'_>) -> Parsed<T> {
    Err(Problem::from_input(input))
}

fn next<'a>(input: &mut Input<'a>) -> Option<Token<'a>> {
    peek(any::<_, Problem>).parse_next(input).ok().copied()
}

fn next_is(input: &mut Input<'_>, symbol: &str) -> bool {
    next(input).is_some_and(|token| token.is_symbol(symbol))
}

fn next_is_keyword(input: &mut Input<'_>, keyword: &str) -> bool {
    next(input).is_some_and(|token| token.is_keyword(keyword))
}

fn symbol<'a, 'x>(symbol: &'x str) -> impl Parser<Input<'a>, (), Problem> + use<'a, 'x> {
    any.verify(move |token: &Token<'_>| token.is_symbol(symbol)).void()
}

fn keyword<'a, 'x>(keyword: &'x str) -> impl Parser<Input<'a>, (), Problem> + use<'a, 'x> {
    any.verify(move |token: &Token<'_>| token.is_keyword(keyword)).void()
}

fn of_kind<'a>(kind: Kind) -> impl Parser<Input<'a>, &'a str, Problem> {
    any.verify(move |token: &Token<'a>| token.kind == kind).map(|token: &Token<'a>| token.text)
}

/// The grammar, with what placeholders stand for.
pub(super) struct Syntax<'x> {
    scope: &'x Scope,
}

impl Syntax<'_> {
    /// A condition, to the end of the expression.
    pub(super) fn condition(&self, input: &mut Input<'_>) -> Parsed<Condition> {
        self.any_of(input, 0)
    }

    fn any_of(&self, input: &mut Input<'_>, depth: u32) -> Parsed<Condition> {
        self.chain(input, depth, "OR", Self::all_of, Condition::Or)
    }

    fn all_of(&self, input: &mut Input<'_>, depth: u32) -> Parsed<Condition> {
        self.chain(input, depth, "AND", Self::term, Condition::And)
    }

    /// One part, or several with a keyword between them.
    fn chain(
        &self,
        input: &mut Input<'_>,
        depth: u32,
        between: &str,
        part: fn(&Self, &mut Input<'_>, u32) -> Parsed<Condition>,
        combine: fn(Vec<Condition>) -> Condition,
    ) -> Parsed<Condition> {
        let first = part(self, input, depth)?;
        if !next_is_keyword(input, between) {
            return Ok(first);
        }
        let mut all = vec![first];
        while next_is_keyword(input, between) {
            keyword(between).parse_next(input)?;
            all.push(part(self, input, depth)?);
        }
        Ok(combine(all))
    }

    fn term(&self, input: &mut Input<'_>, depth: u32) -> Parsed<Condition> {
        if depth >= DEPTH_MAX {
            return Err(Problem::meaning("The expression is nested too deeply"));
        }
        if next_is_keyword(input, "NOT") {
            keyword("NOT").parse_next(input)?;
            return self.term(input, depth + 1).map(|condition| Condition::Not(Box::new(condition)));
        }
        if next_is(input, "(") {
            symbol("(").parse_next(input)?;
            let inner = self.any_of(input, depth + 1)?;
            symbol(")").parse_next(input)?;
            return Ok(inner);
        }
        match function_ahead(input) {
            Some("size") | None => self.comparison(input),
            Some(function) => self.predicate(function, input),
        }
    }

    /// A function that is a condition by itself.
    fn predicate(&self, function: &str, input: &mut Input<'_>) -> Parsed<Condition> {
        (any, symbol("(")).void().parse_next(input)?;
        let condition = match function {
            "attribute_exists" => Condition::Exists(self.path(input)?),
            "attribute_not_exists" => Condition::NotExists(self.path(input)?),
            "attribute_type" => {
                let path = self.path(input)?;
                symbol(",").parse_next(input)?;
                Condition::IsType(path, self.type_name(input)?)
            }
            "begins_with" | "contains" => {
                let value = self.operand(input)?;
                symbol(",").parse_next(input)?;
                let argument = self.operand(input)?;
                match function {
                    "begins_with" => {
                        for operand in [&value, &argument] {
                            need_types(operand, &[AttributeType::S, AttributeType::B], "begins_with")?;
                        }
                        Condition::BeginsWith(value, argument)
                    }
                    _ => Condition::Contains(value, argument),
                }
            }
            _ => return Err(Problem::meaning(format!("Invalid function name; function: {function}"))),
        };
        symbol(")").parse_next(input)?;
        Ok(condition)
    }

    fn type_name(&self, input: &mut Input<'_>) -> Parsed<AttributeType> {
        let placeholder = of_kind(Kind::Value).parse_next(input)?;
        let name = self.scope.value(placeholder)?;
        let kind = name.as_s().and_then(|name| AttributeType::named(name));
        kind.ok_or_else(|| Problem::meaning(format!("Invalid attribute type name found; type: {name}")))
    }

    /// Operands with what is said of them.
    fn comparison(&self, input: &mut Input<'_>) -> Parsed<Condition> {
        let value = self.operand(input)?;
        if next_is_keyword(input, "BETWEEN") {
            keyword("BETWEEN").parse_next(input)?;
            let low = self.operand(input)?;
            keyword("AND").parse_next(input)?;
            let high = self.operand(input)?;
            for operand in [&value, &low, &high] {
                need_ordered(operand, "BETWEEN")?;
            }
            check_bounds(&low, &high)?;
            return Ok(Condition::Between(value, low, high));
        }
        if next_is_keyword(input, "IN") {
            (keyword("IN"), symbol("(")).void().parse_next(input)?;
            let mut any_of = vec![self.operand(input)?];
            while next_is(input, ",") && any_of.len() < IN_MAX {
                symbol(",").parse_next(input)?;
                any_of.push(self.operand(input)?);
            }
            symbol(")").parse_next(input)?;
            return Ok(Condition::In(value, any_of));
        }
        let comparator = match next(input).filter(|token| token.kind == Kind::Symbol).map(|token| token.text) {
            Some("=") => Comparator::Eq,
            Some("<>") => Comparator::Ne,
            Some("<") => Comparator::Lt,
            Some("<=") => Comparator::Le,
            Some(">") => Comparator::Gt,
            Some(">=") => Comparator::Ge,
            _ => return wrong_token(input),
        };
        let sign = any.map(|token: &Token<'_>| token.text.to_owned()).parse_next(input)?;
        let other = self.operand(input)?;
        if !matches!(comparator, Comparator::Eq | Comparator::Ne) {
            need_ordered(&value, &sign)?;
            need_ordered(&other, &sign)?;
        }
        Ok(Condition::Compare(value, comparator, other))
    }

    fn operand(&self, input: &mut Input<'_>) -> Parsed<Operand> {
        match function_ahead(input) {
            Some("size") => {
                (any, symbol("(")).void().parse_next(input)?;
                let path = self.path(input)?;
                symbol(")").parse_next(input)?;
                Ok(Operand::Size(path))
            }
            Some(function) => Err(Problem::meaning(format!(
                "The function is not allowed to be used this way in an expression; function: {function}"
            ))),
            None if next(input).is_some_and(|token| token.kind == Kind::Value) => {
                let placeholder = of_kind(Kind::Value).parse_next(input)?;
                self.scope.value(placeholder).map(Operand::Value)
            }
            None => self.path(input).map(Operand::Path),
        }
    }

    /// `name.name[index]`
    fn path(&self, input: &mut Input<'_>) -> Parsed<Path> {
        let name = self.name(input)?;
        let mut steps = Vec::new();
        loop {
            if next_is(input, ".") {
                symbol(".").parse_next(input)?;
                steps.push(Step::Field(self.name(input)?));
            } else if next_is(input, "[") {
                symbol("[").parse_next(input)?;
                let index = of_kind(Kind::Number).parse_next(input)?;
                let Ok(index) = index.parse() else {
                    return Err(Problem::meaning(format!(
                        "List index is not within the allowable range; index: [{index}]"
                    )));
                };
                symbol("]").parse_next(input)?;
                steps.push(Step::Index(index));
            } else {
                return Ok(Path { name, steps });
            }
        }
    }

    fn name(&self, input: &mut Input<'_>) -> Parsed<AttributeName> {
        match next(input) {
            Some(Token { kind: Kind::Name, text }) => {
                let name = self.scope.name(text)?;
                any.void().parse_next(input)?;
                Ok(name)
            }
            Some(Token { kind: Kind::Word, text }) if is_reserved(text) => {
                Err(Problem::meaning(format!("Attribute name is a reserved keyword; reserved keyword: {text}")))
            }
            Some(Token { kind: Kind::Word, text }) => {
                any.void().parse_next(input)?;
                Ok(Cow::Owned(text.to_owned()))
            }
            _ => wrong_token(input),
        }
    }

    /// Paths with commas between them.
    pub(super) fn projection(&self, input: &mut Input<'_>) -> Parsed<Vec<Path>> {
        self.list(input, Self::path)
    }

    fn list<T>(&self, input: &mut Input<'_>, part: fn(&Self, &mut Input<'_>) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut parts = vec![part(self, input)?];
        while next_is(input, ",") {
            symbol(",").parse_next(input)?;
            parts.push(part(self, input)?);
        }
        Ok(parts)
    }

    /// SET, REMOVE, ADD and DELETE, each once at most.
    pub(super) fn update(&self, input: &mut Input<'_>) -> Parsed<Vec<Update>> {
        let (mut updates, mut seen) = (Vec::new(), Vec::new());
        while let Some(token) = next(input) {
            let sections = ["SET", "REMOVE", "ADD", "DELETE"];
            let Some(section) = sections.into_iter().find(|section| token.is_keyword(section)) else {
                return wrong_token(input);
            };
            if seen.contains(&section) {
                return Err(Problem::meaning(format!(
                    "The \"{section}\" section can only be used once in an update expression;"
                )));
            }
            seen.push(section);
            any.void().parse_next(input)?;
            updates.extend(match section {
                "SET" => self.list(input, Self::set),
                "REMOVE" => self.list(input, |syntax, input| syntax.path(input).map(Update::Remove)),
                "ADD" => self.list(input, Self::add),
                _ => self.list(input, Self::delete),
            }?);
        }
        Ok(updates)
    }

    fn set(&self, input: &mut Input<'_>) -> Parsed<Update> {
        let path = self.path(input)?;
        symbol("=").parse_next(input)?;
        let first = self.set_operand(input, 0)?;
        let is_plus = next_is(input, "+");
        if !is_plus && !next_is(input, "-") {
            return Ok(Update::Set(path, first));
        }
        any.void().parse_next(input)?;
        let second = self.set_operand(input, 0)?;
        let sign = if is_plus { "+" } else { "-" };
        for operand in [&first, &second] {
            if let SetOperand::Value(value) = operand {
                need_type(value, &[AttributeType::N], sign)?;
            }
        }
        let (first, second) = (Box::new(first), Box::new(second));
        Ok(Update::Set(path, if is_plus { SetOperand::Plus(first, second) } else { SetOperand::Minus(first, second) }))
    }

    fn set_operand(&self, input: &mut Input<'_>, depth: u32) -> Parsed<SetOperand> {
        if depth >= DEPTH_MAX {
            return Err(Problem::meaning("The expression is nested too deeply"));
        }
        match function_ahead(input) {
            Some("if_not_exists") => {
                (any, symbol("(")).void().parse_next(input)?;
                let path = self.path(input)?;
                symbol(",").parse_next(input)?;
                let otherwise = self.set_operand(input, depth + 1)?;
                symbol(")").parse_next(input)?;
                Ok(SetOperand::IfNotExists(path, Box::new(otherwise)))
            }
            Some("list_append") => {
                (any, symbol("(")).void().parse_next(input)?;
                let first = self.set_operand(input, depth + 1)?;
                symbol(",").parse_next(input)?;
                let second = self.set_operand(input, depth + 1)?;
                symbol(")").parse_next(input)?;
                for operand in [&first, &second] {
                    if let SetOperand::Value(value) = operand {
                        need_type(value, &[AttributeType::L], "list_append")?;
                    }
                }
                Ok(SetOperand::ListAppend(Box::new(first), Box::new(second)))
            }
            Some(function) => Err(Problem::meaning(format!("Invalid function name; function: {function}"))),
            None => Ok(match self.operand(input)? {
                Operand::Value(value) => SetOperand::Value(value),
                Operand::Path(path) | Operand::Size(path) => SetOperand::Path(path),
            }),
        }
    }

    fn add(&self, input: &mut Input<'_>) -> Parsed<Update> {
        use AttributeType as T;
        let (path, value) = self.path_and_value(input)?;
        need_type_of_section(&value, &[T::N, T::Ss, T::Ns, T::Bs], "ADD")?;
        Ok(Update::Add(path, value))
    }

    fn delete(&self, input: &mut Input<'_>) -> Parsed<Update> {
        use AttributeType as T;
        let (path, value) = self.path_and_value(input)?;
        need_type_of_section(&value, &[T::Ss, T::Ns, T::Bs], "DELETE")?;
        Ok(Update::DeleteFromSet(path, value))
    }

    fn path_and_value(&self, input: &mut Input<'_>) -> Parsed<(Path, AttributeValue)> {
        let path = self.path(input)?;
        let placeholder = of_kind(Kind::Value).parse_next(input)?;
        Ok((path, self.scope.value(placeholder)?))
    }
}

/// The function that comes next: a word before a parenthesis.
fn function_ahead<'a>(input: &mut Input<'a>) -> Option<&'a str> {
    let two = peek((of_kind(Kind::Word), symbol("("))).parse_next(input).ok();
    // `NOT (` and the like are no functions.
    two.map(|(function, ())| function).filter(|function| !is_reserved(function) || *function == "size")
}

fn need_type(value: &AttributeValue, allowed: &[AttributeType], what: &str) -> Parsed<()> {
    let kind = AttributeType::of(value);
    match allowed.contains(&kind) {
        true => Ok(()),
        false => Err(Problem::meaning(format!(
            "Incorrect operand type for operator or function; operator or function: {what}, operand type: {}",
            kind.name()
        ))),
    }
}

fn need_type_of_section(value: &AttributeValue, allowed: &[AttributeType], section: &str) -> Parsed<()> {
    let kind = AttributeType::of(value);
    match allowed.contains(&kind) {
        true => Ok(()),
        false => Err(Problem::meaning(format!(
            "Incorrect operand type for operator or function; operator: {section}, operand type: {}, typeSet: \
             ALLOWED_FOR_{section}_OPERAND",
            kind.name()
        ))),
    }
}

fn need_types(operand: &Operand, allowed: &[AttributeType], what: &str) -> Parsed<()> {
    match operand {
        Operand::Value(value) => need_type(value, allowed, what),
        _ => Ok(()),
    }
}

fn need_ordered(operand: &Operand, what: &str) -> Parsed<()> {
    need_types(operand, &[AttributeType::S, AttributeType::N, AttributeType::B], what)
}

/// The bounds of BETWEEN are in order, and of one type.
fn check_bounds(low: &Operand, high: &Operand) -> Parsed<()> {
    let (Operand::Value(low), Operand::Value(high)) = (low, high) else { return Ok(()) };
    let is_reversed = match (low, high) {
        (AttributeValue::S(low), AttributeValue::S(high)) => low.as_bytes() > high.as_bytes(),
        (AttributeValue::N(low), AttributeValue::N(high)) => low > high,
        (AttributeValue::B(low), AttributeValue::B(high)) => low > high,
        _ => {
            let text = "The BETWEEN operator requires same data type for lower and upper bounds";
            return Err(Problem::meaning(text));
        }
    };
    match is_reversed {
        true => Err(Problem::meaning(
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound",
        )),
        false => Ok(()),
    }
}
