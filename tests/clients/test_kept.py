"""Sessions that are kept: recordings that replay the same, and state that outlives the process."""

import json
import os
import resource
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from botocore.config import Config
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

    def test_delivery_streams_outlive_the_process_and_replay_the_same(self):
        kept, recorded = os.path.join(self.folder, "kept"), os.path.join(self.folder, "session.ndjson")
        bucket = {"RoleARN": "arn:aws:iam::000000000000:role/firehose", "BucketARN": "arn:aws:s3:::lake"}
        change = {"CurrentDeliveryStreamVersionId": "1", "DestinationId": "destinationId-000000000001",
                  "ExtendedS3DestinationUpdate": {"Prefix": "p/"}}
        for option, path in [("--data-dir", kept), ("--record", recorded)]:
            with Endpoint("--clock", "manual", option, path) as endpoint:
                firehose = endpoint.client("firehose")
                firehose.create_delivery_stream(DeliveryStreamName="d", ExtendedS3DestinationConfiguration=bucket)
                endpoint.advance("1s")
                put = firehose.put_record_batch(DeliveryStreamName="d", Records=[{"Data": b"a"}, {"Data": b"b"}])
                firehose.update_destination(DeliveryStreamName="d", **change)
                before = firehose.describe_delivery_stream(DeliveryStreamName="d")["DeliveryStreamDescription"]
                if option == "--data-dir":
                    endpoint.process.send_signal(signal.SIGKILL)
        with Endpoint("--clock", "manual", "--data-dir", kept) as endpoint:
            firehose = endpoint.client("firehose")
            after = firehose.describe_delivery_stream(DeliveryStreamName="d")["DeliveryStreamDescription"]
            self.assertEqual({name: after[name] for name in ("VersionId", "Destinations")},
                             {name: before[name] for name in ("VersionId", "Destinations")})
            one = firehose.put_record(DeliveryStreamName="d", Record={"Data": b"c"})
            self.assertNotIn(one["RecordId"], {record["RecordId"] for record in put["RequestResponses"]})
        done = self.replay(recorded)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

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
                    # The fault meets half of the descriptions, and half of the puts that come after the others.
                self.assertGreater(len(acknowledged), 10)
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
        self.assertIn(f"{self.folder}: the data directory was begun with --limits data, and not with --limits off", done.stderr)
        done = self.refused("--data-dir", self.folder, "--transitions", "realistic", "--clock", "manual")
        self.assertIn("begun without --transitions, and not with --transitions realistic", done.stderr)

    def refused(self, *arguments):
        done = subprocess.run([BINARY, "serve", "--port", "0", *arguments], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        return done

    def test_nothing_is_lost_where_a_scenario_leaves_things_to_chance(self):
        # Without faults, chance still says how long each call takes, and that is in the sequence numbers.
        fault = """
            [[fault]]
            at = "0s"
            for = "5m"
            internal_errors = { service = "kinesis", rate = "50%" }
        """
        for name, fault in [("flaky", fault), ("calm", "")]:
            with self.subTest(name):
                scenario = os.path.join(self.folder, f"{name}.toml")
                Path(scenario).write_text(f'name = "{name}"\nduration = "1h"\n[stream.orders]\nshards = 2\n{fault}')
                options = ("--scenario", scenario, "--data-dir", os.path.join(self.folder, name))
                acknowledged = {}
                for life in range(3):
                    with Endpoint("--clock", "x10", *options) as endpoint:
                        self.live_through(endpoint, acknowledged, str(life))
                # The fault meets half of the descriptions, and half of the puts that come after the others.
                self.assertGreater(len(acknowledged), 10)

    def live_through(self, endpoint, acknowledged, life):
        """Checks what is there, writes more with reads in between, and kills the endpoint."""
        kinesis = endpoint.client("kinesis")
        patient = endpoint.client("kinesis", Config(retries={"total_max_attempts": 40, "mode": "standard"}))
        found = self.read_all(patient)
        self.assertLessEqual(acknowledged.items(), found.items())
        for n in range(40):
            data = f"{life} {n}".encode()
            try:
                kinesis.describe_stream_summary(StreamName="orders")
                put = kinesis.put_record(StreamName="orders", Data=data, PartitionKey=str(n))
                acknowledged[put["SequenceNumber"]] = data
                kinesis.get_shard_iterator(StreamName="orders", ShardId="shardId-000000000000", ShardIteratorType="LATEST")
            except ClientError as error:
                self.assertIn(error.response["Error"]["Code"], ["InternalFailure", "ProvisionedThroughputExceededException"])
        endpoint.process.kill()
        endpoint.process.wait()

    def test_one_process_at_a_time_has_a_data_directory(self):
        with Endpoint("--clock", "manual", "--data-dir", self.folder):
            done = self.refused("--clock", "manual", "--data-dir", self.folder)
            self.assertIn(f"{self.folder}: is in use by another kinesim", done.stderr)
        with Endpoint("--clock", "manual", "--data-dir", self.folder) as endpoint:
            self.assertEqual(endpoint.control("health"), {"status": "ok"})

    def test_a_journal_that_was_barely_begun_is_new(self):
        for beginning in ["", '{"kine', '{"kinesim":2,"account":"0000']:
            with self.subTest(beginning=beginning):
                Path(self.folder, "journal.ndjson").write_text(beginning)
                with Endpoint("--clock", "manual", "--data-dir", self.folder) as endpoint:
                    endpoint.client("kinesis").create_stream(StreamName="orders", ShardCount=1)
                with Endpoint("--clock", "manual", "--data-dir", self.folder) as endpoint:
                    self.assertEqual(endpoint.client("kinesis").list_streams()["StreamNames"], ["orders"])
        journal = Path(self.folder, "journal.ndjson")
        journal.write_text("my own notes")
        self.refused("--data-dir", self.folder)
        self.assertEqual(journal.read_text(), "my own notes")

    def test_the_clock_of_a_data_directory_does_not_go_back(self):
        for stop in [subprocess.Popen.terminate, subprocess.Popen.kill]:
            folder = os.path.join(self.folder, stop.__name__)
            with Endpoint("--clock", "manual", "--data-dir", folder) as endpoint:
                kinesis = endpoint.client("kinesis")
                kinesis.create_stream(StreamName="orders", ShardCount=2)
                endpoint.advance("1s")
                kinesis.put_record(StreamName="orders", Data=b"old", PartitionKey="a")
                self.assertEqual(len(self.read_all(kinesis)), 1)
                endpoint.advance("30h")
                self.assertEqual(self.read_all(kinesis), {})
                then = endpoint.control("clock")["seconds"]
                stop(endpoint.process)
                endpoint.process.wait()
            with Endpoint("--clock", "manual", "--data-dir", folder) as endpoint:
                self.assertEqual(endpoint.control("clock")["seconds"], then)
                self.assertEqual(self.read_all(endpoint.client("kinesis")), {})

    def test_time_that_passed_by_itself_is_kept_at_an_orderly_stop(self):
        with Endpoint("--clock", "x3600", "--data-dir", self.folder) as endpoint:
            time.sleep(0.2)
            then = endpoint.control("clock")["seconds"]
        with Endpoint("--clock", "manual", "--data-dir", self.folder) as endpoint:
            self.assertGreaterEqual(endpoint.control("clock")["seconds"], then)

    def test_what_a_full_disk_does_not_keep_is_not_acknowledged(self):
        # The largest file that the process may write stands for a disk that is full.
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))

        small = lambda kinesis: kinesis.put_record(StreamName="orders", Data=b"small", PartitionKey="a")
        with Endpoint("--clock", "manual", "--data-dir", self.folder, preexec_fn=limit) as endpoint:
            kinesis, db = endpoint.client("kinesis"), endpoint.client("dynamodb")
            kinesis.create_stream(StreamName="orders", ShardCount=2)
            endpoint.advance("1s")
            kept = {small(kinesis)["SequenceNumber"]: b"small"}
            with self.assertRaises(ClientError) as raised:
                kinesis.put_record(StreamName="orders", Data=b"x" * 30_000, PartitionKey="a")
            self.assertEqual(raised.exception.response["Error"]["Code"], "InternalFailure")
            with self.assertRaises(urllib.error.HTTPError) as raised:
                endpoint.control("health")
            with raised.exception as answer:
                self.assertEqual(answer.code, 503)
                self.assertIn("the data directory cannot be written", json.loads(answer.read())["problem"])
            with self.assertRaises(ClientError) as raised:
                db.create_table(TableName="t" * 200, BillingMode="PAY_PER_REQUEST",
                                KeySchema=[{"AttributeName": "k" * 250, "KeyType": "HASH"}],
                                AttributeDefinitions=[{"AttributeName": "k" * 250, "AttributeType": "S"}],
                                Tags=[{"Key": str(n) * 60, "Value": "v" * 250} for n in range(50)])
            self.assertEqual(raised.exception.response["Error"]["Code"], "InternalServerError")
            kept[small(kinesis)["SequenceNumber"]] = b"small"
            self.assertEqual(endpoint.control("health"), {"status": "ok"})
            self.assertEqual(self.read_all(kinesis), kept)
            endpoint.process.kill()
            endpoint.process.wait()
        with Endpoint("--clock", "manual", "--data-dir", self.folder) as endpoint:
            self.assertEqual(self.read_all(endpoint.client("kinesis")), kept)

    def test_a_recording_is_not_overwritten(self):
        path = os.path.join(self.folder, "session.ndjson")
        Path(path).write_text("precious\n")
        done = self.refused("--record", path)
        self.assertIn(f"{path}: is there already: remove it, or give --record another file", done.stderr)
        self.assertEqual(Path(path).read_text(), "precious\n")

    def test_a_recording_has_no_credentials_and_replays_refusals_too(self):
        path = os.path.join(self.folder, "session.ndjson")
        with Endpoint("--clock", "manual", "--record", path) as endpoint:
            kinesis = endpoint.client("kinesis")
            kinesis.list_streams()
            whole = "AWS4-HMAC-SHA256 Credential=AKIASECRET/1/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=c0ffee"
            for authorization in [whole, whole.replace("Signature=c0ffee", "Signed=c0ffee"), "Bearer AKIASECRET", "AKIASECRET"]:
                headers = {"X-Amz-Target": "Kinesis_20131202.ListStreams", "Content-Type": "application/x-amz-json-1.1",
                           "X-Amz-Date": "20261123T000000Z", "Authorization": authorization}
                try:
                    urllib.request.urlopen(urllib.request.Request(endpoint.url, data=b"{}", headers=headers)).close()
                except urllib.error.HTTPError as error:
                    self.assertEqual(error.code, 400)
                    error.close()
        for secret in ["AKIASECRET", "c0ffee", "Credential=key"]:
            self.assertNotIn(secret, Path(path).read_text())
        done = self.replay(path)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
