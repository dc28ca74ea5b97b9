//! What an object or a request holds: many records' data, one after the other.
//!
//! Bytes are made when somebody looks at them: of a simulated run nobody may ever do.

use std::sync::Arc;

use super::payload::Payload;

/// How the bytes of a body are coded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Coding {
    /// As they are.
    #[default]
    Plain,
    /// `GZIP`.
    Gzip,
    /// `ZIP`, with one file in it.
    Zip,
    /// `Snappy`: the framing format.
    Snappy,
    /// `HADOOP_SNAPPY`: blocks as Hadoop's codec frames them.
    HadoopSnappy,
}

/// Parts that follow each other without anything between them, and how their bytes are coded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    parts: Arc<[Payload]>,
    coding: Coding,
    plain_len: u64,
}

impl Body {
    /// These parts.
    pub fn new(parts: impl Into<Arc<[Payload]>>, coding: Coding) -> Self {
        let parts = parts.into();
        let plain_len = parts.iter().map(|part| u64::from(part.len())).sum();
        Self { parts, coding, plain_len }
    }
    /// Bytes before they are coded.
    pub fn plain_len(&self) -> u64 {
        self.plain_len
    }
    /// How its bytes are coded.
    pub fn coding(&self) -> Coding {
        self.coding
    }
    /// The parts.
    pub fn parts(&self) -> &[Payload] {
        &self.parts
    }
    /// The bytes before they are coded.
    pub fn plain(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.plain_len as usize);
        self.parts.iter().for_each(|part| bytes.extend_from_slice(&part.bytes()));
        bytes
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new([Payload::from(bytes)], Coding::Plain)
    }
}
