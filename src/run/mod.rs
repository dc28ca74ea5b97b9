//! Floor 8: carries out a plan and gathers what the folds saw.
//!
//! [`run`] builds the world (services, hosts, the operator), lets it run for the scenario's duration, and gives a
//! [`RunReport`](crate::report::RunReport). Further folds (exports, traces) may listen; none can change the run.

mod app_hosts;
mod autoscaling;
mod build;
mod delivery_operator;
mod director;
mod folds;
mod judge;
mod live;
mod operator;
mod outside;
mod patience;
mod result;
#[cfg(feature = "http")]
mod room;
mod several;
mod shard_load;
#[cfg(feature = "watch")]
mod stepped;
mod stream_minutes;
#[cfg(test)]
mod tests;
mod witnesses;

use std::cell::RefCell;
use std::rc::Rc;

use crate::aws::{Cloud, S3};
use crate::base::{Fold, SimTime};
use crate::client::Transport;
use crate::scenario::plan::Plan;
use crate::world::{Witness, World};

use self::app_hosts::nobody;
use self::build::{Audience, Built, build};
use self::folds::end_of_run;
pub(crate) use self::judge::judge_figures;
pub(crate) use self::live::Live;
pub(crate) use self::outside::{Told, Worker};
pub use self::result::RunResult;
#[cfg(feature = "http")]
pub(crate) use self::room::run_in_room;
pub(crate) use self::several::in_order;
#[cfg(feature = "watch")]
pub(crate) use self::stepped::Stepped;

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

/// Carries out `plan`.
///
/// # Panics
/// On an internal contradiction of the simulator.
pub fn run(plan: &Plan, options: Options<'_>) -> RunResult {
    run_witnessed(plan, options, None)
}

/// Carries out `plan` while `calls` watches the calls of built-in clients, as they see them.
///
/// # Panics
/// On an internal contradiction of the simulator.
pub(crate) fn run_witnessed(plan: &Plan, options: Options<'_>, calls: Option<Rc<dyn Witness<Cloud>>>) -> RunResult {
    let Options { engine, listeners, progress } = options;
    let audience = Audience { folds: listeners, calls };
    match plan.transport {
        Transport::Messages => {
            let Built { world, folds, .. } = build(plan, audience, &nobody());
            let end = SimTime::ZERO.saturating_add(plan.duration);
            let services = world.host(S3);
            carry_on(world, end, engine, progress);
            end_of_run(plan, folds, services)
        }
        #[cfg(feature = "http")]
        Transport::Http => run_in_room(plan, audience, |_, _| {}),
        #[cfg(not(feature = "http"))]
        Transport::Http => unreachable!("a scenario that wants HTTP is refused where there is none"),
    }
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
