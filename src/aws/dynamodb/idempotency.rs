//! ClientRequestToken of TransactWriteItems: a transaction that was applied is not applied again
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>).
//!
//! A token is kept for ten minutes after its transaction was applied. One that was cancelled leaves no token, so that
//! it may be tried again.

use std::collections::{BTreeMap, VecDeque};

use super::api::{Error, TransactWrite};
use crate::base::{SimDuration, SimTime};

/// How long a token is good for.
const KEPT_FOR: SimDuration = SimDuration::from_mins(10);

/// Tokens of transactions that were applied.
#[derive(Default)]
pub(super) struct Tokens {
    writes: BTreeMap<Box<str>, Vec<TransactWrite>>,
    /// The oldest first.
    kept_since: VecDeque<(SimTime, Box<str>)>,
}

impl Tokens {
    /// Returns whether these writes were applied under that token.
    ///
    /// # Errors
    /// IdempotentParameterMismatchException when the token was used for other writes.
    pub(crate) fn is_applied(&mut self, now: SimTime, token: &str, writes: &[TransactWrite]) -> Result<bool, Error> {
        self.forget(now);
        match self.writes.get(token) {
            None => Ok(false),
            Some(known) if known == writes => Ok(true),
            Some(_) => Err(Error::IdempotentParameterMismatch),
        }
    }

    /// Keeps the token of a transaction that was applied.
    pub(super) fn keep(&mut self, now: SimTime, token: Box<str>, writes: Vec<TransactWrite>) {
        self.kept_since.push_back((now, token.clone()));
        self.writes.insert(token, writes);
    }

    fn forget(&mut self, now: SimTime) {
        while let Some((_, token)) = self.kept_since.pop_front_if(|(since, _)| now.since(*since) >= KEPT_FOR) {
            self.writes.remove(&token);
        }
    }
}
