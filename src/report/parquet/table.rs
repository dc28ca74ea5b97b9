//! A file of one table: columns gathered row by row and written a group of rows at a time.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use crate::report::files::with_path;

/// Rows that are written together. Readers skip whole groups by their least and greatest values.
const ROWS_IN_GROUP: usize = 131_072;
/// Texts that are kept to be used again: names come in every row.
const TEXTS_MAX: usize = 10_000;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Text,
}

enum Values {
    Numbers(Vec<i64>),
    Texts(Vec<ByteArray>),
}

struct Column {
    values: Values,
    /// By row, 1 where there is a value.
    is_there: Vec<i16>,
}

/// A value of a row.
pub(super) enum Cell<'a> {
    Number(u64),
    Text(&'a str),
}

/// Writes the rows of a table.
pub(super) struct Table {
    writer: SerializedFileWriter<BufWriter<File>>,
    columns: Vec<Column>,
    names: &'static [(&'static str, Kind)],
    texts: BTreeMap<String, ByteArray>,
    rows_in_group: usize,
    rows: u64,
    error: Option<io::Error>,
}

impl Table {
    /// Begins the file `NAME.parquet` in `dir`.
    pub(super) fn create(dir: &Path, name: &str, columns: &'static [(&'static str, Kind)]) -> io::Result<Self> {
        let path = dir.join(format!("{name}.parquet"));
        let file = File::create(&path).map_err(|error| with_path(&path, &error))?;
        let column = |(name, kind): &(&str, Kind)| match kind {
            Kind::Number => format!("OPTIONAL INT64 {name};"),
            Kind::Text => format!("OPTIONAL BYTE_ARRAY {name} (STRING);"),
        };
        let columns_text: String = columns.iter().map(column).collect();
        let schema = parse_message_type(&format!("message {name} {{ {columns_text} }}")).map_err(told)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::LZ4_RAW)
            .set_created_by(format!("kinesim {}", env!("CARGO_PKG_VERSION")))
            .build();
        let writer = SerializedFileWriter::new(BufWriter::new(file), Arc::new(schema), Arc::new(properties));
        let empty = |(_, kind): &(&str, Kind)| Column {
            values: match kind {
                Kind::Number => Values::Numbers(Vec::new()),
                Kind::Text => Values::Texts(Vec::new()),
            },
            is_there: Vec::new(),
        };
        Ok(Self {
            writer: writer.map_err(told)?,
            columns: columns.iter().map(empty).collect(),
            names: columns,
            texts: BTreeMap::new(),
            rows_in_group: 0,
            rows: 0,
            error: None,
        })
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Puts a value into the row that is being made. The first value of a column counts, and one that it cannot hold
    /// does not. Returns whether it was taken.
    pub(super) fn put(&mut self, column: &str, cell: Cell<'_>) -> bool {
        let Some(index) = self.names.iter().position(|(name, _)| *name == column) else { return false };
        let Column { values, is_there } = &mut self.columns[index];
        if is_there.len() > self.rows_in_group {
            return false;
        }
        match (values, cell) {
            (Values::Numbers(numbers), Cell::Number(number)) => {
                // No count of a run comes near to what does not fit.
                numbers.push(i64::try_from(number).unwrap_or(i64::MAX));
            }
            (Values::Texts(texts), Cell::Text(text)) => {
                let known = match self.texts.get(text) {
                    Some(known) => known.clone(),
                    None => {
                        let new = ByteArray::from(text);
                        if self.texts.len() < TEXTS_MAX {
                            self.texts.insert(text.to_owned(), new.clone());
                        }
                        new
                    }
                };
                texts.push(known);
            }
            _ => return false,
        }
        is_there.push(1);
        true
    }

    /// The row is whole.
    pub(super) fn end_row(&mut self) {
        self.rows_in_group += 1;
        self.rows += 1;
        for column in &mut self.columns {
            column.is_there.resize(self.rows_in_group, 0);
        }
        if self.rows_in_group == ROWS_IN_GROUP {
            self.write_group();
        }
    }

    /// Ends the file; the first error is told.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.write_group();
        match self.error {
            Some(error) => Err(error),
            None => self.writer.close().map(drop).map_err(told),
        }
    }

    fn write_group(&mut self) {
        if self.error.is_none() && self.rows_in_group > 0 {
            self.error = self.try_write_group().map_err(told).err();
        }
        self.rows_in_group = 0;
        for column in &mut self.columns {
            column.is_there.clear();
            match &mut column.values {
                Values::Numbers(numbers) => numbers.clear(),
                Values::Texts(texts) => texts.clear(),
            }
        }
    }

    fn try_write_group(&mut self) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        for Column { values, is_there } in &self.columns {
            let Some(mut column) = group.next_column()? else { unreachable!("a column of the schema is a column") };
            match values {
                Values::Numbers(numbers) => {
                    column.typed::<Int64Type>().write_batch(numbers, Some(is_there), None)?;
                }
                Values::Texts(texts) => {
                    column.typed::<ByteArrayType>().write_batch(texts, Some(is_there), None)?;
                }
            }
            column.close()?;
        }
        group.close().map(drop)
    }
}

fn told(error: ParquetError) -> io::Error {
    io::Error::other(error.to_string())
}
