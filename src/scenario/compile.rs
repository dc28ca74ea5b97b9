//! Turns a file into a plan, and finds what the types cannot: missing streams, impossible values, things after the end.

use super::beside::Beside;
use super::compiler::{Compiler, TraceLoader};
use super::diagnostic::Problem;
use super::disturbances::disturbances;
use super::file::File;
use super::plan::Plan;
use super::planned;
use super::section::{self, Consumers};
use super::spans::Spans;
use super::swarm;
use crate::base::Planted;
use crate::{fault, file_path};

/// A file that was found right: with random faults written out, and the plan that is made of it.
pub(crate) struct Compiled {
    /// The resolved file.
    pub file: File,
    /// What the file makes a run do.
    pub plan: Plan,
}

/// Turns a file into a plan. `source` is what it is called, `beside` what was read beside it.
pub(super) fn compile(
    mut file: File,
    source: &str,
    spans: &Spans<'_>,
    read_trace: TraceLoader<'_>,
    beside: &Beside,
) -> Result<Compiled, Vec<Problem>> {
    write_out_random_faults(&mut file);
    // A resolved file is one run; of a swarm it is what the seed made of it.
    let explore = file.explore.take();
    let planned = file.plan.take();
    file.fill_options();
    let mut c = Compiler::new(spans, file.duration, file.seed.first(), file.cast());
    c.host_names();
    check_whole(&mut c, &file);
    c.problems.extend(explore.iter().flat_map(|explore| swarm::problems(explore, spans)));
    c.problems.extend(planned.iter().flat_map(|planned| planned::problems(planned, spans)));
    let streams = file.stream.iter().map(|(name, stream)| c.stream(name, stream)).collect();
    c.shard_limit(file.assume.shard_limit);
    let producers = file.producer.iter().map(|(name, p)| c.producer(name, p, read_trace)).collect();
    let functions = section::functions(&mut c, &file.function);
    let services = section::services(&mut c, &file.assume, functions, &file.delivery);
    let deliveries = file.delivery.iter().map(|(name, delivery)| c.delivery(name, delivery)).collect();
    let Consumers { kcl, pollers, apps } = c.consumers(&file.consumer);
    let faults = section::faults(&mut c, &file.fault);
    let actions = section::actions(&mut c, &file.action, &file.delivery);
    let autoscaling = section::autoscaling(&mut c, &file.autoscaling);
    let alarms = section::alarms(&mut c, &file.alarm, &beside.alarms);
    let expectations = section::expectations(&mut c, &file.expect);
    let outcome = c.outcome(file.outcome, &file.failing, &expectations);
    let problems = c.problems;
    if !problems.is_empty() {
        return Err(problems);
    }
    let disturbances = disturbances(&kcl, &pollers, &actions);
    let mut plan = Plan {
        name: file.name.as_str().into(),
        source: source.into(),
        seed: file.seed.clone(),
        swarm: None,
        asked_bug: None,
        duration: file.duration.0,
        transport: file.network.transport.into(),
        latency: (file.network.latency.0, file.network.latency.1),
        services,
        streams,
        deliveries,
        producers,
        kcl,
        pollers,
        apps,
        faults,
        disturbances,
        actions,
        autoscaling,
        liveness: (&file.liveness).into(),
        prices: section::prices(file.prices.as_ref(), beside.prices.clone()),
        alarms,
        expectations,
        outcome,
    };
    plan.plant(Planted(file.bug));
    Ok(Compiled { file, plan })
}

/// Random faults become concrete ones first, so that the resolved file says what was drawn.
pub(super) fn write_out_random_faults(file: &mut File) {
    if let Some(random) = file.random_faults.take() {
        let cast = file.cast();
        file.fault.extend(fault::draw(&random, &file.seed, file.duration.0, &cast));
    }
}

/// What holds for the file as a whole.
fn check_whole(c: &mut Compiler<'_>, file: &File) {
    c.need(
        file.fault.len() <= fault::FAULT_MAX,
        file_path!["random_faults"],
        "random faults at these rates are more than a run can have",
        "write rates that give at most 10000 faults in this run",
    );
    c.need(
        !file.duration.0.is_zero(),
        file_path!["duration"],
        "a run takes some time",
        "for example `duration = \"10m\"`",
    );
    c.need(
        cfg!(feature = "http") || file.network.transport == section::Transport::Messages,
        file_path!["network"],
        "this kinesim was built without HTTP inside the simulation",
        "build it with the cargo feature `http`, or let clients send messages",
    );
}
