//! Which configurations are tried: every one, or only those that can be the cheapest that holds.

use std::collections::BTreeMap;

use super::axis::{Grid, NoGrid};
use super::point::{Asked, Point};
use crate::run::in_order;

/// How configurations are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Every one.
    All,
    /// By halves along each axis, taking it that what holds holds with more as well: values stand in the order of what
    /// they give. Neighbours of the one that is found show whether that was so.
    Search,
}

/// What was tried.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    /// In the order of the grid.
    pub(crate) points: Vec<Point>,
    /// How many configurations there are.
    pub(crate) of: usize,
    /// How they were chosen.
    pub(crate) way: Way,
}

impl Chosen {
    /// The cheapest that holds; of several the first of the grid. Without prices it is the first that holds.
    pub(crate) fn cheapest(&self) -> Option<&Point> {
        self.points.iter().filter(|point| point.holds()).min_by(|a, b| a.by_cost(b))
    }

    /// The dearest that is cheaper than this one and does not hold: what is saved by no more than it loses.
    pub(crate) fn first_that_fails(&self, than: &Point) -> Option<&Point> {
        let is_cheaper = |point: &&Point| !point.holds() && point.came.is_ok() && point.by_cost(than).is_le();
        self.points.iter().filter(is_cheaper).max_by(|a, b| a.by_cost(b))
    }
}

/// Tries configurations, `jobs` at a time; of all of them only those whose numbers are `mine`. `progress` is told how
/// many were tried.
///
/// # Errors
/// There are too many to try every one.
pub(crate) fn look(
    asked: &Asked<'_>,
    grid: &Grid,
    way: Way,
    mine: &dyn Fn(usize) -> bool,
    jobs: usize,
    progress: &mut dyn FnMut(usize),
) -> Result<Chosen, NoGrid> {
    let mut tried = Tried { asked, grid, jobs, points: BTreeMap::new(), progress };
    match way {
        Way::All => {
            let all: Vec<Vec<usize>> =
                grid.all()?.filter(|number| mine(*number)).map(|number| grid.places(number)).collect();
            tried.all(all);
        }
        Way::Search => tried.search(),
    }
    let points = tried.points.into_values().collect();
    Ok(Chosen { points, of: grid.len(), way })
}

struct Tried<'a, 'b> {
    asked: &'a Asked<'b>,
    grid: &'a Grid,
    jobs: usize,
    /// By their places on the axes.
    points: BTreeMap<Vec<usize>, Point>,
    progress: &'a mut dyn FnMut(usize),
}

impl Tried<'_, '_> {
    fn all(&mut self, places: Vec<Vec<usize>>) {
        let new: Vec<_> = places.into_iter().filter(|places| !self.points.contains_key(places)).collect();
        let (asked, grid) = (self.asked, self.grid);
        let work = |places: Vec<usize>| {
            let point = asked.point(grid.settings_at(&places));
            (places, point)
        };
        let taken = in_order(new.into_iter(), self.jobs, work, |(places, point)| {
            self.points.insert(places, point);
            (self.progress)(self.points.len());
            Ok(())
        });
        taken.unwrap_or_else(|error| unreachable!("nothing stops it: {error}"));
    }

    fn holds(&mut self, places: &[usize]) -> bool {
        self.all(vec![places.to_vec()]);
        self.points[places].holds()
    }

    /// On the last axis the least that holds lies by halves, once for each combination of the others; then the
    /// neighbours of the cheapest.
    fn search(&mut self) {
        let Some((last, others)) = self.grid.axes.split_last() else {
            return self.all(vec![Vec::new()]);
        };
        let rows = Grid { axes: others.to_vec() };
        for number in 0..rows.len() {
            let mut places = rows.places(number);
            let most = last.values.len() - 1;
            places.push(most);
            if !self.holds(&places) {
                continue;
            }
            let (mut low, mut high) = (0, most);
            while low < high {
                let middle = low + (high - low) / 2;
                places[rows.axes.len()] = middle;
                match self.holds(&places) {
                    true => high = middle,
                    false => low = middle + 1,
                }
            }
        }
        self.neighbours();
    }

    /// One step less on each axis, and one more.
    fn neighbours(&mut self) {
        let holding = self.points.iter().filter(|(_, point)| point.holds());
        let Some((places, _)) = holding.min_by(|a, b| a.1.by_cost(b.1)) else { return };
        let mut beside = Vec::new();
        for (n, axis) in self.grid.axes.iter().enumerate() {
            let mut step = |place: Option<usize>| {
                if let Some(place) = place.filter(|place| *place < axis.values.len()) {
                    let mut other = places.clone();
                    other[n] = place;
                    beside.push(other);
                }
            };
            step(places[n].checked_sub(1));
            step(Some(places[n] + 1));
        }
        self.all(beside);
    }
}
