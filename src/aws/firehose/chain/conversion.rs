//! JSON to Parquet, by the columns of a table
//! (<https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html>).
//!
//! As the OpenX SerDe reads it: members are found whatever their case, what is missing is null, and what no column
//! names is left out. A record may hold several objects, one after the other; it fails as a whole when one does not
//! fit. Assumptions: a text column takes any value by its JSON; a text of digits is a number; times are milliseconds
//! since 1970 (from 10^11 on; else seconds), or ISO 8601 with or without a zone. One row group a file. Not modelled:
//! ORC, Hive's JSON SerDe, nested types, the writer's sizes and versions.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::Type;
use serde_json::{Map, Value};

use crate::aws::firehose::driver::Failed;
use crate::aws::firehose::pipeline::{ColumnType, Conversion, ParquetCompression};
use crate::aws::firehose::record::Carried;
use crate::base::event::FailedAs;

/// Values of a column, without those that are null.
enum Values {
    Texts(Vec<ByteArray>),
    Ints(Vec<i32>),
    Longs(Vec<i64>),
    Doubles(Vec<f64>),
    Booleans(Vec<bool>),
}

struct Column {
    values: Values,
    /// By row, 1 where there is a value.
    is_there: Vec<i16>,
}

/// A value that fits its column.
#[derive(Clone, Debug, PartialEq)]
enum Cell {
    Null,
    Text(String),
    Int(i32),
    Long(i64),
    Double(f64),
    Boolean(bool),
}

