//! Regions besides the endpoint's own: each is a world of its own, empty at the beginning.
//!
//! A request is of the region that its credential's scope names, as at AWS: streams and tables of one region are not
//! seen in another, ARNs carry it, limits count for it alone. Faults, checks, figures, events and the page are those of
//! the endpoint's own region, and so are requests that name none.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::settings::Settings;
use crate::aws::protocol::credential::region;
use crate::aws::protocol::envelope::HttpRequest;
use crate::aws::{Account, Door};
use crate::base::{Fold, SimTime};
use crate::run::Live;

/// More regions than AWS has are a mistake, or ill will.
const REGIONS_MAX: usize = 64;

/// One more region.
pub(super) struct Region {
    pub(crate) live: Live,
    pub(crate) door: Rc<Door>,
}

/// The regions that were asked for so far.
pub(super) struct Regions {
    settings: Settings,
    seed: u64,
    others: RefCell<BTreeMap<Box<str>, Rc<Region>>>,
    listeners: Vec<Rc<RefCell<dyn Fold>>>,
}

impl Regions {
    /// None so far. `settings` are those of the endpoint, with the time of its beginning.
    pub(super) fn new(settings: &Settings, seed: u64) -> Self {
        Self { settings: settings.clone(), seed, others: RefCell::default(), listeners: Vec::new() }
    }
    /// With one that hears the events of them all.
    pub(super) fn heard_by(mut self, listener: Rc<RefCell<dyn Fold>>) -> Self {
        self.listeners.push(listener);
        self
    }

    /// The name of the region that a request is of, if it is not the endpoint's own.
    pub(super) fn name<'a>(&self, request: &HttpRequest<'a>) -> Option<&'a str> {
        let is_name = |name: &&str| {
            name.len() <= 32 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && !name.is_empty()
        };
        region(request).filter(is_name).filter(|name| **name != *self.settings.account.region)
    }

    /// The region of that name at a time that all regions have; `None` when there are too many.
    pub(super) fn of(&self, name: &str, now: SimTime) -> Option<Rc<Region>> {
        let mut others = self.others.borrow_mut();
        if let Some(known) = others.get(name) {
            return Some(known.clone());
        }
        if others.len() >= REGIONS_MAX {
            return None;
        }
        let account = Account { region: name.into(), ..self.settings.account.clone() };
        // Nobody would take what is asked to functions and sinks outside.
        let settings = Settings { account, functions: Vec::new(), targets: Vec::new(), ..self.settings.clone() };
        let plan = settings.plan(None, self.seed);
        let region =
            Rc::new(Region { live: Live::new(&plan, self.listeners.clone()), door: Rc::new(settings.door(&plan)) });
        region.live.run_until(now);
        tracing::info!(
            region = name,
            own = &*self.settings.account.region,
            "a region of its own, and empty; what the endpoint shows is its own region's (--region)"
        );
        others.insert(name.into(), region.clone());
        Some(region)
    }

    /// Brings all to the present.
    pub(super) fn run_until(&self, now: SimTime) {
        self.others.borrow().values().for_each(|region| region.live.run_until(now));
    }

    /// When something next happens by itself in any of them.
    pub(super) fn next_due(&self) -> Option<SimTime> {
        self.others.borrow().values().filter_map(|region| region.live.next_due()).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(scope: &str) -> Option<String> {
        let header = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=c");
        let request = HttpRequest { authorization: Some(&header), ..HttpRequest::default() };
        Regions::new(&Settings::default(), 1).name(&request).map(str::to_owned)
    }

    #[test]
    fn a_request_is_of_the_region_of_its_scope() {
        assert_eq!(named("k/20261123/eu-west-1/kinesis/aws4_request").as_deref(), Some("eu-west-1"));
        assert_eq!(named("k/20261123/us-east-1/kinesis/aws4_request"), None, "the endpoint's own");
        assert_eq!(named("a/b"), None);
    }

    #[test]
    fn each_region_is_a_world_of_its_own() {
        let regions = Regions::new(&Settings { epoch_unix_ms: Some(0), ..Settings::default() }, 1);
        let one = regions.of("eu-west-1", SimTime::from_secs(5)).expect("a region");
        assert_eq!((one.live.now(), &*one.door.account.region), (SimTime::from_secs(5), "eu-west-1"));
        assert!(Rc::ptr_eq(&one, &regions.of("eu-west-1", SimTime::from_secs(6)).expect("the same")));
        for n in 1..REGIONS_MAX {
            assert!(regions.of(&format!("r-{n}"), SimTime::ZERO).is_some());
        }
        assert!(regions.of("one-too-many", SimTime::ZERO).is_none());
    }
}
