//! `table-answers-have-an-order`: some order of the calls explains every answer of a table, that is, each item is
//! linearizable.
//!
//! Judged from outside, by what clients have sent and heard: see [`history`](crate::check::history).

use crate::aws::dynamodb::OneItem;
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
            Event::ItemWritten { table, host, operation, .. }
                if !OneItem::is_written_by(operation) || !self.history.sees(host) =>
            {
                self.history.table_is_written_otherwise(&lens.names.table(table));
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::aws::dynamodb::api::{Capacity, Consumed, CreateTable, Error, Key, Response, Returns};
    use crate::aws::dynamodb::{self, DeleteItem, GetItem};
    use crate::aws::{Reply, Request};
    use crate::base::HostId;
    use crate::base::item::AttributeValue;
    use crate::check::Verdict;
    use crate::check::test_events::*;
    use crate::world::Witness;

    fn key() -> Key {
        Key::of("leaseKey", AttributeValue::s("shardId-000000000000"))
    }
    fn table() -> crate::base::TableName {
        "billing".parse().expect("a name")
    }
    fn delete() -> dynamodb::Request {
        let (condition, returns) = (None, Returns::default());
        dynamodb::Request::DeleteItem(DeleteItem { table: table(), key: key(), condition, returns })
    }
    fn read() -> dynamodb::Request {
        let get = GetItem { table: table(), key: key(), consistent: true, shown: Vec::new() };
        dynamodb::Request::GetItem(get)
    }
    fn done() -> dynamodb::Reply {
        Ok(Response::Item(None, Consumed::default()))
    }

    /// The result of calls of worker 1, a second apart, with what it heard.
    fn heard(calls: Vec<(dynamodb::Request, dynamodb::Reply)>) -> CheckResult {
        let history = History::default();
        let create = CreateTable::plain(table(), "leaseKey".into(), Capacity::OnDemand);
        let create = dynamodb::Request::CreateTable(create);
        assert_eq!(history.sent(SimTime::ZERO, WORKER_1, &Request::DynamoDb(Box::new(create))), None);
        for (second, (request, reply)) in (1..).zip(calls) {
            let at = SimTime::from_secs(second);
            let number = history.sent(at, WORKER_1, &Request::DynamoDb(Box::new(request))).expect("it is judged");
            history.ended(at, number, Some(&Reply::DynamoDb(reply)));
        }
        judge(TableAnswersHaveAnOrder { history }, [])
    }

    #[test]
    fn answers_that_one_order_explains_hold() {
        let result = heard(vec![(delete(), done()), (read(), done())]);
        assert_eq!((result.verdict, &*result.detail), (Verdict::Pass, "2 answers have an order that explains them"));
        assert_eq!(heard(Vec::new()).verdict, Verdict::Unknown);
    }

    #[test]
    fn an_answer_that_no_order_explains_is_found() {
        let there = Ok(Response::Item(Some(Arc::new(key().attributes().clone())), Consumed::default()));
        let result = heard(vec![(delete(), done()), (read(), there)]);
        let words = "GetItem of billing-1 on shardId-000000000000 of table billing heard another item; by all other \
                     calls it is not there";
        assert_eq!(evidence(&result), format!("0:00:02.000 {words}"));
        let refused = heard(vec![(delete(), Err(Error::ConditionalCheckFailed(None)))]);
        assert!(evidence(&refused).contains("heard that its condition is false"));
    }

    /// What is awaited of a read, after a write by that operation of a host that has called before or not.
    fn read_after(operation: &'static str, host: HostId) -> Option<u32> {
        let history = History::default();
        let create = CreateTable::plain(table(), "leaseKey".into(), Capacity::OnDemand);
        let create = Request::DynamoDb(Box::new(dynamodb::Request::CreateTable(create)));
        history.sent(SimTime::ZERO, WORKER_1, &create);
        let write = Event::ItemWritten { table: LEASES, host, operation, before: None, after: None };
        judge(TableAnswersHaveAnOrder { history: history.clone() }, [(500, write)]);
        history.sent(SimTime::from_secs(1), WORKER_1, &Request::DynamoDb(Box::new(read())))
    }

    #[test]
    fn a_table_that_is_written_by_calls_that_are_not_followed_is_not_judged() {
        assert!(read_after("UpdateItem", WORKER_1).is_some());
        assert_eq!(read_after("UpdateItem", WORKER_2), None, "nobody saw a call of it");
        assert_eq!(read_after("BatchWriteItem", WORKER_1), None);
        assert_eq!(read_after("TransactWriteItems", WORKER_1), None);
    }
}
