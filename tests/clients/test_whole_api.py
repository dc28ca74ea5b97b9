"""What all tests of a run together have called, held against the services' own models. Runs last: modules are sorted."""

import json
import unittest
import urllib.error
import urllib.request

import boto3

from endpoint import CALLED, REFUSED, Endpoint

TARGETS = {"kinesis": "Kinesis_20131202", "dynamodb": "DynamoDB_20120810", "firehose": "Firehose_20150804"}
KINDS = {"kinesis": "application/x-amz-json-1.1", "dynamodb": "application/x-amz-json-1.0",
         "firehose": "application/x-amz-json-1.1"}
SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c", "X-Amz-Date": "x"}
# What AWS writes for a shape of the model that is named otherwise.
WRITTEN = {"InternalFailureException": "InternalFailure"}
# Errors that nothing here can lead to, and why.
ABSENT = {
    ("kinesis", "AccessDeniedException"): "no IAM",
    ("firehose", "ServiceUnavailableException"): "puts have no quota",
    ("firehose", "InvalidSourceException"): "nobody can tell whether records are of CloudWatch Logs",
    ("dynamodb", "ItemCollectionSizeLimitExceededException"): "collections may be as large as they like",
    ("dynamodb", "ContinuousBackupsUnavailableException"): "backups can always be switched on",
    ("dynamodb", "ReplicatedWriteConflictException"): "no global tables",
    ("dynamodb", "RequestLimitExceeded"): "no account-wide throughput quota",
    ("dynamodb", "TransactionConflictException"): "transactions take no time",
    ("dynamodb", "TransactionInProgressException"): "transactions take no time",
}


def model(service):
    return boto3.client(service, region_name="us-east-1").meta.service_model


class WholeApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not CALLED:
            raise unittest.SkipTest("no other test has run")
        cls.endpoint = Endpoint().__enter__()
        cls.addClassCleanup(cls.endpoint.__exit__)
        cls.absent = {service: cls.not_spoken(service) for service in TARGETS}

    @classmethod
    def not_spoken(cls, service):
        """Operations of the model that are not here, and what the endpoint answers to them."""
        answers = {name: cls.ask(service, name) for name in model(service).operation_names}
        return {name: answer["message"] for name, answer in answers.items()
                if answer.get("__type", "").endswith("UnknownOperationException")}

    @classmethod
    def ask(cls, service, operation):
        headers = {"X-Amz-Target": f"{TARGETS[service]}.{operation}", "Content-Type": KINDS[service], **SIGNED}
        request = urllib.request.Request(cls.endpoint.url, b"{}", headers)
        try:
            with urllib.request.urlopen(request) as answer:
                return json.loads(answer.read() or "{}")
        except urllib.error.HTTPError as refused:
            with refused:
                return json.loads(refused.read())

    def test_every_operation_was_called(self):
        for service in TARGETS:
            spoken = set(model(service).operation_names) - set(self.absent[service])
            self.assertEqual(spoken - {name for at, name in CALLED if at == service}, set(), service)

    def test_only_queues_and_channels_are_missing_of_kinesis(self):
        self.assertTrue(all("Queue" in name or "Channel" in name for name in self.absent["kinesis"]), self.absent["kinesis"])

    def test_what_is_missing_is_named(self):
        for service in TARGETS:
            for name, message in self.absent[service].items():
                self.assertIn(name, message)

    def test_every_error_was_seen(self):
        for service in TARGETS:
            spoken = [model(service).operation_model(name) for name in model(service).operation_names
                      if name not in self.absent[service]]
            errors = {shape.name for operation in spoken for shape in operation.error_shapes}
            wanted = {WRITTEN.get(name, name) for name in errors if (service, name) not in ABSENT}
            self.assertEqual(wanted - {code for at, code in REFUSED if at == service}, set(), service)


if __name__ == "__main__":
    unittest.main()
