//! ListShards, DescribeStream, DescribeStreamSummary and ListStreams.

use super::api::{
    Error, ListShards, ListShardsToken, ListStreamsToken, ListedStream, Reply, Response, Shard as Listed, ShardFilter,
    StreamDescription, StreamStatus, StreamSummary, WarmThroughput,
};
use super::limits::{DESCRIBE_SHARDS_MAX, LIMIT_MAX, LIST_SHARDS_MAX, LIST_STREAMS_MAX, TOKEN_LIFETIME};
use super::service::Kinesis;
use super::shard::Shard;
use super::stream::Transition;
use crate::base::{ShardId, SimTime, StreamId, StreamName};

/// Limits may be 1 to 10,000 and are silently capped.
pub(super) fn page_size(limit: Option<u32>, cap: u32) -> Result<usize, Error> {
    match limit {
        None => Ok(cap as usize),
        Some(limit) if (1..=LIMIT_MAX).contains(&limit) => Ok(limit.min(cap) as usize),
        Some(limit) => {
            let text = format!(
                "1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: Member must \
                 have value between 1 and {LIMIT_MAX}"
            );
            Err(Error::Validation(text.into()))
        }
    }
}

/// A paging token serves the stream that it was issued for, and none that came after it under the same name.
pub(super) fn check_stream(of_token: StreamId, stream: StreamId) -> Result<(), Error> {
    match of_token == stream {
        true => Ok(()),
        false => Err(Error::InvalidArgument("The NextToken belongs to another stream".into())),
    }
}

/// Paging tokens live for 300 seconds.
pub(super) fn check_age(issued_at: SimTime, now: SimTime) -> Result<(), Error> {
    match now.since(issued_at) > TOKEN_LIFETIME {
        true => Err(Error::ExpiredNextToken("The pagination token is older than 300 seconds".into())),
        false => Ok(()),
    }
}

impl Kinesis {
    fn unix_s(&self) -> impl Fn(SimTime) -> u32 {
        let epoch = self.settings.epoch_unix_ms;
        move |at| ((epoch + at.as_millis()) / 1000) as u32
    }

    pub(super) fn describe_stream(&self, name: &StreamName, after: Option<ShardId>, limit: Option<u32>) -> Reply {
        let size = page_size(limit, DESCRIBE_SHARDS_MAX)?;
        let id = self.find(name)?;
        // What is being deleted shows no shards any more.
        let is_going = self.stream(id).status == StreamStatus::Deleting && !self.settings.deleting_serves;
        let mut rest = self.listed(id).filter(|_| !is_going).filter(|shard| after.is_none_or(|after| shard.id > after));
        let shards = rest.by_ref().take(size).map(|shard| shard.describe(self.unix_s())).collect();
        let has_more_shards = rest.next().is_some();
        let summary = self.summary(id);
        Ok(Response::StreamDescription(StreamDescription { summary, shards, has_more_shards }))
    }

    pub(super) fn describe_stream_summary(&self, name: &StreamName) -> Reply {
        Ok(Response::StreamSummary(self.summary(self.find(name)?)))
    }

    fn summary(&self, id: StreamId) -> StreamSummary {
        let stream = self.stream(id);
        StreamSummary {
            name: stream.name.clone(),
            status: stream.status,
            retention_hours: stream.retention_hours,
            created_at: self.unix_ms(stream.created_at),
            encryption_key_id: stream.encryption_key_id.clone(),
            open_shard_count: stream.open.len() as u32,
            consumer_count: stream.consumers.len() as u32,
            mode: stream.options.mode,
            metrics: stream.options.metrics,
            max_record_size_kib: stream.options.max_record_size_kib,
            distribution: stream.options.distribution,
            warm_throughput: self.warm_throughput(id),
        }
    }

    pub(super) fn list_streams(
        &self,
        now: SimTime,
        exclusive_start: Option<StreamName>,
        next_token: Option<ListStreamsToken>,
        limit: Option<u32>,
    ) -> Reply {
        let size = page_size(limit, LIST_STREAMS_MAX)?;
        next_token.as_ref().map_or(Ok(()), |token| check_age(token.issued_at, now))?;
        let after = next_token.map(|token| token.after).or(exclusive_start);
        let mut rest = self.names.keys().filter(|name| after.as_ref().is_none_or(|after| *name > after));
        let page: Vec<StreamName> = rest.by_ref().take(size).cloned().collect();
        let next_token = match (rest.next().is_some(), page.last()) {
            (true, Some(last)) => Some(ListStreamsToken { issued_at: now, after: last.clone() }),
            _ => None,
        };
        let streams = page.into_iter().map(|name| self.listed_stream(name)).collect::<Result<_, _>>()?;
        Ok(Response::Streams { streams, next_token })
    }

