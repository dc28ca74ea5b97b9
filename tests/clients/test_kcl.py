"""The real Java Kinesis Client Library: polling with two workers, and enhanced fan-out, through a split and a merge.

The wheel kclpy-ext carries the library's jars and its daemon, which talks to a record processor in Python.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import amazon_kclpy

from endpoint import Endpoint, needs

MIDDLE = str(1 << 125)
WAIT_S = 240
HERE = os.path.dirname(os.path.abspath(__file__))


class Application:
    """Workers of one application, each a daemon of its own."""

    def __init__(self, endpoint, folder, name, mode, workers):
        self.processes, self.outs = [], []
        script = os.path.join(folder, "processor.sh")
        with open(script, "w") as file:
            file.write(f'#!/bin/sh\nexec "{sys.executable}" "{HERE}/kcl/processor.py"\n')
        os.chmod(script, 0o755)
        jars = os.path.join(os.path.dirname(amazon_kclpy.__file__), "jars", "*")
        for n in range(workers):
            path = os.path.join(folder, f"{name}-{n}")
            with open(f"{path}.properties", "w") as file:
                file.write("\n".join([
                    f"executableName = {script}", "streamName = orders", f"applicationName = {name}",
                    "AwsCredentialsProvider = DefaultCredentialsProvider", "processingLanguage = python",
                    "initialPositionInStream = TRIM_HORIZON", "regionName = us-east-1", f"retrievalMode = {mode}",
                    "idleTimeBetweenReadsInMillis = 250", "failoverTimeMillis = 3000", "shardSyncIntervalMillis = 2000",
                    "parentShardPollIntervalMillis = 1000",
                ]))
            environment = {
                **os.environ, "KCL_OUT": f"{path}.out", "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret",
                "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": endpoint.url,
            }
            command = ["java", "-Xmx256m", "-cp", jars, "software.amazon.kinesis.multilang.MultiLangDaemon",
                       "--properties-file", f"{path}.properties"]
            log = open(f"{path}.log", "w")
            self.processes.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
            log.close()
            self.outs.append(f"{path}.out")

    def notes(self):
        lines = []
        for out in self.outs:
            if os.path.exists(out):
                with open(out) as file:
                    lines += [line.split() for line in file if line.endswith("\n")]
        return lines

    def records(self):
        return {line[2] for line in self.notes() if line[0] == "record"}

    def ended(self):
        return {line[1] for line in self.notes() if line[0] == "ended"}

    def stop(self):
        for process in self.processes:
            process.kill()
            process.wait()


@needs(shutil.which("java"), "no java: the Java KCL was not run")
class Kcl(unittest.TestCase):
    def wait(self, what, applications, reached):
        end = time.monotonic() + WAIT_S
        while not all(reached(application) for application in applications):
            self.assertLess(time.monotonic(), end, f"{what}: {[len(a.records()) for a in applications]} records, "
                            f"ended {[a.ended() for a in applications]}")
            time.sleep(0.5)

    def test_polling_and_fan_out_read_everything_through_a_reshard(self):
        with Endpoint() as endpoint, tempfile.TemporaryDirectory() as folder:
            kinesis = endpoint.client("kinesis")
            kinesis.create_stream(StreamName="orders", ShardCount=4)
            kinesis.get_waiter("stream_exists").wait(StreamName="orders", WaiterConfig={"Delay": 1})

            def put(numbers):
                records = [{"Data": str(n).encode(), "PartitionKey": str(n)} for n in numbers]
                self.assertEqual(kinesis.put_records(StreamName="orders", Records=records)["FailedRecordCount"], 0)

            put(range(400))
            applications = [
                Application(endpoint, folder, "polling", "POLLING", 2),
                Application(endpoint, folder, "fan-out", "FANOUT", 1),
            ]
            for application in applications:
                self.addCleanup(application.stop)
            self.wait("before the reshard", applications, lambda a: len(a.records()) == 400)
            shard = lambda n: f"shardId-{n:012}"
            kinesis.split_shard(StreamName="orders", ShardToSplit=shard(0), NewStartingHashKey=MIDDLE)
            kinesis.get_waiter("stream_exists").wait(StreamName="orders", WaiterConfig={"Delay": 1})
            kinesis.merge_shards(StreamName="orders", ShardToMerge=shard(2), AdjacentShardToMerge=shard(3))
            kinesis.get_waiter("stream_exists").wait(StreamName="orders", WaiterConfig={"Delay": 1})
            put(range(400, 600))
            self.wait("after the reshard", applications, lambda a: len(a.records()) == 600)
            closed = {shard(0), shard(2), shard(3)}
            self.wait("ends of shards", applications, lambda a: a.ended() >= closed)
            for application in applications:
                self.assertEqual(application.records(), {str(n) for n in range(600)})
                application.stop()
            verdicts = {check["name"]: check["verdict"] for check in endpoint.control("checks")["checks"]}
            self.assertNotIn("fail", verdicts.values(), verdicts)
            for name in ("checkpoint-never-goes-back", "checkpoint-only-by-lease-holder", "leases-cover-hash-range"):
                self.assertEqual(verdicts[name], "pass", f"{name} is judged by the two lease tables")


if __name__ == "__main__":
    unittest.main()
