//! The envelope: which service and operation an HTTP request means, whether it may be read at all, and how answers and
//! errors look.
//!
//! The order of checks is what production does, as kinesalite observed it: method and body, content type, the body's
//! syntax, the target, the signature's shape. Signatures are not verified and their dates not looked at: a simulated
//! clock is not the client's.

use super::value::Value;
use super::{WireError, cbor, json};

/// The parts of an HTTP request that matter here.
#[derive(Clone, Debug, Default)]
pub(crate) struct HttpRequest<'a> {
    /// In capitals, such as `POST`.
    pub method: &'a str,
    /// The part of the URI behind `?`.
    pub query: &'a str,
    /// `X-Amz-Target`.
    pub target: Option<&'a str>,
    /// `Content-Type`.
    pub content_type: Option<&'a str>,
    /// `Authorization`.
    pub(crate) authorization: Option<&'a str>,
    /// Whether there is an `X-Amz-Date` or `Date` header.
    pub(crate) has_date: bool,
    /// The bytes of the request, JSON or CBOR.
    pub body: &'a [u8],
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpResponse {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: &'static str,
    /// JSON or CBOR, as `content_type` says.
    pub body: Vec<u8>,
}

/// How bodies are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `application/x-amz-json-1.0`
    Json10,
    /// `application/x-amz-json-1.1`
    Json11,
    /// `application/x-amz-cbor-1.1`
    Cbor11,
}

/// A request whose envelope is right.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Opened<'a> {
    /// What stands before the operation in the target: the service.
    pub service: &'a str,
    /// The operation, which the service may not know.
    pub operation: &'a str,
    /// How the answer is written.
    pub encoding: Encoding,
    /// The operation's input, not yet checked against its shape.
    pub body: Value<'a>,
}

impl Encoding {
    fn of(content_type: &str) -> Option<Self> {
        match content_type.split(';').next().unwrap_or_default().trim() {
            "application/x-amz-json-1.0" => Some(Self::Json10),
            "application/x-amz-json-1.1" | "application/json" => Some(Self::Json11),
            "application/x-amz-cbor-1.1" => Some(Self::Cbor11),
            _ => None,
        }
    }
    /// Returns the media type of requests and answers written so.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Json10 => "application/x-amz-json-1.0",
            Self::Json11 => "application/x-amz-json-1.1",
            Self::Cbor11 => "application/x-amz-cbor-1.1",
        }
    }
    /// A value in this encoding.
    pub fn encode(self, value: &Value<'_>) -> Vec<u8> {
        match self {
            Self::Json10 | Self::Json11 => json::encode(value),
            Self::Cbor11 => cbor::encode(value),
        }
    }
    /// The value of a body in this encoding.
    ///
    /// # Errors
    /// SerializationException.
    pub fn decode(self, body: &[u8]) -> Result<Value<'_>, WireError> {
        match self {
            Self::Json10 | Self::Json11 => json::decode(body),
            Self::Cbor11 => cbor::decode(body),
        }
    }
    /// An answer with this body, or an empty one.
    pub fn answer(self, body: Option<&Value<'_>>) -> HttpResponse {
        let body = body.map(|value| self.encode(value)).unwrap_or_default();
        HttpResponse { status: 200, content_type: self.content_type(), body }
    }
    /// An error. `namespace` stands before the code, as DynamoDB has it.
    pub fn refusal(self, namespace: &str, error: &WireError) -> HttpResponse {
        self.refusal_with(namespace, error, ("Item", Value::Null))
    }
    /// An error with a member besides its message.
    pub(crate) fn refusal_with(
        self,
        namespace: &str,
        error: &WireError,
        (name, value): (&'static str, Value<'_>),
    ) -> HttpResponse {
        let code = format!("{namespace}{}", error.code);
        let message = error.message.as_deref().into();
        let body = Value::structure([("__type", code.into()), ("message", message), (name, value)]);
        HttpResponse { status: error.status, content_type: self.content_type(), body: self.encode(&body) }
    }
}

