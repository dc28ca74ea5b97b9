"""Copies what an image's build sees, as .dockerignore says it, into a folder: `context.py FOLDER`."""

import os
import re
import shutil
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))


def pattern(line):
    """A line of .dockerignore: `**/` is any folder or none, `*` anything within a name."""
    parts = {"**/": "(.*/)?", "*": "[^/]*"}
    return "".join(parts.get(part) or re.escape(part) for part in re.split(r"(\*\*/|\*)", line.strip("/")))


def main(folder):
    with open(os.path.join(ROOT, ".dockerignore")) as file:
        lines = [line.strip() for line in file if line.strip() and not line.startswith("#")]
    ignored = re.compile("|".join(pattern(line) for line in lines))

    def leave_out(at, names):
        relative = lambda name: os.path.relpath(os.path.join(at, name), ROOT)
        return [name for name in names if ignored.fullmatch(relative(name)) or relative(name) == folder]

    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT, folder, ignore=leave_out)


if __name__ == "__main__":
    main(sys.argv[1])
