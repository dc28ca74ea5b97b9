//! What a record processor may checkpoint (the library's `ShardRecordProcessorCheckpointer`).
//!
//! A checkpoint must lie between the last one and the last record that was delivered. At the end of a shard, the last
//! record's number is stored as SHARD_END.

use crate::base::SequenceNumber;

/// The checkpoint rules of one shard.
#[derive(Clone, Debug)]
pub(crate) struct Checkpointer<N = SequenceNumber> {
    last: Option<N>,
    largest_permitted: Option<N>,
    /// The number that ends the shard, once it has ended.
    end: Option<Option<N>>,
    is_ended: bool,
}

/// What must be written for a checkpoint that was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ToStore<N = SequenceNumber> {
    /// Nothing: it is there already.
    Nothing,
    /// The checkpoint is this sequence number.
    Number(N),
    /// The shard is done: SHARD_END, which is final.
    ShardEnd,
}

impl<N: Copy + Ord> Checkpointer<N> {
    /// Rules for a shard whose stored checkpoint is `last` (`None` for a sentinel to begin at).
    pub(crate) fn new(last: Option<N>) -> Self {
        Self { last, largest_permitted: last, end: None, is_ended: false }
    }
    /// A record with that number was delivered.
    pub(crate) fn delivered(&mut self, number: N) {
        self.largest_permitted = self.largest_permitted.max(Some(number));
    }
    /// The shard has ended: its last record's checkpoint means SHARD_END.
    pub(crate) fn shard_ended(&mut self) {
        self.end = Some(self.largest_permitted);
    }
    /// The last accepted checkpoint.
    pub(crate) fn last(&self) -> Option<N> {
        self.last
    }
    /// What `checkpoint()` without an argument stores: all that was delivered, or the shard's end.
    pub(crate) fn check_all(&self) -> ToStore<N> {
        match (self.end, self.largest_permitted) {
            (Some(_), _) if self.is_ended => ToStore::Nothing,
            (Some(_), _) => ToStore::ShardEnd,
            (None, Some(number)) if self.last != Some(number) => ToStore::Number(number),
            (None, _) => ToStore::Nothing,
        }
    }
    /// A checkpoint was stored.
    pub(crate) fn stored(&mut self, what: ToStore<N>) {
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

#[cfg(test)]
pub(super) mod explicit {
    //! What an application may checkpoint by number, or prepare. The scripted processor checkpoints all that it was
    //! given; the library's rules for the other calls are held here against its vectors.

    use std::fmt;

    use super::{Checkpointer, ToStore};
    use crate::base::lease_row::Checkpoint;
    use crate::base::{SequenceNumber, ShardId};

    /// Why a checkpoint was rejected (`IllegalArgumentException`).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum CheckpointError {
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

    /// A checkpoint that was prepared.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct Prepared<N = SequenceNumber>(N);

    impl<N: Copy + Ord> Checkpointer<N> {
        /// Checks an explicit checkpoint.
        ///
        /// # Errors
        /// Out of the permitted range.
        pub(crate) fn check(&self, number: N) -> Result<ToStore<N>, CheckpointError> {
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
        pub(crate) fn prepare(&self, number: N) -> Result<Prepared<N>, CheckpointError> {
            self.check(number).map(|_| Prepared(number))
        }
        /// What redeeming a prepared checkpoint stores.
        ///
        /// # Errors
        /// A later one was redeemed before.
        pub(crate) fn redeem(&self, prepared: Prepared<N>) -> Result<ToStore<N>, CheckpointError> {
            self.check(prepared.0)
        }
    }

    /// Reads a checkpoint as an application gives it: the number of a record of this shard, no sentinel.
    ///
    /// # Errors
    /// Not a number, or one of another shard.
    pub(crate) fn parse(text: &str, shard: ShardId) -> Result<SequenceNumber, CheckpointError> {
        match Checkpoint::parse(text) {
            Some(Checkpoint::At(number)) if number.shard() == shard => Ok(number),
            Some(Checkpoint::At(_)) => Err(CheckpointError::OtherShard),
            _ => Err(CheckpointError::NotASequenceNumber),
        }
    }
}
