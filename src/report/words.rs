//! Numbers and sentences as people read them.

use crate::base::SimDuration;

/// `1234567` as `1,234,567`.
pub(crate) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count, with nothing for zero, so that what happened stands out in a table.
pub(crate) fn count_or_dash(n: u64) -> String {
    if n == 0 { "-".into() } else { count(n) }
}

/// Milliseconds in a unit that fits, to three digits: `250ms`, `1.5s`, `2m5s`.
pub(crate) fn millis(ms: Option<u64>) -> String {
    ms.map_or("-".into(), |ms| SimDuration::from_millis(ms).told())
}

/// Seconds in a unit that fits.
pub(super) fn seconds(s: f64) -> String {
    if s == 0.0 { "-".into() } else { millis(Some((s * 1000.0) as u64)) }
}

/// A percentage: whole from 10 on, with a decimal below.
pub(crate) fn percent(p: f64) -> String {
    if p == 0.0 || p.abs() >= 10.0 { format!("{p:.0}") } else { format!("{p:.1}") }
}

/// A number with one decimal, unless that is zero.
pub(crate) fn tenths(n: f64) -> String {
    let text = format!("{n:.1}");
    text.strip_suffix(".0").map_or(text.clone(), ToString::to_string)
}

/// The text cut to `chars` characters.
pub(crate) fn cut(text: &str, chars: usize) -> String {
    if text.chars().count() <= chars {
        return text.into();
    }
    text.chars().take(chars.saturating_sub(1)).chain(['…']).collect()
}

/// `one check`, `3 checks`.
pub(crate) fn plural(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{} {what}s", count(n as u64)) }
}

/// The text in lines of at most `width` characters, each after `indent` spaces; a longer word has its own line.
pub(crate) fn wrap(text: &str, indent: usize, width: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            out.push('\n');
            used = 0;
        }
        if used == 0 {
            out.push_str(&" ".repeat(indent));
            used = indent;
        } else {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_times_have_the_unit_that_fits() {
        assert_eq!([count(0), count(999), count(1000), count(1_234_567)], ["0", "999", "1,000", "1,234,567"]);
        let times = [Some(7), Some(1500), Some(61_000), Some(7_260_000), None].map(millis);
        assert_eq!(times, ["7ms", "1.5s", "1m01s", "2h01m", "-"]);
        assert_eq!([percent(0.0), percent(3.25), percent(-40.0)], ["0", "3.2", "-40"]);
    }

    #[test]
    fn lines_wrap_at_words() {
        assert_eq!(wrap("one two three", 2, 9), "  one two\n  three");
        assert_eq!(cut("celebrity", 5), "cele…");
    }
}
