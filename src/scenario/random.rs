//! Draws random faults from the seed, as concrete faults that the resolved file writes out.
//!
//! Zones fail one at a time, with time to rebuild in between, so that what was acknowledged keeps a zone that holds
//! it. Every fault ends by `until`, so that liveness can be judged afterwards.

use super::compiler::HOST_MAX;
use super::file::{ClockSkew, Fault, File, KmsState, Library, LinkFault, RandomFaults, ServiceFault, Way};
use crate::base::host_name::host_name;
use crate::base::seed::Random;
use crate::base::written::{Duration, DurationRange, Rate, Share};
use crate::base::{Seed, SimDuration};

/// More than this are refused: nobody reads such a run.
pub(super) const FAULT_MAX: usize = 10_000;

/// Time between two zone faults, in which the zone is rebuilt.
const ZONE_REST: SimDuration = SimDuration::from_secs(60);

/// The faults that the rates come to.
pub(super) fn draw(file: &File, random: &RandomFaults) -> Vec<Fault> {
    let mut draw = Draw { file, rates: random, until: until(file, random), faults: Vec::new() };
    draw.of_hosts(random, &consumer_hosts(file));
    draw.of_links(random, &consumer_hosts(file));
    draw.of_services(random, &tables(file));
    draw.zones(random.zones);
    draw.faults.sort_by_key(|fault| fault.at);
    draw.faults
}

impl Draw<'_> {
    fn of_hosts(&mut self, random: &RandomFaults, hosts: &[String]) {
        self.kind("crash", random.crash, |r, f, lasts| {
            (f.lasts, f.restart_after) = (None, Some(lasts));
            f.crash = pick(r, hosts);
            f.crash.is_some()
        });
        self.kind("crash for good", random.crash_for_good, |r, f, _| {
            f.lasts = None;
            f.crash = pick(r, hosts.get(1..).unwrap_or_default());
            f.crash.is_some()
        });
        self.kind("pause", random.pause, |r, f, _| {
            f.pause = pick(r, hosts);
            f.pause.is_some()
        });
        self.kind("clock_skew", random.clock_skew, |r, f, _| {
            let by = Some(Duration(SimDuration::from_millis(r.between(1, 60_000))));
            let is_ahead = r.chance(0.5);
            let (ahead, behind) = if is_ahead { (by, None) } else { (None, by) };
            f.clock_skew = pick(r, hosts).map(|host| ClockSkew { host, ahead, behind });
            f.clock_skew.is_some()
        });
    }

    fn of_links(&mut self, random: &RandomFaults, hosts: &[String]) {
        self.kind("partition", random.partition, |r, f, _| {
            let service = pick(r, &["dynamodb".to_owned(), "kinesis".to_owned()]);
            let way = [Way::Both, Way::Requests, Way::Replies][r.below(3) as usize];
            f.partition =
                pick(r, hosts).map(|host| LinkFault { hosts: vec![host], service, way, ..LinkFault::default() });
            f.partition.is_some()
        });
        let tenth = "10%".parse().ok();
        self.kind("lose", random.lose, |_, f, _| {
            f.lose = Some(LinkFault { rate: tenth, ..LinkFault::default() });
            true
        });
        self.kind("lose_responses", random.lose_responses, |r, f, _| {
            let service = pick(r, &["dynamodb".to_owned(), "kinesis".to_owned()]);
            f.lose_responses = Some(LinkFault { service, rate: tenth, ..LinkFault::default() });
            true
        });
        self.kind("duplicate", random.duplicate, |_, f, _| {
            f.duplicate = Some(LinkFault { rate: tenth, ..LinkFault::default() });
            true
        });
        self.kind("delay", random.delay, |r, f, _| {
            let by = Some(DurationRange(SimDuration::ZERO, SimDuration::from_millis(r.between(100, 2000))));
            f.delay = Some(LinkFault { by, ..LinkFault::default() });
            true
        });
    }

    fn of_services(&mut self, random: &RandomFaults, tables: &[String]) {
        let (file, tenth) = (self.file, "10%".parse().ok());
        self.kind("throttle", random.throttle, |r, f, _| {
            f.throttle = Some(ServiceFault { rate: "20%".parse().ok(), ..target(r, file, tables, true) });
            true
        });
        self.kind("internal_errors", random.internal_errors, |r, f, _| {
            f.internal_errors = Some(ServiceFault { rate: tenth, ..target(r, file, tables, true) });
            true
        });
        self.kind("unavailable", random.unavailable, |r, f, _| {
            f.unavailable = Some(ServiceFault { rate: tenth, ..target(r, file, tables, false) });
            true
        });
        self.kind("kms", random.kms, |r, f, _| {
            let states = [KmsState::Disabled, KmsState::PendingDeletion, KmsState::AccessDenied, KmsState::Throttled];
            f.kms = Some(states[r.below(states.len() as u64) as usize]);
            true
        });
        self.kind("expire_iterators", random.expire_iterators, |_, f, _| {
            let rate: Option<Share> = "50%".parse().ok();
            f.expire_iterators = Some(ServiceFault { rate, ..ServiceFault::default() });
            true
        });
    }
}

