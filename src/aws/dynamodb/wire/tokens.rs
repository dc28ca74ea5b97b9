//! Expressions as tokens.

use winnow::Parser;
use winnow::combinator::{alt, preceded, repeat};
use winnow::error::EmptyError;
use winnow::stream::AsChar;
use winnow::token::{any, take_while};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An attribute name, function or keyword.
    Word,
    /// `#name`
    Name,
    /// `:value`
    Value,
    /// Digits.
    Number,
    /// Anything else: a symbol, or a character that has no place in expressions.
    Symbol,
}

/// A token and the text it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
}

impl Token<'_> {
    pub(crate) fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }
    pub(crate) fn is_keyword(&self, keyword: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(keyword)
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn token<'a>(input: &mut &'a str) -> Result<Token<'a>, EmptyError> {
    let word = (take_while(1, |c: char| c.is_ascii_alphabetic() || c == '_'), take_while(0.., is_word));
    let placeholder = |sign: char| (sign, take_while(1.., |c: char| is_word(c) || c == '-')).take();
    alt((
        word.take().map(|text| Token { kind: Kind::Word, text }),
        placeholder('#').map(|text| Token { kind: Kind::Name, text }),
        placeholder(':').map(|text| Token { kind: Kind::Value, text }),
        take_while(1.., AsChar::is_dec_digit).map(|text| Token { kind: Kind::Number, text }),
        alt(("<>", "<=", ">=", any.take())).map(|text| Token { kind: Kind::Symbol, text }),
    ))
    .parse_next(input)
}

/// The tokens of an expression. Every text has some.
pub(super) fn tokens(expression: &str) -> Vec<Token<'_>> {
    let mut rest = expression.trim_ascii();
    let spaces = take_while(0.., |c: char| c.is_ascii_whitespace());
    let all: Result<Vec<Token<'_>>, EmptyError> = repeat(0.., preceded(spaces, token)).parse_next(&mut rest);
    all.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_falls_into_words_placeholders_numbers_and_symbols() {
        let texts: Vec<&str> = tokens(" a.#b[10]<>:c AND(x1<= :d-e) ").into_iter().map(|token| token.text).collect();
        assert_eq!(texts, ["a", ".", "#b", "[", "10", "]", "<>", ":c", "AND", "(", "x1", "<=", ":d-e", ")"]);
        assert_eq!(tokens("").len(), 0);
        assert_eq!(tokens("é#").iter().map(|token| token.kind).collect::<Vec<_>>(), [Kind::Symbol, Kind::Symbol]);
    }
}
