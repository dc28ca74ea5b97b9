//! A load client for endpoints that speak Kinesis or Firehose: `load ADDRESS PHASE SECONDS`, where the phase is
//! `put-record`, `put-records`, `get-records` or `put-record-batch`, or `load ADDRESS fill MEGABYTES`. Prints one
//! number: requests or records a second, or bytes that were put.
//!
//! One thread and requests that are prepared bytes, so that on a machine with two cores the client is not what is
//! measured. Every answer is checked: a status other than 200, a failed record or a missing one ends the run. What it
//! does not do: sign (its signature has the right shape only), retry, or speak HTTP/2.

use std::cell::Cell;
use std::fmt;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::ops::Range;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::task::{JoinSet, LocalSet};

const CONNECTIONS: usize = 16;
const SHARDS: usize = 4;
const RECORD_BYTES: usize = 1024;
/// Records of one PutRecords request.
const BATCH_RECORDS: usize = 100;
/// Records of one PutRecordBatch request, as many as Firehose allows.
const DELIVERY_BATCH_RECORDS: usize = 500;
/// Records of one GetRecords answer.
const READ_RECORDS: usize = 1000;
/// Records in a shard before it is read.
const SHARD_RECORDS_MIN: usize = 2 * READ_RECORDS;
/// Not counted: compilers warm up, connections open.
const WARM_UP: Duration = Duration::from_secs(1);
/// What the stream, the delivery stream and its bucket are called.
const STREAM: &str = "load";

type Result<T> = std::result::Result<T, LoadError>;

#[derive(Debug)]
enum LoadError {
    Usage,
    Io(std::io::Error),
    Answer(String),
}

impl From<std::io::Error> for LoadError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage => write!(f, "usage: load ADDRESS PHASE SECONDS, or fill MEGABYTES"),
            Self::Io(error) => write!(f, "{error}"),
            Self::Answer(text) => write!(f, "a wrong answer: {text}"),
        }
    }
}

fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(number) => {
            println!("{number:.0}");
            std::process::ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<f64> {
    let [address, phase, amount] = arguments else { return Err(LoadError::Usage) };
    let address = address.parse().map_err(|_| LoadError::Usage)?;
    let amount: u64 = amount.parse().map_err(|_| LoadError::Usage)?;
    let during = Duration::from_secs(amount);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let work = async {
        match phase.as_str() {
            "put-record-batch" => create_delivery(address).await?,
            _ => create_stream(address).await?,
        }
        match phase.as_str() {
            "put-record" => rate(during, |meter| put_record(address, meter)).await,
            "put-records" => rate(during, |meter| put_records(address, meter)).await,
            "put-record-batch" => rate(during, |meter| put_record_batch(address, meter)).await,
            "get-records" => {
                fill(address, SHARDS * SHARD_RECORDS_MIN * 5 / 4).await?;
                rate(during, |meter| get_records(address, meter)).await
            }
            "fill" => fill(address, (amount as usize * 1_000_000).div_ceil(RECORD_BYTES)).await,
            _ => Err(LoadError::Usage),
        }
    };
    LocalSet::new().block_on(&runtime, work)
}

/// Makes the stream, unless an earlier phase has, and waits until it takes records.
async fn create_stream(address: SocketAddr) -> Result<()> {
    let mut connection = Connection::to(address);
    let create = request("CreateStream", &format!(r#"{{"StreamName":"{STREAM}","ShardCount":{SHARDS}}}"#));
    match connection.call(&create).await {
        Err(LoadError::Answer(text)) if text.contains("ResourceInUse") => {}
        created => drop(created?),
    }
    let describe = request("DescribeStreamSummary", &format!(r#"{{"StreamName":"{STREAM}"}}"#));
    while !contains(connection.call(&describe).await?, "ACTIVE") {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// Makes the bucket and the delivery stream to it, and waits until it takes records.
async fn create_delivery(address: SocketAddr) -> Result<()> {
    let mut connection = Connection::to(address);
    connection.call(&head(&format!("PUT /{STREAM}"), "s3", &[], 0)).await?;
    let create = format!(
        r#"{{"DeliveryStreamName":"{STREAM}","DeliveryStreamType":"DirectPut","ExtendedS3DestinationConfiguration":
        {{"RoleARN":"arn:aws:iam::000000000000:role/firehose","BucketARN":"arn:aws:s3:::{STREAM}",
        "BufferingHints":{{"SizeInMBs":5,"IntervalInSeconds":1}}}}}}"#
    );
    connection.call(&to_firehose("CreateDeliveryStream", &create)).await?;
    let describe = to_firehose("DescribeDeliveryStream", &format!(r#"{{"DeliveryStreamName":"{STREAM}"}}"#));
    while !contains(connection.call(&describe).await?, "ACTIVE") {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

// ---- phases ----

/// Counts what the connections have done.
#[derive(Clone)]
struct Meter {
    counted: Rc<Cell<u64>>,
    until: Instant,
}

impl Meter {
    fn add(&self, count: usize) {
        self.counted.set(self.counted.get() + count as u64);
    }
    fn goes_on(&self) -> bool {
        Instant::now() < self.until
    }
}

/// Runs one worker for each connection, and tells what they did a second after the warm-up.
async fn rate<F: Future<Output = Result<()>> + 'static>(during: Duration, worker: impl Fn(Meter) -> F) -> Result<f64> {
    let meter = Meter { counted: Rc::default(), until: Instant::now() + WARM_UP + during };
    let mut workers = JoinSet::new();
    for _ in 0..CONNECTIONS {
        workers.spawn_local(worker(meter.clone()));
    }
    tokio::time::sleep(WARM_UP).await;
    let (from, before) = (Instant::now(), meter.counted.get());
    tokio::time::sleep_until(meter.until.into()).await;
    let per_s = (meter.counted.get() - before) as f64 / from.elapsed().as_secs_f64();
    all_done(workers).await?;
    Ok(per_s)
}

async fn all_done(mut workers: JoinSet<Result<()>>) -> Result<()> {
    while let Some(ended) = workers.join_next().await {
        ended.map_err(|error| LoadError::Answer(error.to_string()))??;
    }
    Ok(())
}

async fn put_record(address: SocketAddr, meter: Meter) -> Result<()> {
    let mut connection = Connection::to(address);
    let key = "key-00000000";
    let data = blob(RECORD_BYTES);
    let body = format!(r#"{{"StreamName":"{STREAM}","PartitionKey":"{key}","Data":"{data}"}}"#);
    let mut request = request("PutRecord", &body);
    let digits = find(&request, key).map(|at| at + 4..at + key.len()).ok_or(LoadError::Usage)?;
    while meter.goes_on() {
        write_digits(&mut request[digits.clone()], meter.counted.get());
        let answer = connection.call(&request).await?;
        if !contains(answer, "\"SequenceNumber\"") {
            return Err(wrong(answer));
        }
        meter.add(1);
    }
    Ok(())
}

async fn put_records(address: SocketAddr, meter: Meter) -> Result<()> {
    let mut connection = Connection::to(address);
    let request = batch(BATCH_RECORDS);
    while meter.goes_on() {
        connection.put_batch(&request, "FailedRecordCount").await?;
        meter.add(BATCH_RECORDS);
    }
    Ok(())
}

async fn put_record_batch(address: SocketAddr, meter: Meter) -> Result<()> {
    let mut connection = Connection::to(address);
    let record = format!(r#"{{"Data":"{}"}}"#, blob(RECORD_BYTES));
    let records = vec![record; DELIVERY_BATCH_RECORDS].join(",");
    let body = format!(r#"{{"DeliveryStreamName":"{STREAM}","Records":[{records}]}}"#);
    let request = to_firehose("PutRecordBatch", &body);
    while meter.goes_on() {
        connection.put_batch(&request, "FailedPutCount").await?;
        meter.add(DELIVERY_BATCH_RECORDS);
    }
    Ok(())
}

/// Puts at least so many records, and tells how many bytes of data and keys that were.
async fn fill(address: SocketAddr, records: usize) -> Result<f64> {
    let requests_each = records.div_ceil(BATCH_RECORDS * CONNECTIONS);
    let mut workers = JoinSet::new();
    for _ in 0..CONNECTIONS {
        workers.spawn_local(async move {
            let (mut connection, request) = (Connection::to(address), batch(BATCH_RECORDS));
            for _ in 0..requests_each {
                connection.put_batch(&request, "FailedRecordCount").await?;
            }
            Ok(())
        });
    }
    all_done(workers).await?;
    let record_bytes = RECORD_BYTES + "key-00000000".len();
    Ok((requests_each * CONNECTIONS * BATCH_RECORDS * record_bytes) as f64)
}

/// Reads a shard from its beginning, again and again.
async fn get_records(address: SocketAddr, meter: Meter) -> Result<()> {
    let mut connection = Connection::to(address);
    let data_len = blob(RECORD_BYTES).len();
    for turn in 0.. {
        let shard = (meter.counted.get() as usize + turn) % SHARDS;
        let body = format!(
            r#"{{"StreamName":"{STREAM}","ShardId":"shardId-{shard:012}","ShardIteratorType":"TRIM_HORIZON"}}"#
        );
        let answer = connection.call(&request("GetShardIterator", &body)).await?;
        let mut iterator = member(answer, "ShardIterator").ok_or_else(|| wrong(answer))?;
        for _ in 0..SHARD_RECORDS_MIN / READ_RECORDS {
            if !meter.goes_on() {
                return Ok(());
            }
            let body = format!(r#"{{"ShardIterator":"{iterator}","Limit":{READ_RECORDS}}}"#);
            let answer = connection.call(&request("GetRecords", &body)).await?;
            let gaps = around_data(answer, data_len);
            if gaps.len() != READ_RECORDS + 1 {
                return Err(LoadError::Answer(format!("{} records instead of {READ_RECORDS}", gaps.len() - 1)));
            }
            let ends = [gaps.first(), gaps.last()].into_iter().flatten();
            let next = ends.filter_map(|gap| member(&answer[gap.clone()], "NextShardIterator")).next();
            iterator = next.ok_or_else(|| LoadError::Answer("no NextShardIterator".to_owned()))?;
            meter.add(READ_RECORDS);
        }
    }
    Ok(())
}

// ---- requests ----

/// A whole HTTP request to Kinesis.
fn request(operation: &str, body: &str) -> Vec<u8> {
    posted("kinesis", "Kinesis_20131202", operation, body)
}

/// A whole HTTP request to Firehose.
fn to_firehose(operation: &str, body: &str) -> Vec<u8> {
    posted("firehose", "Firehose_20150804", operation, body)
}

fn posted(service: &str, target: &str, operation: &str, body: &str) -> Vec<u8> {
    let target = format!("X-Amz-Target: {target}.{operation}");
    let mut request = head("POST /", service, &["Content-Type: application/x-amz-json-1.1", &target], body.len());
    request.extend(body.as_bytes());
    request
}

/// The head of a request: method and path, the service that it is signed for, and more headers.
fn head(line: &str, service: &str, headers: &[&str], body_len: usize) -> Vec<u8> {
    let headers: String = headers.iter().flat_map(|header| [*header, "\r\n"]).collect();
    format!(
        "{line} HTTP/1.1\r\nHost: localhost\r\n{headers}X-Amz-Date: 20260101T000000Z\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/{service}/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature={:064}\r\n\
         Content-Length: {body_len}\r\n\r\n",
        0,
    )
    .into_bytes()
}

/// A PutRecords request, with keys that spread over the shards.
fn batch(records: usize) -> Vec<u8> {
    let data = blob(RECORD_BYTES);
    let record = |n: usize| format!(r#"{{"PartitionKey":"key-{n:08}","Data":"{data}"}}"#);
    let records: Vec<String> = (0..records).map(record).collect();
    request("PutRecords", &format!(r#"{{"StreamName":"{STREAM}","Records":[{}]}}"#, records.join(",")))
}

/// Bytes without a pattern, as base64.
fn blob(len: usize) -> String {
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        (state >> 56) as u8
    };
    base64_simd::STANDARD.encode_to_string((0..len).map(|_| next()).collect::<Vec<u8>>())
}

fn write_digits(place: &mut [u8], mut number: u64) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

// ---- answers ----

fn find(text: &[u8], what: &str) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what.as_bytes())
}

fn contains(text: &[u8], what: &str) -> bool {
    find(text, what).is_some()
}

/// A text member of a JSON body, with or without a space behind the colon.
fn member(body: &[u8], name: &str) -> Option<String> {
    let name = format!("\"{name}\":");
    let rest = &body[find(body, &name)? + name.len()..];
    let mut parts = rest.splitn(3, |byte| *byte == b'"');
    let (_, text) = (parts.next()?, parts.next()?);
    Some(String::from_utf8_lossy(text).into_owned())
}

/// What lies before, between and behind the records' data, which is not looked at.
fn around_data(body: &[u8], data_len: usize) -> Vec<Range<usize>> {
    let (mut gaps, mut from) = (Vec::with_capacity(READ_RECORDS + 1), 0);
    while let Some(at) = find(&body[from..], "\"Data\":") {
        gaps.push(from..from + at);
        from = (from + at + "\"Data\":\"".len() + data_len).min(body.len());
    }
    gaps.push(from..body.len());
    gaps
}

fn wrong(answer: &[u8]) -> LoadError {
    LoadError::Answer(String::from_utf8_lossy(&answer[..answer.len().min(400)]).into_owned())
}

// ---- HTTP/1.1 ----
/// A connection that is kept as long as the server keeps it.
struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
    filled: usize,
}

/// What the head of an answer says.
struct Head {
    status: u16,
    len: usize,
    /// `None` when the body comes in chunks.
    body_len: Option<usize>,
    closes: bool,
}

impl Connection {
    fn to(address: SocketAddr) -> Self {
        Self { address, stream: None, buffer: vec![0; 64 * 1024], filled: 0 }
    }

    /// The body of the answer, which must have status 200.
    async fn call(&mut self, request: &[u8]) -> Result<&[u8]> {
        if self.stream.is_none() {
            let stream = TcpStream::connect(self.address).await?;
            stream.set_nodelay(true)?;
            self.stream = Some(stream);
        }
        self.write(request).await?;
        self.filled = 0;
        let head = loop {
            self.read().await?;
            if let Some(head) = Head::of(&self.buffer[..self.filled])? {
                break head;
            }
        };
        let body = match head.body_len {
            Some(len) => self.read_whole(head.len, len).await?,
            None => self.read_chunks(head.len).await?,
        };
        if head.closes {
            self.stream = None;
        }
        let body = &self.buffer[body];
        if head.status == 200 { Ok(body) } else { Err(wrong(body)) }
    }

    /// Sends a batch, of whose records none may fail.
    async fn put_batch(&mut self, request: &[u8], count: &str) -> Result<()> {
        let answer = self.call(request).await?;
        let count = format!("\"{count}\":");
        let failed = find(answer, &count).map(|at| &answer[at + count.len()..]);
        let is_whole = failed.is_some_and(|text| text.trim_ascii_start().starts_with(b"0"));
        if is_whole { Ok(()) } else { Err(wrong(answer)) }
    }

    async fn read_whole(&mut self, from: usize, len: usize) -> Result<Range<usize>> {
        if self.buffer.len() < from + len {
            self.buffer.resize(from + len, 0);
        }
        while self.filled < from + len {
            self.read().await?;
        }
        Ok(from..from + len)
    }

    /// Puts the chunks next to each other.
    async fn read_chunks(&mut self, from: usize) -> Result<Range<usize>> {
        let (mut at, mut to) = (from, from);
        loop {
            let line_len = loop {
                match find(&self.buffer[at..self.filled], "\r\n") {
                    Some(len) => break len,
                    None => self.read().await?,
                }
            };
            let size = std::str::from_utf8(&self.buffer[at..at + line_len]).unwrap_or_default();
            let size = usize::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16)
                .map_err(|_| wrong(&self.buffer[at..self.filled]))?;
            at += line_len + 2;
            while self.filled < at + size + 2 {
                self.read().await?;
            }
            if size == 0 {
                return Ok(from..to);
            }
            self.buffer.copy_within(at..at + size, to);
            to += size;
            at += size + 2;
        }
    }

    /// Reads what has come.
    async fn read(&mut self) -> Result<()> {
        let Some(stream) = &self.stream else { return Err(LoadError::Usage) };
        if self.filled == self.buffer.len() {
            self.buffer.resize(2 * self.filled, 0);
        }
        loop {
            stream.readable().await?;
            match stream.try_read(&mut self.buffer[self.filled..]) {
                Ok(0) => return Err(LoadError::Io(ErrorKind::UnexpectedEof.into())),
                Ok(read) => {
                    self.filled += read;
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn write(&mut self, mut bytes: &[u8]) -> Result<()> {
        let Some(stream) = &self.stream else { return Err(LoadError::Usage) };
        while !bytes.is_empty() {
            match stream.try_write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => stream.writable().await?,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

impl Head {
    fn of(bytes: &[u8]) -> Result<Option<Self>> {
        let Some(len) = find(bytes, "\r\n\r\n") else { return Ok(None) };
        let text = String::from_utf8_lossy(&bytes[..len]);
        let mut lines = text.split("\r\n");
        let first = lines.next().unwrap_or_default();
        let status = first.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(|| wrong(bytes))?;
        let mut head = Self { status, len: len + 4, body_len: Some(0), closes: first.starts_with("HTTP/1.0") };
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") {
                head.body_len = value.parse().ok();
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                head.body_len = None;
            } else if name.eq_ignore_ascii_case("connection") {
                head.closes = value.eq_ignore_ascii_case("close");
            }
        }
        Ok(Some(head))
    }
}
