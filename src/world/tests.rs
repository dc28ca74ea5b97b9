//! The promises of the machine room.

use std::cell::RefCell;
use std::rc::Rc;

use super::*;
use crate::base::event::HostRole;
use crate::base::{Event, Fold, HostId, Seed, SimDuration, SimTime};

/// A service that counts.
#[derive(Default)]
struct Counter {
    applied: Vec<(SimTime, HostId, u32)>,
}

impl Backend for Counter {
    type Request = u32;
    type Reply = u32;
    fn service_of(_: &u32) -> usize {
        0
    }
    fn operation_of(_: &u32) -> &'static str {
        "Count"
    }
    fn handle(&mut self, now: SimTime, caller: HostId, request: u32, _: &mut Vec<Event>) -> u32 {
        self.applied.push((now, caller, request));
        request + 1
    }
    fn next_deadline(&self) -> Option<SimTime> {
        None
    }
    fn advance(&mut self, _: SimTime, _: &mut Vec<Event>) {}
}

#[derive(Default)]
struct Log(Vec<(SimTime, Event)>);
impl Fold for Log {
    fn on(&mut self, at: SimTime, event: &Event) {
        self.0.push((at, event.clone()));
    }
}

type Seen = Rc<RefCell<Vec<(u64, String)>>>;

fn world() -> (World<Counter>, Rc<RefCell<Log>>) {
    let log = Rc::new(RefCell::new(Log::default()));
    let settings = Settings {
        chance: Seed(1).into(),
        epoch_unix_ms: 1_000_000,
        services: vec!["counter".into()],
        latency: (SimDuration::from_millis(5), SimDuration::from_millis(5)),
    };
    (World::new(settings, Counter::default(), log.clone()), log)
}

fn timeout() -> SimDuration {
    SimDuration::from_secs(1)
}

/// A host that counts once a second and notes what it got.
fn counting_host(world: &World<Counter>, name: &str, seen: &Seen) -> HostId {
    let seen = seen.clone();
    let id = world.add_host(name, HostRole::Consumer, move |host| {
        let seen = seen.clone();
        let worker = host.clone();
        host.spawn(async move {
            for n in 0.. {
                let reply = worker.call(n, timeout()).await;
                seen.borrow_mut().push((worker.now().as_millis(), format!("{reply:?}")));
                worker.sleep(SimDuration::from_secs(1)).await;
            }
        });
    });
    world.start(id);
    id
}

fn applied(world: &World<Counter>) -> Vec<u32> {
    world.with_backend(|b, _, _| b.applied.iter().map(|a| a.2).collect())
}

#[test]
fn a_call_takes_two_latencies_and_time_jumps_between() {
    let (world, _) = world();
    let seen = Seen::default();
    counting_host(&world, "a", &seen);
    world.run_until(SimTime::from_secs(3));
    let times: Vec<u64> = seen.borrow().iter().map(|s| s.0).collect();
    assert_eq!(times, [10, 1020, 2030]);
    assert_eq!(seen.borrow()[0].1, "Ok(1)");
}

#[test]
fn a_crashed_host_forgets_everything_and_starts_afresh() {
    let (world, log) = world();
    let seen = Seen::default();
    let a = counting_host(&world, "a", &seen);
    world.run_until(SimTime::from_millis(1500));
    world.host(a).crash();
    world.run_until(SimTime::from_secs(10));
    assert_eq!(applied(&world), [0, 1]);
    world.host(a).boot();
    world.run_until(SimTime::from_secs(11));
    assert_eq!(applied(&world), [0, 1, 0]);
    let kinds: Vec<_> = log.borrow().0.iter().map(|e| e.1.kind().as_str()).collect();
    assert_eq!(kinds, ["HostDeclared", "HostDeclared", "HostCrashed", "HostRestarted"]);
}

#[test]
fn a_request_on_its_way_survives_the_crash_of_its_sender() {
    let (world, _) = world();
    let seen = Seen::default();
    let a = counting_host(&world, "a", &seen);
    world.run_until(SimTime::from_millis(2));
    world.host(a).crash();
    world.run_until(SimTime::from_secs(5));
    assert_eq!(applied(&world), [0]);
    assert!(seen.borrow().is_empty());
}

#[test]
fn a_paused_host_stands_still_while_time_goes_on() {
    let (world, _) = world();
    let seen = Seen::default();
    let a = counting_host(&world, "a", &seen);
    world.run_until(SimTime::from_millis(500));
    world.host(a).pause();
    world.run_until(SimTime::from_secs(60));
    assert_eq!(applied(&world), [0]);
    world.host(a).resume();
    world.run_until(SimTime::from_millis(60_900));
    assert_eq!(seen.borrow().last().map(|s| s.0), Some(60_010));
}

