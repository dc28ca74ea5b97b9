//! Which runs a search makes: those of fresh seeds, and other futures of runs that came to a rare situation.
//!
//! A run is the same up to where another seed takes over, so a rare situation, once reached, can be continued in many
//! ways for the price of the way there. The rarer, the more ways. All is decided from what runs reached, in their
//! order: a search is the same however many run at a time.

use std::collections::{BTreeMap, VecDeque};

use super::one::{Explored, Task};
use super::partition::Partition;
use super::situations::Situation;
use crate::base::{Seed, Seeds, SimDuration, SimTime};

/// So many futures has a run that reaches a situation first; the n-th run that does has the n-th part.
const FUTURES: u64 = 8;
/// A run of more seeds than this is not continued: what it came to is a long way off already.
const SEEDS_MAX: usize = 4;
/// Of so many runs of a scenario one is done twice.
const TWICE_EVERY: u64 = 20;

/// A run that has no place yet.
#[derive(Clone, Debug)]
struct Future {
    source: usize,
    seeds: Seeds,
    is_swarm: bool,
    /// Which run of a whole search it is when no run is continued.
    number: u64,
}

/// Which runs are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// How many scenarios there are.
    pub(crate) sources: usize,
    /// The place of the first run.
    pub(crate) first_place: u64,
    /// The first seed of each.
    pub(crate) from: u64,
    /// Which of the seeds are wanted.
    pub(crate) partition: Partition,
    /// Whether each seed draws the scenario too.
    pub(crate) is_swarm: bool,
    /// Whether runs are continued.
    pub(crate) has_branches: bool,
}

/// What a search does next.
#[derive(Debug)]
pub(crate) struct Search {
    wanted: Wanted,
    /// How many runs were decided on.
    runs: u64,
    /// How many of them were fresh.
    fresh: u64,
    waiting: VecDeque<Future>,
    /// In how many runs a situation of a scenario was reached.
    reached: BTreeMap<(usize, Situation), u64>,
}

impl Search {
    pub(crate) fn new(wanted: Wanted) -> Self {
        Self { wanted, runs: 0, fresh: 0, waiting: VecDeque::new(), reached: BTreeMap::new() }
    }

    /// The next runs. Half of them continue others while there are such.
    pub(crate) fn round(&mut self, runs: usize) -> Vec<Task> {
        let branches = self.waiting.len().min(runs / 2);
        let mut round: Vec<Future> = self.waiting.drain(..branches).collect();
        round.extend((branches..runs).map(|_| self.fresh()));
        round.into_iter().map(|future| self.task(future)).collect()
    }

    fn fresh(&mut self) -> Future {
        let Wanted { sources, from, partition, is_swarm, .. } = self.wanted;
        let (round, source) = (self.fresh / sources as u64, self.fresh % sources as u64);
        self.fresh += 1;
        let behind = partition.first_behind(from).wrapping_add(round.wrapping_mul(partition.of()));
        let number = behind.wrapping_mul(sources as u64).wrapping_add(source);
        Future { source: source as usize, seeds: from.wrapping_add(behind).into(), is_swarm, number }
    }

    fn task(&mut self, Future { source, seeds, is_swarm, number }: Future) -> Task {
        let number = if self.wanted.has_branches { self.runs } else { number };
        self.runs += 1;
        let is_twice = (number / self.wanted.sources as u64 + source as u64).is_multiple_of(TWICE_EVERY);
        let place = self.wanted.first_place.wrapping_add(number);
        Task { place, source, seeds, is_swarm, is_twice }
    }

    /// Notes what a run came to.
    pub(crate) fn learn(&mut self, run: &Explored) {
        if !self.wanted.has_branches {
            return;
        }
        for (situation, at) in &run.reached {
            let times = self.reached.entry((run.source, *situation)).or_default();
            *times += 1;
            let futures = FUTURES / *times;
            if futures > 0 && run.seeds.forks().len() + 1 < SEEDS_MAX {
                self.continue_from(run, *at, futures);
            }
        }
    }

