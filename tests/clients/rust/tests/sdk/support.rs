//! An endpoint for each test, and clients whose time is the endpoint's.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use aws_sdk_kinesis::config::retry::RetryConfig;
use aws_sdk_kinesis::config::timeout::TimeoutConfig;
use aws_sdk_kinesis::config::{
    AsyncSleep, BehaviorVersion, Credentials, Region, SharedCredentialsProvider, SharedHttpClient, Sleep,
    StalledStreamProtectionConfig,
};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_types::SdkConfig;

/// A `kinesim serve` on a free port whose clock stands still until it is advanced.
pub struct Endpoint {
    process: Child,
    address: String,
    /// The authority to trust, where TLS is spoken.
    authority: Option<PathBuf>,
}

impl Endpoint {
    pub fn start() -> Self {
        Self::start_with(None)
    }

    /// One that speaks TLS, so that clients agree with it on HTTP/2. `name` tells its files from other tests'.
    pub fn start_with_tls(name: &str) -> Self {
        Self::start_with(Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.pem"))))
    }

    fn start_with(authority: Option<PathBuf>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_endpoint"));
        command.args(["serve", "--port", "0", "--clock", "manual"]).stdout(Stdio::piped()).stderr(Stdio::null());
        if let Some(file) = &authority {
            command.arg("--tls").arg("--tls-cert").arg(file);
        }
        let mut process = command.spawn().expect("the endpoint starts");
        let mut ready = String::new();
        BufReader::new(process.stdout.take().expect("a pipe")).read_line(&mut ready).expect("a line when it is ready");
        let (_, address) = ready.trim().rsplit_once("://").expect("the line ends with the URL");
        Self { process, address: address.to_owned(), authority }
    }

    pub fn advance(&self, by: Duration) {
        advance(&self.address, by);
    }

    /// Whatever changes its state has done so after this.
    pub fn settle(&self) {
        self.advance(Duration::from_secs(1));
    }

    pub fn config(&self) -> SdkConfig {
        let credentials = Credentials::new("key", "secret", None, None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(format!("{}://{}", if self.authority.is_some() { "https" } else { "http" }, self.address))
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(self.http_client())
            .retry_config(RetryConfig::disabled())
            .sleep_impl(EndpointTime(self.address.clone()))
            // These race answers against sleeps, which take no time here.
            .timeout_config(TimeoutConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .build()
    }

    fn http_client(&self) -> SharedHttpClient {
        let Some(file) = &self.authority else { return Builder::new().build_http() };
        let authority = std::fs::read(file).expect("it was written before the endpoint was ready");
        let trust = TrustStore::empty().with_pem_certificate(authority);
        let context = TlsContext::builder().with_trust_store(trust).build().expect("a certificate");
        Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(context).build_https()
    }

    pub fn kinesis(&self) -> aws_sdk_kinesis::Client {
        aws_sdk_kinesis::Client::new(&self.config())
    }

    pub fn firehose(&self) -> aws_sdk_firehose::Client {
        aws_sdk_firehose::Client::new(&self.config())
    }

    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.config())
    }

    /// A stream that is ACTIVE; gives its ARN.
    pub async fn stream(&self, name: &str, shards: i32) -> String {
        let kinesis = self.kinesis();
        kinesis.create_stream().stream_name(name).shard_count(shards).send().await.expect("the name is free");
        self.settle();
        let described = kinesis.describe_stream_summary().stream_name(name).send().await.expect("it is there");
        described.stream_description_summary().expect("a summary").stream_arn().to_owned()
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sleeps by moving the endpoint's clock: waiters and retries wait in simulated time.
#[derive(Debug)]
struct EndpointTime(String);

impl AsyncSleep for EndpointTime {
    fn sleep(&self, span: Duration) -> Sleep {
        let address = self.0.clone();
        Sleep::new(async move { advance(&address, span) })
    }
}

fn advance(address: &str, by: Duration) {
    let body = format!(r#"{{"by": "{}ms"}}"#, by.as_millis());
    let head = format!("POST /_kinesim/clock/advance HTTP/1.1\r\nHost: {address}\r\nConnection: close");
    let request = format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let mut connection = TcpStream::connect(address).expect("the endpoint listens");
    connection.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
