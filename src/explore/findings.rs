//! What a search has found: failures in groups, situations, checks that judged.

use std::collections::BTreeMap;

use super::kept::KeptRun;
use super::known::{Known, known};
use super::one::{Explored, Failure};
use super::partition::Partition;
use super::situations::Situation;
use crate::base::Seeds;
use crate::check::Verdict;

/// Failures that are one bug, as far as their check and shape say.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// Which scenario.
    pub(crate) source: usize,
    /// In how many runs.
    pub(crate) runs: u64,
    /// That of the first run.
    pub(crate) first: Failure,
    /// Those of the first run.
    pub(crate) seeds: Seeds,
    /// Whether the first run's scenario was drawn.
    pub(crate) is_swarm: bool,
    /// The command that repeats it.
    pub(crate) again: String,
    /// The place of the first run in the search, and that of the failure among those of the run.
    pub(crate) place: (u64, usize),
    /// What was made of the first run.
    pub(crate) left: Left,
}

/// Scenarios that show a failure: a file's text each, where there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Left {
    /// The line of the searched file that asks for what failed.
    pub(crate) line: Option<usize>,
    /// What the seed of a swarm drew, with all that it drew written out.
    pub(crate) resolved: Option<String>,
    /// What is left of it when nothing more can be cut.
    pub(crate) small: Option<Small>,
}

impl Left {
    /// The line of the searched file that asks for what failed; the first where nobody has looked.
    pub(crate) fn line(&self) -> usize {
        self.line.unwrap_or(1)
    }
}

/// A scenario that was cut down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Small {
    /// The file; where it names itself it has [`NAMELESS`].
    pub(crate) text: String,
    pub(crate) lines: usize,
    /// Whether there was no time left to cut further.
    pub(crate) is_cut_short: bool,
}

/// What a scenario calls itself that is not written to a file yet.
pub(crate) const NAMELESS: &str = "FILE";

/// A run that was not the same the second time.
#[derive(Clone, Debug)]
pub(crate) struct Unlike {
    pub(crate) place: u64,
    pub(crate) source: usize,
    pub(crate) seeds: Seeds,
    /// The command that repeats it.
    pub(crate) again: String,
}

/// What a group is told apart by: scenario, check, shape.
type Key = (usize, String, String);

/// What many runs came to; they are taken in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    pub(crate) runs: u64,
    pub(crate) failed: u64,
    /// Runs in which something was not judged or not done that the scenario asks for.
    pub(crate) partial: u64,
    /// Runs that continued another one.
    pub(crate) branches: u64,
    /// Runs that were done twice.
    pub(crate) twice: u64,
    /// Runs that came to another hash the second time.
    pub(crate) unlike: Vec<Unlike>,
    /// Whether it was ended before its seeds were through.
    pub(crate) is_cut_short: bool,
    /// Parts of the search that are not in this.
    pub(crate) missing: Vec<Partition>,
    /// What was kept of earlier searches and has run.
    pub(crate) kept: Vec<KeptRun>,
    groups: BTreeMap<Key, Group>,
    /// In how many runs, by situation.
    reached: BTreeMap<Situation, u64>,
    /// In how many runs, by scenario and by check or expectation.
    pub(crate) judged: BTreeMap<(usize, String), u64>,
    /// In how many runs, by what real libraries do.
    known: BTreeMap<&'static str, (&'static Known, u64)>,
    /// Which run was the last that reached a situation or showed a failure for the first time.
    pub(crate) last_new: u64,
}

