//! A report as one HTML file, `report.html`: the verdict, plots, tables and events of a run, for a browser that has
//! nothing but the file.
//!
//! A page is a list of panels, one a file; [`page`] puts them together. What users and clients wrote is text wherever
//! it stands ([`markup`]). The plots are SVG by plotters in layers ([`plot`]), so that the script can show a part of
//! the time. Without a script everything is there but the filters. The bytes are the same for the same run.

mod ages;
mod chart;
mod checks;
mod compared;
mod explored;
mod failures;
mod figures;
mod flow;
mod leases;
mod loads;
mod log;
mod markup;
mod overlay;
mod page;
mod planned;
mod plot;
mod story;
mod units;
mod verdict;

use super::RunReport;
use crate::base::event::{Event, Fold};
use crate::base::{SimDuration, SimTime};
use crate::measure::Series;
use crate::measure::detail::Detail;

pub(crate) use self::compared::of_two;
pub(crate) use self::explored::{Found, Searched, of_search};
use self::markup::Markup;
use self::page::{Panel, whole};
pub(crate) use self::planned::{Planned, Tried, of_plan};
use self::story::Story;

/// What the file is called in a run's folder.
pub(crate) const FILE_NAME: &str = "report.html";

/// What has to listen to a run of which there is to be a page.
pub(crate) struct Watched {
    detail: Detail,
    story: Story,
}

impl Watched {
    /// Of a run of this length. `burst_starts_full`: whether new tables have their burst bucket full.
    pub(crate) fn new(duration: SimDuration, burst_starts_full: bool) -> Self {
        Self { detail: Detail::new(duration, burst_starts_full), story: Story::default() }
    }
}

impl Fold for Watched {
    fn on(&mut self, at: SimTime, event: &Event) {
        self.detail.on(at, event);
        self.story.on(at, event);
    }
}

/// The page of a run.
pub(crate) fn of_run(report: &RunReport, series: &Series, watched: &Watched) -> String {
    let Watched { detail, story } = watched;
    let failed = failures::windows(report, series);
    let panels = [
        failures::panel(report, detail, series),
        checks::happened(report, series),
        loads::panel(detail, series),
        ages::panel(detail, series),
        leases::panel(detail, series),
        flow::panel(series),
        units::panel(detail, series),
        Some(checks::panel(report)),
        figures::panel(&report.figures),
        log::panel(story, &failed),
    ];
    let panels: Vec<Panel> = panels.into_iter().flatten().collect();
    let title = format!("{}: {} - kinesim", report.came_out().as_str(), report.scenario);
    whole(&title, &verdict::top(report), &panels, &foot(detail))
}

fn foot(detail: &Detail) -> Markup {
    Markup::of("<p>Made by kinesim. Lines of plots are means, or greatest values, over every ")
        .text(detail.step())
        .raw("; times count from the start of the run.</p>\n")
}
