//! The part of a URI behind `?`, and forms: `key=value` pairs with escapes.

/// The pairs, unescaped.
pub(super) fn pairs(text: &str) -> impl Iterator<Item = (String, String)> + use<'_> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (unescaped(key), unescaped(value)))
}

/// The value of a key; the first when it stands there twice.
pub(super) fn value(text: &str, key: &str) -> Option<String> {
    pairs(text).find(|(found, _)| found == key).map(|(_, value)| value)
}

fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let hex = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16));
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => match (hex(rest.next()), hex(rest.next())) {
                (Some(high), Some(low)) => (high * 16 + low) as u8,
                _ => b'?',
            },
            byte => byte,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone() {
        assert_eq!(value("a=1&text=two+w%C3%B6rds%26", "text").as_deref(), Some("two wörds&"));
        assert_eq!(value("a=%zz", "a").as_deref(), Some("?"));
        assert_eq!(value("text", "text"), None);
    }
}
