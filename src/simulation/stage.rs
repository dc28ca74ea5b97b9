//! What the applications of a run share: the room they are in, once it is there, and what they did wrong.

use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use super::identity::Identity;
use crate::base::{Event, SequenceNumber, ShardId, SimTime, StreamName};
use crate::net::Room;
use crate::scenario::plan::Plan;

thread_local! {
    /// The stage of the run that goes on in this thread. Applications may carry what they know of it through tasks that
    /// must be `Send`, and so cannot hold it.
    static STAGE: RefCell<Option<Rc<Stage>>> = const { RefCell::new(None) };
}

pub(super) struct Stage {
    /// Streams that the applications read.
    streams: Vec<StreamName>,
    pub epoch_unix_ms: u64,
    pub chance: crate::base::Chance,
    room: RefCell<Weak<Room>>,
    mistakes: RefCell<Vec<String>>,
}

impl Stage {
    /// The stage for a run in this thread.
    pub(super) fn open(plan: &Plan) -> Rc<Self> {
        let stage = Rc::new(Self {
            streams: plan.apps.iter().map(|app| app.stream.clone()).collect(),
            epoch_unix_ms: plan.services.kinesis.epoch_unix_ms,
            chance: crate::base::Chance::from(&plan.seed),
            room: RefCell::default(),
            mistakes: RefCell::default(),
        });
        STAGE.set(Some(stage.clone()));
        stage
    }
    /// What the applications did wrong.
    pub(super) fn close(&self) -> Vec<String> {
        STAGE.set(None);
        self.mistakes.take()
    }
    pub(crate) fn enter(&self, room: &Rc<Room>) {
        if self.room.borrow().strong_count() == 0 {
            self.room.replace(Rc::downgrade(room));
        }
    }
    pub(super) fn mistake(&self, at: SimTime, host: &str, what: &str) {
        self.mistakes.borrow_mut().push(format!("{at} {host} {what}"));
    }

    /// An application's worker says something of itself, unless it is dead.
    pub(super) fn with(of: &Identity, say: impl FnOnce(&Self, &Room)) {
        let Some(stage) = STAGE.with_borrow(Clone::clone) else {
            panic!("an application speaks only in its run, and in the thread of its run")
        };
        let Some(room) = stage.room.borrow().upgrade() else { return };
        room.catch_up();
        // Catching up may have brought the crash.
        if !of.is_over() {
            say(&stage, &room);
        }
    }

    /// A worker processed a record.
    pub(super) fn processed(&self, room: &Room, of: &Identity, shard: &str, number: &str, key: &str) {
        let at = room.world.now();
        let record = format!("record {number} of {shard}");
        let parsed = (shard.parse::<ShardId>(), number.parse::<SequenceNumber>());
        let (Ok(shard), Ok(number)) = parsed else {
            return self.mistake(at, &of.name, &format!("processed {record}, which no record is called"));
        };
        let stream = &self.streams[of.worker.app];
        let found = room.world.with_backend(|cloud, _, _| cloud.kinesis.ordinal_of(stream, number, Some(key)));
        let Some(from) = found.filter(|_| number.shard() == shard) else {
            return self.mistake(
                at,
                &of.name,
                &format!("processed {record} with key `{key}`, which is not in {stream}"),
            );
        };
        let (consumer, host, to) = (of.worker.consumer, of.host, from + 1);
        room.world.host(host).emit(Event::RecordsProcessed { consumer, host, shard, from, to });
    }

    /// A worker made an effect.
    pub(super) fn effect(&self, room: &Room, of: &Identity, id: &str) {
        let (consumer, host, id): (_, _, Arc<str>) = (of.worker.consumer, of.host, id.into());
        room.world.host(host).emit(Event::EffectMade { consumer, host, id });
    }
}
