//! The records of a shard over time: how many had arrived by when, as far as somebody has yet to read them.

use std::collections::VecDeque;

use super::amount::{Micro, Rate, Us, amount, time_for};

/// A stretch in which records arrive at one rate.
#[derive(Clone, Copy, Debug)]
struct Piece {
    from: Us,
    /// What had arrived before.
    count: Micro,
    rate: Rate,
    /// Mean bytes of a record.
    bytes_each: u64,
}

/// What has arrived in a shard.
#[derive(Clone, Debug, Default)]
pub(super) struct Curve {
    pieces: VecDeque<Piece>,
    /// The end of the last piece, and what had arrived by then.
    end: Us,
    count: Micro,
}

impl Curve {
    /// Records go on arriving at a rate until `to`.
    pub(super) fn extend(&mut self, to: Us, rate: Rate, accepted: Micro, bytes_each: u64) {
        let same = |last: &Piece| last.rate == rate && last.bytes_each == bytes_each;
        if !self.pieces.back().is_some_and(same) {
            self.pieces.push_back(Piece { from: self.end, count: self.count, rate, bytes_each });
        }
        self.end = to;
        self.count += accepted;
    }
    /// All that has arrived.
    pub(super) fn count(&self) -> Micro {
        self.count
    }
    /// What had arrived by a time.
    pub(super) fn at(&self, time: Us) -> Micro {
        if time >= self.end {
            return self.count;
        }
        match self.piece_of(|piece| piece.from <= time) {
            Some((piece, next)) => (piece.count + amount(piece.rate, time.saturating_sub(piece.from))).min(next),
            None => 0,
        }
    }
    /// When the record at a position arrived.
    pub(super) fn arrival(&self, position: Micro) -> Us {
        match self.piece_of(|piece| piece.count <= position) {
            Some((piece, _)) => {
                let after = piece.from.saturating_add(time_for(position.saturating_sub(piece.count), piece.rate));
                after.min(self.end)
            }
            None => 0,
        }
    }
    /// Mean bytes of the records at a position.
    pub(super) fn bytes_each(&self, position: Micro) -> u64 {
        self.piece_of(|piece| piece.count <= position).map_or(0, |(piece, _)| piece.bytes_each)
    }
    /// The last piece for which this holds (for all before too), and what had arrived by its end.
    fn piece_of(&self, holds: impl Fn(&Piece) -> bool) -> Option<(Piece, Micro)> {
        let last = self.pieces.len().checked_sub(1)?;
        // Who keeps up is in the last piece or the one before.
        let mut at = last;
        if !holds(&self.pieces[at]) {
            at = self.pieces.partition_point(holds).checked_sub(1)?;
        }
        let next = self.pieces.get(at + 1).map_or(self.count, |next| next.count);
        Some((self.pieces[at], next))
    }
    /// The rate of the last piece, and since when it has held.
    pub(super) fn present(&self) -> (Rate, Us) {
        self.pieces.back().map_or((0, 0), |piece| (piece.rate, piece.from))
    }
    /// Forgets what lies below a position.
    pub(super) fn forget_below(&mut self, position: Micro) {
        while self.pieces.get(1).is_some_and(|next| next.count <= position) {
            self.pieces.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fluid::amount::{ONE, SECOND};

    #[test]
    fn positions_and_times_are_each_others_inverse() {
        let mut curve = Curve::default();
        curve.extend(10 * SECOND, 5 * ONE, 50 * ONE, 100);
        curve.extend(20 * SECOND, 0, 0, 100);
        curve.extend(30 * SECOND, 10 * ONE, 100 * ONE, 200);
        assert_eq!(curve.at(4 * SECOND), 20 * ONE);
        assert_eq!(curve.at(15 * SECOND), 50 * ONE);
        assert_eq!(curve.at(21 * SECOND), 60 * ONE);
        assert_eq!(curve.arrival(60 * ONE), 21 * SECOND);
        assert_eq!(curve.bytes_each(60 * ONE), 200);
        curve.forget_below(50 * ONE);
        assert_eq!(curve.at(21 * SECOND), 60 * ONE);
    }
}
