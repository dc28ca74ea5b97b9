//! The configurations that a plan compares: every combination of the values of its keys.

use crate::scenario::{Alternatives, Axis, Setting};

/// So many configurations are tried one by one; of more, a search finds the cheapest.
const POINTS_MAX: usize = 5000;

/// Every combination of values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Grid {
    /// Keys, each with its values.
    pub(crate) axes: Vec<Axis>,
}

/// Why there is no grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoGrid {
    /// A path that names nothing in the file.
    MeansNothing(String),
    /// Too many combinations.
    TooMany(usize),
}

impl std::fmt::Display for NoGrid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::MeansNothing(key) => write!(
                f,
                "`{key}` means nothing in this file: write a key's path, such as stream.clicks.shards, or `traffic`"
            ),
            Self::TooMany(points) => write!(
                f,
                "{points} configurations, at most {POINTS_MAX} are tried one by one: `--search` tries only some, or \
                 vary less"
            ),
        }
    }
}

impl Grid {
    /// What the file's `[plan]` asks for, and `more`, which replaces what the file says of the same key.
    ///
    /// # Errors
    /// A key means nothing.
    pub(crate) fn of(file: &Alternatives, more: &[Axis]) -> Result<Self, NoGrid> {
        if let Some(unknown) = more.iter().find(|axis| !file.knows(&axis.key)) {
            return Err(NoGrid::MeansNothing(unknown.key.clone()));
        }
        let is_replaced = |axis: &Axis| more.iter().any(|other| other.key == axis.key);
        let of_file = file.axes().into_iter().filter(|axis| !is_replaced(axis));
        Ok(Self { axes: of_file.chain(more.iter().cloned()).collect() })
    }

    /// How many configurations there are.
    pub(crate) fn len(&self) -> usize {
        self.axes.iter().fold(1, |all, axis| all.saturating_mul(axis.values.len()))
    }

    /// The configuration that has the value of this place on each axis.
    pub(crate) fn settings_at(&self, places: &[usize]) -> Vec<Setting> {
        let at = |(axis, place): (&Axis, &usize)| (axis.key.clone(), axis.values[*place].clone());
        self.axes.iter().zip(places).map(at).collect()
    }

    /// The place on each axis of a configuration; the last axis turns fastest.
    pub(crate) fn places(&self, number: usize) -> Vec<usize> {
        let mut rest = number;
        let mut places: Vec<usize> = self
            .axes
            .iter()
            .rev()
            .map(|axis| {
                let place = rest % axis.values.len();
                rest /= axis.values.len();
                place
            })
            .collect();
        places.reverse();
        places
    }

    /// The place on each axis of a configuration's values.
    pub(crate) fn places_of(&self, settings: &[Setting]) -> Vec<usize> {
        let place = |(axis, (_, value)): (&Axis, &Setting)| axis.values.iter().position(|known| known == value);
        self.axes.iter().zip(settings).map(|of| place(of).unwrap_or(0)).collect()
    }

    /// The number of the configuration that has the value of this place on each axis.
    pub(crate) fn number(&self, places: &[usize]) -> usize {
        self.axes.iter().zip(places).fold(0, |number, (axis, place)| number * axis.values.len() + place)
    }

    /// All numbers, when there are not too many to try one by one.
    ///
    /// # Errors
    /// There are.
    pub(crate) fn all(&self) -> Result<std::ops::Range<usize>, NoGrid> {
        match self.len() {
            points if points > POINTS_MAX => Err(NoGrid::TooMany(points)),
            points => Ok(0..points),
        }
    }
}
