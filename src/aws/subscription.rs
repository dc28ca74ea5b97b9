//! The subscription of a built-in client: what SubscribeToShard's connection does between the service and the client.
//!
//! The service pushes nothing; a task of its host asks for what the subscription has to say, and sends that down a
//! [line](fn@line) to the client. When there is nothing it sleeps until there is news, so an idle
//! subscription costs one event every five seconds. The task begins when the client has the answer to its call.
//!
//! At most one event is on its way, which holds up to 1 MiB: the window that the KCL gives a connection is half of that
//! (`KinesisClientUtil`, <https://github.com/awslabs/amazon-kinesis-client/tree/v2.x>).

use super::kinesis::api::{ConsumerRef, Error, SubscriptionEvent, SubscriptionPoll};
use super::{Cloud, KINESIS};
use crate::base::{HostId, ShardId, SimDuration};
use crate::world::{Backend, Host, LineReceiver, LineSender, line};

/// What a subscription brings.
#[derive(Debug)]
pub(crate) enum Pushed {
    /// Records, maybe none.
    Event(Box<SubscriptionEvent>),
    /// Its five minutes are over.
    Ended,
    /// The error that ends it.
    Failed(Error),
}

/// The client's end of a subscription. Dropping it ends what comes, not the subscription: that lasts until another
/// takes its place, or its five minutes are over.
pub(crate) struct Subscription {
    client: Host<Cloud>,
    line: LineReceiver<Cloud, Pushed>,
}

impl Subscription {
    /// Receives what `number` has to say: a subscription that the service has just told `client` of.
    pub(crate) fn receive(client: &Host<Cloud>, consumer: ConsumerRef, shard: ShardId, number: u64) -> Self {
        let (sender, line) = line(client, KINESIS, "SubscribeToShard");
        let service = client.other(KINESIS);
        let pushing = push(service.clone(), client.id(), (consumer, shard, number), sender);
        service.spawn(pushing);
        Self { client: client.clone(), line }
    }
    /// The next of what it brings; `None` when nothing has come for so long.
    pub(crate) async fn next(&self, patience: SimDuration) -> Option<Pushed> {
        self.line.next(self.client.now().saturating_add(patience)).await
    }
}

/// Sends what a subscription has to say until it ends.
async fn push(
    service: Host<Cloud>,
    client: HostId,
    (consumer, shard, number): (ConsumerRef, ShardId, u64),
    line: LineSender<Cloud, Pushed>,
) {
    while line.is_free().await {
        let polled = service.with_backend(|cloud, now, events| {
            cloud.advance(now, events);
            cloud.kinesis.poll_subscription(now, client, &consumer, shard, number, events)
        });
        match polled {
            Ok(SubscriptionPoll::Event(event)) => {
                let is_last = event.continuation.is_none();
                line.send(Pushed::Event(event));
                if is_last {
                    return;
                }
            }
            Ok(SubscriptionPoll::NotBefore(at)) => service.sleep_until(at).await,
            Ok(SubscriptionPoll::Idle { until }) => service.news(number, until).await,
            Ok(SubscriptionPoll::Ended) => return line.send(Pushed::Ended),
            Err(error) => return line.send(Pushed::Failed(error)),
        }
    }
}
