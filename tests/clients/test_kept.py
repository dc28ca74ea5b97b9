"""Sessions that are kept: recordings that replay the same, and state that outlives the process."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from botocore.exceptions import ClientError

from endpoint import BINARY, Endpoint


class Kept(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def session(self, endpoint):
        kinesis, db = endpoint.client("kinesis"), endpoint.client("dynamodb")
        kinesis.create_stream(StreamName="orders", ShardCount=2)
        db.create_table(TableName="leases", BillingMode="PAY_PER_REQUEST",
                        KeySchema=[{"AttributeName": "leaseKey", "KeyType": "HASH"}],
                        AttributeDefinitions=[{"AttributeName": "leaseKey", "AttributeType": "S"}])
        endpoint.advance("1s")
        endpoint.control("faults", {"internal_errors": {"stream": "orders", "rate": "30%"}, "for": "2s"})
        for n in range(60):
            try:
                kinesis.put_record(StreamName="orders", Data=str(n).encode(), PartitionKey=str(n))
            except ClientError as error:
                self.assertEqual(error.response["Error"]["Code"], "InternalFailure")
            endpoint.advance("50ms")
        db.put_item(TableName="leases", Item={"leaseKey": {"S": "a"}, "n": {"N": "1"}})
        arn = kinesis.describe_stream_summary(StreamName="orders")["StreamDescriptionSummary"]["StreamARN"]
        consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="c")["Consumer"]["ConsumerARN"]
        endpoint.advance("1s")
        events = iter(kinesis.subscribe_to_shard(ConsumerARN=consumer, ShardId="shardId-000000000000",
                                                 StartingPosition={"Type": "TRIM_HORIZON"})["EventStream"])
        return len(next(events)["SubscribeToShardEvent"]["Records"])

    def replay(self, path):
        return subprocess.run([BINARY, "replay", path], capture_output=True, text=True)

    def test_a_recording_replays_to_the_same_answers_and_hash(self):
        path = os.path.join(self.folder, "session.ndjson")
        with Endpoint("--clock", "manual", "--record", path) as endpoint:
            self.assertGreater(self.session(endpoint), 0)
        done = self.replay(path)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("the same answers, and the same trace hash", done.stdout)

        lines = Path(path).read_text().splitlines()
        put = next(n for n, line in enumerate(lines) if "PutItem" in line)
        entry = json.loads(lines[put])
        changed = lines[:put] + lines[put + 1:]
        Path(path).write_text("\n".join(changed) + "\n")
        self.assertIn("request", entry)
        done = self.replay(path)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("not the same", done.stdout)
        Path(path).write_text("nonsense\n")
        done = self.replay(path)
        self.assertEqual(done.returncode, 2)
        self.assertIn("line 1 is none of a recording", done.stderr)

    def read_all(self, kinesis):
        found = {}
        for shard in ["shardId-000000000000", "shardId-000000000001"]:
            iterator = kinesis.get_shard_iterator(StreamName="orders", ShardId=shard, ShardIteratorType="TRIM_HORIZON")
            for record in kinesis.get_records(ShardIterator=iterator["ShardIterator"])["Records"]:
                found[record["SequenceNumber"]] = record["Data"]
        return found

    def test_nothing_acknowledged_is_lost_by_kill_9(self):
        options = ("--clock", "manual", "--data-dir", self.folder)
        acknowledged = {}
        for life in range(3):
            with Endpoint(*options) as endpoint:
                kinesis, db = endpoint.client("kinesis"), endpoint.client("dynamodb")
                if life == 0:
                    self.session(endpoint)
                    acknowledged = self.read_all(kinesis)
                    self.assertGreater(len(acknowledged), 30)
                self.assertEqual(self.read_all(kinesis), acknowledged)
                self.assertEqual(db.get_item(TableName="leases", Key={"leaseKey": {"S": "a"}}, ConsistentRead=True)["Item"]["n"]["N"], "1")
                endpoint.advance("10s")
                for n in range(20):
                    put = kinesis.put_record(StreamName="orders", Data=f"{life} {n}".encode(), PartitionKey=str(n))
                    acknowledged[put["SequenceNumber"]] = f"{life} {n}".encode()
                endpoint.process.kill()
                endpoint.process.wait()
            # A line that was being written when the process died.
            with open(os.path.join(self.folder, "journal.ndjson"), "a") as journal:
                journal.write('{"at_ns":1,"requ')
        done = subprocess.run([BINARY, "serve", "--port", "0", "--data-dir", self.folder, "--limits", "off"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("the data directory was begun with --limits Data", done.stderr)


if __name__ == "__main__":
    unittest.main()
