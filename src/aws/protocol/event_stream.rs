//! Frames of an event stream: `application/vnd.amazon.eventstream`
//! (<https://smithy.io/2.0/aws/amazon-eventstream.html>).
//!
//! A frame is a prelude (its length, the length of its headers, their CRC-32), headers, a payload and a CRC-32 of all
//! of it.

use flate2::Crc;

use crate::base::SimTime;

/// The content type of a body of frames.
pub(crate) const CONTENT_TYPE: &str = "application/vnd.amazon.eventstream";

/// Bytes of a frame besides headers and payload.
const OVERHEAD: usize = 16;
/// The type of a header whose value is a string.
const STRING: u8 = 7;

/// What a source of events has to say next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// A frame, and more will follow.
    Frame(Vec<u8>),
    /// A frame that ends the stream.
    Last(Vec<u8>),
    /// Nothing before then, whatever happens.
    NotBefore(SimTime),
    /// Nothing now; something by then at the latest, or when there is news.
    Idle {
        /// By when to ask again.
        until: SimTime,
    },
    /// No more.
    Ended,
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// A frame with these headers, whose values are strings.
pub(crate) fn frame(headers: &[(&str, &str)], payload: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::new();
    for (name, value) in headers {
        encoded.push(name.len() as u8);
        encoded.extend(name.as_bytes());
        encoded.push(STRING);
        encoded.extend((value.len() as u16).to_be_bytes());
        encoded.extend(value.as_bytes());
    }
    let total = OVERHEAD + encoded.len() + payload.len();
    let mut frame = Vec::with_capacity(total);
    frame.extend((total as u32).to_be_bytes());
    frame.extend((encoded.len() as u32).to_be_bytes());
    frame.extend(crc32(&frame).to_be_bytes());
    frame.extend(encoded);
    frame.extend(payload);
    frame.extend(crc32(&frame).to_be_bytes());
    frame
}

/// A frame that is an event of this type.
pub fn event(kind: &str, content_type: &str, payload: &[u8]) -> Vec<u8> {
    frame(&[(":message-type", "event"), (":event-type", kind), (":content-type", content_type)], payload)
}

/// A frame that is an error of this type.
pub(crate) fn exception(kind: &str, content_type: &str, payload: &[u8]) -> Vec<u8> {
    frame(&[(":message-type", "exception"), (":exception-type", kind), (":content-type", content_type)], payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_as_the_specifications_example_has_it() {
        // The example of the specification: one header `content-type`, payload `{'foo':'bar'}`.
        let bytes = frame(&[("content-type", "application/json")], b"{'foo':'bar'}");
        let expected = [
            0x00, 0x00, 0x00, 0x3d, 0x00, 0x00, 0x00, 0x20, 0x07, 0xfd, 0x83, 0x96, 0x0c, 0x63, 0x6f, 0x6e, 0x74, 0x65,
            0x6e, 0x74, 0x2d, 0x74, 0x79, 0x70, 0x65, 0x07, 0x00, 0x10, 0x61, 0x70, 0x70, 0x6c, 0x69, 0x63, 0x61, 0x74,
            0x69, 0x6f, 0x6e, 0x2f, 0x6a, 0x73, 0x6f, 0x6e, 0x7b, 0x27, 0x66, 0x6f, 0x6f, 0x27, 0x3a, 0x27, 0x62, 0x61,
            0x72, 0x27, 0x7d, 0x8d, 0x9c, 0x08, 0xb1,
        ];
        assert_eq!(bytes, expected);
    }
}