    fn continue_from(&mut self, run: &Explored, reached_at: SimTime, futures: u64) {
        // The next millisecond: the situation has come about, and the time is short to write.
        let at = SimTime::from_millis(reached_at.as_millis()) + SimDuration::from_millis(1);
        let futures = (1..=futures).filter_map(|seed| run.seeds.followed_by(at, Seed(seed)));
        let (source, is_swarm) = (run.source, run.is_swarm);
        self.waiting.extend(futures.map(|seeds| Future { source, seeds, is_swarm, number: 0 }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(seeds: &str, reached: &[(Situation, u64)]) -> Explored {
        Explored {
            source: 0,
            place: 0,
            is_swarm: false,
            seeds: seeds.parse().expect("seeds"),
            trace_hash: 0,
            failures: Vec::new(),
            judged: Vec::new(),
            is_whole: true,
            reached: reached.iter().map(|(situation, s)| (*situation, SimTime::from_secs(*s))).collect(),
            again: String::new(),
            second_hash: None,
        }
    }

    fn search(sources: usize, from: u64, has_branches: bool) -> Search {
        Search::new(Wanted {
            sources,
            first_place: 0,
            from,
            partition: Partition::WHOLE,
            is_swarm: false,
            has_branches,
        })
    }

    fn told(round: &[Task]) -> Vec<String> {
        round.iter().map(|task| format!("{} {}", task.source, task.seeds)).collect()
    }

    #[test]
    fn fresh_seeds_take_turns_among_the_scenarios() {
        assert_eq!(told(&search(2, 5, false).round(4)), ["0 5", "1 5", "0 6", "1 6"]);
    }

    #[test]
    fn parts_make_the_runs_of_the_whole_with_the_same_places() {
        let whole = search(2, 5, false).round(12);
        let part = |partition| Search::new(Wanted { partition, ..search(2, 5, false).wanted }).round(4);
        let mut parts: Vec<Task> = Partition::all(3).flat_map(part).collect();
        parts.sort_by_key(|task| task.place);
        assert_eq!(parts, whole);
    }

    #[test]
    fn a_rare_situation_has_more_futures_than_one_that_is_often_reached() {
        let mut search = search(1, 1, true);
        search.learn(&run("1", &[(Situation::LeaseStolen, 10)]));
        let first = told(&search.round(64));
        assert_eq!((&*first[0], &*first[7], &*first[8]), ("0 1@10s1ms:1", "0 1@10s1ms:8", "0 1"));
        search.learn(&run("2", &[(Situation::LeaseStolen, 20)]));
        assert_eq!(told(&search.round(64)).iter().filter(|task| task.contains('@')).count(), 4);
        (0..7).for_each(|_| search.learn(&run("3", &[(Situation::LeaseStolen, 30)])));
        search.round(1000);
        search.learn(&run("4", &[(Situation::LeaseStolen, 40)]));
        assert!(told(&search.round(64)).iter().all(|task| !task.contains('@')), "everybody comes there");
    }

    #[test]
    fn half_of_the_runs_are_fresh_and_a_future_is_continued_only_later_than_it_began() {
        let mut search = search(1, 1, true);
        search.learn(&run("1@30s:2", &[(Situation::LeaseLost, 10), (Situation::LeaseStolen, 40)]));
        let round = told(&search.round(8));
        assert_eq!(round.iter().filter(|task| task.contains('@')).count(), 4);
        assert_eq!(round[0], "0 1@30s:2@40s1ms:1", "what came before 30 s is the run of seed 1");
    }

    #[test]
    fn without_branches_every_run_is_fresh() {
        let mut search = search(1, 1, false);
        search.learn(&run("1", &[(Situation::LeaseStolen, 10)]));
        assert!(told(&search.round(64)).iter().all(|task| !task.contains('@')));
    }
}
