//! A file while it is cut down: what passes try, and what became of it.

use std::ops::Range;

use super::fit::fitted;
use crate::base::Seeds;
use crate::scenario::Drafting;
use crate::scenario::file::File;

/// The smallest file so far that fails.
pub(crate) struct Cut<'a> {
    file: File,
    drafting: &'a Drafting,
    /// The seed with which a file fails.
    failing_seed: &'a mut dyn FnMut(&File) -> Option<Seeds>,
}

impl<'a> Cut<'a> {
    pub(super) fn new(
        file: File,
        drafting: &'a Drafting,
        failing_seed: &'a mut dyn FnMut(&File) -> Option<Seeds>,
    ) -> Self {
        Self { file, drafting, failing_seed }
    }
    pub(super) fn file(&self) -> &File {
        &self.file
    }
    pub(super) fn drafting(&self) -> &Drafting {
        self.drafting
    }

    /// Goes on with this file if it fails as well. What no longer fits in it is left out.
    pub(super) fn takes(&mut self, candidate: File) -> bool {
        let Some(candidate) = fitted(candidate, self.drafting) else { return false };
        if candidate == self.file {
            return false;
        }
        let Some(seed) = (self.failing_seed)(&candidate) else { return false };
        self.file = File { seed, ..candidate };
        true
    }
    /// The same for the file with a change.
    pub(super) fn takes_with(&mut self, change: impl FnOnce(&mut File)) -> bool {
        let mut candidate = self.file.clone();
        change(&mut candidate);
        self.takes(candidate)
    }

    /// Drops what is not needed of a list: halves of it first, then smaller parts, and each entry at last.
    pub(super) fn drop_parts(&mut self, count: impl Fn(&File) -> usize, drop_part: impl Fn(&mut File, Range<usize>)) {
        let mut size = count(&self.file);
        while size > 0 {
            let mut at = 0;
            while at < count(&self.file) {
                let part = at..(at + size).min(count(&self.file));
                if !self.takes_with(|file| drop_part(file, part.clone())) {
                    at = part.end;
                }
            }
            size /= 2;
        }
    }

    /// Lowers a value as far as it goes: to the lowest at once, or step by step. `steps` are those below the file's
    /// own, growing.
    pub(super) fn lower<T>(&mut self, steps: impl Fn(&File) -> Vec<T>, set: impl Fn(&mut File, T)) {
        let mut first = steps(&self.file);
        if first.is_empty() || self.takes_with(|file| set(file, first.remove(0))) {
            return;
        }
        while let Some(next) = steps(&self.file).pop() {
            if !self.takes_with(|file| set(file, next)) {
                return;
            }
        }
    }
}
