//! What stands for `tls` in a build without the feature: nothing that could be made.

use std::path::Path;

use tokio::net::TcpStream;

/// There is none.
pub(super) enum Tls {}

/// The one reason why.
#[derive(Debug)]
pub(crate) struct TlsError;

impl std::fmt::Display for TlsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("this kinesim was built without TLS: build it with `--features tls`")
    }
}

impl Tls {
    pub(crate) fn new(_authority_file: &Path) -> Result<Self, TlsError> {
        Err(TlsError)
    }
    pub(crate) async fn is_wanted(&self, _: &TcpStream) -> std::io::Result<bool> {
        match *self {}
    }
    pub(crate) async fn accept(&self, _: TcpStream) -> std::io::Result<TcpStream> {
        match *self {}
    }
}
