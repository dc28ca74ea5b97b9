//! `table-answers-have-an-order`: some order of the calls explains every answer of a table, that is, each item is
//! linearizable.
//!
//! Judged from outside, by what clients have sent and heard: see [`history`](crate::check::history).

use crate::base::{Event, EventKind, SimTime};
use crate::check::history::History;
use crate::check::lens::Lens;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// What is remembered of the run to judge this.
pub(super) struct TableAnswersHaveAnOrder {
    history: History,
}

impl Invariant for TableAnswersHaveAnOrder {
    const NAME: &'static str = "table-answers-have-an-order";
    const PROMISE: &'static str =
        "some order of the calls on an item explains every answer that its callers have heard (linearizability)";
    const HEARS: &'static [EventKind] = &[EventKind::ItemWritten, EventKind::MessageDuplicated];

    fn new(settings: &CheckSettings) -> Self {
        Self { history: settings.history.clone() }
    }
}

impl Check for TableAnswersHaveAnOrder {
    fn on(&mut self, _: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::ItemWritten { table, host, .. } if !self.history.sees(host) => {
                self.history.table_is_written_by_others(&lens.names.table(table));
            }
            Event::MessageDuplicated { from, operation, .. } => self.history.duplicated(from, operation),
            _ => {}
        }
    }
    fn result(&self, lens: &Lens) -> CheckResult {
        let (findings, judged) = self.history.of_rows(lens);
        findings.result(Self::NAME, judged, || format!("{judged} answers have an order that explains them"))
    }
}
