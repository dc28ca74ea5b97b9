//! What is wrong with an expression, and what its parsers read and give.

use std::fmt;

use winnow::error::ParserError;
use winnow::stream::{Stream, TokenSlice};

use super::tokens::Token;

pub(super) type Input<'a> = TokenSlice<'a, Token<'a>>;
pub(super) type Parsed<T> = Result<T, Problem>;

/// What is wrong with an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// A token does not fit; so many are left, itself included.
    Syntax { left: usize },
    /// The expression can be read but not meant.
    Meaning(String),
    /// A syntax error, told.
    Told(String),
}

impl Problem {
    pub(super) fn meaning(text: impl Into<String>) -> Self {
        Self::Meaning(text.into())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { .. } => f.write_str("Syntax error"),
            Self::Meaning(text) | Self::Told(text) => f.write_str(text),
        }
    }
}

impl ParserError<Input<'_>> for Problem {
    type Inner = Self;
    fn from_input(input: &Input<'_>) -> Self {
        Self::Syntax { left: input.eof_offset() }
    }
    fn into_inner(self) -> Result<Problem, Self> {
        Ok(self)
    }
}
