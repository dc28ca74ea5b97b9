//! What an object or a request holds: many records' data, one after the other.
//!
//! Bytes are made when somebody looks at them: of a simulated run nobody may ever do. Coded bytes are the same on every
//! machine: no time of day, name of a system or chance goes into them. Not modelled: levels of compression.

use std::io::{self, Write};
use std::sync::Arc;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc, GzBuilder};

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

impl Coding {
    /// These bytes, coded.
    pub fn encode(self, plain: Vec<u8>) -> Vec<u8> {
        let coded = match self {
            Self::Plain => Ok(plain),
            Self::Gzip => gzip(&plain),
            Self::Zip => zip(&plain),
            Self::Snappy => snappy(&plain),
            Self::HadoopSnappy => hadoop_snappy(&plain),
        };
        coded.unwrap_or_else(|error| unreachable!("memory takes every byte: {error}"))
    }
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
    pub(crate) fn plain_len(&self) -> u64 {
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
    /// The bytes as they are stored: coded anew whenever somebody looks.
    pub fn bytes(&self) -> Vec<u8> {
        self.coding.encode(self.plain())
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new([Payload::from(bytes)], Coding::Plain)
    }
}

/// One member without a time or a name (RFC 1952).
fn gzip(plain: &[u8]) -> io::Result<Vec<u8>> {
    const UNKNOWN_SYSTEM: u8 = 255;
    let header = GzBuilder::new().mtime(0).operating_system(UNKNOWN_SYSTEM);
    let mut coded = header.write(Vec::new(), Compression::default());
    coded.write_all(plain)?;
    coded.finish()
}

/// What the one file in a ZIP is called. An assumption: AWS does not say.
const ZIP_NAME: &[u8] = b"data";
/// 1 January 1980, the first day there is in a ZIP.
const ZIP_DATE: u16 = 1 << 5 | 1;

/// An archive with one file, deflated (<https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>).
///
/// By hand: two headers and an end, for which crates bring codecs and clocks.
fn zip(plain: &[u8]) -> io::Result<Vec<u8>> {
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::default());
    deflated.write_all(plain)?;
    let deflated = deflated.finish()?;
    let mut crc = Crc::new();
    crc.update(plain);
    // What both headers have: version 2.0, no flags, deflate, midnight, the day, the sums.
    let mut about = Vec::new();
    [20_u16, 0, 8, 0, ZIP_DATE].iter().for_each(|field| about.extend(field.to_le_bytes()));
    let sizes = [crc.sum(), deflated.len() as u32, plain.len() as u32];
    sizes.iter().for_each(|field| about.extend(field.to_le_bytes()));
    [ZIP_NAME.len() as u16, 0].iter().for_each(|field| about.extend(field.to_le_bytes()));

    let mut archive = [&b"PK\x03\x04"[..], &about, ZIP_NAME, &deflated].concat();
    let directory_at = archive.len() as u32;
    archive.extend(b"PK\x01\x02");
    archive.extend(20_u16.to_le_bytes());
    archive.extend(&about);
    // No comment, the first disk, no attributes; the file's header lies at the beginning.
    archive.extend([0; 14]);
    archive.extend(ZIP_NAME);
    let directory_len = archive.len() as u32 - directory_at;
    archive.extend(b"PK\x05\x06");
    [0_u16, 0, 1, 1].iter().for_each(|field| archive.extend(field.to_le_bytes()));
    [directory_len, directory_at].iter().for_each(|field| archive.extend(field.to_le_bytes()));
    archive.extend([0; 2]);
    Ok(archive)
}

/// Snappy's framing format (<https://github.com/google/snappy/blob/main/framing_format.txt>).
fn snappy(plain: &[u8]) -> io::Result<Vec<u8>> {
    let mut framed = snap::write::FrameEncoder::new(Vec::new());
    framed.write_all(plain)?;
    framed.into_inner().map_err(|failed| io::Error::other(failed.to_string()))
}

/// Bytes in one of Hadoop's blocks: its buffer of 256 KiB, less what Snappy may add to what it cannot make smaller.
const HADOOP_BLOCK: usize = 256 * 1024 - (256 * 1024 / 6 + 32);

