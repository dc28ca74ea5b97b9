//! The kinds of faults, one a file. The order below is that of help texts, and that in which faults that begin at the
//! same instant are drawn.

mod clock_skew;
mod crash;
mod delay;
mod denied;
mod duplicate;
mod expire_iterators;
mod fault_point;
mod internal_errors;
mod kms;
mod link;
mod lose;
mod lose_responses;
mod no_acknowledgement;
mod no_answer;
mod partition;
mod pause;
mod refuse_documents;
mod service;
mod sink;
mod store_outage;
mod throttle;
mod unavailable;
mod zone;
mod zone_outage;
mod zone_wipe;

use std::any::Any;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::about::{About, Kind, Made};
use super::cast::{Cast, Problem, Problems, Standing};
use super::drawing::Drawing;
use super::registry::faults;
use crate::base::SimDuration;
use crate::base::repeat::Repeat;
use crate::base::written::{Duration, DurationRange, Rate};

faults! {
    crash: crash::Crash, drawn as crash: Drawn, drawn as crash_for_good: DrawnForGood;
    pause: pause::Pause, drawn as pause: Drawn;
    clock_skew: clock_skew::ClockSkew, drawn as clock_skew: Drawn;
    partition: partition::Partition, drawn as partition: Drawn;
    lose: lose::Lose, drawn as lose: Drawn;
    lose_responses: lose_responses::LoseResponses, drawn as lose_responses: Drawn;
    duplicate: duplicate::Duplicate, drawn as duplicate: Drawn;
    delay: delay::Delay, drawn as delay: Drawn;
    throttle: throttle::Throttle, drawn as throttle: Drawn;
    internal_errors: internal_errors::InternalErrors, drawn as internal_errors: Drawn;
    unavailable: unavailable::Unavailable, drawn as unavailable: Drawn;
    kms: kms::Kms, drawn as kms: Drawn;
    expire_iterators: expire_iterators::ExpireIterators, drawn as expire_iterators: Drawn;
    zone_outage: zone_outage::ZoneOutage, drawn as zones: Drawn;
    zone_wipe: zone_wipe::ZoneWipe;
    store_outage: store_outage::StoreOutage, also "sink_outage", drawn as store_outage: Drawn;
    denied: denied::Denied;
    no_answer: no_answer::NoAnswer, drawn as no_answer: Drawn;
    no_acknowledgement: no_acknowledgement::NoAcknowledgement;
    refuse_documents: refuse_documents::RefuseDocuments;
}

fn random_length() -> DurationRange {
    DurationRange(SimDuration::from_secs(5), SimDuration::from_secs(40))
}

/// What is said in the middle of a line, as a sentence of its own.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str())
}

impl Fault {
    /// The kinds that it names, with each of its times in a run of this length.
    pub(crate) fn standing(&self, run: SimDuration) -> impl Iterator<Item = Standing> {
        let key = move |from| {
            let until = self.lasts.map_or(SimDuration::MAX, |lasts| lasts.0.saturating_add(from));
            self.keys().into_iter().map(move |key| Standing { key, from, until })
        };
        self.repeat(self.lasts.map(|lasts| lasts.0), run).times().flat_map(key)
    }
    /// How it comes again in a run of this length, if it lasts so long. What never ends does not.
    pub(crate) fn repeat(&self, lasts: Option<SimDuration>, run: SimDuration) -> Repeat {
        let every = self.every.map(|every| every.0).filter(|_| lasts.is_some());
        let until = self.until.map_or(run, |until| until.0);
        Repeat { at: self.at.0, length: lasts.unwrap_or_default(), every, until }
    }
    /// How long it lasts, when it is of this kind.
    pub fn lasts_as(&self, about: &About) -> Option<SimDuration> {
        let lasts = match about.ends {
            super::about::Ends::InTime => self.lasts,
            super::about::Ends::ByRestart => self.restart_after.or(self.lasts),
        };
        lasts.map(|lasts| lasts.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_says_what_it_is_in_a_file_of_its_name() {
        for (about, (key, source)) in KINDS.iter().zip(SOURCES) {
            assert_eq!(about.key, *key, "the registered key is that of the file");
            assert!(source.starts_with(&format!("//! `{key}`: ")), "{key} opens with its key");
            assert!(about.example.starts_with(&format!("{key} = ")), "{key} has an example of itself");
            for said in [about.breaks, about.acts_through, about.still_holds] {
                assert!(said.len() > 4 && !said.ends_with('.') && !said.contains('|'), "{key}: `{said}`");
            }
        }
    }

    #[test]
    fn what_is_said_of_a_kind_is_in_the_schema() {
        let schema = serde_json::to_value(schemars::schema_for!(Fault)).expect("a schema is JSON");
        for about in KINDS {
            let said = &schema["properties"][about.key]["description"];
            assert_eq!(said.as_str(), Some(sentence(about.breaks).as_str()), "{}", about.key);
        }
    }
}
