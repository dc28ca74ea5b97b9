//! The grammar of expressions
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html>,
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html>).
//!
//! The next token always decides what follows, so the first token that does not fit is the one that messages name.
//! What an expression means is asked once all of it could be read (`meaning.rs`).

use winnow::Parser;
use winnow::combinator::peek;
use winnow::error::ParserError;
use winnow::stream::{Stream, TokenSlice};
use winnow::token::any;

use super::problem::{Input, Parsed, Problem};
use super::raw::{Changes, Node, RawPath, RawStep, Section};
use super::tokens::{Kind, Token};

/// Deeper expressions are refused.
const DEPTH_MAX: u32 = 64;
/// Most operands of IN.
const IN_MAX: usize = 100;

/// Words that are no names in conditions and projections.
const OF_CONDITIONS: &[&str] = &["AND", "OR", "NOT", "BETWEEN", "IN"];
/// Words that are no names in updates.
const OF_UPDATES: &[&str] = &["SET", "REMOVE", "ADD", "DELETE"];

/// What was read, and whether something stands in two pairs of parentheses.
pub(super) struct Read<T> {
    pub(super) tree: T,
    pub(super) is_redundant: bool,
}

/// A ConditionExpression, FilterExpression or KeyConditionExpression.
pub(super) fn condition<'a>(tokens: &'a [Token<'a>]) -> Result<Read<Node<'a>>, Problem> {
    whole(tokens, OF_CONDITIONS, |syntax, input| {
        let (node, _) = syntax.any_of(input, 0)?;
        if node.is_condition() { Ok(node) } else { wrong_token(input) }
    })
}

/// A ProjectionExpression.
pub(super) fn projection<'a>(tokens: &'a [Token<'a>]) -> Result<Read<Vec<RawPath<'a>>>, Problem> {
    whole(tokens, OF_CONDITIONS, |syntax, input| syntax.list(input, Syntax::path))
}

/// An UpdateExpression.
pub(super) fn update<'a>(tokens: &'a [Token<'a>]) -> Result<Read<Vec<Changes<'a>>>, Problem> {
    whole(tokens, OF_UPDATES, Syntax::update)
}

/// Reads a whole expression.
fn whole<'a, T>(
    tokens: &'a [Token<'a>],
    keywords: &'static [&'static str],
    parser: impl FnOnce(&mut Syntax, &mut Input<'a>) -> Parsed<T>,
) -> Result<Read<T>, Problem> {
    let mut input = TokenSlice::new(tokens);
    let mut syntax = Syntax { keywords, is_redundant: false };
    let outcome = parser(&mut syntax, &mut input).and_then(|parsed| match input.eof_offset() {
        0 => Ok(parsed),
        left => Err(Problem::Syntax { left }),
    });
    match outcome {
        Ok(tree) => Ok(Read { tree, is_redundant: syntax.is_redundant }),
        Err(Problem::Syntax { left }) => Err(Problem::Told(syntax_error(tokens, left))),
        Err(problem) => Err(problem),
    }
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

fn symbol<'a, 'x>(symbol: &'x str) -> impl Parser<Input<'a>, (), Problem> + use<'a, 'x> {
    any.verify(move |token: &Token<'_>| token.is_symbol(symbol)).void()
}

fn keyword<'a, 'x>(keyword: &'x str) -> impl Parser<Input<'a>, (), Problem> + use<'a, 'x> {
    any.verify(move |token: &Token<'_>| token.is_keyword(keyword)).void()
}

fn of_kind<'a>(kind: Kind) -> impl Parser<Input<'a>, &'a str, Problem> {
    any.verify(move |token: &Token<'a>| token.kind == kind).map(|token: &Token<'a>| token.text)
}

/// Takes the next token if it is this keyword.
fn took(input: &mut Input<'_>, word: &str) -> bool {
    keyword(word).parse_next(&mut input.clone()).is_ok() && keyword(word).parse_next(input).is_ok()
}

fn check_depth(depth: u32) -> Parsed<()> {
    if depth < DEPTH_MAX { Ok(()) } else { Err(Problem::meaning("The expression is nested too deeply")) }
}

/// A node, and in how many pairs of parentheses it stands.
type Grouped<'a> = (Node<'a>, u32);

/// The grammar of one kind of expression.
struct Syntax {
    keywords: &'static [&'static str],
    is_redundant: bool,
}

impl Syntax {
    fn any_of<'a>(&mut self, input: &mut Input<'a>, depth: u32) -> Parsed<Grouped<'a>> {
        self.chain(input, depth, "OR", Self::all_of, Node::Or)
    }

    fn all_of<'a>(&mut self, input: &mut Input<'a>, depth: u32) -> Parsed<Grouped<'a>> {
        self.chain(input, depth, "AND", Self::term, Node::And)
    }

    /// One part, or several conditions with a keyword between them.
    fn chain<'a>(
        &mut self,
        input: &mut Input<'a>,
        depth: u32,
        between: &str,
        part: fn(&mut Self, &mut Input<'a>, u32) -> Parsed<Grouped<'a>>,
        combine: fn(Vec<Node<'a>>) -> Node<'a>,
    ) -> Parsed<Grouped<'a>> {
        let first = part(self, input, depth)?;
        let is_alone = !next(input).is_some_and(|token| token.is_keyword(between));
        if is_alone || !first.0.is_condition() {
            return Ok(first);
        }
        let mut all = vec![first.0];
        while took(input, between) {
            let (node, _) = part(self, input, depth)?;
            if !node.is_condition() {
                return wrong_token(input);
            }
            all.push(node);
        }
        Ok((combine(all), 0))
    }

    fn term<'a>(&mut self, input: &mut Input<'a>, depth: u32) -> Parsed<Grouped<'a>> {
        check_depth(depth)?;
        if !took(input, "NOT") {
            return self.comparison(input, depth);
        }
        let (node, _) = self.term(input, depth + 1)?;
        if node.is_condition() { Ok((Node::Not(Box::new(node)), 0)) } else { wrong_token(input) }
    }

    /// An operand with what is said of it, or an operand or a condition alone.
    fn comparison<'a>(&mut self, input: &mut Input<'a>, depth: u32) -> Parsed<Grouped<'a>> {
        let first = self.primary(input, depth)?;
        if !first.0.is_operand() {
            return Ok(first);
        }
        if took(input, "BETWEEN") {
            let low = self.operand(input, depth)?;
            keyword("AND").parse_next(input)?;
            let high = self.operand(input, depth)?;
            return Ok((Node::Between(Box::new([first.0, low, high])), 0));
        }
        if took(input, "IN") {
            symbol("(").parse_next(input)?;
            let any_of = self.operands(input, depth, IN_MAX)?;
            symbol(")").parse_next(input)?;
            return Ok((Node::In(Box::new(first.0), any_of), 0));
        }
        let sign = next(input).filter(|token| token.kind == Kind::Symbol).map(|token| token.text);
        let Some(sign @ ("=" | "<>" | "<" | "<=" | ">" | ">=")) = sign else { return Ok(first) };
        any.void().parse_next(input)?;
        let other = self.operand(input, depth)?;
        Ok((Node::Compare(Box::new(first.0), sign, Box::new(other)), 0))
    }

    /// Something in parentheses, or a single operand.
    fn primary<'a>(&mut self, input: &mut Input<'a>, depth: u32) -> Parsed<Grouped<'a>> {
        if !next_is(input, "(") {
            return self.single(input, depth).map(|node| (node, 0));
        }
        symbol("(").parse_next(input)?;
        let (node, pairs) = self.any_of(input, depth + 1)?;
        symbol(")").parse_next(input)?;
        self.is_redundant |= pairs > 0;
        match node {
            // The head of a path.
            Node::Path(mut path) if next_is(input, ".") || next_is(input, "[") => {
                self.steps(input, &mut path)?;
                Ok((Node::Path(path), 0))
            }
            node => Ok((node, pairs + 1)),
        }
    }

    fn operand<'a>(&mut self, input: &mut Input<'a>, depth: u32) -> Parsed<Node<'a>> {
        let (node, _) = self.primary(input, depth)?;
        if node.is_operand() { Ok(node) } else { wrong_token(input) }
    }

    /// Operands with commas between them.
    fn operands<'a>(&mut self, input: &mut Input<'a>, depth: u32, most: usize) -> Parsed<Vec<Node<'a>>> {
        let mut operands = vec![self.operand(input, depth)?];
        while next_is(input, ",") && operands.len() < most {
            symbol(",").parse_next(input)?;
            operands.push(self.operand(input, depth)?);
        }
        Ok(operands)
    }

    /// A function, a value or a path.
    fn single<'a>(&mut self, input: &mut Input<'a>, depth: u32) -> Parsed<Node<'a>> {
        check_depth(depth)?;
        if let Some(function) = self.function_ahead(input) {
            (any, symbol("(")).void().parse_next(input)?;
            let operands = self.operands(input, depth + 1, usize::MAX)?;
            symbol(")").parse_next(input)?;
            return Ok(Node::Call(function, operands));
        }
        match next(input) {
            Some(token) if token.kind == Kind::Value => of_kind(Kind::Value).parse_next(input).map(Node::Value),
            _ => self.path(input).map(Node::Path),
        }
    }

    /// The function that comes next: a word before a parenthesis.
    fn function_ahead<'a>(&self, input: &mut Input<'a>) -> Option<&'a str> {
        let two = peek((of_kind(Kind::Word), symbol("("))).parse_next(input).ok();
        two.map(|(function, ())| function).filter(|function| !self.is_keyword(function))
    }

    fn is_keyword(&self, word: &str) -> bool {
        self.keywords.iter().any(|keyword| keyword.eq_ignore_ascii_case(word))
    }

    fn path<'a>(&mut self, input: &mut Input<'a>) -> Parsed<RawPath<'a>> {
        let mut path = RawPath { head: self.name(input)?, steps: Vec::new() };
        self.steps(input, &mut path)?;
        Ok(path)
    }

    fn steps<'a>(&self, input: &mut Input<'a>, path: &mut RawPath<'a>) -> Parsed<()> {
        loop {
            if next_is(input, ".") {
                symbol(".").parse_next(input)?;
                path.steps.push(RawStep::Field(self.name(input)?));
            } else if next_is(input, "[") {
                symbol("[").parse_next(input)?;
                path.steps.push(RawStep::Index(of_kind(Kind::Number).parse_next(input)?));
                symbol("]").parse_next(input)?;
            } else {
                return Ok(());
            }
        }
    }

    fn name<'a>(&self, input: &mut Input<'a>) -> Parsed<&'a str> {
        match next(input) {
            Some(Token { kind: Kind::Name, .. }) => of_kind(Kind::Name).parse_next(input),
            Some(Token { kind: Kind::Word, text }) if !self.is_keyword(text) => of_kind(Kind::Word).parse_next(input),
            _ => wrong_token(input),
        }
    }

    fn list<'a, T>(
        &mut self,
        input: &mut Input<'a>,
        part: fn(&mut Self, &mut Input<'a>) -> Parsed<T>,
    ) -> Parsed<Vec<T>> {
        let mut parts = vec![part(self, input)?];
        while next_is(input, ",") {
            symbol(",").parse_next(input)?;
            parts.push(part(self, input)?);
        }
        Ok(parts)
    }

    fn update<'a>(&mut self, input: &mut Input<'a>) -> Parsed<Vec<Changes<'a>>> {
        let mut sections = Vec::new();
        while let Some(token) = next(input) {
            let Some(section) = Section::ALL.into_iter().find(|section| token.is_keyword(section.name())) else {
                return wrong_token(input);
            };
            any.void().parse_next(input)?;
            let changes = match section {
                Section::Set => self.list(input, Self::set),
                Section::Remove => self.list(input, |syntax, input| Ok((syntax.path(input)?, None))),
                Section::Add | Section::Delete => self.list(input, |syntax, input| {
                    let path = syntax.path(input)?;
                    Ok((path, Some(of_kind(Kind::Value).parse_next(input).map(Node::Value)?)))
                }),
            };
            sections.push((section, changes?));
        }
        Ok(sections)
    }

    fn set<'a>(&mut self, input: &mut Input<'a>) -> Parsed<(RawPath<'a>, Option<Node<'a>>)> {
        let path = self.path(input)?;
        symbol("=").parse_next(input)?;
        let (assigned, pairs) = self.assigned(input, 0)?;
        // One pair around an operand, and one around the whole.
        let most = if matches!(assigned, Node::Sum(..)) { 1 } else { 2 };
        if pairs > most { wrong_token(input) } else { Ok((path, Some(assigned))) }
    }

    /// An operand, or two with a sign between them.
    fn assigned<'a>(&mut self, input: &mut Input<'a>, depth: u32) -> Parsed<Grouped<'a>> {
        let first = self.summand(input, depth)?;
        let sign = next(input).filter(|token| token.is_symbol("+") || token.is_symbol("-"));
        let Some(Token { text: sign, .. }) = sign.filter(|_| first.0.is_operand() && first.1 < 2) else {
            return Ok(first);
        };
        any.void().parse_next(input)?;
        let (second, pairs) = self.summand(input, depth)?;
        if !second.is_operand() || pairs > 1 {
            return wrong_token(input);
        }
        Ok((Node::Sum(Box::new(first.0), sign, Box::new(second)), 0))
    }

    fn summand<'a>(&mut self, input: &mut Input<'a>, depth: u32) -> Parsed<Grouped<'a>> {
        check_depth(depth)?;
        if !next_is(input, "(") {
            return self.single(input, depth).map(|node| (node, 0));
        }
        symbol("(").parse_next(input)?;
        let (node, pairs) = self.assigned(input, depth + 1)?;
        symbol(")").parse_next(input)?;
        Ok((node, pairs + 1))
    }
}
