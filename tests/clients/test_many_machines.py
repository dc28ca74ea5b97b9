"""The examples for build servers and for many machines: they are what their engines take, and their commands, run as an
engine would run them, make one report of all parts."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

import boto3
import kubernetes_validate
import yaml
from botocore.validate import ParamValidator

from endpoint import BINARY, needs

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
# A swarm of which some seeds draw too fast a producer.
ORDERS = """
name = "orders"
duration = "1m"
[stream.orders]
shards = 1
[producer.shop]
stream = "orders"
rate = "10/s"
record_size = "100 B"
keys = { uniform = 10 }
[explore.vary]
"producer.shop.rate" = "1/s..30/s"
[[expect]]
number = "streams.orders.records_acked"
is = "< 1200"
"""
# So many seeds are searched here in place of those that the examples have.
SEEDS = 24


def text_of(path):
    with open(os.path.join(ROOT, path)) as file:
        return file.read()


class Machines(unittest.TestCase):
    """A folder that all machines share, with kinesim on their path."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        for name in ("scenarios", "bin"):
            os.mkdir(self.at(name))
        os.symlink(BINARY, self.at("bin/kinesim"))
        with open(self.at("scenarios/orders.toml"), "w") as file:
            file.write(ORDERS)

    def at(self, path):
        return os.path.join(self.folder, path)

    def run_in(self, command, *expected, **variables):
        """Runs a command with nothing said by the surroundings but these; what it printed."""
        path = self.at("bin") + os.pathsep + os.environ["PATH"]
        done = subprocess.run(command, cwd=self.folder, env={"PATH": path, "HOME": self.folder, **variables},
                              capture_output=True, text=True)
        self.assertIn(done.returncode, expected, done.stdout + done.stderr)
        return done.stdout

    def script(self, line, *expected, **variables):
        """As a build server runs a line, with fewer seeds."""
        few = re.sub(r"--seeds \d+", f"--seeds {SEEDS}", line)
        return self.run_in(["bash", "-e", "-o", "pipefail", "-c", few], *expected, **variables)

    def whole(self):
        """What one machine says of all."""
        return self.run_in([BINARY, "explore", "scenarios", "--swarm", "--seeds", str(SEEDS), "--regressions", "none"], 1)

    def assert_is_whole(self, told):
        self.assertRegex(told, rf"of {SEEDS} runs failed, in 1 way; ")
        self.assertEqual(told, self.whole())

    def assert_is_junit(self, path):
        root = xml.etree.ElementTree.parse(self.at(path)).getroot()
        self.assertEqual((root.tag, root.get("failures"), len(root.findall("testsuite"))), ("testsuites", "1", 1))
        self.assertEqual(int(root.get("tests")), len(root.findall("testsuite/testcase")))
        self.assertEqual(len(root.findall("testsuite/testcase/failure")), 1)

    def assert_fits(self, schema, path):
        command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, os.path.join(ROOT, path)]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class GitHub(Machines):
    PATH = "examples/ci/github-explore.yml"

    def setUp(self):
        super().setUp()
        self.jobs = yaml.safe_load(text_of(self.PATH))["jobs"]

    def line(self, job, name):
        return next(step["run"] for step in self.jobs[job]["steps"] if step.get("name") == name)

    def test_it_is_a_workflow(self):
        self.assert_fits("vendor.github-workflows", self.PATH)

    def test_a_change_is_searched_and_what_fails_is_shown_where_it_is(self):
        told = self.script(self.line("changes", "Search"), 1, GITHUB_ACTIONS="true",
                           GITHUB_STEP_SUMMARY=self.at("summary.md"))
        self.assertRegex(told, r"(?m)^::error file=scenarios/orders.toml,line=13,title=streams.orders.records_acked < 1200")
        with open(self.at("summary.md")) as file:
            self.assertIn("### kinesim explore", file.read())
        self.assert_is_junit("kinesim.xml")
        kept = next(step for step in self.jobs["changes"]["steps"] if step.get("name") == "Keep what was found")
        for path in kept["with"]["path"].split():
            self.assertTrue(os.path.exists(self.at(path)), path)

    def test_a_night_is_divided_and_put_together(self):
        for part in self.jobs["nightly"]["strategy"]["matrix"]["part"]:
            told = self.script(self.line("nightly", "Search this part"), 0, PART=str(part), GITHUB_ACTIONS="true")
            self.assertNotIn("::error", told, "what fails is told once")
        self.assert_is_whole(self.script(self.line("report", "Put the parts together"), 1))
        self.assert_is_junit("kinesim.xml")


