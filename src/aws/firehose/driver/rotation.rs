//! Names of indices that rotate
//! (<https://docs.aws.amazon.com/firehose/latest/dev/basic-deliver.html#es-index-rotation>).
//!
//! Weeks are those of ISO 8601. AWS's words (weeks that begin on Sunday, the first of which has the year's first
//! Saturday) do not give AWS's own example, 25 February 2016 in `2016-w08`; ISO 8601 does.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::aws::firehose::pipeline::Rotation;

/// Names one index after the other, by the time at which each document's record arrived.
pub(super) struct Names<'a> {
    index: &'a str,
    rotation: Rotation,
    /// Hours since the Unix epoch, and the name that holds in that hour: no name changes within one.
    last: Option<(u64, Arc<str>)>,
}

impl<'a> Names<'a> {
    pub(super) fn new(index: &'a str, rotation: Rotation) -> Self {
        Self { index, rotation, last: None }
    }
    /// The index for a record that arrived then.
    pub(super) fn at(&mut self, arrived_unix_ms: u64) -> Arc<str> {
        let hour = arrived_unix_ms / 3_600_000;
        match &self.last {
            Some((of, name)) if *of == hour => name.clone(),
            _ => {
                let name: Arc<str> = name(self.index, self.rotation, arrived_unix_ms).into();
                self.last = Some((hour, name.clone()));
                name
            }
        }
    }
}

fn name(index: &str, rotation: Rotation, arrived_unix_ms: u64) -> String {
    let at = i64::try_from(arrived_unix_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let at = at.unwrap_or(Timestamp::MAX).to_zoned(TimeZone::UTC).datetime();
    let (year, month, day, hour) = (at.year(), at.month(), at.day(), at.hour());
    match rotation {
        Rotation::Never => index.to_owned(),
        Rotation::Hourly => format!("{index}-{year:04}-{month:02}-{day:02}-{hour:02}"),
        Rotation::Daily => format!("{index}-{year:04}-{month:02}-{day:02}"),
        Rotation::Weekly => {
            let week = at.date().iso_week_date();
            format!("{index}-{:04}-w{:02}", week.year(), week.week())
        }
        Rotation::Monthly => format!("{index}-{year:04}-{month:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unix_ms(text: &str) -> u64 {
        text.parse::<Timestamp>().expect("a time").as_millisecond() as u64
    }

    #[test]
    fn names_are_those_of_the_documents_examples() {
        let at = unix_ms("2016-02-25T13:00:00Z");
        let names = [
            (Rotation::Never, "myindex"),
            (Rotation::Hourly, "myindex-2016-02-25-13"),
            (Rotation::Daily, "myindex-2016-02-25"),
            (Rotation::Weekly, "myindex-2016-w08"),
            (Rotation::Monthly, "myindex-2016-02"),
        ];
        for (rotation, expected) in names {
            assert_eq!(&*Names::new("myindex", rotation).at(at), expected);
        }
    }

    #[test]
    fn a_day_ends_at_midnight_of_utc_and_a_week_may_belong_to_the_year_before() {
        let mut days = Names::new("a", Rotation::Daily);
        let around = ["2026-12-31T23:59:59.999Z", "2027-01-01T00:00:00Z", "2027-01-01T00:30:00Z"];
        let named: Vec<_> = around.iter().map(|at| days.at(unix_ms(at))).collect();
        assert_eq!(
            named.iter().map(|name| &**name).collect::<Vec<_>>(),
            ["a-2026-12-31", "a-2027-01-01", "a-2027-01-01"]
        );
        assert!(Arc::ptr_eq(&named[1], &named[2]), "one text for all of an hour");
        assert_eq!(&*Names::new("a", Rotation::Weekly).at(unix_ms("2027-01-01T00:00:00Z")), "a-2026-w53");
    }
}
