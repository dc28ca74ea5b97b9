"""Bad input: an AWS-shaped error or a closed connection, and an endpoint that goes on within its memory."""

import os
import random
import resource
import socket
import struct
import time
import unittest

from endpoint import Endpoint

SIGNED = (b"Authorization: AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c\r\nX-Amz-Date: x\r\n"
          b"X-Amz-Target: Kinesis_20131202.PutRecord\r\n")
CONNECTIONS = 10_000
MEMORY_MAX = 400 * 1024 * 1024


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        cls.files = min(hard, 2 * CONNECTIONS + 1000)
        resource.setrlimit(resource.RLIMIT_NOFILE, (cls.files, hard))
        cls.endpoint = Endpoint().__enter__()
        cls.addClassCleanup(cls.endpoint.__exit__)
        host, port = cls.endpoint.url.removeprefix("http://").split(":")
        cls.address = (host, int(port))

    def connect(self):
        connection = socket.create_connection(self.address, timeout=20)
        self.addCleanup(connection.close)
        return connection

    def exchange(self, request):
        """What comes back until the other side closes or falls silent."""
        connection = self.connect()
        connection.settimeout(2)
        answer = b""
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                answer += part
        except OSError:
            pass
        return answer

    def post(self, body, kind=b"application/x-amz-json-1.1", headers=SIGNED, length=None):
        head = b"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: " + kind + b"\r\n" + headers
        return head + b"Content-Length: %d\r\n\r\n" % (len(body) if length is None else length) + body

    def memory(self):
        with open(f"/proc/{self.endpoint.process.pid}/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def tearDown(self):
        self.assertEqual(self.endpoint.control("health"), {"status": "ok"})
        self.assertLess(self.memory(), MEMORY_MAX)

    def test_bodies_that_are_none(self):
        cases = [
            (b"", b"400"), (b"{", b"400"), (b"[" * 100_000, b"400"), (b'{"a":' * 50_000, b"400"), (b"\xff\xfe", b"400"),
            (b"null", b"400"), (b"[]", b"400"), (b'"x"', b"400"), (b'{"Data": {}}', b"400"), (b'{"Data": 1e999}', b"400"),
            (b'{"StreamName": "\\ud800"}', b"400"), (b"\x00" * 1000, b"400"),
        ]
        for body, status in cases:
            with self.subTest(body=body[:20]):
                answer = self.exchange(self.post(body))
                self.assertIn(b"HTTP/1.1 " + status, answer)
                self.assertIn(b"Exception", answer)
        for body in [b"", b"\xff", b"\x9f" * 100_000, b"\xbf\x61", b"\x7b\xff\xff\xff\xff\xff\xff\xff\xff", b"\xa1\x01\x02"]:
            with self.subTest(cbor=body[:8]):
                answer = self.exchange(self.post(body, b"application/x-amz-cbor-1.1"))
                self.assertIn(b"SerializationException", answer)

    def test_envelopes_that_are_none(self):
        self.assertIn(b"UnknownOperationException", self.exchange(self.post(b"{}", b"text/plain")))
        self.assertIn(b"MissingAuthenticationTokenException", self.exchange(self.post(b"{}", headers=b"X-Amz-Target: Kinesis_20131202.PutRecord\r\n")))
        self.assertIn(b"403", self.exchange(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
        self.assertIn(b"UnknownOperationException", self.exchange(self.post(b"{}", headers=SIGNED.replace(b"Kinesis_20131202", b"S3"))))

    def test_a_body_that_is_too_large_is_refused_and_not_kept(self):
        answer = self.exchange(self.post(b"x" * (17 * 1024 * 1024)))
        self.assertTrue(answer == b"" or b"413" in answer, answer[:100])
        self.exchange(self.post(b"", length=1 << 62))
        self.assertIn(b"400", self.exchange(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"))

    def test_a_request_that_ends_early_or_is_junk(self):
        self.exchange(self.post(b'{"StreamName"', length=1000))
        self.exchange(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n")
        chance = random.Random(7)
        for _ in range(200):
            self.exchange(chance.randbytes(chance.randrange(1, 2000)))
        preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
        for _ in range(100):
            frame = struct.pack(">I", chance.randrange(20_000))[1:] + chance.randbytes(chance.randrange(6, 400))
            self.exchange(preface + frame)
        self.exchange(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 100_000)

    def test_slow_clients_hold_nobody_up(self):
        slow = [self.connect() for _ in range(200)]
        for connection in slow:
            connection.sendall(self.post(b"", length=100_000)[:-1])
        started = time.monotonic()
        self.endpoint.client("kinesis").list_streams()
        self.assertLess(time.monotonic() - started, 5)

    def test_ten_thousand_idle_connections(self):
        wanted = min(CONNECTIONS, self.files - 500)
        idle = []
        for _ in range(wanted):
            idle.append(socket.create_connection(self.address, timeout=20))
        self.addCleanup(lambda: [connection.close() for connection in idle])
        self.endpoint.client("kinesis").list_streams()
        self.assertLess(self.memory(), MEMORY_MAX)
        print(f"{wanted} idle connections: {self.memory() >> 20} MiB")

    def test_expressions_that_are_none(self):
        db = self.endpoint.client("dynamodb")
        for text in ["(" * 4000, "a" * 5000, "NOT " * 1000 + "a", "a = :b", "\x00", "a[99999999999]", "#", ":"]:
            with self.subTest(text=text[:20]), self.assertRaises(Exception) as raised:
                db.get_item(TableName="none", Key={"k": {"S": "a"}}, ProjectionExpression=text)
            self.assertIn("Exception", str(raised.exception))
        deep = {"L": []}
        for _ in range(200):
            deep = {"L": [deep]}
        with self.assertRaises(Exception):
            db.put_item(TableName="none", Item={"k": deep})


if __name__ == "__main__":
    unittest.main()