fn until(file: &File, random: &RandomFaults) -> SimDuration {
    random.until.map_or(file.duration.0 / 3 * 2, |until| until.0)
}

fn consumer_hosts(file: &File) -> Vec<String> {
    file.consumer
        .iter()
        .flat_map(|(name, c)| (1..=c.host_count().min(HOST_MAX)).map(move |n| host_name(name, n)))
        .collect()
}

fn tables(file: &File) -> Vec<String> {
    let kcl = file.consumer.iter().filter(|(_, consumer)| consumer.library == Library::Kcl2);
    kcl.map(|(name, consumer)| consumer.table_name(name)).collect()
}

fn pick(random: &mut Random, from: &[String]) -> Option<String> {
    (!from.is_empty()).then(|| from[random.below(from.len() as u64) as usize].clone())
}

/// A lease table, or else Kinesis: a stream of it, a shard of that, or all of it.
fn target(random: &mut Random, file: &File, tables: &[String], has_shards: bool) -> ServiceFault {
    if random.chance(0.5)
        && let Some(table) = pick(random, tables)
    {
        return ServiceFault { table: Some(table), ..ServiceFault::default() };
    }
    let streams: Vec<String> = file.stream.keys().cloned().collect();
    let stream = if has_shards && random.chance(0.75) { pick(random, &streams) } else { None };
    let shards = stream.as_ref().and_then(|stream| file.stream.get(stream)).map_or(0, |stream| stream.shards);
    let shard = (shards > 0 && random.chance(0.5)).then(|| random.below(shards.into()) as u32);
    ServiceFault { stream, shard, ..ServiceFault::default() }
}

/// Times that people can read.
fn whole_ms(time: SimDuration) -> SimDuration {
    SimDuration::from_millis(time.as_millis())
}

struct Draw<'a> {
    file: &'a File,
    rates: &'a RandomFaults,
    until: SimDuration,
    faults: Vec<Fault>,
}

impl Draw<'_> {
    /// The random stream of a kind: adding one kind does not change another.
    fn random(&self, kind: &str) -> Random {
        Seed(self.file.seed.0).stream(&format!("random faults/{kind}"))
    }

    /// Times of faults of one kind, with their lengths: on the average as many as the rate says.
    fn times(&self, random: &mut Random, rate: Rate) -> Vec<(SimDuration, SimDuration)> {
        let window = self.until.saturating_sub(self.rates.from.0);
        let expected = rate.per_s() * window.as_secs_f64();
        let count = expected as u64 + u64::from(random.chance(expected - (expected as u64) as f64));
        let mut times = Vec::new();
        for _ in 0..count.min(FAULT_MAX as u64 + 1) {
            let lasts = whole_ms(random.duration(self.rates.lasts.0, self.rates.lasts.1));
            let latest = self.until.saturating_sub(lasts);
            if latest < self.rates.from.0 {
                continue;
            }
            times.push((whole_ms(random.duration(self.rates.from.0, latest)), lasts));
        }
        times.sort();
        times
    }

    fn kind(
        &mut self,
        kind: &str,
        rate: Option<Rate>,
        mut fill: impl FnMut(&mut Random, &mut Fault, Duration) -> bool,
    ) {
        let Some(rate) = rate else { return };
        let mut random = self.random(kind);
        for (at, lasts) in self.times(&mut random, rate) {
            let mut fault = Fault { at: Duration(at), lasts: Some(Duration(lasts)), ..Fault::default() };
            if fill(&mut random, &mut fault, Duration(lasts)) {
                self.faults.push(fault);
            }
        }
    }

    /// Returns whether a zone fault that stands in the file is on, or in its rest, at some time from `start` to `end`.
    fn meets_zone_fault(&self, start: SimDuration, end: SimDuration) -> bool {
        let of_file = self.file.fault.iter().filter(|f| f.zone_outage.is_some() || f.zone_wipe.is_some());
        of_file.into_iter().any(|f| {
            let over = f.at.0.saturating_add(f.lasts.map_or(SimDuration::MAX, |lasts| lasts.0));
            start < over.saturating_add(ZONE_REST) && f.at.0 < end.saturating_add(ZONE_REST)
        })
    }

    /// One zone at a time, with a rest after each, beside those of the file.
    fn zones(&mut self, rate: Option<Rate>) {
        let Some(rate) = rate else { return };
        let mut random = self.random("zones");
        let mut free_from = SimDuration::ZERO;
        for (at, lasts) in self.times(&mut random, rate) {
            let (zone, is_wipe) = (random.below(3) as u8, random.chance(0.5));
            if at < free_from || self.meets_zone_fault(at, at + lasts) {
                continue;
            }
            free_from = at + lasts + ZONE_REST;
            let (zone_outage, zone_wipe) = if is_wipe { (None, Some(zone)) } else { (Some(zone), None) };
            let (at, lasts) = (Duration(at), Some(Duration(lasts)));
            self.faults.push(Fault { at, lasts, zone_outage, zone_wipe, ..Fault::default() });
        }
    }
}
