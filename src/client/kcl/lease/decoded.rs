//! Lease rows decoded once, however many workers scan them.
//!
//! Every worker of an application scans the whole table every few seconds, and most rows are the same item as in the
//! scan before. What an item says does not depend on who reads it, so the workers share what was decoded last.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use crate::base::item::Item;
use crate::base::lease_row::Lease;

/// The rows of an application's table in the order of a scan, as they were last decoded.
#[derive(Debug, Default)]
pub(crate) struct DecodedRows(RefCell<Vec<Row>>);

/// An item, and the lease that it is, if it is a well-formed one.
type Row = (Arc<Item>, Option<Rc<Lease>>);

impl DecodedRows {
    /// The lease that is `place`-th of a scan; `None` when it is not well-formed.
    pub(crate) fn lease(&self, place: usize, item: &Arc<Item>) -> Option<Rc<Lease>> {
        let mut rows = self.0.borrow_mut();
        match rows.get_mut(place) {
            Some((known, lease)) if Arc::ptr_eq(known, item) => return lease.clone(),
            Some(row) => *row = decode(item),
            None => rows.push(decode(item)),
        }
        rows.get(place).and_then(|(_, lease)| lease.clone())
    }

    /// A scan has ended with so many rows: what was behind them is gone.
    pub(crate) fn end(&self, rows: usize) {
        self.0.borrow_mut().truncate(rows);
    }
}

fn decode(item: &Arc<Item>) -> Row {
    (item.clone(), Lease::from_item(item).map(Rc::new))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ShardId;
    use crate::base::lease_row::Checkpoint;

    fn row(shard: u32) -> Arc<Item> {
        Arc::new(Lease::new(ShardId(shard), Checkpoint::TrimHorizon, Vec::new(), None).to_item())
    }

    #[test]
    fn an_item_is_decoded_once_and_another_in_its_place_anew() {
        let (rows, first, second) = (DecodedRows::default(), row(1), row(2));
        let shard = |item| rows.lease(0, item).map(|lease| lease.shard);
        let known = rows.lease(0, &first).expect("a lease");
        assert!(Rc::ptr_eq(&known, &rows.lease(0, &first).expect("a lease")));
        assert_eq!(shard(&second), Some(ShardId(2)));
        assert_eq!(shard(&first), Some(ShardId(1)), "a worker that reads an older version");
        assert_eq!(rows.lease(1, &Arc::new(Item::new())), None, "not a lease");
        rows.end(1);
        assert_eq!(rows.0.borrow().len(), 1);
    }
}
