//! Whether the answers to the calls on one item of a table have an order that explains them.
//!
//! That is linearizability: each call takes effect at one instant between its start and its answer. One item at a
//! time is enough, for a system is linearizable when each of its objects is (Herlihy and Wing, "Linearizability: a
//! correctness condition for concurrent objects", 1990). The search is that of Wing and Gong ("Testing and verifying
//! concurrent objects", 1993) in the form that Lowe gives it ("Testing for linearizability", 2017): when an answer
//! comes, every state that the item could be in goes on through the calls that are still open, in any order, as far as
//! that answer wants it; the states that cannot explain it are dropped, and when none is left the answer is wrong.
//!
//! A write whose answer was never heard may have taken effect at any time since, or never will.

use std::sync::Arc;

use crate::aws::dynamodb::{Effect, OneItem};
use crate::base::HostId;
use crate::base::item::Item;

/// More states than these at a time, or more looks at a call for one answer, and the item is not judged any more.
const STATES_MAX: usize = 256;
const LOOKS_MAX: usize = 20_000;

type State = Option<Arc<Item>>;

/// What a caller has heard.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// The write was done.
    Done,
    /// Its condition was false.
    Refused,
    /// The item, as it was read.
    Read(State),
    /// An error that says that nothing was done.
    Nothing,
}

/// A call that is open.
struct Open {
    number: u32,
    call: OneItem,
    /// Whether nobody will hear its answer any more.
    is_unheard: bool,
}

/// One way in which the item may have come to be as it is.
#[derive(Clone, Debug, PartialEq)]
struct Path {
    /// The states since the oldest call that is open and will be answered was sent; the last is the present one.
    states: Vec<State>,
    /// For each such call, which of the states was the present one when it was sent.
    since: Vec<(u32, usize)>,
    /// Open calls that have taken effect.
    done: Vec<u32>,
}

impl Path {
    fn present(&self) -> &State {
        let Some(state) = self.states.last() else { unreachable!("a path ends somewhere") };
        state
    }
    /// The same path after an open write that takes effect now; `None` if it cannot.
    fn through(&self, write: &Open) -> Option<Self> {
        let Some(Effect::Done(after)) = write.call.effect(self.present().as_ref()) else { return None };
        let mut next = self.clone();
        next.states.push(after);
        next.done.push(write.number);
        next.done.sort_unstable();
        Some(next)
    }
    /// Forgets a call, and the states that only it had to know.
    fn forget(&mut self, number: u32) {
        self.done.retain(|done| *done != number);
        self.since.retain(|(open, _)| *open != number);
        let present = self.states.len() - 1;
        let oldest = self.since.iter().map(|(_, since)| *since).min().unwrap_or(present);
        self.states.drain(..oldest);
        self.since.iter_mut().for_each(|(_, since)| *since -= oldest);
    }
    /// Whether the item was at some time since the call was sent as `is` has it.
    fn was(&self, number: u32, is: impl Fn(&State) -> bool) -> bool {
        let since = self.since.iter().find(|(open, _)| *open == number).map_or(0, |(_, since)| *since);
        self.states[since..].iter().any(is)
    }
}

/// An item, from the first call on.
pub(super) struct Row {
    open: Vec<Open>,
    paths: Vec<Path>,
    is_judged: bool,
}

/// An answer that no order of the calls explains.
#[derive(Debug)]
pub(super) struct Unexplained {
    /// What the item may have been, in one of the ways that were left.
    pub(super) present: State,
}

impl Row {
    /// An item that is not there.
    pub(super) fn new() -> Self {
        let nothing = Path { states: vec![None], since: Vec::new(), done: Vec::new() };
        Self { open: Vec::new(), paths: vec![nothing], is_judged: true }
    }

    /// Returns whether its answers are judged: not once there were too many ways to tell.
    pub(super) fn is_judged(&self) -> bool {
        self.is_judged
    }

    /// Judges it no more: there are too many ways to tell.
    pub(super) fn give_up(&mut self) {
        *self = Self { is_judged: false, ..Self::new() };
    }

