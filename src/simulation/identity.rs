//! Who an application's worker is, and what its clocks say.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::job::Job;
use crate::base::{HostId, Seed};
use crate::client::AppWorker;

/// Who an application's worker is, in one life of its host. Known to tasks that may run on after that life.
#[derive(Debug)]
pub(super) struct Identity {
    pub name: Arc<str>,
    pub host: HostId,
    pub worker: AppWorker,
    pub boots: u32,
    pub seed: Seed,
    pub epoch_unix_ms: u64,
    /// tokio's instant at which the run began.
    pub began: Instant,
    pub(crate) skew_ms: AtomicI64,
    pub is_over: AtomicBool,
    pub(crate) jobs: mpsc::UnboundedSender<Job>,
}

impl Identity {
    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }
    /// The host's wall clock.
    pub(super) fn wall_clock(&self) -> SystemTime {
        let unix = Duration::from_millis(self.epoch_unix_ms) + self.began.elapsed();
        let skew = Duration::from_millis(self.skew_ms.load(Ordering::Relaxed).unsigned_abs());
        match self.skew_ms.load(Ordering::Relaxed) < 0 {
            true => UNIX_EPOCH + unix.saturating_sub(skew),
            false => UNIX_EPOCH + unix + skew,
        }
    }
    /// Waits; for ever when the host crashes meanwhile.
    pub(super) async fn sleep(self: Arc<Self>, span: Duration) {
        tokio::time::sleep(span).await;
        if self.is_over() {
            pending().await
        }
    }
}
