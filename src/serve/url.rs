//! Where something outside is that is called over HTTP. No TLS.

use std::net::IpAddr;
use std::sync::Arc;

use hyper::Uri;

use crate::base::percent;

/// Host, port, path, and who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Url {
    /// Host and port, without who calls.
    pub(super) authority: Arc<str>,
    /// Path and query; `/` when the text has none.
    pub(super) path: Arc<str>,
    /// `USER:PASSWORD`, if the text has one; there percent-encoded, as URLs want it.
    pub(super) user: Option<Arc<str>>,
    is_loopback: bool,
}

impl Url {
    /// Reads `http://[USER:PASSWORD@]HOST[:PORT][/PATH]`.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let uri = text.parse::<Uri>().map_err(|_| "that is no URL")?;
        let host = uri.host().filter(|_| uri.scheme_str() == Some("http")).ok_or("the URL must begin with http://")?;
        let user = uri.authority().and_then(|authority| authority.as_str().rsplit_once('@')).map(|(user, _)| user);
        Ok(Self {
            authority: format!("{host}:{}", uri.port_u16().unwrap_or(80)).into(),
            path: uri.path_and_query().map_or("/", |path| path.as_str()).into(),
            user: user.and_then(percent::decode_path).map(Into::into),
            is_loopback: is_loopback(host),
        })
    }
    /// One that nobody calls.
    pub(super) fn nowhere() -> Self {
        Self { authority: "127.0.0.1:80".into(), path: "/".into(), user: None, is_loopback: true }
    }
    /// Whether it is on this machine: nobody else's name server is asked.
    pub(super) fn is_loopback(&self) -> bool {
        self.is_loopback
    }
}

/// Whether a host, as URLs have it, is this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    let ip = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_host_port_path_and_perhaps_who_calls() {
        let read = |text: &str| Url::parse(text).map(|url| (url.authority.to_string(), url.path.to_string()));
        assert_eq!(read("http://localhost:9000"), Ok(("localhost:9000".to_owned(), "/".to_owned())));
        assert_eq!(read("http://a:b@[::1]/x?y=1"), Ok(("[::1]:80".to_owned(), "/x?y=1".to_owned())));
        assert_eq!(Url::parse("http://a:b%2F%40@[::1]/").expect("a URL").user.as_deref(), Some("a:b/@"));
        for bad in ["", "x", "https://localhost", "ftp://localhost", "http://"] {
            assert!(Url::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_addresses_of_this_machine_are_loopback() {
        let local = ["http://localhost", "http://127.0.0.2:1", "http://[::1]:1/x", "http://u:p@127.0.0.1"];
        assert!(local.iter().all(|text| Url::parse(text).is_ok_and(|url| url.is_loopback())));
        let others =
            ["http://10.0.0.1", "http://localhost.example", "http://127.0.0.1@example.com", "http://[2001:db8::1]"];
        assert!(others.iter().all(|text| Url::parse(text).is_ok_and(|url| !url.is_loopback())));
    }
}