/// `errorCode` and `errorMessage`.
type Wrong = (&'static str, Box<str>);

/// A file of the rows of these records, and those that have none.
pub(super) fn parquet_of(convert: &Conversion, records: &[Carried]) -> (Vec<u8>, Vec<Failed>) {
    let mut columns: Vec<_> = convert.columns.iter().map(|(_, kind)| Column::new(*kind)).collect();
    let mut failed = Vec::new();
    for (index, record) in records.iter().enumerate() {
        match rows_of(convert, &record.data.bytes()) {
            Ok(rows) => {
                for row in rows {
                    columns.iter_mut().zip(row).for_each(|(to, cell)| to.put(cell));
                }
            }
            Err((error, message)) => {
                failed.push(Failed {
                    index,
                    failed_as: FailedAs::Conversion,
                    error,
                    message,
                    besides: Vec::new(),
                    is_kept: true,
                });
            }
        }
    }
    let file = written(convert, &columns);
    (
        file.unwrap_or_else(|error| unreachable!("columns are as long as each other and memory takes them: {error}")),
        failed,
    )
}

/// The rows of a record, a cell for each column.
fn rows_of(convert: &Conversion, bytes: &[u8]) -> Result<Vec<Vec<Cell>>, Wrong> {
    let malformed =
        |told: &str| ("DataFormatConversion.ParseError", format!("Encountered malformed JSON. {told}").into());
    let mut rows = Vec::new();
    for object in serde_json::Deserializer::from_slice(bytes).into_iter::<Map<String, Value>>() {
        let object = object.map_err(|error| malformed(&error.to_string()))?;
        let members: std::collections::BTreeMap<_, _> =
            object.iter().map(|(name, value)| (name.to_lowercase(), value)).collect();
        let cell = |(name, kind): &(Box<str>, ColumnType)| {
            let value = members.get(&name.to_lowercase()).copied().unwrap_or(&Value::Null);
            cell_of(*kind, value).ok_or_else(|| mismatch(name, *kind, value))
        };
        rows.push(convert.columns.iter().map(cell).collect::<Result<_, _>>()?);
    }
    if rows.is_empty() { Err(malformed("There is no object.")) } else { Ok(rows) }
}

fn mismatch(name: &str, kind: ColumnType, value: &Value) -> Wrong {
    let told = format!("Data does not match the schema. Cannot convert {value} to {kind:?} for column {name}.");
    ("DataFormatConversion.MalformedData", told.into())
}

/// A value as its column has it; none when it does not fit.
fn cell_of(kind: ColumnType, value: &Value) -> Option<Cell> {
    let whole = || match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    match (kind, value) {
        (_, Value::Null) => Some(Cell::Null),
        (ColumnType::String, Value::String(text)) => Some(Cell::Text(text.clone())),
        (ColumnType::String, other) => Some(Cell::Text(other.to_string())),
        (ColumnType::Int, _) => whole().and_then(|number| i32::try_from(number).ok()).map(Cell::Int),
        (ColumnType::BigInt, _) => whole().map(Cell::Long),
        (ColumnType::Double, Value::Number(number)) => number.as_f64().map(Cell::Double),
        (ColumnType::Double, Value::String(text)) => text.parse().ok().map(Cell::Double),
        (ColumnType::Boolean, Value::Bool(is)) => Some(Cell::Boolean(*is)),
        (ColumnType::Boolean, Value::String(text)) => text.to_lowercase().parse().ok().map(Cell::Boolean),
        (ColumnType::Timestamp, Value::Number(number)) => number.as_f64().map(|number| Cell::Long(unix_ms(number))),
        (ColumnType::Timestamp, Value::String(text)) => time_of(text).map(Cell::Long),
        (ColumnType::Double | ColumnType::Boolean | ColumnType::Timestamp, _) => None,
    }
}

/// Numbers from here on are milliseconds: as seconds they would lie in the year 5138.
const MILLISECONDS_FROM: f64 = 1e11;

fn unix_ms(number: f64) -> i64 {
    if number.abs() >= MILLISECONDS_FROM { number as i64 } else { (number * 1000.0) as i64 }
}

fn time_of(text: &str) -> Option<i64> {
    let stamp = text.parse::<Timestamp>().ok();
    let local = || Offset::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok();
    stamp.or_else(local).map(Timestamp::as_millisecond)
}

impl Column {
    fn new(kind: ColumnType) -> Self {
        let values = match kind {
            ColumnType::String => Values::Texts(Vec::new()),
            ColumnType::Int => Values::Ints(Vec::new()),
            ColumnType::BigInt | ColumnType::Timestamp => Values::Longs(Vec::new()),
            ColumnType::Double => Values::Doubles(Vec::new()),
            ColumnType::Boolean => Values::Booleans(Vec::new()),
        };
        Self { values, is_there: Vec::new() }
    }
    fn put(&mut self, cell: Cell) {
        self.is_there.push(i16::from(cell != Cell::Null));
        match (&mut self.values, cell) {
            (_, Cell::Null) => {}
            (Values::Texts(values), Cell::Text(text)) => values.push(ByteArray::from(text.into_bytes())),
            (Values::Ints(values), Cell::Int(number)) => values.push(number),
            (Values::Longs(values), Cell::Long(number)) => values.push(number),
            (Values::Doubles(values), Cell::Double(number)) => values.push(number),
            (Values::Booleans(values), Cell::Boolean(is)) => values.push(is),
            (_, cell) => unreachable!("{cell:?} was made for this column"),
        }
    }
    fn write(&self, to: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        let there = Some(&self.is_there[..]);
        let written = match &self.values {
            Values::Texts(values) => to.typed::<ByteArrayType>().write_batch(values, there, None),
            Values::Ints(values) => to.typed::<Int32Type>().write_batch(values, there, None),
            Values::Longs(values) => to.typed::<Int64Type>().write_batch(values, there, None),
            Values::Doubles(values) => to.typed::<DoubleType>().write_batch(values, there, None),
            Values::Booleans(values) => to.typed::<BoolType>().write_batch(values, there, None),
        };
        written.map(drop)
    }
}

fn field(name: &str, kind: ColumnType) -> Result<Arc<Type>, ParquetError> {
    let (physical, logical) = match kind {
        ColumnType::String => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        ColumnType::Int => (Physical::INT32, None),
        ColumnType::BigInt => (Physical::INT64, None),
        ColumnType::Double => (Physical::DOUBLE, None),
        ColumnType::Boolean => (Physical::BOOLEAN, None),
        ColumnType::Timestamp => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MILLIS))),
    };
    let field = Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL);
    field.with_logical_type(logical).build().map(Arc::new)
}

