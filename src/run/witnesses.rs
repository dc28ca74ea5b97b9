//! Two who watch the calls of a run as one.

use std::cell::RefCell;
use std::rc::Rc;

use slab::Slab;

use crate::aws::{Cloud, Reply, Request};
use crate::base::{HostId, SimTime};
use crate::world::Witness;

/// Both hear of every call that they want to hear of.
pub(super) struct Both {
    first: Rc<dyn Witness<Cloud>>,
    second: Rc<dyn Witness<Cloud>>,
    /// What each calls a call.
    numbers: RefCell<Slab<(Option<u32>, Option<u32>)>>,
}

impl Both {
    pub(super) fn new(first: Rc<dyn Witness<Cloud>>, second: Rc<dyn Witness<Cloud>>) -> Self {
        Self { first, second, numbers: RefCell::default() }
    }
}

impl Witness<Cloud> for Both {
    fn sent(&self, at: SimTime, host: HostId, request: &Request) -> Option<u32> {
        let numbers = (self.first.sent(at, host, request), self.second.sent(at, host, request));
        (numbers != (None, None)).then(|| self.numbers.borrow_mut().insert(numbers) as u32)
    }
    fn ended(&self, at: SimTime, number: u32, reply: Option<&Reply>) {
        let (first, second) = self.numbers.borrow_mut().remove(number as usize);
        if let Some(first) = first {
            self.first.ended(at, first, reply);
        }
        if let Some(second) = second {
            self.second.ended(at, second, reply);
        }
    }
}
