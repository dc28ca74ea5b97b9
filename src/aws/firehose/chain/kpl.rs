//! Records that the Kinesis Producer Library put together
//! (<https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md>): four bytes, a protobuf
//! message and its MD5.
//!
//! The few fields that count are read by hand. What is not exactly of the format is a record like any other. Not
//! modelled: explicit hash keys, tags.

use md5::{Digest as _, Md5};

/// What such a record begins with.
const MAGIC: [u8; 4] = [0xf3, 0x89, 0x9a, 0xc2];
const MD5_LEN: usize = 16;

/// A record of the producer's user: its partition key and its data.
pub(super) type UserRecord<'a> = (&'a str, &'a [u8]);

/// The records within, if these bytes are such a record.
pub(super) fn user_records(bytes: &[u8]) -> Option<Vec<UserRecord<'_>>> {
    let message = bytes.strip_prefix(&MAGIC)?;
    let (message, sum) = message.split_at_checked(message.len().checked_sub(MD5_LEN)?)?;
    if Md5::digest(message).as_slice() != sum {
        return None;
    }
    let (mut keys, mut records) = (Vec::new(), Vec::new());
    let mut rest = Reader(message);
    while let Some(field) = rest.field()? {
        match field {
            (1, Wire::Bytes(key)) => keys.push(std::str::from_utf8(key).ok()?),
            (3, Wire::Bytes(record)) => records.push(record_of(record)?),
            _ => {}
        }
    }
    let with_key = |(key, data): (u64, _)| Some((*keys.get(usize::try_from(key).ok()?)?, data));
    let records: Vec<_> = records.into_iter().map(with_key).collect::<Option<_>>()?;
    (!records.is_empty()).then_some(records)
}

/// Index of its key, and its data.
fn record_of(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (mut key, mut data, mut rest) = (None, None, Reader(bytes));
    while let Some(field) = rest.field()? {
        match field {
            (1, Wire::Number(index)) => key = Some(index),
            (3, Wire::Bytes(bytes)) => data = Some(bytes),
            _ => {}
        }
    }
    Some((key?, data?))
}

/// A value as protobuf writes it; fixed lengths are passed over.
enum Wire<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    Fixed,
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Number and value of the next field; `Some(None)` at the end, `None` when it cannot be read.
    fn field(&mut self) -> Option<Option<(u64, Wire<'a>)>> {
        if self.0.is_empty() {
            return Some(None);
        }
        let tag = self.varint()?;
        let value = match tag & 7 {
            0 => Wire::Number(self.varint()?),
            1 => self.take(8).map(|_| Wire::Fixed)?,
            2 => {
                let len = usize::try_from(self.varint()?).ok()?;
                Wire::Bytes(self.take(len)?)
            }
            5 => self.take(4).map(|_| Wire::Fixed)?,
            _ => return None,
        };
        Some(Some((tag >> 3, value)))
    }
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }
    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    fn varint(mut number: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        while number > 0x7f {
            bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        bytes.push(number as u8);
        bytes
    }
    fn bytes_field(number: u64, bytes: &[u8]) -> Vec<u8> {
        [varint(number << 3 | 2), varint(bytes.len() as u64), bytes.to_vec()].concat()
    }

    /// A record as the library makes it, with a key for each record.
    pub(in crate::aws::firehose::chain) fn aggregated(records: &[(&str, &[u8])]) -> Vec<u8> {
        let keys = records.iter().flat_map(|(key, _)| bytes_field(1, key.as_bytes()));
        let record = |(index, (_, data)): (usize, &(&str, &[u8]))| {
            let fields = [varint(1 << 3), varint(index as u64), bytes_field(3, data)].concat();
            bytes_field(3, &fields)
        };
        let message: Vec<u8> = keys.chain(records.iter().enumerate().flat_map(record)).collect();
        [&MAGIC[..], &message, &Md5::digest(&message)].concat()
    }

    #[test]
    fn user_records_come_back_with_their_keys() {
        let long = vec![7; 300];
        let records: &[(&str, &[u8])] = &[("a", b"one"), ("b", b""), ("a", &long)];
        assert_eq!(user_records(&aggregated(records)), Some(records.to_vec()));
    }

    #[test]
    fn a_message_of_other_bytes_than_its_sum_says_is_none() {
        let mut bytes = aggregated(&[("a", b"one")]);
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        assert_eq!(user_records(&bytes), None);
        assert_eq!(user_records(&aggregated(&[])), None, "nothing in it");
        assert_eq!(user_records(b""), None);
        assert_eq!(user_records(&MAGIC), None);
    }

    proptest! {
        #[test]
        fn no_message_is_too_strange(message in prop::collection::vec(any::<u8>(), 0..200)) {
            user_records(&[&MAGIC[..], &message, &Md5::digest(&message)].concat());
        }
    }
}
