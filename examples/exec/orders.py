"""A consumer of the stream `orders` on boto3: reads every shard, does its work, and keeps its place in a DynamoDB table.

It tells kinesim what it has processed, so that kinesim can say what it left out. Set ORDERS_BUG to plant a bug:

    latest            an iterator that expired is replaced by one at LATEST: what came in between is never read
    checkpoint-first  the place is kept before the work is done: whoever is killed in between never does it
"""

import json
import os
import signal
import sys
import time
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

STREAM = os.environ.get("KINESIM_STREAM", "orders")
CONSUMER = os.environ.get("KINESIM_CONSUMER", "orders-consumer")
KINESIM = os.environ.get("KINESIM_URL")
BUG = os.environ.get("ORDERS_BUG")
PLACES = f"{CONSUMER}-places"
ORDERS = f"{CONSUMER}-orders"
END = "SHARD_END"

# Everything is tried again below, and short timeouts let a lost answer cost little.
QUICK = Config(retries={"total_max_attempts": 1}, connect_timeout=1, read_timeout=1)
kinesis, dynamodb = boto3.client("kinesis", config=QUICK), boto3.client("dynamodb", config=QUICK)


def patiently(call, **arguments):
    """Calls until it is answered. Whoever is refused for good hears of it."""
    while True:
        try:
            return call(**arguments)
        except ClientError as error:
            again = {"ProvisionedThroughputExceededException", "InternalFailure", "InternalServerError",
                     "InternalServerErrorException", "ThrottlingException", "LimitExceededException",
                     "ServiceUnavailable", "ServiceUnavailableException"}
            if error.response["Error"]["Code"] not in again:
                raise
        except BotoCoreError:
            pass
        time.sleep(0.05)


def tell(what, said):
    """Tells kinesim what was done, when it is there to listen."""
    if KINESIM:
        body = json.dumps({"consumer": CONSUMER, "worker": os.environ.get("KINESIM_WORKER"), **said}).encode()
        urllib.request.urlopen(f"{KINESIM}/_kinesim/{what}", data=body).read()


def create(table):
    try:
        patiently(dynamodb.create_table, TableName=table, BillingMode="PAY_PER_REQUEST",
                  KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                  AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
    except dynamodb.exceptions.ResourceInUseException:
        pass


def work(record):
    """Stores an order, once: whoever comes to it again finds it there."""
    number = record["SequenceNumber"]
    try:
        patiently(dynamodb.put_item, TableName=ORDERS, Item={"id": {"S": number}},
                  ConditionExpression="attribute_not_exists(id)")
        tell("effect", {"id": number, "sequenceNumber": number})
    except dynamodb.exceptions.ConditionalCheckFailedException:
        pass
    tell("processed", {"stream": STREAM, "sequenceNumber": number})


class Shard:
    def __init__(self, shard):
        self.id = shard["ShardId"]
        self.parents = {shard[key] for key in ("ParentShardId", "AdjacentParentShardId") if key in shard}
        item = patiently(dynamodb.get_item, TableName=PLACES, Key={"id": {"S": self.id}}, ConsistentRead=True)
        self.place = item.get("Item", {}).get("place", {}).get("S")
        self.iterator = None

    def is_done(self):
        return self.place == END

    def begin(self, kind=None):
        position = {"ShardIteratorType": kind or "TRIM_HORIZON"}
        if not kind and self.place:
            position = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": self.place}
        answer = patiently(kinesis.get_shard_iterator, StreamName=STREAM, ShardId=self.id, **position)
        self.iterator = answer["ShardIterator"]

    def keep(self, place):
        self.place = place
        patiently(dynamodb.put_item, TableName=PLACES, Item={"id": {"S": self.id}, "place": {"S": place}})

    def read(self):
        if not self.iterator:
            self.begin()
        try:
            page = patiently(kinesis.get_records, ShardIterator=self.iterator, Limit=100)
        except kinesis.exceptions.ExpiredIteratorException:
            return self.begin("LATEST" if BUG == "latest" else None)
        records = page["Records"]
        if records and BUG == "checkpoint-first":
            self.keep(records[-1]["SequenceNumber"])
        for record in records:
            work(record)
        if records and BUG != "checkpoint-first":
            self.keep(records[-1]["SequenceNumber"])
        self.iterator = page.get("NextShardIterator")
        if not self.iterator:
            self.keep(END)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    create(PLACES)
    create(ORDERS)
    shards = {}
    while True:
        for shard in patiently(kinesis.list_shards, StreamName=STREAM)["Shards"]:
            if shard["ShardId"] not in shards:
                shards[shard["ShardId"]] = Shard(shard)
        for shard in shards.values():
            parents = [shards[parent] for parent in shard.parents if parent in shards]
            if not shard.is_done() and all(parent.is_done() for parent in parents):
                shard.read()
        time.sleep(0.1)


if __name__ == "__main__":
    main()
