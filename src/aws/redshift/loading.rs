//! What a COPY of Redshift comes to for PostgreSQL: the statement, and the bytes that it reads
//! (<https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-format.html>).
//!
//! Files are brought unpacked, so that options on that are passed over, and so are those that PostgreSQL has no need
//! of.
//!
//! Not here: JSONPaths files, AVRO, columns of fixed width, REMOVEQUOTES, MAXERROR and whatever else changes what is
//! loaded: it is refused with a word on it.

use super::api::CopyCommand;

/// How a COPY is carried out by PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Loading {
    /// `COPY ... FROM STDIN`.
    pub(crate) copy: String,
    /// What it reads.
    pub(crate) data: Vec<u8>,
    /// JSON goes to a table of one column first. These make it, and bring from it what the table takes.
    pub(crate) around: Option<(String, String)>,
}

/// What the options say.
#[derive(Debug, PartialEq)]
struct Options {
    format: Format,
    delimiter: Option<char>,
    quote: Option<char>,
    null: Option<String>,
    /// A backslash takes its meaning from what follows.
    has_escapes: bool,
    header_lines: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Format {
    Delimited,
    Csv,
    Json,
}

/// Options that mean nothing here, and whether a value follows.
const PASSED_OVER: &[(&str, bool)] = &[
    ("ACCEPTANYDATE", false),
    ("BZIP2", false),
    ("COMPUPDATE", true),
    ("DATEFORMAT", true),
    ("GZIP", false),
    ("LZOP", false),
    ("MANIFEST", false),
    ("REGION", true),
    ("STATUPDATE", true),
    ("TIMEFORMAT", true),
    ("ZSTD", false),
];

impl Options {
    fn read(text: &str) -> Result<Self, String> {
        let mut read = Self {
            format: Format::Delimited,
            delimiter: None,
            quote: None,
            null: None,
            has_escapes: false,
            header_lines: 0,
        };
        let mut words = Words { rest: text };
        while let Some(word) = words.next()? {
            let name = word.to_ascii_uppercase();
            match name.as_str() {
                "FORMAT" => words.skip_as(),
                "CSV" => read.format = Format::Csv,
                "JSON" => {
                    read.format = Format::Json;
                    if words.value(&name)? != "auto" {
                        return Err("of COPY's JSON only 'auto' is carried over".to_owned());
                    }
                }
                "DELIMITER" => read.delimiter = Some(one_char(&name, &words.value(&name)?)?),
                "QUOTE" => read.quote = Some(one_char(&name, &words.value(&name)?)?),
                "NULL" => read.null = Some(words.value(&name)?),
                "ESCAPE" => read.has_escapes = true,
                "IGNOREHEADER" => {
                    let lines = words.value(&name)?;
                    read.header_lines = lines.parse().map_err(|_| format!("IGNOREHEADER {lines} is no number"))?;
                }
                _ => match PASSED_OVER.iter().find(|(option, _)| *option == name) {
                    Some((_, true)) => drop(words.value(&name)?),
                    Some((_, false)) => {}
                    None => return Err(format!("COPY's {word} is not carried over to PostgreSQL")),
                },
            }
        }
        Ok(read)
    }
}

fn one_char(name: &str, text: &str) -> Result<char, String> {
    let text = text.replace("\\t", "\t");
    let mut chars = text.chars();
    match (chars.next().filter(char::is_ascii), chars.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(format!("{name} must be one ASCII character")),
    }
}

/// The words of options, and texts in quotes.
struct Words<'a> {
    rest: &'a str,
}

