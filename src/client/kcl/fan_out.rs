//! Enhanced fan-out (the library's `FanOutRecordsPublisher` and its subscriber).
//!
//! One task per shard subscribes and puts events into a buffer of eight. A subscription that ends after its five
//! minutes is followed by the next one at once, from where the last event said, when all before was delivered. After an
//! error the shard consumer's health check, once a second, subscribes again: there is no other pause, so another
//! worker's subscription of the last five seconds refuses this one again and again until they are over.
//!
//! A connection on which nothing comes for ten seconds is given up, which is the read timeout of the Java SDK's Kinesis
//! client. So the library's own limit of a minute, in which an event is to come, is never reached.

use std::rc::Rc;

use super::config::KclSettings;
use super::fetcher::{Cache, Fetched, position_of};
use crate::aws::kinesis::api::{ConsumerRef, Error, IteratorPosition, Response};
use crate::aws::kinesis::{Request, SubscribeToShard};
use crate::aws::{Pushed, Subscription};
use crate::base::lease_row::Checkpoint;
use crate::base::{Event, ShardId, SimDuration};
use crate::client::Cx;
use crate::client::sdk::{Sdk, SdkError};

/// The connection is given up when nothing has come for so long.
const READ_TIMEOUT: SimDuration = SimDuration::from_secs(10);

/// Receives one shard into a buffer until its end.
pub(crate) struct FanOut {
    /// The worker's host.
    pub cx: Cx,
    /// The Kinesis client.
    pub kinesis: Rc<Sdk>,
    /// The application's settings.
    pub settings: Rc<KclSettings>,
    /// The shard that is subscribed to.
    pub shard: ShardId,
    /// Wall-clock time that `InitialPosition::AtTimestampAgo` counts back from.
    pub(crate) started_unix_ms: u64,
}

/// How a subscription was over.
enum Over {
    /// Its time was.
    InTime,
    /// By an error, or nothing came any more.
    ByError,
    /// The shard has ended.
    AtShardEnd,
}

impl FanOut {
    /// Receives from `start` on.
    pub(crate) async fn run(self, start: Checkpoint, cache: Rc<Cache>) {
        let mut position = position_of(start, &self.settings, self.started_unix_ms);
        loop {
            let over = match self.subscribe(position).await {
                Ok(subscription) => self.receive(&subscription, &mut position, &cache).await,
                Err(error) => self.failed(error, &cache).await,
            };
            // The library ends a subscription when what it brought was delivered.
            cache.queue.wait_until_empty().await;
            match over {
                Over::AtShardEnd => return,
                Over::InTime => {}
                Over::ByError => self.cx.sleep(self.settings.dispatch_poll).await,
            }
        }
    }

    async fn subscribe(&self, position: IteratorPosition) -> Result<Subscription, SdkError<Error>> {
        let (consumer, host, shard) = (self.settings.consumer, self.cx.id(), self.shard);
        self.cx.emit(Event::IteratorRequested { consumer, host, shard, position: position.into() });
        let consumer = self.settings.fan_out_consumer();
        let request = SubscribeToShard { consumer: consumer.clone(), shard, position };
        match self.kinesis.kinesis(Request::SubscribeToShard(request)).await? {
            Response::Subscribed { subscription } => Ok(Subscription::receive(&self.cx, consumer, shard, subscription)),
            _ => unreachable!("SubscribeToShard answers a subscription"),
        }
    }

    async fn receive(&self, subscription: &Subscription, position: &mut IteratorPosition, cache: &Cache) -> Over {
        loop {
            cache.queue.wait_for_room().await;
            match subscription.next(READ_TIMEOUT).await {
                None => return Over::ByError,
                Some(Pushed::Ended) => return Over::InTime,
                Some(Pushed::Failed(error)) => return self.failed(SdkError::Service(error), cache).await,
                Some(Pushed::Event(event)) => {
                    if !event.records.is_empty() {
                        cache.count(&event.records, true);
                        cache.queue.push(Fetched::Batch(event.records)).await;
                    }
                    match event.continuation {
                        Some(number) => *position = IteratorPosition::AfterSequenceNumber(number),
                        None => {
                            cache.queue.push(Fetched::ShardEnd(event.child_shards)).await;
                            return Over::AtShardEnd;
                        }
                    }
                }
            }
        }
    }

    async fn failed(&self, error: SdkError<Error>, cache: &Cache) -> Over {
        match error {
            SdkError::Service(Error::ResourceNotFound(_)) => {
                cache.queue.push(Fetched::ShardGone).await;
                Over::AtShardEnd
            }
            _ => Over::ByError,
        }
    }
}

impl KclSettings {
    /// The consumer that the application registers: it has the application's name.
    pub(crate) fn fan_out_consumer(&self) -> ConsumerRef {
        let name = self.lease_table.as_str().into();
        ConsumerRef { stream: self.stream.clone(), name, created_unix_s: None }
    }
}