    fn listed_stream(&self, name: StreamName) -> Result<ListedStream, Error> {
        let stream = self.stream(self.find(&name)?);
        let created_at = self.unix_ms(stream.created_at);
        Ok(ListedStream { name, status: stream.status, mode: stream.options.mode, created_at })
    }

    /// What the stream is warmed for, once that was asked for.
    pub(super) fn warm_throughput(&self, id: StreamId) -> Option<WarmThroughput> {
        let stream = self.stream(id);
        let current = stream.options.warm_throughput_mibps;
        let target = match stream.transition {
            Some((_, Transition::Warm { mibps })) => Some(mibps),
            _ => current,
        };
        target.map(|target_mibps| WarmThroughput { target_mibps, current_mibps: current.unwrap_or_default() })
    }

    pub(super) fn list_shards(&mut self, now: SimTime, request: ListShards) -> Reply {
        let size = page_size(request.max_results, LIST_SHARDS_MAX)?;
        let of_token = request.next_token.as_ref().map(|token| token.stream_id);
        let (stream, filter, after) = match (request.stream, request.next_token) {
            (Some(stream), None) => {
                (stream, request.filter.unwrap_or(ShardFilter::FromTrimHorizon), request.exclusive_start)
            }
            (None, Some(token)) if request.exclusive_start.is_none() && request.filter.is_none() => {
                check_age(token.issued_at, now)?;
                (token.stream, token.filter, Some(token.after))
            }
            (None, None) => {
                return Err(Error::InvalidArgument("Either NextToken or StreamName should be provided.".into()));
            }
            (_, Some(_)) => {
                let text = "NextToken and StreamName cannot be provided together.";
                return Err(Error::InvalidArgument(text.into()));
            }
        };
        let id = self.find(&stream)?;
        of_token.map_or(Ok(()), |of_token| check_stream(of_token, id))?;
        let view = self.filter(id, filter, now);
        let mut rest = self.listed(id).filter(|s| after.is_none_or(|after| s.id > after)).filter(|s| view.shows(s));
        let shards: Vec<Listed> = rest.by_ref().take(size).map(|shard| shard.describe(self.unix_s())).collect();
        let next_token = match (rest.next().is_some(), shards.last()) {
            (true, Some(last)) => {
                Some(ListShardsToken { stream, stream_id: id, issued_at: now, after: last.id, filter })
            }
            _ => None,
        };
        Ok(Response::Shards { shards, next_token })
    }

    /// Expired shards are never listed; a stream that is being created has none yet.
    fn listed(&self, id: StreamId) -> impl Iterator<Item = &Shard> {
        self.stream(id).shards.iter().filter(|shard| !shard.is_expired)
    }

    fn filter(&self, id: StreamId, filter: ShardFilter, now: SimTime) -> View {
        // A young stream's horizon is the time at which its first shards opened.
        let stream = self.stream(id);
        let opened = stream.shards.first().map_or(stream.created_at, |shard| shard.opened_at);
        let horizon = now.saturating_sub(stream.retention()).max(opened);
        match filter {
            ShardFilter::FromTrimHorizon => View::All,
            ShardFilter::AfterShardId(after) => View::After(after),
            ShardFilter::AtLatest => View::Open,
            ShardFilter::AtTrimHorizon => View::At(horizon),
            ShardFilter::AtTimestamp(time) => View::At(self.instant(time).max(horizon)),
            ShardFilter::FromTimestamp(time) => View::From(self.instant(time).max(horizon)),
        }
    }
}

/// What a filter shows.
enum View {
    All,
    After(ShardId),
    Open,
    At(SimTime),
    From(SimTime),
}

impl View {
    fn shows(&self, shard: &Shard) -> bool {
        let ends_at_or_after = |time: SimTime| shard.closed_at.is_none_or(|closed| closed >= time);
        match *self {
            Self::All => true,
            Self::After(after) => shard.id > after,
            Self::Open => shard.is_open(),
            Self::At(time) => shard.opened_at <= time && ends_at_or_after(time),
            Self::From(time) => ends_at_or_after(time),
        }
    }
}
