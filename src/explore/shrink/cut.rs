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

/// A way to make a file smaller.
pub(super) struct Pass {
    /// What it is called: its file, with `-` for `_`.
    pub(super) name: &'static str,
    /// What it does, in words.
    pub(super) about: &'static str,
    /// Tries it as far as it goes.
    pub(super) go: fn(&mut Cut<'_>),
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

    /// Lowers a value as far as it goes: to the lowest at once, or else by halving the steps that are left. `steps` are
    /// those below the file's own, growing.
    pub(super) fn lower<T>(&mut self, steps: impl Fn(&File) -> Vec<T>, set: impl Fn(&mut File, T)) {
        let mut refused = 0;
        loop {
            let mut left = steps(&self.file);
            if refused >= left.len() {
                return;
            }
            let place = if refused == 0 { 0 } else { usize::midpoint(refused, left.len()) };
            let step = left.swap_remove(place);
            if !self.takes_with(|file| set(file, step)) {
                refused = place + 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::draft;

    /// Lowers the shards of a file that fails when `fails` says so; what is left, and what was tried.
    fn lowered(fails: impl Fn(u32) -> bool) -> (u32, Vec<u32>) {
        let source = "name = \"x\"\nduration = \"1m\"\n[stream.s]\nshards = 100\n";
        let draft = draft(source, "x.toml", None).unwrap_or_else(|d| panic!("{d}"));
        let shards = |file: &File| file.stream["s"].shards;
        let mut tried = Vec::new();
        let mut failing_seed = |file: &File| {
            tried.push(shards(file));
            fails(shards(file)).then(|| file.seed.clone())
        };
        let mut cut = Cut::new(draft.file, &draft.drafting, &mut failing_seed);
        let set = |file: &mut File, n| file.stream.get_mut("s").expect("it is there").shards = n;
        cut.lower(|file| (1..shards(file)).collect(), set);
        (shards(cut.file()), tried)
    }

    #[test]
    fn a_value_is_lowered_in_few_tries_to_where_one_step_less_does_not_fail() {
        assert_eq!(lowered(|_| true), (1, vec![1]));
        let (left, tried) = lowered(|shards| shards >= 37);
        assert!(left == 37 && tried.len() < 10 && tried.contains(&36), "{left}: {tried:?}");
        let (left, tried) = lowered(|shards| shards >= 100);
        assert!(left == 100 && tried.len() < 10 && tried.contains(&99), "{left}: {tried:?}");
    }
}
