"""Functions behind URLs, as delivery streams of `kinesim serve` invoke them: a server that behaves as Lambda's emulator."""

import base64
import http.server
import json
import os
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from endpoint import BINARY, Endpoint
from test_delivery import Delivery

ARN = "arn:aws:lambda:us-east-1:000000000000:function:"
INVOKE = "/2015-03-31/functions/function/invocations"


def transforming(name):
    """What a delivery stream is configured with whose records go through a function."""
    parameters = [{"ParameterName": "LambdaArn", "ParameterValue": ARN + name},
                  {"ParameterName": "BufferIntervalInSeconds", "ParameterValue": "60"}]
    return {"Prefix": "data/", "ErrorOutputPrefix": "errors/",
            "ProcessingConfiguration": {"Enabled": True, "Processors": [{"Type": "Lambda", "Parameters": parameters}]}}


def shout(event):
    """Letters become capitals; `drop` is dropped and `fail` fails."""
    def one(record):
        data = base64.b64decode(record["data"])
        result = {b"drop\n": "Dropped", b"fail\n": "ProcessingFailed"}.get(data, "Ok")
        return {"recordId": record["recordId"], "result": result, "data": base64.b64encode(data.upper()).decode()}

    return 200, json.dumps({"records": [one(record) for record in event["records"]]}).encode()


class Emulator:
    """Answers on the invoke route with what `code` makes of an event: a status and a body."""

    def __init__(self, code):
        self.events, self.paths = [], []
        # Set: it answers at once.
        self.may_answer = threading.Event()
        self.may_answer.set()
        emulator = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                emulator.events.append(event)
                emulator.paths.append(self.path)
                emulator.may_answer.wait(30)
                status, body = code(event)
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(body)))
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


def wait_for(what):
    until = time.monotonic() + 30
    while not (found := what()):
        assert time.monotonic() < until, "nothing came"
        time.sleep(0.02)
    return found