/// Opens a request; `is_service` knows what may stand before the operation in its target.
///
/// # Errors
/// The answer that says what is wrong with the envelope.
pub(crate) fn open<'a>(
    request: &HttpRequest<'a>,
    is_service: impl Fn(&str) -> bool,
) -> Result<Opened<'a>, HttpResponse> {
    let split_target = |target: &'a str| target.split_once('.').filter(|(service, _)| is_service(service));
    if request.method != "POST" {
        return Err(xml(403, "AccessDeniedException", "Unable to determine service/operation name to be authorized"));
    }
    let Some(encoding) = request.content_type.and_then(Encoding::of) else {
        return Err(match request.target.and_then(split_target) {
            Some(_) => xml(404, "UnknownOperationException", ""),
            None => xml(403, "AccessDeniedException", "Unable to determine service/operation name to be authorized"),
        });
    };
    if request.body.is_empty() {
        return Err(encoding.refusal("", &WireError::serialization_without_message()));
    }
    let body = encoding.decode(request.body).map_err(|error| encoding.refusal("", &error))?;
    let unknown = WireError { code: "UnknownOperationException", message: None, status: 400 };
    let Some((service, operation)) = request.target.and_then(split_target) else {
        return Err(encoding.refusal("", &unknown));
    };
    signature_shape(request).map_err(|error| encoding.refusal("", &error))?;
    Ok(Opened { service, operation, encoding, body })
}

/// A signature in the header or in the query, complete; whether it is right is not looked at.
fn signature_shape(request: &HttpRequest<'_>) -> Result<(), WireError> {
    let is_presigned = request.query.split('&').any(|part| part.starts_with("X-Amz-Algorithm"));
    match (request.authorization, is_presigned) {
        (Some(_), true) => Err(WireError::new(
            "InvalidSignatureException",
            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
        )),
        (None, true) => query_signature(request.query),
        (Some(header), false) => header_signature(header, request.has_date),
        (None, false) => Err(WireError::new("MissingAuthenticationTokenException", "Missing Authentication Token")),
    }
}

fn query_signature(query: &str) -> Result<(), WireError> {
    const NEEDED: [&str; 5] =
        ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"];
    let has = |name: &str| {
        query.split('&').any(|part| part.strip_prefix(name).is_some_and(|rest| rest.len() > 1 && rest.starts_with('=')))
    };
    let missing = NEEDED.iter().filter(|name| !has(name));
    let text: Vec<String> =
        missing.map(|name| format!("AWS query-string parameters must include '{name}'. ")).collect();
    match text.is_empty() {
        true => Ok(()),
        false => {
            let text = format!("{}Re-examine the query-string parameters.", text.concat());
            Err(WireError::new("IncompleteSignatureException", text))
        }
    }
}

