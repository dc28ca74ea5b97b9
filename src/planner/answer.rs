//! What a plan comes to: the cheapest configuration that keeps the promises, what it has left, and what breaks first.

use toml::Value;

use super::confirm::Confirmed;
use super::formula::{Formula, formula};
use super::headroom::{Headroom, headroom};
use super::observed::{Seen, seen};
use super::point::{Asked, Point, is_broken};
use super::search::Chosen;
use crate::scenario::{Setting, TRAFFIC, factor};

/// Traffic is tried up to so many times what it is, in steps of a tenth.
const GROWTH_MAX_TENTHS: u32 = 40;

/// What a plan comes to.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The cheapest that holds; absent when none does.
    pub(crate) best: Option<Best>,
    /// Without a configuration that holds: the one that breaks fewest promises.
    pub(crate) nearest: Option<Point>,
    /// What the public formula says of the nearest.
    pub(crate) formula: Vec<Formula>,
    /// What the metrics say that loads are made of.
    pub(crate) seen: Vec<Seen>,
    /// All that was tried.
    pub(crate) chosen: Chosen,
    /// What a run record by record says of the cheapest, where that was asked for.
    pub(crate) confirmed: Option<Confirmed>,
}

impl Answer {
    /// Whether a configuration holds, and nothing speaks against it.
    pub(crate) fn holds(&self) -> bool {
        let is_denied = match &self.confirmed {
            Some(Confirmed::Run { promises, .. }) => promises.iter().any(is_broken),
            Some(Confirmed::TooMany(_)) | None => false,
        };
        self.best.is_some() && !is_denied
    }
}

/// The configuration that is recommended.
#[derive(Clone, Debug)]
pub(crate) struct Best {
    /// The configuration.
    pub(crate) point: Point,
    /// The dearest cheaper one that does not hold.
    pub(crate) fails: Option<Point>,
    /// How much of each limit it uses, the nearest first.
    pub(crate) headroom: Vec<Headroom>,
    /// What the public formula says.
    pub(crate) formula: Vec<Formula>,
    /// How far the traffic can grow.
    pub(crate) growth: Growth,
}

/// How far the traffic can grow until a promise breaks.
#[derive(Clone, Debug)]
pub(crate) struct Growth {
    /// It holds with so many times the traffic.
    pub(crate) holds: f64,
    /// With so many times the traffic it does not, and what came of it; absent when it holds with all that was tried.
    pub(crate) breaks: Option<(f64, Point)>,
}

/// Makes the answer of what was tried; runs some more to see how far the traffic can grow.
pub(crate) fn answer(asked: &Asked<'_>, chosen: Chosen) -> Answer {
    let Some(point) = chosen.cheapest().cloned() else {
        let tried = chosen.points.iter().filter(|point| point.came.is_ok());
        let nearest = tried.min_by_key(|point| point.broken().count()).cloned();
        let of_nearest = nearest.as_ref().and_then(|point| asked.plan(&point.settings).ok());
        let formula = of_nearest.iter().flat_map(formula).collect();
        return Answer { best: None, nearest, formula, seen: seen(asked), chosen, confirmed: None };
    };
    let best = Best {
        fails: chosen.first_that_fails(&point).cloned(),
        headroom: point.came.iter().flat_map(|carried| headroom(&carried.figures)).collect(),
        formula: asked.plan(&point.settings).iter().flat_map(formula).collect(),
        growth: growth(asked, &point.settings),
        point,
    };
    Answer { best: Some(best), nearest: None, formula: Vec::new(), seen: seen(asked), chosen, confirmed: None }
}

/// By halves: more traffic breaks what less breaks.
fn growth(asked: &Asked<'_>, settings: &[Setting]) -> Growth {
    let with = |tenths: u32| asked.point(grown(settings, f64::from(tenths) / 10.0));
    let (mut low, mut high) = (10, GROWTH_MAX_TENTHS + 1);
    let mut breaks = None;
    while high - low > 1 {
        // What is wanted first is whether twice the traffic is too much.
        let middle = if (low, high) == (10, GROWTH_MAX_TENTHS + 1) { 20 } else { low + (high - low) / 2 };
        let point = with(middle);
        match point.holds() {
            true => low = middle,
            false => {
                high = middle;
                breaks = Some((f64::from(middle) / 10.0, point));
            }
        }
    }
    Growth { holds: f64::from(low) / 10.0, breaks }
}

/// The same settings with so many times their traffic.
fn grown(settings: &[Setting], times: f64) -> Vec<Setting> {
    let now = settings.iter().find(|(key, _)| key == TRAFFIC).and_then(|(_, value)| factor(value.as_str()?));
    let others = settings.iter().filter(|(key, _)| key != TRAFFIC).cloned();
    let traffic = Value::String(format!("x{}", now.unwrap_or(1.0) * times));
    others.chain([(TRAFFIC.to_owned(), traffic)]).collect()
}
