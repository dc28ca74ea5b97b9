//! JSON with the place of each value, so that what is wrong with a datapoint can be pointed at.

use super::error::MetricsError;

/// Deeper than any export.
const DEPTH_MAX: usize = 32;

/// A value and where it begins, in bytes.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) at: usize,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Text(String),
    Number(f64),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
    /// `null`, `true`, `false`.
    Word,
}

impl Node {
    /// What stands under a key.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match &self.value {
            Value::Map(of) => of.iter().find(|(name, _)| name == key).map(|(_, node)| node),
            _ => None,
        }
    }
    /// The same, where it is a text.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        match &self.get(key)?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
    /// The same, where it is a list.
    pub(super) fn list(&self, key: &str) -> Option<&[Self]> {
        match &self.get(key)?.value {
            Value::List(of) => Some(of),
            _ => None,
        }
    }
}

/// The documents of a file, one after the other: pages are often put together so.
pub(super) fn documents(text: &str) -> Result<Vec<Node>, MetricsError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { text, at: 0 };
    let mut found = Vec::new();
    loop {
        reader.skip();
        if reader.at == text.len() {
            return Ok(found);
        }
        found.push(reader.node(0)?);
    }
}

/// The line of a place.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        Self(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect())
    }
    pub(super) fn line(&self, at: usize) -> usize {
        self.0.partition_point(|end| *end < at) + 1
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn skip(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    }
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
    fn wrong(&self, wanted: &str) -> MetricsError {
        let before = &self.text[..self.at];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |of| of.chars().count()) + 1;
        let found = match self.text[self.at..].chars().next() {
            Some(c) => format!("found {c:?}"),
            None => "the file ends".to_owned(),
        };
        MetricsError::Malformed { line, column, problem: format!("{found} where {wanted} should be") }
    }
    /// Takes a byte that must come next.
    fn take(&mut self, byte: u8, wanted: &str) -> Result<(), MetricsError> {
        match self.peek() {
            Some(found) if found == byte => self.at += 1,
            _ => return Err(self.wrong(wanted)),
        }
        Ok(())
    }

    fn node(&mut self, depth: usize) -> Result<Node, MetricsError> {
        let at = self.at;
        let value = match self.peek() {
            _ if depth > DEPTH_MAX => return Err(self.wrong("something less deep")),
            Some(b'{') => Value::Map(self.map(depth)?),
            Some(b'[') => Value::List(self.list(depth)?),
            Some(b'"') => Value::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => {
                let rest = &self.text[at..];
                let end = rest.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'));
                let number = rest[..end.unwrap_or(rest.len())].parse().map_err(|_| self.wrong("a number"))?;
                self.at += end.unwrap_or(rest.len());
                Value::Number(number)
            }
            _ => {
                let word = ["null", "true", "false"].into_iter().find(|word| self.text[at..].starts_with(word));
                self.at += word.ok_or_else(|| self.wrong("a value"))?.len();
                Value::Word
            }
        };
        Ok(Node { at, value })
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, MetricsError> {
        let mut found = Vec::new();
        self.at += 1;
        loop {
            self.skip();
            if self.peek() == Some(b']') && found.is_empty() {
                self.at += 1;
                return Ok(found);
            }
            found.push(self.node(depth + 1)?);
            self.skip();
            if self.peek() == Some(b']') {
                self.at += 1;
                return Ok(found);
            }
            self.take(b',', "`,` or `]`")?;
        }
    }

    fn map(&mut self, depth: usize) -> Result<Vec<(String, Node)>, MetricsError> {
        let mut found = Vec::new();
        self.at += 1;
        loop {
            self.skip();
            if self.peek() == Some(b'}') && found.is_empty() {
                self.at += 1;
                return Ok(found);
            }
            if self.peek() != Some(b'"') {
                return Err(self.wrong("a key in quotes"));
            }
            let key = self.string()?;
            self.skip();
            self.take(b':', "`:`")?;
            self.skip();
            found.push((key, self.node(depth + 1)?));
            self.skip();
            if self.peek() == Some(b'}') {
                self.at += 1;
                return Ok(found);
            }
            self.take(b',', "`,` or `}`")?;
        }
    }

    fn string(&mut self) -> Result<String, MetricsError> {
        let bytes = self.text.as_bytes();
        let mut end = self.at + 1;
        while let Some(byte) = bytes.get(end) {
            match byte {
                b'"' => break,
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        let whole = self.text.get(self.at..end + 1);
        let text = whole.and_then(|whole| serde_json::from_str(whole).ok());
        let text = text.ok_or_else(|| self.wrong("a whole text in quotes"))?;
        self.at = end + 1;
        Ok(text)
    }
}
