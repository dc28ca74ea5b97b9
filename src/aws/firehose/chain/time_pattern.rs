//! Patterns of Java's `DateTimeFormatter`, in which prefixes write times
//! (<https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html>,
//! <https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/time/format/DateTimeFormatter.html>).
//!
//! Texts are English, and weeks those of the United States, as AWS's hosts are assumed to be set. Not modelled: letters
//! that need the name of a time zone (`V`, `z`, `v`), periods of the day (`B`), padding (`p`), `F` and `g`, of which
//! versions of Java differ.

use std::fmt::{self, Write as _};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

/// A pattern that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TimePattern(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    /// A letter and how often it stands.
    Letters(char, usize),
}

/// What is wrong with a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PatternError {
    /// A letter that stands for nothing.
    Unknown(char),
    /// A letter that stands too often.
    TooMany(char, usize),
    /// A character that means nothing yet.
    Reserved(char),
    /// A quoted text without its end.
    Unquoted,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(letter) => {
                write!(f, "{letter} stands for no part of a time here; a text stands between single quotes")
            }
            Self::TooMany(letter, max) => write!(f, "{letter} stands at most {max} times in a row"),
            Self::Reserved(character) => write!(f, "{character} is reserved; put it between single quotes"),
            Self::Unquoted => f.write_str("a single quote has no second one; write '' for the quote itself"),
        }
    }
}

/// Letters, and how often each may stand.
const LETTERS: &[(&str, usize)] =
    &[("aW", 1), ("dHhKkmsw", 2), ("D", 3), ("MLEGQqceXxZ", 5), ("O", 4), ("S", 9), ("yuYnAN", 19)];

impl TimePattern {
    /// Reads a pattern.
    pub(super) fn parse(text: &str) -> Result<Self, PatternError> {
        let (mut parts, mut rest) = (Vec::new(), text);
        while let Some(first) = rest.chars().next() {
            let same = rest.len() - rest.trim_start_matches(first).len();
            let behind = &rest[first.len_utf8()..];
            match first {
                '\'' => match behind.split_once('\'') {
                    None => return Err(PatternError::Unquoted),
                    Some(("", following)) => {
                        parts.push(Part::Literal("'".into()));
                        rest = following;
                    }
                    Some((quoted, following)) => {
                        parts.push(Part::Literal(quoted.into()));
                        // A quote within the text is written twice.
                        rest = following;
                        if following.starts_with('\'') {
                            parts.push(Part::Literal("'".into()));
                        }
                    }
                },
                '{' | '}' | '#' => return Err(PatternError::Reserved(first)),
                // Sections that are optional when a time is read.
                '[' | ']' => rest = behind,
                letter if letter.is_ascii_alphabetic() => {
                    let known = LETTERS.iter().find(|(letters, _)| letters.contains(letter));
                    let (_, max) = known.ok_or(PatternError::Unknown(letter))?;
                    if same > *max || (letter, same) == ('c', 2) {
                        return Err(PatternError::TooMany(letter, if letter == 'c' { 1 } else { *max }));
                    }
                    parts.push(Part::Letters(letter, same));
                    rest = &rest[same..];
                }
                other => {
                    parts.push(Part::Literal(other.into()));
                    rest = behind;
                }
            }
        }
        Ok(Self(parts))
    }

    /// The text of a time so many milliseconds after 1970, so many minutes east of UTC.
    pub(super) fn text_of(&self, unix_ms: u64, offset_minutes: i32) -> String {
        let stamp = Timestamp::from_millisecond(i64::try_from(unix_ms).unwrap_or(i64::MAX)).unwrap_or(Timestamp::MAX);
        let offset = Offset::from_seconds(offset_minutes.saturating_mul(60)).unwrap_or(Offset::UTC);
        let at = At { time: offset.to_datetime(stamp), offset_minutes: offset.seconds() / 60 };
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Letters(letter, count) => at.write(*letter, *count, &mut text),
            }
        }
        text
    }
}

