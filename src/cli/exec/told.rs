//! What `kinesim exec` says of each seed, and of all.

use std::io::{self, Write};

use super::arguments::Arguments;
use crate::base::SimTime;
use crate::check::Verdict;
use crate::cli::terminal::Exit;
use crate::report::{CameOut, RunReport};
use crate::serve::{Ended, Executed};

/// What came of a seed.
pub(super) struct Seed {
    seed: u64,
    exit: Exit,
    ended: Ended,
    at: SimTime,
    workers: usize,
    processed: u64,
    events: Vec<String>,
    /// What is wrong, each in a line.
    wrong: Vec<String>,
    notes: Vec<String>,
    not_carried_out: Vec<String>,
}

impl Seed {
    pub(super) fn new(seed: u64, consumer: &str, run: &Executed, not_carried_out: Vec<String>) -> Self {
        let report = &run.result.report;
        let figures = report.figures.consumers.get(consumer);
        let happened = report.happened.len();
        Self {
            seed,
            exit: exit(run),
            ended: run.ended,
            at: run.at,
            workers: run.workers,
            processed: figures.map_or(0, |figures| figures.records_processed),
            events: (happened > 0).then(|| format!("{happened} faults and actions")).into_iter().collect(),
            wrong: wrong(run),
            notes: notes(run),
            not_carried_out,
        }
    }
    pub(super) fn exit(&self) -> Exit {
        self.exit
    }
    pub(super) fn is_interrupted(&self) -> bool {
        self.ended == Ended::Interrupted
    }

    /// Who the command is, and what of the scenario it is not made to suffer.
    pub(super) fn preface(&self, consumer: &str, out: &mut impl Write) -> io::Result<()> {
        let times =
            if self.workers == 1 { String::new() } else { format!(", {} times, once for each worker", self.workers) };
        writeln!(out, "the command is consumer {consumer}{times}")
    }

    pub(super) fn tell(&self, arguments: &Arguments, out: &mut impl Write) -> io::Result<()> {
        let Self { seed, at, processed, .. } = self;
        let word = match (self.ended, self.exit) {
            (Ended::Interrupted, _) => "interrupted",
            (_, Exit::Pass) => "pass",
            (_, Exit::Unknown) => "unknown",
            _ => "FAIL",
        };
        let early = match self.ended {
            Ended::Command => ", when the command had ended",
            Ended::Failure => ", when the command had failed",
            Ended::Scenario | Ended::Interrupted => "",
        };
        let mut told = vec![format!("{processed} records told as processed")];
        told.extend(self.events.iter().cloned());
        writeln!(out, "seed {seed}  {word}  {at}{early}: {}", told.join(", "))?;
        for wrong in &self.wrong {
            writeln!(out, "  {wrong}")?;
        }
        for note in &self.notes {
            writeln!(out, "  note: {note}")?;
        }
        for left_out in &self.not_carried_out {
            writeln!(out, "  not carried out: {left_out}")?;
        }
        if self.exit != Exit::Pass {
            writeln!(out, "  left in {}", arguments.folder(self.seed).display())?;
            writeln!(out, "  again: {}", arguments.again(self.seed))?;
        }
        Ok(())
    }
}

fn exit(run: &Executed) -> Exit {
    let came_out = match run.result.report.came_out() {
        CameOut::Pass | CameOut::FailAsDeclared => Exit::Pass,
        CameOut::Fail | CameOut::NotAsDeclared => Exit::Fail,
        CameOut::Unknown => Exit::Unknown,
    };
    match (run.faults_of_command.is_empty(), run.ended) {
        (false, _) => Exit::Fail,
        (true, Ended::Interrupted) => Exit::Unknown.and(came_out),
        (true, _) => came_out,
    }
}

fn notes(run: &Executed) -> Vec<String> {
    let killed = run.killed.iter().map(|worker| format!("{worker} was killed, for it did not end on SIGTERM"));
    let unseen = run.unseen.iter().map(|worker| {
        format!(
            "{worker} made no call with the credentials of its environment: how it reads was not seen, and no fault of \
             its network met it"
        )
    });
    killed.chain(unseen).collect()
}

/// What is wrong with a run, each in a line.
fn wrong(run: &Executed) -> Vec<String> {
    let RunReport { checks, expectations, surprises, .. } = &run.result.report;
    let command = run.faults_of_command.iter().map(|what| format!("fail  command: {what}"));
    let failed = checks.iter().filter(|check| check.verdict == Verdict::Fail);
    let failed = failed.map(|check| format!("fail  {}: {}", check.name, check.detail));
    let not_met = expectations.iter().filter_map(|expectation| match expectation.verdict {
        Verdict::Fail => Some(format!("fail  {}: {}", expectation.text, expectation.detail)),
        Verdict::Unknown if !expectation.if_any => {
            Some(format!("unknown  {}: {}", expectation.text, expectation.detail))
        }
        _ => None,
    });
    let surprises = surprises.iter().map(|surprise| format!("unknown  {surprise}"));
    command.chain(failed).chain(not_met).chain(surprises).collect()
}

/// How many seeds came out how.
#[derive(Default)]
pub(super) struct Counts {
    passed: u64,
    failed: u64,
    unknown: u64,
    /// Seeds in which nothing was told.
    silent: u64,
}

impl Counts {
    fn all(&self) -> u64 {
        self.passed + self.failed + self.unknown
    }
    pub(super) fn is_empty(&self) -> bool {
        self.all() == 0
    }
    /// Counts a seed; gives how it came out.
    pub(super) fn count(&mut self, seed: &Seed) -> Exit {
        match seed.exit {
            Exit::Pass => self.passed += 1,
            Exit::Unknown => self.unknown += 1,
            Exit::Fail | Exit::Wrong => self.failed += 1,
        }
        self.silent += u64::from(seed.processed == 0);
        seed.exit
    }
    pub(super) fn tell(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { passed, failed, unknown, silent } = self;
        let unjudged = if *unknown > 0 { format!(", {unknown} unknown") } else { String::new() };
        let seeds = if self.all() == 1 { "seed" } else { "seeds" };
        writeln!(out, "{} {seeds}: {passed} passed, {failed} failed{unjudged}", self.all())?;
        if *silent > 0 {
            writeln!(
                out,
                "note: in {silent} of them nothing was told to POST $KINESIM_URL/_kinesim/processed, so records that \
                 the command left out were not looked for"
            )?;
        }
        Ok(())
    }
}
