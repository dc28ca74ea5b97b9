//! Floor 8: carries out a plan and gathers what the folds saw.
//!
//! [`run`] builds the world (services, hosts, the operator), lets it run for the scenario's duration, and gives a
//! [`RunReport`]. Further folds (exports, traces) may listen; none can change the run.

mod director;
mod folds;
mod judge;
mod live;
mod operator;
#[cfg(feature = "http")]
mod room;
mod shard_load;
#[cfg(test)]
mod tests;

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use crate::aws;
use crate::aws::Cloud;
use crate::base::event::{ConsumerLibrary, HostRole};
use crate::base::{Event, Fold, SimDuration, SimTime};
use crate::check::Verdict;
use crate::client::kcl::{KclSettings, WorkerControl, boot_worker};
use crate::client::poller::{PollerSettings, SavedPositions, boot_poller};
use crate::client::producer::{KeyTable, ProducerSettings, boot_producer};
use crate::client::{AppWorker, Cx, Transport};
use crate::measure::Series;
use crate::report::RunReport;
use crate::scenario::plan::{AppPlan, Outcome, Plan};
use crate::world::{Settings, World};

use director::Director;
use folds::Folds;
pub use live::Live;
use operator::{Controls, Operator};
#[cfg(feature = "http")]
pub use room::run_in_room;
use shard_load::ShardLoad;

/// What executes a world whose clients send messages. Both give the same trace hash. HTTP always runs inside turmoil.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    /// The world's own executor.
    #[default]
    Bare,
    /// The same, inside one turmoil host.
    #[cfg(feature = "turmoil")]
    Turmoil,
}

/// How a plan is run.
#[derive(Default)]
pub struct Options<'a> {
    /// What executes the world.
    pub engine: Engine,
    /// Further folds over the event stream.
    pub listeners: Vec<Rc<RefCell<dyn Fold>>>,
    /// Told from time to time how far the run is.
    pub progress: Option<&'a mut dyn FnMut(SimTime)>,
}

/// What a run leaves behind: for reports, for plots.
pub struct RunResult {
    /// Verdicts and figures, for every form of report.
    pub report: RunReport,
    /// Values over time, for plots; no report has them.
    pub series: Series,
}

/// Carries out `plan`.
///
/// # Panics
/// On an internal contradiction of the simulator.
pub fn run(plan: &Plan, options: Options<'_>) -> RunResult {
    match plan.transport {
        Transport::Messages => run_by_messages(plan, options),
        #[cfg(feature = "http")]
        Transport::Http => run_in_room(plan, options.listeners, |_, _| {}),
        #[cfg(not(feature = "http"))]
        Transport::Http => unreachable!("a scenario that wants HTTP is refused where there is none"),
    }
}

fn run_by_messages(plan: &Plan, options: Options<'_>) -> RunResult {
    let load = Rc::new(RefCell::new(ShardLoad::default()));
    let mut listeners = options.listeners;
    if plan.names_shards_by_load() {
        listeners.push(load.clone());
    }
    let folds = Rc::new(RefCell::new(Folds::new(plan, listeners)));
    let (world, _) = build(plan, folds.clone(), load, &nobody());
    let end = SimTime::ZERO.saturating_add(plan.duration);
    carry_on(world, end, options.engine, options.progress);
    end_of_run(plan, folds)
}

/// What the folds saw, once the world is gone.
fn end_of_run(plan: &Plan, folds: Rc<RefCell<Folds>>) -> RunResult {
    let end = SimTime::ZERO.saturating_add(plan.duration);
    let Ok(folds) = Rc::try_unwrap(folds) else { unreachable!("the world is gone, nobody else listens") };
    let mut folds = folds.into_inner();
    folds.on(end, &Event::RunEnded {});
    folds.into_result(plan)
}

fn carry_on(world: World<Cloud>, end: SimTime, engine: Engine, mut progress: Option<&mut dyn FnMut(SimTime)>) {
    const STEPS: u64 = 500;
    match engine {
        Engine::Bare => {
            for step in 1..=STEPS {
                let at =
                    SimTime::from_nanos((u128::from(end.as_nanos()) * u128::from(step) / u128::from(STEPS)) as u64);
                world.run_until(at);
                if let Some(progress) = &mut progress {
                    progress(at);
                }
            }
        }
        #[cfg(feature = "turmoil")]
        Engine::Turmoil => {
            if let Err(reason) = crate::world::run_on_turmoil(Rc::new(world), end) {
                unreachable!("turmoil ends when its only client does: {reason}")
            }
        }
    }
}

