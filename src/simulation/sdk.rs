//! The AWS SDK's HTTP client, sleep and time source on the simulation.

use std::future::pending;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_async::time::TimeSource;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use aws_types::sdk_config::SharedCredentialsProvider;
use hyper::body::Bytes;
use tokio::sync::oneshot;

use super::identity::Identity;
use super::job::Job;
use crate::http::client::{HttpError, Timeouts};

/// The SDK's own default.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3100);
/// The SDK has none.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// What clients of this host are made from.
pub(super) fn config(of: &Arc<Identity>) -> SdkConfig {
    let credentials = Credentials::from_keys("AKIASIMULATION", "simulation", None);
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(OnHost(of.clone()))
        .sleep_impl(OnHost(of.clone()))
        .time_source(OnHost(of.clone()))
        .retry_config(RetryConfig::standard())
        .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).read_timeout(READ_TIMEOUT).build())
        .build()
}

/// What the SDK wants of the machine that it runs on.
#[derive(Clone, Debug)]
struct OnHost(Arc<Identity>);

impl TimeSource for OnHost {
    fn now(&self) -> SystemTime {
        self.0.wall_clock()
    }
}

impl AsyncSleep for OnHost {
    fn sleep(&self, span: Duration) -> Sleep {
        Sleep::new(self.0.clone().sleep(span))
    }
}

impl HttpClient for OnHost {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        let timeouts = Timeouts { connect: settings.connect_timeout(), read: settings.read_timeout() };
        SharedHttpConnector::new(Connector { of: self.0.clone(), timeouts })
    }
}

#[derive(Debug)]
struct Connector {
    of: Arc<Identity>,
    timeouts: Timeouts,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (of, timeouts) = (self.of.clone(), self.timeouts);
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let (head, body) = request.into_parts();
            let Some(body) = body.bytes().map(Bytes::copy_from_slice) else {
                return Err(ConnectorError::user("bodies of requests are sent whole here".into()));
            };
            let (answer, answered) = oneshot::channel();
            let request = hyper::Request::from_parts(head, body);
            let is_sent = of.jobs.send(Job { request, timeouts, answer }).is_ok();
            let answer = if is_sent { answered.await.ok() } else { None };
            // The host is gone, and whoever waits for this answer with it.
            let Some(answer) = answer else { return pending().await };
            let answer = answer.map_err(connector_error)?;
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

fn connector_error(error: HttpError) -> ConnectorError {
    match error {
        HttpError::ConnectTimeout => ConnectorError::timeout(error.into()).never_connected(),
        HttpError::ReadTimeout => ConnectorError::timeout(error.into()),
        HttpError::Connection(_) => ConnectorError::io(error.into()),
    }
}
