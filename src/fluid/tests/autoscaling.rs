//! Auto scaling by rates and at record level: one rule, so the same decisions at the same times.

use std::cell::RefCell;
use std::rc::Rc;

use crate::base::{Event, Fold, SimTime};
use crate::fluid::{Happened, flow};
use crate::run::{Options, run};
use crate::scenario;

/// What policies did in a run.
#[derive(Default)]
struct Actions(Vec<(SimTime, String, String)>);

impl Fold for Actions {
    fn on(&mut self, at: SimTime, event: &Event) {
        if let Event::ActionTaken { what, outcome, .. } = event {
            self.0.push((at, what.to_string(), outcome.to_string()));
        }
    }
}

/// What policies did in a run and by rates, and the shards that there were.
fn both(text: &str) -> [(Vec<Happened>, usize); 2] {
    let plan = scenario::load(text, "t.toml", Some(5.into())).unwrap_or_else(|d| panic!("{text}\n{d}")).plan();
    let actions = Rc::new(RefCell::new(Actions::default()));
    let figures = run(&plan, Options { listeners: vec![actions.clone()], ..Options::default() }).report.figures;
    let refusal =
        |outcome: &str| ["LimitExceededException", "ResourceInUseException"].into_iter().find(|e| *e == outcome);
    let of_run = actions.take().0.into_iter();
    let of_run = of_run.map(|(at, what, outcome)| Happened { at, what, refused: refusal(&outcome) }).collect();
    let flow = flow(&plan);
    assert_eq!(flow.left_out, Vec::<String>::new());
    let costs = (figures.cost.per_month_usd, flow.figures.cost.per_month_usd);
    assert!((costs.0 - costs.1).abs() <= 0.02 * costs.0, "{costs:?}");
    [(of_run, figures.streams["s"].shards.len()), (flow.happened, flow.figures.streams["s"].shards.len())]
}

const HEAD: &str = "name = \"t\"\n[producer.p]\nstream = \"s\"\nrecord_size = \"100 B\"\nkeys = { unique = true }\n";

/// The same decisions, each within the time in which the SDK tries a refused call again.
fn agree([run, fluid]: &[(Vec<Happened>, usize); 2]) {
    let told = |of: &[Happened]| of.iter().map(|h| (h.what.clone(), h.refused)).collect::<Vec<_>>();
    assert_eq!(told(&run.0), told(&fluid.0));
    let apart = |(a, b): (&Happened, &Happened)| a.at.max(b.at).since(a.at.min(b.at)).as_millis();
    assert!(run.0.iter().zip(&fluid.0).map(apart).all(|apart| apart < 5000), "{run:?}\n{fluid:?}");
    assert_eq!(run.1, fluid.1, "shards that there were");
}

#[test]
fn a_run_and_the_rates_scale_by_utils_at_the_same_times() {
    let both = both(&format!(
        "{HEAD}ramp = {{ from = \"50/s\", to = \"500/s\" }}\n[stream.s]\nshards = 2\n[[autoscaling]]\nmax_shards = 16\n\
         scale_up = {{ scale_threshold_pct = 5, scale_after_mins = 2, scale_pct = 50, cool_off_mins = 4 }}\n"
    )
    .replacen("\n", "\nduration = \"24m\"\n", 1));
    assert!(both[0].0.len() >= 3, "{both:?}");
    agree(&both);
}

#[test]
fn a_run_and_the_rates_track_a_target_at_the_same_times() {
    let both = both(&format!(
        "{HEAD}bursts = {{ base = \"20/s\", burst = \"400/s\", every = \"25m\", length = \"8m\" }}\n[stream.s]\nshards = 4\n\
         [[autoscaling]]\nmin_shards = 2\nmax_shards = 16\n\
         target_tracking = {{ target_value_pct = 5, scale_in_after_mins = 5 }}\n"
    )
    .replacen("\n", "\nduration = \"40m\"\n", 1));
    let told: Vec<&str> = both[0].0.iter().map(|happened| happened.what.as_str()).collect();
    assert!(told.contains(&"autoscaling of s from 4 to 8 shards"), "{told:?}");
    assert!(told.iter().any(|told| told.ends_with("to 2 shards")), "{told:?}");
    agree(&both);
}

/// Accepted changes beyond ten in a day.
fn beyond_quota(happened: &[Happened]) -> usize {
    happened.iter().filter(|happened| happened.refused.is_none()).count().saturating_sub(10)
}

#[test]
fn the_eleventh_change_of_a_day_is_refused_and_told() {
    let both = both(
        &format!(
            "{HEAD}rate = \"1/s\"\n[stream.s]\nshards = 20\n[[autoscaling]]\nmax_shards = 20\n\
         scale_down = {{ scale_threshold_pct = 25, scale_after_mins = 1, scale_count = 1, cool_off_mins = 2 }}\n"
        )
        .replacen("\n", "\nduration = \"2h\"\n", 1),
    );
    agree(&both);
    for (happened, _) in &both {
        assert!(happened.len() > 11, "{happened:?}");
        assert_eq!(happened[10].refused, Some("LimitExceededException"));
        assert_eq!(beyond_quota(happened), 0);
        // Planted: a service that knows no quota.
        let planted: Vec<Happened> = happened.iter().map(|of| Happened { refused: None, ..of.clone() }).collect();
        assert!(beyond_quota(&planted) > 0, "the planted bug was not found");
    }
}

#[test]
fn more_than_double_is_refused_and_told() {
    let both = both(
        &format!(
            "{HEAD}rate = \"100/s\"\n[stream.s]\nshards = 2\n[[autoscaling]]\nmax_shards = 20\n\
         scale_up = {{ scale_threshold_pct = 2, scale_after_mins = 1, scale_count = 10, cool_off_mins = 30 }}\n"
        )
        .replacen("\n", "\nduration = \"5m\"\n", 1),
    );
    agree(&both);
    assert_eq!((both[0].0[0].refused, both[0].1), (Some("LimitExceededException"), 2));
}

#[test]
fn an_on_demand_stream_splits_the_same_shards_at_the_same_looks() {
    let both = both(
        "name = \"t\"\nduration = \"32m\"\n[producer.p]\nstream = \"s\"\nrecord_size = \"100 KiB\"\n\
         keys = { unique = true }\nramp = { from = \"3/s\", to = \"40/s\" }\n[stream.s]\nshards = 2\nmode = \"on-demand\"\n",
    );
    assert!(both[1].1 >= 10, "{both:?}");
    assert!(both[0].1.abs_diff(both[1].1) <= 2, "a shard just at the threshold is split or is not: {both:?}");
}
