//! The file of a run's events: lines of JSON (see [`super::export`]) as one LZ4 frame, `events.ndjson.lz4`.
//!
//! LZ4 because a run makes text faster than other packers take it: zlib at its fastest needs over twice the time, zstd
//! a fifth more to half as much again, for files of about the same size. It is packed on a thread of its own, in the
//! order in which lines come and in pieces of one size, so the file is the same bytes every time.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};

use lz4_flex::frame::{BlockSize, FrameDecoder, FrameEncoder, FrameInfo};

use super::export::EventsWriter;
use super::files::{make_folder, with_path};
use crate::base::event::EventKind;
use crate::base::{Event, Fold, SimTime};

/// What the file is called.
pub(crate) const FILE_NAME: &str = "events.ndjson.lz4";

/// Text of events that is written unless all is asked for, in bytes; a thirtieth to a tenth of that on the disk.
const TEXT_BYTES_MAX: u64 = 1_000_000_000;

/// Which events a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventsKept {
    /// All of them while their text stays below [`TEXT_BYTES_MAX`], from then on marks only.
    Fitting,
    /// Marks only: what happens to streams, shards, hosts, leases and sessions, but no single call or record.
    Marks,
    /// All of them.
    All,
}

/// The fold that writes the file.
pub(crate) struct EventsFile {
    writer: EventsWriter<Packer>,
    kept: EventsKept,
    only_marks_since: Option<SimTime>,
    text_bytes_max: u64,
}

impl EventsFile {
    /// Begins the file in `dir`, which is made if need be.
    pub(crate) fn create(dir: &Path, kept: EventsKept) -> io::Result<Self> {
        make_folder(dir)?;
        let path = dir.join(FILE_NAME);
        let file = File::create(&path).map_err(|error| with_path(&path, &error))?;
        let writer = EventsWriter::new(Packer::new(file));
        Ok(Self { writer, kept, only_marks_since: None, text_bytes_max: TEXT_BYTES_MAX })
    }

    /// Ends the file, and says in a sentence what it has.
    pub(crate) fn finish(self) -> io::Result<String> {
        self.writer.finish()?.finish()?;
        Ok(match (self.kept, self.only_marks_since) {
            (EventsKept::Marks, _) => "marks only, no single calls and records".to_owned(),
            (_, Some(since)) => {
                let gigabytes = self.text_bytes_max as f64 / 1e9;
                format!("all up to {since} ({gigabytes} GB of text), then marks only; --events all keeps all")
            }
            (_, None) => "all".to_owned(),
        })
    }

    fn takes(&mut self, at: SimTime, event: &Event) -> bool {
        let is_full = self.kept == EventsKept::Fitting && self.writer.written_bytes() >= self.text_bytes_max;
        if is_full && self.only_marks_since.is_none() {
            self.only_marks_since = Some(at);
            self.writer.note(at, "OnlyMarksFromHere");
        }
        let is_whole = self.kept != EventsKept::Marks && self.only_marks_since.is_none();
        is_whole || is_mark(event.kind())
    }
}

impl Fold for EventsFile {
    fn on(&mut self, at: SimTime, event: &Event) {
        match self.takes(at, event) {
            true => self.writer.on(at, event),
            false => self.writer.skip(at, event),
        }
    }
}

/// Takes away what an earlier run left in `dir`: events beside another run's report would mislead.
pub(crate) fn remove(dir: &Path) -> io::Result<()> {
    let path = dir.join(FILE_NAME);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(with_path(&path, &error)),
        _ => Ok(()),
    }
}

/// What an opened events file says, as it stands there. Whoever reads events reads them through this.
pub(super) fn text_of(file: File) -> BufReader<FrameDecoder<File>> {
    BufReader::new(FrameDecoder::new(file))
}

/// Whether an event is a mark of the run's course rather than one call or record of very many.
pub(crate) const fn is_mark(kind: EventKind) -> bool {
    use EventKind::*;
    match kind {
        HostDeclared | HostCrashed | HostRestarted | HostPaused | HostResumed | FaultBegan | FaultEnded
        | FaultMissed | FaultsHealed | ActionTaken | RunEnded | ProducerDeclared | ProducerStarted
        | ConsumerDeclared | WorkerStarted | WorkerStopped | LeaseGained | LeaseLost | LeasesCreated
        | LeaseHoleFound | ProcessingStarted | ProcessingEnded | StreamDeclared | StreamStatusChanged
        | RetentionChanged | ShardOpened | ShardClosed | ShardExpired | IteratorExpired | ZoneChanged
        | EncryptionChanged | RecordSizeChanged | StreamModeChanged | TableDeclared | TableCapacityChanged
        | EffectsFenced | DeliveryDeclared | DeliveryDeleted | HintsDeclared => true,
        MessageLost
        | MessageDuplicated
        | CallTimedOut
        | RecordGivenUp
        | PositionSaved
        | IteratorIssued
        | RecordsReplicated
        | PutFinished
        | LeaseRenewalFailed
        | IteratorRequested
        | RecordsProcessed
        | RecordsSkipped
        | CheckpointAttempted
        | CheckpointRefused
        | EffectMade
        | CallRefused
        | RecordAccepted
        | RecordRefused
        | PutAnswered
        | RecordsRead
        | ReadRefused
        | RecordsTrimmed
        | SubscriptionRead
        | SubscriptionBegan
        | FanOutConsumersChanged
        | ProcessorThrew
        | UnitsConsumed
        | TableThrottled
        | ConditionFailed
        | ItemWritten
        | StaleRead
        | EffectsApplied
        | DeliveryAccepted
        | DeliveryRefused
        | DeliveryPutAnswered
        | BufferClosed
        | DeliveryAttempted
        | DeliveryAttemptFailed
        | DeliverySucceeded
        | RecordsDropped
        | RecordsFailed
        | RecordsExpired
        | FunctionReturned
        | PartitionsActive
        | RecordTakenApart
        | RecordPartitioned
        | ObjectPut
        | ObjectDeleted
        | RecordsArrived
        | SinkRefused => false,
    }
}

