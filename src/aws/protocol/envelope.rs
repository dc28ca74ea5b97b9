//! The envelope: which service and operation an HTTP request means, whether it may be read at all, and how answers and
//! errors look.
//!
//! The order of checks is what production does, as kinesalite and dynalite observed it, for each of two families of
//! services: those of JSON 1.1 look at the body's length, the content type, the body, the target and the signature's
//! shape; those of JSON 1.0 look for an empty body last. Signatures are not verified and their dates not looked at: a
//! simulated clock is not the client's.

use std::borrow::Cow;

use super::rest::Rest;
use super::value::Value;
use super::{WireError, cbor, json, types};

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
    /// What it says besides, if it is of a REST service.
    pub rest: Option<Rest<'a>>,
    /// The bytes of the request, JSON or CBOR.
    pub body: &'a [u8],
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpResponse {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`; empty for answers that have none.
    pub content_type: &'static str,
    /// Headers besides, of REST services; `None` of those that are spoken to by targets.
    pub rest: Option<Vec<(Cow<'static, str>, String)>>,
    /// What `content_type` says.
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
    /// `application/json`, which services of JSON 1.0 take for it.
    Json,
}

/// The families of services, by what they speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Json10,
    Json11,
}

/// What is known of targets.
pub(crate) trait Targets {
    /// The family of a service that is here.
    fn family(&self, service: &str) -> Option<Family>;
    /// Whether a service has an operation; else what is said of it besides that it is unknown.
    ///
    /// # Errors
    /// Who looks for something that is elsewhere at AWS is told so.
    fn find(&self, service: &str, operation: &str) -> Result<(), Option<String>>;
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
            "application/x-amz-json-1.1" => Some(Self::Json11),
            "application/json" => Some(Self::Json),
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
            Self::Json => "application/json",
        }
    }
    /// A value in this encoding.
    pub fn encode(self, value: &Value<'_>) -> Vec<u8> {
        match self {
            Self::Json10 | Self::Json11 | Self::Json => json::encode(value),
            Self::Cbor11 => cbor::encode(value),
        }
    }
    /// The value of a body in this encoding.
    ///
    /// # Errors
    /// SerializationException.
    pub fn decode(self, body: &[u8]) -> Result<Value<'_>, WireError> {
        match self {
            Self::Json10 | Self::Json11 | Self::Json => json::decode(body),
            Self::Cbor11 => cbor::decode(body),
        }
    }
    /// An answer with this body, or an empty one.
    pub fn answer(self, body: Option<&Value<'_>>) -> HttpResponse {
        let body = body.map(|value| self.encode(value)).unwrap_or_default();
        HttpResponse { status: 200, content_type: self.content_type(), rest: None, body }
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
        // This one is written by another layer of production.
        let key = if error.code == "SerializationException" { "Message" } else { "message" };
        let body = Value::structure([("__type", code.into()), (key, message), (name, value)]);
        HttpResponse { status: error.status, content_type: self.content_type(), rest: None, body: self.encode(&body) }
    }
}

const LEGACY: &str = "application/json";
const NOBODY: &str = "Unable to determine service/operation name to be authorized";
/// What stands before the names of errors in services of JSON 1.0.
const CORAL: &str = "com.amazon.coral.service#";

/// Opens a request.
///
/// # Errors
/// The answer that says what is wrong with the envelope.
pub(crate) fn open<'a>(request: &HttpRequest<'a>, targets: &impl Targets) -> Result<Opened<'a>, HttpResponse> {
    let target = request.target.and_then(|target| target.split_once('.'));
    let family = target.and_then(|(service, _)| targets.family(service));
    match family.unwrap_or_else(|| family_of(request)) {
        Family::Json11 => open_json11(request, target, targets),
        Family::Json10 => open_json10(request, target, targets),
    }
}

/// The family that a request seems to mean, whose target names no service that is here.
fn family_of(request: &HttpRequest<'_>) -> Family {
    let is_dynamodb = |header: &str| header.contains("/dynamodb/aws4_request");
    let is_json10 = request.content_type.and_then(Encoding::of) == Some(Encoding::Json10);
    match is_json10 || request.authorization.is_some_and(is_dynamodb) {
        true => Family::Json10,
        false => Family::Json11,
    }
}

fn open_json11<'a>(
    request: &HttpRequest<'a>,
    target: Option<(&'a str, &'a str)>,
    targets: &impl Targets,
) -> Result<Opened<'a>, HttpResponse> {
    let found = target.map_or(Err(None), |(service, operation)| targets.find(service, operation));
    if request.method != "POST" {
        return Err(xml(403, "AccessDeniedException", NOBODY));
    }
    let encoding = request.content_type.and_then(Encoding::of).filter(|encoding| *encoding != Encoding::Json10);
    if request.body.is_empty() {
        let is_exact = request.content_type == Some(Encoding::Json11.content_type());
        let encoding = if is_exact { Encoding::Json11 } else { Encoding::Cbor11 };
        let serialization = found.map(|()| WireError::serialization_without_message());
        return Err(encoding.refusal("", &serialization.unwrap_or_else(unknown)));
    }
    let Some(encoding) = encoding else {
        return Err(match target.is_some() {
            true => xml(404, "UnknownOperationException", ""),
            false => xml(403, "AccessDeniedException", NOBODY),
        });
    };
    let body = whole(encoding, request.body);
    if encoding == Encoding::Json {
        return Err(body.map_or_else(|error| legacy(400, error.code), |_| legacy(404, "UnknownOperationException")));
    }
    let body = body.map_err(|error| encoding.refusal("", &error))?;
    found.map_err(|what| encoding.refusal("", &unknown(what)))?;
    signature_shape(request, Family::Json11).map_err(|error| encoding.refusal("", &error))?;
    let (service, operation) = target.unwrap_or_default();
    Ok(Opened { service, operation, encoding, body })
}

fn open_json10<'a>(
    request: &HttpRequest<'a>,
    target: Option<(&'a str, &'a str)>,
    targets: &impl Targets,
) -> Result<Opened<'a>, HttpResponse> {
    let encoding = request.content_type.and_then(Encoding::of);
    let encoding = encoding.filter(|encoding| matches!(encoding, Encoding::Json10 | Encoding::Json));
    if request.method != "POST" || (encoding.is_none() && !request.body.is_empty()) {
        return Err(xml(404, "UnknownOperationException", ""));
    }
    let encoding = encoding.unwrap_or(Encoding::Json);
    let refuse = |error: WireError| encoding.refusal(CORAL, &error);
    let body = match request.body.is_empty() {
        true => Value::Null,
        false => encoding.decode(request.body).map_err(refuse)?,
    };
    let found = target.map_or(Err(None), |(service, operation)| targets.find(service, operation));
    found.map_err(|what| refuse(unknown(what)))?;
    signature_shape(request, Family::Json10).map_err(refuse)?;
    if request.body.is_empty() {
        return Err(refuse(WireError::serialization_without_message()));
    }
    let (service, operation) = target.unwrap_or_default();
    Ok(Opened { service, operation, encoding, body })
}

/// A body that is a structure.
fn whole(encoding: Encoding, body: &[u8]) -> Result<Value<'_>, WireError> {
    match encoding.decode(body)? {
        body @ Value::Map(_) => Ok(body),
        Value::List(_) => Err(WireError::serialization(types::LIST)),
        _ => Err(WireError::serialization_without_message()),
    }
}

fn unknown(what: Option<String>) -> WireError {
    WireError { code: "UnknownOperationException", message: what.map(Into::into), status: 400 }
}

/// The envelope that production had before its present protocols, and still answers in.
fn legacy(status: u16, code: &str) -> HttpResponse {
    let body = format!(r#"{{"Output":{{"__type":"{CORAL}{code}"}},"Version":"1.0"}}"#);
    HttpResponse { status, content_type: LEGACY, rest: None, body: body.into_bytes() }
}

/// A signature in the header or in the query, complete; whether it is right is not looked at.
fn signature_shape(request: &HttpRequest<'_>, family: Family) -> Result<(), WireError> {
    let is_presigned = request.query.split('&').any(|part| part.starts_with("X-Amz-Algorithm"));
    let missing = match family {
        Family::Json11 => "Missing Authentication Token",
        Family::Json10 => "Request is missing Authentication Token",
    };
    let missing = || Err(WireError::new("MissingAuthenticationTokenException", missing));
    match (request.authorization, is_presigned) {
        (Some(_), true) => Err(WireError::new(
            "InvalidSignatureException",
            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
        )),
        (None, true) => query_signature(request.query),
        (Some(header), false) if family == Family::Json10 && !header.starts_with("AWS4-") => missing(),
        (Some(header), false) => header_signature(header, request.has_date),
        (None, false) => missing(),
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
    let has = |name: &str| {
        let mut parts = header.split([',', ' ']).skip(1);
        parts.any(|part| part.strip_prefix(name).is_some_and(|rest| rest.len() > 1 && rest.starts_with('=')))
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
    HttpResponse { status, content_type: "", rest: None, body: body.into_bytes() }
}

/// The code of an error, without its namespace, and its message.
pub(crate) fn refused<'a>(body: &'a Value<'_>) -> Option<(&'a str, &'a str)> {
    let code = body.get("__type")?.as_text()?;
    let code = code.rsplit_once('#').map_or(code, |(_, code)| code);
    let message = body.get("message").or_else(|| body.get("Message"));
    Some((code, message.and_then(Value::as_text).unwrap_or_default()))
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
            rest: None,
            body: b"{}",
        }
    }

    struct Two;
    impl Targets for Two {
        fn family(&self, service: &str) -> Option<Family> {
            match service {
                "Kinesis_20131202" => Some(Family::Json11),
                "DynamoDB_20120810" => Some(Family::Json10),
                _ => None,
            }
        }
        fn find(&self, service: &str, operation: &str) -> Result<(), Option<String>> {
            let is_known = self.family(service).is_some() && ["PutRecord", "GetItem"].contains(&operation);
            if is_known { Ok(()) } else { Err(None) }
        }
    }

    fn told(request: HttpRequest<'_>) -> String {
        match open(&request, &Two) {
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
        assert_eq!(open(&cbor, &Two).map(|opened| opened.encoding), Ok(Encoding::Cbor11));
    }

    #[test]
    fn a_wrong_envelope_is_refused_as_production_does() {
        let cases = [
            (HttpRequest { method: "GET", ..request() }, "403 <AccessDeniedException>\n  <Message>Unable"),
            (HttpRequest { content_type: Some("text/plain"), ..request() }, "404 <UnknownOperationException/>"),
            (
                HttpRequest { content_type: Some("text/plain"), target: None, ..request() },
                "403 <AccessDeniedException>",
            ),
            (
                HttpRequest { content_type: Some("application/json"), ..request() },
                r#"404 {"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}"#,
            ),
            (HttpRequest { body: b"null", ..request() }, r#"400 {"__type":"SerializationException"}"#),
            (
                HttpRequest { body: b"", target: None, authorization: None, ..request() },
                r#"400 {"__type":"UnknownOperationException"}"#,
            ),
            (
                HttpRequest { target: Some("Kinesis_20131202.putRecord"), authorization: None, ..request() },
                r#"400 {"__type":"UnknownOperationException"}"#,
            ),
            (
                HttpRequest { authorization: Some("AWS4- Signature=b Credential=a"), ..request() },
                concat!(
                    r#"400 {"__type":"IncompleteSignatureException","message":"#,
                    r#""Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4- Sig"#,
                ),
            ),
            (HttpRequest { body: b"[]", target: None, ..request() }, r#"400 {"__type":"SerializationException","Me"#),
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

    #[test]
    fn services_of_json_1_0_have_an_order_of_their_own() {
        let request = || HttpRequest {
            target: Some("DynamoDB_20120810.GetItem"),
            content_type: Some("application/x-amz-json-1.0"),
            ..request()
        };
        let coral = r#"400 {"__type":"com.amazon.coral.service#"#;
        for (request, expected) in [
            (HttpRequest { method: "GET", ..request() }, "404 <UnknownOperationException/>\n".to_owned()),
            (
                HttpRequest { content_type: Some("application/x-amz-json-1.1"), ..request() },
                "404 <UnknownOperationException/>\n".to_owned(),
            ),
            (HttpRequest { body: b"{", ..request() }, format!("{coral}SerializationException\"}}")),
            (
                HttpRequest { target: Some("DynamoDB_20120810.Nope"), authorization: None, ..request() },
                format!("{coral}UnknownOperationException\"}}"),
            ),
            (
                HttpRequest { body: b"", authorization: None, ..request() },
                format!(
                    "{coral}MissingAuthenticationTokenException\",\"message\":\"Request is missing Authentication \
                     Token\"}}"
                ),
            ),
            (HttpRequest { body: b"", ..request() }, format!("{coral}SerializationException\"}}")),
        ] {
            assert_eq!(told(request), expected);
        }
        let plain = HttpRequest { content_type: Some("application/json; charset=utf-8"), ..request() };
        assert_eq!(open(&plain, &Two).map(|opened| opened.encoding), Ok(Encoding::Json));
    }
}
