//! Carries out auto scaling policies: looks at a stream's metrics each minute, and calls UpdateShardCount.
//!
//! What is refused is not tried again at once: the policy cools off as if it had been done, as the tools do.

use std::cell::RefCell;
use std::rc::Rc;

use super::stream_minutes::StreamMinutes;
use crate::aws::kinesis::api::{Response, StreamStatus};
use crate::aws::kinesis::{DescribeStreamSummary, Request, UpdateShardCount};
use crate::aws::protocol::error::AwsError;
use crate::base::{Event, SimDuration, SimTime, StreamName};
use crate::client::Cx;
use crate::client::autoscaling::{Autoscaler, Autoscaling, StreamMinute};
use crate::client::sdk::{RetryMode, Sdk, SdkError};

const MINUTE: SimDuration = SimDuration::from_mins(1);
const TIMEOUT: SimDuration = SimDuration::from_secs(10);

/// Sets every policy to work on this host.
pub(super) fn autoscale(cx: &Cx, policies: &[Autoscaling], metrics: &Rc<RefCell<StreamMinutes>>) {
    let sdk = Rc::new(Sdk::new(cx.clone(), "autoscaling", RetryMode::Standard, TIMEOUT));
    for policy in policies {
        let (clock, sdk, metrics) = (cx.clone(), sdk.clone(), metrics.clone());
        let mut scaler = Autoscaler::new(policy.clone());
        cx.spawn(async move {
            for minute in 1.. {
                clock.sleep_until(SimTime::ZERO.saturating_add(MINUTE * minute)).await;
                look(&clock, &sdk, &metrics, &mut scaler, minute).await;
            }
        });
    }
}

async fn look(cx: &Cx, sdk: &Sdk, metrics: &RefCell<StreamMinutes>, scaler: &mut Autoscaler, now: u64) {
    let stream = scaler.of().stream.clone();
    let sums = metrics.borrow().last(&stream, cx.now());
    // Nothing is decided by a stream that cannot be seen.
    let Some((shards, is_active)) = described(sdk, &stream).await else { return };
    let minute =
        StreamMinute { now, records: sums.records, bytes: sums.bytes, read_bytes: sums.read_bytes, shards, is_active };
    let Some(target) = scaler.decide(&minute) else { return };
    let request = UpdateShardCount { stream: stream.clone(), target };
    let outcome = match sdk.kinesis(Request::UpdateShardCount(request)).await {
        Ok(_) => "ok",
        Err(SdkError::Service(error)) => error.code(),
        Err(SdkError::TimedOut) => "timed out",
    };
    let what = Autoscaling::told(&stream, shards, target).into();
    cx.emit(Event::ActionTaken { what, outcome: outcome.into(), stream: Some(stream) });
}

async fn described(sdk: &Sdk, stream: &StreamName) -> Option<(u32, bool)> {
    let request = Request::DescribeStreamSummary(DescribeStreamSummary { stream: stream.clone() });
    match sdk.kinesis(request).await.ok()? {
        Response::StreamSummary(summary) => Some((summary.open_shard_count, summary.status == StreamStatus::Active)),
        _ => unreachable!("DescribeStreamSummary answers a summary"),
    }
}
