//! The credential that a request names: whose it is, and of which region. It is not verified.

use super::envelope::HttpRequest;

/// The region of a request: the third part of its credential's scope.
pub(crate) fn region<'a>(request: &HttpRequest<'a>) -> Option<&'a str> {
    credential(request)?.nth(2).filter(|region| !region.is_empty())
}

/// The service that a request is signed for: the fourth part.
pub(crate) fn service<'a>(request: &HttpRequest<'a>) -> Option<&'a str> {
    credential(request)?.nth(3).filter(|service| !service.is_empty())
}

/// The access key of a request: the first part of its credential.
pub(crate) fn access_key<'a>(request: &HttpRequest<'a>) -> Option<&'a str> {
    credential(request)?.next()
}

/// The parts of a request's credential: access key, date, region, and so on.
fn credential<'a>(request: &HttpRequest<'a>) -> Option<impl Iterator<Item = &'a str> + use<'a>> {
    let in_header = request.authorization.and_then(|header| header.split_once("Credential=")).map(|(_, scope)| scope);
    let in_query = request.query.split('&').find_map(|part| part.strip_prefix("X-Amz-Credential="));
    let (scope, slash) = match (in_header, in_query) {
        (Some(scope), _) => (scope.split([',', ' ']).next()?, "/"),
        (None, scope) => (scope?, if scope?.contains("%2F") { "%2F" } else { "/" }),
    };
    Some(scope.split(slash))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(credential: &str) -> HttpRequest<'_> {
        HttpRequest { authorization: Some(credential), ..HttpRequest::default() }
    }

    #[test]
    fn the_region_is_that_of_the_credentials_scope() {
        let signed = named("AWS4-HMAC-SHA256 Credential=k/20261123/us-east-1/kinesis/aws4_request, SignedHeaders=host");
        assert_eq!(region(&signed), Some("us-east-1"));
        let query = "X-Amz-Algorithm=A&X-Amz-Credential=k%2F20261123%2Feu-west-1%2Fkinesis%2Faws4_request";
        assert_eq!(region(&HttpRequest { query, ..HttpRequest::default() }), Some("eu-west-1"));
        assert_eq!(region(&named("AWS4- Credential=a")), None);
    }

    #[test]
    fn the_access_key_is_its_first_part() {
        assert_eq!(access_key(&named("AWS4- Credential=billing-1/20261123, SignedHeaders=host")), Some("billing-1"));
        assert_eq!(access_key(&named("AWS4- Credential=a")), Some("a"));
        assert_eq!(access_key(&HttpRequest::default()), None);
    }
}
