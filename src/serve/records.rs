//! `GET records`: the newest records of a shard, without reading them as a client would.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::app::App;
use super::query;
use crate::aws::kinesis::api;
use crate::base::ShardId;

/// So many are given when nothing is said, and at most.
const RECORDS: u64 = 20;
const RECORDS_MAX: u64 = 500;
/// More of a record's data is not given.
const SHOWN_BYTES_MAX: usize = 2048;

/// A record, as the page shows it.
#[derive(Serialize)]
pub(super) struct Shown {
    sequence_number: String,
    partition_key: String,
    arrived_unix_ms: u64,
    arrived: String,
    /// Of its data, without the partition key.
    data_bytes: u32,
    /// The beginning of the data as text; absent when it is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The beginning of the data that is no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
    /// Whether there is more of it.
    is_cut: bool,
}

/// The records that a query asks for, the newest first.
///
/// # Errors
/// What is wrong with the query.
pub(super) fn newest(app: &App, query: &str) -> Result<Vec<Shown>, String> {
    let get = |key| query::value(query, key).ok_or_else(|| format!("give ?stream=NAME&shard=ID: `{key}` is missing"));
    let (stream, shard) = (get("stream")?, get("shard")?);
    let count = query::value(query, "last").map_or(Ok(RECORDS), |last| last.parse());
    let count = count.map_err(|_| "`last` is a number".to_owned())?.min(RECORDS_MAX);
    let missing = || format!("there is no shard {shard} in a stream {stream}");
    let (Ok(name), Ok(id)) = (stream.parse(), shard.parse::<ShardId>()) else { return Err(missing()) };
    let records = app.live.look(|cloud| cloud.kinesis.newest(&name, id, count)).ok_or_else(missing)?;
    Ok(records.iter().rev().map(|record| Shown::of(record, app.door.epoch_unix_ms)).collect())
}

impl Shown {
    fn of(record: &api::Record, epoch_unix_ms: u64) -> Self {
        let data = record.data.bytes();
        let (text, is_cut) = beginning(&data);
        let base64 = text.is_none().then(|| STANDARD.encode(&data[..data.len().min(SHOWN_BYTES_MAX)]));
        Self {
            sequence_number: record.sequence_number.to_string(),
            partition_key: record.partition_key.as_str().to_owned(),
            arrived_unix_ms: epoch_unix_ms + record.arrived_at.as_millis(),
            arrived: record.arrived_at.to_string(),
            data_bytes: record.data.len(),
            text: text.map(str::to_owned),
            base64,
            is_cut,
        }
    }
}

/// The beginning of data that is text, cut between characters, and whether there is more.
fn beginning(data: &[u8]) -> (Option<&str>, bool) {
    let is_cut = data.len() > SHOWN_BYTES_MAX;
    let shown = &data[..data.len().min(SHOWN_BYTES_MAX)];
    let text = match std::str::from_utf8(shown) {
        Ok(text) => Some(text),
        // Only the cut may have broken a character.
        Err(error) if is_cut && error.error_len().is_none() => std::str::from_utf8(&shown[..error.valid_up_to()]).ok(),
        Err(_) => None,
    };
    (text, is_cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_between_characters_and_other_bytes_are_no_text() {
        assert_eq!(beginning("grün".as_bytes()), (Some("grün"), false));
        assert_eq!(beginning(&[0xff, 0xfe]), (None, false));
        let long = format!("{}ü", "a".repeat(SHOWN_BYTES_MAX - 1));
        assert_eq!(beginning(long.as_bytes()), (Some(&long[..SHOWN_BYTES_MAX - 1]), true));
        assert_eq!(beginning(&[0xe2, 0x82]), (None, false), "an unfinished character at the end of the data");
    }
}
