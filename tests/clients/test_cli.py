"""The AWS CLI with nothing but an endpoint URL in its environment."""

import json
import os
import subprocess
import unittest

from endpoint import Endpoint


class Cli(unittest.TestCase):
    def test_a_stream_a_table_and_a_delivery_stream_from_the_command_line(self):
        with Endpoint() as endpoint:
            environment = {
                **os.environ, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret",
                "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL_KINESIS": endpoint.url,
                "AWS_ENDPOINT_URL_DYNAMODB": endpoint.url, "AWS_ENDPOINT_URL_FIREHOSE": endpoint.url, "AWS_PAGER": "",
            }

            def aws(*arguments):
                done = subprocess.run(["aws", *arguments, "--output", "json"], env=environment, capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)
                return json.loads(done.stdout or "null")

            aws("kinesis", "create-stream", "--stream-name", "s", "--shard-count", "1")
            aws("kinesis", "wait", "stream-exists", "--stream-name", "s")
            put = aws("kinesis", "put-record", "--stream-name", "s", "--data", "hello", "--partition-key", "k")
            iterator = aws("kinesis", "get-shard-iterator", "--stream-name", "s", "--shard-id", put["ShardId"],
                           "--shard-iterator-type", "TRIM_HORIZON")["ShardIterator"]
            got = aws("kinesis", "get-records", "--shard-iterator", iterator)
            self.assertEqual([record["Data"] for record in got["Records"]], ["aGVsbG8="])
            aws("dynamodb", "create-table", "--table-name", "leases", "--billing-mode", "PAY_PER_REQUEST",
                "--attribute-definitions", "AttributeName=k,AttributeType=S", "--key-schema", "AttributeName=k,KeyType=HASH")
            aws("dynamodb", "wait", "table-exists", "--table-name", "leases")
            aws("dynamodb", "put-item", "--table-name", "leases", "--item", '{"k": {"S": "a"}, "n": {"N": "1"}}')
            scanned = aws("dynamodb", "scan", "--table-name", "leases", "--consistent-read")
            self.assertEqual(scanned["Items"], [{"k": {"S": "a"}, "n": {"N": "1"}}])
            bucket = "RoleARN=arn:aws:iam::000000000000:role/firehose,BucketARN=arn:aws:s3:::lake"
            aws("firehose", "create-delivery-stream", "--delivery-stream-name", "d",
                "--extended-s3-destination-configuration", bucket)
            endpoint.advance("1s")
            put = aws("firehose", "put-record-batch", "--delivery-stream-name", "d", "--records", "Data=aGVsbG8=", "Data=aA==")
            self.assertEqual((put["FailedPutCount"], len(put["RequestResponses"])), (0, 2))
            described = aws("firehose", "describe-delivery-stream", "--delivery-stream-name", "d")
            self.assertEqual(described["DeliveryStreamDescription"]["DeliveryStreamStatus"], "ACTIVE")
            self.assertEqual(aws("firehose", "list-delivery-streams")["DeliveryStreamNames"], ["d"])


if __name__ == "__main__":
    unittest.main()