#[test]
fn a_lost_reply_times_out_although_the_request_was_applied() {
    let (world, log) = world();
    let seen = Seen::default();
    let a = counting_host(&world, "a", &seen);
    let rule = LinkRule {
        clients: Hosts::Only(vec![a]),
        services: Hosts::All,
        way: LinkWay::Replies,
        operation: Some("Count".into()),
        effect: LinkEffect::Lose(1.0),
    };
    world.host(a).add_link_rule(7, rule);
    world.run_until(SimTime::from_millis(1500));
    assert_eq!(*seen.borrow(), [(1000, "Err(TimedOut)".to_owned())]);
    assert_eq!(applied(&world), [0]);
    assert!(log.borrow().0.iter().any(|(_, e)| matches!(e, Event::MessageLost { is_reply: true, .. })));
    world.host(a).remove_link_rule(7);
    world.run_until(SimTime::from_millis(2500));
    assert_eq!(seen.borrow()[1].1, "Ok(2)");
}

#[test]
fn a_duplicated_request_is_applied_twice_and_answered_once() {
    let (world, _) = world();
    let seen = Seen::default();
    let a = counting_host(&world, "a", &seen);
    let effect = LinkEffect::Duplicate(1.0);
    let (clients, services) = (Hosts::All, Hosts::All);
    world.host(a).add_link_rule(1, LinkRule { clients, services, way: LinkWay::Both, operation: None, effect });
    world.run_until(SimTime::from_millis(900));
    assert_eq!(applied(&world), [0, 0]);
    assert_eq!(seen.borrow().len(), 1);
}

#[test]
fn wall_clocks_can_be_skewed_and_monotonic_time_cannot() {
    let (world, _) = world();
    let a = world.add_host("a", HostRole::Producer, |_| {});
    world.start(a);
    world.host(a).set_wall_skew_ms(-500);
    world.run_until(SimTime::from_secs(1));
    assert_eq!(world.host(a).wall_unix_ms(), 1_000_500);
    assert_eq!(world.host(a).now(), SimTime::from_secs(1));
}

#[test]
fn queues_hold_back_the_one_who_fills_them() {
    let (world, _) = world();
    let seen = Seen::default();
    let noted = seen.clone();
    let id = world.add_host("a", HostRole::Consumer, move |host| {
        let queue = Rc::new(Queue::new(&host, 2));
        let (filler, q) = (host.clone(), queue.clone());
        let (note, now) = (noted.clone(), host.clone());
        host.spawn(async move {
            for n in 0..4 {
                q.push(n).await;
                note.borrow_mut().push((filler.now().as_secs(), format!("pushed {n}")));
            }
        });
        host.spawn(async move {
            loop {
                now.sleep(SimDuration::from_secs(1)).await;
                queue.pop().await;
            }
        });
    });
    world.start(id);
    world.run_until(SimTime::from_secs(9));
    let times: Vec<u64> = seen.borrow().iter().map(|s| s.0).collect();
    assert_eq!(times, [0, 0, 1, 2]);
}

#[test]
fn futures_run_side_by_side_up_to_the_limit() {
    let (world, _) = world();
    let seen = Seen::default();
    let noted = seen.clone();
    let id = world.add_host("a", HostRole::Consumer, move |host| {
        let (noted, cx) = (noted.clone(), host.clone());
        host.spawn(async move {
            let (caller, calls) = (cx.clone(), noted.clone());
            let call = move |n| {
                let (noted, cx) = (calls.clone(), caller.clone());
                async move {
                    let answered = cx.call(n, timeout()).await.is_ok();
                    noted.borrow_mut().push((cx.now().as_millis(), format!("{n} {answered}")));
                }
            };
            cx.run_side_by_side((0..6).collect(), 3, call).await;
            cx.run_side_by_side(Vec::<u32>::new(), 3, |_| std::future::ready(())).await;
            noted.borrow_mut().push((cx.now().as_millis(), "all".into()));
        });
    });
    world.start(id);
    world.run_until(SimTime::from_secs(1));
    let seen: Vec<String> = seen.borrow().iter().map(|(at, what)| format!("{at} {what}")).collect();
    assert_eq!(seen, ["10 0 true", "10 1 true", "10 2 true", "20 3 true", "20 4 true", "20 5 true", "20 all"]);
}

#[cfg(feature = "turmoil")]
#[test]
fn turmoils_clock_gives_the_same_events_at_the_same_times() {
    let run = |on_turmoil: bool| {
        let (world, log) = world();
        let seen = Seen::default();
        counting_host(&world, "a", &seen);
        counting_host(&world, "b", &seen);
        let world = Rc::new(world);
        match on_turmoil {
            true => run_on_turmoil(world, SimTime::from_secs(100)).expect("turmoil runs"),
            false => world.run_until(SimTime::from_secs(100)),
        }
        let events = log.borrow().0.clone();
        (events, seen.take())
    };
    assert_eq!(run(false), run(true));
}