impl Words<'_> {
    fn next(&mut self) -> Result<Option<String>, String> {
        self.rest = self.rest.trim_start();
        if self.rest.is_empty() {
            return Ok(None);
        }
        let Some(mut quoted) = self.rest.strip_prefix('\'') else {
            let end = self.rest.find(|c: char| c.is_whitespace() || c == '\'').unwrap_or(self.rest.len());
            let (word, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Ok(Some(word.to_owned()));
        };
        let mut text = String::new();
        loop {
            let end = quoted.find('\'').ok_or("a quote of COPY's options is not closed")?;
            text.push_str(&quoted[..end]);
            quoted = &quoted[end + 1..];
            match quoted.strip_prefix('\'') {
                Some(rest) => (text.push('\''), quoted = rest).0,
                None => break,
            }
        }
        self.rest = quoted;
        Ok(Some(text))
    }
    fn skip_as(&mut self) {
        self.rest = self.rest.trim_start();
        let is_as = self.rest.get(..3).is_some_and(|word| word.eq_ignore_ascii_case("as "));
        self.rest = if is_as { &self.rest[3..] } else { self.rest };
    }
    fn value(&mut self, name: &str) -> Result<String, String> {
        self.skip_as();
        self.next()?.ok_or_else(|| format!("a value is missing behind {name}"))
    }
}

