//! Where the code of a function is, as it is typed: `NAME=URL`.
//!
//! Only this machine is called: what a delivery stream holds leaves it for nobody.

use std::str::FromStr;
use std::sync::Arc;

use super::url::Url;

/// The invoke route of Lambda's runtime interface emulator.
const INVOKE: &str = "/2015-03-31/functions/function/invocations";

/// A function behind a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FunctionUrl {
    /// As ARNs have it.
    pub(crate) name: Arc<str>,
    pub(super) url: Url,
}

impl FunctionUrl {
    /// One whose answers are known already, so that nobody calls it.
    pub(super) fn unknown(name: &str) -> Self {
        Self { name: name.into(), url: Url::nowhere() }
    }
}

impl FromStr for FunctionUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, url) = text.split_once('=').ok_or("a function is NAME=URL")?;
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if name.is_empty() || name.len() > 64 || !name.bytes().all(is_part) {
            return Err("a function's name has 1 to 64 letters, digits, - and _");
        }
        let mut url = Url::parse(url)?;
        if !url.is_loopback() {
            return Err("only functions on this machine are called: localhost, 127.0.0.1 or [::1]");
        }
        if &*url.path == "/" {
            url.path = INVOKE.into();
        }
        Ok(Self { name: name.into(), url })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_without_a_path_is_that_of_an_emulator() {
        let read = |text: &str| {
            text.parse::<FunctionUrl>().map(|read| (read.url.authority.to_string(), read.url.path.to_string()))
        };
        assert_eq!(read("f=http://localhost:9000"), Ok(("localhost:9000".to_owned(), INVOKE.to_owned())));
        assert_eq!(read("f=http://[::1]:9000/lambda-url/f"), Ok(("[::1]:9000".to_owned(), "/lambda-url/f".to_owned())));
    }

    #[test]
    fn what_is_elsewhere_or_no_url_is_refused() {
        for bad in ["f", "=http://localhost", "a b=http://localhost", "f=https://localhost", "f=http://10.0.0.1", "f=x"]
        {
            assert!(bad.parse::<FunctionUrl>().is_err(), "{bad}");
        }
    }
}
