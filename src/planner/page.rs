//! A plan's answer as a page.

use super::advised::{Line, a_month, sections};
use super::answer::Answer;
use super::axis::Grid;
use super::point::{Point, is_broken, word};
use super::told::tried;
use crate::report::html::{Planned, Tried, of_plan};

/// The page of a plan of `scenario`.
pub(crate) fn page(scenario: &str, grid: &Grid, answer: &Answer) -> String {
    let points = &answer.chosen.points;
    let best = answer.best.as_ref();
    let said = match (best, &answer.nearest) {
        (Some(best), _) => format!("{}{}", best.point.told(), a_month(&best.point)),
        (None, Some(nearest)) => format!("No configuration keeps all promises; nearest is {}", nearest.told()),
        (None, None) => "No configuration keeps all promises".to_owned(),
    };
    let promises = points.iter().find_map(|point| point.came.as_ref().ok());
    let promises = promises.iter().flat_map(|came| came.expectations.iter().map(|promise| promise.text.clone()));
    of_plan(&Planned {
        scenario: scenario.to_owned(),
        holds: answer.holds(),
        said,
        tried_how: tried(answer),
        axes: grid.axes.iter().map(|axis| (axis.key.clone(), axis.values.iter().map(word).collect())).collect(),
        promises: promises.collect(),
        tried: points.iter().map(|point| tried_one(grid, point)).collect(),
        best: best.and_then(|best| points.iter().position(|point| point.settings == best.point.settings)),
        headroom: best
            .iter()
            .flat_map(|best| &best.headroom)
            .map(|of| (of.limit.clone(), of.used_percent, of.at))
            .collect(),
        parts: best
            .iter()
            .flat_map(|best| sections(answer, best))
            .map(|of| (capital(of.head), of.lines.iter().map(line).collect()))
            .collect(),
    })
}

fn capital(head: &str) -> String {
    let mut letters = head.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn line(line: &Line) -> (usize, String) {
    match line {
        Line::Said(_, text) => (0, text.clone()),
        Line::Quiet(_, text) => (4, text.clone()),
        Line::Row(text) => (0, text.trim().to_owned()),
    }
}

fn tried_one(grid: &Grid, point: &Point) -> Tried {
    let came = point.came.as_ref().ok();
    let promises = came.iter().flat_map(|came| came.expectations.iter().zip(&came.decided));
    let shown = |(promise, decided): (&crate::report::ExpectationResult, &Option<String>)| {
        (!is_broken(promise), decided.clone().unwrap_or_else(|| "-".to_owned()))
    };
    Tried {
        places: grid.places_of(&point.settings),
        holds: point.holds(),
        cost_usd: point.cost_usd(),
        lag_s: came.and_then(|came| came.age_max_ms).map(|ms| ms as f64 / 1000.0),
        promises: promises.map(shown).collect(),
        wrong: point.came.as_ref().err().cloned(),
    }
}