impl Findings {
    /// Nothing yet, of a search of which these parts are not there.
    pub(super) fn lacking(missing: Vec<Partition>) -> Self {
        Self { missing, ..Self::default() }
    }
    /// Takes the next run.
    pub(crate) fn take(&mut self, run: Explored) {
        self.runs += 1;
        self.partial += u64::from(!run.is_whole);
        self.branches += u64::from(!run.seeds.forks().is_empty());
        let seen: BTreeMap<&'static str, &'static Known> =
            run.failures.iter().filter_map(known).map(|known| (known.name, known)).collect();
        for (name, known) in seen {
            self.known.entry(name).or_insert((known, 0)).1 += 1;
        }
        let failures: Vec<Failure> = run.failures.iter().filter(|failure| known(failure).is_none()).cloned().collect();
        self.failed += u64::from(!failures.is_empty());
        if let Some(second) = run.second_hash {
            self.twice += 1;
            if second != run.trace_hash {
                let (seeds, again) = (run.seeds.clone(), run.again.clone());
                self.unlike.push(Unlike { place: run.place, source: run.source, seeds, again });
            }
        }
        for check in &run.judged {
            *self.judged.entry((run.source, check.clone())).or_default() += 1;
        }
        for (situation, _) in &run.reached {
            let runs = self.reached.entry(*situation).or_default();
            *runs += 1;
            if *runs == 1 {
                self.last_new = self.runs;
            }
        }
        for (number, failure) in failures.into_iter().enumerate() {
            self.group(&run, number, failure);
        }
    }

    fn group(&mut self, run: &Explored, number: usize, failure: Failure) {
        let key = (run.source, failure.of.clone(), failure.shape.clone());
        if let Some(group) = self.groups.get_mut(&key) {
            group.runs += 1;
            return;
        }
        self.last_new = self.runs;
        let group = Group {
            source: run.source,
            runs: 1,
            first: failure,
            seeds: run.seeds.clone(),
            is_swarm: run.is_swarm,
            again: run.again.clone(),
            place: (run.place, number),
            left: Left::default(),
        };
        self.groups.insert(key, group);
    }

    /// Adds what another part of the search found of a kind of failure: the first run is the one whose place is first.
    pub(super) fn add_group(&mut self, group: Group) {
        let key = (group.source, group.first.of.clone(), group.first.shape.clone());
        match self.groups.get_mut(&key) {
            None => {
                self.groups.insert(key, group);
            }
            Some(there) => {
                let runs = there.runs + group.runs;
                if group.place < there.place {
                    *there = group;
                }
                there.runs = runs;
            }
        }
    }
    /// Adds what another part of the search found.
    pub(super) fn add(&mut self, other: Self) {
        self.runs += other.runs;
        self.failed += other.failed;
        self.partial += other.partial;
        self.branches += other.branches;
        self.twice += other.twice;
        self.is_cut_short |= other.is_cut_short;
        self.last_new = self.runs;
        self.unlike.extend(other.unlike);
        self.unlike.sort_by_key(|unlike| unlike.place);
        self.kept.extend(other.kept);
        self.kept.sort_by_key(|run| (run.place, run.line));
        other.groups.into_values().for_each(|group| self.add_group(group));
        other.reached.into_iter().for_each(|(situation, runs)| self.add_reached(situation, runs));
        other.known.into_values().for_each(|(known, runs)| self.add_known(known, runs));
        for (what, runs) in other.judged {
            *self.judged.entry(what).or_default() += runs;
        }
    }
    /// Adds runs in which a situation was reached.
    pub(super) fn add_reached(&mut self, situation: Situation, runs: u64) {
        if runs > 0 {
            *self.reached.entry(situation).or_default() += runs;
        }
    }
    /// Adds runs in which something was seen that real libraries do.
    pub(super) fn add_known(&mut self, known: &'static Known, runs: u64) {
        self.known.entry(known.name).or_insert((known, 0)).1 += runs;
    }

