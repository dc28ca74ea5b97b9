//! Vectors of the library's own tests that need a lease table: the renewer, the store, and leases for an empty
//! table.
//!
//! Vectors of the KCL 3 are left out, because this is the KCL 2.x: `checkpointOwner` and handoff, throughput on the
//! row, the lease assignment manager, scan segments. So is the one that adds a lease without a last increment: here a
//! lease that is held always has one.

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;

use super::behaviour::{settings, table, worker};
use crate::aws::dynamodb::PutItem;
use crate::aws::kinesis::{MergeShards, SplitShard};
use crate::base::event::ProcessingEnd;
use crate::base::item::{AttributeValue, Item};
use crate::base::{Event, SequenceNumber, ShardId, SimDuration, SimTime};
use crate::client::Cx;

use crate::aws::DYNAMODB;
use crate::aws::dynamodb::Request as TableRequest;
use crate::aws::dynamodb::api::{Capacity, Returns};
use crate::aws::kinesis::Request;
use crate::base::lease_row::{Checkpoint, Lease};
use crate::client::kcl::KclSettings;
use crate::client::kcl::lease::renewal::{LeaseRenewer, Stored};
use crate::client::kcl::lease::store::{LeaseStore, Owned};
use crate::client::kcl::shard_consumer::stronger;
use crate::client::poller::InitialPosition;
use crate::client::sdk::{RetryMode, Sdk};
use crate::client::testing::{Lab, clicks};
use crate::world::{Hosts, LinkEffect, LinkRule, LinkWay};

const FAILOVER: SimDuration = SimDuration::from_secs(10);

/// A worker called `foo`, and the table as it and others reach it.
#[derive(Clone)]
struct Script {
    cx: Cx,
    sdk: Rc<Sdk>,
    table: Rc<LeaseStore>,
    renewer: Rc<LeaseRenewer>,
}

fn sdk(cx: &Cx) -> Sdk {
    Sdk::new(cx.clone(), "dynamodb", RetryMode::None, SimDuration::from_secs(1))
}

impl Script {
    fn new(cx: &Cx) -> Self {
        let table = Rc::new(LeaseStore::new(sdk(cx), table(), true));
        let renewer = LeaseRenewer::new(cx.clone(), table.clone(), &settings());
        Self { cx: cx.clone(), sdk: Rc::new(sdk(cx)), table, renewer: Rc::new(renewer) }
    }
    /// The same worker with the planted bug: it takes a checkpoint back whose write failed.
    fn undoing(self) -> Self {
        let settings = KclSettings { is_failed_checkpoint_undone: true, ..settings() };
        let renewer = LeaseRenewer::new(self.cx.clone(), self.table.clone(), &settings);
        Self { renewer: Rc::new(renewer), ..self }
    }
    /// A row that `owner` took.
    async fn row(&self, shard: u32, owner: Option<&str>) -> Lease {
        let mut lease = Lease::new(ShardId(shard), Checkpoint::TrimHorizon, Vec::new(), None);
        assert_eq!(self.table.create_if_absent(&lease).await, Ok(true));
        if let Some(owner) = owner {
            assert_eq!(self.table.take(&mut lease, &owner.into()).await, Ok(true));
        }
        lease
    }
    /// A lease that `foo` holds.
    async fn hold(&self, shard: u32) -> Lease {
        let lease = self.row(shard, Some("foo")).await;
        self.renewer.add(lease.clone());
        lease
    }
    fn held(&self) -> Vec<u32> {
        self.renewer.held().into_iter().map(|(shard, _)| shard.0).collect()
    }
    fn token(&self, shard: u32) -> u64 {
        self.renewer.current(ShardId(shard)).expect("it is held").token
    }
    fn counter(&self, shard: u32) -> i64 {
        self.renewer.current(ShardId(shard)).expect("it is held").lease().counter
    }
    async fn stored(&self, shard: u32) -> Lease {
        self.table.get(ShardId(shard)).await.expect("an answer").expect("a row")
    }
    /// Cuts the host off from the table until [`Self::heal`].
    fn cut(&self) {
        let rule = LinkRule {
            clients: Hosts::Only(vec![self.cx.id()]),
            services: Hosts::Only(vec![DYNAMODB]),
            way: LinkWay::Both,
            operation: None,
            effect: LinkEffect::Lose(1.0),
        };
        self.cx.add_link_rule(1, rule);
    }
    /// Loses what the table answers until [`Self::heal`].
    fn cut_answers(&self) {
        let (clients, services) = (Hosts::Only(vec![self.cx.id()]), Hosts::Only(vec![DYNAMODB]));
        let (way, operation, effect) = (LinkWay::Replies, None, LinkEffect::Lose(1.0));
        self.cx.add_link_rule(1, LinkRule { clients, services, way, operation, effect });
    }
    fn heal(&self) {
        self.cx.remove_link_rule(1);
    }
}