    pub(super) fn sent(&mut self, number: u32, call: OneItem) {
        if self.is_judged {
            self.paths.iter_mut().for_each(|path| path.since.push((number, path.states.len() - 1)));
            self.open.push(Open { number, call, is_unheard: false });
        }
    }

    /// The request was delivered once more, and nobody will hear of that.
    pub(super) fn sent_again(&mut self, number: u32, again: u32) {
        if let Some(call) = self.open.iter().find(|open| open.number == number).map(|open| open.call.clone()) {
            self.sent(again, call);
            self.unheard(again);
        }
    }

    /// Nobody will hear what became of the call.
    pub(super) fn unheard(&mut self, number: u32) {
        let Some(open) = self.open.iter_mut().find(|open| open.number == number) else { return };
        open.is_unheard = true;
        if open.call.is_read() {
            self.open.retain(|open| open.number != number);
        }
        for path in &mut self.paths {
            let is_done = path.done.contains(&number);
            path.forget(number);
            // It stays among those that have taken effect, or it could once more.
            path.done.extend(is_done.then_some(number));
            path.done.sort_unstable();
        }
        self.merge();
    }

    /// The call was answered.
    ///
    /// # Errors
    /// No order of the calls explains the answer.
    pub(super) fn answered(&mut self, number: u32, answer: &Answer) -> Result<(), Unexplained> {
        let Some(at) = self.open.iter().position(|open| open.number == number).filter(|_| self.is_judged) else {
            return Ok(());
        };
        if self.follows_plainly(at, answer) {
            return Ok(());
        }
        let before = self.paths.first().map(|path| path.present().clone());
        let Some(paths) = self.explain(at, answer) else {
            self.give_up();
            return Ok(());
        };
        self.paths = paths;
        self.open.remove(at);
        self.paths.iter_mut().for_each(|path| path.forget(number));
        self.merge();
        match self.paths.is_empty() {
            true => {
                self.give_up();
                Err(Unexplained { present: before.flatten() })
            }
            false => Ok(()),
        }
    }

    /// What nearly every answer does: nothing else was asked meanwhile, the present state of the only path explains
    /// it, and no search is needed. Returns whether it was so.
    fn follows_plainly(&mut self, at: usize, answer: &Answer) -> bool {
        let ([asked], [path]) = (&self.open[..], &mut self.paths[..]) else { return false };
        let ([present], []) = (&mut path.states[..], &path.done[..]) else { return false };
        let does_follow = match answer {
            Answer::Read(item) => item == present,
            Answer::Nothing => true,
            Answer::Refused => asked.call.effect(present.as_ref()) == Some(Effect::Refused),
            Answer::Done => match asked.call.effect(present.as_ref()) {
                Some(Effect::Done(after)) => {
                    *present = after;
                    true
                }
                _ => false,
            },
        };
        if does_follow {
            self.open.remove(at);
            path.since.clear();
        }
        does_follow
    }

    /// The paths that explain an answer; `None` when there are too many to look at.
    fn explain(&self, at: usize, answer: &Answer) -> Option<Vec<Path>> {
        let asked = &self.open[at];
        let is_so = |state: &State| match answer {
            Answer::Read(item) => item == state,
            _ => asked.call.effect(state.as_ref()) == Some(Effect::Refused),
        };
        let (mut found, mut seen, mut left) = (Vec::new(), Vec::new(), self.paths.clone());
        let mut looks = 0;
        while let Some(path) = left.pop() {
            if seen.contains(&path) {
                continue;
            }
            let is_done = path.done.contains(&asked.number);
            match answer {
                Answer::Nothing if is_done => {}
                Answer::Nothing => found.push(path.clone()),
                Answer::Done if is_done => found.push(path.clone()),
                Answer::Done => found.extend(path.through(asked)),
                Answer::Refused | Answer::Read(_) if is_done => {}
                Answer::Refused | Answer::Read(_) if path.was(asked.number, is_so) => found.push(path.clone()),
                Answer::Refused | Answer::Read(_) => {}
            }
            if !matches!(answer, Answer::Nothing) && !is_done {
                let others = self.open.iter().filter(|open| open.number != asked.number && !open.call.is_read());
                let others = others.filter(|open| !path.done.contains(&open.number));
                looks += self.open.len();
                // What nobody hears of, and changes nothing, is as if it never were.
                let matters = |open: &Open, next: &Path| !open.is_unheard || next.present() != path.present();
                left.extend(others.filter_map(|open| path.through(open).filter(|next| matters(open, next))));
            }
            seen.push(path);
            if looks > LOOKS_MAX || seen.len() > STATES_MAX {
                return None;
            }
        }
        Some(found)
    }