/// A local time.
struct At {
    time: DateTime,
    offset_minutes: i32,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

impl At {
    fn write(&self, letter: char, count: usize, out: &mut String) {
        let time = &self.time;
        let (hour, minute, second) = (time.hour(), time.minute(), time.second());
        let nanos = u64::from(time.subsec_nanosecond().unsigned_abs());
        let of_day = u64::from((hour as u32 * 60 + minute as u32) * 60 + second as u32) * 1_000_000_000 + nanos;
        let month = time.month() as usize;
        let quarter = month.div_ceil(3);
        match letter {
            'y' | 'u' => year(time.year(), count, out),
            'Y' => year(week_of_year(time.date()).0, count, out),
            'M' | 'L' if count > 2 => out.push_str(shortened(MONTHS[month - 1], count)),
            'Q' | 'q' if count > 2 => match count {
                3 => number(out, format!("Q{quarter}"), 0),
                4 => out.push_str(["1st quarter", "2nd quarter", "3rd quarter", "4th quarter"][quarter - 1]),
                _ => number(out, quarter, 0),
            },
            'E' => out.push_str(shortened(DAYS[self.weekday()], count)),
            'e' | 'c' if count > 2 => out.push_str(shortened(DAYS[self.weekday()], count)),
            'e' | 'c' => number(out, self.weekday() + 1, count),
            'M' | 'L' => number(out, month, count),
            'Q' | 'q' => number(out, quarter, count),
            'd' => number(out, time.day(), count),
            'D' => number(out, time.day_of_year(), count),
            'w' => number(out, week_of_year(time.date()).1, count),
            'W' => number(out, (time.day() as i32 - 1 + weekday(time.date().first_of_month()) as i32) / 7 + 1, count),
            'H' => number(out, hour, count),
            'k' => number(out, if hour == 0 { 24 } else { hour }, count),
            'K' => number(out, hour % 12, count),
            'h' => number(out, if hour % 12 == 0 { 12 } else { hour % 12 }, count),
            'm' => number(out, minute, count),
            's' => number(out, second, count),
            'S' => out.push_str(&format!("{nanos:09}")[..count]),
            'n' => number(out, nanos, count),
            'A' => number(out, of_day / 1_000_000, count),
            'N' => number(out, of_day, count),
            'a' => out.push_str(if hour < 12 { "AM" } else { "PM" }),
            'G' => out.push_str(["AD", "AD", "AD", "Anno Domini", "A"][count - 1]),
            'X' | 'x' | 'Z' | 'O' => out.push_str(&self.offset(letter, count)),
            _ => unreachable!("{letter} is none of the letters that are read"),
        }
    }

    fn weekday(&self) -> usize {
        weekday(self.time.date())
    }