/// Answers every call after a while, and notes which were given up.
struct SlowPost {
    host: RefCell<Option<Host<Counter>>>,
    given_up: Rc<RefCell<u32>>,
}

/// Counts when it is dropped.
struct GivenUp(Rc<RefCell<u32>>);
impl Drop for GivenUp {
    fn drop(&mut self) {
        *self.0.borrow_mut() += 1;
    }
}

impl Carrier<Counter> for SlowPost {
    fn carries(&self, _: HostId, service: HostId, _: &'static str) -> bool {
        service == HostId(0)
    }
    fn carry(&self, call: CarriedCall<Counter>, request: u32) -> Box<dyn std::any::Any> {
        let host = self.host.borrow().clone().expect("the post office is open");
        let after = SimDuration::from_millis(if request == 1 { 5_000 } else { 300 });
        let post = host.clone();
        host.spawn(async move {
            let due = post.now() + after;
            let outcome = if due > call.deadline() { Err(CallError::TimedOut) } else { Ok(request * 100) };
            post.sleep_until(due.min(call.deadline())).await;
            call.end(outcome);
        });
        Box::new(GivenUp(self.given_up.clone()))
    }
}

/// A world whose calls go by a slow post.
fn world_with_post() -> (World<Counter>, Rc<RefCell<u32>>) {
    let (world, _) = world();
    let office = world.add_host("post", HostRole::Operator, |_| {});
    world.start(office);
    let given_up = Rc::new(RefCell::new(0));
    let host = RefCell::new(Some(world.host(office)));
    world.carry_calls_by(Rc::new(SlowPost { host, given_up: given_up.clone() }));
    (world, given_up)
}

#[test]
fn a_carrier_takes_calls_over_with_their_replies_and_timeouts() {
    let (world, _) = world_with_post();
    let seen = Seen::default();
    counting_host(&world, "a", &seen);
    world.run_until(SimTime::from_millis(3_700));
    let expected = [(300, "Ok(0)"), (2_300, "Err(TimedOut)"), (3_600, "Ok(200)")];
    let seen: Vec<(u64, String)> = seen.take();
    assert_eq!(seen, expected.map(|(at, told)| (at, told.to_owned())));
    assert_eq!(applied(&world), [] as [u32; 0], "the links carried nothing");
}

#[test]
fn a_carrier_hears_that_nobody_waits_any_more() {
    let (world, given_up) = world_with_post();
    let seen = Seen::default();
    let host = counting_host(&world, "a", &seen);
    world.run_until(SimTime::from_millis(100));
    assert_eq!(*given_up.borrow(), 0);
    world.host(host).crash();
    assert_eq!(*given_up.borrow(), 1);
    world.run_until(SimTime::from_secs(10));
    assert_eq!(seen.take(), []);
}

#[test]
fn a_host_that_stands_still_gets_a_carried_reply_when_it_goes_on() {
    let (world, _) = world_with_post();
    let seen = Seen::default();
    let host = counting_host(&world, "a", &seen);
    world.run_until(SimTime::from_millis(100));
    world.host(host).pause();
    world.run_until(SimTime::from_millis(800));
    world.host(host).resume();
    world.run_until(SimTime::from_millis(900));
    assert_eq!(seen.take(), [(800, "Ok(0)".to_owned())]);
}

/// A backend that wants to be woken at these times, and counts how often it is.
struct Alarms {
    at: Vec<SimTime>,
    woken: u32,
}

impl Backend for Alarms {
    type Request = ();
    type Reply = ();
    fn service_of(_: &()) -> usize {
        0
    }
    fn operation_of(_: &()) -> &'static str {
        "Ask"
    }
    fn handle(&mut self, _: SimTime, _: HostId, _: (), _: &mut Vec<Event>) {}
    fn next_deadline(&self) -> Option<SimTime> {
        self.at.iter().min().copied()
    }
    fn advance(&mut self, now: SimTime, _: &mut Vec<Event>) {
        self.woken += 1;
        self.at.retain(|at| *at > now);
    }
}

#[test]
fn a_backend_is_woken_once_for_each_of_its_deadlines() {
    let settings = Settings {
        chance: Seed(1).into(),
        epoch_unix_ms: 0,
        services: vec!["alarms".into()],
        latency: (SimDuration::ZERO, SimDuration::ZERO),
    };
    let backend = Alarms { at: vec![SimTime::from_secs(100)], woken: 0 };
    let world = World::new(settings, backend, Rc::new(RefCell::new(Log::default())));
    world.with_backend(|_, _, _| {});
    // Sooner ones come one at a time, and each of them passes before the later one.
    for second in 1..=10 {
        world.with_backend(|backend, _, _| backend.at.push(SimTime::from_secs(second)));
        world.run_until(SimTime::from_secs(second));
    }
    world.run_until(SimTime::from_secs(100));
    world.with_backend(|backend, _, _| assert_eq!((backend.woken, &backend.at), (11, &Vec::new())));
}
