//! A vector indexed by the small numbers of `base::ids`, which grows as numbers appear.

use std::ops::{Deref, DerefMut};

/// Values by index; reads are those of a slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ById<T>(Vec<T>);

impl<T> Default for ById<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Default> ById<T> {
    /// The value at `index`, which the vector grows to hold.
    pub(crate) fn slot(&mut self, index: usize) -> &mut T {
        if index >= self.0.len() {
            self.0.resize_with(index + 1, T::default);
        }
        &mut self.0[index]
    }
}

impl<T> Deref for ById<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}
impl<T> DerefMut for ById<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}
