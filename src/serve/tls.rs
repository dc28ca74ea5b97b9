//! TLS on the endpoint's port, beside plain HTTP: certificates made at the start, and the handshake.
//!
//! The certificate is signed by an authority of its own, whose key is forgotten at once: whoever trusts the authority's
//! PEM file trusts this one endpoint, until it stops. Certificates take the machine's date and its randomness; neither
//! reaches an answer, an event or a recording. Not here: client certificates, and certificates that the user brings.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{self, ServerConfig};
use tokio_rustls::server::TlsStream;

use super::clock::Clock;

/// What the certificate is good for.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
/// Clients of some systems take no certificate that is valid for more than 825 days.
const VALID_DAYS: i64 = 800;
/// The first byte of a TLS connection: a record with a handshake message. No HTTP request begins with it.
const HANDSHAKE: u8 = 0x16;

/// Speaks TLS to those who want it.
pub(super) struct Tls(TlsAcceptor);

/// Why there is no TLS.
#[derive(Debug)]
pub(crate) enum TlsError {
    /// No certificate could be made.
    Certificate(rcgen::Error),
    /// The certificate cannot be used.
    Setup(rustls::Error),
    /// The authority's file cannot be written.
    Write(PathBuf, std::io::Error),
}

impl std::fmt::Display for TlsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Certificate(error) => write!(f, "cannot make a certificate: {error}"),
            Self::Setup(error) => write!(f, "cannot use the certificate: {error}"),
            Self::Write(path, error) => write!(f, "cannot write {}: {error}", path.display()),
        }
    }
}

impl From<rcgen::Error> for TlsError {
    fn from(error: rcgen::Error) -> Self {
        Self::Certificate(error)
    }
}

impl Tls {
    /// Makes a certificate and writes its authority's to this file.
    pub(super) fn new(authority_file: &Path) -> Result<Self, TlsError> {
        let made = Made::now()?;
        let written = std::fs::write(authority_file, made.authority_pem);
        written.map_err(|error| TlsError::Write(authority_file.to_owned(), error))?;
        let config = server_config(made.certificate, made.key).map_err(TlsError::Setup)?;
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    /// Returns whether a connection begins as TLS does; waits for its first byte.
    pub(crate) async fn is_wanted(&self, stream: &TcpStream) -> std::io::Result<bool> {
        let mut first = [0];
        Ok(stream.peek(&mut first).await? > 0 && first[0] == HANDSHAKE)
    }

    pub(crate) async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        self.0.accept(stream).await
    }
}

fn server_config(certificate: CertificateDer<'static>, key: KeyPair) -> Result<ServerConfig, rustls::Error> {
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    let provider = Arc::new(ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.into())?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// A certificate and its key, and the authority that vouches for it.
struct Made {
    authority_pem: String,
    certificate: CertificateDer<'static>,
    key: KeyPair,
}

impl Made {
    fn now() -> Result<Self, rcgen::Error> {
        let (authority, authority_key) = (authority()?, KeyPair::generate()?);
        let authority_pem = authority.self_signed(&authority_key)?.pem();
        let key = KeyPair::generate()?;
        let certificate = server()?.signed_by(&key, &Issuer::new(authority, authority_key))?;
        Ok(Self { authority_pem, certificate: certificate.into(), key })
    }
}

fn authority() -> Result<CertificateParams, rcgen::Error> {
    let mut authority = valid(CertificateParams::new(Vec::new())?, "kinesim authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(authority)
}

fn server() -> Result<CertificateParams, rcgen::Error> {
    let mut server = valid(CertificateParams::new(NAMES.map(str::to_owned))?, "kinesim");
    server.use_authority_key_identifier_extension = true;
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(server)
}

/// Valid from yesterday, because clocks differ.
fn valid(mut of: CertificateParams, name: &str) -> CertificateParams {
    let date = |days: i64| {
        let unix_s = (Clock::wall_unix_ms() / 1000) as i64 + days * 86_400;
        let date = jiff::Timestamp::from_second(unix_s).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC).date();
        rcgen::date_time_ymd(date.year().into(), date.month() as u8, date.day() as u8)
    };
    (of.not_before, of.not_after) = (date(-1), date(VALID_DAYS));
    of.distinguished_name.push(DnType::CommonName, name);
    of
}