/// Whether an event tells what goes wrong with a call or a record.
pub(crate) const fn is_trouble(kind: EventKind) -> bool {
    use EventKind::*;
    matches!(
        kind,
        MessageLost
            | MessageDuplicated
            | CallTimedOut
            | RecordGivenUp
            | LeaseRenewalFailed
            | RecordsSkipped
            | CheckpointRefused
            | CallRefused
            | RecordRefused
            | ReadRefused
            | RecordsTrimmed
            | ProcessorThrew
            | TableThrottled
            | ConditionFailed
            | StaleRead
            | DeliveryRefused
            | DeliveryAttemptFailed
            | RecordsFailed
            | RecordsExpired
            | SinkRefused
    )
}

/// Bytes that are handed over at once.
const PIECE_BYTES: usize = 256 * 1024;
/// Pieces that may wait. More would only be memory.
const PIECES_WAITING_MAX: usize = 4;

/// Packs what is written, on another thread.
struct Packer {
    piece: Vec<u8>,
    full: SyncSender<Vec<u8>>,
    /// Pieces that have been packed, to be filled again.
    empty: Receiver<Vec<u8>>,
    thread: JoinHandle<io::Result<()>>,
}

impl Packer {
    fn new(file: File) -> Self {
        let (full, to_pack) = sync_channel::<Vec<u8>>(PIECES_WAITING_MAX);
        let (packed, empty) = channel();
        let thread = thread::spawn(move || {
            let frame = FrameInfo::new().block_size(BlockSize::Max256KB);
            let mut encoder = FrameEncoder::with_frame_info(frame, BufWriter::new(file));
            for mut piece in to_pack {
                encoder.write_all(&piece)?;
                piece.clear();
                // Whoever filled it may be done.
                let _ = packed.send(piece);
            }
            encoder.finish()?.flush()
        });
        Self { piece: Vec::with_capacity(PIECE_BYTES), full, empty, thread }
    }

    fn hand_over(&mut self) -> io::Result<()> {
        let next = self.empty.try_recv().unwrap_or_else(|_| Vec::with_capacity(PIECE_BYTES));
        let piece = std::mem::replace(&mut self.piece, next);
        // The other thread ends early only on an error, which `finish` tells.
        self.full.send(piece).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn finish(mut self) -> io::Result<()> {
        let handed_over = self.hand_over();
        drop(self.full);
        match self.thread.join() {
            Ok(packed) => packed.and(handed_over),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

impl Write for Packer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(PIECE_BYTES - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        if self.piece.len() == PIECE_BYTES {
            self.hand_over()?;
        }
        Ok(taken)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::base::HostId;

    fn crash() -> Event {
        Event::HostCrashed { host: HostId(1) }
    }
    fn traffic() -> Event {
        Event::CallRefused { service: "kinesis", operation: "PutRecord", host: HostId(1), error: "InternalFailure" }
    }

    /// What a file with a small bound has, and what is said of it.
    fn written(kept: EventsKept, text_bytes_max: u64, events: &[Event]) -> (String, String) {
        let name = format!("kinesim-events-{}-{kept:?}-{text_bytes_max}", std::process::id());
        let dir = std::env::temp_dir().join(name);
        let mut file = EventsFile::create(&dir, kept).expect("a folder");
        file.text_bytes_max = text_bytes_max;
        events.iter().for_each(|event| file.on(SimTime::ZERO, event));
        let said = file.finish().expect("room on the disk");
        let mut text = String::new();
        text_of(File::open(dir.join(FILE_NAME)).expect("it is there"))
            .read_to_string(&mut text)
            .expect("a whole frame");
        fs::remove_dir_all(dir).expect("ours");
        (text, said)
    }

    fn kinds(text: &str) -> Vec<String> {
        let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
        lines.map(|line| line["event"].as_str().expect("text").to_owned()).collect()
    }

    #[test]
    fn marks_leave_out_calls_and_all_keeps_them_whatever_their_size() {
        let events = [traffic(), crash(), traffic()];
        let (text, said) = written(EventsKept::Marks, 1, &events);
        assert_eq!((kinds(&text).join(" "), &*said), ("HostCrashed".into(), "marks only, no single calls and records"));
        let (text, said) = written(EventsKept::All, 1, &events);
        assert_eq!((kinds(&text).len(), &*said), (3, "all"));
    }

    #[test]
    fn what_does_not_fit_is_left_out_but_for_marks_and_both_the_file_and_the_user_are_told() {
        let (text, said) = written(EventsKept::Fitting, 1, &[traffic(), traffic(), crash(), traffic()]);
        assert_eq!(kinds(&text), ["CallRefused", "OnlyMarksFromHere", "HostCrashed"]);
        assert!(said.starts_with("all up to 0:00:00.000") && said.contains("--events all"), "{said}");
    }

    #[test]
    fn pieces_come_out_in_the_order_in_which_they_went_in() {
        let mut events = vec![traffic(); 20_000];
        events.push(crash());
        let (text, _) = written(EventsKept::All, 2, &events);
        assert!(text.len() > 3 * PIECE_BYTES, "several pieces");
        let kinds = kinds(&text);
        assert_eq!((kinds.len(), kinds.last().map(String::as_str)), (20_001, Some("HostCrashed")));
    }
}