    fn offset(&self, letter: char, count: usize) -> String {
        let (sign, minutes) = (if self.offset_minutes < 0 { '-' } else { '+' }, self.offset_minutes.abs());
        let (hours, rest) = (minutes / 60, minutes % 60);
        match (letter, count) {
            ('X', _) | ('Z', 5) if minutes == 0 => "Z".into(),
            ('O', _) | ('Z', 4) if minutes == 0 => "GMT".into(),
            ('X' | 'x', 1) if rest == 0 => format!("{sign}{hours:02}"),
            ('O', 1) if rest == 0 => format!("GMT{sign}{hours}"),
            ('O', 1) => format!("GMT{sign}{hours}:{rest:02}"),
            ('O', _) | ('Z', 4) => format!("GMT{sign}{hours:02}:{rest:02}"),
            ('X' | 'x', 3 | 5) | ('Z', 5) => format!("{sign}{hours:02}:{rest:02}"),
            _ => format!("{sign}{hours:02}{rest:02}"),
        }
    }
}

fn number(out: &mut String, number: impl fmt::Display, width: usize) {
    let _ = write!(out, "{number:0>width$}");
}

fn year(year: i16, count: usize, out: &mut String) {
    match count {
        2 => number(out, year.rem_euclid(100), 2),
        _ => number(out, year, count),
    }
}

/// A name: whole, its first three letters, or its first one.
fn shortened(name: &'static str, count: usize) -> &'static str {
    match count {
        4 => name,
        5 => &name[..1],
        _ => &name[..3],
    }
}

/// From 0, which is Sunday.
fn weekday(date: Date) -> usize {
    date.weekday().to_sunday_zero_offset() as usize
}

/// Year and week: weeks begin on Sunday, and the first holds the first of January.
fn week_of_year(date: Date) -> (i16, i32) {
    let days_left = 6 - weekday(date) as i32;
    let year = date.year();
    if date.day_of_year() as i32 + days_left > date.days_in_year() as i32 {
        return (year + 1, 1);
    }
    (year, (date.day_of_year() as i32 - 1 + weekday(date.first_of_year()) as i32) / 7 + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 27 August 2018, 22:30:05.123 UTC, as AWS's examples have it: a Monday.
    const AUGUST: u64 = 1_535_409_005_123;

    fn text(pattern: &str, unix_ms: u64, offset_minutes: i32) -> String {
        let parsed = TimePattern::parse(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
        parsed.text_of(unix_ms, offset_minutes)
    }

    #[test]
    fn times_are_written_as_java_writes_them() {
        for (pattern, wanted) in [
            ("yyyy/MM/dd/HH/", "2018/08/27/22/"),
            ("y yy yyyyy u", "2018 18 02018 2018"),
            ("M MM MMM MMMM MMMMM LLL", "8 08 Aug August A Aug"),
            ("d D DDD", "27 239 239"),
            ("H h hh k K KK m s ss", "22 10 10 22 10 10 30 5 05"),
            ("S SSS SSSSSSSSS n A", "1 123 123000000 123000000 81005123"),
            ("a G GGGG", "PM AD Anno Domini"),
            ("E EEEE EEEEE e ee eee c", "Mon Monday M 2 02 Mon 2"),
            ("Q QQ QQQ QQQQ", "3 03 Q3 3rd quarter"),
            ("YYYY-'W'ww W", "2018-W35 5"),
            ("X XX XXX x xx xxx Z ZZZZ ZZZZZ O", "Z Z Z +00 +0000 +00:00 +0000 GMT Z GMT"),
            ("'year='yyyy", "year=2018"),
            ("HH 'o''clock' ''mm''", "22 o'clock '30'"),
            ("[yyyy]-MM", "2018-08"),
            ("", ""),
        ] {
            assert_eq!(text(pattern, AUGUST, 0), wanted, "{pattern}");
        }
    }

    #[test]
    fn the_zone_of_the_configuration_counts() {
        assert_eq!(
            text("yyyy/MM/dd/HH:mm X XXX ZZZZ O", AUGUST, 330),
            "2018/08/28/04:00 +0530 +05:30 GMT+05:30 GMT+5:30"
        );
        assert_eq!(text("dd HH X x Z O", AUGUST, -480), "27 14 -08 -08 -0800 GMT-8");
    }

    #[test]
    fn weeks_begin_on_sunday_and_the_first_holds_new_year() {
        const DAY: u64 = 86_400_000;
        // Sunday 30 December 2018 is in the week of Tuesday 1 January 2019.
        let sunday = 1_546_128_000_000;
        assert_eq!(text("yyyy-MM-dd YYYY w", sunday, 0), "2018-12-30 2019 1");
        assert_eq!(text("YYYY w", sunday - DAY, 0), "2018 52");
        assert_eq!(text("YYYY w", sunday + 7 * DAY, 0), "2019 2");
    }

    #[test]
    fn what_is_no_pattern_is_told() {
        for (pattern, wanted) in [
            ("yyyy/b", PatternError::Unknown('b')),
            ("MMMMMM", PatternError::TooMany('M', 5)),
            ("ddd", PatternError::TooMany('d', 2)),
            ("yyyy#", PatternError::Reserved('#')),
            ("yyyy'T", PatternError::Unquoted),
        ] {
            assert_eq!(TimePattern::parse(pattern), Err(wanted), "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn every_text_is_a_pattern_or_refused_and_every_time_can_be_written(
            pattern in "[a-zA-Z'/é#\\[ -]{0,12}", unix_ms: u64, offset_minutes: i32,
        ) {
            if let Ok(parsed) = TimePattern::parse(&pattern) {
                parsed.text_of(unix_ms, offset_minutes);
            }
        }
    }
}