    /// Ways that differ in nothing are one, and what has taken effect in all of them is over, unless it is to be heard
    /// of.
    fn merge(&mut self) {
        let mut merged: Vec<Path> = Vec::with_capacity(self.paths.len());
        for path in self.paths.drain(..) {
            if !merged.contains(&path) {
                merged.push(path);
            }
        }
        let is_over = |open: &Open| open.is_unheard && merged.iter().all(|path| path.done.contains(&open.number));
        let over: Vec<u32> = self.open.iter().filter(|open| is_over(open)).map(|open| open.number).collect();
        self.open.retain(|open| !over.contains(&open.number));
        merged.iter_mut().for_each(|path| path.done.retain(|done| !over.contains(done)));
        self.paths = merged;
    }
}

/// Who has called, and by which operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller {
    pub(super) host: HostId,
    pub(super) operation: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::dynamodb::api::{Comparator, Condition, Key, Returns, Update};
    use crate::aws::dynamodb::{DeleteItem, GetItem, PutItem, Request, UpdateItem};
    use crate::base::TableName;
    use crate::base::item::AttributeValue;

    fn table() -> TableName {
        "leases".parse().expect("a name")
    }
    fn key() -> Key {
        Key::of("leaseKey", AttributeValue::s("shardId-000000000000"))
    }
    fn item(counter: i64) -> State {
        Some(Arc::new(key().attributes().clone().with("leaseCounter", AttributeValue::n(counter))))
    }
    fn put() -> OneItem {
        let (item, condition) = (Item::clone(&item(0).expect("one")), Some(Condition::NotExists("leaseKey".into())));
        let put = PutItem { table: table(), item, condition, returns: Returns::default() };
        OneItem::put(&Request::PutItem(put), "leaseKey").expect("a put")
    }
    /// A renewal: the counter is one more, if it is what the worker knows.
    fn renew(from: i64) -> OneItem {
        let condition = Some(Condition::compare("leaseCounter", Comparator::Eq, AttributeValue::n(from)));
        let updates = vec![Update::set("leaseCounter", AttributeValue::n(from + 1))];
        let returns = Returns::default();
        let update = UpdateItem { table: table(), key: key(), updates, is_older: false, condition, returns };
        OneItem::of(&Request::UpdateItem(update)).expect("an update")
    }
    fn read() -> OneItem {
        let get = GetItem { table: table(), key: key(), consistent: true, shown: Vec::new() };
        OneItem::of(&Request::GetItem(get)).expect("a read")
    }
    fn delete() -> OneItem {
        let delete = DeleteItem { table: table(), key: key(), condition: None, returns: Returns::default() };
        OneItem::of(&Request::DeleteItem(delete)).expect("a delete")
    }

    enum Step {
        Sent(u32, Box<OneItem>),
        Heard(u32, Answer),
        Unheard(u32),
    }
    use Answer::{Done, Nothing, Read, Refused};
    use Step::{Heard, Sent, Unheard};

    /// Whether the answers have an order that explains them, on a row that was put before.
    fn has_an_order(steps: impl IntoIterator<Item = Step>) -> bool {
        let mut row = Row::new();
        let put = [Sent(0, Box::new(put())), Heard(0, Done)];
        let explained = put.into_iter().chain(steps).all(|step| match step {
            Sent(number, call) => {
                row.sent(number, *call);
                true
            }
            Heard(number, answer) => row.answered(number, &answer).is_ok(),
            Unheard(number) => {
                row.unheard(number);
                true
            }
        });
        assert!(!explained || row.is_judged, "it was judged to the end");
        explained
    }

    #[test]
    fn calls_one_after_the_other_are_explained_by_their_order_only() {
        assert!(has_an_order([
            Sent(1, Box::new(renew(0))),
            Heard(1, Done),
            Sent(2, Box::new(read())),
            Heard(2, Read(item(1)))
        ]));
        assert!(has_an_order([
            Sent(1, Box::new(renew(0))),
            Heard(1, Done),
            Sent(2, Box::new(renew(0))),
            Heard(2, Refused)
        ]));
        assert!(has_an_order([
            Sent(1, Box::new(delete())),
            Heard(1, Done),
            Sent(2, Box::new(renew(0))),
            Heard(2, Refused)
        ]));
        let twice = [Sent(1, Box::new(renew(0))), Heard(1, Done), Sent(2, Box::new(renew(0))), Heard(2, Done)];
        assert!(!has_an_order(twice), "a condition that did not keep a second writer out");
        let refused = [Sent(1, Box::new(renew(0))), Heard(1, Refused)];
        assert!(!has_an_order(refused), "a condition that was true");
    }

    #[test]
    fn a_consistent_read_that_is_stale_has_no_order() {
        assert!(!has_an_order([
            Sent(1, Box::new(renew(0))),
            Heard(1, Done),
            Sent(2, Box::new(read())),
            Heard(2, Read(item(0)))
        ]));
        let overlapping =
            [Sent(2, Box::new(read())), Sent(1, Box::new(renew(0))), Heard(1, Done), Heard(2, Read(item(0)))];
        assert!(has_an_order(overlapping), "it may have been read before the write took effect");
    }

    #[test]
    fn a_refused_write_that_was_done_has_no_order() {
        let throttled =
            [Sent(1, Box::new(renew(0))), Heard(1, Nothing), Sent(2, Box::new(read())), Heard(2, Read(item(1)))];
        assert!(!has_an_order(throttled));
        let seen_early =
            [Sent(1, Box::new(renew(0))), Sent(2, Box::new(read())), Heard(2, Read(item(1))), Heard(1, Nothing)];
        assert!(!has_an_order(seen_early), "it was seen before the error came");
    }

    #[test]
    fn a_write_whose_answer_was_lost_takes_effect_at_any_time_or_never_but_once() {
        let lost = || [Sent(1, Box::new(renew(0))), Unheard(1)];
        let then = |steps: Vec<Step>| has_an_order(lost().into_iter().chain(steps));
        assert!(then(vec![Sent(2, Box::new(read())), Heard(2, Read(item(0)))]));
        assert!(then(vec![Sent(2, Box::new(read())), Heard(2, Read(item(1)))]));
        let late = vec![
            Sent(2, Box::new(read())),
            Heard(2, Read(item(0))),
            Sent(3, Box::new(read())),
            Heard(3, Read(item(1))),
        ];
        assert!(then(late), "it arrived between the two");
        let back = vec![
            Sent(2, Box::new(read())),
            Heard(2, Read(item(1))),
            Sent(3, Box::new(read())),
            Heard(3, Read(item(0))),
        ];
        assert!(!then(back), "what was seen stays");
        let again = [Sent(2, Box::new(delete())), Heard(2, Done), Sent(3, Box::new(put())), Heard(3, Done)];
        let twice = [Sent(4, Box::new(read())), Heard(4, Read(item(1)))];
        let seen = vec![Sent(5, Box::new(read())), Heard(5, Read(item(1)))];
        assert!(!then(seen.into_iter().chain(again).chain(twice).collect()), "it has taken effect before");
    }

    #[test]
    fn a_request_that_was_delivered_twice_may_take_effect_twice() {
        let mut row = Row::new();
        let mut ends = |number, call: OneItem, answer| {
            row.sent(number, call);
            if number == 1 {
                row.sent_again(1, 9);
            }
            row.answered(number, &answer).is_ok()
        };
        assert!(ends(0, put(), Done) && ends(1, delete(), Done) && ends(2, put(), Done));
        assert!(ends(3, read(), Read(None)), "the copy came late");
        assert!(ends(4, put(), Done));
        assert!(!ends(5, read(), Read(None)), "there was one copy");
    }

    #[test]
    fn a_row_that_others_write_is_not_judged() {
        let mut row = Row::new();
        row.give_up();
        row.sent(1, renew(5));
        assert!(row.answered(1, &Done).is_ok() && !row.is_judged());
    }
}
