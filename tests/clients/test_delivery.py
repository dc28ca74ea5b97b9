"""Delivery streams of `kinesim serve`: boto3 puts records, and reads from the same port what was delivered."""

import gzip
import json
import os
import signal
import tempfile
import time
import unittest

from botocore.exceptions import ClientError

from endpoint import Endpoint
from test_firehose import DESTINATIONS

ROLE = "arn:aws:iam::000000000000:role/firehose"
DESTINATION = "destinationId-000000000001"
HINTS = {"IntervalInSeconds": 60, "SizeInMBs": 5}
TO_LAKE = {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake", "BufferingHints": HINTS}
PATIENCE = 60


class Delivery:
    """A delivery stream `clicks` of an endpoint, and what it delivers."""

    def __init__(self, endpoint, **options):
        self.endpoint = endpoint
        self.firehose, self.s3 = endpoint.client("firehose"), endpoint.client("s3")
        self.create(**options)

    def create(self, source=None, **options):
        said = {"ExtendedS3DestinationConfiguration": {**TO_LAKE, **options}}
        if source:
            said["DeliveryStreamType"] = "KinesisStreamAsSource"
            said["KinesisStreamSourceConfiguration"] = {"KinesisStreamARN": source, "RoleARN": ROLE}
        self.firehose.create_delivery_stream(DeliveryStreamName="clicks", **said)
        self.endpoint.advance("1s")

    def put(self, *lines):
        records = [{"Data": line} for line in lines]
        put = self.firehose.put_record_batch(DeliveryStreamName="clicks", Records=records)
        assert put["FailedPutCount"] == 0

    def objects(self):
        """Every object of the lake, by its key."""
        try:
            found = self.s3.list_objects_v2(Bucket="lake").get("Contents", [])
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchBucket":
                raise
            return {}
        return {one["Key"]: self.s3.get_object(Bucket="lake", Key=one["Key"])["Body"].read() for one in found}

    def wait(self, is_done):
        """What there is once it is all there; clocks that run need their time."""
        until = time.monotonic() + PATIENCE
        while not is_done(found := self.objects()):
            assert time.monotonic() < until, found
            time.sleep(0.05)
        return found


class ManualClock(unittest.TestCase):
    def setUp(self):
        self.endpoint = Endpoint("--clock", "manual").__enter__()
        self.addCleanup(self.endpoint.__exit__)

    def test_nothing_is_delivered_before_its_time_and_all_of_it_then(self):
        delivery = Delivery(self.endpoint)
        delivery.put(b"a\n", b"b\n")
        self.endpoint.advance("50s")
        self.assertEqual(delivery.objects(), {})
        delivery.put(b"c\n")
        self.endpoint.advance("15s")
        (key, body), = delivery.objects().items()
        self.assertEqual(body, b"a\nb\nc\n")
        self.assertRegex(key, r"^\d{4}/\d\d/\d\d/\d\d/clicks-1-\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d-[0-9a-f-]{36}$")

    def test_what_fills_a_buffer_does_not_wait(self):
        delivery = Delivery(self.endpoint, BufferingHints={"IntervalInSeconds": 900, "SizeInMBs": 1})
        delivery.put(b"x" * 1_000_000, b"y" * 1_000_000)
        self.endpoint.advance("2s")
        self.assertTrue(delivery.objects())

    def test_coded_objects_decode(self):
        delivery = Delivery(self.endpoint, CompressionFormat="GZIP")
        delivery.put(b"a\n" * 1000, b"b\n")
        self.endpoint.advance("61s")
        (key, body), = delivery.objects().items()
        self.assertTrue(key.endswith(".gz"))
        self.assertEqual(gzip.decompress(body), b"a\n" * 1000 + b"b\n")
        head = delivery.s3.head_object(Bucket="lake", Key=key)
        self.assertEqual(head["ContentLength"], len(body))

    def test_an_update_takes_effect(self):
        delivery = Delivery(self.endpoint, Prefix="old/")
        delivery.put(b"a\n")
        self.endpoint.advance("61s")
        delivery.firehose.update_destination(
            DeliveryStreamName="clicks", CurrentDeliveryStreamVersionId="1", DestinationId=DESTINATION,
            ExtendedS3DestinationUpdate={"Prefix": "new/", "CompressionFormat": "GZIP"})
        self.endpoint.advance("1s")
        delivery.put(b"b\n")
        self.endpoint.advance("61s")
        new, old = sorted(delivery.objects().items())
        self.assertRegex(old[0], "^old/.*/clicks-1-")
        self.assertRegex(new[0], "^new/.*/clicks-2-")
        self.assertEqual((old[1], gzip.decompress(new[1])), (b"a\n", b"b\n"))

    def test_one_that_is_deleted_delivers_nothing_more(self):
        delivery = Delivery(self.endpoint)
        delivery.put(b"a\n")
        self.endpoint.advance("61s")
        delivery.firehose.delete_delivery_stream(DeliveryStreamName="clicks")
        self.endpoint.advance("1s")
        with self.assertRaises(delivery.firehose.exceptions.ResourceNotFoundException):
            delivery.put(b"b\n")
        # A new one of that name begins anew.
        delivery.create(Prefix="again/")
        delivery.put(b"c\n")
        self.endpoint.advance("61s")
        self.assertEqual(sorted(delivery.objects().values()), [b"a\n", b"c\n"])

    def test_what_cannot_be_transformed_is_in_the_error_output(self):
        function = "arn:aws:lambda:us-east-1:000000000000:function:nowhere"
        delivery = Delivery(
            self.endpoint, Prefix="data/", ErrorOutputPrefix="errors/!{firehose:error-output-type}/",
            ProcessingConfiguration={"Enabled": True, "Processors": [{"Type": "Lambda", "Parameters": [
                {"ParameterName": "LambdaArn", "ParameterValue": function}]}]})
        delivery.put(b"a\n", b"b\n")
        self.endpoint.advance("30m")
        (key, body), = delivery.objects().items()
        self.assertTrue(key.startswith("errors/processing-failed/"), key)
        told = [json.loads(line) for line in body.splitlines()]
        self.assertEqual([record["rawData"] for record in told], ["YQo=", "Ygo="])
        self.assertEqual({record["lambdaArn"].split(":")[6] for record in told}, {"nowhere"})
        self.assertEqual({record["errorCode"] for record in told}, {"Lambda.ResourceNotFound"})

    def test_a_stream_is_the_source(self):
        kinesis = self.endpoint.client("kinesis")
        kinesis.create_stream(StreamName="clicks", ShardCount=2)
        self.endpoint.advance("1s")
        delivery = Delivery(self.endpoint, source="arn:aws:kinesis:us-east-1:000000000000:stream/clicks")
        # It reads from LATEST: what is put before it has looked is not its.
        self.endpoint.advance("10s")
        for n in range(20):
            kinesis.put_record(StreamName="clicks", Data=b"%d\n" % n, PartitionKey=str(n))
        self.endpoint.advance("90s")
        found = delivery.objects()
        lines = b"".join(found.values()).split()
        self.assertEqual(sorted(lines, key=int), [b"%d" % n for n in range(20)])

    def test_every_destination_takes_records_and_copies_are_in_s3(self):
        backup = {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::copies", "Prefix": "all/", "BufferingHints": HINTS}
        s3 = self.endpoint.client("s3")
        firehose = self.endpoint.client("firehose")
        modes = {"HttpEndpoint": "AllData", "Splunk": "AllEvents", "Amazonopensearchservice": "AllDocuments",
                 "Elasticsearch": "AllDocuments"}
        for stem, mode in modes.items():
            said = {**DESTINATIONS[stem][0], "S3BackupMode": mode, "S3Configuration": {**backup, "Prefix": f"{stem}/"}}
            firehose.create_delivery_stream(DeliveryStreamName=stem, **{f"{stem}DestinationConfiguration": said})
        self.endpoint.advance("1s")
        for stem in modes:
            firehose.put_record(DeliveryStreamName=stem, Record={"Data": b'{"event": {"page": 1}}'})
        self.endpoint.advance("1h")
        for stem in modes:
            with self.subTest(stem):
                found = s3.list_objects_v2(Bucket="copies", Prefix=f"{stem}/").get("Contents", [])
                self.assertEqual(len(found), 1)
                body = s3.get_object(Bucket="copies", Key=found[0]["Key"])["Body"].read()
                self.assertIn(b'{"event": {"page": 1}}', body)

    def test_what_redshift_loads_is_staged_in_s3(self):
        firehose, s3 = self.endpoint.client("firehose"), self.endpoint.client("s3")
        firehose.create_delivery_stream(
            DeliveryStreamName="clicks", RedshiftDestinationConfiguration=DESTINATIONS["Redshift"][0])
        self.endpoint.advance("1s")
        firehose.put_record(DeliveryStreamName="clicks", Record={"Data": b"1|a\n"})
        self.endpoint.advance("1h")
        keys = [one["Key"] for one in s3.list_objects_v2(Bucket="lake")["Contents"]]
        bodies = [s3.get_object(Bucket="lake", Key=key)["Body"].read() for key in keys]
        self.assertIn(b"1|a\n", bodies)

    def test_checks_judge_what_was_delivered(self):
        delivery = Delivery(self.endpoint)
        delivery.put(b"a\n")
        self.endpoint.advance("61s")
        failed = [check for check in self.endpoint.control("checks")["checks"] if check["verdict"] == "fail"]
        self.assertEqual(failed, [])


class RunningClock(unittest.TestCase):
    def test_an_interval_passes_by_the_clock_of_the_endpoint(self):
        with Endpoint("--clock", "x60") as endpoint:
            delivery = Delivery(endpoint)
            delivery.put(b"a\n", b"b\n")
            found = delivery.wait(lambda found: found)
            self.assertEqual(b"".join(found[key] for key in sorted(found)), b"a\nb\n")


class Kept(unittest.TestCase):
    def kill(self, endpoint):
        endpoint.process.send_signal(signal.SIGKILL)
        endpoint.process.wait()

    def test_a_kill_in_mid_buffer_loses_nothing_that_was_acknowledged(self):
        with tempfile.TemporaryDirectory() as folder:
            arguments = ("--clock", "manual", "--data-dir", os.path.join(folder, "data"))
            with Endpoint(*arguments) as endpoint:
                delivery = Delivery(endpoint)
                delivery.put(b"a\n")
                endpoint.advance("61s")
                before = delivery.objects()
                self.assertEqual(list(before.values()), [b"a\n"])
                delivery.put(b"b\n", b"c\n")
                endpoint.advance("30s")
                delivery.put(b"d\n")
                self.kill(endpoint)
            with Endpoint(*arguments) as endpoint:
                delivery.firehose, delivery.s3 = endpoint.client("firehose"), endpoint.client("s3")
                self.assertEqual(delivery.objects(), before)
                endpoint.advance("31s")
                after = delivery.objects()
                new, = after.keys() - before.keys()
                self.assertEqual(after[new], b"b\nc\nd\n")


if __name__ == "__main__":
    unittest.main()
