//! Draws random faults from the seed, as concrete faults that the resolved file writes out.
//!
//! Every fault ends by `until`, so that liveness can be judged afterwards.

use super::cast::Cast;
use super::drawing::{Drawn, Ending, Time};
use super::kind::{Fault, RandomFaults};
use crate::base::seed::Random;
use crate::base::seeds::Fork;
use crate::base::written::{Duration, Rate};
use crate::base::{Seed, Seeds, SimDuration, SimTime};

/// More than this are refused: nobody reads such a run.
pub(crate) const FAULT_MAX: usize = 10_000;

/// The faults that the rates come to, in a run of this length: of each seed those of its time.
pub(crate) fn draw(rates: &RandomFaults, seeds: &Seeds, run: SimDuration, cast: &Cast) -> Vec<Fault> {
    let seeds: Vec<Fork> = seeds.all().collect();
    let ends = seeds.iter().skip(1).map(|next| next.at).chain([SimTime::MAX]);
    let of_each = seeds.iter().zip(ends).flat_map(|(Fork { at: from, seed }, until)| {
        let mut drawn = draw_of(rates, *seed, run, cast);
        drawn.retain(|fault| (*from..until).contains(&(SimTime::ZERO + fault.at.0)));
        drawn
    });
    of_each.collect()
}

fn draw_of(rates: &RandomFaults, seed: Seed, run: SimDuration, cast: &Cast) -> Vec<Fault> {
    let until = rates.until.map_or(run / 3 * 2, |until| until.0);
    let mut faults = Vec::new();
    for (rate, mut drawing) in rates.drawings() {
        let Some(rate) = rate else { continue };
        let mut random = seed.stream(&format!("random faults/{}", drawing.stream()));
        for time in times(rates, until, &mut random, rate) {
            faults.extend(drawing.draw(&mut random, time, cast).map(|drawn| written(time, drawn)));
        }
    }
    faults.sort_by_key(|fault| fault.at);
    faults
}

fn written(time: Time, drawn: Drawn) -> Fault {
    let mut fault = Fault { at: Duration(time.at), if_any: true, ..Fault::default() };
    match drawn.ending {
        Ending::For => fault.lasts = Some(Duration(time.lasts)),
        Ending::RestartAfter => fault.restart_after = Some(Duration(time.lasts)),
        Ending::Never => {}
    }
    fault.set(drawn.kind);
    fault
}

/// Times of faults of one kind, with their lengths: on the average as many as the rate says.
fn times(rates: &RandomFaults, until: SimDuration, random: &mut Random, rate: Rate) -> Vec<Time> {
    let from = rates.from.0;
    let expected = rate.per_s() * until.saturating_sub(from).as_secs_f64();
    let count = expected as u64 + u64::from(random.chance(expected - (expected as u64) as f64));
    let mut times = Vec::new();
    for _ in 0..count.min(FAULT_MAX as u64 + 1) {
        let lasts = whole_ms(random.duration(rates.lasts.0, rates.lasts.1));
        let latest = until.saturating_sub(lasts);
        if latest < from {
            continue;
        }
        times.push(Time { at: whole_ms(random.duration(from, latest)), lasts });
    }
    times.sort_by_key(|time| (time.at, time.lasts));
    times
}

/// Times that people can read.
fn whole_ms(time: SimDuration) -> SimDuration {
    SimDuration::from_millis(time.as_millis())
}
