//! What goes wrong, and when.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use proptest::prelude::*;

/// One thing that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A host loses its memory, and starts again after so many seconds.
    Crash(String, u32),
    /// A host stands still for so many seconds.
    Pause(String, u32),
    /// A host cannot reach a service for so many seconds.
    Partition(String, &'static str, u32),
    /// Answers of a service are lost, so many percent for so many seconds.
    LoseResponses(&'static str, u32, u32),
    /// A service answers with internal errors, so many percent for so many seconds.
    InternalErrors(&'static str, u32, u32),
    /// One of the zones that hold the records is away for so many seconds.
    ZoneOutage(u32, u32),
    /// The shard with most records is split.
    Split,
    /// The two neighbours with fewest records are merged.
    Merge,
}

/// Something that happens at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disturbance {
    /// Seconds since the start of the run.
    pub at_s: u32,
    /// What happens.
    pub what: Happening,
}

/// Disturbances in the order in which they were drawn. Its text is a list of `[[fault]]` and `[[action]]`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Schedule {
    /// What happens when.
    pub disturbances: Vec<Disturbance>,
}

const SERVICES: [&str; 2] = ["kinesis", "dynamodb"];
const LASTS_S: RangeInclusive<u32> = 1..=120;
const PERCENT: RangeInclusive<u32> = 1..=60;
/// A run is left alone at its start for so long.
const CALM_S: u32 = 20;
/// A stream takes so long to be ACTIVE after a split or a merge, and refuses another one meanwhile.
const RESHARDING_S: u32 = 60;

impl Disturbance {
    /// The second at which it is over.
    pub fn until_s(&self) -> u32 {
        self.at_s
            + match self.what {
                Happening::Crash(_, lasts)
                | Happening::Pause(_, lasts)
                | Happening::Partition(_, _, lasts)
                | Happening::LoseResponses(_, _, lasts)
                | Happening::InternalErrors(_, _, lasts)
                | Happening::ZoneOutage(_, lasts) => lasts,
                Happening::Split | Happening::Merge => RESHARDING_S,
            }
    }
}

impl Schedule {
    /// The second at which all is over.
    pub fn until_s(&self) -> u32 {
        self.disturbances.iter().map(Disturbance::until_s).max().unwrap_or(0)
    }
}

impl fmt::Display for Disturbance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at_s;
        let fault = |f: &mut fmt::Formatter<'_>, lasts: &u32, what: String| {
            write!(f, "[[fault]]\nat = \"{at}s\"\nfor = \"{lasts}s\"\n{what}\n")
        };
        match &self.what {
            Happening::Crash(host, after) => {
                write!(f, "[[fault]]\nat = \"{at}s\"\ncrash = \"{host}\"\nrestart_after = \"{after}s\"\n")
            }
            Happening::Pause(host, lasts) => fault(f, lasts, format!("pause = \"{host}\"")),
            Happening::Partition(host, service, lasts) => {
                fault(f, lasts, format!("partition = {{ hosts = [\"{host}\"], service = \"{service}\" }}"))
            }
            Happening::LoseResponses(service, percent, lasts) => {
                fault(f, lasts, format!("lose_responses = {{ service = \"{service}\", rate = \"{percent}%\" }}"))
            }
            Happening::InternalErrors(service, percent, lasts) => {
                fault(f, lasts, format!("internal_errors = {{ service = \"{service}\", rate = \"{percent}%\" }}"))
            }
            Happening::ZoneOutage(zone, lasts) => fault(f, lasts, format!("zone_outage = {zone}")),
            // Whether the stream can take it just then is the run's to see.
            Happening::Split => write!(f, "[[action]]\nat = \"{at}s\"\nsplit = \"hottest\"\n"),
            Happening::Merge => write!(f, "[[action]]\nat = \"{at}s\"\nmerge = \"coldest\"\n"),
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, disturbance) in self.disturbances.iter().enumerate() {
            write!(f, "{}{disturbance}", if n > 0 { "\n" } else { "" })?;
        }
        Ok(())
    }
}

/// Its text, because that is what one wants to see of a case that fails.
impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}")
    }
}

/// Up to six disturbances that begin within that time, on these hosts (`billing-1`), on services and on zones; and
/// where `is_resharding`, splits and merges of the scenario's one stream.
///
/// # Panics
/// Without a host.
pub fn schedules(hosts: &[&str], within: Duration, is_resharding: bool) -> impl Strategy<Value = Schedule> + use<> {
    assert!(!hosts.is_empty(), "a schedule is drawn for at least one host");
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let last_s = u32::try_from(within.as_secs()).unwrap_or(u32::MAX / 2).max(CALM_S);
    let disturbance = (CALM_S..=last_s, happenings(hosts)).prop_map(|(at_s, what)| Disturbance { at_s, what });
    let reshardings = if is_resharding { 0..=2 } else { 0..=0 };
    (prop::collection::vec(disturbance, 0..=4), prop::collection::vec(resharding(last_s), reshardings)).prop_map(
        |(mut disturbances, reshardings)| {
            disturbances.extend(apart(reshardings));
            Schedule { disturbances }
        },
    )
}

fn happenings(hosts: Vec<String>) -> impl Strategy<Value = Happening> {
    let host = || prop::sample::select(hosts.clone());
    let service = || prop::sample::select(&SERVICES[..]);
    prop_oneof![
        (host(), LASTS_S).prop_map(|(host, lasts)| Happening::Pause(host, lasts)),
        (host(), LASTS_S).prop_map(|(host, after)| Happening::Crash(host, after)),
        (host(), service(), LASTS_S).prop_map(|(host, of, lasts)| Happening::Partition(host, of, lasts)),
        (service(), PERCENT, LASTS_S).prop_map(|(of, percent, lasts)| Happening::LoseResponses(of, percent, lasts)),
        (service(), PERCENT, LASTS_S).prop_map(|(of, percent, lasts)| Happening::InternalErrors(of, percent, lasts)),
        (0..3u32, LASTS_S).prop_map(|(zone, lasts)| Happening::ZoneOutage(zone, lasts)),
    ]
}

fn resharding(last_s: u32) -> impl Strategy<Value = Disturbance> {
    let what = prop_oneof![Just(Happening::Split), Just(Happening::Merge)];
    (CALM_S..=last_s, what).prop_map(|(at_s, what)| Disturbance { at_s, what })
}

/// One after the other, each once the one before is over. The first is a split, so that a merge has two shards.
fn apart(mut reshardings: Vec<Disturbance>) -> Vec<Disturbance> {
    reshardings.sort_by_key(|resharding| resharding.at_s);
    let mut free_from = 0;
    for (n, resharding) in reshardings.iter_mut().enumerate() {
        resharding.at_s = resharding.at_s.max(free_from);
        free_from = resharding.until_s();
        if n == 0 {
            resharding.what = Happening::Split;
        }
    }
    reshardings
}
