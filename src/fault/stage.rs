//! Where faults act: the hosts, links, clocks and services of a run, and who holds what of them.

use std::cell::RefCell;
use std::fmt::Debug;
use std::sync::Arc;

use crate::aws::Cloud;
use crate::base::{HostId, SimDuration, SimTime};
use crate::world::{Host, Hosts};

/// A fault with its time.
#[derive(Clone, Debug)]
pub struct FaultPlan {
    /// When it begins, in time of the run.
    pub at: SimTime,
    /// How long it lasts. `None`: for good (a crash without restart), or until it is healed.
    pub lasts: Option<SimDuration>,
    /// What it does.
    pub effect: Arc<dyn Effect>,
    /// Whether it may meet nothing.
    pub(crate) if_any: bool,
    /// How reports and events tell it, in a few words (`crash of billing-1 for 40s`).
    pub text: Arc<str>,
}

/// What a fault does when it begins and when it ends.
pub trait Effect: Debug + Send + Sync {
    /// Breaks something.
    fn begin(&self, stage: &Stage<'_>);
    /// The host that it keeps from working, when that is all that it does.
    fn keeps_down(&self) -> Option<&str> {
        None
    }
    /// The host that loses its memory by it, when that is all that it does.
    fn crashes(&self) -> Option<&str> {
        None
    }
    /// The zone of Kinesis that is away by it.
    fn loses_zone(&self) -> Option<u8> {
        None
    }
    /// Mends it, unless another fault that is in force goes on breaking it.
    fn end(&self, stage: &Stage<'_>);
}

/// A fault that holds a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Claim {
    kind: &'static str,
    host: HostId,
    fault: u32,
    value: i64,
}

/// What faults in force hold, in the order in which they began.
#[derive(Debug, Default)]
pub struct Claims(RefCell<Vec<Claim>>);

/// A run, as one fault sees it.
pub struct Stage<'a> {
    operator: &'a Host<Cloud>,
    claims: &'a Claims,
    fault: u32,
}

impl<'a> Stage<'a> {
    /// For the fault of this number, which acts from the operator's host.
    pub fn new(operator: &'a Host<Cloud>, claims: &'a Claims, fault: u32) -> Self {
        Self { operator, claims, fault }
    }
    /// The fault's number. Services and links know it by that.
    pub fn fault(&self) -> u32 {
        self.fault
    }
    /// The operator's host, from which links and services are reached.
    pub fn operator(&self) -> &Host<Cloud> {
        self.operator
    }
    /// The host of this name.
    pub fn host(&self, name: &str) -> Host<Cloud> {
        let Some(host) = self.operator.find(name) else { unreachable!("plans name hosts that exist, not {name}") };
        self.operator.other(host)
    }
    /// The hosts of these names; all when there are none.
    pub fn hosts(&self, names: &[Arc<str>]) -> Hosts {
        match names.is_empty() {
            true => Hosts::All,
            false => Hosts::Only(names.iter().filter_map(|name| self.operator.find(name)).collect()),
        }
    }

    /// Holds a host for as long as this fault is in force. `value` is for those who come after.
    pub fn hold(&self, kind: &'static str, host: HostId, value: i64) {
        self.claims.0.borrow_mut().push(Claim { kind, host, fault: self.fault, value });
    }
    /// Takes a host over from faults of this kind that hold it.
    pub(crate) fn take_over(&self, kind: &'static str, host: HostId) {
        self.claims.0.borrow_mut().retain(|claim| !(claim.kind == kind && claim.host == host));
        self.hold(kind, host, 0);
    }
    /// Lets a host go. Returns whether this fault held it.
    pub(crate) fn let_go(&self, kind: &'static str, host: HostId) -> bool {
        let is_ours = |claim: &Claim| claim.kind == kind && claim.host == host && claim.fault == self.fault;
        let mut claims = self.claims.0.borrow_mut();
        let held = claims.iter().position(is_ours);
        held.map(|at| claims.remove(at)).is_some()
    }
    /// The value of the latest fault of this kind that still holds the host.
    pub fn latest(&self, kind: &'static str, host: HostId) -> Option<i64> {
        let claims = self.claims.0.borrow();
        claims.iter().rev().find(|claim| claim.kind == kind && claim.host == host).map(|claim| claim.value)
    }
}
