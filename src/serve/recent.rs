//! The last events, for whoever looks at the page: of each kind so many, so that the few that matter are not drowned by
//! a thousand records a second.

use std::collections::VecDeque;

use crate::base::event::EventKind;
use crate::base::{Event, Fold, SimTime};
use crate::measure::Names;
use crate::report::export::EventsWriter;

/// So many of each kind are kept.
const KEPT: usize = 100;

/// Events of one kind.
#[derive(Default)]
struct Kind {
    count: u64,
    /// With the number that each has among all.
    last: VecDeque<(u64, SimTime, Event)>,
}

/// The last events of each kind.
#[derive(Default)]
pub(super) struct Recent {
    names: Names,
    count: u64,
    kinds: Vec<Kind>,
}

/// Which events are wanted.
#[derive(Default)]
pub(super) struct Wanted {
    /// Of these kinds; of all when empty.
    pub(super) kinds: Vec<String>,
    /// With this in their line, in whichever case.
    pub(super) text: String,
    /// At most so many.
    pub(super) count: usize,
}

impl Recent {
    pub(super) fn new() -> Self {
        Self { kinds: EventKind::ALL.iter().map(|_| Kind::default()).collect(), ..Self::default() }
    }

    /// How many there were of each kind that there was.
    pub(super) fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = EventKind::ALL.iter().zip(&self.kinds).map(|(kind, of)| (kind.as_str(), of.count));
        counts.filter(|(_, count)| *count > 0)
    }

    /// The last that are wanted, as the lines of an export, the newest first.
    pub(super) fn lines(&self, wanted: &Wanted) -> Vec<String> {
        let is_wanted = |kind: &EventKind| wanted.kinds.is_empty() || wanted.kinds.iter().any(|k| k == kind.as_str());
        let kinds = EventKind::ALL.iter().zip(&self.kinds).filter(|(kind, _)| is_wanted(kind));
        let mut events: Vec<_> = kinds.flat_map(|(_, kind)| &kind.last).collect();
        events.sort_by_key(|(number, ..)| std::cmp::Reverse(*number));
        if wanted.text.is_empty() {
            events.truncate(wanted.count);
        }
        let mut writer = EventsWriter::with_names(Vec::new(), self.names.clone());
        events.into_iter().for_each(|(_, at, event)| writer.on(*at, event));
        let written = writer.finish().unwrap_or_else(|error| unreachable!("memory takes text: {error}"));
        let text = wanted.text.to_lowercase();
        let written = String::from_utf8_lossy(&written);
        let lines = written.lines().filter(|line| line.to_lowercase().contains(&text));
        lines.take(wanted.count).map(str::to_owned).collect()
    }
}

impl Fold for Recent {
    fn on(&mut self, at: SimTime, event: &Event) {
        self.names.on(at, event);
        let Some(kind) = self.kinds.get_mut(event.kind() as usize) else { return };
        self.count += 1;
        kind.count += 1;
        if kind.last.len() == KEPT {
            kind.last.pop_front();
        }
        kind.last.push_back((self.count, at, event.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::HostId;
    use crate::base::event::HostRole;

    fn recent() -> Recent {
        let mut recent = Recent::new();
        let role = HostRole::Operator;
        recent.on(SimTime::ZERO, &Event::HostDeclared { host: HostId(0), name: "billing-1".into(), role });
        recent.on(SimTime::from_secs(1), &Event::HostCrashed { host: HostId(0) });
        for second in 2..1000 {
            recent.on(SimTime::from_secs(second), &Event::HostRestarted { host: HostId(0) });
        }
        recent
    }

    #[test]
    fn a_rare_event_stays_however_many_others_there_are() {
        let recent = recent();
        let wanted = Wanted { kinds: vec!["HostCrashed".to_owned()], count: 10, ..Wanted::default() };
        let lines = recent.lines(&wanted);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].ends_with(r#""event":"HostCrashed","host":"billing-1"}"#), "{lines:?}");
        assert_eq!(recent.counts().find(|(kind, _)| *kind == "HostRestarted"), Some(("HostRestarted", 998)));
    }

    #[test]
    fn the_newest_come_first_and_text_is_searched_for() {
        let lines = recent().lines(&Wanted { count: 2, ..Wanted::default() });
        assert!(lines[0].contains("0:16:39") && lines[1].contains("0:16:38"), "{lines:?}");
        assert_eq!(recent().lines(&Wanted { text: "CRASHED".to_owned(), count: 9, ..Wanted::default() }).len(), 1);
        assert!(recent().lines(&Wanted { text: "nowhere".to_owned(), count: 9, ..Wanted::default() }).is_empty());
    }
}
