//! What must hold, in one line: `throttled_writes < 0.1%`, `iterator_age.p99 of billing < 10s`.
//!
//! A line is an `[[expect]]` of a scenario, written shorter. Which numbers there are, and in which unit a bound is
//! written, is the scenario's to say.

use toml::{Table, Value};

/// Names that a plan's lines have for numbers that an `[[expect]]` names by their path.
const NUMBERS: [(&str, &str); 2] =
    [("time_to_recover", "consumers.{}.catch_up_s_max"), ("lease_table.throttled", "tables.{}.write_throttled")];
/// Where the paths of reported numbers begin.
const REPORTED: [&str; 4] = ["streams.", "consumers.", "producers.", "tables."];

/// Something that must hold.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Slo {
    /// The `[[expect]]` that it is.
    pub(crate) expect: Table,
}

/// A line that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoSlo(pub(crate) String);

impl Slo {
    /// Reads a line.
    ///
    /// # Errors
    /// It has no comparison, or nothing before it.
    pub(crate) fn parse(text: &str) -> Result<Self, NoSlo> {
        let wrong = || {
            NoSlo(format!("`{text}` is no promise: write NUMBER < BOUND, such as `iterator_age.p99 of billing < 10s`"))
        };
        let at = text.find(['<', '>', '=', '!']).ok_or_else(wrong)?;
        let (of, is) = (text[..at].trim(), text[at..].trim().to_owned());
        let (number, name) = of.split_once(" of ").map_or((of, None), |(number, name)| (number, Some(name.trim())));
        if number.is_empty() {
            return Err(wrong());
        }
        let mut expect = Table::new();
        let mut set = |key: &str, value: Value| drop(expect.insert(key.to_owned(), value));
        set("if_any", Value::Boolean(true));
        if let Some((_, path)) = NUMBERS.iter().find(|(short, _)| *short == number) {
            set("number", Value::String(path.replace("{}", name.unwrap_or("*"))));
            set("is", Value::String(is));
        } else if REPORTED.iter().any(|start| number.starts_with(start)) {
            set("number", Value::String(number.to_owned()));
            set("is", Value::String(is));
        } else {
            if let Some(name) = name {
                let whose = if number.starts_with("throttled") { "stream" } else { "consumer" };
                set(whose, Value::String(name.to_owned()));
            }
            match number.split_once('.') {
                Some((of, part)) => {
                    // A plan is for what goes on day after day.
                    set("after", Value::String("start-up".into()));
                    set(of, Value::Table(Table::from_iter([(part.to_owned(), Value::String(is))])));
                }
                None => set(number, Value::String(is)),
            }
        }
        Ok(Self { expect })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        Slo::parse(text).expect("a promise").expect.to_string().replace("if_any = true\n", "").replace('\n', " ")
    }

    #[test]
    fn a_line_is_an_expectation_written_shorter() {
        assert_eq!(read("throttled_writes < 0.1%"), "throttled_writes = \"< 0.1%\" ");
        assert_eq!(read("throttled_writes of clicks<0.1%"), "stream = \"clicks\" throttled_writes = \"<0.1%\" ");
        let age = read("iterator_age.p99 of billing < 10s");
        assert_eq!(age, "after = \"start-up\" consumer = \"billing\"  [iterator_age] p99 = \"< 10s\" ");
        let throttles = "is = \"== 0\" number = \"tables.*.write_throttled\" ";
        assert_eq!(read("lease_table.throttled == 0"), throttles);
        assert_eq!(read("time_to_recover of c < 5m"), "is = \"< 5m\" number = \"consumers.c.catch_up_s_max\" ");
        assert_eq!(read("streams.s.put_calls >= 1"), "is = \">= 1\" number = \"streams.s.put_calls\" ");
    }

    #[test]
    fn a_line_without_a_bound_is_told() {
        for text in ["throttled_writes", "< 5", ""] {
            assert!(Slo::parse(text).expect_err("no promise").0.contains("is no promise"), "{text}");
        }
    }
}
