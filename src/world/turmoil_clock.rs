//! The same world on turmoil's clock.
//!
//! One turmoil simulation with one host and a giant tick: tokio advances its paused clock inside the tick, so
//! idle time is skipped. This is the door for foreign async code, which knows only tokio's clock; modelled
//! hosts give the same trace hash here and on the bare executor. tokio's timers have a granularity of 1 ms, so
//! the world is let run up to each whole millisecond.

use std::rc::Rc;
use std::time::Duration;

use super::backend::Backend;
use super::executor::World;
use crate::base::SimTime;

/// Runs `world` until `until` inside a turmoil simulation.
///
/// # Errors
/// When turmoil's simulation fails, with turmoil's reason.
pub(crate) fn run_on_turmoil<B: Backend>(world: Rc<World<B>>, until: SimTime) -> Result<(), String> {
    in_turmoil(until, async move {
        while let Some(due) = world.next_due().filter(|due| *due <= until) {
            let elapsed = turmoil::sim_elapsed().unwrap_or_default();
            let target = Duration::from_millis(due.as_nanos().div_ceil(1_000_000));
            if target > elapsed {
                tokio::time::sleep(target - elapsed).await;
            }
            world.run_until(until.min(SimTime::from_nanos(target.as_nanos() as u64)));
        }
        world.run_until(until);
    })
}

/// Runs `inside`, which ends at `until`, as the one host of a turmoil simulation.
///
/// # Errors
/// When turmoil's simulation fails, with turmoil's reason.
pub(crate) fn in_turmoil(until: SimTime, inside: impl Future<Output = ()> + 'static) -> Result<(), String> {
    let seconds = until.as_secs() + 3600;
    let mut sim = turmoil::Builder::new()
        .tick_duration(Duration::from_secs(3600))
        .simulation_duration(Duration::from_secs(2 * seconds))
        .epoch(std::time::UNIX_EPOCH)
        .rng_seed(0)
        .build();
    sim.client("world", async move {
        inside.await;
        Ok(())
    });
    sim.run().map_err(|error| error.to_string())
}
