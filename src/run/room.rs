//! A run with foreign code in it, or with HTTP between clients and services: the same world, inside a [`Room`].

use std::rc::Rc;

use super::app_hosts::AppBoot;
use super::build::{Audience, Built, build};
use super::folds::end_of_run;
use super::result::RunResult;
use crate::aws::{Account, Door, S3};
use crate::base::SimTime;
use crate::net::{Life, Lives, Room};
use crate::scenario::plan::Plan;

/// Carries out `plan` in a room. `begin` starts the foreign code of a host that was booted.
///
/// # Panics
/// On an internal contradiction of the simulator, and when another run with foreign code goes on in this thread.
pub(crate) fn run_in_room(
    plan: &Plan,
    audience: impl Into<Audience>,
    begin: impl Fn(&Rc<Room>, Rc<Life>) + 'static,
) -> RunResult {
    let lives = Rc::new(Lives::default());
    let boots = lives.clone();
    let boot_app: AppBoot = Rc::new(move |cx, of| {
        boots.boot(cx, of);
        None
    });
    let Built { world, folds, .. } = build(plan, audience, &boot_app);
    let services = world.host(S3);
    drop(boot_app);
    let account = Account { id: plan.services.kinesis.account.clone(), region: "us-east-1".into() };
    let door = Door { account, epoch_unix_ms: plan.services.kinesis.epoch_unix_ms };
    let end = SimTime::ZERO.saturating_add(plan.duration);
    if let Err(reason) = Room::run(world, door, lives, plan.transport, end, begin) {
        unreachable!("turmoil ends when its only client does: {reason}")
    }
    end_of_run(plan, folds, services)
}
