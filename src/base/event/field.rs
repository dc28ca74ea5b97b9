//! How each type of event field is encoded for the trace hash and shown by name to exports.

use std::ops::Deref;
use std::sync::Arc;

use crate::base::hash_key::HashKeyRange;
use crate::base::ids::{
    ConsumerId, DeliveryId, DeliveryName, HostId, ShardId, StreamId, StreamName, TableId, TableName,
};
use crate::base::item::{AttributeValue, Item};
use crate::base::partition_key::PartitionKey;
use crate::base::position::Position;
use crate::base::sequence_number::SequenceNumber;
use crate::base::time::SimDuration;

/// Collects the canonical encoding of one event.
///
/// Most events are a few numbers: those are put together in place and appended at once.
pub struct Encoder<'a> {
    out: &'a mut Vec<u8>,
    numbers: [u8; NUMBERS_BYTES],
    len: usize,
}

const NUMBERS_BYTES: usize = 128;

impl<'a> Encoder<'a> {
    /// Appends to `out`.
    #[inline]
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out, numbers: [0; NUMBERS_BYTES], len: 0 }
    }
    /// Appends the bytes of a number.
    // Always: with its length known when compiled, putting a number is one store.
    #[inline(always)]
    pub fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        if self.len + N > NUMBERS_BYTES {
            self.finish();
        }
        self.numbers[self.len..self.len + N].copy_from_slice(&bytes);
        self.len += N;
    }
    /// Appends a text with its length.
    pub(crate) fn put_text(&mut self, text: &str) {
        self.put((text.len() as u32).to_le_bytes());
        let end = self.len + text.len();
        // Most texts are short keys: they are put among the numbers.
        if end <= NUMBERS_BYTES {
            self.numbers[self.len..end].copy_from_slice(text.as_bytes());
            self.len = end;
        } else {
            self.finish();
            self.out.extend_from_slice(text.as_bytes());
        }
    }
    /// Hands on what was put so far.
    #[inline]
    pub fn finish(&mut self) {
        self.out.extend_from_slice(&self.numbers[..self.len]);
        self.len = 0;
    }
}

