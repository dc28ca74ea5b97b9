"""Real sinks of the user's, where `kinesim serve --deliver` takes what delivery streams deliver: stand-ins that are held to
the documented protocols, and refuse what the real ones refuse."""

import base64
import datetime
import glob
import gzip
import hashlib
import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import unittest
import uuid

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from endpoint import BINARY, Endpoint, needs
from test_functions import wait_for

ROLE = "arn:aws:iam::000000000000:role/firehose"
HINTS = {"IntervalInSeconds": 60, "SizeInMBs": 5}
LAKE = {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake", "BufferingHints": HINTS, "ErrorOutputPrefix": "errors/"}
ARN = "arn:aws:firehose:us-east-1:000000000000:deliverystream/clicks"


class StandIn:
    """A server that notes what it is asked, and answers what `answer` makes of it: status, headers, body."""

    def __init__(self, answer):
        self.asked = []
        self.answer = answer
        # Set: it answers at once.
        self.may_answer = threading.Event()
        self.may_answer.set()
        stand_in = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_PUT(self):
                self.do_POST()

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                stand_in.asked.append((self.path, self.headers, body))
                stand_in.may_answer.wait(30)
                answer = stand_in.answer(self.path, self.headers, body)
                self.close_connection = True
                if answer is None:
                    return
                status, headers, body = answer
                try:
                    self.send_response(status)
                    for name, value in {"Content-Length": str(len(body)), **headers}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # Nobody waits any longer.

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.may_answer.set()
        self.server.shutdown()
        self.server.server_close()


class Delivering(unittest.TestCase):
    """An endpoint whose deliveries go on to `place`, and a delivery stream `clicks` to that."""

    clock = "manual"

    def stand_in(self, answer):
        self.sink = StandIn(answer)
        self.addCleanup(self.sink.close)
        return self.sink

    def start(self, *arguments):
        self.arguments = ("--clock", self.clock, *arguments)
        self.start_again()

    def start_again(self):
        self.endpoint = Endpoint(*self.arguments).__enter__()
        self.addCleanup(self.endpoint.__exit__)
        self.firehose, self.s3 = self.endpoint.client("firehose"), self.endpoint.client("s3")

    def create(self, **configuration):
        self.firehose.create_delivery_stream(DeliveryStreamName="clicks", **configuration)
        self.endpoint.advance("1s")

    def put(self, *lines):
        put = self.firehose.put_record_batch(DeliveryStreamName="clicks", Records=[{"Data": line} for line in lines])
        self.assertEqual(put["FailedPutCount"], 0)

    def put_and_deliver(self, *lines):
        """Puts records, and waits until the sink was asked to take them."""
        before = len(self.sink.asked)
        self.put(*lines)
        self.endpoint.advance("61s")
        wait_for(lambda: len(self.sink.asked) > before)

    def settle(self):
        """Waits until every sink that was asked has answered."""
        wait_for(lambda: self.endpoint.control("clock")["answers_awaited"] == 0)

    def pass_time(self, seconds, step=10):
        """Lets time pass in which every answer comes."""
        for _ in range(0, seconds, step):
            self.settle()
            self.endpoint.advance(f"{step}s")
        self.settle()

    def wait(self, look, by="1s"):
        """What there is once time has gone on, a little at a time."""
        def go_on():
            self.settle()
            self.endpoint.advance(by)
            self.settle()
            return look()

        return wait_for(go_on)

    def objects(self, bucket="lake"):
        """Every object of a bucket of the endpoint, by its key."""
        try:
            found = self.s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        except self.s3.exceptions.ClientError:
            return {}
        return {one["Key"]: self.s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read() for one in found}

    def errors(self, by="10s"):
        """What is told of the records in the error output, once there is something."""
        found = self.wait(self.objects, by)
        self.assertTrue(all(key.startswith("errors/") for key in found), found.keys())
        return [json.loads(line) for body in found.values() for line in body.splitlines()]

    def assert_checks_pass(self):
        checks = self.endpoint.control("checks")["checks"]
        self.assertEqual([check for check in checks if check["verdict"] == "fail"], [])


# HTTP endpoints: https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html


def refusal(status, request_id, message):
    """What an endpoint answers to what it has not taken."""
    body = json.dumps({"requestId": request_id, "timestamp": 1, "errorMessage": message}).encode()
    return status, {"Content-Type": "application/json"}, body


def records_of(headers, body):
    """The records of a request that is right in every way; else why an endpoint refuses it."""
    request_id = headers["X-Amz-Firehose-Request-Id"]
    if headers["X-Amz-Firehose-Protocol-Version"] != "1.0" or headers["Content-Type"] != "application/json":
        return None, refusal(400, request_id, "protocol")
    if headers["X-Amz-Firehose-Source-Arn"] != ARN or str(uuid.UUID(request_id)) != request_id:
        return None, refusal(400, request_id, "source or id")
    if headers["Content-Encoding"] not in (None, "gzip"):
        return None, refusal(415, request_id, "encoding")
    said = json.loads(gzip.decompress(body) if headers["Content-Encoding"] else body)
    if said.keys() != {"requestId", "timestamp", "records"} or said["requestId"] != request_id:
        return None, refusal(400, request_id, "body")
    if not isinstance(said["timestamp"], int) or any(one.keys() != {"data"} for one in said["records"]):
        return None, refusal(400, request_id, "records")
    return [base64.b64decode(one["data"], validate=True) for one in said["records"]], None


def taking(taken):
    """An endpoint that takes records whose request is right."""
    def answer(_, headers, body):
        records, refused = records_of(headers, body)
        if refused:
            return refused
        taken.extend(records)
        told = json.dumps({"requestId": headers["X-Amz-Firehose-Request-Id"], "timestamp": 1_700_000_000_000})
        return 200, {"Content-Type": "application/json"}, told.encode()

    return answer


class ToEndpoint(Delivering):
    def configuration(self, **request):
        endpoint = {"Url": "https://partner.example.com/v1", "Name": "partner", "AccessKey": "secret"}
        said = {"EndpointConfiguration": endpoint, "S3Configuration": LAKE, "BufferingHints": HINTS,
                "RetryOptions": {"DurationInSeconds": 300}, "RoleARN": ROLE, "S3BackupMode": "FailedDataOnly"}
        return {"HttpEndpointDestinationConfiguration": {**said, "RequestConfiguration": request} if request else said}

    def begin(self, answer, *arguments, **request):
        sink = self.stand_in(answer)
        self.start("--deliver", f"http:partner={sink.url}/v1?a=b", *arguments)
        self.create(**self.configuration(**request))


class HttpEndpoint(ToEndpoint):
    def test_records_are_posted_as_the_protocol_says(self):
        taken = []
        attributes = [{"AttributeName": "tier", "AttributeValue": "gold"}]
        self.begin(taking(taken), ContentEncoding="GZIP", CommonAttributes=attributes)
        self.put_and_deliver(b"a\n", b"\xff\x00")
        self.assertEqual(taken, [b"a\n", b"\xff\x00"])
        (path, headers, _), = self.sink.asked
        self.assertEqual((path, headers["X-Amz-Firehose-Access-Key"]), ("/v1?a=b", "secret"))
        common = json.loads(headers["X-Amz-Firehose-Common-Attributes"])
        self.assertEqual(common, {"commonAttributes": {"tier": "gold"}})
        self.pass_time(600)
        self.assertEqual((len(self.sink.asked), self.objects()), (1, {}))
        self.assert_checks_pass()

    def test_a_503_is_tried_again_under_its_id_after_a_pause(self):
        taken, refusals = [], [503, 429, 500]
        take = taking(taken)

        def answer(path, headers, body):
            if refusals:
                return refusal(refusals.pop(0), headers["X-Amz-Firehose-Request-Id"], "not now")
            return take(path, headers, body)

        self.begin(answer)
        self.put_and_deliver(b"a\n")
        self.assertEqual(taken, [])
        # The first pause is a second and 15 %: nothing is asked before the endpoint's clock says so.
        self.assertEqual(len(self.sink.asked), 1)
        self.wait(lambda: taken)
        self.assertEqual((taken, len(self.sink.asked)), ([b"a\n"], 4))
        self.assertEqual(len({headers["X-Amz-Firehose-Request-Id"] for _, headers, _ in self.sink.asked}), 1)
        self.assert_checks_pass()

    def test_a_413_is_final_and_its_records_are_lost_as_aws_says(self):
        self.begin(lambda _, headers, body: refusal(413, headers["X-Amz-Firehose-Request-Id"], "too large"))
        self.put_and_deliver(b"a\n")
        self.pass_time(1000)
        self.assertEqual((len(self.sink.asked), self.objects()), (1, {}))

    def test_what_is_refused_for_longer_than_the_retry_duration_is_in_the_error_output(self):
        self.begin(lambda _, headers, body: refusal(500, headers["X-Amz-Firehose-Request-Id"], "broken for good"))
        self.put_and_deliver(b"a\n")
        told, = self.errors()
        self.assertEqual((told["rawData"], told["errorCode"]), ("YQo=", "HttpEndpoint.DestinationException"))
        self.assertIn("broken for good", told["errorMessage"])
        self.assertGreater(told["attemptsMade"], 5)

    def test_an_answer_that_is_not_as_the_protocol_says_counts_as_a_500(self):
        wrong = [
            (200, {"Content-Type": "application/json"}, b'{"requestId": "another", "timestamp": 1}'),
            (200, {"Content-Type": "text/plain"}, b"OK"),
            (200, {"Content-Type": "application/json", "Content-Encoding": "identity"}, b"{}"),
            (200, {"Content-Type": "application/json"}, b" " * ((1 << 20) + 1)),
            # Half an answer, and none.
            (200, {"Content-Type": "application/json", "Content-Length": "100"}, b"{"),
            None,
        ]
        answers, taken = list(wrong), []
        take = taking(taken)
        self.begin(lambda *asked: answers.pop(0) if answers else take(*asked))
        self.put_and_deliver(b"a\n")
        self.wait(lambda: taken, by="5s")
        self.assertEqual(len(self.sink.asked), len(wrong) + 1)

    def test_no_answer_in_three_minutes_is_a_time_out(self):
        taken = []
        self.begin(taking(taken))
        self.sink.may_answer.clear()
        self.put_and_deliver(b"a\n")
        self.endpoint.advance("170s")
        self.assertEqual(len(self.sink.asked), 1)
        self.endpoint.advance("20s")
        wait_for(lambda: len(self.sink.asked) == 2)
        self.sink.may_answer.set()
        wait_for(lambda: len(taken) == 2)
        self.pass_time(600)
        self.assertEqual((taken, self.objects()), ([b"a\n"] * 2, {}))
        self.assert_checks_pass()

    def test_nobody_who_listens_is_told_in_the_error_output(self):
        self.begin(taking([]))
        self.sink.close()
        self.put(b"a\n")
        told, = self.errors()
        self.assertEqual(told["errorCode"], "HttpEndpoint.ConnectionFailed")

    def test_a_fault_of_the_simulated_endpoint_keeps_records_from_the_real_one(self):
        taken = []
        self.begin(taking(taken))
        fault = self.endpoint.control("faults", {"unavailable": {"service": "http_endpoint", "name": "partner"}})
        self.put(b"a\n")
        self.pass_time(100)
        self.assertEqual(self.sink.asked, [])
        self.endpoint.control(f"faults/{fault['id']}", method="DELETE")
        self.wait(lambda: taken, by="30s")
        self.assertEqual(taken, [b"a\n"])

    def test_a_kill_while_the_endpoint_answers_delivers_again_and_loses_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            taken = []
            self.begin(taking(taken), "--data-dir", os.path.join(folder, "data"))
            self.put_and_deliver(b"a\n")
            wait_for(lambda: taken)
            self.settle()
            self.sink.may_answer.clear()
            self.put_and_deliver(b"b\n")
            self.endpoint.process.send_signal(signal.SIGKILL)
            self.endpoint.process.wait()
            self.endpoint.process.stdout.close()
            taken.clear()
            self.sink.may_answer.set()
            self.start_again()
            wait_for(lambda: len(taken) >= 2)
            self.pass_time(600)
            # The first answer was kept, so nothing asks for it again.
            self.assertEqual(set(taken), {b"b\n"})
            self.assertEqual(self.objects(), {})

    def test_a_recording_replays_without_the_endpoint(self):
        with tempfile.TemporaryDirectory() as folder:
            recording = os.path.join(folder, "session.ndjson")
            taken = []
            self.begin(taking(taken), "--record", recording)
            self.put_and_deliver(b"a\n")
            wait_for(lambda: taken)
            self.pass_time(600)
            self.endpoint.process.terminate()
            self.endpoint.process.wait()
            self.sink.close()
            replayed = subprocess.run([BINARY, "replay", recording], capture_output=True, text=True)
            self.assertEqual(replayed.returncode, 0, replayed.stdout + replayed.stderr)
            with open(recording, encoding="utf-8") as kept:
                self.assertNotIn(self.sink.url, kept.read())


class RunningClock(ToEndpoint):
    clock = "x60"

    def test_an_endpoint_is_posted_to_by_the_clock_of_the_endpoint(self):
        taken = []
        self.begin(taking(taken))
        self.put(b"a\n")
        wait_for(lambda: taken)
        self.assertEqual(taken, [b"a\n"])


# Splunk: https://docs.splunk.com/Documentation/Splunk/latest/Data/TroubleshootHTTPEventCollector


def hec(status, code, text, **besides):
    return status, {"Content-Type": "application/json"}, json.dumps({"text": text, "code": code, **besides}).encode()


def values(text):
    """JSON values that follow each other."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        yield value
        while at < len(text) and text[at].isspace():
            at += 1


class Collector:
    """An event collector with indexer acknowledgement."""

    def __init__(self):
        self.indexed, self.channels, self.is_indexing = [], {}, True
        # Answers in place of its own.
        self.instead = []

    def answer(self, path, headers, body):
        path, _, query = path.partition("?")
        if not headers["Authorization"] or not headers["Authorization"].startswith("Splunk "):
            return hec(401, 2 if not headers["Authorization"] else 3, "Token is required")
        if headers["Authorization"] != "Splunk token":
            return hec(403, 4, "Invalid token")
        if self.instead and not path.endswith("/ack"):
            return self.instead.pop(0)
        channel = headers["X-Splunk-Request-Channel"] or query.removeprefix("channel=")
        if not channel:
            return hec(400, 10, "Data channel is missing")
        try:
            uuid.UUID(channel)
        except ValueError:
            return hec(400, 11, "Invalid data channel")
        told = self.channels.setdefault(channel, {})
        if path == "/services/collector/ack":
            acks = {str(number): self.is_indexing and told.pop(number, False) for number in json.loads(body)["acks"]}
            return 200, {"Content-Type": "application/json"}, json.dumps({"acks": acks}).encode()
        if not body:
            return hec(400, 5, "No data")
        if path == "/services/collector/raw":
            events = body.decode().splitlines()
        elif path == "/services/collector/event":
            try:
                events = [value["event"] for value in values(body.decode())]
            except (ValueError, KeyError, TypeError):
                return hec(400, 6, "Invalid data format", **{"invalid-event-number": 0})
        else:
            return 404, {}, b""
        number = len(self.indexed)
        told[number] = True
        self.indexed.extend(events)
        return hec(200, 0, "Success", ackId=number)


class Splunk(Delivering):
    def begin(self, kind="Event", token="token"):
        self.collector = Collector()
        sink = self.stand_in(lambda *asked: self.collector.answer(*asked))
        self.start("--deliver", f"splunk:siem.example.com={sink.url}")
        self.create(SplunkDestinationConfiguration={
            "HECEndpoint": "https://siem.example.com:8088", "HECEndpointType": kind, "HECToken": token,
            "HECAcknowledgmentTimeoutInSeconds": 180, "RetryOptions": {"DurationInSeconds": 300},
            "S3BackupMode": "FailedEventsOnly", "S3Configuration": LAKE})

    def asked_for(self, kind):
        return [asked for asked in self.sink.asked if asked[0].startswith(f"/services/collector/{kind}")]

    def test_events_are_posted_and_acknowledged(self):
        self.begin()
        self.put_and_deliver(b'{"event": {"page": 1}}', b'{"event": "two"}\n')
        self.wait(lambda: self.asked_for("ack"), by="5s")
        self.pass_time(600)
        self.assertEqual(self.collector.indexed, [{"page": 1}, "two"])
        self.assertEqual((len(self.asked_for("event")), len(self.asked_for("ack")), self.objects()), (1, 1, {}))
        self.assert_checks_pass()

    def test_raw_records_are_lines(self):
        self.begin("Raw")
        self.put_and_deliver(b"a", b"b\n")
        self.assertEqual(self.collector.indexed, ["a", "b"])

    def test_a_collector_that_is_busy_is_asked_again(self):
        self.begin()
        self.collector.instead = [hec(503, 9, "Server is busy"), (502, {}, b"<html>"), None]
        self.put_and_deliver(b'{"event": 1}')
        self.wait(lambda: self.collector.indexed, by="10s")
        self.assertEqual((self.collector.indexed, len(self.asked_for("event"))), ([1], 4))

    def test_what_is_never_acknowledged_is_posted_again_and_then_in_the_error_output(self):
        self.begin()
        self.collector.is_indexing = False
        self.put_and_deliver(b'{"event": 1}')
        told, = self.errors()
        self.assertEqual(told["errorCode"], "Splunk.AckTimeout")
        self.assertGreater(len(self.asked_for("event")), 1)
        # It may have been indexed all the same, as AWS says.
        self.assertEqual(set(self.collector.indexed), {1})

    def test_a_token_that_is_unknown_is_told_in_the_error_output(self):
        self.begin(token="other")
        self.put_and_deliver(b'{"event": 1}')
        self.assertEqual(self.errors()[0]["errorCode"], "Splunk.InvalidToken")

    def test_events_that_are_none_are_in_the_error_output(self):
        self.begin()
        self.put_and_deliver(b'{"event": 1}', b"a")
        self.assertEqual({told["errorCode"] for told in self.errors()}, {"Splunk.InvalidDataFormat"})
        self.assertEqual(self.collector.indexed, [])

    def test_a_fault_that_loses_acknowledgements_loses_those_of_a_real_collector(self):
        self.begin()
        fault = self.endpoint.control("faults", {"no_acknowledgement": {}})["id"]
        self.put_and_deliver(b'{"event": 1}')
        self.pass_time(60)
        self.assertEqual((self.collector.indexed, self.asked_for("ack")), ([1], []))
        self.endpoint.control(f"faults/{fault}", method="DELETE")
        # It is posted again when its acknowledgement is too late, and is there twice, as AWS says.
        self.wait(lambda: self.asked_for("ack"), by="10s")
        self.pass_time(600)
        self.assertEqual((self.collector.indexed, self.objects()), ([1, 1], {}))


# OpenSearch: https://docs.opensearch.org/latest/api-reference/document-apis/bulk/


class Domain:
    """A domain that indexes documents, and refuses those that are none."""

    def __init__(self):
        self.documents = {}
        # Statuses of whole requests, and of documents by their source, in place of its own.
        self.statuses, self.refused = [], {}

    def answer(self, path, headers, body):
        kind = {"Content-Type": "application/json"}
        if headers["Authorization"] != "Basic " + base64.b64encode(b"admin:secret").decode():
            return 401, {}, b"Unauthorized"
        if path != "/_bulk" or headers["Content-Type"] != "application/x-ndjson":
            return 406, kind, b"{}"
        if not body.endswith(b"\n"):
            return 400, kind, b'{"error": "The bulk request must be terminated by a newline [\\\\n]"}'
        if self.statuses:
            return self.statuses.pop(0), kind, b"{}"
        lines = body.splitlines()
        items = [{"index": self.index(json.loads(action)["index"], source) }
                 for action, source in zip(lines[::2], lines[1::2], strict=True)]
        errors = any("error" in item["index"] for item in items)
        return 200, kind, json.dumps({"took": 1, "errors": errors, "items": items}).encode()

    def index(self, action, source):
        index, name = action["_index"], action.get("_id", str(uuid.uuid4()))
        if index != index.lower() or any(sign in index for sign in ' "*\\<|,>/?') or index[0] in "_-+":
            return {"_index": index, "_id": name, "status": 400, "error": {"type": "invalid_index_name_exception"}}
        status = self.refused.get(source)
        try:
            document = json.loads(source)
            status = status or (None if isinstance(document, dict) else 400)
        except ValueError:
            status = 400
        if status:
            error = {"type": "mapper_parsing_exception" if status == 400 else "rejected_execution", "reason": "no"}
            return {"_index": index, "_id": name, "status": status, "error": error}
        self.documents[index, name] = document
        return {"_index": index, "_id": name, "_version": 1, "result": "created", "status": 201}


class OpenSearch(Delivering):
    def begin(self, user="admin:secret", **options):
        self.domain = Domain()
        sink = self.stand_in(lambda *asked: self.domain.answer(*asked))
        self.start("--deliver", f"opensearch:logs={sink.url.replace('//', f'//{user}@')}")
        self.create(AmazonopensearchserviceDestinationConfiguration={
            "RoleARN": ROLE, "DomainARN": "arn:aws:es:us-east-1:000000000000:domain/logs", "IndexName": "clicks",
            "IndexRotationPeriod": "OneDay", "RetryOptions": {"DurationInSeconds": 300}, "BufferingHints": HINTS,
            "S3BackupMode": "FailedDocumentsOnly", "S3Configuration": LAKE, **options})

    def test_documents_are_in_the_index_of_their_day(self):
        self.begin()
        self.put_and_deliver(b'{"page": 1}', b'{\n "page": 2\n}')
        self.pass_time(600)
        self.assertEqual(sorted(self.domain.documents.values(), key=str), [{"page": 1}, {"page": 2}])
        for index, _ in self.domain.documents:
            self.assertRegex(index, r"^clicks-\d{4}-\d\d-\d\d$")
        self.assertEqual((len(self.sink.asked), self.objects()), (1, {}))
        self.assert_checks_pass()

    def test_only_what_was_refused_is_sent_again_and_then_in_the_error_output(self):
        self.begin()
        self.domain.refused[b'{"page": 2}'] = 429
        self.put_and_deliver(b'{"page": 1}', b'{"page": 2}', b"none")
        told = self.errors()
        self.assertEqual({one["errorCode"] for one in told}, {"429", "400"})
        self.assertIn("mapper_parsing_exception", "".join(one["errorMessage"] for one in told))
        self.assertEqual(list(self.domain.documents.values()), [{"page": 1}])
        # One of three, and then two of them.
        sizes = [len(body.splitlines()) // 2 for _, _, body in self.sink.asked]
        self.assertEqual((sizes[0], set(sizes[1:])), (3, {2}))

    def test_a_domain_that_is_down_is_asked_again(self):
        self.begin()
        self.domain.statuses = [503, 429, 500]
        self.put_and_deliver(b'{"page": 1}')
        self.wait(lambda: self.domain.documents, by="5s")
        self.pass_time(600)
        self.assertEqual((len(self.domain.documents), self.objects()), (1, {}))

    def test_a_wrong_password_is_told_in_the_error_output(self):
        self.begin(user="admin:wrong")
        self.put_and_deliver(b'{"page": 1}')
        self.assertEqual(self.errors()[0]["errorCode"], "403")


# PostgreSQL in Redshift's place.


class Postgres:
    """A PostgreSQL of its own, which asks for a password."""

    BINARIES = max(glob.glob("/usr/lib/postgresql/*/bin"), default="")

    def __init__(self):
        self.folder = tempfile.mkdtemp()
        data, password = os.path.join(self.folder, "data"), os.path.join(self.folder, "password")
        with open(password, "w", encoding="utf-8") as file:
            file.write("secret")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        if os.getuid() == 0:
            subprocess.run(["chown", "-R", "postgres", self.folder], check=True)
        self.run("initdb", "-D", data, "-U", "loader", "--pwfile", password, "-A", "scram-sha-256", "-E", "UTF8", "--no-sync")
        self.options = f"-p {self.port} -h 127.0.0.1 -k {self.folder} -F"
        self.data = data
        self.start()

    def run(self, name, *arguments):
        command = [os.path.join(self.BINARIES, name), *arguments]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/")

    def start(self):
        self.run("pg_ctl", "-D", self.data, "-o", self.options, "-l", os.path.join(self.folder, "log"), "-w", "start")

    def stop(self):
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, password="secret"):
        return f"postgres://loader:{password}@127.0.0.1:{self.port}/postgres"

    def ask(self, statement):
        command = [os.path.join(self.BINARIES, "psql"), self.url(), "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def has_postgres():
    """Whether there is a PostgreSQL, and an endpoint that knows how to talk to one."""
    refused = subprocess.run([BINARY, "serve", "--deliver", "redshift=none"], capture_output=True, text=True).stderr
    return needs(Postgres.BINARIES and "built without PostgreSQL" not in refused,
                 "no PostgreSQL to load into: apt-get install postgresql, and build with --features postgres")


@has_postgres()
class Redshift(Delivering):
    @classmethod
    def setUpClass(cls):
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.close)

    def begin(self, *arguments, password="secret", retry=3600, **copy):
        self.postgres.ask("DROP TABLE IF EXISTS clicks; CREATE TABLE clicks (id integer PRIMARY KEY, page text)")
        self.start("--deliver", f"redshift:warehouse={self.postgres.url(password)}", *arguments)
        stage = {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake", "BufferingHints": HINTS, "CompressionFormat": "GZIP"}
        url = "jdbc:redshift://warehouse.x.us-east-1.redshift.amazonaws.com:5439/dev"
        self.create(RedshiftDestinationConfiguration={
            "RoleARN": ROLE, "ClusterJDBCURL": url, "CopyCommand": {"DataTableName": "clicks", **copy},
            "Username": "user", "Password": "password", "RetryOptions": {"DurationInSeconds": retry},
            "S3Configuration": stage})

    def rows(self):
        return self.postgres.ask("SELECT id, page FROM clicks ORDER BY id")

    def load(self, *lines):
        self.put(*lines)
        self.pass_time(70)

    def skipped(self):
        """The manifests that are left for somebody to load by hand."""
        return [json.loads(body) for key, body in self.objects().items() if key.startswith("errors/manifests/")]

    def test_lines_are_rows(self):
        self.begin()
        self.load(b"1|/\n", b"2|a\\tb\n", b"3|\\N\n")
        self.assertEqual(self.rows(), ["1|/", "2|a\\tb", "3|"])
        self.assert_checks_pass()

    def test_csv_goes_to_the_columns_that_are_said(self):
        self.begin(CopyOptions="CSV DELIMITER ';' GZIP", DataTableColumns="page, id")
        self.load(b'"a;b";1\n', b"c;2\n")
        self.assertEqual(self.rows(), ["1|a;b", "2|c"])

    def test_json_goes_to_the_columns_of_its_members(self):
        self.begin(CopyOptions="JSON 'auto' GZIP")
        self.load(b'{"id": 1, "page": "a\\n\\"b\\"", "more": 1}', b'{"page": {"x": 1}, "id": 2}\n')
        self.assertEqual(self.rows(), ['1|a', '"b"', '2|{"x":1}'])

    def test_a_copy_that_fails_is_made_again_after_five_minutes(self):
        self.begin()
        self.postgres.ask("ALTER TABLE clicks RENAME TO away")
        self.load(b"1|a\n")
        self.postgres.ask("ALTER TABLE away RENAME TO clicks")
        self.pass_time(200)
        self.assertEqual(self.rows(), [])
        self.pass_time(120)
        self.assertEqual((self.rows(), self.skipped()), (["1|a"], []))
        self.assert_checks_pass()

    def test_rows_that_a_table_does_not_take_are_none_of_them_loaded_and_their_manifest_is_left(self):
        self.begin(retry=600)
        self.load(b"1|a\n", b"1|twice\n")
        self.pass_time(1200)
        self.assertEqual(self.rows(), [])
        manifest, = self.skipped()
        staged = manifest["entries"][0]["url"].removeprefix("s3://lake/")
        self.assertEqual(gzip.decompress(self.objects()[staged]), b"1|a\n1|twice\n")

    def test_a_database_that_is_down_takes_the_rows_when_it_is_up_again(self):
        self.begin()
        self.postgres.stop()
        try:
            self.load(b"1|a\n")
        finally:
            self.postgres.start()
        self.pass_time(310)
        self.assertEqual(self.rows(), ["1|a"])

    def test_a_wrong_password_and_an_option_that_is_not_carried_over_are_told(self):
        for case in [{"password": "wrong"}, {"CopyOptions": "MAXERROR 5"}]:
            with self.subTest(case), tempfile.TemporaryDirectory() as folder:
                recording = os.path.join(folder, "session.ndjson")
                self.begin("--record", recording, retry=0, **case)
                self.load(b"1|a\n")
                self.assertEqual((self.rows(), len(self.skipped())), ([], 1))
                self.endpoint.process.terminate()
                self.endpoint.process.wait()
                self.endpoint.process.stdout.close()
                with open(recording, encoding="utf-8") as kept:
                    told = kept.read()
                self.assertIn("28P01" if "password" in case else "MAXERROR is not carried over", told)


class Folder(Delivering):
    def begin(self, *arguments, **options):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.place = os.path.join(self.folder.name, "out")
        self.start("--deliver", f"s3:lake={self.place}", *arguments)
        self.create(ExtendedS3DestinationConfiguration={**LAKE, **options})

    def files(self):
        """Every file, by its path below the folder."""
        found = {}
        for path, _, names in os.walk(self.place):
            for name in names:
                with open(os.path.join(path, name), "rb") as file:
                    found[os.path.relpath(os.path.join(path, name), self.place)] = file.read()
        return found

    def test_objects_are_files_and_can_be_read_from_the_endpoint_too(self):
        self.begin(Prefix="data/", CompressionFormat="GZIP")
        self.put(b"a\n", b"b\n")
        self.endpoint.advance("61s")
        found = wait_for(self.objects)
        self.assertEqual(self.files(), found)
        (key, body), = found.items()
        self.assertTrue(key.startswith("data/") and key.endswith(".gz"), key)
        self.assertEqual(gzip.decompress(body), b"a\nb\n")
        self.assert_checks_pass()

    def test_a_key_does_not_leave_the_folder(self):
        self.begin(Prefix="../../up/./")
        self.put(b"a\n")
        self.endpoint.advance("61s")
        (path, _), = wait_for(self.files).items()
        self.assertTrue(path.startswith("%2E%2E/%2E%2E/up/%2E/"), path)

    def test_a_folder_that_cannot_be_written_is_tried_again(self):
        self.begin()
        # A file stands where the folder would be.
        with open(self.place, "w", encoding="utf-8"):
            pass
        self.put(b"a\n")
        self.endpoint.advance("61s")
        self.pass_time(150)
        self.assertEqual(self.objects(), {})
        os.remove(self.place)
        found = self.wait(self.files, by="60s")
        self.assertEqual(list(found.values()), [b"a\n"])
        self.assert_checks_pass()

    def test_other_buckets_stay_simulated(self):
        self.begin(BucketARN="arn:aws:s3:::pond")
        self.put(b"a\n")
        self.endpoint.advance("61s")
        self.assertEqual((list(self.objects("pond").values()), os.path.exists(self.place)), ([b"a\n"], False))


class Store(Delivering):
    """A store that speaks S3's protocol, and looks at signatures."""

    def answer(self, path, headers, body):
        def error(status, code):
            return status, {"Content-Type": "application/xml"}, f"<Error><Code>{code}</Code></Error>".encode()

        if headers["x-amz-content-sha256"] != hashlib.sha256(body).hexdigest():
            return error(400, "XAmzContentSHA256Mismatch")
        said = {name: headers[name] for name in ("host", "x-amz-content-sha256", "x-amz-date")}
        at = datetime.datetime.strptime(said["x-amz-date"], "%Y%m%dT%H%M%SZ")
        now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        if abs(now - at) > datetime.timedelta(minutes=15):
            return error(403, "RequestTimeTooSkewed")
        # What botocore signs of the same request at that time.
        request = AWSRequest("PUT", f"http://{said['host']}{path}", headers={"X-Amz-Content-SHA256": said["x-amz-content-sha256"]})
        request.context["timestamp"] = said["x-amz-date"]
        signer = S3SigV4Auth(Credentials("key", "a/secret"), "s3", "eu-west-1")
        request.headers["X-Amz-Date"] = said["x-amz-date"]
        signature = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
        if headers["Authorization"].split("Signature=")[-1] != signature:
            return error(403, "SignatureDoesNotMatch")
        if self.refusals:
            return self.refusals.pop(0)
        self.taken[path] = body
        return 200, {}, b""

    def begin(self, *arguments, secret="a%2Fsecret", prefix="data/"):
        self.taken, self.refusals = {}, []
        sink = self.stand_in(self.answer)
        url = sink.url.replace("//", f"//key:{secret}@")
        self.start("--deliver", f"s3:lake={url}/my-bucket/raw?region=eu-west-1", *arguments)
        self.create(ExtendedS3DestinationConfiguration={**LAKE, "Prefix": prefix})

    def test_objects_are_put_and_signed(self):
        self.begin(prefix="data of=ä/")
        self.put_and_deliver(b"a\n")
        self.pass_time(600)
        (path, body), = self.taken.items()
        self.assertTrue(path.startswith("/my-bucket/raw/data%20of%3D%C3%A4/20"), path)
        self.assertEqual((body, list(self.objects().values())), (b"a\n", [b"a\n"]))
        self.assert_checks_pass()

    def test_a_store_that_is_busy_is_asked_again(self):
        self.begin()
        self.refusals = [(503, {}, b"<Error><Code>SlowDown</Code></Error>"), None]
        self.put_and_deliver(b"a\n")
        self.wait(lambda: self.taken, by="10s")
        self.assertEqual(len(self.sink.asked), 3)

    def test_a_wrong_secret_puts_nothing(self):
        self.begin(secret="other")
        self.put_and_deliver(b"a\n")
        self.pass_time(60)
        self.assertEqual((self.taken, self.objects()), ({}, {}))

    def test_an_endpoint_of_its_own_kind_is_a_store(self):
        with Endpoint("--clock", "manual") as other:
            store = other.client("s3")
            store.create_bucket(Bucket="real")
            self.start("--deliver", f"s3={other.url}/real")
            self.create(ExtendedS3DestinationConfiguration=LAKE)
            self.put(b"a\n")
            self.pass_time(70)
            (key, body), = self.objects().items()
            self.assertEqual(store.get_object(Bucket="real", Key=key)["Body"].read(), body)


class Arguments(unittest.TestCase):
    def refused(self, *arguments):
        done = subprocess.run([BINARY, "serve", "--port", "0", *arguments], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        return done.stderr

    def test_other_machines_are_delivered_to_only_when_that_is_said(self):
        self.assertIn("--deliver-anywhere", self.refused("--deliver", "http:partner=http://192.0.2.1/x"))
        with Endpoint("--deliver", "http:partner=http://192.0.2.1/x", "--deliver-anywhere") as endpoint:
            self.assertTrue(endpoint.control("health"))

    def test_what_is_no_sink_is_refused_with_the_ones_there_are(self):
        self.assertIn("s3, redshift, opensearch, splunk, http", self.refused("--deliver", "kafka:x=http://localhost"))


if __name__ == "__main__":
    unittest.main()
