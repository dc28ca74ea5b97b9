//! The page: its files, which are in the binary, and under which paths they are.
//!
//! It is plain HTML, CSS and JavaScript modules, one for each panel. It may load nothing from elsewhere, run nothing
//! that stands in a document, and be framed nowhere. All that it shows comes from the routes beside it, once a second.
//! Rates and their curves are differences of two such states, kept in the browser: then they are of the time that the
//! reader saw pass, at whatever pace the clock runs, and cost the endpoint nothing while nobody looks.

use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_SECURITY_POLICY, HeaderValue, LOCATION};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};

use crate::http::body::{Body, typed, whole};

const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'self'; img-src 'self' data:; frame-ancestors 'none'");

/// Files by the path behind `/_kinesim/`, with their content.
macro_rules! files {
    ($($name:literal),*) => { &[$(($name, include_str!(concat!("page/", $name)))),*] };
}
const FILES: &[(&str, &str)] = files![
    "page.css",
    "page.js",
    "kit.js",
    "history.js",
    "clock.js",
    "streams.js",
    "records.js",
    "consumers.js",
    "callers.js",
    "deliveries.js",
    "tables.js",
    "faults.js",
    "events.js",
    "checks.js"
];
const START: &str = include_str!("page/page.html");

/// Shows somebody who opens the bare address in a browser to the page. No AWS client asks for a document.
pub(super) fn welcome(head: &Parts) -> Option<Response<Body>> {
    let wants_document = head.headers.get(ACCEPT)?.to_str().is_ok_and(|accepted| accepted.contains("text/html"));
    let is_bare = head.method == Method::GET && head.uri.path() == "/" && !head.headers.contains_key(AUTHORIZATION);
    (is_bare && wants_document).then(|| {
        let mut response = typed(whole(""), "text/html; charset=utf-8");
        *response.status_mut() = StatusCode::FOUND;
        response.headers_mut().insert(LOCATION, HeaderValue::from_static("/_kinesim/"));
        response
    })
}

/// The page's file at a route, if there is one.
pub(super) fn file(route: &str) -> Option<Response<Body>> {
    let (name, text) = match route.trim_matches('/') {
        "" => ("page.html", START),
        name => FILES.iter().copied().find(|(file, _)| *file == name)?,
    };
    let content_type = match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        _ => "text/html; charset=utf-8",
    };
    let mut response = typed(whole(text), content_type);
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY);
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_page_loads_is_there_and_nothing_else_is() {
        let loaded = FILES.iter().flat_map(|(_, text)| text.split('"')).chain(START.split('"'));
        let mut names: Vec<&str> = loaded
            .filter_map(|text| text.strip_prefix("./").or(text.strip_prefix("/_kinesim/")))
            .filter(|name| name.ends_with(".js") || name.ends_with(".css"))
            .collect();
        names.sort_unstable();
        names.dedup();
        let mut files: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
        files.sort_unstable();
        assert_eq!(names, files);
        assert!(file("/").is_some() && file("/page.css").is_some() && file("/nothing.js").is_none());
    }

    /// What clients name their streams, keys and records is text, and never markup.
    #[test]
    fn nothing_that_is_shown_is_read_as_markup() {
        for (name, text) in FILES {
            for way in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "srcdoc"] {
                assert!(!text.contains(way), "{name} has {way}");
            }
        }
    }
}