fn number(index: u64) -> Checkpoint {
    Checkpoint::At(SequenceNumber::new(ShardId(1), 1_700_000_000, index, 1_700_000_000))
}

/// Runs a script to its end, on a table of its own.
fn play<F: Future<Output = ()> + 'static>(script: impl Fn(Script) -> F + 'static) {
    let lab = Lab::new(1);
    let is_over = Rc::new(Cell::new(false));
    let (over, script) = (is_over.clone(), Rc::new(script));
    lab.host("foo", move |cx| {
        let (over, script) = (over.clone(), script.clone());
        cx.clone().spawn(async move {
            let stage = Script::new(&cx);
            stage.table.create_table_and_wait(&cx, Capacity::OnDemand).await;
            script(stage).await;
            over.set(true);
        });
    });
    lab.run_until_s(1000);
    assert!(is_over.get(), "the script came to its end");
}

// ---- the renewer ----

#[test]
fn r1_a_renewal_counts_the_lease_up_and_keeps_it() {
    play(async |s: Script| {
        let taken = s.hold(1).await;
        s.renewer.renew_all().await;
        assert_eq!((s.held(), s.counter(1)), (vec![1], taken.counter + 1));
        assert_eq!(s.stored(1).await.counter, taken.counter + 1);
    });
}

#[test]
fn r2_a_lease_that_another_took_is_lost_and_older_copies_stay_as_they_were() {
    play(async |s: Script| {
        s.hold(1).await;
        let mut second = s.hold(2).await;
        let copy = s.renewer.current(ShardId(2)).expect("held").lease();
        assert_eq!(s.table.take(&mut second, &"bar".into()).await, Ok(true));
        s.renewer.renew_all().await;
        assert_eq!(s.held(), [1]);
        assert_eq!((copy.owner.as_deref(), copy.counter), (Some("foo"), second.counter - 1));
    });
}

#[test]
fn r3_a_checkpoint_counts_up_at_once_and_the_next_renewal_again() {
    play(async |s: Script| {
        let taken = s.hold(1).await;
        assert_eq!(s.renewer.store(ShardId(1), s.token(1), number(5), None).await, Stored::Yes);
        assert_eq!(s.counter(1), taken.counter + 1);
        s.renewer.renew_all().await;
        assert_eq!(s.counter(1), taken.counter + 2);
        assert_eq!(s.stored(1).await.checkpoint, number(5));
    });
}

#[test]
fn r4_and_r5_a_lease_that_was_counted_up_by_another_takes_no_checkpoint() {
    play(async |s: Script| {
        let mut lease = s.hold(1).await;
        let token = s.token(1);
        assert_eq!(s.table.renew(&mut lease).await, Ok(true));
        assert_eq!(s.renewer.store(ShardId(1), token, number(5), None).await, Stored::LeaseLost);
        assert!(s.held().is_empty());
        assert_eq!(s.renewer.store(ShardId(1), token, number(5), None).await, Stored::LeaseLost, "nor later");
        assert_eq!(s.stored(1).await.checkpoint, Checkpoint::TrimHorizon);
    });
}

#[test]
fn r6_a_lease_that_was_lost_and_regained_takes_no_checkpoint_of_its_former_holding() {
    play(async |s: Script| {
        let lease = s.hold(1).await;
        let old = s.token(1);
        s.renewer.drop_lease(ShardId(1));
        s.renewer.add(lease);
        assert_ne!(s.token(1), old);
        assert_eq!(s.renewer.store(ShardId(1), old, number(5), None).await, Stored::LeaseLost);
        assert_eq!(s.renewer.store(ShardId(1), s.token(1), number(5), None).await, Stored::Yes);
    });
}

#[test]
fn r8_a_lease_that_was_not_renewed_for_the_failover_time_is_not_held() {
    play(async |s: Script| {
        s.hold(1).await;
        let held_at = s.cx.now();
        s.cx.sleep_until(held_at + FAILOVER).await;
        assert_eq!(s.held(), [1], "exactly the failover time is not longer");
        s.cx.sleep(SimDuration::from_nanos(1)).await;
        assert!(s.held().is_empty());
    });
}

