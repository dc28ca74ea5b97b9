//! JSON 1.0 and 1.1 bodies. Blobs are base64 texts, times are seconds with milliseconds behind the point.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::WireError;
use super::value::{Fields, Value};

/// Reads a body.
///
/// # Errors
/// SerializationException when it is not JSON. Nesting is limited by `serde_json`.
pub fn decode(body: &[u8]) -> Result<Value<'_>, WireError> {
    serde_json::from_slice(body).map_err(|_| WireError::serialization_without_message())
}

/// Writes a body.
pub fn encode(value: &Value<'_>) -> Vec<u8> {
    let mut body = Vec::with_capacity(256);
    write(value, &mut body);
    body
}

/// By hand, because blobs, which are most of what is written, need no escapes.
fn write(value: &Value<'_>, body: &mut Vec<u8>) {
    match value {
        Value::Null => body.extend_from_slice(b"null"),
        Value::Bool(is) => write_plain(is, body),
        Value::Int(number) => write_plain(number, body),
        Value::Float(number) => write_plain(number, body),
        Value::Text(text) => write_plain(text, body),
        Value::Bytes(bytes) => write_blob(bytes, body),
        Value::Time(ms) => write_plain(&(*ms as f64 / 1000.0), body),
        Value::List(elements) => write_all((b'[', b']'), elements, body, write),
        Value::Map(members) => write_all((b'{', b'}'), members, body, |(name, value), body| {
            write_plain(name, body);
            body.push(b':');
            write(value, body);
        }),
    }
}

fn write_all<T>((open, close): (u8, u8), all: &[T], body: &mut Vec<u8>, write: impl Fn(&T, &mut Vec<u8>)) {
    body.push(open);
    for (n, one) in all.iter().enumerate() {
        if n > 0 {
            body.push(b',');
        }
        write(one, body);
    }
    body.push(close);
}

fn write_plain(value: &(impl Serialize + ?Sized), body: &mut Vec<u8>) {
    serde_json::to_writer(body, value).unwrap_or_else(|error| unreachable!("memory takes every byte: {error}"));
}

fn write_blob(bytes: &[u8], body: &mut Vec<u8>) {
    body.push(b'"');
    base64_simd::STANDARD.encode_append(bytes, body);
    body.push(b'"');
}

impl<'de: 'a, 'a> Deserialize<'de> for Value<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, is: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool(is))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Value<'de>, E> {
        Ok(Value::Int(number))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Value<'de>, E> {
        Ok(number.into())
    }
    fn visit_f64<E>(self, number: f64) -> Result<Value<'de>, E> {
        Ok(Value::Float(number))
    }
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }
    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value<'de>, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element()? {
            elements.push(element);
        }
        Ok(Value::List(elements))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        let mut members = Fields::new();
        while let Some((Name(name), value)) = map.next_entry()? {
            members.push((name, value));
        }
        Ok(Value::Map(members))
    }
}

/// A member's name, borrowed where it has no escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyName;
        impl<'de> Visitor<'de> for AnyName {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(text)))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(AnyName)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_read_and_written_back() {
        let body = br#"{"a":[1,-2,1.5,true,null,"t\u0041"],"b":{"c":"x"}}"#;
        let value = decode(body).expect("JSON");
        assert_eq!(String::from_utf8_lossy(&encode(&value)), r#"{"a":[1,-2,1.5,true,null,"tA"],"b":{"c":"x"}}"#);
        assert_eq!(value.get("b").and_then(|b| b.get("c")).and_then(Value::as_text), Some("x"));
    }

    #[test]
    fn blobs_are_base64_and_times_are_seconds() {
        let value = Value::structure([("Data", Value::Bytes(Cow::Borrowed(b"ab"))), ("At", Value::Time(1_500))]);
        assert_eq!(encode(&value), br#"{"Data":"YWI=","At":1.5}"#);
        let read = decode(br#"{"Data":"YWI=","At":1.5,"Whole":2}"#).expect("JSON");
        assert_eq!(read.get("Data").map(Value::blob), Some(Ok(b"ab".to_vec())));
        assert_eq!(read.get("At").and_then(Value::as_unix_ms), Some(1_500));
        assert_eq!(read.get("Whole").and_then(Value::as_unix_ms), Some(2_000));
        assert!(Value::from("no base64!").blob().is_err());
    }

    #[test]
    fn what_is_not_json_and_what_is_nested_too_deep_is_refused() {
        assert!(decode(b"{").is_err() && decode(b"\xff\xfe").is_err() && decode(b"{}{}").is_err());
        assert!(decode("[".repeat(100_000).as_bytes()).is_err());
    }
}