class Functions(unittest.TestCase):
    def start(self, code, *arguments, name="shout", path=""):
        self.emulator = Emulator(code)
        self.addCleanup(self.emulator.close)
        self.arguments = ("--clock", "manual", "--function", f"{name}={self.emulator.url}{path}", *arguments)
        self.endpoint = Endpoint(*self.arguments).__enter__()
        self.addCleanup(lambda: self.endpoint.__exit__())
        return Delivery(self.endpoint, **transforming(name))

    def put_and_invoke(self, delivery, *lines):
        """Puts records, and has the function invoked with them."""
        before = len(self.emulator.events)
        delivery.put(*lines)
        self.endpoint.advance("61s")
        wait_for(lambda: len(self.emulator.events) > before)

    def deliver(self, delivery, is_done=bool):
        """What there is once buffers are written, however long the answer is on its way."""
        def look():
            self.endpoint.advance("10s")
            found = delivery.objects()
            return found if is_done(found) else None

        return wait_for(look)

    def failed(self, delivery):
        """What is told of the records in the error output."""
        (key, body), = self.deliver(delivery).items()
        self.assertTrue(key.startswith("errors/processing-failed/"), key)
        return [json.loads(line) for line in body.splitlines()]

    def test_records_are_what_the_function_makes_of_them(self):
        delivery = self.start(shout)
        self.put_and_invoke(delivery, b"a\n", b"drop\n", b"b\n", b"fail\n")
        found = self.deliver(delivery, lambda found: len(found) == 2)
        (key, body), = [(key, body) for key, body in found.items() if key.startswith("data/")]
        self.assertEqual(body, b"A\nB\n")
        event, = self.emulator.events
        self.assertEqual(self.emulator.paths, [INVOKE])
        self.assertEqual(event["deliveryStreamArn"], "arn:aws:firehose:us-east-1:000000000000:deliverystream/clicks")
        self.assertEqual([base64.b64decode(record["data"]) for record in event["records"]], [b"a\n", b"drop\n", b"b\n", b"fail\n"])
        failed, = [json.loads(body) for key, body in found.items() if key.startswith("errors/processing-failed/")]
        self.assertEqual((failed["errorCode"], failed["rawData"]), ("Lambda.ProcessingFailedStatus", "ZmFpbAo="))
        verdicts = {check["name"]: check["verdict"] for check in self.endpoint.control("checks")["checks"]}
        self.assertNotIn("fail", verdicts.values())

    def test_a_path_of_ones_own_is_kept(self):
        delivery = self.start(shout, path="/my/route")
        self.put_and_invoke(delivery, b"a\n")
        self.assertEqual(self.emulator.paths, ["/my/route"])

    def test_junk_is_told_with_the_records(self):
        delivery = self.start(lambda event: (200, b"<html>\xff\x00"))
        self.put_and_invoke(delivery, b"a\n")
        self.assertEqual([told["errorCode"] for told in self.failed(delivery)], ["Lambda.JsonProcessingException"])

    def test_what_the_function_throws_is_told(self):
        thrown = json.dumps({"errorType": "KeyError", "errorMessage": "'user'"}).encode()
        delivery = self.start(lambda event: (200, thrown))
        self.put_and_invoke(delivery, b"a\n")
        told, = self.failed(delivery)
        self.assertEqual(told["errorCode"], "Lambda.FunctionError")
        self.assertIn("KeyError: 'user'", told["errorMessage"])

    def test_an_answer_over_six_megabytes_is_an_error(self):
        delivery = self.start(lambda event: (200, b" " * (6 * 1024 * 1024 + 1)))
        self.put_and_invoke(delivery, b"a\n")
        told, = self.failed(delivery)
        self.assertEqual(told["errorCode"], "Lambda.FunctionError")
        self.assertIn("6291456", told["errorMessage"])

    def test_an_id_that_is_left_out_fails_its_record(self):
        def lose_first(event):
            return shout({"records": event["records"][1:]})

        delivery = self.start(lose_first)
        self.put_and_invoke(delivery, b"a\n", b"b\n")
        found = self.deliver(delivery, lambda found: len(found) == 2)
        kept, = [body for key, body in found.items() if key.startswith("data/")]
        lost, = [json.loads(body) for key, body in found.items() if key.startswith("errors/")]
        self.assertEqual((kept, lost["errorCode"], lost["rawData"]), (b"B\n", "Lambda.MissingRecordId", "YQo="))

    def test_throttles_are_tried_again(self):
        answers = [(429, b"{}"), (503, b"")]
        delivery = self.start(lambda event: answers.pop(0) if answers else shout(event))
        self.put_and_invoke(delivery, b"a\n")
        self.assertEqual(list(self.deliver(delivery).values()), [b"A\n"])
        self.assertEqual(len(self.emulator.events), 3)
        self.assertEqual(len({event["invocationId"] for event in self.emulator.events}), 1)

    def test_one_that_takes_over_five_minutes_is_asked_again_and_its_late_answer_is_nothing(self):
        delivery = self.start(shout)
        self.emulator.may_answer.clear()
        self.put_and_invoke(delivery, b"a\n")
        self.endpoint.advance("320s")
        wait_for(lambda: len(self.emulator.events) == 2)
        self.emulator.may_answer.set()
        self.assertEqual(list(self.deliver(delivery).values()), [b"A\n"])

    def test_nobody_who_answers_is_an_error_after_four_attempts(self):
        delivery = self.start(shout)
        self.emulator.close()
        delivery.put(b"a\n")
        told, = self.failed(delivery)
        self.assertEqual((told["errorCode"], told["attemptsMade"]), ("ServiceException", 4))

    def test_a_kill_while_the_function_works_loses_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            delivery = self.start(shout, "--data-dir", os.path.join(folder, "data"))
            self.put_and_invoke(delivery, b"a\n")
            self.deliver(delivery)
            self.emulator.may_answer.clear()
            self.put_and_invoke(delivery, b"b\n")
            self.endpoint.process.send_signal(signal.SIGKILL)
            self.endpoint.process.wait()
            self.endpoint.process.stdout.close()
            self.emulator.may_answer.set()
            self.endpoint = Endpoint(*self.arguments).__enter__()
            delivery.firehose, delivery.s3 = self.endpoint.client("firehose"), self.endpoint.client("s3")
            found = self.deliver(delivery, lambda found: len(found) == 2)
            self.assertEqual(sorted(found.values()), [b"A\n", b"B\n"])
            # The first answer was kept, so the function was not asked for it again.
            asked = [record["data"] for event in self.emulator.events for record in event["records"]]
            self.assertEqual(asked.count("YQo="), 1)

    def test_a_recording_replays_without_the_function(self):
        with tempfile.TemporaryDirectory() as folder:
            recording = os.path.join(folder, "session.ndjson")
            delivery = self.start(shout, "--record", recording)
            self.put_and_invoke(delivery, b"a\n")
            self.deliver(delivery)
            self.endpoint.process.terminate()
            self.endpoint.process.wait()
            self.emulator.close()
            replayed = subprocess.run([BINARY, "replay", recording], capture_output=True, text=True)
            self.assertEqual(replayed.returncode, 0, replayed.stdout + replayed.stderr)

    def test_only_functions_on_this_machine_are_called(self):
        refused = subprocess.run([BINARY, "serve", "--port", "0", "--function", "f=http://192.0.2.1:9000"],
                                 capture_output=True, text=True)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("only functions on this machine", refused.stderr)


if __name__ == "__main__":
    unittest.main()
