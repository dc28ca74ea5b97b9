//! Shard iterators and paging tokens as clients see them: opaque texts with a checksum, so that a text that was not
//! made here is refused and not misread. AWS encrypts them; nothing secret is in these.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::aws::kinesis::api::{ConsumersToken, ListShardsToken, ListStreamsToken, ShardFilter, ShardIterator};
use crate::base::{ShardId, SimTime, StreamId};

/// Tells tokens of one kind from those of another.
#[derive(Clone, Copy)]
enum Kind {
    ShardIterator = 1,
    ListShards = 2,
    ListConsumers = 3,
    ListStreams = 4,
}

/// The text of an iterator.
pub fn iterator_text(iterator: &ShardIterator) -> String {
    let mut token = Writer::default();
    token.number(iterator.stream_id.0.into());
    token.number(iterator.shard.0.into());
    token.number(iterator.next_ordinal);
    token.number(iterator.issued_at.as_nanos());
    token.text(iterator.stream.as_str());
    STANDARD.encode(in_blocks(&token.sealed(Kind::ShardIterator), iterator.stream.as_str().len()))
}

/// What stands before an iterator of production, and how many bytes follow at least.
const ITERATOR_HEAD: [u8; 8] = [0, 0, 0, 0, 0, 0, 0, 1];
const ITERATOR_BYTES: usize = 144;

/// Bytes as production has them, whose iterators are enciphered: a head, and blocks of 16 bytes whose number grows with
/// the stream's name (kinesalite observed it: <https://github.com/mhart/kinesalite>, `db/index.js`). Ours are filled
/// up, and end in how many bytes of the blocks are filling.
fn in_blocks(body: &[u8], name_len: usize) -> Vec<u8> {
    let len = ITERATOR_BYTES + 16 * ((name_len + 2) / 16);
    let filling = len.saturating_sub(body.len());
    let noise = (0..filling as u64).map(|at| xxh3_64_with_seed(body, at) as u8);
    let mut bytes: Vec<u8> = ITERATOR_HEAD.into_iter().chain(body.iter().copied()).chain(noise).collect();
    if let Some(last) = bytes.last_mut() {
        *last = filling as u8;
    }
    bytes
}

/// The bytes that were filled up so.
fn of_blocks(bytes: &[u8]) -> Option<&[u8]> {
    let blocks = bytes.strip_prefix(&ITERATOR_HEAD)?;
    let body = blocks.get(..blocks.len().checked_sub(usize::from(*blocks.last()?))?)?;
    let name_len = body.len().checked_sub(40)?;
    (in_blocks(body, name_len) == bytes).then_some(body)
}

/// The iterator behind a text.
pub fn iterator(text: &str) -> Option<ShardIterator> {
    // Production takes one that its caller forgot to take out of JSON.
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let blocks = STANDARD.decode(text).ok()?;
    let token = checked(of_blocks(&blocks)?, Kind::ShardIterator)?;
    let mut token = Reader(token);
    let stream_id = StreamId(token.number()?.try_into().ok()?);
    let shard = ShardId(token.number()?.try_into().ok()?);
    let next_ordinal = token.number()?;
    let issued_at = SimTime::from_nanos(token.number()?);
    Some(ShardIterator { stream: token.rest()?.parse().ok()?, stream_id, shard, next_ordinal, issued_at })
}

/// The text of a paging token of ListShards.
pub fn list_shards_text(page: &ListShardsToken) -> String {
    let (filter, argument) = match page.filter {
        ShardFilter::AfterShardId(shard) => (0, shard.0.into()),
        ShardFilter::AtTrimHorizon => (1, 0),
        ShardFilter::FromTrimHorizon => (2, 0),
        ShardFilter::AtLatest => (3, 0),
        ShardFilter::AtTimestamp(time) => (4, time),
        ShardFilter::FromTimestamp(time) => (5, time),
    };
    let mut token = Writer::default();
    token.number(page.stream_id.0.into());
    token.number(page.issued_at.as_nanos());
    token.number(page.after.0.into());
    token.number(filter);
    token.number(argument);
    token.text(page.stream.as_str());
    token.finish(Kind::ListShards)
}

/// The paging token of ListShards behind a text.
pub fn list_shards(text: &str) -> Option<ListShardsToken> {
    let token = open(text, Kind::ListShards)?;
    let mut token = Reader(&token);
    let stream_id = StreamId(token.number()?.try_into().ok()?);
    let issued_at = SimTime::from_nanos(token.number()?);
    let after = ShardId(token.number()?.try_into().ok()?);
    let (filter, argument) = (token.number()?, token.number()?);
    let filter = match filter {
        0 => ShardFilter::AfterShardId(ShardId(argument.try_into().ok()?)),
        1 => ShardFilter::AtTrimHorizon,
        2 => ShardFilter::FromTrimHorizon,
        3 => ShardFilter::AtLatest,
        4 => ShardFilter::AtTimestamp(argument),
        5 => ShardFilter::FromTimestamp(argument),
        _ => return None,
    };
    Some(ListShardsToken { stream: token.rest()?.parse().ok()?, stream_id, issued_at, after, filter })
}

