//! Registration for enhanced fan-out (the library's `FanOutConsumerRegistration`).
//!
//! Every worker looks for the application's consumer at its start, registers it when there is none, and waits until it
//! is ACTIVE. The library gives up after ten tries and its process ends; this one tries on, as the process would that
//! is started in its place. Nobody deregisters the consumer.

use super::worker::Worker;
use crate::aws::kinesis::api::{ConsumerStatus, Error, Response};
use crate::aws::kinesis::{DescribeStreamConsumer, RegisterStreamConsumer, Request};
use crate::base::SimDuration;
use crate::client::sdk::SdkError;

/// `retryBackoffMillis`, and what is drawn on top of it.
pub(crate) const BACKOFF: (SimDuration, SimDuration) = (SimDuration::from_millis(1000), SimDuration::from_millis(1100));

/// Returns when the application's consumer is ACTIVE.
pub(super) async fn register(worker: &Worker) {
    let consumer = worker.settings.fan_out_consumer();
    let mut random = worker.cx.random("registration");
    loop {
        let describe = Request::DescribeStreamConsumer(DescribeStreamConsumer { consumer: consumer.clone() });
        match worker.kinesis.kinesis(describe).await {
            Ok(Response::Consumer(found)) if found.status == ConsumerStatus::Active => return,
            Err(SdkError::Service(Error::ResourceNotFound(_))) => {
                let (stream, name) = (consumer.stream.clone(), consumer.name.clone());
                let register = RegisterStreamConsumer { stream, name, tags: Vec::new() };
                // That another worker was faster, or the limit was met, the next look tells.
                let _ = worker.kinesis.kinesis(Request::RegisterStreamConsumer(register)).await;
            }
            _ => {}
        }
        worker.cx.sleep(random.duration(BACKOFF.0, BACKOFF.1)).await;
    }
}