class GitLab(Machines):
    PATH = "examples/ci/gitlab-explore.yml"

    def test_it_is_a_pipeline(self):
        self.assert_fits("vendor.gitlab-ci", self.PATH)

    def test_a_search_is_divided_and_put_together(self):
        pipeline = yaml.safe_load(text_of(self.PATH))
        search, report = pipeline["kinesim search"], pipeline["kinesim report"]
        total = search["parallel"]
        allowed = search["allow_failure"]["exit_codes"]
        for index in range(1, total + 1):
            for line in search["script"]:
                self.script(line, 0, allowed, CI_NODE_INDEX=str(index), CI_NODE_TOTAL=str(total))
        self.assert_is_whole("".join(self.script(line, 1) for line in report["script"]))
        self.assert_is_junit(report["artifacts"]["reports"]["junit"])
        for path in report["artifacts"]["paths"] + search["artifacts"]["paths"]:
            self.assertTrue(os.path.exists(self.at(path)), path)


class Kubernetes(Machines):
    def documents(self, path):
        return list(yaml.safe_load_all(text_of(path)))

    def test_its_manifests_are_what_kubernetes_takes(self):
        for path in ("deploy/kubernetes/explore.yaml", "deploy/kubernetes/merge.yaml"):
            for document in self.documents(path):
                kubernetes_validate.validate(document, "1.37", strict=True)

    def test_its_pods_make_all_parts(self):
        job = self.documents("deploy/kubernetes/explore.yaml")[1]["spec"]
        arguments = job["template"]["spec"]["containers"][0]["args"]
        self.assertIn(f"auto/{job['completions']}", arguments, "as many parts as pods")
        for index in range(job["completions"]):
            few = [str(SEEDS) if argument == "20000" else argument for argument in arguments]
            self.run_in([BINARY, *few], 0, 1, JOB_COMPLETION_INDEX=str(index))
        merge = self.documents("deploy/kubernetes/merge.yaml")[0]["spec"]["template"]["spec"]["containers"][0]["args"]
        told = self.run_in([BINARY, *merge], 1)
        self.assert_is_whole(told.replace("parts/merged", "kinesim-found"))
        self.assert_is_junit("parts/kinesim.xml")


class AwsBatch(Machines):
    def parameters(self, name):
        return json.loads(text_of(f"deploy/aws-batch/{name}.json"))

    def test_its_requests_are_what_aws_batch_takes(self):
        model = boto3.client("batch", region_name="us-east-1").meta.service_model
        for operation, name in (("RegisterJobDefinition", "job-definition"), ("SubmitJob", "submit"),
                                ("SubmitJob", "merge")):
            report = ParamValidator().validate(self.parameters(name), model.operation_model(operation).input_shape)
            self.assertFalse(report.has_errors(), report.generate_report())

    def test_its_array_makes_all_parts(self):
        of = lambda command: [part.replace("/efs/", "").replace("20000", str(SEEDS)) for part in command]
        command = of(self.parameters("job-definition")["containerProperties"]["command"])
        size = self.parameters("submit")["arrayProperties"]["size"]
        for index in range(size):
            self.run_in([BINARY, *command], 0, 1, AWS_BATCH_JOB_ARRAY_INDEX=str(index),
                        AWS_BATCH_JOB_ARRAY_SIZE=str(size))
        told = self.run_in([BINARY, *of(self.parameters("merge")["containerOverrides"]["command"])], 1)
        self.assert_is_whole(told.replace("parts/merged", "kinesim-found"))


class Slurm(Machines):
    def test_its_array_makes_all_parts(self):
        script = os.path.join(ROOT, "deploy/slurm/explore.sbatch")
        for task in (3, 5, 7):
            self.run_in(["bash", script, "scenarios", "--swarm", "--seeds", str(SEEDS)], 0, 1,
                        SLURM_ARRAY_TASK_ID=str(task), SLURM_ARRAY_TASK_MIN="3", SLURM_ARRAY_TASK_STEP="2",
                        SLURM_ARRAY_TASK_COUNT="3", SLURM_CPUS_PER_TASK="1")
        merge = re.search(r"--wrap '(.*)'", text_of("deploy/slurm/explore.sbatch")).group(1)
        self.assert_is_whole(self.script(merge, 1))


@needs(shutil.which("parallel"), "no GNU parallel, so its example was not run")
class Parallel(Machines):
    def test_its_machines_make_all_parts(self):
        with open(self.at("machines.txt"), "w") as file:
            file.write("2/:\n")
        told = self.run_in([os.path.join(ROOT, "deploy/parallel/explore"), "machines.txt", "scenarios", "--swarm",
                            "--seeds", str(SEEDS)], 1)
        self.assertRegex(told, "runs failed")
        self.assert_is_whole(self.script("kinesim explore merge parts --regressions none", 1))


if __name__ == "__main__":
    unittest.main()
