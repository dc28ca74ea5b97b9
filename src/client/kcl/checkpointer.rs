//! What a record processor may checkpoint (the library's `ShardRecordProcessorCheckpointer`).
//!
//! A checkpoint must lie between the last one and the last record that was delivered. At the end of a shard, the last
//! record's number is stored as SHARD_END.

use std::fmt;

use crate::base::lease_row::Checkpoint;
use crate::base::{SequenceNumber, ShardId};

/// Why a checkpoint was rejected (`IllegalArgumentException`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckpointError {
    /// Lower than the last one, or higher than what was delivered.
    OutOfRange,
    /// Not a number, or a sentinel.
    NotASequenceNumber,
    /// A number of another shard.
    OtherShard,
}

impl fmt::Display for CheckpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutOfRange => "a checkpoint lies between the last one and the last record delivered",
            Self::NotASequenceNumber => "a checkpoint is the sequence number of a record",
            Self::OtherShard => "the sequence number belongs to another shard",
        })
    }
}
impl std::error::Error for CheckpointError {}

/// The checkpoint rules of one shard.
#[derive(Clone, Debug)]
pub struct Checkpointer<N = SequenceNumber> {
    last: Option<N>,
    largest_permitted: Option<N>,
    /// The number that ends the shard, once it has ended.
    end: Option<Option<N>>,
    is_ended: bool,
}

/// A checkpoint that was prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prepared<N = SequenceNumber>(N);

/// What must be written for a checkpoint that was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToStore<N = SequenceNumber> {
    /// Nothing: it is there already.
    Nothing,
    /// The checkpoint is this sequence number.
    Number(N),
    /// The shard is done: SHARD_END, which is final.
    ShardEnd,
}

impl<N: Copy + Ord> Checkpointer<N> {
    /// Rules for a shard whose stored checkpoint is `last` (`None` for a sentinel to begin at).
    pub fn new(last: Option<N>) -> Self {
        Self { last, largest_permitted: last, end: None, is_ended: false }
    }
    /// A record with that number was delivered.
    pub fn delivered(&mut self, number: N) {
        self.largest_permitted = self.largest_permitted.max(Some(number));
    }
    /// The shard has ended: its last record's checkpoint means SHARD_END.
    pub fn shard_ended(&mut self) {
        self.end = Some(self.largest_permitted);
    }
    /// The last accepted checkpoint.
    pub fn last(&self) -> Option<N> {
        self.last
    }
    /// Checks an explicit checkpoint.
    ///
    /// # Errors
    /// Out of the permitted range.
    pub fn check(&self, number: N) -> Result<ToStore<N>, CheckpointError> {
        if self.is_ended || self.last.is_some_and(|last| number < last) || Some(number) > self.largest_permitted {
            return Err(CheckpointError::OutOfRange);
        }
        // The library asks "already written?" before it turns the shard's last number into SHARD_END, so a number
        // that was checkpointed before the end was known never becomes SHARD_END (its issue 211).
        if self.last == Some(number) {
            return Ok(ToStore::Nothing);
        }
        match self.end == Some(Some(number)) {
            true => Ok(ToStore::ShardEnd),
            false => Ok(ToStore::Number(number)),
        }
    }
    /// Prepares a checkpoint (`prepareCheckpoint`), to be redeemed when the application is done.
    ///
    /// # Errors
    /// Out of the permitted range.
    pub fn prepare(&self, number: N) -> Result<Prepared<N>, CheckpointError> {
        self.check(number).map(|_| Prepared(number))
    }
    /// What redeeming a prepared checkpoint stores.
    ///
    /// # Errors
    /// A later one was redeemed before.
    pub fn redeem(&self, prepared: Prepared<N>) -> Result<ToStore<N>, CheckpointError> {
        self.check(prepared.0)
    }
    /// What `checkpoint()` without an argument stores: all that was delivered, or the shard's end.
    pub fn check_all(&self) -> ToStore<N> {
        match (self.end, self.largest_permitted) {
            (Some(_), _) if self.is_ended => ToStore::Nothing,
            (Some(_), _) => ToStore::ShardEnd,
            (None, Some(number)) if self.last != Some(number) => ToStore::Number(number),
            (None, _) => ToStore::Nothing,
        }
    }
    /// A checkpoint was stored.
    pub fn stored(&mut self, what: ToStore<N>) {
        match what {
            ToStore::Nothing => {}
            ToStore::Number(number) => self.last = Some(number),
            ToStore::ShardEnd => {
                self.last = self.largest_permitted;
                self.is_ended = true;
            }
        }
    }
}

/// Reads a checkpoint as an application gives it: the number of a record of this shard, no sentinel.
///
/// # Errors
/// Not a number, or one of another shard.
pub fn parse(text: &str, shard: ShardId) -> Result<SequenceNumber, CheckpointError> {
    match Checkpoint::parse(text) {
        Some(Checkpoint::At(number)) if number.shard() == shard => Ok(number),
        Some(Checkpoint::At(_)) => Err(CheckpointError::OtherShard),
        _ => Err(CheckpointError::NotASequenceNumber),
    }
}
