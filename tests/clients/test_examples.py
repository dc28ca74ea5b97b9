"""The examples for tests of others: they pass, they fail where they should, and the workflow's commands work."""

import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import amazon_kclpy
import yaml

from endpoint import BINARY, Endpoint, needs

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
EXAMPLES = os.path.join(ROOT, "examples")
SMALL = """
name = "small"
duration = "1m"
[stream.orders]
shards = 1
[producer.shop]
stream = "orders"
rate = "10/s"
record_size = "100 B"
keys = { uniform = 10 }
"""


@functools.cache
def failing():
    """Arguments with which a check fails within a quarter of an hour: those of a story that not every seed tells."""
    story = os.path.join(ROOT, "scenarios/checkpoint-undone.toml")
    for seed in range(1, 20):
        arguments = ["--clock", "manual", "--scenario", story, "--seed", str(seed)]
        with Endpoint(*arguments) as endpoint:
            endpoint.advance("15m")
            if any(check["verdict"] == "fail" for check in endpoint.control("checks")["checks"]):
                return arguments
    raise AssertionError("no seed tells the story")


class Pytest(unittest.TestCase):
    def pytest(self, *arguments, folder=os.path.join(EXAMPLES, "pytest")):
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
        done = subprocess.run(command, cwd=folder, env={**os.environ, "KINESIM": BINARY}, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def of(self, test):
        """What comes of another test with the example's fixtures."""
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(os.path.join(EXAMPLES, "pytest/conftest.py"), folder)
            with open(os.path.join(folder, "test_other.py"), "w") as file:
                file.write(test)
            return self.pytest(folder=folder)

    def test_the_examples_tests_pass(self):
        code, told = self.pytest()
        self.assertEqual(code, 0, told)
        self.assertIn("3 passed", told)

    def test_a_failed_test_shows_its_requests(self):
        code, told = self.of("def test_it(kinesim):\n"
                             "    kinesim.kinesis.create_stream(StreamName='orders', ShardCount=1)\n"
                             "    assert kinesim.state()['streams']['orders']['records_acked'] == 1\n")
        self.assertEqual(code, 1, told)
        self.assertRegex(told, r"CreateStream +orders +200 +\d+ µs")

    def test_a_failed_check_fails_a_test_that_passed(self):
        code, told = self.of("import pytest\n@pytest.fixture(scope='session')\ndef kinesim_arguments():\n"
                             f"    return {failing()}\n"
                             "def test_it(kinesim):\n    kinesim.advance('15m')\n")
        self.assertEqual(code, 1, told)
        self.assertIn("1 passed, 1 error", told)
        self.assertRegex(told, "fail  checkpoint-never-goes-back: ")

    def test_one_endpoint_may_be_shared(self):
        code, told = self.of("def test_one(shared_kinesim):\n"
                             "    shared_kinesim.kinesis.create_stream(StreamName='orders', ShardCount=1)\n"
                             "def test_two(shared_kinesim):\n"
                             "    assert shared_kinesim.kinesis.list_streams()['StreamNames'] == ['orders']\n"
                             "def test_three(kinesim):\n"
                             "    assert kinesim.kinesis.list_streams()['StreamNames'] == []\n")
        self.assertEqual(code, 0, told)


@needs(shutil.which("javac"), "no javac, so the JUnit extension was not run")
@needs(os.path.exists("/usr/share/java/junit-platform-console.jar"), "no JUnit 5 (Debian's package junit5)")
class Junit(unittest.TestCase):
    def run_in(self, sources):
        jars = os.path.join(os.path.dirname(amazon_kclpy.__file__), "jars")
        return subprocess.run(["bash", os.path.join(sources, "run")], capture_output=True, text=True,
                              env={**os.environ, "KINESIM": BINARY, "AWS_JARS": jars})

    def test_the_examples_tests_pass(self):
        done = self.run_in(os.path.join(EXAMPLES, "junit5"))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"4 tests successful")

    def test_a_failed_test_shows_its_requests_and_a_failed_check_fails_the_class(self):
        arguments = ", ".join(f'"{argument}"' for argument in failing())
        with tempfile.TemporaryDirectory() as folder:
            for name in ("run", "Kinesim.java", "KinesimExtension.java"):
                shutil.copy(os.path.join(EXAMPLES, "junit5", name), folder)
            with open(os.path.join(folder, "OtherTest.java"), "w") as file:
                file.write("""
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.kinesis.KinesisClient;
class OtherTest {
    @RegisterExtension
    static final KinesimExtension KINESIM = new KinesimExtension(%s);
    @Test void it(Kinesim kinesim, KinesisClient kinesis) {
        kinesim.advance("15m");
        kinesis.listStreams();
        throw new AssertionError("planted");
    }
}""" % arguments)
            done = self.run_in(folder)
        told = done.stdout + done.stderr
        self.assertEqual(done.returncode, 1, told)
        self.assertRegex(told, r"it\(Kinesim, KinesisClient\) failed; what kinesim told:")
        self.assertRegex(told, r"ListStreams +- +200 +\d+ µs")
        self.assertIn("kinesim ended with 1", told)
        self.assertIn("fail  checkpoint-never-goes-back", told)


