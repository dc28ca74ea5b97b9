"""A test that knows nothing of kinesim: the environment says where Kinesis is."""

import boto3

kinesis = boto3.client("kinesis")
kinesis.create_stream(StreamName="orders", ShardCount=1)
kinesis.get_waiter("stream_exists").wait(StreamName="orders", WaiterConfig={"Delay": 1})
put = kinesis.put_record(StreamName="orders", PartitionKey="customer", Data=b"an order")
iterator = kinesis.get_shard_iterator(StreamName="orders", ShardId=put["ShardId"], ShardIteratorType="TRIM_HORIZON")
records = kinesis.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
assert [record["Data"] for record in records] == [b"an order"], records
print("put and read one order")
