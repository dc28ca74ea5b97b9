"""The JSON Schema of scenario files, held by a validator that is not ours against what the loader takes and refuses."""

import os
import pathlib
import re
import subprocess
import tempfile
import tomllib
import unittest

import json
import jsonschema

ROOT = pathlib.Path(__file__).parents[2]
KINESIM = os.environ.get("KINESIM", str(ROOT / "target/release/kinesim"))

HEAD = """name = "t"
duration = "10m"
[stream.clicks]
shards = 4
"""

GOOD = HEAD + """
[producer.web]
stream = "clicks"
rate = "100/s"
[consumer.billing]
stream = "clicks"
workers = 2
"""

# Shapes that are wrong whatever else stands in the file.
WRONG_SHAPES = {
    "an unknown key at the top": "colour = \"red\"\n" + GOOD,
    "an unknown key of a stream": GOOD.replace("shards = 4", "shards = 4\nshard = 4"),
    "an unknown key of a producer": GOOD.replace("rate = ", "rat = \"1/s\"\nrate = "),
    "an unknown key of a consumer": GOOD + "colour = \"red\"\n",
    "an unknown key of a fault": GOOD + "[[fault]]\nat = \"1m\"\nfor = \"1s\"\ncolour = \"red\"\n",
    "an unknown key of a fault on links": GOOD + "[[fault]]\nat = \"1m\"\nfor = \"1s\"\nlose = { host = \"x\" }\n",
    "an unknown kind of random fault": GOOD + "[random_faults]\ncrashes = \"1/h\"\n",
    "an unknown key of an action": GOOD + "[[action]]\nat = \"1m\"\nsplits = \"hottest\"\n",
    "an unknown key of an expectation": GOOD + "[[expect]]\nthrottled = \"< 1%\"\n",
    "an unknown key of the network": GOOD + "[network]\nlatncy = \"2ms\"\n",
    "no name": GOOD.replace("name = \"t\"\n", ""),
    "no shards": GOOD.replace("shards = 4\n", ""),
    "no time of a fault": GOOD + "[[fault]]\ncrash = \"billing-1\"\n",
    "a number for a duration": GOOD.replace("\"10m\"", "10"),
    "a wrong unit": GOOD.replace("\"10m\"", "\"10 parsecs\""),
    "a number for a rate": GOOD.replace("\"100/s\"", "100"),
    "a text for a count": GOOD.replace("shards = 4", "shards = \"4\""),
    "a negative count": GOOD.replace("shards = 4", "shards = -4"),
    "an unknown word": GOOD.replace("workers = 2", "library = \"kcl-9\""),
    "an unknown word for the network": "network = \"htttp\"\n" + GOOD,
    "an unknown state of the key": GOOD + "[[fault]]\nat = \"1m\"\nfor = \"1s\"\nkms = \"gone\"\n",
    "a table for a text": GOOD + "[[fault]]\nat = \"1m\"\ncrash = { host = \"billing-1\" }\n",
    "a text for a list": GOOD + "[[fault]]\nat = \"1m\"\nfor = \"1s\"\nlose = { hosts = \"billing-1\" }\n",
}


def snippets():
    """Blocks of TOML in the documentation, with what they leave out."""
    for page in ["README.md", "docs/scenarios.md", "docs/own-code.md"]:
        for number, block in enumerate(re.findall(r"```toml\n(.*?)```", (ROOT / page).read_text(), re.S)):
            whole = block if "name = " in block.split("[", 1)[0] else GOOD + block
            yield f"{page}, block {number + 1}", whole


class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        made = subprocess.run([KINESIM, "schema"], capture_output=True, text=True, check=True)
        schema = json.loads(made.stdout)
        jsonschema.Draft202012Validator.check_schema(schema)
        cls.validator = jsonschema.Draft202012Validator(schema)

    def refusals(self, text):
        return [error.message for error in self.validator.iter_errors(tomllib.loads(text))]

    def loads(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "t.toml"
            path.write_text(text)
            return subprocess.run([KINESIM, "check", path], capture_output=True).returncode == 0

    def test_every_gallery_file_is_valid(self):
        files = sorted((ROOT / "scenarios").glob("*.toml"))
        self.assertGreater(len(files), 20)
        for file in files:
            with self.subTest(file.name):
                self.assertEqual(self.refusals(file.read_text()), [])

    def test_what_new_writes_and_the_documentation_shows_is_valid(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([KINESIM, "new", "orders"], cwd=folder, check=True, capture_output=True)
            written = (pathlib.Path(folder) / "orders.toml").read_text()
        self.assertTrue(written.startswith("#:schema "), "editors are told where the schema is")
        shown = dict(snippets())
        self.assertGreater(len(shown), 4)
        for name, text in [("new", written), *shown.items()]:
            with self.subTest(name):
                self.assertEqual(self.refusals(text), [])

    def test_other_names_of_keys_are_valid(self):
        for line in ['checkpoint_every = "10s"', 'sink = "transactional"']:
            self.assertEqual(self.refusals(GOOD + line + "\n"), [])
            self.assertTrue(self.loads(GOOD + line + "\n"))

    def test_every_shape_that_the_loader_refuses_is_refused(self):
        self.assertEqual(self.refusals(GOOD), [])
        self.assertTrue(self.loads(GOOD))
        for name, text in WRONG_SHAPES.items():
            with self.subTest(name):
                self.assertFalse(self.loads(text), "the loader refuses it")
                self.assertNotEqual(self.refusals(text), [], "and so does the schema")


if __name__ == "__main__":
    unittest.main()
