//! Enhanced fan-out in the simulation: SubscribeToShard on the real SDK, through reshards, a partition and a crash.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::types::{ConsumerStatus, Shard, ShardIteratorType, StartingPosition, SubscribeToShardEvent};
use kinesim::Simulation;
use kinesim::simulation::{AppCx, Run};

const SCENARIO: &str = r#"
name = "fan-out"
duration = "6m"

[stream.orders]
shards = 2

[producer.shop]
stream = "orders"
rate = "20/s"
keys = { uniform = 100 }
stop = "5m"

[consumer.reader]
stream = "orders"
library = "app"

[[action]]
at = "90s"
split = "hottest"

[[action]]
at = "210s"
merge = "coldest"

[[fault]]
at = "80s"
for = "40s"
partition = { hosts = ["reader-1"] }

[[fault]]
at = "200s"
crash = "reader-1"
restart_after = "20s"
"#;

/// Subscriptions say something every few seconds, even if it is that there is nothing.
const SILENCE_MAX: Duration = Duration::from_secs(15);

/// What the application keeps where no crash reaches it.
#[derive(Default)]
struct Store {
    /// Where to go on, by shard.
    positions: BTreeMap<String, String>,
    /// Shards that were read to their end.
    ended: BTreeSet<String>,
    /// Shard, sequence number and key of every record, as they came.
    records: Vec<(String, String, String)>,
    subscriptions: u32,
}

#[derive(Clone)]
struct Reader {
    cx: AppCx,
    kinesis: Client,
    consumer: String,
    store: Rc<RefCell<Store>>,
}

/// One life of the application: reads every shard whose parents are done, until the run ends.
async fn work(cx: AppCx, store: Rc<RefCell<Store>>) {
    let kinesis = Client::new(&cx.sdk_config());
    let consumer = registered(&kinesis).await;
    let reader = Reader { cx, kinesis, consumer, store };
    let mut begun = BTreeSet::new();
    loop {
        for shard in reader.ready_shards().await {
            if begun.insert(shard.clone()) {
                tokio::task::spawn_local(reader.clone().read(shard));
            }
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

/// The ARN of the consumer, once it is ACTIVE. An earlier life, or a try whose answer was lost, may have registered it.
async fn registered(kinesis: &Client) -> String {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let Ok(stream) = kinesis.describe_stream_summary().stream_name("orders").send().await else { continue };
        let arn = stream.stream_description_summary().expect("a summary").stream_arn();
        let _ = kinesis.register_stream_consumer().stream_arn(arn).consumer_name("reader").send().await;
        let described = kinesis.describe_stream_consumer().stream_arn(arn).consumer_name("reader").send().await;
        let consumer = described.ok().and_then(|described| described.consumer_description);
        if let Some(consumer) = consumer.filter(|consumer| *consumer.consumer_status() == ConsumerStatus::Active) {
            return consumer.consumer_arn;
        }
    }
}

impl Reader {
    async fn ready_shards(&self) -> Vec<String> {
        let listed = self.kinesis.list_shards().stream_name("orders").send().await;
        let store = self.store.borrow();
        let is_done = |parent: Option<&str>| parent.is_none_or(|parent| store.ended.contains(parent));
        let is_ready = |shard: &&Shard| is_done(shard.parent_shard_id()) && is_done(shard.adjacent_parent_shard_id());
        let shards = listed.iter().flat_map(|listed| listed.shards()).filter(is_ready);
        shards.map(|shard| shard.shard_id().to_owned()).filter(|shard| !store.ended.contains(shard)).collect()
    }

    /// Reads a shard to its end: whenever a subscription is over, refused or broken, the next one goes on from there.
    async fn read(self, shard: String) {
        while !self.store.borrow().ended.contains(&shard) {
            self.subscription(&shard).await;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn subscription(&self, shard: &str) {
        let from = self.position(shard);
        let subscribe = self.kinesis.subscribe_to_shard().consumer_arn(&self.consumer).shard_id(shard);
        let Ok(subscribed) = subscribe.starting_position(from).send().await else { return };
        self.store.borrow_mut().subscriptions += 1;
        let mut events = subscribed.event_stream;
        while let Ok(Ok(Some(event))) = tokio::time::timeout(SILENCE_MAX, events.recv()).await {
            self.take(shard, event.as_subscribe_to_shard_event().expect("the one kind there is"));
        }
    }

    fn position(&self, shard: &str) -> StartingPosition {
        let from = match self.store.borrow().positions.get(shard) {
            Some(number) => {
                StartingPosition::builder().r#type(ShardIteratorType::AfterSequenceNumber).sequence_number(number)
            }
            None => StartingPosition::builder().r#type(ShardIteratorType::TrimHorizon),
        };
        from.build().expect("it has a type")
    }

    /// Records and position are stored at once, so a crash comes before or after both.
    fn take(&self, shard: &str, event: &SubscribeToShardEvent) {
        let mut store = self.store.borrow_mut();
        for record in event.records() {
            let (number, key) = (record.sequence_number(), record.partition_key().unwrap_or_default());
            self.cx.processed(shard, number, key);
            store.records.push((shard.to_owned(), number.to_owned(), key.to_owned()));
        }
        match event.child_shards().is_empty() {
            true => store.positions.insert(shard.to_owned(), event.continuation_sequence_number().to_owned()),
            false => store.ended.insert(shard.to_owned()).then(String::new),
        };
    }
}

fn run(seed: u64) -> (Run, Store) {
    let store = Rc::new(RefCell::new(Store::default()));
    let kept = store.clone();
    let simulation = Simulation::from_text(SCENARIO).expect("the scenario is right").seed(seed);
    let run = simulation.app("reader", move |cx| work(cx, kept.clone())).run().expect("the application is declared");
    let store = store.take();
    (run, store)
}

#[test]
fn every_record_is_pushed_once_and_in_order_whatever_happens() {
    for seed in 1..=5 {
        let (run, store) = run(seed);
        run.assert_passed();
        let accepted = run.report.figures.streams["orders"].records_acked;
        assert!(accepted > 5_000, "{accepted}");
        let numbers: BTreeSet<&str> = store.records.iter().map(|(_, number, _)| &**number).collect();
        assert_eq!((numbers.len() as u64, store.records.len() as u64), (accepted, accepted), "each once");
        let mut last = BTreeMap::new();
        for (_, number, key) in &store.records {
            // All numbers have as many digits, so they compare as text; they grow across shards too.
            assert!(last.insert(key, number).is_none_or(|before| before < number), "{key}: {number}");
        }
        assert_eq!(store.ended.len(), 3, "one shard was split, two merged: {:?}", store.ended);
        // Five shards; two again after the partition, three after the crash.
        assert!(store.subscriptions >= 10, "{}", store.subscriptions);
    }
}

#[test]
fn the_same_seed_is_the_same_run() {
    let hash = |seed| run(seed).0.trace_hash();
    let seven = hash(7);
    assert_eq!(seven, hash(7));
    assert_ne!(seven, hash(8));
}
