//! GetCallerIdentity of STS, with which tools and waiters ask who they are. Nobody is anybody here: every caller is the
//! root of the endpoint's account.

use hyper::Response;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;

use super::cloudwatch::FORM;
use crate::aws::Account;
use crate::aws::targets::THERE_IS;
use crate::http::body::{Body, whole};
use crate::http::headers::text;

/// The action of a request in the query protocol, in its body or in its URI.
fn action<'a>(head: &'a Parts, body: &'a [u8]) -> Option<&'a str> {
    let is_form = text(&head.headers, &CONTENT_TYPE).is_some_and(|kind| kind.starts_with(FORM));
    let form = if is_form { std::str::from_utf8(body).ok()? } else { "" };
    let query = head.uri.query().unwrap_or_default();
    form.split('&').chain(query.split('&')).find_map(|part| part.strip_prefix("Action="))
}

/// The answer to a request in the query protocol: who calls, or that there is nothing else.
pub(super) fn answer(account: &Account, head: &Parts, body: &[u8]) -> Option<Response<Body>> {
    let (status, text) = match action(head, body)? {
        "GetCallerIdentity" => (200, identity(&account.id)),
        other => (400, unknown(other)),
    };
    let mut response = Response::new(whole(text));
    *response.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or_default();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    Some(response)
}

fn identity(id: &str) -> String {
    format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
         <Arn>arn:aws:iam::{id}:root</Arn><UserId>{id}</UserId><Account>{id}</Account></GetCallerIdentityResult>\
         <ResponseMetadata><RequestId>00000000-0000-4000-8000-000000000000</RequestId></ResponseMetadata>\
         </GetCallerIdentityResponse>"
    )
}

fn unknown(action: &str) -> String {
    let action: String = action.chars().filter(char::is_ascii_alphanumeric).take(64).collect();
    format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidAction</Code><Message>{action} is not here: {THERE_IS}\
         </Message></Error><RequestId>00000000-0000-4000-8000-000000000000</RequestId></ErrorResponse>"
    )
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    async fn told(body: &str) -> Option<(u16, String)> {
        let request =
            hyper::Request::post("/").header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        let (head, ()) = request.body(()).expect("a request").into_parts();
        let account = Account { id: "123456789012".into(), region: "us-east-1".into() };
        let response = answer(&account, &head, body.as_bytes())?;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        Some((status, String::from_utf8_lossy(&body).into_owned()))
    }

    #[test]
    fn every_caller_is_the_accounts_root() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let told = |body| runtime.block_on(told(body));
        let (status, text) = told("Action=GetCallerIdentity&Version=2011-06-15").expect("an answer");
        assert!(status == 200 && text.contains("<Account>123456789012</Account>"), "{text}");
        let (status, text) = told("Version=2011-06-15&Action=AssumeRole").expect("an answer");
        assert!(status == 400 && text.contains("AssumeRole is not here: kinesim has Kinesis"), "{text}");
        assert_eq!(told("{}"), None);
    }
}