/// Blocks of Hadoop's `BlockCompressorStream`: the length before, the length after, and what Snappy made of it.
fn hadoop_snappy(plain: &[u8]) -> io::Result<Vec<u8>> {
    let mut framed = Vec::new();
    let mut encoder = snap::raw::Encoder::new();
    for block in plain.chunks(HADOOP_BLOCK) {
        let coded = encoder.compress_vec(block)?;
        framed.extend((block.len() as u32).to_be_bytes());
        framed.extend((coded.len() as u32).to_be_bytes());
        framed.extend(coded);
    }
    Ok(framed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(coding: Coding) -> Body {
        let line = Payload::from(b"{\"page\":\"/\"}\n".to_vec());
        let parts: Vec<_> = (0..300).map(|seed| Payload::Synthetic { seed, len: 1000 }).chain([line]).collect();
        Body::new(parts, coding)
    }

    fn read(mut from: impl io::Read) -> Vec<u8> {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).expect("decodes");
        bytes
    }

    #[test]
    fn plain_bytes_are_the_parts_one_after_the_other() {
        let body = body(Coding::Plain);
        assert_eq!(body.bytes(), body.plain());
        assert_eq!(body.plain_len(), body.plain().len() as u64);
    }

    #[test]
    fn gzip_decodes_and_has_no_time_in_it() {
        let body = body(Coding::Gzip);
        let coded = body.bytes();
        assert_eq!(read(flate2::read::GzDecoder::new(&coded[..])), body.plain());
        assert_eq!(coded[4..8], [0; 4], "mtime");
        assert_eq!(coded[9], 255, "the system");
    }

    #[test]
    fn a_zip_has_one_file_that_decodes() {
        let body = body(Coding::Zip);
        let coded = body.bytes();
        let u32_at = |at: usize| u32::from_le_bytes(coded[at..at + 4].try_into().expect("four")) as usize;
        let (deflated_len, plain_len) = (u32_at(18), u32_at(22));
        let begin = 30 + ZIP_NAME.len();
        let plain = read(flate2::read::DeflateDecoder::new(&coded[begin..begin + deflated_len]));
        assert_eq!((plain.len(), &plain), (plain_len, &body.plain()));
        let mut crc = Crc::new();
        crc.update(&plain);
        assert_eq!(u32_at(14), crc.sum() as usize);
        let end = coded.len() - 22;
        assert_eq!(&coded[end..end + 4], b"PK\x05\x06");
        let directory = u32_at(end + 16);
        assert_eq!(&coded[directory..directory + 4], b"PK\x01\x02");
        assert_eq!((directory, directory + u32_at(end + 12)), (begin + deflated_len, end));
        assert_eq!(u32_at(directory + 42), 0, "where the file lies");
        assert_eq!(&coded[directory + 46..end], ZIP_NAME);
    }

    #[test]
    fn snappys_frames_decode() {
        let body = body(Coding::Snappy);
        let coded = body.bytes();
        assert_eq!(&coded[..10], b"\xff\x06\x00\x00sNaPpY");
        assert_eq!(read(snap::read::FrameDecoder::new(&coded[..])), body.plain());
    }

    #[test]
    fn hadoops_blocks_decode_and_none_is_larger_than_its_buffer() {
        let body = body(Coding::HadoopSnappy);
        let (coded, mut plain, mut blocks) = (body.bytes(), Vec::new(), 0);
        let mut rest = &coded[..];
        while let Some((lengths, following)) = rest.split_at_checked(8) {
            let length = |at: usize| u32::from_be_bytes(lengths[at..at + 4].try_into().expect("four")) as usize;
            let block = snap::raw::Decoder::new().decompress_vec(&following[..length(4)]).expect("decodes");
            assert_eq!(block.len(), length(0));
            assert!(length(4) <= 256 * 1024);
            plain.extend(block);
            rest = &following[length(4)..];
            blocks += 1;
        }
        assert_eq!((plain, blocks), (body.plain(), 2));
    }

    #[test]
    fn no_bytes_are_coded_as_what_decodes_to_no_bytes() {
        assert_eq!(read(flate2::read::GzDecoder::new(&Coding::Gzip.encode(Vec::new())[..])), b"");
        assert_eq!(read(snap::read::FrameDecoder::new(&Coding::Snappy.encode(Vec::new())[..])), b"");
    }

    #[test]
    fn coded_bytes_do_not_change_unseen() {
        let sums = [Coding::Gzip, Coding::Zip, Coding::Snappy, Coding::HadoopSnappy]
            .map(|coding| xxhash_rust::xxh3::xxh3_64(&coding.encode(b"the same bytes on every machine ".repeat(9))));
        assert_eq!(sums, [1133182988655134076, 5549822249656502899, 14132158016014514151, 13993331871911818470]);
    }
}