fn written(convert: &Conversion, columns: &[Column]) -> Result<Vec<u8>, ParquetError> {
    let fields = convert.columns.iter().map(|(name, kind)| field(name, *kind)).collect::<Result<_, _>>()?;
    let schema = Type::group_type_builder("hive_schema").with_fields(fields).build()?;
    let compression = match convert.compression {
        ParquetCompression::Uncompressed => Compression::UNCOMPRESSED,
        ParquetCompression::Gzip => Compression::GZIP(Default::default()),
        ParquetCompression::Snappy => Compression::SNAPPY,
    };
    let properties =
        WriterProperties::builder().set_compression(compression).set_created_by("kinesim".to_owned()).build();
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))?;
    let mut group = writer.next_row_group()?;
    for column in columns {
        let Some(mut to) = group.next_column()? else { unreachable!("a column of the schema is a column") };
        column.write(&mut to)?;
        to.close()?;
    }
    group.close()?;
    writer.into_inner()
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};

    use super::*;
    use crate::aws::firehose::chain::tests::records;

    fn table(columns: &[(&str, ColumnType)], compression: ParquetCompression) -> Conversion {
        let columns = columns.iter().map(|(name, kind)| ((*name).into(), *kind)).collect();
        Conversion { columns, compression }
    }

    const COLUMNS: &[(&str, ColumnType)] = &[
        ("page", ColumnType::String),
        ("status", ColumnType::Int),
        ("bytes", ColumnType::BigInt),
        ("took", ColumnType::Double),
        ("is_new", ColumnType::Boolean),
        ("at", ColumnType::Timestamp),
    ];

    /// Rows as the reader shows them.
    fn read(file: Vec<u8>) -> Vec<String> {
        let reader = SerializedFileReader::new(bytes::Bytes::from(file)).expect("Parquet");
        reader.get_row_iter(None).expect("rows").map(|row| row.expect("a row").to_string()).collect()
    }

    #[test]
    fn rows_are_read_back_as_the_columns_have_them() {
        let rows: &[&[u8]] = &[
            br#"{"page":"/a","status":200,"bytes":5000000000,"took":0.5,"is_new":true,"at":"2018-08-27T22:30:05Z"}"#,
            br#"{"PAGE":"/b","status":"404","extra":[1]}{"page":{"x":1}}"#,
        ];
        for compression in [ParquetCompression::Snappy, ParquetCompression::Gzip, ParquetCompression::Uncompressed] {
            let (file, failed) = parquet_of(&table(COLUMNS, compression), &records(rows));
            assert!(failed.is_empty(), "{failed:?}");
            let read = read(file);
            assert_eq!(read.len(), 3);
            assert!(read[0].contains("bytes: 5000000000") && read[0].contains("2018-08-27 22:30:05"), "{}", read[0]);
            assert!(read[1].contains(r#"page: "/b""#) && read[1].contains("status: 404"), "{}", read[1]);
            assert!(read[2].contains(r#"page: "{"x":1}""#) && read[2].contains("status: null"), "{}", read[2]);
        }
    }

    #[test]
    fn rows_that_do_not_fit_are_told_and_the_others_are_in_the_file() {
        let rows: &[&[u8]] = &[
            br#"{"status":200}"#,
            b"hello",
            br#"{"status":"many"}"#,
            br#"{"status":1}{"status":9999999999}"#,
            b"",
            br#"[{"status":1}]"#,
        ];
        let (file, failed) = parquet_of(&table(COLUMNS, ParquetCompression::Snappy), &records(rows));
        let told: Vec<_> = failed.iter().map(|failed| (failed.index, failed.error)).collect();
        let (parse, data) = ("DataFormatConversion.ParseError", "DataFormatConversion.MalformedData");
        assert_eq!(told, [(1, parse), (2, data), (3, data), (4, parse), (5, parse)]);
        assert_eq!(read(file).len(), 1);
    }

    #[test]
    fn times_are_read_in_their_usual_forms() {
        let at = |value: Value| cell_of(ColumnType::Timestamp, &value);
        let wanted = Some(Cell::Long(1_535_409_005_123));
        for value in [
            Value::from(1_535_409_005_123_u64),
            Value::from("2018-08-27T22:30:05.123Z"),
            Value::from("2018-08-28T04:00:05.123+05:30"),
            Value::from("2018-08-27 22:30:05.123"),
        ] {
            assert_eq!(at(value.clone()), wanted, "{value}");
        }
        assert_eq!(at(Value::from(1_535_409_005)), Some(Cell::Long(1_535_409_005_000)));
        assert_eq!(at(Value::from("yesterday")), None);
    }

    #[test]
    fn the_same_records_are_the_same_bytes() {
        let file = || parquet_of(&table(COLUMNS, ParquetCompression::Snappy), &records(&[br#"{"page":"/"}"#])).0;
        assert_eq!(file(), file());
    }
}