/// A text as a constant of SQL.
fn constant(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The table that lines of JSON go to first.
const LINES: &str = "kinesim_lines";

impl Loading {
    /// How a COPY is carried out.
    ///
    /// # Errors
    /// What of it PostgreSQL cannot be told.
    pub(crate) fn of(copy: &CopyCommand) -> Result<Self, String> {
        let options = Options::read(&copy.options)?;
        let CopyCommand { table, columns, files, .. } = copy;
        let plain: Vec<Vec<u8>> = files.iter().map(|file| file.body.plain()).collect();
        let to = if columns.is_empty() { table.to_string() } else { format!("{table} ({columns})") };
        if options.format == Format::Json {
            return json(table, columns, &to, &plain);
        }
        let mut data = Vec::new();
        for file in &plain {
            file.split_inclusive(|byte| *byte == b'\n').skip(options.header_lines).for_each(|line| data.extend(line));
            if !data.is_empty() && !data.ends_with(b"\n") {
                data.push(b'\n');
            }
        }
        let delimiter = |or| constant(&options.delimiter.unwrap_or(or).to_string());
        let with = match options.format {
            Format::Csv => {
                let quote = constant(&options.quote.unwrap_or('"').to_string());
                let null = options.null.iter().map(|null| format!(", NULL {}", constant(null)));
                format!("FORMAT csv, DELIMITER {}, QUOTE {quote}{}", delimiter(','), null.collect::<String>())
            }
            Format::Delimited | Format::Json => {
                let null = options.null.as_deref().unwrap_or("\\N");
                let null = if options.has_escapes { null.to_owned() } else { null.replace('\\', "\\\\") };
                if !options.has_escapes {
                    data = doubled(&data);
                }
                format!("FORMAT text, DELIMITER {}, NULL {}", delimiter('|'), constant(&null))
            }
        };
        Ok(Self { copy: format!("COPY {to} FROM STDIN WITH ({with})"), data, around: None })
    }
}

/// Backslashes that mean themselves.
fn doubled(bytes: &[u8]) -> Vec<u8> {
    let double = |byte: &u8| std::iter::repeat_n(*byte, if *byte == b'\\' { 2 } else { 1 });
    bytes.iter().flat_map(double).collect()
}

/// Objects that follow each other, with or without line ends.
fn json(table: &str, columns: &str, to: &str, files: &[Vec<u8>]) -> Result<Loading, String> {
    let mut data = Vec::new();
    for file in files {
        for object in serde_json::Deserializer::from_slice(file).into_iter::<serde_json::Map<_, _>>() {
            let object = object.map_err(|error| format!("what is staged is no JSON: {error}"))?;
            data.extend(doubled(serde_json::Value::Object(object).to_string().as_bytes()));
            data.push(b'\n');
        }
    }
    let make = format!("CREATE TEMPORARY TABLE {LINES} (line json) ON COMMIT DROP");
    let rows = format!("SELECT (json_populate_record(NULL::{table}, line)).* FROM {LINES}");
    let of_row = if columns.is_empty() { "*" } else { columns };
    let bring = format!("INSERT INTO {to} SELECT {of_row} FROM ({rows}) AS rows");
    Ok(Loading { copy: format!("COPY {LINES} FROM STDIN"), data, around: Some((make, bring)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::redshift::{Location, StagedFile};
    use crate::base::Holds;
    use crate::world::CallId;

    fn loading(options: &str, columns: &str, bytes: &[u8]) -> Result<Loading, String> {
        let at = |key: &str| Location { bucket: "stage".into(), key: key.into() };
        let file = StagedFile { at: at("file"), body: bytes.to_vec().into(), holds: Holds::default() };
        Loading::of(&CopyCommand {
            cluster: "warehouse".into(),
            table: "clicks".into(),
            columns: columns.into(),
            manifest: at("manifest"),
            options: options.into(),
            files: [file].into(),
            call: CallId(0),
        })
    }

    fn told(options: &str, columns: &str, bytes: &[u8]) -> (String, String) {
        let Loading { copy, data, around } = loading(options, columns, bytes).expect("it can be told");
        assert_eq!(around, None);
        (copy, String::from_utf8(data).expect("text"))
    }

    #[test]
    fn lines_are_cut_at_bars_unless_something_else_is_said() {
        let (copy, data) = told("", "", b"1|a\\b\n2|c");
        assert_eq!(copy, r"COPY clicks FROM STDIN WITH (FORMAT text, DELIMITER '|', NULL '\\N')");
        assert_eq!(data, "1|a\\\\b\n2|c\n");
        let (copy, data) = told(r"DELIMITER AS '\t' ESCAPE NULL AS 'no''ne' GZIP", "a, b", b"1\ta\\tb\n");
        assert_eq!(copy, "COPY clicks (a, b) FROM STDIN WITH (FORMAT text, DELIMITER '\t', NULL 'no''ne')");
        assert_eq!(data, "1\ta\\tb\n");
    }

    #[test]
    fn csv_is_csv_and_a_header_is_left_out() {
        let (copy, data) = told("format as csv ignoreheader 1 region 'eu-west-1'", "", b"a,b\n1,\"x\\\"\n");
        assert_eq!(copy, "COPY clicks FROM STDIN WITH (FORMAT csv, DELIMITER ',', QUOTE '\"')");
        assert_eq!(data, "1,\"x\\\"\n");
    }

    #[test]
    fn json_goes_by_a_table_of_lines() {
        let loading =
            loading("JSON 'auto' TIMEFORMAT 'auto'", "a", b"{\"a\": 1}{\"a\":\n\"x\\n\"}").expect("it can be told");
        assert_eq!(loading.copy, "COPY kinesim_lines FROM STDIN");
        assert_eq!(loading.data, b"{\"a\":1}\n{\"a\":\"x\\\\n\"}\n");
        let (_, bring) = loading.around.expect("statements");
        assert_eq!(
            bring,
            "INSERT INTO clicks (a) SELECT a FROM (SELECT (json_populate_record(NULL::clicks, line)).* FROM \
             kinesim_lines) AS rows"
        );
    }

    #[test]
    fn what_would_change_what_is_loaded_is_refused_with_its_name() {
        for (options, problem) in [
            ("JSON 's3://b/paths.json'", "'auto'"),
            ("AVRO 'auto'", "AVRO"),
            ("MAXERROR 5", "MAXERROR"),
            ("DELIMITER '||'", "one ASCII"),
            ("DELIMITER 'x", "not closed"),
            ("IGNOREHEADER", "missing"),
            ("IGNOREHEADER x", "no number"),
        ] {
            let told = loading(options, "", b"").expect_err(options);
            assert!(told.contains(problem), "{options}: {told}");
        }
        assert!(loading("JSON 'auto'", "", b"{\"a\":1}\n[1]").is_err());
    }
}
