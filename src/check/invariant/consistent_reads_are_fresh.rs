//! `consistent-reads-are-fresh`: a consistent read of a table returns what was last written
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadConsistency.html>).

use crate::base::{Event, EventKind, SimTime};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct ConsistentReadsAreFresh {
    findings: Findings,
    read: u64,
}

impl Invariant for ConsistentReadsAreFresh {
    const NAME: &'static str = "consistent-reads-are-fresh";
    const PROMISE: &'static str = "a consistent read of a table returns what was last written";
    const HEARS: &'static [EventKind] = &[EventKind::UnitsConsumed, EventKind::StaleRead];

    fn new(_: &CheckSettings) -> Self {
        Self::default()
    }
}

impl Check for ConsistentReadsAreFresh {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::UnitsConsumed { read_half_units, .. } => self.read += u64::from(read_half_units > 0),
            Event::StaleRead { table, host, operation, is_consistent: true } => {
                let (table, host) = (lens.names.table(table), lens.names.host(host));
                self.findings.fail(at, || format!("a consistent {operation} of {host} on {table} was stale"));
            }
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        let held = || format!("none of {} reads was stale that may not be", self.read);
        self.findings.result(Self::NAME, self.read, held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    const READ: Event = Event::UnitsConsumed {
        table: LEASES,
        host: WORKER_1,
        operation: "GetItem",
        read_half_units: 2,
        write_units: 0,
    };

    fn stale(is_consistent: bool) -> Event {
        Event::StaleRead { table: LEASES, host: WORKER_1, operation: "GetItem", is_consistent }
    }

    #[test]
    fn only_an_eventually_consistent_read_may_be_stale() {
        let script = [(1, READ), (1, stale(false))];
        assert_eq!(judge(ConsistentReadsAreFresh::default(), script).verdict, Verdict::Pass);
        assert_eq!(judge(ConsistentReadsAreFresh::default(), []).verdict, Verdict::Unknown);
        let text = evidence(&judge(ConsistentReadsAreFresh::default(), [(1, READ), (1, stale(true))]));
        assert_eq!(text, "0:00:00.001 a consistent GetItem of billing-1 on billing was stale");
    }
}
