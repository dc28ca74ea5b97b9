"""Three things that unit tests with a mocked client do not show."""

import pytest

from orders import Consumer, put_all

SHARD = "shardId-000000000000"


@pytest.fixture
def consumer(kinesim):
    """Makes consumers of a stream of one shard; each begins where the table says."""
    kinesim.kinesis.create_stream(StreamName="orders", ShardCount=1)
    kinesim.dynamodb.create_table(
        TableName="checkpoints", BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "shard", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "shard", "KeyType": "HASH"}],
    )
    return lambda: Consumer(kinesim.kinesis, kinesim.dynamodb, "orders", SHARD)


def orders(numbers):
    return [(f"customer-{n}", f"order {n}".encode()) for n in numbers]


def test_a_throttled_batch_is_tried_again_until_everything_is_taken(kinesim):
    kinesim.kinesis.create_stream(StreamName="orders", ShardCount=2)
    kinesim.fault(throttle={"stream": "orders", "shard": 0}, lasts="30s")
    tries = put_all(kinesim.kinesis, "orders", orders(range(20)), sleep=kinesim.sleep)
    assert tries > 1
    stream = kinesim.state()["streams"]["orders"]
    assert stream["records_acked"] == 20, "none is lost, and none is put twice"
    assert stream["records_throttled"] > 0, "the fault was met"


def test_an_iterator_that_expired_loses_and_repeats_nothing(kinesim, consumer):
    seen, billing = [], consumer()
    put_all(kinesim.kinesis, "orders", orders(range(3)), kinesim.sleep)
    billing.poll(seen.append)
    put_all(kinesim.kinesis, "orders", orders(range(3, 5)), kinesim.sleep)
    kinesim.advance("6m")  # the consumer's machine was asleep; iterators live for five minutes
    billing.poll(seen.append)
    assert seen == [data for _, data in orders(range(5))]


def test_a_consumer_goes_on_from_its_checkpoint(kinesim, consumer):
    put_all(kinesim.kinesis, "orders", orders(range(10)), kinesim.sleep)
    first, second = [], []

    def crashes_at_the_eighth(data):
        if len(first) == 7:
            raise MemoryError
        first.append(data)

    billing = consumer()
    billing.poll(crashes_at_the_eighth, limit=5)
    with pytest.raises(MemoryError):
        billing.poll(crashes_at_the_eighth, limit=5)
    consumer().poll(second.append)
    everything = [data for _, data in orders(range(10))]
    assert first == everything[:7]
    assert second == everything[5:], "after the checkpoint: two records come again, and none is left out"
