"""Every constraint of Firehose's model is the endpoint's: each is violated once, and the answer names the place."""

import json
import unittest
import urllib.error
import urllib.request

import boto3

from endpoint import Endpoint

HEADERS = {"Authorization": "AWS4-HMAC-SHA256 Credential=a/b/us-east-1/firehose/aws4_request, SignedHeaders=host, Signature=c",
           "X-Amz-Date": "x", "Content-Type": "application/x-amz-json-1.1"}
# Nothing is delivered there, so that their members are not looked at.
ELSEWHERE = ("Snowflake", "Iceberg", "AmazonOpenSearchServerless", "MSKSource", "DatabaseSource")
# A text for each pattern that a violation of lengths can keep to; others are made longer than any pattern.
LONG = 11_000


def wrong_values(shape):
    """Values of the right type that a shape does not allow, each with a part of what is said of it."""
    kind, facts = shape.type_name, shape.metadata
    if kind == "string":
        if "enum" in facts:
            yield "no such word", f"Member must satisfy enum value set: [{', '.join(facts['enum'])}]"
            return
        if facts.get("min"):
            yield "x" * (facts["min"] - 1), f"Member must have length greater than or equal to {facts['min']}"
        if "max" in facts:
            yield "x" * (facts["max"] + 1), f"Member must have length less than or equal to {facts['max']}"
        if "pattern" in facts:
            yield "\n *:", f"Member must satisfy regular expression pattern: {facts['pattern']}"
    elif kind in ("integer", "long"):
        if "min" in facts:
            yield facts["min"] - 1, f"Member must have value greater than or equal to {facts['min']}"
        if "max" in facts:
            yield facts["max"] + 1, f"Member must have value less than or equal to {facts['max']}"
    elif kind in ("double", "float"):
        yield facts["max"] + 0.5, f"Member must have value less than or equal to {facts['max']}"
        yield facts["min"] - 0.5, f"Member must have value greater than or equal to {facts['min']}"


def lower(name):
    return name[0].lower() + name[1:]


def violations(shape, path=(), told=""):
    """A path to each member of a structure with a value that it must not have, what is said, and of what."""
    for name, member in shape.members.items():
        if name.startswith(ELSEWHERE):
            continue
        here, there = (*path, name), f"{told}.{lower(name)}" if told else lower(name)
        if name in shape.required_members:
            yield here, None, "Member must not be null", there
        if member.type_name == "structure":
            yield from violations(member, here, there)
        elif member.type_name == "list":
            low, high = member.metadata.get("min"), member.metadata.get("max")
            element = {} if member.member.type_name == "structure" else "x"
            if low:
                yield here, [element] * (low - 1), f"Member must have length greater than or equal to {low}", there
            if high:
                yield here, [element] * (high + 1), f"Member must have length less than or equal to {high}", there
            if member.member.type_name == "structure":
                yield from violations(member.member, (*here, 0), f"{there}.1.member")
            else:
                for value, what in wrong_values(member.member):
                    yield here, [value], what.removeprefix("Member must satisfy "), there
        elif member.type_name == "map":
            for value, what in wrong_values(member.key):
                yield here, {value: "x"}, what.removeprefix("Member must satisfy "), there
            for value, what in wrong_values(member.value):
                yield here, {"x": value}, what.removeprefix("Member must satisfy "), there
        elif member.type_name == "blob":
            high = member.metadata["max"]
            yield here, "A" * ((high // 3 + 1) * 4), f"Member must have length less than or equal to {high}", there
        else:
            for value, what in wrong_values(member):
                yield here, value, what, there


def body_of(path, value):
    """A body in which nothing else is than this value at its place."""
    for name in reversed(path):
        value = [value] if name == 0 else {name: value}
    return value


class FirehoseModel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.endpoint = Endpoint().__enter__()
        cls.addClassCleanup(cls.endpoint.__exit__)
        cls.model = boto3.client("firehose", region_name="us-east-1").meta.service_model

    def ask(self, operation, body):
        headers = {"X-Amz-Target": f"Firehose_20150804.{operation}", **HEADERS}
        request = urllib.request.Request(self.endpoint.url, json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return json.loads(refused.read())

    def test_every_constraint_of_every_member_holds(self):
        seen = 0
        for operation in self.model.operation_names:
            for path, value, what, told in violations(self.model.operation_model(operation).input_shape):
                with self.subTest(operation, path=path, what=what):
                    answer = self.ask(operation, body_of(path, value))
                    self.assertEqual(answer["__type"], "ValidationException")
                    texts = answer["message"].split("; ")
                    self.assertTrue(any(f"at '{told}'" in text and what in text for text in texts), answer["message"][:2000])
                    seen += 1
        print(f"{seen} constraints of Firehose's model were violated", flush=True)
        self.assertGreater(seen, 700)

    def test_members_of_wrong_types_are_told(self):
        for operation in self.model.operation_names:
            for name, member in self.model.operation_model(operation).input_shape.members.items():
                wrong = "x" if member.type_name in ("structure", "list", "integer") else {}
                with self.subTest(operation, member=name):
                    self.assertEqual(self.ask(operation, {name: wrong})["__type"], "SerializationException")


if __name__ == "__main__":
    unittest.main()