#[test]
fn r9_and_r10_a_worker_resumes_the_well_formed_rows_that_have_its_name_even_old_ones() {
    play(async |s: Script| {
        for (shard, owner) in [(1, "foo"), (2, "foo"), (3, "foo"), (4, "foo"), (5, "bar"), (6, "bar")] {
            s.row(shard, Some(owner)).await;
        }
        let malformed = Item::new()
            .with("leaseKey", AttributeValue::s("shardId-000000000007"))
            .with("leaseOwner", AttributeValue::s("foo"));
        let put = TableRequest::PutItem(PutItem {
            table: table(),
            item: malformed,
            condition: None,
            returns: Returns::default(),
        });
        assert!(s.sdk.dynamodb(put).await.is_ok());
        s.cx.sleep(FAILOVER * 10).await;
        assert_eq!(s.renewer.initialize("foo").await.len(), 4);
        assert_eq!(s.held(), [1, 2, 3, 4]);
    });
}

#[test]
fn r16_a_table_that_does_not_answer_changes_nothing_until_the_lease_is_too_old() {
    play(async |s: Script| {
        s.hold(1).await;
        s.renewer.renew_all().await;
        let (renewed, before) = (s.cx.now(), s.renewer.current(ShardId(1)).expect("held").lease());
        s.cut();
        assert_eq!(s.renewer.store(ShardId(1), s.token(1), number(5), None).await, Stored::TryAgain);
        assert_eq!(s.counter(1), before.counter, "the copy's counter is as it was");
        s.renewer.renew_all().await;
        assert_eq!((s.held(), s.counter(1)), (vec![1], before.counter), "neither renewed nor removed");
        s.cx.sleep_until(renewed + FAILOVER + SimDuration::from_millis(1)).await;
        assert!(s.held().is_empty());
        s.heal();
    });
}

/// The vector says that the copy's fields are restored. So do the library's 3.x, from whose tests it is, and releases
/// of 2.x with its pull requests 1354 and 1788; the newest 2.x, which is modelled, keeps what it tried to store.
#[test]
fn r14_a_checkpoint_that_fails_keeps_the_lease_and_only_old_releases_take_it_back() {
    async fn failed(s: &Script) -> (Lease, Lease) {
        s.hold(1).await;
        assert_eq!(s.renewer.store(ShardId(1), s.token(1), number(5), None).await, Stored::Yes);
        let before = s.renewer.current(ShardId(1)).expect("held").lease();
        s.cut();
        let prepared = Some((number(9), Arc::from(&b"state"[..])));
        assert_eq!(s.renewer.store(ShardId(1), s.token(1), number(7), prepared).await, Stored::TryAgain);
        s.heal();
        assert_eq!(s.held(), [1], "the lease is kept");
        (before, s.renewer.current(ShardId(1)).expect("held").lease())
    }
    play(async |s: Script| {
        let (before, after) = failed(&s.undoing()).await;
        assert_eq!(after, before, "restored");
    });
    play(async |s: Script| {
        let (before, after) = failed(&s).await;
        let tried = Lease { checkpoint: number(7), pending: after.pending.clone(), ..before };
        assert_eq!((after.pending.as_ref().map(|(at, _)| *at), &after), (Some(number(9)), &tried), "kept as tried");
    });
}

/// A checkpoint is stored, but its answer is lost; the next renewal finds the counter one higher, as by its own write;
/// and the next checkpoint is prepared with the copy's present one. Returns what the row then has.
async fn prepared_after_a_lost_answer(s: &Script, lost: Checkpoint) -> Checkpoint {
    s.hold(1).await;
    assert_eq!(s.renewer.store(ShardId(1), s.token(1), number(5), None).await, Stored::Yes);
    s.cut_answers();
    assert_eq!(s.renewer.store(ShardId(1), s.token(1), lost, None).await, Stored::TryAgain);
    s.heal();
    assert_eq!(s.stored(1).await.checkpoint, lost, "the write was done");
    s.renewer.renew_all().await;
    let copy = s.renewer.current(ShardId(1)).expect("held").lease();
    let pending = Some((lost, Arc::from(&[][..])));
    assert_eq!(s.renewer.store(ShardId(1), s.token(1), copy.checkpoint, pending).await, Stored::Yes);
    s.stored(1).await.checkpoint
}

#[test]
fn a_checkpoint_that_was_stored_although_its_answer_was_lost_stays() {
    play(async |s: Script| assert_eq!(prepared_after_a_lost_answer(&s, number(9)).await, number(9)));
    play(async |s: Script| {
        assert_eq!(prepared_after_a_lost_answer(&s, Checkpoint::ShardEnd).await, Checkpoint::ShardEnd);
    });
}

