//! What an application knows of the simulation that it runs in.

use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_types::SdkConfig;

use super::identity::Identity;
use super::sdk;
use super::stage::Stage;

/// The code of an application, for one life of one of its hosts.
pub(super) type AppCode = Rc<dyn Fn(AppCx) -> Pin<Box<dyn Future<Output = Result<(), String>>>>>;

/// An application's way to the simulation, in one life of one of its hosts. Cheap to clone, and `Send`.
#[derive(Clone, Debug)]
pub struct AppCx(pub(super) Arc<Identity>);

impl AppCx {
    /// What clients of the AWS SDK are made from: HTTP over the simulated network, simulated time, credentials, region
    /// us-east-1, and the SDK's standard retries with their jitter from the run's seed. Endpoints are AWS's own names.
    ///
    /// Timeouts: the SDK's 3.1 s to connect, and 30 s until an answer begins. The SDK by itself waits for an answer
    /// without end, which a partition makes last; to see that, take the read timeout out with
    /// [`SdkConfig::to_builder`].
    pub fn sdk_config(&self) -> SdkConfig {
        sdk::config(&self.0)
    }

    /// The host's name, such as `orders-consumer-1`.
    pub fn host(&self) -> &str {
        &self.0.name
    }
    /// Returns which of the application's workers this is, counted from 1.
    pub fn worker(&self) -> u32 {
        self.0.worker.worker + 1
    }
    /// How often the host was booted: 1 in its first life.
    pub fn boots(&self) -> u32 {
        self.0.boots
    }
    /// A seed for the application's own chance, of the run's seed and the host's life.
    pub fn seed(&self) -> u64 {
        self.0.seed.0
    }
    /// The host's wall clock, with the skew that a fault may give it.
    pub fn wall_clock(&self) -> SystemTime {
        self.0.wall_clock()
    }
    /// Waits. Unlike `tokio::time::sleep`, it never wakes when the host crashes meanwhile, in any task.
    pub async fn sleep(&self, span: Duration) {
        self.0.clone().sleep(span).await;
    }

    /// Says that a record was processed: its shard, its sequence number and its partition key.
    ///
    /// # Panics
    /// Outside the thread of the run.
    pub fn processed(&self, shard: impl AsRef<str>, sequence_number: impl AsRef<str>, key: impl AsRef<str>) {
        let (shard, number, key) = (shard.as_ref(), sequence_number.as_ref(), key.as_ref());
        Stage::with(&self.0, |stage, room| stage.processed(room, &self.0, shard, number, key));
    }

    /// Says that the application made the effect that it calls `id`. One that declares an `idempotent` or
    /// `transactional` store promises each at most once.
    ///
    /// # Panics
    /// Outside the thread of the run.
    pub fn effect(&self, id: impl AsRef<str>) {
        Stage::with(&self.0, |stage, room| stage.effect(room, &self.0, id.as_ref()));
    }
}
