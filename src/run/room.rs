//! A run with foreign code in it, or with HTTP between clients and services: the same world, inside a [`Room`].

use std::cell::RefCell;
use std::rc::Rc;

use super::build::{AppBoot, build};
use super::folds::{Folds, end_of_run};
use super::result::RunResult;
use super::shard_load::ShardLoad;
use crate::aws::Account;
use crate::aws::Door;
use crate::base::{Fold, SimTime};
use crate::net::{Life, Lives, Room};
use crate::scenario::plan::Plan;

/// Carries out `plan` in a room. `begin` starts the foreign code of a host that was booted.
///
/// # Panics
/// On an internal contradiction of the simulator, and when another run with foreign code goes on in this thread.
pub fn run_in_room(
    plan: &Plan,
    mut listeners: Vec<Rc<RefCell<dyn Fold>>>,
    begin: impl Fn(&Rc<Room>, Rc<Life>) + 'static,
) -> RunResult {
    let load = Rc::new(RefCell::new(ShardLoad::default()));
    if plan.names_shards_by_load() {
        listeners.push(load.clone());
    }
    let folds = Rc::new(RefCell::new(Folds::new(plan, listeners)));
    let lives = Rc::new(Lives::default());
    let boots = lives.clone();
    let boot_app: AppBoot = Rc::new(move |cx, of| boots.boot(cx, of));
    let (world, _) = build(plan, folds.clone(), load, &boot_app);
    drop(boot_app);
    let account = Account { id: plan.services.kinesis.account.clone(), region: "us-east-1".into() };
    let door = Door { account, epoch_unix_ms: plan.services.kinesis.epoch_unix_ms };
    let end = SimTime::ZERO.saturating_add(plan.duration);
    if let Err(reason) = Room::run(world, door, lives, plan.transport, end, begin) {
        unreachable!("turmoil ends when its only client does: {reason}")
    }
    end_of_run(plan, folds)
}
