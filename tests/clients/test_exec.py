"""The consumers of examples/exec under `kinesim exec`: ten seeds pass, and some of ten find a bug that is planted.

The consumers' time is the machine's, which may have much else to do. So those that are to pass get a slower clock.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import amazon_kclpy

from endpoint import BINARY, needs

EXAMPLES = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../examples/exec"))


class Exec(unittest.TestCase):
    def setUp(self):
        self.out = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.out)

    def run_seeds(self, command, *, bug=None, clock="x10", jobs="10"):
        """Exit code, what was told, and in how many seeds a record was passed over."""
        arguments = ["--seeds", "10", "--jobs", jobs, "--clock", clock, "--out", self.out]
        environment = {name: value for name, value in os.environ.items() if name != "ORDERS_BUG"}
        if bug:
            environment["ORDERS_BUG"] = bug
        done = subprocess.run(command(arguments), env=environment, capture_output=True, text=True)
        told = done.stdout + done.stderr
        return done.returncode, told, len(re.findall("^  fail  every-record-gets-processed", told, re.MULTILINE))

    def passes(self, command, **how):
        code, told, _ = self.run_seeds(command, **how)
        self.assertEqual(code, 0, told + self.logs())
        self.assertIn("10 seeds: 10 passed, 0 failed", told)
        self.assertNotIn("note: in", told, "it tells what it has processed")
        self.assertFalse(os.listdir(self.out) if os.path.exists(self.out) else [], "what passes leaves nothing")
        os.makedirs(self.out, exist_ok=True)

    def finds(self, command, bug, **how):
        code, told, found = self.run_seeds(command, bug=bug, **how)
        self.assertEqual(code, 1, told)
        self.assertGreater(found, 0, told)
        left = [os.path.join(self.out, folder) for folder in os.listdir(self.out)]
        self.assertGreaterEqual(len(left), found)
        self.assertLessEqual({"report.txt", "report.json", "scenario.resolved.toml", "session.ndjson",
                              "orders-consumer-1.log"}, set(os.listdir(left[0])))
        replayed = subprocess.run([BINARY, "replay", os.path.join(left[0], "session.ndjson")],
                                  capture_output=True, text=True)
        self.assertEqual(replayed.returncode, 0, replayed.stdout)
        self.assertIn("the same trace hash", replayed.stdout)
        print(f"{bug}: {found} of ten seeds found it", flush=True)

    def logs(self):
        """The ends of what the processes of seeds that failed printed."""
        told = ""
        for folder, _, files in os.walk(self.out):
            for name in (name for name in files if name.endswith(".log")):
                with open(os.path.join(folder, name), errors="replace") as file:
                    told += f"\n{folder}/{name}:\n{file.read()[-2000:]}"
        return told


class Boto3(Exec):
    def command(self, arguments):
        return [BINARY, "exec", os.path.join(EXAMPLES, "orders.toml"), *arguments, "--", sys.executable,
                os.path.join(EXAMPLES, "orders.py")]

    def test_the_consumer_passes_ten_seeds(self):
        self.passes(self.command, clock="x6", jobs="5")

    def test_ten_seeds_find_that_it_begins_at_latest_again(self):
        self.finds(self.command, "latest", jobs="5")


@needs(shutil.which("javac"), "no javac: the Java KCL was not run under kinesim exec")
class Kcl(Exec):
    def command(self, arguments):
        return [os.path.join(EXAMPLES, "kcl/run"), *arguments]

    def setUp(self):
        super().setUp()
        os.environ["KCL_JARS"] = os.path.join(os.path.dirname(amazon_kclpy.__file__), "jars")
        os.environ["KINESIM"] = BINARY

    def test_the_consumer_passes_ten_seeds(self):
        self.passes(self.command, clock="x8")

    def test_ten_seeds_find_that_it_swallows_an_error(self):
        self.finds(self.command, "swallow")


if __name__ == "__main__":
    unittest.main()
