"""S3 with boto3 and the AWS CLI: buckets, objects, ranges, parts, both styles of address, and what is kept of it."""

import io
import json
import os
import socket
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

from endpoint import BINARY, Endpoint

MIB = 1 << 20
PARTS = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)


def pattern(size):
    """Bytes of which no two stretches are the same."""
    return b"".join(n.to_bytes(4, "big") for n in range(size // 4 + 1))[:size]


def resolve_localhost():
    """Has names below localhost be this machine, as browsers have it, whatever the resolver knows."""
    known = socket.getaddrinfo

    def getaddrinfo(host, *arguments, **options):
        is_local = isinstance(host, str) and host.endswith(".localhost")
        return known("127.0.0.1" if is_local else host, *arguments, **options)

    socket.getaddrinfo = getaddrinfo
    return lambda: setattr(socket, "getaddrinfo", known)


class S3(unittest.TestCase):
    def setUp(self):
        self.endpoint = Endpoint().__enter__()
        self.addCleanup(self.endpoint.__exit__)
        self.s3 = self.client()

    def client(self, style="path", **options):
        return self.endpoint.client("s3", config=Config(s3={"addressing_style": style}, retries={"total_max_attempts": 1}), **options)

    def refused(self, code, call, **arguments):
        with self.assertRaises(ClientError) as raised:
            call(**arguments)
        self.assertEqual(raised.exception.response["Error"]["Code"], code)
        return raised.exception.response

    def keys(self, s3=None, **arguments):
        pages = (s3 or self.s3).get_paginator("list_objects_v2").paginate(Bucket="lake", **arguments)
        return [found["Key"] for page in pages for found in page.get("Contents", [])]

    def exercise(self, s3):
        s3.create_bucket(Bucket="lake")
        self.assertEqual([bucket["Name"] for bucket in s3.list_buckets()["Buckets"]], ["lake"])
        put = s3.put_object(Bucket="lake", Key="a b/\u00fc+&.txt", Body=b"0123456789", ContentType="text/x", Metadata={"of": "me"})
        self.assertEqual(put["ETag"], '"781e5e245d69b566979b86e28d23f2c7"')
        got = s3.get_object(Bucket="lake", Key="a b/\u00fc+&.txt")
        self.assertEqual((got["Body"].read(), got["ContentType"], got["Metadata"]), (b"0123456789", "text/x", {"of": "me"}))
        self.assertEqual(got["ETag"], put["ETag"])
        self.assertTrue(got["ResponseMetadata"]["RequestId"])
        got = s3.get_object(Bucket="lake", Key="a b/\u00fc+&.txt", Range="bytes=2-4")
        self.assertEqual((got["Body"].read(), got["ContentRange"]), (b"234", "bytes 2-4/10"))
        head = s3.head_object(Bucket="lake", Key="a b/\u00fc+&.txt")
        self.assertEqual((head["ContentLength"], head["LastModified"]), (10, got["LastModified"]))
        s3.put_object(Bucket="lake", Key="c", Body=io.BytesIO(b"stream"))
        listed = s3.list_objects_v2(Bucket="lake", Delimiter="/")
        self.assertEqual([found["Prefix"] for found in listed["CommonPrefixes"]], ["a b/"])
        self.assertEqual([(found["Key"], found["Size"]) for found in listed["Contents"]], [("c", 6)])
        self.assertEqual(self.keys(s3, PaginationConfig={"PageSize": 1}), ["a b/\u00fc+&.txt", "c"])
        s3.copy_object(Bucket="lake", Key="d", CopySource={"Bucket": "lake", "Key": "a b/\u00fc+&.txt"})
        self.assertEqual(s3.head_object(Bucket="lake", Key="d")["Metadata"], {"of": "me"})
        self.refused("BucketNotEmpty", s3.delete_bucket, Bucket="lake")
        s3.delete_object(Bucket="lake", Key="c")
        gone = s3.delete_objects(Bucket="lake", Delete={"Objects": [{"Key": key} for key in self.keys(s3)]})
        self.assertEqual(len(gone["Deleted"]), 2)
        s3.delete_bucket(Bucket="lake")
        self.refused("404", s3.head_bucket, Bucket="lake")

    def test_every_kind_of_call_in_path_style(self):
        self.exercise(self.s3)

    def test_every_kind_of_call_in_virtual_host_style(self):
        self.addCleanup(resolve_localhost())
        self.endpoint.url = self.endpoint.url.replace("127.0.0.1", "s3.localhost")
        asked = []
        s3 = self.client("virtual")
        s3.meta.events.register("before-send.s3", lambda request, **_: asked.append(request.url))
        self.exercise(s3)
        self.assertTrue(any(url.startswith("http://lake.s3.localhost:") for url in asked), asked)

    def test_large_files_go_in_parts_and_come_back_in_ranges(self):
        self.s3.create_bucket(Bucket="lake")
        data = pattern(12 * MIB + 5)
        self.s3.upload_fileobj(io.BytesIO(data), "lake", "large", Config=PARTS, ExtraArgs={"Metadata": {"of": "me"}})
        head = self.s3.head_object(Bucket="lake", Key="large")
        self.assertTrue(head["ETag"].endswith('-3"'), head["ETag"])
        self.assertEqual((head["ContentLength"], head["Metadata"]), (len(data), {"of": "me"}))
        back = io.BytesIO()
        self.s3.download_fileobj("lake", "large", back, Config=PARTS)
        self.assertEqual(back.getvalue(), data)
        self.s3.copy({"Bucket": "lake", "Key": "large"}, "lake", "copied", Config=PARTS)
        self.assertEqual(self.s3.head_object(Bucket="lake", Key="copied")["ETag"], head["ETag"])
        begun = self.s3.create_multipart_upload(Bucket="lake", Key="left")
        named = {"Bucket": "lake", "Key": "left", "UploadId": begun["UploadId"]}
        part = self.s3.upload_part(**named, PartNumber=1, Body=b"x")
        self.assertEqual(self.s3.list_parts(**named)["Parts"][0]["ETag"], part["ETag"])
        self.assertEqual(len(self.s3.list_multipart_uploads(Bucket="lake")["Uploads"]), 1)
        self.s3.abort_multipart_upload(**named)
        self.refused("NoSuchUpload", self.s3.list_parts, **named)

    def test_errors_are_s3s(self):
        self.refused("NoSuchBucket", self.s3.put_object, Bucket="lake", Key="a", Body=b"x")
        self.s3.create_bucket(Bucket="lake")
        self.refused("NoSuchKey", self.s3.get_object, Bucket="lake", Key="a")
        self.refused("404", self.s3.head_object, Bucket="lake", Key="a")
        self.s3.put_object(Bucket="lake", Key="a", Body=b"x")
        self.refused("InvalidRange", self.s3.get_object, Bucket="lake", Key="a", Range="bytes=5-")
        self.refused("PreconditionFailed", self.s3.put_object, Bucket="lake", Key="a", Body=b"y", IfNoneMatch="*")
        self.refused("304", self.s3.get_object, Bucket="lake", Key="a", IfNoneMatch=self.s3.head_object(Bucket="lake", Key="a")["ETag"])
        self.refused("KeyTooLongError", self.s3.put_object, Bucket="lake", Key="k" * 1025, Body=b"")
        self.refused("NotImplemented", self.s3.get_bucket_acl, Bucket="lake")
        self.refused("EntityTooLarge", self.s3.put_object, Bucket="lake", Key="b", Body=bytes(17 * MIB))

    def test_what_needs_no_client(self):
        self.s3.create_bucket(Bucket="lake")
        self.s3.put_object(Bucket="lake", Key="a/b.txt", Body=b"hello")
        signed = self.s3.generate_presigned_url("get_object", Params={"Bucket": "lake", "Key": "a/b.txt"})
        for url in (signed, f"{self.endpoint.url}/lake/a/b.txt"):
            with urllib.request.urlopen(url) as answer:
                self.assertEqual(answer.read(), b"hello")
        for method, path, status in (("GET", "/lake/none", 404), ("PATCH", "/lake/a", 403), ("PUT", "/lake/%ff", 400)):
            request = urllib.request.Request(self.endpoint.url + path, data=None, method=method)
            with self.subTest(path=path), self.assertRaises(urllib.error.HTTPError) as raised:
                urllib.request.urlopen(request)
            self.assertEqual(raised.exception.code, status)
            raised.exception.close()
        callers = {row["operation"] for row in self.endpoint.control("state")["callers"]}
        self.assertLessEqual({"CreateBucket", "PutObject", "GetObject"}, callers)

    def test_faults_on_the_way_and_events_are_those_of_any_service(self):
        self.s3.create_bucket(Bucket="lake")
        self.endpoint.control("faults", {"duplicate": {"service": "s3", "operation": "CreateMultipartUpload", "rate": "100%"}})
        self.s3.create_multipart_upload(Bucket="lake", Key="a")
        self.assertEqual(len(self.s3.list_multipart_uploads(Bucket="lake")["Uploads"]), 2, "it arrived twice")
        self.s3.put_object(Bucket="lake", Key="a", Body=b"hello")
        put = self.endpoint.control("events/last?kind=ObjectPut")
        self.assertIn('"bytes": 5', json.dumps(put))

    def test_bytes_that_are_no_request(self):
        self.s3.create_bucket(Bucket="lake")
        host, port = self.endpoint.url.removeprefix("http://").split(":")
        signed = "Authorization: AWS4-HMAC-SHA256 Credential=k/1/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=c"
        cases = [
            ("POST /lake?delete", "", b"<Delete>" * 100_000, b"MalformedXML"),
            ("POST /lake/a?uploadId=1", "", b"\xff\xfe", b"MalformedXML"),
            ("PUT /lake/a", "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD", b"ffffffffffffffff\r\nx", b"IncompleteBody"),
            ("PUT /lake/a", "Content-MD5: \xff", b"x", b"200 OK"),
            ("GET /lake/a", "Range: bytes=18446744073709551616-", b"", b"200 OK"),
            ("GET /lake/" + "k" * 5000, "", b"", b"KeyTooLongError"),
            ("GET /lake?list-type=2&max-keys=-1", "", b"", b"InvalidArgument"),
            ("BREW /lake/a", "", b"", b"MethodNotAllowed"),
        ]
        for line, header, body, expected in cases:
            head = f"{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{signed}\r\n{header or 'X: y'}\r\n"
            request = head.encode("latin-1") + b"Content-Length: %d\r\n\r\n" % len(body) + body
            with self.subTest(line=line[:40]), socket.create_connection((host, int(port)), timeout=20) as connection:
                connection.sendall(request)
                answer = b"".join(iter(lambda: connection.recv(65536), b""))
                self.assertIn(expected, answer)
        self.assertEqual(self.endpoint.control("health"), {"status": "ok"})

    def test_the_command_line(self):
        environment = {
            **os.environ, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL_S3": self.endpoint.url, "AWS_PAGER": "",
        }

        def aws(*arguments):
            done = subprocess.run(["aws", "s3", *arguments], env=environment, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            return done.stdout

        with tempfile.TemporaryDirectory() as folder:
            large, back = Path(folder, "large"), Path(folder, "back")
            large.write_bytes(pattern(9 * MIB))
            aws("mb", "s3://lake")
            self.assertIn("lake", aws("ls"))
            aws("cp", str(large), "s3://lake/2026/large")
            self.assertIn("9437184 large", aws("ls", "s3://lake/2026/"))
            self.assertIn("PRE 2026/", aws("ls", "s3://lake"))
            aws("cp", "s3://lake/2026/large", str(back))
            self.assertEqual(back.read_bytes(), large.read_bytes())
            aws("cp", "s3://lake/2026/large", "s3://lake/copy")
            aws("sync", "s3://lake", str(Path(folder, "all")))
            self.assertEqual(Path(folder, "all/copy").read_bytes(), large.read_bytes())
            aws("rm", "--recursive", "s3://lake")
            aws("rb", "s3://lake")


class Kept(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def session(self, endpoint):
        s3 = endpoint.client("s3")
        s3.create_bucket(Bucket="lake")
        s3.put_object(Bucket="lake", Key="a b", Body=b"hello", Metadata={"of": "me"})
        begun = s3.create_multipart_upload(Bucket="lake", Key="parts")
        named = {"Bucket": "lake", "Key": "parts", "UploadId": begun["UploadId"]}
        etag = s3.upload_part(**named, PartNumber=1, Body=b"x")["ETag"]
        s3.complete_multipart_upload(**named, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})
        return s3

    def read(self, s3):
        got = s3.get_object(Bucket="lake", Key="a b")
        listed = s3.list_objects_v2(Bucket="lake")["Contents"]
        return got["Body"].read(), got["Metadata"], [(found["Key"], found["ETag"], found["LastModified"]) for found in listed]

    def test_a_recording_replays_to_the_same_answers(self):
        path = os.path.join(self.folder, "session.ndjson")
        with Endpoint("--clock", "manual", "--record", path) as endpoint:
            self.read(self.session(endpoint))
        done = subprocess.run([BINARY, "replay", path], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("the same answers, and the same trace hash", done.stdout)
        self.assertNotIn("Credential=key", Path(path).read_text())

    def test_objects_outlive_a_kill(self):
        arguments = ("--clock", "manual", "--data-dir", os.path.join(self.folder, "data"))
        with Endpoint(*arguments) as endpoint:
            before = self.read(self.session(endpoint))
            endpoint.process.kill()
        with Endpoint(*arguments) as endpoint:
            self.assertEqual(self.read(endpoint.client("s3")), before)


if __name__ == "__main__":
    unittest.main()
