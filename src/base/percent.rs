//! Percent-encoding, of paths and queries and as `encoding-type=url` wants keys.

/// The bytes that a text stands for; `%` without two digits stands for itself.
fn decoded(text: &str, plus_is_blank: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let digit = |at: usize| behind.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        rest = match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high << 4 | low) as u8);
                &behind[2..]
            }
            (b'+', ..) if plus_is_blank => {
                bytes.push(b' ');
                behind
            }
            _ => {
                bytes.push(*first);
                behind
            }
        };
    }
    bytes
}

/// The text that a part of a path stands for; `None` when that is no UTF-8.
pub(crate) fn decode_path(text: &str) -> Option<String> {
    String::from_utf8(decoded(text, false)).ok()
}

/// The text that a part of a query stands for.
pub(crate) fn decode_query(text: &str) -> Option<String> {
    String::from_utf8(decoded(text, true)).ok()
}

/// A key as `encoding-type=url` has it. Slashes stay, as they do at AWS.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' | b'/' => encoded.push(byte.into()),
            b' ' => encoded.push('+'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// A key as a part of a path, of which slashes stay.
#[cfg(feature = "serve")]
pub(crate) fn encode_path(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => encoded.push(byte.into()),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_comes_back() {
        for text in ["a/b c", "100%", "\u{fc}+=&?", "%zz", ""] {
            assert_eq!(decode_query(&encode(text)).as_deref(), Some(text));
        }
        assert_eq!(decode_path("a+b%20c%2F%"), Some("a+b c/%".to_owned()), "a plus is one in a path");
        assert_eq!(decode_path("%ff"), None);
    }
}