/// The world of a plan, with everything in it scheduled.
fn build(
    plan: &Plan,
    observer: Rc<RefCell<dyn Fold>>,
    load: Rc<RefCell<ShardLoad>>,
    boot_app: &AppBoot,
) -> (World<Cloud>, Rc<Director>) {
    let settings = Settings {
        seed: plan.seed.derive("world"),
        epoch_unix_ms: plan.streams_settings.epoch_unix_ms,
        services: Cloud::hosts(),
        latency: plan.latency,
    };
    let cloud = Cloud::new(
        aws::Settings {
            kinesis: plan.streams_settings.clone(),
            dynamodb: plan.table_settings.clone(),
            ..aws::Settings::default()
        },
        plan.seed,
    );
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
        let host = world.add_host(&format!("{}-{}", shared.name, index + 1), HostRole::Producer, boot);
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
        sink: shared.processor.sink,
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
        let host = world.add_host(&format!("{}-{}", shared.name, index + 1), HostRole::Consumer, boot);
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
    let host = world.add_host(&format!("{}-1", shared.name), HostRole::Consumer, boot);
    world.host(host).emit(Event::ConsumerDeclared {
        consumer: shared.consumer,
        name: shared.name.clone(),
        stream: shared.stream.clone(),
        library: ConsumerLibrary::Poller,
        sink: shared.processor.sink,
        lease_table: None,
        failover_ms: 0,
    });
    starts.push((shared.start, host));
}

/// Starts the user's own code on a host that was booted.
type AppBoot = Rc<dyn Fn(Cx, AppWorker)>;

/// Where no application of the user's takes part, its hosts are there and do nothing.
fn nobody() -> AppBoot {
    Rc::new(|_, _| {})
}

fn add_app(world: &World<Cloud>, app: &AppPlan, index: usize, boot_app: &AppBoot, starts: &mut Starts) {
    for worker in 0..app.workers {
        let (boot_app, consumer) = (boot_app.clone(), app.consumer);
        let boot = move |cx: Cx| {
            cx.emit(Event::WorkerStarted { consumer, host: cx.id() });
            boot_app(cx, AppWorker { app: index, worker, consumer });
        };
        let host = world.add_host(&format!("{}-{}", app.name, worker + 1), HostRole::Consumer, boot);
        if worker == 0 {
            world.host(host).emit(Event::ConsumerDeclared {
                consumer: app.consumer,
                name: app.name.clone(),
                stream: app.stream.clone(),
                library: ConsumerLibrary::App,
                sink: app.sink,
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

/// The run's verdict, and whether it is the outcome that the scenario is there to show.
fn conclude(plan: &Plan, checks: &[(&str, Verdict)]) -> (Verdict, bool) {
    let failing: Vec<&str> = checks.iter().filter(|c| c.1 == Verdict::Fail).map(|c| c.0).collect();
    let judged = checks.iter().any(|c| c.1 != Verdict::Unknown);
    let verdict = match (failing.is_empty(), judged) {
        (false, _) => Verdict::Fail,
        (true, true) => Verdict::Pass,
        (true, false) => Verdict::Unknown,
    };
    let as_declared = match &plan.outcome {
        Outcome::Pass => verdict == Verdict::Pass,
        Outcome::Fail { failing: declared } => {
            let mut declared: Vec<&str> = declared.iter().map(|d| &**d).collect();
            let mut failing = failing;
            declared.sort_unstable();
            failing.sort_unstable();
            declared == failing
        }
    };
    (verdict, as_declared)
}

impl Plan {
    /// Returns whether an action means a shard by its load, which [`ShardLoad`] then counts.
    fn names_shards_by_load(&self) -> bool {
        use crate::scenario::plan::{ActionKind, ShardChoice};
        self.actions.iter().any(|action| match &action.what {
            ActionKind::Split { shard, .. } | ActionKind::Merge { shard, .. } => !matches!(shard, ShardChoice::Id(_)),
            _ => false,
        })
    }
}
