"""Starts an endpoint for a test and makes boto3 clients for it."""

import json
import os
import subprocess
import unittest
import urllib.request

import boto3
from botocore.config import Config

BINARY = os.environ.get("KINESIM", os.path.join(os.path.dirname(__file__), "../../target/release/kinesim"))
RETRY_ONCE = Config(retries={"total_max_attempts": 1}, parameter_validation=True)


# What the clients of a run have called, and the errors they got, as (service, name).
CALLED, REFUSED = set(), set()


def note(parsed, model, **_):
    service = model.service_model.service_name
    CALLED.add((service, model.name))
    if "Error" in parsed:
        REFUSED.add((service, parsed["Error"]["Code"]))


def needs(there, what):
    """Skips tests of which something is not there, and says so."""
    if not there:
        print(f"skipped: {what}", flush=True)
    return unittest.skipUnless(there, what)


class Endpoint:
    """A `kinesim serve` on a free port, for as long as a `with` lasts."""

    def __init__(self, *arguments, preexec_fn=None):
        self.arguments = arguments
        self.preexec_fn = preexec_fn

    def __enter__(self):
        command = [BINARY, "serve", "--port", "0", *self.arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                        preexec_fn=self.preexec_fn)
        self.url = self.process.stdout.readline().split()[-1]
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def client(self, service, config=RETRY_ONCE, **options):
        client = boto3.client(
            service,
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
            config=config,
            **options,
        )
        client.meta.events.register("after-call", note)
        return client

    def control(self, route, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_kinesim/{route}", data=data, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read() or "null")

    def advance(self, by):
        return self.control("clock/advance", {"by": by})
