//! Builds the world of a plan: services, hosts, and the operator who boots and directs them.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use super::app_hosts::{AppBoot, AppHosts};
use super::autoscaling::autoscale;
use super::director::{self, Director};
use super::folds::Folds;
use super::operator::{Controls, Operator};
use super::shard_load::ShardLoad;
use super::stream_minutes::StreamMinutes;
use super::witnesses::Both;
use crate::aws::protocol::Account;
use crate::aws::{self, Cloud};
use crate::base::event::HostRole;
use crate::base::host_name::host_name;
use crate::base::{Chance, Fold, HostId, SimDuration, SimTime};
use crate::check::History;
use crate::client::kcl::KclWorkers;
use crate::client::poller::PollerHost;
use crate::client::producer::ProducerHosts;
use crate::client::{Cx, HostGroup};
use crate::scenario::plan::Plan;
use crate::world::{Settings, Witness, World};

/// A run at its beginning.
pub(super) struct Built {
    /// With everything in it scheduled.
    pub world: World<Cloud>,
    pub(crate) folds: Rc<RefCell<Folds>>,
    pub(crate) director: Rc<Director>,
}

/// Who listens to a run besides its own folds.
pub(crate) struct Audience {
    /// Hear every event.
    pub(super) folds: Vec<Rc<RefCell<dyn Fold>>>,
    /// Watches the calls of built-in clients.
    pub(super) calls: Option<Rc<dyn Witness<Cloud>>>,
}

impl From<Vec<Rc<RefCell<dyn Fold>>>> for Audience {
    fn from(folds: Vec<Rc<RefCell<dyn Fold>>>) -> Self {
        Self { folds, calls: None }
    }
}

/// The run of a plan, at its beginning. `boot_app` starts the code that the user brings.
pub(super) fn build(plan: &Plan, audience: impl Into<Audience>, boot_app: &AppBoot) -> Built {
    let Audience { folds: mut listeners, calls } = audience.into();
    let load = Rc::new(RefCell::new(ShardLoad::default()));
    if plan.names_shards_by_load() {
        listeners.push(load.clone());
    }
    let metrics = Rc::new(RefCell::new(StreamMinutes::default()));
    if !plan.autoscaling.is_empty() {
        listeners.push(metrics.clone());
    }
    let history = History::new(plan.services.kinesis.visibility_lag);
    let folds = Rc::new(RefCell::new(Folds::new(plan, history.clone(), listeners)));
    let chance = Chance::from(&plan.seed);
    let settings = Settings {
        chance: chance.derive("world"),
        epoch_unix_ms: plan.services.kinesis.epoch_unix_ms,
        services: Cloud::hosts(),
        latency: plan.latency,
    };
    let world = World::new(settings, Cloud::new(plan.services.clone(), chance.clone()), folds.clone());
    let history: Rc<dyn Witness<Cloud>> = Rc::new(history);
    world.watch_calls(match calls {
        Some(calls) => Rc::new(Both::new(history, calls)),
        None => history,
    });
    for stream in &plan.streams {
        world.with_backend(|cloud, now, events| {
            cloud.kinesis.provision(now, &stream.name, stream.shards, stream.of.clone(), events);
        });
    }
    for delivery in &plan.deliveries {
        world.with_backend(|cloud, now, events| {
            cloud.firehose.provision(now, delivery.name.clone(), delivery.pipeline.clone(), events);
        });
    }
    let controls = Controls::default();
    let mut starts = Vec::new();
    for group in groups(plan, boot_app) {
        add_hosts(&world, group, &controls, &mut starts);
    }
    let director = add_operator(&world, plan, starts, controls, (load, metrics), chance);
    Built { world, folds, director }
}

/// Everybody who takes part, in the order in which hosts are numbered.
fn groups(plan: &Plan, boot_app: &AppBoot) -> Vec<Rc<dyn HostGroup>> {
    let mut groups: Vec<Rc<dyn HostGroup>> = Vec::new();
    groups.extend(plan.producers.iter().map(|p| Rc::new(ProducerHosts::new(p.clone())) as Rc<dyn HostGroup>));
    groups.extend(plan.kcl.iter().map(|k| Rc::new(KclWorkers::new(k.clone())) as Rc<dyn HostGroup>));
    groups.extend(plan.pollers.iter().map(|p| Rc::new(PollerHost::new(p.clone())) as Rc<dyn HostGroup>));
    let app = |(n, app)| Rc::new(AppHosts::new(n, app, boot_app.clone())) as Rc<dyn HostGroup>;
    groups.extend(plan.apps.iter().cloned().enumerate().map(app));
    groups
}

/// Hosts to boot, with their times.
type Starts = Vec<(SimDuration, HostId)>;

fn add_hosts(world: &World<Cloud>, group: Rc<dyn HostGroup>, controls: &Controls, starts: &mut Starts) {
    for (index, start) in (0..).zip(group.starts()) {
        let (booting, controls) = (group.clone(), controls.clone());
        let boot = move |cx: Cx| {
            if let Some(stop) = booting.boot(cx.clone(), index) {
                controls.borrow_mut().insert(cx.name(), stop);
            }
        };
        let host = world.add_host(&host_name(group.name(), index + 1), group.role(), boot);
        if let Some(event) = group.declared(index, host) {
            world.host(host).emit(event);
        }
        starts.push((start, host));
    }
}

/// The operator's host boots the others, directs the faults and carries out the actions.
fn add_operator(
    world: &World<Cloud>,
    plan: &Plan,
    mut starts: Starts,
    controls: Controls,
    (load, metrics): (Rc<RefCell<ShardLoad>>, Rc<RefCell<StreamMinutes>>),
    chance: Chance,
) -> Rc<Director> {
    starts.sort();
    let director = Rc::new(OnceCell::new());
    let directing = director.clone();
    let (faults, actions, policies) = (plan.faults.clone(), plan.actions.clone(), plan.autoscaling.clone());
    let aws::firehose::Settings { account: id, region, .. } = &plan.services.firehose;
    let account = Account { id: id.clone(), region: region.clone() };
    let over = plan.disturbances.iter().map(|disturbance| disturbance.until);
    let calm_from = over.max().unwrap_or_default();
    let forks: Vec<SimTime> = plan.seed.forks().iter().map(|fork| fork.at).collect();
    let boot = move |cx: Cx| {
        for at in forks.clone() {
            let (clock, chance) = (cx.clone(), chance.clone());
            cx.spawn(async move {
                clock.sleep_until(at).await;
                chance.take_turn();
            });
        }
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
        directing.get_or_init(|| director::direct(&cx, faults.clone(), calm_from));
        autoscale(&cx, &policies, &metrics);
        Operator::new(cx, account.clone(), load.clone(), controls.clone()).carry_out(actions.clone());
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