class Workflow(unittest.TestCase):
    def setUp(self):
        with open(os.path.join(EXAMPLES, "github-action/kinesim.yml")) as file:
            self.workflow = yaml.safe_load(file)

    def step(self, job, name):
        return next(step for step in self.workflow["jobs"][job]["steps"] if step.get("name") == name)

    def test_it_is_a_workflow(self):
        self.assertEqual(self.workflow[True], ["push", "pull_request"], "YAML 1.1 reads the key `on` as true")
        for job in self.workflow["jobs"].values():
            self.assertEqual(set(job) - {"services", "env"}, {"runs-on", "steps"})
            for step in job["steps"]:
                self.assertEqual(len({"uses", "run"} & set(step)), 1, step)
                self.assertLessEqual(set(step), {"uses", "run", "name", "with", "if"})
                self.assertRegex(step.get("uses", "a@v4"), r"@v\d+$")
        kept = self.step("scenarios", "Keep what failed runs left")["with"]["path"]
        self.assertIn(f'--out "{kept}/', self.step("scenarios", "Run them under twenty seeds")["run"])

    def test_its_scenarios_run_under_twenty_seeds_and_a_failed_one_leaves_its_files(self):
        failing = '[[expect]]\nnumber = "streams.orders.records_acked"\nis = "> 1000000"\n'
        for text, code in ((SMALL, 0), (SMALL + failing, 1)):
            with tempfile.TemporaryDirectory() as folder:
                os.mkdir(os.path.join(folder, "scenarios"))
                os.mkdir(os.path.join(folder, "bin"))
                os.symlink(BINARY, os.path.join(folder, "bin/kinesim"))
                with open(os.path.join(folder, "scenarios/orders.toml"), "w") as file:
                    file.write(text)
                path = os.path.join(folder, "bin") + os.pathsep + os.environ["PATH"]
                for name in ("Check the scenario files", "Run them under twenty seeds"):
                    # As GitHub does it.
                    command = ["bash", "-e", "-c", self.step("scenarios", name)["run"]]
                    done = subprocess.run(command, cwd=folder, capture_output=True, text=True,
                                          env={**os.environ, "PATH": path, "GITHUB_ACTIONS": ""})
                    expected = code if name.startswith("Run") else 0
                    self.assertEqual(done.returncode, expected, done.stdout + done.stderr)
                kept = os.path.join(folder, "kinesim-out/seed-20/report.txt")
                self.assertEqual(os.path.exists(kept), code == 1, done.stdout)
                self.assertEqual(len(re.findall("seed 20", done.stdout)), 1 + code, done.stdout)

    def test_its_service_is_asked_whether_a_check_failed(self):
        for arguments, code in (([], 0), (failing(), 1)):
            with tempfile.TemporaryDirectory() as folder, Endpoint(*arguments) as endpoint:
                if code:
                    endpoint.advance("15m")
                step = self.step("tests", "Fail if a check of kinesim did")["run"]
                done = subprocess.run(["bash", "-e", "-c", step.replace("http://localhost:4566", endpoint.url)],
                                      cwd=folder, capture_output=True, text=True)
                self.assertEqual(done.returncode, code, done.stdout + done.stderr)
                self.assertEqual("checkpoint-never-goes-back: " in done.stderr, code == 1, done.stderr)


if __name__ == "__main__":
    unittest.main()