/// Receives an event's fields by name.
pub trait FieldVisitor {
    /// A number.
    fn number(&mut self, name: &'static str, value: u64);
    /// A length of time. Its unit is the same wherever a duration is shown.
    fn duration(&mut self, name: &'static str, value: SimDuration);
    /// Yes or no.
    fn flag(&mut self, name: &'static str, value: bool);
    /// Text.
    fn text(&mut self, name: &'static str, value: &str);
    /// A field without a value.
    fn absent(&mut self, name: &'static str);
    /// A host, which the visitor may know by name.
    fn host(&mut self, name: &'static str, value: HostId);
    /// A stream, which the visitor may know by name.
    fn stream(&mut self, name: &'static str, value: StreamId);
    /// A table, which the visitor may know by name.
    fn table(&mut self, name: &'static str, value: TableId);
    /// A consumer, which the visitor may know by name.
    fn consumer(&mut self, name: &'static str, value: ConsumerId);
    /// A delivery stream, which the visitor may know by name.
    fn delivery(&mut self, name: &'static str, value: DeliveryId);
    /// A shard.
    fn shard(&mut self, name: &'static str, value: ShardId);
    /// An item.
    fn item(&mut self, name: &'static str, value: &Item);
}

/// A type that events may have as a field.
pub trait Field {
    /// Appends the canonical encoding: little-endian integers, length-prefixed text.
    fn encode(&self, out: &mut Encoder<'_>);
    /// Shows the field to `visitor`.
    fn visit(&self, name: &'static str, visitor: &mut dyn FieldVisitor);
}

macro_rules! integers {
    ($($ty:ty),*) => {$(
        impl Field for $ty {
            #[inline]
            fn encode(&self, out: &mut Encoder<'_>) { out.put(self.to_le_bytes()); }
            fn visit(&self, name: &'static str, visitor: &mut dyn FieldVisitor) {
                visitor.number(name, u64::from(*self));
            }
        }
    )*};
}
integers!(u8, u32, u64);

macro_rules! ids {
    ($($ty:ty => $method:ident),*) => {$(
        impl Field for $ty {
            #[inline]
            fn encode(&self, out: &mut Encoder<'_>) { out.put(self.0.to_le_bytes()); }
            fn visit(&self, name: &'static str, visitor: &mut dyn FieldVisitor) { visitor.$method(name, *self); }
        }
    )*};
}
ids!(DeliveryId => delivery, HostId => host, StreamId => stream, TableId => table, ConsumerId => consumer);

macro_rules! texts {
    ($($ty:ty => |$v:ident| $text:expr),*) => {$(
        impl Field for $ty {
            #[inline]
            fn encode(&self, out: &mut Encoder<'_>) { let $v = self; out.put_text($text); }
            fn visit(&self, name: &'static str, visitor: &mut dyn FieldVisitor) {
                let $v = self;
                visitor.text(name, $text);
            }
        }
    )*};
}
texts!(
    Arc<str> => |v| v,
    &'static str => |v| v,
    DeliveryName => |v| v.as_str(),
    StreamName => |v| v.as_str(),
    TableName => |v| v.as_str()
);

impl Field for PartitionKey {
    /// The hash key stands for the text: equal keys have equal hashes, and 16 bytes encode fast.
    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(self.hash_key().get().to_le_bytes());
    }
    fn visit(&self, name: &'static str, visitor: &mut dyn FieldVisitor) {
        visitor.text(name, self.as_str());
    }
}

impl Field for SimDuration {
    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(self.as_nanos().to_le_bytes());
    }
    fn visit(&self, name: &'static str, visitor: &mut dyn FieldVisitor) {
        visitor.duration(name, *self);
    }
}

impl Field for bool {
    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) {
        out.put([u8::from(*self)]);
    }
    fn visit(&self, name: &'static str, visitor: &mut dyn FieldVisitor) {
        visitor.flag(name, *self);
    }
}

impl Field for ShardId {
    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) {
        self.0.encode(out);
    }
    fn visit(&self, name: &'static str, visitor: &mut dyn FieldVisitor) {
        visitor.shard(name, *self);
    }
}

impl Field for HashKeyRange {
    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(self.start.get().to_le_bytes());
        out.put(self.end.get().to_le_bytes());
    }
    fn visit(&self, name: &'static str, visitor: &mut dyn FieldVisitor) {
        visitor.text(name, &format!("{}-{}", self.start, self.end));
    }
}

impl Field for SequenceNumber {
    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) {
        self.shard_created_unix_s().encode(out);
        self.index().encode(out);
        self.time_unix_s().encode(out);
        self.shard().encode(out);
    }
    fn visit(&self, name: &'static str, visitor: &mut dyn FieldVisitor) {
        visitor.text(name, &self.to_string());
    }
}

impl Field for Position {
    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::TrimHorizon => out.put([0]),
            Self::Latest => out.put([1]),
            Self::AtTimestamp { unix_ms } => {
                out.put([2]);
                unix_ms.encode(out);
            }
            Self::AtSequenceNumber(number) => {
                out.put([3]);
                number.encode(out);
            }
            Self::AfterSequenceNumber(number) => {
                out.put([4]);
                number.encode(out);
            }
            Self::Checkpoint(number) => {
                out.put([5]);
                number.encode(out);
            }
            Self::SavedIterator => out.put([6]),
            Self::ShardEnd => out.put([7]),
        }
    }
    fn visit(&self, name: &'static str, visitor: &mut dyn FieldVisitor) {
        visitor.text(name, &self.to_string());
    }
}

impl<T: Field> Field for Option<T> {
    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) {
        out.put([u8::from(self.is_some())]);
        if let Some(value) = self {
            value.encode(out);
        }
    }
    fn visit(&self, name: &'static str, visitor: &mut dyn FieldVisitor) {
        match self {
            Some(value) => value.visit(name, visitor),
            None => visitor.absent(name),
        }
    }
}

impl Field for Arc<Item> {
    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) {
        for (name, value) in self.iter() {
            out.put_text(name);
            encode_value(value, out);
        }
        out.put([0xff]);
    }
    fn visit(&self, name: &'static str, visitor: &mut dyn FieldVisitor) {
        visitor.item(name, self);
    }
}

/// An item that a write replaced.
///
/// Its contents were told by the write before that, so the canonical encoding only has that there was one.
#[derive(Clone, Debug, PartialEq)]
pub struct Replaced(pub Arc<Item>);

impl Deref for Replaced {
    type Target = Item;
    fn deref(&self) -> &Item {
        &self.0
    }
}

impl Field for Replaced {
    fn encode(&self, _: &mut Encoder<'_>) {}
    fn visit(&self, name: &'static str, visitor: &mut dyn FieldVisitor) {
        visitor.item(name, self);
    }
}

fn encode_value(value: &AttributeValue, out: &mut Encoder<'_>) {
    match value {
        AttributeValue::S(s) => {
            out.put([0]);
            out.put_text(s);
        }
        AttributeValue::N(n) => {
            out.put([1]);
            out.finish();
            n.encode_parts(out.out);
        }
        // Rare in the event stream: the debug text is canonical because every container is ordered.
        other => {
            out.put([2]);
            out.put_text(&format!("{other:?}"));
        }
    }
}
