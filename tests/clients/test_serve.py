"""What the endpoint is beside its services: regions, who calls, what it tells, and what it lets in."""

import subprocess
import unittest
import urllib.error
import urllib.request

import boto3
from botocore.exceptions import ClientError

from endpoint import BINARY, RETRY_ONCE, Endpoint

CREDENTIALS = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "config": RETRY_ONCE}


def served(*arguments, talk=lambda url: None):
    """Serves, talks to it, stops it: its exit code, and what it said on stderr."""
    process = subprocess.Popen([BINARY, "serve", "--port", "0", *arguments], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    url = process.stdout.readline().split()[-1]
    try:
        talk(url)
    finally:
        process.terminate()
        _, told = process.communicate()
    return process.returncode, told


class Regions(unittest.TestCase):
    def test_each_region_is_a_world_of_its_own(self):
        with Endpoint("--transitions", "0ms") as endpoint:
            def client(service, region):
                return boto3.client(service, endpoint_url=endpoint.url, region_name=region, **CREDENTIALS)

            for region, shards in (("us-east-1", 1), ("eu-west-1", 2)):
                client("kinesis", region).create_stream(StreamName="orders", ShardCount=shards)
                of = client("kinesis", region).describe_stream_summary(StreamName="orders")["StreamDescriptionSummary"]
                self.assertEqual(of["OpenShardCount"], shards)
                self.assertIn(f":{region}:", of["StreamARN"])
            self.assertEqual(client("kinesis", "ap-south-1").list_streams()["StreamNames"], [])
            client("kinesis", "eu-west-1").delete_stream(StreamName="orders")
            self.assertEqual(client("kinesis", "us-east-1").list_streams()["StreamNames"], ["orders"])
            self.assertEqual(client("dynamodb", "eu-west-1").list_tables()["TableNames"], [])


class OtherServices(unittest.TestCase):
    def test_everybody_is_the_accounts_root(self):
        with Endpoint("--account", "123456789012") as endpoint:
            caller = endpoint.client("sts").get_caller_identity()
            self.assertEqual((caller["Account"], caller["Arn"]), ("123456789012", "arn:aws:iam::123456789012:root"))

    def test_who_asks_for_another_service_is_told_what_there_is(self):
        with Endpoint() as endpoint:
            with self.assertRaisesRegex(ClientError, "kinesim has Kinesis Data Streams and DynamoDB"):
                endpoint.client("firehose").list_delivery_streams()


class Tables(unittest.TestCase):
    def test_a_table_is_active_at_once_unless_a_time_is_given(self):
        for arguments, status in (((), "ACTIVE"), (("--transitions", "1h"), "CREATING")):
            with Endpoint(*arguments) as endpoint:
                tables = endpoint.client("dynamodb")
                tables.create_table(TableName="leases", BillingMode="PAY_PER_REQUEST",
                                    AttributeDefinitions=[{"AttributeName": "leaseKey", "AttributeType": "S"}],
                                    KeySchema=[{"AttributeName": "leaseKey", "KeyType": "HASH"}])
                self.assertEqual(tables.describe_table(TableName="leases")["Table"]["TableStatus"], status)


class Keys(unittest.TestCase):
    def test_only_keys_that_were_named_exist(self):
        with Endpoint("--transitions", "0ms", "--kms-key", "alias/orders") as endpoint:
            kinesis = endpoint.client("kinesis")
            kinesis.create_stream(StreamName="orders", ShardCount=1)
            with self.assertRaises(kinesis.exceptions.KMSNotFoundException):
                kinesis.start_stream_encryption(StreamName="orders", EncryptionType="KMS", KeyId="alias/nope")
            for key in ("alias/orders", "alias/aws/kinesis"):
                kinesis.start_stream_encryption(StreamName="orders", EncryptionType="KMS", KeyId=key)


class Telling(unittest.TestCase):
    def put(self, url):
        kinesis = boto3.client("kinesis", endpoint_url=url, region_name="us-east-1", **CREDENTIALS)
        kinesis.create_stream(StreamName="orders", ShardCount=1)
        with self.assertRaises(ClientError):
            kinesis.describe_stream(StreamName="nope")

    def test_every_request_is_told_when_asked_for(self):
        code, told = served("--log-requests", "always", talk=self.put)
        self.assertEqual(code, 0, told)
        self.assertRegex(told, r"CreateStream +orders +200 +\d+ µs")
        self.assertRegex(told, r"DescribeStream +nope +400 +\d+ µs +ResourceNotFoundException")
        self.assertRegex(told, r"its page: http://127\.0\.0\.1:\d+/_kinesim/")
        self.assertRegex(told, r"2 requests in .* of simulated time")
        self.assertRegex(told, r"checks: 0 failed, \d+ passed, \d+ had nothing to judge")

    def test_requests_are_not_told_where_nobody_looks(self):
        _, told = served(talk=self.put)
        self.assertNotIn("CreateStream", told)

    def test_a_client_that_is_throttled_for_ever_is_told_why(self):
        def talk(url):
            kinesis = boto3.client("kinesis", endpoint_url=url, region_name="us-east-1", **CREDENTIALS)
            kinesis.create_stream(StreamName="orders", ShardCount=1)
            for _ in range(30):
                kinesis.put_records(StreamName="orders", Records=[{"Data": b"x", "PartitionKey": "k"}] * 500)

        _, told = served("--clock", "manual", "--transitions", "0ms", talk=talk)
        self.assertIn("the clock stands still: streams stay CREATING", told)
        self.assertEqual(told.count("requests were refused for throughput at one instant"), 1, told)

    def test_a_clock_that_moves_on_lets_a_throttled_client_through(self):
        with Endpoint("--clock", "auto", "--transitions", "1m") as endpoint:
            kinesis = endpoint.client("kinesis")
            kinesis.create_stream(StreamName="orders", ShardCount=1)
            kinesis.get_waiter("stream_exists").wait(StreamName="orders", WaiterConfig={"Delay": 1, "MaxAttempts": 30})
            self.assertGreaterEqual(endpoint.control("clock")["seconds"], 60)


class Doors(unittest.TestCase):
    def status(self, url, **headers):
        request = urllib.request.Request(url, headers=headers, method=headers.pop("method", "GET"))
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.headers

    def test_a_name_is_let_in_on_purpose(self):
        for arguments, status in (((), 403), (("--allow-host", "kinesim"), 200)):
            with Endpoint(*arguments) as endpoint:
                port = endpoint.url.rsplit(":", 1)[1]
                self.assertEqual(self.status(f"{endpoint.url}/_kinesim/health", Host=f"kinesim:{port}")[0], status)

    def test_pages_of_other_origins_use_the_services_only_when_told(self):
        for arguments, allowed in (((), None), (("--cors",), "*")):
            with Endpoint(*arguments) as endpoint:
                headers = self.status(endpoint.url, method="OPTIONS", Origin="http://a",
                                      **{"Access-Control-Request-Method": "POST"})[1]
                self.assertEqual(headers.get("Access-Control-Allow-Origin"), allowed)
                self.assertEqual(self.status(f"{endpoint.url}/_kinesim/health", Origin="http://a")[0], 403)


if __name__ == "__main__":
    unittest.main()