#[test]
fn a_shard_whose_end_may_not_be_stored_is_not_done() {
    play(async |s: Script| {
        s.hold(1).await;
        s.cut_answers();
        let token = s.token(1);
        assert_eq!(s.renewer.store(ShardId(1), token, Checkpoint::ShardEnd, None).await, Stored::TryAgain);
        s.heal();
        s.renewer.renew_all().await;
        let held = s.renewer.current(ShardId(1)).expect("held");
        assert_eq!((held.lease().checkpoint, held.is_ended()), (Checkpoint::ShardEnd, false));
        assert_eq!(s.renewer.store(ShardId(1), token, Checkpoint::ShardEnd, None).await, Stored::Yes);
        assert!(held.is_ended());
    });
}

#[test]
fn taking_a_failed_checkpoint_back_undoes_it_later_and_the_shards_end_as_well() {
    play(async |s: Script| assert_eq!(prepared_after_a_lost_answer(&s.undoing(), number(9)).await, number(5)));
    play(async |s: Script| {
        assert_eq!(prepared_after_a_lost_answer(&s.undoing(), Checkpoint::ShardEnd).await, number(5));
    });
}

#[test]
fn a_prepared_checkpoint_stands_beside_the_stored_one_until_it_is_redeemed() {
    play(async |s: Script| {
        s.hold(1).await;
        let state: Arc<[u8]> = Arc::from(&b"half done"[..]);
        let prepared = Some((number(7), state));
        assert_eq!(s.renewer.store(ShardId(1), s.token(1), number(5), prepared.clone()).await, Stored::Yes);
        let row = s.stored(1).await;
        assert_eq!((row.checkpoint, row.pending), (number(5), prepared));
        assert_eq!(s.renewer.store(ShardId(1), s.token(1), number(7), None).await, Stored::Yes);
        let row = s.stored(1).await;
        assert_eq!((row.checkpoint, row.pending), (number(7), None));
    });
}

// ---- the store ----

#[test]
fn a_row_is_numbered_once_by_its_owner_and_by_nobody_who_comes_late() {
    play(async |s: Script| {
        s.row(1, Some("foo")).await;
        let owned = async |me: &str| s.table.owned(ShardId(1), me).await.expect("an answer");
        let of = |incarnation| Some(Owned { incarnation, counter: 1 });
        assert_eq!((owned("foo").await, owned("bar").await), (of(None), None));
        assert_eq!(s.table.incarnate(ShardId(1), "bar", 4).await, Ok(false), "another's row");
        assert_eq!(s.table.incarnate(ShardId(1), "foo", 5).await, Ok(true));
        assert_eq!(s.table.incarnate(ShardId(1), "foo", 6).await, Ok(false), "it has a number");
        assert_eq!(owned("foo").await, of(Some(5)));
        let mut taken = s.stored(1).await;
        assert_eq!(s.table.take(&mut taken, &"bar".into()).await, Ok(true));
        assert_eq!(owned("bar").await, Some(Owned { incarnation: Some(5), counter: 2 }), "the library keeps it");
        assert_eq!(s.table.delete(ShardId(1)).await, Ok(()));
        assert_eq!(s.table.incarnate(ShardId(1), "bar", 7).await, Ok(false), "a row that is gone");
        s.row(1, Some("baz")).await;
        assert_eq!(s.table.incarnate(ShardId(1), "bar", 7).await, Ok(false), "a zombie of the row that is gone");
        assert_eq!(owned("baz").await, of(None));
    });
}

#[test]
fn a_take_counts_a_switch_only_from_another_owner_and_needs_the_counter_it_saw() {
    play(async |s: Script| {
        let mut unowned = s.row(1, None).await;
        let stale = unowned.clone();
        assert_eq!(s.table.take(&mut unowned, &"foo".into()).await, Ok(true));
        assert_eq!(s.stored(1).await.switches, 0);
        assert_eq!(s.table.take(&mut unowned, &"bar".into()).await, Ok(true));
        assert_eq!(s.stored(1).await.switches, 1);
        assert_eq!(s.table.take(&mut stale.clone(), &"foo".into()).await, Ok(false), "a stale counter");
    });
}

