//! State by two small numbers, such as stream and shard: a look-up is two bounds checks.

use std::collections::BTreeMap;

/// A growing two-dimensional array of `T`.
#[derive(Default)]
pub(crate) struct Grid<T> {
    rows: Vec<Vec<T>>,
}

impl<T: Default> Grid<T> {
    /// The cell, made if need be.
    #[inline]
    pub(crate) fn at(&mut self, row: usize, column: usize) -> &mut T {
        if self.rows.get(row).is_none_or(|cells| cells.len() <= column) {
            self.grow(row, column);
        }
        &mut self.rows[row][column]
    }
    #[cold]
    fn grow(&mut self, row: usize, column: usize) {
        if self.rows.len() <= row {
            self.rows.resize_with(row + 1, Vec::new);
        }
        self.rows[row].resize_with(column + 1, T::default);
    }
    /// The cell, if it was ever made.
    pub(crate) fn get(&self, row: usize, column: usize) -> Option<&T> {
        self.rows.get(row)?.get(column)
    }
    /// The cells of a row.
    pub(crate) fn row(&self, row: usize) -> &[T] {
        self.rows.get(row).map_or(&[], |cells| cells)
    }
    /// The cells of a row, to be changed.
    pub(crate) fn row_mut(&mut self, row: usize) -> &mut [T] {
        self.rows.get_mut(row).map_or(&mut [], |cells| cells)
    }
    /// Every cell with its row and column.
    pub(crate) fn cells_mut(&mut self) -> impl Iterator<Item = (usize, usize, &mut T)> {
        let rows = self.rows.iter_mut().enumerate();
        rows.flat_map(|(r, cells)| cells.iter_mut().enumerate().map(move |(c, cell)| (r, c, cell)))
    }
}

/// State by two small numbers that is there for a moment only: where a row has none, a look-up touches the row alone.
pub(crate) struct Sparse<T> {
    rows: Vec<BTreeMap<usize, T>>,
}

impl<T> Default for Sparse<T> {
    fn default() -> Self {
        Self { rows: Vec::new() }
    }
}

impl<T> Sparse<T> {
    /// Puts a cell in the place of what was there.
    pub(crate) fn set(&mut self, row: usize, column: usize, cell: T) {
        if self.rows.len() <= row {
            self.rows.resize_with(row + 1, BTreeMap::new);
        }
        self.rows[row].insert(column, cell);
    }
    /// The cell, if it is there.
    pub(crate) fn get(&self, row: usize, column: usize) -> Option<&T> {
        self.rows.get(row)?.get(&column)
    }
    /// Takes the cell away.
    pub(crate) fn remove(&mut self, row: usize, column: usize) {
        if let Some(cells) = self.rows.get_mut(row) {
            cells.remove(&column);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_appear_when_asked_for_and_stay() {
        let mut grid = Grid::<u32>::default();
        *grid.at(2, 3) = 7;
        *grid.at(2, 1) = 5;
        assert_eq!(grid.row(2), [0, 5, 0, 7]);
        assert_eq!((grid.get(0, 0), grid.get(2, 3), grid.row(9).len()), (None, Some(&7), 0));
        assert_eq!(grid.cells_mut().filter(|(_, _, n)| **n > 0).count(), 2);
    }

    #[test]
    fn what_is_there_for_a_moment_is_there_until_it_is_removed() {
        let mut sparse = Sparse::default();
        sparse.set(2, 3, 7);
        sparse.set(2, 3, 8);
        sparse.remove(5, 0);
        assert_eq!((sparse.get(2, 3), sparse.get(2, 1), sparse.get(9, 3)), (Some(&8), None, None));
        sparse.remove(2, 3);
        assert_eq!(sparse.get(2, 3), None);
    }
}
