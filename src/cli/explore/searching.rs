//! The search itself: what is kept first, then round after round, until the seeds, the time or what the user wants to
//! see is there.

use std::io;
use std::time::Duration as WallTime;

use super::arguments::Arguments;
use crate::cli::interrupt::Interrupt;
use crate::cli::run::Stopwatch;
use crate::cli::terminal::spinner;
use crate::explore::{Explored, Findings, First, Partition, Search, Source, Task, explore_one};
use crate::report::plural;
use crate::run::in_order;

/// So many runs are decided on at a time; what they reach decides the next.
const ROUND: u64 = 24;

/// Makes the runs.
pub(super) fn search(
    arguments: &Arguments,
    sources: &[Source],
    first: &[First],
    partition: Partition,
    interrupt: &Interrupt,
) -> io::Result<Findings> {
    let watch = Stopwatch::start();
    let limit = arguments.time.map(|time| WallTime::from_nanos(time.0.as_nanos()));
    let is_late = || interrupt.is_asked() || limit.is_some_and(|limit| watch.elapsed() >= limit);
    let seeds = partition.share(arguments.from, arguments.seeds);
    let mut left = if limit.is_some() { u64::MAX } else { seeds.saturating_mul(sources.len() as u64) };
    let mut search = Search::new(arguments.wanted(sources.len(), first.len(), partition));
    let mut findings = Findings::default();
    let bar = spinner();
    let mut is_over = false;
    let mut learn = |findings: &mut Findings, search: &mut Search, explored: Explored| {
        search.learn(&explored);
        findings.take(explored);
        bar.set_message(progress(findings, watch.elapsed()));
        is_over = arguments.stop_on.is_over(findings);
        if is_over { Err(io::ErrorKind::Interrupted.into()) } else { Ok(()) }
    };
    let mut done = in_order(
        first.iter().filter(|first| partition.has(first.task.seeds.first().0)).take_while(|_| !is_late()),
        arguments.jobs(),
        |first| (first, explore_one(&first.task, sources).ok()),
        |(first, explored)| {
            findings.kept.extend(first.noted(explored.as_ref()));
            explored.map_or(Ok(()), |explored| learn(&mut findings, &mut search, explored))
        },
    );
    while left > 0 && done.is_ok() && !is_late() {
        let round = search.round(left.min(ROUND) as usize);
        left -= round.len() as u64;
        let is_new = |task: &Task| first.iter().all(|first| !first.task.is_run_of(task));
        let round = round.into_iter().filter(is_new).take_while(|_| !is_late());
        done = in_order(
            round,
            arguments.jobs(),
            |task| explore_one(&task, sources),
            |explored| {
                let explored = explored.map_err(|wrong| io::Error::other(wrong.to_string()))?;
                learn(&mut findings, &mut search, explored)
            },
        );
    }
    bar.finish_and_clear();
    done.or_else(|error| if is_over { Ok(()) } else { Err(error) })?;
    findings.is_cut_short = interrupt.is_asked();
    Ok(findings)
}

/// How far the search is.
fn progress(findings: &Findings, elapsed: WallTime) -> String {
    let Findings { runs, failed, .. } = findings;
    let speed = *runs as f64 / elapsed.as_secs_f64().max(0.001);
    let (ways, reached) = (plural(findings.distinct(), "way"), findings.reached_count());
    format!("{runs} runs, {speed:.0} a second; {failed} failed in {ways}; {reached} situations")
}
