"""HTTPS with a certificate that the endpoint makes: boto3, the AWS CLI and HTTP/2, beside plain HTTP on the same port."""

import os
import socket
import ssl
import subprocess
import tempfile
import unittest
import urllib.request

from botocore.exceptions import SSLError

from endpoint import BINARY, Endpoint


class Tls(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.authority = os.path.join(folder.name, "ca.pem")
        self.endpoint = Endpoint("--tls", "--tls-cert", self.authority).__enter__()
        self.addCleanup(self.endpoint.__exit__)
        self.port = int(self.endpoint.url.rsplit(":", 1)[1])

    def test_boto3_trusts_the_authority_and_nothing_else_will_do(self):
        self.assertTrue(self.endpoint.url.startswith("https://127.0.0.1:"))
        kinesis = self.endpoint.client("kinesis", verify=self.authority)
        kinesis.create_stream(StreamName="orders", ShardCount=1)
        kinesis.get_waiter("stream_exists").wait(StreamName="orders", WaiterConfig={"Delay": 1})
        put = kinesis.put_record(StreamName="orders", Data=b"hello", PartitionKey="k")
        iterator = kinesis.get_shard_iterator(StreamName="orders", ShardId=put["ShardId"], ShardIteratorType="TRIM_HORIZON")
        got = kinesis.get_records(ShardIterator=iterator["ShardIterator"])
        self.assertEqual([record["Data"] for record in got["Records"]], [b"hello"])
        with self.assertRaises(SSLError):
            self.endpoint.client("kinesis").list_streams()

    def test_the_aws_cli_needs_only_its_environment(self):
        environment = {**os.environ, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1",
                       "AWS_ENDPOINT_URL": f"https://localhost:{self.port}", "AWS_CA_BUNDLE": self.authority, "AWS_PAGER": ""}
        done = subprocess.run(["aws", "dynamodb", "list-tables"], env=environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("TableNames", done.stdout)

    def test_http_2_is_agreed_on_under_every_name(self):
        context = ssl.create_default_context(cafile=self.authority)
        for name in ["localhost", "127.0.0.1", "::1"]:
            for offered, agreed in [(["h2", "http/1.1"], "h2"), (["http/1.1"], "http/1.1")]:
                with self.subTest(name=name, offered=offered):
                    context.set_alpn_protocols(offered)
                    with socket.create_connection(("127.0.0.1", self.port)) as plain:
                        with context.wrap_socket(plain, server_hostname=name) as secured:
                            self.assertEqual(secured.selected_alpn_protocol(), agreed)

    def test_plain_http_goes_on_beside_it(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_kinesim/health") as answer:
            self.assertEqual(answer.status, 200)

    def test_a_client_that_breaks_off_the_handshake_harms_nobody(self):
        for junk in [b"\x16", b"\x16\x03\x01\xff\xff" + b"x" * 1000, b""]:
            with socket.create_connection(("127.0.0.1", self.port)) as connection:
                connection.sendall(junk)
        self.endpoint.client("kinesis", verify=self.authority).list_streams()

    def test_a_file_that_cannot_be_written_is_said_so(self):
        command = [BINARY, "serve", "--port", "0", "--tls", "--tls-cert", "/nowhere/ca.pem"]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("cannot write /nowhere/ca.pem", done.stderr)


if __name__ == "__main__":
    unittest.main()
