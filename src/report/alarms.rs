//! What became of the scenario's alarms: a section of the terminal report, and of the JSON report.

use std::fmt::Write;

use serde::Serialize;

use super::style::Page;
use super::words::wrap;
use crate::alarm::{AlarmReport, AlarmsReport};
use crate::base::SimTime;

/// Each alarm with what it looks at, and when it would have fired.
pub(super) fn write(alarms: Option<&AlarmsReport>, page: &Page, out: &mut String) {
    let Some(alarms) = alarms else { return };
    let _ = writeln!(out, "\n{}", page.style.bold("Alarms"));
    let legend = format!("late: a record that waits for more than {}", alarms.late_after.told());
    let _ = writeln!(out, "{}", page.style.dim(&wrap(&legend, 2, page.width)));
    for alarm in &alarms.alarms {
        let told = format!("{}: {}", alarm.name, alarm.verdict());
        let _ = writeln!(out, "{}", wrap(&told, 2, page.width));
        let _ = writeln!(out, "{}", page.style.dim(&wrap(&alarm.told, 4, page.width)));
    }
    for alarm in &alarms.unwatched {
        let _ = writeln!(out, "{}", wrap(&format!("{}: not evaluated: {}", alarm.name, alarm.why), 2, page.width));
    }
}

/// `alarms` of the JSON report.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    late_after_s: f64,
    evaluated: Vec<Alarm<'a>>,
    not_evaluated: Vec<NotEvaluated<'a>>,
}

/// `lead_s` is how long before the first harm of its kind the alarm fired first; negative when it was after, null when
/// it never did.
#[derive(Serialize)]
struct Alarm<'a> {
    name: &'a str,
    condition: &'a str,
    verdict: String,
    state: &'static str,
    fired_at_s: Option<f64>,
    fired: Vec<Episode>,
    fired_for_nothing: usize,
    harm: Vec<Harm>,
}

#[derive(Serialize)]
struct Episode {
    from_s: f64,
    until_s: Option<f64>,
}

#[derive(Serialize)]
struct Harm {
    first: &'static str,
    at_s: f64,
    lead_s: Option<f64>,
}

#[derive(Serialize)]
struct NotEvaluated<'a> {
    name: &'a str,
    why: &'a str,
}

fn seconds(at: SimTime) -> f64 {
    at.as_millis() as f64 / 1e3
}

impl<'a> From<&'a AlarmsReport> for Document<'a> {
    fn from(of: &'a AlarmsReport) -> Self {
        let unwatched = of.unwatched.iter().map(|alarm| NotEvaluated { name: &alarm.name, why: &alarm.why });
        Self {
            late_after_s: of.late_after.as_secs_f64(),
            evaluated: of.alarms.iter().map(Alarm::from).collect(),
            not_evaluated: unwatched.collect(),
        }
    }
}

impl<'a> From<&'a AlarmReport> for Alarm<'a> {
    fn from(of: &'a AlarmReport) -> Self {
        let fired_at_s = of.fired().map(seconds);
        let episodes = of.episodes.iter();
        let harms = of.harms.iter().map(|(harm, at)| Harm {
            first: harm.as_str(),
            at_s: seconds(*at),
            lead_s: fired_at_s.map(|fired| ((seconds(*at) - fired) * 1e3).round() / 1e3),
        });
        Self {
            name: &of.name,
            condition: &of.told,
            verdict: of.verdict(),
            state: of.state.as_str(),
            fired_at_s,
            fired: episodes.map(|e| Episode { from_s: seconds(e.from), until_s: e.until.map(seconds) }).collect(),
            fired_for_nothing: of.for_nothing,
            harm: harms.collect(),
        }
    }
}
