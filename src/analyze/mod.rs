//! Floor 9: the advisor on a trace: which keys and which shards are hot, and what helps.
//!
//! A trace is read twice, row by row, and memory does not grow with it. The first time counts keys in a sketch and
//! shards by the second; the second time puts every record through the write limits of the service once more, with each
//! remedy that could help side by side. Verdicts are those of a run's report.
//!
//! | file | what it does |
//! |---|---|
//! | `feed` | the rows of a trace, as records and as parts of intervals |
//! | `sketch` | keys by load |
//! | `shards` | shards with their limits, as they are and as a remedy makes them |
//! | `survey` | the first time: keys, shards, verdicts |
//! | `remedy`, `trial` | what could help, and the second time: whether it does |
//! | `told`, `document` | the answer in words and as JSON |
//!
//! Not modelled: resends, so what is throttled is thrown away; how long resharding takes; readers.

mod document;
mod feed;
mod remedy;
mod shards;
mod sketch;
mod survey;
#[cfg(test)]
mod tests;
mod told;
mod trial;

pub(crate) use self::document::document;
pub(crate) use self::feed::{AnalyzeError, Options};
pub(crate) use self::told::told;

use std::io::Read;

use self::feed::feed;
use self::remedy::candidates;
use self::survey::Survey;
use self::trial::{Trial, Trials};
use crate::base::HashKeyRange;

/// What is said of a trace.
pub(crate) struct Analysis {
    survey: Survey,
    /// As it is, then what could help, in the order of what is easiest to do.
    trials: Vec<Trial>,
}

impl Analysis {
    /// Whether nothing is throttled as it is.
    pub(crate) fn is_fine(&self) -> bool {
        self.trials.first().is_none_or(|as_it_is| as_it_is.throttled == 0)
    }
    /// The first remedy that cures, or else the one with which least is throttled; none where nothing is to be cured.
    fn best(&self) -> Option<&Trial> {
        let remedies = || self.trials.iter().skip(1);
        let least = |a: &&Trial, b: &&Trial| {
            a.throttled.cmp(&b.throttled).then_with(|| a.second_percent.total_cmp(&b.second_percent))
        };
        remedies().find(|trial| trial.is_cure(self.is_fine())).or_else(|| remedies().min_by(least))
    }
}

/// Analyzes a trace that `open` opens, as often as it is read.
///
/// # Errors
/// What is wrong with the trace.
pub(crate) fn analyze<R: Read>(
    open: &dyn Fn() -> Result<R, AnalyzeError>,
    ranges: &[HashKeyRange],
    options: &Options,
) -> Result<Analysis, AnalyzeError> {
    let mut survey = Survey::new(ranges, options.counters);
    feed(open()?, options, &mut survey)?;
    survey.end();
    let mut trials = Trials::new(ranges, candidates(&survey));
    feed(open()?, options, &mut trials)?;
    let trials = trials.end(&survey);
    Ok(Analysis { survey, trials })
}