#[test]
fn rows_are_created_once_deleted_without_fuss_and_not_raised_from_the_dead() {
    play(async |s: Script| {
        let range = crate::base::HashKeyRange::FULL;
        let lease = Lease::new(ShardId(1), Checkpoint::TrimHorizon, Vec::new(), Some(range));
        assert_eq!(s.table.create_if_absent(&lease).await, Ok(true));
        assert_eq!(s.table.create_if_absent(&lease).await, Ok(false));
        assert_eq!(s.table.delete(ShardId(1)).await, Ok(()));
        assert_eq!(s.table.delete(ShardId(1)).await, Ok(()), "there is nothing to delete");
        assert_eq!(s.table.update_range(&lease).await, Ok(false));
        assert_eq!(s.table.update_children(&lease, &[ShardId(2)]).await, Ok(false));
        assert_eq!(s.table.get(ShardId(1)).await, Ok(None));
    });
}

/// The vectors for a renewal whose condition failed: the row is looked at once.
#[test]
fn a_refused_renewal_is_ones_own_only_with_ones_name_and_the_next_counter() {
    play(async |s: Script| {
        let mine = s.row(1, Some("foo")).await;
        assert_eq!(s.table.renew(&mut mine.clone()).await, Ok(true));
        assert_eq!(s.table.renew(&mut mine.clone()).await, Ok(true), "foo at n + 1: the retried write");
        let mut next = s.stored(1).await;
        assert_eq!(s.table.renew(&mut next).await, Ok(true));
        assert_eq!(s.table.renew(&mut mine.clone()).await, Ok(false), "foo at n + 2");
        let seen = s.stored(1).await;
        assert_eq!(s.table.take(&mut seen.clone(), &"bar".into()).await, Ok(true));
        assert_eq!(s.table.renew(&mut seen.clone()).await, Ok(false), "bar at n + 1");
        assert_eq!(s.table.delete(ShardId(1)).await, Ok(()));
        assert_eq!(s.table.renew(&mut seen.clone()).await, Ok(false), "no row");
    });
}

// ---- an empty table ----

/// Graph A of the vectors as a stream: 6 <- 0,1 and 7 <- 2,3, then 8 <- 6,7 and 9,10 <- 5. Between the two at 200 s.
fn graph_a() -> Lab {
    let lab = Lab::new(6);
    let merge = |a, b| {
        let (shard, adjacent) = (ShardId(a), ShardId(b));
        lab.ask(Request::MergeShards(MergeShards { stream: clicks(), shard, adjacent }));
    };
    merge(0, 1);
    lab.run_until_s(120);
    merge(2, 3);
    lab.run_until_s(300);
    merge(6, 7);
    lab.run_until_s(360);
    let new_starting_hash_key = crate::base::HashKey::new(u128::MAX - u128::MAX / 12);
    lab.ask(Request::SplitShard(SplitShard::at(clicks(), ShardId(5), new_starting_hash_key)));
    lab.run_until_s(420);
    lab
}

#[test]
fn an_empty_table_gets_the_leases_of_the_initial_position() {
    let at = |secs| InitialPosition::AtTimestampAgo(SimTime::from_secs(420) - SimTime::from_secs(secs));
    for (position, expected) in [
        (InitialPosition::TrimHorizon, vec![0, 1, 2, 3, 4, 5]),
        (at(415), vec![4, 8, 9, 10]),
        (at(200), vec![4, 5, 6, 7]),
        (InitialPosition::Latest, vec![4, 8, 9, 10]),
    ] {
        let lab = graph_a();
        let mut settings = settings();
        (settings.initial_position, settings.is_cleanup_enabled) = (position, false);
        worker(&lab, "billing-1", &settings);
        lab.run_until_s(600);
        // What was written until the worker said that it had created its leases.
        let mut is_over = false;
        let mut created: Vec<u32> = lab.all(|_, event| {
            is_over |= matches!(event, Event::LeasesCreated { .. });
            match event {
                Event::ItemWritten { before: None, after: Some(row), .. } if !is_over => {
                    Lease::from_item(row).map(|lease| lease.shard.0)
                }
                _ => None,
            }
        });
        created.sort_unstable();
        assert_eq!(created, expected, "{position:?}");
    }
}

// ---- the reason of an end ----

#[test]
fn a_reason_to_end_only_grows_stronger() {
    use ProcessingEnd::{LeaseLost, Requested, ShardEnd};
    let ends = [Requested, ShardEnd, LeaseLost];
    for (at, first) in ends.into_iter().enumerate() {
        assert_eq!(stronger(None, first), first);
        for (then, second) in ends.into_iter().enumerate() {
            assert_eq!(stronger(Some(first), second), ends[at.max(then)]);
        }
    }
}
