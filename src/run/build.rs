//! Builds the world of a plan: services, hosts, and the operator who boots and directs them.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use super::director::{self, Director};
use super::operator::{Controls, Operator};
use super::shard_load::ShardLoad;
use crate::aws::Cloud;
use crate::base::event::{ConsumerLibrary, HostRole};
use crate::base::host_name::host_name;
use crate::base::{Event, Fold, SimDuration, SimTime};
use crate::client::kcl::{KclSettings, WorkerControl, boot_worker};
use crate::client::poller::{PollerSettings, SavedPositions, boot_poller};
use crate::client::producer::{KeyTable, ProducerSettings, boot_producer};
use crate::client::{AppWorker, Cx};
use crate::scenario::plan::{AppPlan, Plan};
use crate::world::{Settings, World};

/// The world of a plan, with everything in it scheduled.
pub(super) fn build(
    plan: &Plan,
    observer: Rc<RefCell<dyn Fold>>,
    load: Rc<RefCell<ShardLoad>>,
    boot_app: &AppBoot,
) -> (World<Cloud>, Rc<Director>) {
    let settings = Settings {
        seed: plan.seed.derive("world"),
        epoch_unix_ms: plan.services.kinesis.epoch_unix_ms,
        services: Cloud::hosts(),
        latency: plan.latency,
    };
    let cloud = Cloud::new(plan.services.clone(), plan.seed);
    let world = World::new(settings, cloud, observer);
    for stream in &plan.streams {
        world.with_backend(|cloud, now, events| {
            let key = stream.encryption_key_id.clone();
            cloud.kinesis.provision(now, &stream.name, stream.shards, stream.retention_hours, key, events);
        });
    }
    let controls = Controls::default();
    let mut starts = Vec::new();
    for producer in &plan.producers {
        add_producer(&world, producer, &mut starts);
    }
    for consumer in &plan.kcl {
        add_kcl(&world, consumer, &controls, &mut starts);
    }
    for consumer in &plan.pollers {
        add_poller(&world, consumer, &mut starts);
    }
    for (index, app) in plan.apps.iter().enumerate() {
        add_app(&world, app, index, boot_app, &mut starts);
    }
    let director = add_operator(&world, plan, starts, controls, load);
    (world, director)
}

/// Hosts to boot, with their times.
type Starts = Vec<(SimDuration, crate::base::HostId)>;

fn add_producer(world: &World<Cloud>, settings: &ProducerSettings, starts: &mut Starts) {
    let shared = Rc::new(settings.clone());
    let keys = KeyTable::default();
    for index in 0..settings.hosts {
        let (settings, keys) = (shared.clone(), keys.clone());
        let boot = move |cx| boot_producer(cx, settings.clone(), index, keys.clone());
        let host = world.add_host(&host_name(&shared.name, index + 1), HostRole::Producer, boot);
        let (producer, stream) = (shared.name.clone(), shared.stream.clone());
        world.host(host).emit(Event::ProducerDeclared { host, producer, stream });
        starts.push((shared.start, host));
    }
}

fn add_kcl(world: &World<Cloud>, settings: &KclSettings, controls: &Controls, starts: &mut Starts) {
    let shared = Rc::new(settings.clone());
    let declared = Event::ConsumerDeclared {
        consumer: shared.consumer,
        name: shared.name.clone(),
        stream: shared.stream.clone(),
        library: ConsumerLibrary::Kcl2,
        store: shared.processor.store,
        lease_table: Some(shared.lease_table.clone()),
        failover_ms: shared.failover.as_millis(),
    };
    for (index, start) in settings.worker_starts.iter().enumerate() {
        let (settings, controls) = (shared.clone(), controls.clone());
        let boot = move |cx: Cx| {
            let control = Rc::new(WorkerControl::new(&cx));
            controls.borrow_mut().insert(cx.name(), control.clone());
            boot_worker(cx, settings.clone(), index, control);
        };
        let host = world.add_host(&host_name(&shared.name, index as u32 + 1), HostRole::Consumer, boot);
        if index == 0 {
            world.host(host).emit(declared.clone());
        }
        starts.push((*start, host));
    }
}

fn add_poller(world: &World<Cloud>, settings: &PollerSettings, starts: &mut Starts) {
    let shared = Rc::new(settings.clone());
    let saved = Rc::new(RefCell::new(SavedPositions::default()));
    let booted = shared.clone();
    let boot = move |cx| boot_poller(cx, booted.clone(), saved.clone());
    let host = world.add_host(&host_name(&shared.name, 1), HostRole::Consumer, boot);
    world.host(host).emit(Event::ConsumerDeclared {
        consumer: shared.consumer,
        name: shared.name.clone(),
        stream: shared.stream.clone(),
        library: ConsumerLibrary::Poller,
        store: shared.processor.store,
        lease_table: None,
        failover_ms: 0,
    });
    starts.push((shared.start, host));
}

/// Starts the user's own code on a host that was booted.
pub(super) type AppBoot = Rc<dyn Fn(Cx, AppWorker)>;

/// Where no application of the user's takes part, its hosts are there and do nothing.
pub(super) fn nobody() -> AppBoot {
    Rc::new(|_, _| {})
}

fn add_app(world: &World<Cloud>, app: &AppPlan, index: usize, boot_app: &AppBoot, starts: &mut Starts) {
    for worker in 0..app.workers {
        let (boot_app, consumer) = (boot_app.clone(), app.consumer);
        let boot = move |cx: Cx| {
            cx.emit(Event::WorkerStarted { consumer, host: cx.id() });
            boot_app(cx, AppWorker { app: index, worker, consumer });
        };
        let host = world.add_host(&host_name(&app.name, worker + 1), HostRole::Consumer, boot);
        if worker == 0 {
            world.host(host).emit(Event::ConsumerDeclared {
                consumer: app.consumer,
                name: app.name.clone(),
                stream: app.stream.clone(),
                library: ConsumerLibrary::App,
                store: app.store,
                lease_table: None,
                failover_ms: 0,
            });
        }
        starts.push((app.start, host));
    }
}

/// The operator's host boots the others, directs the faults and carries out the actions.
fn add_operator(
    world: &World<Cloud>,
    plan: &Plan,
    mut starts: Starts,
    controls: Controls,
    load: Rc<RefCell<ShardLoad>>,
) -> Rc<Director> {
    starts.sort();
    let director = Rc::new(OnceCell::new());
    let directing = director.clone();
    let (faults, actions) = (plan.faults.clone(), plan.actions.clone());
    let boot = move |cx: Cx| {
        let (starter, starts) = (cx.clone(), starts.clone());
        cx.spawn(async move {
            for (at, host) in starts {
                starter.sleep_until(SimTime::ZERO.saturating_add(at)).await;
                let host = starter.other(host);
                if !host.is_up() {
                    host.boot();
                }
            }
        });
        directing.get_or_init(|| director::direct(&cx, faults.clone()));
        Operator::new(cx, load.clone(), controls.clone()).carry_out(actions.clone());
    };
    let host = world.add_host("operator", HostRole::Operator, boot);
    world.start(host);
    let Some(director) = director.get() else { unreachable!("the operator's host was booted") };
    director.clone()
}

impl Plan {
    /// Returns whether an action means a shard by its load, which [`ShardLoad`] then counts.
    pub(super) fn names_shards_by_load(&self) -> bool {
        use crate::scenario::plan::{ActionKind, ShardChoice};
        self.actions.iter().any(|action| match &action.what {
            ActionKind::Split { shard, .. } | ActionKind::Merge { shard, .. } => !matches!(shard, ShardChoice::Id(_)),
            _ => false,
        })
    }
}
