"""Fixtures for tests of code on Kinesis and DynamoDB: a `kinesim serve` of its own for each test, and boto3 clients.

Copy this file beside your tests. It needs boto3, pytest, and kinesim on the path (or its path in KINESIM).
"""

import json
import os
import shutil
import subprocess
import tempfile
import urllib.request

import boto3
import pytest
from botocore.config import Config

BINARY = os.environ.get("KINESIM", "kinesim")
NOT_FOUND = f"there is no {BINARY}: install kinesim, or give its path in KINESIM"


class Kinesim:
    """A `kinesim serve` on a free port."""

    def __init__(self, *arguments):
        self._log = tempfile.TemporaryFile("w+")
        command = [BINARY, "serve", "--port", "0", "--log-requests", "always", "--fail-on-check", *arguments]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._log, text=True)
        ready = self._process.stdout.readline()
        if not ready:
            raise RuntimeError(f"kinesim did not start: {self.stop()[1]}")
        self.url = ready.split()[-1]
        self.kinesis, self.dynamodb = self.client("kinesis"), self.client("dynamodb")

    def client(self, service, tries=1):
        """A boto3 client. It tries once, so that a test sees every error, and boto3 does not sleep in real time."""
        return boto3.client(
            service, endpoint_url=self.url, region_name="us-east-1",
            aws_access_key_id="key", aws_secret_access_key="secret",
            config=Config(retries={"total_max_attempts": tries}),
        )

    def control(self, route, body=None, method=None):
        """Asks one of the routes under /_kinesim/."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_kinesim/{route}", data=data, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read() or "null")

    def advance(self, by):
        """Lets time pass at once: "5m", "24h"."""
        self.control("clock/advance", {"by": by})

    def sleep(self, seconds):
        """In place of time.sleep: takes no time, and moves the clock on."""
        self.advance(f"{round(seconds * 1000)}ms")

    def fault(self, lasts=None, **kind):
        """Breaks something: fault(throttle={"stream": "orders"}, lasts="30s"). Gives the number that heals it."""
        return self.control("faults", {**kind, **({} if lasts is None else {"for": lasts})})["id"]

    def heal(self, fault=None):
        """Heals one fault, or all."""
        self.control("faults" if fault is None else f"faults/{fault}", method="DELETE")

    def state(self):
        """The figures so far: `state()["streams"]["orders"]["records_acked"]`, say."""
        return self.control("state")

    def checks(self):
        """The verdicts so far, by the check's name."""
        return {check["name"]: check["verdict"] for check in self.control("checks")["checks"]}

    def stop(self):
        """Stops it. Gives the exit code, 1 when a check failed, and what it told: requests, a summary, failed checks."""
        self._process.terminate()
        code = self._process.wait()
        self._process.stdout.close()
        with self._log as log:
            log.seek(0)
            return code, log.read()


def serving(arguments):
    """What both fixtures do."""
    if not shutil.which(BINARY):
        pytest.exit(NOT_FOUND, returncode=2)
    endpoint = Kinesim(*arguments)
    yield endpoint
    code, told = endpoint.stop()
    print(told)  # pytest shows it when the test has failed
    if code != 0:
        pytest.fail(f"kinesim ended with {code}:\n{told}", pytrace=False)


@pytest.fixture(scope="session")
def kinesim_arguments():
    """Arguments of `kinesim serve`. A module or a class that wants others has a fixture of this name."""
    return ["--clock", "manual", "--transitions", "0ms"]


@pytest.fixture
def kinesim(kinesim_arguments):
    """An endpoint of this test alone. It starts within milliseconds, so nothing has to be shared."""
    yield from serving(kinesim_arguments)


@pytest.fixture(scope="session")
def shared_kinesim(kinesim_arguments):
    """One endpoint for all tests, where they build on a state that is costly to make."""
    yield from serving(kinesim_arguments)