    /// The groups, in the order in which they were found.
    pub(crate) fn groups(&self) -> impl Iterator<Item = &Group> {
        let mut groups: Vec<&Group> = self.groups.values().collect();
        groups.sort_by_key(|group| group.place);
        groups.into_iter()
    }
    /// The same, to note what was made of them.
    pub(crate) fn groups_mut(&mut self) -> impl Iterator<Item = &mut Group> {
        let mut groups: Vec<&mut Group> = self.groups.values_mut().collect();
        groups.sort_by_key(|group| group.place);
        groups.into_iter()
    }
    /// How many bugs, as far as shapes say.
    pub(crate) fn distinct(&self) -> usize {
        self.groups.len()
    }
    /// In how many runs a situation was reached.
    pub(crate) fn reached(&self, situation: Situation) -> u64 {
        self.reached.get(&situation).copied().unwrap_or(0)
    }
    /// How many situations were reached at all.
    pub(crate) fn reached_count(&self) -> usize {
        self.reached.len()
    }
    /// What real libraries do, and in how many runs it was seen.
    pub(crate) fn known(&self) -> impl Iterator<Item = (&'static Known, u64)> {
        self.known.values().copied()
    }
    /// Whether a check judged something in any run.
    pub(crate) fn has_judged(&self, check: &str) -> bool {
        self.judged.keys().any(|(_, judged)| judged == check)
    }
    /// Runs in which all was judged.
    pub(crate) fn judged_runs(&self) -> u64 {
        self.runs - self.partial
    }
    /// How the search ended.
    pub(crate) fn verdict(&self) -> Verdict {
        match self.is_clean() {
            false => Verdict::Fail,
            true if self.judged_runs() == 0 || !self.missing.is_empty() => Verdict::Unknown,
            true => Verdict::Pass,
        }
    }
    /// Whether nothing speaks against what was searched.
    pub(crate) fn is_clean(&self) -> bool {
        self.failed == 0 && self.unlike.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explored(seed: u64, failures: &[(&str, &str)]) -> Explored {
        let failure = |(of, what): &(&str, &str)| Failure {
            of: (*of).into(),
            shape: crate::check::shape(what),
            what: (*what).into(),
            timeline: Vec::new(),
        };
        Explored {
            source: 0,
            place: seed,
            seeds: seed.into(),
            is_swarm: false,
            trace_hash: seed,
            failures: failures.iter().map(failure).collect(),
            judged: vec!["shard-order".into()],
            is_whole: seed != 99,
            reached: vec![(Situation::LeaseStolen, crate::base::SimTime::ZERO)],
            again: format!("kinesim run a.toml --seed {seed}"),
            second_hash: None,
        }
    }

    #[test]
    fn a_thousand_red_seeds_read_as_the_bugs_that_they_are() {
        let mut findings = Findings::default();
        for seed in 0..1000 {
            let what = format!("billing-{} lost record {seed} of shard {}", seed % 3, seed % 7);
            let second = if seed >= 500 { vec![("shard-order", "record 3 came before 2")] } else { Vec::new() };
            let first = ("no-acknowledged-record-lost", what.as_str());
            findings.take(explored(seed, &[&[first], &second[..]].concat()));
        }
        assert_eq!((findings.runs, findings.failed, findings.distinct()), (1000, 1000, 2));
        let told: Vec<(u64, &str)> = findings.groups().map(|group| (group.runs, &*group.again)).collect();
        assert_eq!(told, [(1000, "kinesim run a.toml --seed 0"), (500, "kinesim run a.toml --seed 500")]);
        assert_eq!(findings.last_new, 501, "the run that showed something new");
        assert_eq!(findings.judged_runs(), 999, "one asked for what could not be judged");
        assert!(findings.has_judged("shard-order") && !findings.has_judged("balance-converges"));
    }

    #[test]
    fn a_run_that_is_another_the_second_time_is_no_clean_search() {
        let mut findings = Findings::default();
        findings.take(Explored { second_hash: Some(7), ..explored(7, &[]) });
        assert!(findings.is_clean());
        findings.take(Explored { second_hash: Some(9), ..explored(8, &[]) });
        assert_eq!((findings.is_clean(), findings.twice, findings.unlike.len()), (false, 2, 1));
    }
}
