//! Several runs at once. A run keeps to one thread, so what it does is the same whatever runs beside it; what comes
//! of them is taken in their order.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, mpsc};
use std::thread::{self, Builder};

/// That of a process's first thread on Linux.
const STACK_BYTES: usize = 8 << 20;

/// Works on all items, `jobs` at a time, and hands what comes of them to `take` in the order of the items. Once `take`
/// fails no further item is begun.
pub(crate) fn in_order<T: Send, R: Send>(
    items: impl Iterator<Item = T> + Send,
    jobs: usize,
    work: impl Fn(T) -> R + Sync,
    mut take: impl FnMut(R) -> io::Result<()>,
) -> io::Result<()> {
    let mut items = items;
    if jobs <= 1 {
        return items.try_for_each(|item| take(work(item)));
    }
    let waiting = Mutex::new(items.enumerate());
    let next = || waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
    thread::scope(|scope| {
        let (done, all_done) = mpsc::channel();
        for _ in 0..jobs {
            let (done, next, work) = (done.clone(), &next, &work);
            let until_all_is_done = move || {
                while let Some((place, item)) = next() {
                    if done.send((place, work(item))).is_err() {
                        break;
                    }
                }
            };
            Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, until_all_is_done)?;
        }
        drop(done);
        let mut early = BTreeMap::new();
        let mut next_place = 0;
        for (place, result) in all_done {
            early.insert(place, result);
            while let Some(result) = early.remove(&next_place) {
                take(result)?;
                next_place += 1;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_first_waits_for_those_before_it() {
        // The first item is done only when the second is: two threads are at work.
        let (second_done, wait) = mpsc::channel();
        let wait = Mutex::new(wait);
        let mut taken = Vec::new();
        let work = |item: u32| {
            match item {
                0 => wait.lock().expect("nobody panicked").recv().expect("the second item says so"),
                1 => second_done.send(()).expect("the first item waits"),
                _ => {}
            }
            item * 10
        };
        let take = |result| {
            taken.push(result);
            Ok(())
        };
        in_order([0, 1, 2, 3].into_iter(), 2, work, take).expect("taken");
        assert_eq!(taken, [0, 10, 20, 30]);
    }

    #[test]
    fn nothing_more_is_begun_once_nobody_takes() {
        let begun = Mutex::new(0);
        let work = |_| *begun.lock().expect("nobody panicked") += 1;
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        assert!(in_order(0..1000, 1, work, |()| Err(gone())).is_err());
        assert_eq!(*begun.lock().expect("nobody panicked"), 1);
    }
}