/// The text of a paging token of ListStreamConsumers.
pub fn consumers_text(page: &ConsumersToken) -> String {
    let mut token = Writer::default();
    token.number(page.stream_id.0.into());
    token.number(page.issued_at.as_nanos());
    token.text(&page.after);
    token.finish(Kind::ListConsumers)
}

/// The paging token of ListStreamConsumers behind a text.
pub fn consumers(text: &str) -> Option<ConsumersToken> {
    let token = open(text, Kind::ListConsumers)?;
    let mut token = Reader(&token);
    let stream_id = StreamId(token.number()?.try_into().ok()?);
    let issued_at = SimTime::from_nanos(token.number()?);
    Some(ConsumersToken { stream_id, issued_at, after: token.rest()?.into() })
}

/// The text of a paging token of ListStreams.
pub(crate) fn list_streams_text(page: &ListStreamsToken) -> String {
    let mut token = Writer::default();
    token.number(page.issued_at.as_nanos());
    token.text(page.after.as_str());
    token.finish(Kind::ListStreams)
}

/// The paging token of ListStreams behind a text.
pub fn list_streams(text: &str) -> Option<ListStreamsToken> {
    let token = open(text, Kind::ListStreams)?;
    let mut token = Reader(&token);
    let issued_at = SimTime::from_nanos(token.number()?);
    Some(ListStreamsToken { issued_at, after: token.rest()?.parse().ok()? })
}

#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, number: u64) {
        self.0.extend(number.to_be_bytes());
    }
    fn text(&mut self, text: &str) {
        self.0.extend(text.bytes());
    }
    fn sealed(mut self, kind: Kind) -> Vec<u8> {
        let checksum = xxh3_64_with_seed(&self.0, kind as u64);
        self.number(checksum);
        self.0
    }
    fn finish(self, kind: Kind) -> String {
        STANDARD.encode(self.sealed(kind))
    }
}

fn open(text: &str, kind: Kind) -> Option<Vec<u8>> {
    checked(&STANDARD.decode(text).ok()?, kind).map(ToOwned::to_owned)
}

/// What a token says, if its checksum is that of its kind.
fn checked(bytes: &[u8], kind: Kind) -> Option<&[u8]> {
    let (body, checksum) = bytes.split_last_chunk::<8>()?;
    let is_ours = xxh3_64_with_seed(body, kind as u64) == u64::from_be_bytes(*checksum);
    is_ours.then_some(body)
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn number(&mut self) -> Option<u64> {
        let (number, rest) = self.0.split_first_chunk::<8>()?;
        self.0 = rest;
        Some(u64::from_be_bytes(*number))
    }
    fn rest(&self) -> Option<&'a str> {
        std::str::from_utf8(self.0).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn an_iterator() -> ShardIterator {
        ShardIterator {
            stream: "clicks".parse().expect("a name"),
            stream_id: StreamId(3),
            shard: ShardId(70_000),
            next_ordinal: u64::MAX / 3,
            issued_at: SimTime::from_nanos(123_456_789),
        }
    }

    #[test]
    fn an_iterator_comes_back_from_its_text_and_is_short_enough() {
        let mut one = an_iterator();
        assert_eq!(iterator(&iterator_text(&one)), Some(one.clone()));
        one.stream = "x".repeat(128).parse().expect("a name");
        assert!(iterator_text(&one).len() <= 512);
        let quoted = format!("\"{}\"", iterator_text(&one));
        assert_eq!(iterator(&quoted), Some(one), "in quotes too");
    }

    #[test]
    fn an_iterator_has_the_length_and_the_head_of_productions() {
        for len in [1, 6, 13, 14, 29, 30, 128] {
            let iterator = ShardIterator { stream: "x".repeat(len).parse().expect("a name"), ..an_iterator() };
            let bytes = STANDARD.decode(iterator_text(&iterator)).expect("base64");
            assert_eq!((bytes.len(), &bytes[..8]), (152 + 16 * ((len + 2) / 16), &ITERATOR_HEAD[..]), "{len}");
        }
    }

    #[test]
    fn a_paging_token_comes_back_from_its_text() {
        for filter in [ShardFilter::AtLatest, ShardFilter::AfterShardId(ShardId(7)), ShardFilter::FromTimestamp(9)] {
            let (stream, stream_id) = ("clicks".parse().expect("a name"), StreamId(3));
            let issued_at = SimTime::from_secs(5);
            let page = ListShardsToken { stream, stream_id, issued_at, after: ShardId(99), filter };
            assert_eq!(list_shards(&list_shards_text(&page)), Some(page));
        }
        let page = ConsumersToken { stream_id: StreamId(3), issued_at: SimTime::from_secs(5), after: "c".into() };
        assert_eq!(consumers(&consumers_text(&page)), Some(page));
        let page = ListStreamsToken { issued_at: SimTime::from_secs(5), after: "clicks".parse().expect("a name") };
        assert_eq!(list_streams(&list_streams_text(&page)), Some(page));
    }

    #[test]
    fn a_token_of_another_kind_or_with_a_changed_letter_is_refused() {
        let text = iterator_text(&an_iterator());
        assert_eq!(list_shards(&text), None);
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(iterator(&String::from_utf8_lossy(&changed)), None, "letter {at}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
            prop_assert_eq!(iterator(&text), None);
            prop_assert_eq!(list_shards(&text), None);
        }
    }
}
