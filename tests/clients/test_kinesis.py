"""Every Kinesis Data Streams operation that kinesim speaks, through boto3."""

import unittest
from datetime import timedelta

from botocore.exceptions import ClientError

from endpoint import Endpoint

MIDDLE = str(1 << 127)


class Kinesis(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.endpoint = Endpoint("--clock", "x20").__enter__()
        cls.addClassCleanup(cls.endpoint.__exit__)
        cls.kinesis = cls.endpoint.client("kinesis")

    def settle(self):
        self.endpoint.advance("1s")

    def stream(self, name, shards=1, **options):
        self.kinesis.create_stream(StreamName=name, ShardCount=shards, **options)
        self.kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
        return self.kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]

    def refused(self, code, call, **arguments):
        with self.assertRaises(ClientError) as raised:
            call(**arguments)
        self.assertEqual(raised.exception.response["Error"]["Code"], code)
        return raised.exception.response["Error"]["Message"]

    def iterator(self, name, shard, kind="TRIM_HORIZON", **position):
        return self.kinesis.get_shard_iterator(
            StreamName=name, ShardId=shard, ShardIteratorType=kind, **position)["ShardIterator"]

    def read_to_end(self, name):
        """All records of a stream, parents before children, as a consumer reads through a reshard."""
        records, waiting = [], ["shardId-000000000000"]
        while waiting:
            iterator = self.iterator(name, waiting.pop(0))
            while iterator:
                got = self.kinesis.get_records(ShardIterator=iterator)
                records += [record["Data"] for record in got["Records"]]
                iterator = got.get("NextShardIterator")
                if iterator and got["MillisBehindLatest"] == 0:
                    break
                self.settle()
            waiting += [child["ShardId"] for child in got.get("ChildShards", [])
                        if child["ShardId"] not in waiting]
        return records

    def test_records_go_in_and_come_out(self):
        arn = self.stream("records", 2)
        one = self.kinesis.put_record(StreamARN=arn, Data=b"\x00\xff", PartitionKey="key")
        after = self.kinesis.put_record(StreamName="records", Data=b"b", PartitionKey="key",
                                        SequenceNumberForOrdering=one["SequenceNumber"], ExplicitHashKey="0")
        self.assertGreater(int(after["SequenceNumber"]), int(one["SequenceNumber"]))
        many = self.kinesis.put_records(StreamName="records", Records=[
            {"Data": str(n).encode(), "PartitionKey": str(n)} for n in range(50)])
        self.assertEqual((many["FailedRecordCount"], len(many["Records"])), (0, 50))
        # As in production, the token comes alone: boto3's paginator, which repeats the name, fails on a second page.
        page = self.kinesis.list_shards(StreamName="records", MaxResults=1)
        self.refused("InvalidArgumentException", self.kinesis.list_shards, StreamName="records", NextToken=page["NextToken"])
        shards = page["Shards"] + self.kinesis.list_shards(NextToken=page["NextToken"])["Shards"]
        records = []
        for shard in shards:
            got = self.kinesis.get_records(ShardIterator=self.iterator("records", shard["ShardId"]), Limit=1000)
            self.assertEqual(got["MillisBehindLatest"], 0)
            records += got["Records"]
        self.assertEqual({record["Data"] for record in records}, {b"\x00\xff", b"b", *(str(n).encode() for n in range(50))})
        first = min(records, key=lambda record: record["ApproximateArrivalTimestamp"])
        self.settle()
        for kind, position, wanted in [
            ("AT_SEQUENCE_NUMBER", {"StartingSequenceNumber": one["SequenceNumber"]}, b"\x00\xff"),
            ("AT_TIMESTAMP", {"Timestamp": first["ApproximateArrivalTimestamp"] - timedelta(hours=1)}, None),
        ]:
            got = self.kinesis.get_records(ShardIterator=self.iterator("records", one["ShardId"], kind, **position), Limit=1)
            if wanted:
                self.assertEqual(got["Records"][0]["Data"], wanted)
        self.settle()
        latest = self.kinesis.get_records(ShardIterator=self.iterator("records", one["ShardId"], "LATEST"))
        self.assertEqual(latest["Records"], [])

    def test_a_stream_is_read_through_splits_and_merges(self):
        self.stream("reshard")
        put = lambda data: self.kinesis.put_record(StreamName="reshard", Data=data, PartitionKey="k")
        put(b"one")
        self.kinesis.split_shard(StreamName="reshard", ShardToSplit="shardId-000000000000", NewStartingHashKey=MIDDLE)
        self.refused("ResourceInUseException", self.kinesis.split_shard, StreamName="reshard",
                     ShardToSplit="shardId-000000000000", NewStartingHashKey=MIDDLE)
        self.settle()
        put(b"two")
        self.kinesis.merge_shards(StreamName="reshard", ShardToMerge="shardId-000000000001",
                                  AdjacentShardToMerge="shardId-000000000002")
        self.settle()
        put(b"three")
        self.kinesis.update_shard_count(StreamName="reshard", TargetShardCount=2, ScalingType="UNIFORM_SCALING")
        self.settle()
        put(b"four")
        self.assertEqual(self.read_to_end("reshard"), [b"one", b"two", b"three", b"four"])
        open_ = self.kinesis.list_shards(StreamName="reshard", ShardFilter={"Type": "AT_LATEST"})["Shards"]
        self.assertEqual(len(open_), 2)
        described = self.kinesis.describe_stream(StreamName="reshard", Limit=2)["StreamDescription"]
        self.assertEqual((len(described["Shards"]), described["HasMoreShards"]), (2, True))

    def test_settings_of_a_stream(self):
        arn = self.stream("settings", Tags={"a": "b"})
        self.kinesis.add_tags_to_stream(StreamName="settings", Tags={"c": "d"})
        self.kinesis.remove_tags_from_stream(StreamName="settings", TagKeys=["a"])
        self.kinesis.tag_resource(ResourceARN=arn, Tags={"e": "f"})
        self.kinesis.untag_resource(ResourceARN=arn, TagKeys=["e"])
        self.assertEqual(self.kinesis.list_tags_for_stream(StreamName="settings")["Tags"], [{"Key": "c", "Value": "d"}])
        self.assertEqual(self.kinesis.list_tags_for_resource(ResourceARN=arn)["Tags"], [{"Key": "c", "Value": "d"}])
        policy = '{"Version":"2012-10-17","Statement":[]}'
        self.kinesis.put_resource_policy(ResourceARN=arn, Policy=policy)
        self.assertEqual(self.kinesis.get_resource_policy(ResourceARN=arn)["Policy"], policy)
        self.kinesis.delete_resource_policy(ResourceARN=arn)
        self.kinesis.increase_stream_retention_period(StreamName="settings", RetentionPeriodHours=48)
        self.kinesis.decrease_stream_retention_period(StreamName="settings", RetentionPeriodHours=24)
        self.kinesis.enable_enhanced_monitoring(StreamName="settings", ShardLevelMetrics=["ALL"])
        self.kinesis.disable_enhanced_monitoring(StreamName="settings", ShardLevelMetrics=["IncomingBytes"])
        self.kinesis.start_stream_encryption(StreamName="settings", EncryptionType="KMS", KeyId="alias/aws/kinesis")
        self.settle()
        put = self.kinesis.put_record(StreamName="settings", Data=b"", PartitionKey="k")
        self.assertEqual(put["EncryptionType"], "KMS")
        self.kinesis.stop_stream_encryption(StreamName="settings", EncryptionType="KMS", KeyId="alias/aws/kinesis")
        self.settle()
        self.kinesis.update_stream_mode(StreamARN=arn, StreamModeDetails={"StreamMode": "ON_DEMAND"})
        self.settle()
        self.kinesis.update_account_settings(MinimumThroughputBillingCommitment={"Status": "ENABLED"})
        status = self.kinesis.describe_account_settings()["MinimumThroughputBillingCommitment"]["Status"]
        self.assertEqual(status, "ENABLED")
        self.kinesis.update_stream_warm_throughput(StreamARN=arn, WarmThroughputMiBps=5)
        self.settle()
        self.kinesis.update_max_record_size(StreamARN=arn, MaxRecordSizeInKiB=10240)
        self.settle()
        self.kinesis.update_stream_record_distribution_strategy(StreamARN=arn, RecordDistributionStrategy="AUTO")
        self.kinesis.put_record(StreamName="settings", Data=b"no key")
        summary = self.kinesis.describe_stream_summary(StreamARN=arn)["StreamDescriptionSummary"]
        self.assertEqual(summary["StreamModeDetails"]["StreamMode"], "ON_DEMAND")
        self.assertEqual((summary["OpenShardCount"], summary["MaxRecordSizeInKiB"]), (5, 10240))
        self.assertIn("ShardLimit", self.kinesis.describe_limits())
        self.refused("ValidationException", self.kinesis.update_shard_count, StreamName="settings",
                     TargetShardCount=2, ScalingType="UNIFORM_SCALING")

    def test_consumers_are_registered(self):
        arn = self.stream("consumers")
        consumer = self.kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="c")["Consumer"]
        self.settle()
        described = self.kinesis.describe_stream_consumer(ConsumerARN=consumer["ConsumerARN"])["ConsumerDescription"]
        self.assertEqual((described["ConsumerStatus"], described["StreamARN"]), ("ACTIVE", arn))
        self.assertEqual(len(self.kinesis.list_stream_consumers(StreamARN=arn)["Consumers"]), 1)
        self.refused("ResourceInUseException", self.kinesis.delete_stream, StreamName="consumers")
        self.kinesis.deregister_stream_consumer(ConsumerARN=consumer["ConsumerARN"])
        self.settle()
        self.kinesis.delete_stream(StreamName="consumers", EnforceConsumerDeletion=True)
        self.kinesis.get_waiter("stream_not_exists").wait(StreamName="consumers", WaiterConfig={"Delay": 1})

    def test_a_shard_is_pushed_to_its_end_by_enhanced_fan_out(self):
        arn = self.stream("fan-out")
        consumer = self.kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="c")["Consumer"]["ConsumerARN"]
        self.settle()
        for n in range(3):
            self.kinesis.put_record(StreamName="fan-out", Data=str(n).encode(), PartitionKey="k")
        subscribe = lambda: self.kinesis.subscribe_to_shard(
            ConsumerARN=consumer, ShardId="shardId-000000000000", StartingPosition={"Type": "TRIM_HORIZON"})
        events = iter(subscribe()["EventStream"])
        first = next(events)["SubscribeToShardEvent"]
        self.assertEqual([record["Data"] for record in first["Records"]], [b"0", b"1", b"2"])
        self.assertTrue(first["ContinuationSequenceNumber"])
        self.refused("ResourceInUseException", subscribe)
        self.kinesis.split_shard(StreamName="fan-out", ShardToSplit="shardId-000000000000", NewStartingHashKey=MIDDLE)
        self.settle()
        *_, last = [event["SubscribeToShardEvent"] for event in events]
        self.assertEqual([child["ShardId"] for child in last["ChildShards"]],
                         ["shardId-000000000001", "shardId-000000000002"])
        self.assertNotIn("ContinuationSequenceNumber", last)

    def test_streams_are_listed_in_pages(self):
        for n in range(3):
            self.stream(f"listed-{n}")
        pages = self.kinesis.get_paginator("list_streams").paginate(PaginationConfig={"PageSize": 2})
        names = [name for page in pages for name in page["StreamNames"]]
        self.assertLessEqual({"listed-0", "listed-1", "listed-2"}, set(names))
        self.assertEqual(names, sorted(names))

    def test_everything_that_is_listed_comes_in_pages(self):
        arn = self.stream("pages", 3, Tags={"a": "1", "b": "2", "c": "3"})
        described = self.kinesis.get_paginator("describe_stream").paginate(StreamName="pages", PaginationConfig={"PageSize": 2})
        self.assertEqual([len(page["StreamDescription"]["Shards"]) for page in described], [2, 1])
        for name in ["x", "y", "z"]:
            self.kinesis.register_stream_consumer(StreamARN=arn, ConsumerName=name)
        consumers = self.kinesis.get_paginator("list_stream_consumers").paginate(StreamARN=arn, PaginationConfig={"PageSize": 2})
        self.assertEqual([len(page["Consumers"]) for page in consumers], [2, 1])
        first = self.kinesis.list_tags_for_stream(StreamName="pages", Limit=2)
        rest = self.kinesis.list_tags_for_stream(StreamName="pages", Limit=2, ExclusiveStartTagKey="b")
        self.assertEqual([tag["Key"] for tag in first["Tags"] + rest["Tags"]], ["a", "b", "c"])
        self.assertEqual((first["HasMoreTags"], rest["HasMoreTags"]), (True, False))
        shards = self.kinesis.list_shards(StreamName="pages", MaxResults=1)["NextToken"]
        streams = self.kinesis.list_streams(Limit=1)["NextToken"]
        consumers = self.kinesis.list_stream_consumers(StreamARN=arn, MaxResults=1)["NextToken"]
        self.endpoint.advance("301s")
        self.refused("ExpiredNextTokenException", self.kinesis.list_shards, NextToken=shards)
        self.refused("ExpiredNextTokenException", self.kinesis.list_streams, NextToken=streams)
        self.refused("ExpiredNextTokenException", self.kinesis.list_stream_consumers, StreamARN=arn, NextToken=consumers)

    def test_wrong_requests_are_refused(self):
        arn = self.stream("wrong")
        refused, k = self.refused, self.kinesis
        refused("ResourceNotFoundException", k.describe_stream, StreamName="nowhere")
        refused("ResourceInUseException", k.create_stream, StreamName="wrong", ShardCount=1)
        refused("LimitExceededException", k.create_stream, StreamName="huge", ShardCount=30_000)
        refused("InvalidArgumentException", k.get_records, ShardIterator="AAAA")
        refused("InvalidArgumentException", k.put_record, Data=b"", PartitionKey="k")
        refused("DryRunOperationException", k.put_record, StreamName="wrong", Data=b"", PartitionKey="k", DryRun=True)
        refused("ResourceNotFoundException", k.put_record, StreamName="nowhere", Data=b"", PartitionKey="k", DryRun=True)
        message = refused("ValidationException", k.put_record, StreamName="not a name", Data=b"", PartitionKey="k" * 300)
        self.assertTrue(message.startswith("2 validation errors detected: "), message)
        refused("ValidationException", k.put_record, StreamName="wrong", Data=b"x" * 1_048_577, PartitionKey="k")
        refused("ResourceNotFoundException", k.get_shard_iterator, StreamName="wrong", ShardId="shardId-000000000009",
                ShardIteratorType="LATEST")
        refused("UnknownOperationException", k.list_queues)
        refused("ResourceNotFoundException", k.put_record, StreamName="nowhere", Data=b"", PartitionKey="k",
                ExplicitHashKey="9" * 39)
        refused("ResourceNotFoundException", k.describe_stream, StreamARN=arn.replace("us-east-1", "eu-west-1"))

    def test_a_hot_shard_is_throttled_and_an_iterator_expires(self):
        self.stream("hot")
        batch = [{"Data": b"x" * 2000, "PartitionKey": "hot"}] * 500
        self.endpoint.control("clock", {"pace": "manual"})
        failed = [self.kinesis.put_records(StreamName="hot", Records=batch)["FailedRecordCount"] for _ in range(2)]
        self.endpoint.control("clock", {"pace": "x20"})
        self.assertEqual(failed[0], 0)
        self.assertGreater(failed[1], 450)
        iterator = self.iterator("hot", "shardId-000000000000")
        self.endpoint.advance("301s")
        self.refused("ExpiredIteratorException", self.kinesis.get_records, ShardIterator=iterator)
        self.endpoint.advance("25h")
        got = self.kinesis.get_records(ShardIterator=self.iterator("hot", "shardId-000000000000"))
        self.assertEqual(got["Records"], [], "retention has passed")


if __name__ == "__main__":
    unittest.main()
