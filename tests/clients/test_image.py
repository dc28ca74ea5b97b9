"""The image of the Dockerfile: where docker can build one, that; and always the binary alone in an empty root, as the
first process, with the commands of the Dockerfile and of the compose file."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import yaml

from endpoint import BINARY, needs

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
COMPOSE = os.path.join(ROOT, "examples/compose")


def read(path):
    with open(os.path.join(ROOT, path)) as file:
        return file.read()


def words(instruction):
    """The words of an instruction of the Dockerfile that is written as a list: no shell is needed to read it."""
    found = re.findall(rf"^{instruction}\b.*?(\[.*\])$", read("Dockerfile"), re.MULTILINE)
    assert len(found) == 1, f"{instruction}: {found}"
    return json.loads(found[0])


def services():
    return yaml.safe_load(read("examples/compose/compose.yaml"))["services"]


def is_static(path):
    """A dynamic binary has a segment that names its loader (PT_INTERP, 3)."""
    with open(path, "rb") as file:
        head = file.read(64)
        at, size, count = (int.from_bytes(head[a:b], "little") for a, b in ((32, 40), (54, 56), (56, 58)))
        file.seek(at)
        return all(file.read(size)[:4] != b"\3\0\0\0" for _ in range(count))


def alone(root, *command):
    """A command that sees nothing but the folder, as the first process of its own, and as the image's user where root
    may say who that is."""
    is_root = os.geteuid() == 0
    user = re.search(r"^USER (\S+)$", read("Dockerfile"), re.MULTILINE)[1]
    who, whose = ([], [f"--userspec={user}"]) if is_root else (["--map-root-user"], [])
    return ["unshare", *who, "--pid", "--fork", "--kill-child", "chroot", *whose, root, *command]


def can_be_alone():
    tried = subprocess.run(alone("/", "true"), capture_output=True, text=True) if shutil.which("unshare") else None
    return tried is not None and tried.returncode == 0


class Root:
    """A folder with nothing but the binary, and what runs in it."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp()
        os.chmod(self.folder, 0o755)
        shutil.copy(BINARY, os.path.join(self.folder, "kinesim"))
        self.process = None
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder)

    def start(self, command):
        """Starts it and waits until it is ready. Returns its port."""
        self.process = subprocess.Popen(alone(self.folder, *command, "--port", "0"), stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        return self.process.stdout.readline().strip().rsplit(":", 1)[-1]

    def check(self, command, port):
        """Runs a health check, at a port that is not the image's."""
        return subprocess.run(alone(self.folder, *command, port), capture_output=True, text=True)

    def first(self):
        """What is the first process to itself."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as file:
            return int(file.read())

    def stop(self, number):
        os.kill(self.first(), number)
        _, told = self.process.communicate(timeout=10)
        return self.process.returncode, told


@needs(can_be_alone(), "no folder can be made a root here (unshare), so the binary was not run alone")
@needs(is_static(BINARY), f"{BINARY} is not static, so it was not run alone; .ci/run says how it is built")
class Alone(unittest.TestCase):
    def test_what_is_not_static_is_told_apart(self):
        self.assertFalse(is_static("/bin/sh"))

    def test_the_dockerfiles_commands_serve_check_and_stop(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number), Root() as root:
                port = root.start([*words("ENTRYPOINT"), *words("CMD")])
                healthy = root.check(words("HEALTHCHECK"), port)
                self.assertEqual((healthy.returncode, healthy.stderr), (0, ""))
                with open(f"/proc/{root.first()}/status") as status:
                    self.assertRegex(status.read(), r"NSpid:.*\t1\n", "it is the first process")
                self.assertEqual(root.stop(number)[0], 0)
                broken = root.check(words("HEALTHCHECK"), port)
                self.assertEqual(broken.returncode, 1)
                self.assertIn(f"nothing answers at http://127.0.0.1:{port}", broken.stderr)

    def test_the_compose_files_test_passes(self):
        kinesim, test = services()["kinesim"], services()["test"]
        self.assertEqual(test["depends_on"], {"kinesim": {"condition": "service_healthy"}})
        self.assertEqual(kinesim["healthcheck"]["test"], ["CMD", *words("HEALTHCHECK")])
        with Root() as root:
            port = root.start([*words("ENTRYPOINT"), *kinesim["command"]])
            self.assertEqual(root.check(words("HEALTHCHECK"), port).returncode, 0)
            said = {name: value.replace("//kinesim:4566", f"//127.0.0.1:{port}")
                    for name, value in test["environment"].items()}
            self.assertNotEqual(said, test["environment"], "the endpoint is called by the service's name")
            done = subprocess.run([sys.executable, os.path.join(COMPOSE, "orders.py")], env={**os.environ, **said},
                                  capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (0, "put and read one order\n"), done.stderr)
            self.assertIn("1 record taken", root.stop(signal.SIGTERM)[1])


class Context(unittest.TestCase):
    def test_the_image_is_built_with_the_toolchain_of_the_package(self):
        wanted = re.search(r'^rust-version = "(.*)"', read("Cargo.toml"), re.MULTILINE)[1]
        self.assertIn(f"FROM rust:{wanted}-", read("Dockerfile"))

    def test_what_is_in_no_commit_gets_into_no_image(self):
        ignored = [line.strip("/") for line in read(".gitignore").split()]
        self.assertLessEqual({f"**/{line}" for line in ignored}, set(read(".dockerignore").split("\n")))


def has_docker():
    return shutil.which("docker") and subprocess.run(["docker", "info"], capture_output=True).returncode == 0


@needs(has_docker(), "no docker daemon, so no image was built")
class Image(unittest.TestCase):
    def test_an_image_is_built_is_healthy_and_stops(self):
        built = subprocess.run(["docker", "build", "-q", "-t", "kinesim-gate", ROOT], capture_output=True, text=True)
        if built.returncode != 0 and re.search("pull|resolve|lookup|registry", built.stderr):
            print(f"skipped: the image that it is built in could not be had: {built.stderr[-300:]}", flush=True)
            self.skipTest("no base image")
        self.assertEqual(built.returncode, 0, built.stderr)
        docker = lambda *arguments: subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True)
        name = docker("run", "-d", "--rm", "-p", "127.0.0.1::4566", "kinesim-gate").stdout.strip()
        try:
            port = docker("port", name, "4566").stdout.strip().rsplit(":", 1)[1]
            for command in ([BINARY, "health", port, "--wait", "20s"], ["docker", "exec", name, *words("HEALTHCHECK")]):
                self.assertEqual(subprocess.run(command).returncode, 0)
        finally:
            docker("stop", "-t", "5", name)


if __name__ == "__main__":
    unittest.main()
