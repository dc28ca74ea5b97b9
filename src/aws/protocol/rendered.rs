//! A request over HTTP as a client of somebody else's protocol writes it: what a destination of a delivery stream is
//! sent.

/// A POST. `Host` and `Content-Length` are whose it is that sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rendered {
    /// Path and query, behind the URL of whoever is sent it.
    pub(crate) path: String,
    /// In the order in which they stand.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The body.
    pub(crate) body: Vec<u8>,
}
