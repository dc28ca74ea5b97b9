//! Signatures without what is secret in them: as long as before, and refused or accepted as before.

/// An `Authorization` header without its credential and signature, or whatever else it carries.
pub(super) fn hide_header(header: &str) -> String {
    match header.split_once(' ') {
        Some((scheme, parameters)) => {
            // AWS splits at commas and at blanks.
            let parts = parameters.split_inclusive([',', ' ']).map(hide_parameter);
            format!("{scheme} {}", parts.collect::<String>())
        }
        None => crossed_out(header),
    }
}

fn hide_parameter(part: &str) -> String {
    match part.split_once('=') {
        Some(("SignedHeaders", _)) => part.to_owned(),
        Some((name @ ("Credential" | "Signature"), value)) => format!("{name}={}", crossed_out(value)),
        _ => crossed_out(part),
    }
}

/// A query without the credential, the signature and the token of a presigned URL.
pub(super) fn hide_query(query: &str) -> String {
    let hide = |part: &str| match part.split_once('=') {
        Some((name @ ("X-Amz-Credential" | "X-Amz-Signature" | "X-Amz-Security-Token"), value)) => {
            format!("{name}={}", crossed_out(value))
        }
        _ => part.to_owned(),
    };
    query.split('&').map(hide).collect::<Vec<_>>().join("&")
}

fn crossed_out(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '/' | ' ' | ',') { c } else { 'x' }).collect()
}

/// The body with every `from` become `to`.
pub(super) fn replaced(body: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let (mut done, mut rest) = (Vec::with_capacity(body.len()), body);
    while let Some(byte) = rest.first() {
        match rest.strip_prefix(from).filter(|_| !from.is_empty()) {
            Some(behind) => {
                done.extend_from_slice(to);
                rest = behind;
            }
            None => {
                done.push(*byte);
                rest = &rest[1..];
            }
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_shape_of_a_signature_is_left() {
        let header = "AWS4-HMAC-SHA256 Credential=AKIA1/20261123/us, SignedHeaders=host;x-amz-date, Signature=0af";
        let hidden = "AWS4-HMAC-SHA256 Credential=xxxxx/xxxxxxxx/xx, SignedHeaders=host;x-amz-date, Signature=xxx";
        assert_eq!(hide_header(header), hidden);
        assert_eq!(hide_header("Basic dXNlcjpwYXNz=="), "Basic xxxxxxxxxxxxxx");
        assert_eq!(hide_header("token"), "xxxxx");
        let query = "X-Amz-Algorithm=A&X-Amz-Credential=k%2F1&X-Amz-Signature=&a";
        assert_eq!(hide_query(query), "X-Amz-Algorithm=A&X-Amz-Credential=xxxxx&X-Amz-Signature=&a");
    }

    #[test]
    fn what_an_answer_repeats_is_replaced() {
        assert_eq!(replaced(b"a key, a key", b"key", b"xxx"), b"a xxx, a xxx");
        assert_eq!(replaced(b"a", b"", b"x"), b"a");
    }
}
