"""The control routes: clock, faults, state, metrics, events, and who may use them."""

import json
import os
import tempfile
import unittest
import urllib.error
import urllib.request

from botocore.exceptions import ClientError, EventStreamError

from endpoint import Endpoint


class Control(unittest.TestCase):
    def setUp(self):
        self.endpoint = Endpoint("--clock", "manual").__enter__()
        self.addCleanup(self.endpoint.__exit__)
        self.kinesis = self.endpoint.client("kinesis")
        self.kinesis.create_stream(StreamName="orders", ShardCount=2)
        self.endpoint.advance("1s")

    def put(self):
        return self.kinesis.put_record(StreamName="orders", Data=b"x", PartitionKey="k")

    def refused(self, code, call, **arguments):
        with self.assertRaises(ClientError) as raised:
            call(**arguments)
        self.assertEqual(raised.exception.response["Error"]["Code"], code)

    def problem(self, route, body=None, headers=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.endpoint.url}/_kinesim/{route}", data, headers or {}, method=method)
        with self.assertRaises(urllib.error.HTTPError) as raised:
            urllib.request.urlopen(request)
        with raised.exception as answer:
            return answer.code, json.loads(answer.read())["error"]

    def test_a_day_passes_in_one_call(self):
        self.put()
        before = self.endpoint.control("clock")
        after = self.endpoint.advance("24h")
        self.assertEqual(after["unix_ms"] - before["unix_ms"], 24 * 3_600_000)
        iterator = self.kinesis.get_shard_iterator(
            StreamName="orders", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        self.assertEqual(self.kinesis.get_records(ShardIterator=iterator)["Records"], [])
        self.endpoint.advance("301s")
        self.refused("ExpiredIteratorException", self.kinesis.get_records, ShardIterator=iterator)
        self.assertEqual(self.problem("clock/advance", {"by": "24"})[0], 400)

    def test_only_workers_of_a_scenario_tell_what_they_have_done(self):
        code, problem = self.problem("processed", {"sequenceNumber": self.put()["SequenceNumber"]})
        self.assertEqual(code, 400)
        self.assertIn("no consumer of the scenario has its code outside", problem)
        self.assertIn("unknown field `number`", self.problem("processed", {"number": "1"})[1])
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "orders.toml")
            with open(path, "w") as file:
                file.write('name = "x"\nduration = "1h"\n[stream.orders]\nshards = 1\n'
                           '[consumer.billing]\nstream = "orders"\nlibrary = "app"\nworkers = 2\n')
            with Endpoint("--scenario", path, "--clock", "manual") as endpoint:
                put = endpoint.client("kinesis").put_record(StreamName="orders", Data=b"x", PartitionKey="k")
                record = {"sequenceNumber": put["SequenceNumber"], "shardId": put["ShardId"]}
                self.endpoint = endpoint
                self.assertIn("which worker?", self.problem("processed", record)[1])
                self.assertIn("there are billing-1, billing-2", self.problem("processed", {**record, "worker": "x"})[1])
                self.assertEqual(endpoint.control("processed", [{**record, "worker": "billing-2"}]), {"taken": 1})
                self.assertEqual(endpoint.control("state")["consumers"]["billing"]["records_processed"], 1)
                wrong = {**record, "worker": "billing-1", "shardId": "shardId-000000000009"}
                self.assertIn("is of shardId-000000000000", self.problem("processed", wrong)[1])
                self.assertIn("`id` is missing", self.problem("effect", {"worker": "billing-1"})[1])

    def test_the_clock_goes_a_hundred_years_and_no_further(self):
        for _ in range(9):
            self.endpoint.advance("3650d")
        code, problem = self.problem("clock/advance", {"by": "3650d"})
        self.assertEqual(code, 400)
        self.assertIn("a hundred years", problem)
        self.kinesis.list_streams()

    def test_faults_begin_are_listed_end_and_heal(self):
        shard = int(self.put()["ShardId"][-3:])
        begun = self.endpoint.control("faults", {"throttle": {"stream": "orders", "shard": shard}, "for": "30s"})
        self.refused("ProvisionedThroughputExceededException", self.put)
        self.assertEqual([fault["id"] for fault in self.endpoint.control("faults")["faults"]], [begun["id"]])
        self.endpoint.advance("31s")
        self.put()
        self.assertEqual(self.endpoint.control("faults")["faults"], [])
        begun = self.endpoint.control("faults", {"internal_errors": {"stream": "orders"}})
        self.refused("InternalFailure", self.put)
        self.endpoint.control(f"faults/{begun['id']}", method="DELETE")
        self.put()
        self.endpoint.control("faults", {"unavailable": {"stream": "orders"}})
        self.refused("ServiceUnavailable", self.put)
        self.endpoint.control("faults", method="DELETE")
        self.put()
        code, problem = self.problem("faults", {"throttle": {"stream": "ordres"}})
        self.assertEqual(code, 400)
        self.assertIn("there is no stream `ordres`", problem)
        self.assertIn("did you mean `orders`?", problem)
        self.assertIn("streams that are there: ", self.problem("faults", {"throttle": {"stream": "xyz"}})[1])
        self.assertIn("exactly one kind", self.problem("faults", {})[1])
        self.assertIn("unknown field", self.problem("faults", {"trottle": {}})[1])
        self.assertIn("leave `at` out", self.problem("faults", {"kms": "disabled", "at": "1h"})[1])
        self.assertEqual(self.problem("faults/99", method="DELETE")[0], 404)

    def test_the_keys_state_and_iterators_can_be_broken(self):
        self.kinesis.start_stream_encryption(StreamName="orders", EncryptionType="KMS", KeyId="alias/aws/kinesis")
        self.endpoint.advance("1s")
        iterator = self.kinesis.get_shard_iterator(
            StreamName="orders", ShardId="shardId-000000000000", ShardIteratorType="LATEST")["ShardIterator"]
        self.endpoint.control("faults", {"expire_iterators": {"stream": "orders"}, "for": "1s"})
        self.refused("ExpiredIteratorException", self.kinesis.get_records, ShardIterator=iterator)
        self.endpoint.advance("2s")
        self.kinesis.get_records(ShardIterator=iterator)
        for state, code in [
            ("disabled", "KMSDisabledException"), ("pending-deletion", "KMSInvalidStateException"),
            ("deleted", "KMSNotFoundException"), ("access-denied", "KMSAccessDeniedException"),
            ("throttled", "KMSThrottlingException"), ("opt-in-required", "KMSOptInRequired"),
        ]:
            with self.subTest(state=state):
                self.endpoint.control("faults", {"kms": state})
                self.refused(code, self.put)
                self.refused(code, self.kinesis.get_records, ShardIterator=iterator)
                self.endpoint.control("faults", method="DELETE")

    def test_a_subscription_ends_with_the_error_that_broke_it(self):
        arn = self.kinesis.describe_stream_summary(StreamName="orders")["StreamDescriptionSummary"]["StreamARN"]
        consumer = self.kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="c")["Consumer"]["ConsumerARN"]
        self.kinesis.start_stream_encryption(StreamName="orders", EncryptionType="KMS", KeyId="alias/aws/kinesis")
        self.endpoint.advance("1s")
        events = iter(self.kinesis.subscribe_to_shard(ConsumerARN=consumer, ShardId="shardId-000000000000",
                                                      StartingPosition={"Type": "LATEST"})["EventStream"])
        self.assertEqual(next(events)["SubscribeToShardEvent"]["Records"], [])
        self.endpoint.control("faults", {"kms": "disabled"})
        self.endpoint.advance("6s")
        with self.assertRaises(EventStreamError) as raised:
            next(events)
        self.assertEqual(raised.exception.response["Error"]["Code"], "KMSDisabledException")

    def test_dynamodb_is_broken_too(self):
        db = self.endpoint.client("dynamodb")
        keys = {"KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}]}
        db.create_table(TableName="orders-t", BillingMode="PAY_PER_REQUEST", **keys)
        self.endpoint.advance("1s")
        put = lambda: db.put_item(TableName="orders-t", Item={"k": {"S": "a"}})
        for fault, code in [("throttle", "ProvisionedThroughputExceededException"),
                            ("internal_errors", "InternalServerError"), ("unavailable", "ServiceUnavailable")]:
            with self.subTest(fault=fault):
                self.endpoint.control("faults", {fault: {"table": "orders-t"}})
                self.refused(code, put)
                self.endpoint.control("faults", method="DELETE")
        self.endpoint.control("faults", {"throttle": {"table": "orders-t", "operation": "UpdateTable"}})
        self.refused("ThrottlingException", db.update_table, TableName="orders-t", DeletionProtectionEnabled=True)
        put()

    def test_readers_of_one_shard_are_no_failure_of_its_order(self):
        shard = self.put()["ShardId"]
        for _ in range(9):
            self.put()
        iterator = lambda: self.kinesis.get_shard_iterator(
            StreamName="orders", ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        one, another = iterator(), iterator()
        for _ in range(2):  # beside each other, and all at one instant
            answers = [self.kinesis.get_records(ShardIterator=at, Limit=limit) for at, limit in ((one, 4), (another, 3))]
            one, another = [answer["NextShardIterator"] for answer in answers]
        self.assertEqual(len(self.kinesis.get_records(ShardIterator=iterator())["Records"]), 10)
        verdicts = {check["name"]: check["verdict"] for check in self.endpoint.control("checks")["checks"]}
        self.assertEqual([name for name, verdict in verdicts.items() if verdict == "fail"], [])
        self.assertEqual([verdicts[name] for name in ("shard-order", "no-acknowledged-record-lost")], ["pass"] * 2)

    def test_state_metrics_and_checks_tell_what_happened(self):
        db = self.endpoint.client("dynamodb")
        db.create_table(TableName="leases", BillingMode="PAY_PER_REQUEST",
                        KeySchema=[{"AttributeName": "leaseKey", "KeyType": "HASH"}],
                        AttributeDefinitions=[{"AttributeName": "leaseKey", "AttributeType": "S"}])
        self.endpoint.advance("1s")
        db.put_item(TableName="leases", Item={"leaseKey": {"S": "shardId-0"}, "leaseOwner": {"S": "w"}, "leaseCounter": {"N": "7"}})
        self.put()
        state = self.endpoint.control("state")
        self.assertEqual(state["streams"]["orders"]["records_acked"], 1)
        self.assertEqual(state["leases"]["leases"], [
            {"lease": "shardId-0", "owner": "w", "counter": 7, "checkpoint": None}], "and nothing of what is not known")
        cloudwatch = self.endpoint.client("cloudwatch")
        cloudwatch.put_metric_data(Namespace="app", MetricData=[
            {"MetricName": "Processed", "Value": 3, "Dimensions": [{"Name": "Operation", "Value": "Process Task"}]}])
        with urllib.request.urlopen(f"{self.endpoint.url}/_kinesim/metrics") as answer:
            text = answer.read().decode()
        self.assertIn('AWS_Kinesis_IncomingRecords{StreamName="orders"} 1\n', text)
        self.assertIn('AWS_DynamoDB_ConsumedWriteCapacityUnits{TableName="leases"} 1\n', text)
        self.assertIn('app_Processed_sum{Operation="Process Task"} 3\n', text)
        self.assertNotIn("fail", [check["verdict"] for check in self.endpoint.control("checks")["checks"]])

    def test_records_of_a_shard_are_looked_at_without_reading_them(self):
        self.kinesis.put_record(StreamName="orders", Data="gr\u00fcn".encode(), PartitionKey="k")
        shard = self.kinesis.put_record(StreamName="orders", Data=b"\xff\xfe", PartitionKey="k")["ShardId"]
        newest = self.endpoint.control(f"records?stream=orders&shard={shard}&last=2")["records"]
        self.assertEqual([record["data_bytes"] for record in newest], [2, 5])
        self.assertEqual((newest[0]["base64"], newest[1]["text"]), ("//4=", "gr\u00fcn"))
        self.assertEqual(self.endpoint.control("state")["streams"]["orders"]["get_records_calls"], 0)
        self.assertEqual(self.endpoint.control(f"records?stream=orders&shard={shard}&last=1")["records"], newest[:1])
        for query in ("", "?stream=orders", f"?stream=nope&shard={shard}", "?stream=orders&shard=9",
                      "?stream=%ff&shard=", f"?stream=orders&shard={shard}&last=many"):
            self.assertEqual(self.problem(f"records{query}")[0], 400, query)

    def test_the_last_events_are_found_by_kind_and_text(self):
        self.put()
        last = self.endpoint.control("events/last?kind=StreamDeclared,RecordAccepted&last=5")
        self.assertEqual([event["event"] for event in last["events"]], ["RecordAccepted", "StreamDeclared"])
        self.assertEqual(last["counts"]["RecordAccepted"], 1)
        found = self.endpoint.control("events/last?text=NAME%22:%22orders")["events"]
        self.assertEqual([event["event"] for event in found], ["StreamDeclared"])
        self.assertEqual(self.endpoint.control("events/last?kind=nothing&last=x")["events"], [])

    def test_the_state_tells_who_called_and_how_far_shards_are_read(self):
        shard = self.put()["ShardId"]
        state = self.endpoint.control("state")
        self.assertEqual(state["existing"]["streams"]["orders"]["reads"], {})
        iterator = self.kinesis.get_shard_iterator(StreamName="orders", ShardId=shard,
                                                   ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        self.kinesis.get_records(ShardIterator=iterator)
        self.put()
        self.endpoint.advance("90s")
        self.refused("ResourceNotFoundException", self.kinesis.describe_stream, StreamName="nope")
        state = self.endpoint.control("state")
        polled = state["existing"]["streams"]["orders"]["reads"][shard]["polled"]
        self.assertEqual((polled["records"], polled["unread_records"], polled["iterator_age_ms"]), (1, 1, 90_000))
        calls = {(of["operation"], of["about"]): of for of in state["callers"]}
        self.assertEqual(calls["PutRecord", "orders"]["calls"], 2)
        self.assertEqual(calls["DescribeStream", "nope"]["last_error"], "ResourceNotFoundException")
        self.assertTrue(calls["PutRecord", "orders"]["client"].startswith("Boto3/"))
        self.kinesis.delete_stream(StreamName="orders")
        self.endpoint.advance("1s")
        self.assertEqual(self.endpoint.control("state")["existing"]["streams"], {})

    def test_every_kind_of_fault_has_a_form(self):
        kinds = self.endpoint.control("faults/kinds")["kinds"]
        self.assertIn("throttle", [kind["key"] for kind in kinds])
        for kind in kinds:
            self.assertTrue(kind["fields"] and kind["breaks"], kind)
        self.assertEqual(self.problem("faults", {"throttle": {"table": "5%"}})[0], 400)

    def test_events_come_as_they_happen(self):
        with urllib.request.urlopen(f"{self.endpoint.url}/_kinesim/events") as events:
            self.put()
            seen = [json.loads(events.readline()) for _ in range(2)]
        self.assertEqual([event["event"] for event in seen], ["RecordAccepted", "PutAnswered"])
        self.assertEqual(seen[0]["stream"], "orders")

    def test_web_pages_of_other_origins_are_refused(self):
        for headers in [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}]:
            with self.subTest(headers=headers):
                self.assertEqual(self.problem("state", headers=headers)[0], 403)
        self.assertEqual(self.problem("nowhere")[0], 404)


SCENARIO = """
name = "broken from the start"
duration = "1h"
[stream.orders]
shards = 1
[[fault]]
at = "0s"
for = "1h"
throttle = { stream = "orders" }
"""


class Scenario(unittest.TestCase):
    """An endpoint with a scenario, whose clock stands still."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        file = os.path.join(folder.name, "scenario.toml")
        with open(file, "w") as source:
            source.write(SCENARIO)
        self.endpoint = Endpoint("--clock", "manual", "--scenario", file).__enter__()
        self.addCleanup(self.endpoint.__exit__)
        self.kinesis = self.endpoint.client("kinesis")

    def test_calls_are_answered_and_the_scenarios_faults_can_be_healed(self):
        put = lambda: self.kinesis.put_record(StreamName="orders", Data=b"x", PartitionKey="k")
        with self.assertRaises(self.kinesis.exceptions.ProvisionedThroughputExceededException):
            put()
        self.assertEqual(len(self.endpoint.control("faults")["faults"]), 1)
        self.endpoint.control("faults", method="DELETE")
        put()


class LimitsOff(unittest.TestCase):
    def test_a_limit_that_is_not_enforced_is_not_judged(self):
        with Endpoint("--limits", "off") as endpoint:
            kinesis = endpoint.client("kinesis")
            kinesis.create_stream(StreamName="orders", ShardCount=1)
            kinesis.get_waiter("stream_exists").wait(StreamName="orders", WaiterConfig={"Delay": 1})
            records = [{"Data": b"x" * 10_000, "PartitionKey": "k"}] * 500
            for _ in range(3):
                self.assertEqual(kinesis.put_records(StreamName="orders", Records=records)["FailedRecordCount"], 0)
            verdicts = {check["name"]: check["verdict"] for check in endpoint.control("checks")["checks"]}
            self.assertEqual(verdicts["limits-never-exceeded"], "unknown")


if __name__ == "__main__":
    unittest.main()
