//! ListShards and ListStreams: filters, pages and their tokens.

use super::*;
use crate::aws::kinesis::Request;
use crate::aws::kinesis::api::{ListShards, ListShardsToken, ShardFilter};
use crate::aws::kinesis::operations::{DeleteStream, DescribeStream, ListStreams, SplitShard};
use crate::base::HashKey;

/// A stream whose only shard was split at 100 s.
fn split_at_100_s() -> Bench {
    let mut bench = Bench::quick(1);
    bench.at_ms(100_000);
    let new_starting_hash_key = HashKey::new(1 << 127);
    bench.ask(Request::SplitShard(SplitShard::at(name(), ShardId(0), new_starting_hash_key))).expect("split");
    bench.at_ms(200_000);
    bench
}

fn list(bench: &mut Bench, request: ListShards) -> Result<(Vec<u32>, Option<ListShardsToken>), Error> {
    match bench.ask(Request::ListShards(request))? {
        Response::Shards { shards, next_token } => Ok((shards.iter().map(|s| s.id.0).collect(), next_token)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_filter_shows_its_shards() {
    let mut bench = split_at_100_s();
    let epoch = Settings::default().epoch_unix_ms;
    for (filter, expected) in [
        (ShardFilter::FromTrimHorizon, vec![0, 1, 2]),
        (ShardFilter::AtTrimHorizon, vec![0]),
        (ShardFilter::AtLatest, vec![1, 2]),
        (ShardFilter::AfterShardId(ShardId(1)), vec![2]),
        (ShardFilter::AtTimestamp(epoch + 50_000), vec![0]),
        (ShardFilter::AtTimestamp(epoch + 150_000), vec![1, 2]),
        (ShardFilter::FromTimestamp(epoch + 50_000), vec![0, 1, 2]),
        (ShardFilter::FromTimestamp(epoch + 150_000), vec![1, 2]),
        (ShardFilter::FromTimestamp(u64::MAX), vec![1, 2]),
    ] {
        let request = ListShards { stream: Some(name()), filter: Some(filter), ..ListShards::default() };
        assert_eq!(list(&mut bench, request).expect("listed").0, expected, "{filter:?}");
    }
}

#[test]
fn a_token_lists_the_rest_for_300_seconds() {
    let mut bench = split_at_100_s();
    let first = ListShards { stream: Some(name()), max_results: Some(2), ..ListShards::default() };
    let (page, token) = list(&mut bench, first).expect("a page");
    assert_eq!(page, [0, 1]);
    let rest = ListShards { next_token: token, ..ListShards::default() };
    bench.at_ms(500_000);
    assert_eq!(list(&mut bench, rest.clone()), Ok((vec![2], None)));
    bench.at_ms(500_001);
    assert_eq!(code(list(&mut bench, rest.clone())), "ExpiredNextTokenException");
    let both = ListShards { stream: Some(name()), ..rest };
    assert_eq!(code(list(&mut bench, both)), "InvalidArgumentException");
    assert_eq!(code(list(&mut bench, ListShards::default())), "InvalidArgumentException");
}

#[test]
fn limits_are_capped_silently_and_nonsense_is_refused() {
    let mut bench = Bench::new(150);
    let describe = |limit| Request::DescribeStream(DescribeStream { stream: name(), exclusive_start: None, limit });
    match bench.ask(describe(Some(10_000))) {
        Ok(Response::StreamDescription(description)) => {
            assert_eq!(description.shards.len(), 100);
            assert!(description.has_more_shards);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(code(bench.ask(describe(Some(0)))), "ValidationException");
}

#[test]
fn streams_are_listed_in_pages_whose_tokens_expire() {
    let mut bench = Bench::quick(1);
    bench.ask(create("a".parse().expect("a name"), 1)).expect("created");
    let ask = |next_token| Request::ListStreams(ListStreams { exclusive_start: None, next_token, limit: Some(1) });
    let list = |bench: &mut Bench, token| match bench.ask(ask(token)) {
        Ok(Response::Streams { streams, next_token }) => Ok((streams[0].name.clone(), next_token)),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error),
    };
    let (first, token) = list(&mut bench, None).expect("a page");
    assert_eq!(first.as_str(), "a");
    bench.at_ms(300_000);
    assert_eq!(list(&mut bench, token.clone()), Ok((name(), None)));
    bench.at_ms(300_001);
    assert_eq!(code(list(&mut bench, token)), "ExpiredNextTokenException");
}

#[test]
fn a_token_does_not_serve_a_later_stream_of_the_same_name() {
    let mut bench = Bench::quick(2);
    let first = ListShards { stream: Some(name()), max_results: Some(1), ..ListShards::default() };
    let (_, next_token) = list(&mut bench, first).expect("a page");
    let rest = ListShards { next_token, ..ListShards::default() };
    bench.ask(Request::DeleteStream(DeleteStream { stream: name(), with_consumers: false })).expect("deleted");
    assert_eq!(code(list(&mut bench, rest.clone())), "ResourceNotFoundException");
    bench.ask(create(name(), 2)).expect("created");
    assert_eq!(code(list(&mut bench, rest)), "InvalidArgumentException");
}
