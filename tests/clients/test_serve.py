"""What the endpoint is beside its services: regions, who calls, what it tells, and what it lets in."""

import concurrent.futures
import subprocess
import time
import unittest
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from endpoint import BINARY, RETRY_ONCE, Endpoint

KEYED = {"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
         "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}
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
            with self.assertRaisesRegex(ClientError, "kinesim has Kinesis Data Streams, Data Firehose, DynamoDB and S3"):
                endpoint.client("sqs").list_queues()


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

    def test_what_streams_and_tables_took_is_told_at_the_stop(self):
        def talk(url):
            self.put(url)
            tables = boto3.client("dynamodb", endpoint_url=url, region_name="us-east-1", **CREDENTIALS)
            for name in [f"t{n:02}" for n in range(25)]:
                tables.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **KEYED)
            for key in ("a", "b", "b"):
                tables.put_item(TableName="t01", Item={"id": {"S": key}})
            tables.get_item(TableName="t01", Key={"id": {"S": "a"}})

        _, told = served(talk=talk)
        self.assertIn("  stream orders: 0 records taken, 0 throttled\n", told)
        self.assertIn("  table t01: 2 items, 1 read (0.5 units), 3 writes (3 units), 0 throttled\n", told)
        self.assertIn("  table t19: 0 items, 0 reads (0 units), 0 writes (0 units), 0 throttled\n", told)
        self.assertIn("  and 5 more tables\n", told)

    def test_a_clock_that_goes_on_to_a_transition(self):
        with Endpoint("--clock", "auto", "--transitions", "1m") as endpoint:
            kinesis = endpoint.client("kinesis")
            kinesis.create_stream(StreamName="orders", ShardCount=1)
            kinesis.get_waiter("stream_exists").wait(StreamName="orders", WaiterConfig={"Delay": 1, "MaxAttempts": 30})
            self.assertGreaterEqual(endpoint.control("clock")["seconds"], 60)


class ThrottledForEver(unittest.TestCase):
    """Clients that ask for more than a shard and a table give, and try again until they have it."""

    def put_all(self, url, region, rounds, tries):
        """Puts batches of 500 as a producer does, what failed again after a moment; how many were taken."""
        kinesis = boto3.client("kinesis", endpoint_url=url, region_name=region, **CREDENTIALS)
        taken = 0
        for _ in range(rounds):
            waiting = [{"Data": b"x", "PartitionKey": str(n)} for n in range(500)]
            for _ in range(tries):
                results = kinesis.put_records(StreamName="orders", Records=waiting)["Records"]
                waiting = [record for record, result in zip(waiting, results) if "ErrorCode" in result]
                taken += len(results) - len(waiting)
                if not waiting:
                    break
                time.sleep(0.04)
        return taken

    def test_on_a_clock_that_stands_still_the_log_says_why_and_what_to_do(self):
        def talk(url):
            kinesis = boto3.client("kinesis", endpoint_url=url, region_name="us-east-1", **CREDENTIALS)
            kinesis.create_stream(StreamName="orders", ShardCount=1)
            self.assertEqual(self.put_all(url, "us-east-1", 4, 5), 1000, "what a shard takes in a second")
            patient = boto3.client("kinesis", endpoint_url=url, region_name="us-east-1",
                                   **{**CREDENTIALS, "config": Config(retries={"total_max_attempts": 3})})
            with self.assertRaises(kinesis.exceptions.ProvisionedThroughputExceededException):
                patient.put_record(StreamName="orders", Data=b"x", PartitionKey="k")

        _, told = served("--clock", "manual", "--transitions", "0ms", talk=talk)
        self.assertIn("the clock stands still: streams stay CREATING", told)
        self.assertEqual(told.count("requests were refused for throughput at one instant"), 1, told)
        self.assertRegex(told, r"for as long as the clock stands still: POST /_kinesim/clock/advance moves it, and "
                               r"--clock auto does by itself")

    def test_a_clock_that_moves_on_by_itself_lets_them_through_in_every_region(self):
        for region, clients in (("us-east-1", 1), ("us-east-1", 3), ("eu-west-1", 2)):
            with Endpoint("--clock", "auto", "--transitions", "0ms") as endpoint:
                kinesis = boto3.client("kinesis", endpoint_url=endpoint.url, region_name=region, **CREDENTIALS)
                kinesis.create_stream(StreamName="orders", ShardCount=1)
                with concurrent.futures.ThreadPoolExecutor() as pool:
                    putting = [pool.submit(self.put_all, endpoint.url, region, 20, 200) for _ in range(clients)]
                    self.assertEqual([put.result() for put in putting], [10_000] * clients)
                # A shard takes 1,000 a second, and a second is there at the beginning.
                self.assertGreaterEqual(endpoint.control("clock")["seconds"], 10 * clients - 1)

    def test_a_table_that_is_too_small_keeps_nobody_for_ever(self):
        with Endpoint("--clock", "auto") as endpoint:
            tables = endpoint.client("dynamodb")
            tables.create_table(TableName="small", **KEYED,
                                ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1})
            waiting = [{"PutRequest": {"Item": {"id": {"S": str(n)}, "text": {"S": "x" * 14_000}}}} for n in range(25)]
            for _ in range(600):
                try:
                    answer = tables.batch_write_item(RequestItems={"small": waiting})
                    waiting = answer["UnprocessedItems"].get("small", [])
                except tables.exceptions.ProvisionedThroughputExceededException:
                    pass
                if not waiting:
                    break
                time.sleep(0.04)
            self.assertEqual(waiting, [])
            self.assertEqual(tables.scan(TableName="small", Select="COUNT")["Count"], 25)


class Doors(unittest.TestCase):
    def test_who_opens_the_bare_address_in_a_browser_sees_the_page(self):
        with Endpoint() as endpoint:
            with urllib.request.urlopen(urllib.request.Request(endpoint.url, headers={"Accept": "text/html"})) as page:
                self.assertEqual(page.url, f"{endpoint.url}/_kinesim/")
            self.assertEqual(self.status(endpoint.url)[0], 403, "as AWS")

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
