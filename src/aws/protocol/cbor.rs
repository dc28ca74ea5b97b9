//! CBOR 1.1 bodies, which the Java SDK sends to Kinesis by default. Blobs are byte strings; times are tag 1 with
//! milliseconds since the Unix epoch, as the Java SDK has them. Half-precision numbers, which no SDK sends, are
//! refused.

use std::borrow::Cow;

use minicbor::data::{Tag, Type};
use minicbor::decode::Error;
use minicbor::{Decoder, Encoder};

use super::WireError;
use super::value::{DEPTH_MAX, Fields, Value};

const EPOCH_TIME: u64 = 1;

/// Reads a body.
///
/// # Errors
/// SerializationException when it is not CBOR, or nested deeper than 64 levels.
pub fn decode(body: &[u8]) -> Result<Value<'_>, WireError> {
    let mut decoder = Decoder::new(body);
    let value = any(&mut decoder, 0).map_err(|_| WireError::serialization_without_message())?;
    match decoder.position() == body.len() {
        true => Ok(value),
        false => Err(WireError::serialization_without_message()),
    }
}

fn any<'a>(d: &mut Decoder<'a>, depth: usize) -> Result<Value<'a>, Error> {
    if depth > DEPTH_MAX {
        return Err(Error::message("nested too deep"));
    }
    Ok(match d.datatype()? {
        Type::Null | Type::Undefined => {
            d.skip()?;
            Value::Null
        }
        Type::Bool => Value::Bool(d.bool()?),
        Type::F32 => Value::Float(d.f32()?.into()),
        Type::F64 => Value::Float(d.f64()?),
        Type::String => Value::Text(Cow::Borrowed(d.str()?)),
        Type::StringIndef => Value::Text(Cow::Owned(d.str_iter()?.collect::<Result<String, _>>()?)),
        Type::Bytes => Value::Bytes(Cow::Borrowed(d.bytes()?)),
        Type::BytesIndef => {
            let pieces = d.bytes_iter()?.collect::<Result<Vec<_>, _>>()?;
            Value::Bytes(Cow::Owned(pieces.concat()))
        }
        Type::Array | Type::ArrayIndef => list(d, depth)?,
        Type::Map | Type::MapIndef => map(d, depth)?,
        Type::Tag => tagged(d, depth)?,
        Type::Int => Value::Float(i128::from(d.int()?) as f64),
        Type::U64 => d.u64()?.into(),
        _ => Value::Int(d.i64()?),
    })
}

fn list<'a>(d: &mut Decoder<'a>, depth: usize) -> Result<Value<'a>, Error> {
    let mut elements = Vec::new();
    let mut left = d.array()?;
    while has_next(d, &mut left)? {
        elements.push(any(d, depth + 1)?);
    }
    Ok(Value::List(elements))
}

fn map<'a>(d: &mut Decoder<'a>, depth: usize) -> Result<Value<'a>, Error> {
    let mut members = Fields::new();
    let mut left = d.map()?;
    while has_next(d, &mut left)? {
        let Value::Text(name) = any(d, depth + 1)? else { return Err(Error::message("names are texts")) };
        members.push((name, any(d, depth + 1)?));
    }
    Ok(Value::Map(members))
}

/// Returns whether another element follows; an indefinite length ends with a break.
fn has_next(d: &mut Decoder<'_>, left: &mut Option<u64>) -> Result<bool, Error> {
    match left {
        Some(0) => Ok(false),
        Some(left) => {
            *left -= 1;
            Ok(true)
        }
        None if d.datatype()? == Type::Break => {
            d.skip()?;
            Ok(false)
        }
        None => Ok(true),
    }
}

fn tagged<'a>(d: &mut Decoder<'a>, depth: usize) -> Result<Value<'a>, Error> {
    let tag = d.tag()?;
    let inner = any(d, depth + 1)?;
    if tag.as_u64() != EPOCH_TIME {
        return Ok(inner);
    }
    match inner {
        Value::Int(ms) => Ok(Value::Time(ms.max(0) as u64)),
        // Whole numbers are milliseconds; the CBOR standard's fractions are seconds.
        Value::Float(number) if !number.is_finite() => Err(Error::message("a time is finite")),
        Value::Float(number) if number > 1e11 => Ok(Value::Time(number as u64)),
        Value::Float(seconds) => Ok(Value::Time((seconds * 1000.0).round().max(0.0) as u64)),
        _ => Err(Error::message("a time is a number")),
    }
}

/// Writes a body.
pub fn encode(value: &Value<'_>) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::with_capacity(256));
    put(&mut encoder, value).unwrap_or_else(|error| unreachable!("memory takes every byte: {error}"));
    encoder.into_writer()
}

fn put(e: &mut Encoder<Vec<u8>>, value: &Value<'_>) -> Result<(), minicbor::encode::Error<std::convert::Infallible>> {
    match value {
        Value::Null => e.null()?,
        Value::Bool(is) => e.bool(*is)?,
        Value::Int(number) => e.i64(*number)?,
        Value::Float(number) => e.f64(*number)?,
        Value::Text(text) => e.str(text)?,
        Value::Bytes(bytes) => e.bytes(bytes)?,
        Value::Time(ms) => e.tag(Tag::new(EPOCH_TIME))?.u64(*ms)?,
        Value::List(elements) => {
            e.array(elements.len() as u64)?;
            return elements.iter().try_for_each(|element| put(e, element));
        }
        Value::Map(members) => {
            e.map(members.len() as u64)?;
            return members.iter().try_for_each(|(name, value)| {
                e.str(name)?;
                put(e, value)
            });
        }
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_written_and_read_back() {
        let value = Value::structure([
            ("Data", Value::Bytes(Cow::Borrowed(b"\0\xff"))),
            ("At", Value::Time(1_795_000_000_123)),
            ("List", Value::list([Value::Int(-1), Value::Float(1.5), Value::Bool(true), Value::from("t")])),
        ]);
        assert_eq!(decode(&encode(&value)), Ok(value));
    }

    #[test]
    fn a_time_that_is_not_a_number_is_refused() {
        assert!(decode(b"\xc1\xfb\x7f\xf8\0\0\0\0\0\0").is_err());
        assert_eq!(decode(b"\xc1\xfb\x3f\xf8\0\0\0\0\0\0"), Ok(Value::Time(1500)));
    }

    /// The Java SDK writes maps and lists of unknown length.
    #[test]
    fn indefinite_lengths_are_read() {
        let body = b"\xbf\x61a\x9f\x01\x02\xff\x61b\x7f\x61x\x61y\xff\x61c\x5f\x41\x01\x41\x02\xff\xff";
        let value = decode(body).expect("CBOR");
        let expected = Value::structure([
            ("a", Value::list([Value::Int(1), Value::Int(2)])),
            ("b", Value::from("xy")),
            ("c", Value::Bytes(Cow::Borrowed(&[1, 2]))),
        ]);
        assert_eq!(value, expected);
    }

    #[test]
    fn what_is_not_cbor_and_what_is_nested_too_deep_is_refused() {
        assert!(decode(b"").is_err() && decode(b"\xa1").is_err() && decode(b"\x01\x02").is_err());
        assert!(decode(&[0x81; 100_000]).is_err() && decode(&[0xd9; 9]).is_err());
        // A list that says it has 2^60 elements is not believed.
        assert!(decode(b"\x9b\x10\0\0\0\0\0\0\0\x01").is_err());
    }
}
