"""What is tested: a producer and a consumer of orders, as they might stand in your own code."""

from botocore.exceptions import ClientError


def put_all(kinesis, stream, records, sleep):
    """Puts (key, data) pairs until all are taken. Gives how many tries that took.

    PutRecords answers 200 when it refused some records, or all: only the answer's entries tell.
    """
    waiting, tries = list(records), 0
    while waiting:
        if tries:
            sleep(min(0.1 * 2**tries, 5))
        entries = [{"PartitionKey": key, "Data": data} for key, data in waiting]
        results = kinesis.put_records(StreamName=stream, Records=entries)["Records"]
        waiting = [record for record, result in zip(waiting, results) if "ErrorCode" in result]
        tries += 1
    return tries


class Consumer:
    """Reads one shard, and keeps in a table how far it has come."""

    def __init__(self, kinesis, dynamodb, stream, shard, table="checkpoints"):
        self.kinesis, self.dynamodb, self.stream, self.shard, self.table = kinesis, dynamodb, stream, shard, table
        row = dynamodb.get_item(TableName=table, Key={"shard": {"S": shard}}, ConsistentRead=True).get("Item")
        self.position = row["position"]["S"] if row else None
        self.iterator = None

    def _ask_for_iterator(self):
        where = {"ShardIteratorType": "TRIM_HORIZON"}
        if self.position:
            where = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": self.position}
        answer = self.kinesis.get_shard_iterator(StreamName=self.stream, ShardId=self.shard, **where)
        self.iterator = answer["ShardIterator"]

    def poll(self, handle, limit=100):
        """Reads once, hands each record's data to `handle`, and then stores the position."""
        if self.iterator is None:
            self._ask_for_iterator()
        try:
            answer = self.kinesis.get_records(ShardIterator=self.iterator, Limit=limit)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExpiredIteratorException":
                raise
            # Five minutes old: ask for another from where we are, not from the beginning and not from the tip.
            self._ask_for_iterator()
            answer = self.kinesis.get_records(ShardIterator=self.iterator, Limit=limit)
        for record in answer["Records"]:
            handle(record["Data"])
            self.position = record["SequenceNumber"]
        self.iterator = answer["NextShardIterator"]
        if answer["Records"]:
            row = {"shard": {"S": self.shard}, "position": {"S": self.position}}
            self.dynamodb.put_item(TableName=self.table, Item=row)
