"""The AWS CLI with nothing but an endpoint URL in its environment."""

import json
import os
import subprocess
import unittest

from endpoint import Endpoint


class Cli(unittest.TestCase):
    def test_a_stream_and_a_table_from_the_command_line(self):
        with Endpoint() as endpoint:
            environment = {
                **os.environ, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret",
                "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL_KINESIS": endpoint.url,
                "AWS_ENDPOINT_URL_DYNAMODB": endpoint.url, "AWS_PAGER": "",
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


if __name__ == "__main__":
    unittest.main()
