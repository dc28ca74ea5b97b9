//! Objects in a store that speaks S3's protocol: one PutObject each, signed at the machine's own time, because a store
//! looks at that.
//!
//! Not here: parts, TLS, credentials from elsewhere than the URL.

use super::signature::{Signed, Signer, date, hash};
use crate::aws::protocol::outside::Came;
use crate::base::percent;
use crate::serve::calling::{came, send};
use crate::serve::clock::Clock;
use crate::serve::url::Url;

/// Region of signatures, where the URL has none.
const REGION: &str = "us-east-1";
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// A bucket of a store.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::serve) struct Store {
    url: Url,
    /// Bucket and prefix, with a slash before and none behind.
    below: String,
    signer: Option<Signer>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.url.authority, self.below)
    }
}

impl Store {
    /// Reads `http://[KEY:SECRET@]HOST[:PORT]/BUCKET[/PREFIX][?region=REGION]`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text)?;
        let (path, query) = url.path.split_once('?').unwrap_or((&url.path, ""));
        let below = path.trim_end_matches('/').to_owned();
        if below.is_empty() {
            return Err("a bucket is missing, as in http://127.0.0.1:9000/BUCKET".to_owned());
        }
        let region = match query {
            "" => REGION,
            query => query.strip_prefix("region=").ok_or("behind ? only region=REGION can stand")?,
        };
        let signer = match url.user.as_deref().map(|user| user.split_once(':')) {
            None => None,
            Some(None) => return Err("a secret is missing, as in http://KEY:SECRET@...".to_owned()),
            Some(Some((access_key, secret))) => {
                Some(Signer { access_key: access_key.into(), secret: secret.into(), region: region.into() })
            }
        };
        Ok(Self { below, signer, url })
    }
    /// Whether it is on this machine.
    pub(super) fn is_loopback(&self) -> bool {
        self.url.is_loopback()
    }

    /// Puts an object.
    pub(super) async fn put(&self, key: &str, bytes: Vec<u8>) -> Came {
        let path = format!("{}/{}", self.below, percent::encode_path(key));
        let (body_hash, date) = (hash(&bytes), date(Clock::wall_unix_ms()));
        let mut headers = vec![
            ("host", self.url.authority.to_string()),
            ("x-amz-content-sha256", body_hash.clone()),
            ("x-amz-date", date.clone()),
        ];
        if let Some(signer) = &self.signer {
            let signed = Signed { method: "PUT", path: &path, headers: &headers, body_hash: &body_hash };
            headers.push(("authorization", signer.authorization(&date, &signed)));
        }
        match send("PUT", &self.url, &path, &headers[1..], bytes, ANSWER_BYTES_MAX).await {
            Ok((parts, _)) if parts.status.is_success() => Came::Done { count: 1 },
            Ok((parts, body)) => {
                let text = String::from_utf8_lossy(&body);
                let message = format!("{}: {text}", parts.status);
                tracing::warn!(store = ?self, message, "no object was put");
                Came::Refused { code: code(&text).to_owned(), message }
            }
            failed => came(&self.url, failed),
        }
    }
}

/// The code of an error.
fn code(xml: &str) -> &str {
    let behind = xml.split_once("<Code>").map(|(_, behind)| behind);
    behind.and_then(|behind| behind.split_once("</Code>")).map_or("", |(code, _)| code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_has_a_bucket_and_perhaps_who_signs() {
        let read = |text: &str| Store::parse(text).map(|read| (read.below, read.signer.map(|signer| signer.region)));
        assert_eq!(read("http://localhost:9000/lake/"), Ok(("/lake".to_owned(), None)));
        let signed = ("/lake/raw".to_owned(), Some("eu-west-1".to_owned()));
        assert_eq!(read("http://k:s@localhost/lake/raw?region=eu-west-1"), Ok(signed));
        for bad in
            ["http://localhost", "http://k@localhost/lake", "http://localhost/lake?x=y", "https://localhost/lake"]
        {
            assert!(read(bad).is_err(), "{bad}");
        }
        let store = Store::parse("http://key:secret@localhost/lake").expect("a store");
        assert_eq!(format!("{store:?}"), "localhost:80/lake");
    }

    #[test]
    fn the_code_of_an_error_is_read() {
        assert_eq!(code("<Error><Code>SlowDown</Code><Message>m</Message></Error>"), "SlowDown");
        assert_eq!(code("<html>"), "");
    }
}