fn header_signature(header: &str, has_date: bool) -> Result<(), WireError> {
    let parameters = header.split_once(' ').map_or("", |(_, parameters)| parameters);
    let has = |name: &str| {
        parameters
            .split(',')
            .any(|part| part.trim().strip_prefix(name).is_some_and(|rest| rest.len() > 1 && rest.starts_with('=')))
    };
    let mut text = String::new();
    for name in ["Credential", "Signature", "SignedHeaders"].into_iter().filter(|name| !has(name)) {
        text.push_str(&format!("Authorization header requires '{name}' parameter. "));
    }
    if !has_date {
        text.push_str("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
    }
    match text.is_empty() {
        true => Ok(()),
        false => {
            text.push_str(&format!("Authorization={header}"));
            Err(WireError::new("IncompleteSignatureException", text))
        }
    }
}

/// An answer to what cannot be told to be of any AWS protocol.
fn xml(status: u16, code: &str, message: &str) -> HttpResponse {
    let body = match message.is_empty() {
        true => format!("<{code}/>\n"),
        false => format!("<{code}>\n  <Message>{message}</Message>\n</{code}>\n"),
    };
    HttpResponse { status, content_type: "application/xml", body: body.into_bytes() }
}

/// The code of an error, without its namespace, and its message.
pub(crate) fn refused<'a>(body: &'a Value<'_>) -> Option<(&'a str, &'a str)> {
    let code = body.get("__type")?.as_text()?;
    let code = code.rsplit_once('#').map_or(code, |(_, code)| code);
    Some((code, body.get("message").and_then(Value::as_text).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=a/20261123/us-east-1/kinesis/aws4_request, SignedHeaders=host, \
                          Signature=abc";

    fn request<'a>() -> HttpRequest<'a> {
        HttpRequest {
            method: "POST",
            query: "",
            target: Some("Kinesis_20131202.PutRecord"),
            content_type: Some("application/x-amz-json-1.1"),
            authorization: Some(SIGNED),
            has_date: true,
            body: b"{}",
        }
    }

    fn is_service(name: &str) -> bool {
        ["Kinesis_20131202", "DynamoDB_20120810"].contains(&name)
    }

    fn told(request: HttpRequest<'_>) -> String {
        match open(&request, is_service) {
            Ok(opened) => format!("{} {}", opened.service, opened.operation),
            Err(answer) => format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body)),
        }
    }

    #[test]
    fn a_right_envelope_is_opened() {
        assert_eq!(told(request()), "Kinesis_20131202 PutRecord");
        let dynamodb = HttpRequest {
            target: Some("DynamoDB_20120810.GetItem"),
            content_type: Some("application/x-amz-json-1.0"),
            ..request()
        };
        assert_eq!(told(dynamodb), "DynamoDB_20120810 GetItem");
        let cbor = HttpRequest { content_type: Some("application/x-amz-cbor-1.1"), body: b"\xa0", ..request() };
        assert_eq!(open(&cbor, is_service).map(|opened| opened.encoding), Ok(Encoding::Cbor11));
    }

    #[test]
    fn a_wrong_envelope_is_refused_as_production_does() {
        let cases = [
            (HttpRequest { method: "GET", ..request() }, "403 <AccessDeniedException>\n  <Message>Unable"),
            (HttpRequest { content_type: Some("text/plain"), ..request() }, "404 <UnknownOperationException/>"),
            (HttpRequest { body: b"{", ..request() }, r#"400 {"__type":"SerializationException"}"#),
            (HttpRequest { body: b"", ..request() }, r#"400 {"__type":"SerializationException"}"#),
            (HttpRequest { target: None, ..request() }, r#"400 {"__type":"UnknownOperationException"}"#),
            (HttpRequest { target: Some("S3.Get"), ..request() }, r#"400 {"__type":"UnknownOperationException"}"#),
            (
                HttpRequest { authorization: None, ..request() },
                r#"400 {"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}"#,
            ),
            (
                HttpRequest { query: "X-Amz-Algorithm=AWS4-HMAC-SHA256", ..request() },
                r#"400 {"__type":"InvalidSignatureException","#,
            ),
            (
                HttpRequest { authorization: Some("AWS4-HMAC-SHA256 Credential=x"), has_date: false, ..request() },
                concat!(
                    r#"400 {"__type":"IncompleteSignatureException","message":"#,
                    r#""Authorization header requires 'Signature' parameter. "#,
                    "Authorization header requires 'SignedHeaders' parameter. ",
                    "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ",
                    r#"Authorization=AWS4-HMAC-SHA256 Credential=x"}"#,
                ),
            ),
            (
                HttpRequest { authorization: None, query: "X-Amz-Algorithm=x&X-Amz-Date=1", ..request() },
                concat!(
                    r#"400 {"__type":"IncompleteSignatureException","message":"#,
                    r#""AWS query-string parameters must include 'X-Amz-Credential'."#,
                ),
            ),
        ];
        for (request, expected) in cases {
            let told = told(request);
            assert!(told.starts_with(expected), "{told}");
        }
    }
}
