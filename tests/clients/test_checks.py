"""What the checks say of a real client's own lease table, which is all that it tells of its consumers."""

import subprocess
import unittest

from botocore.exceptions import ClientError

from endpoint import BINARY, Endpoint

APPLICATION = "orders-app"
TOP = (1 << 128) - 1


class Worker:
    """A worker that writes its lease table as the Kinesis Client Library does: conditional on the counter."""

    def __init__(self, tables, name):
        self.tables, self.name = tables, name

    def write(self, lease, counter, condition=True, **values):
        names = {"counter": "leaseCounter", "owner": "leaseOwner", "checkpoint": "checkpoint"}
        values = {"counter": {"N": str(counter + 1)}, **{name: {"S": value} for name, value in values.items()}}
        expression = {
            "UpdateExpression": "SET " + ", ".join(f"{names[name]} = :{name}" for name in values),
            "ExpressionAttributeValues": {f":{name}": value for name, value in values.items()},
        }
        if condition:
            expression["ConditionExpression"] = "leaseCounter = :before"
            expression["ExpressionAttributeValues"][":before"] = {"N": str(counter)}
        self.tables.update_item(TableName=APPLICATION, Key={"leaseKey": {"S": lease}}, **expression)

    def take(self, lease, counter):
        self.write(lease, counter, owner=self.name)

    def renew(self, lease, counter):
        self.write(lease, counter)


class Application:
    """A stream of two shards with four records in each, and leases for both that nobody has yet."""

    def __init__(self, client):
        self.kinesis, self.tables = client("kinesis"), client("dynamodb")
        self.kinesis.create_stream(StreamName="orders", ShardCount=2)
        self.tables.create_table(TableName=APPLICATION, BillingMode="PAY_PER_REQUEST",
                                 AttributeDefinitions=[{"AttributeName": "leaseKey", "AttributeType": "S"}],
                                 KeySchema=[{"AttributeName": "leaseKey", "KeyType": "HASH"}])
        self.numbers = {}
        for shard in self.kinesis.list_shards(StreamName="orders")["Shards"]:
            self.lease(shard["ShardId"], shard["HashKeyRange"])
            start = shard["HashKeyRange"]["StartingHashKey"]
            puts = [self.kinesis.put_record(StreamName="orders", Data=b"x", PartitionKey="k", ExplicitHashKey=start)
                    for _ in range(4)]
            self.numbers[shard["ShardId"]] = [put["SequenceNumber"] for put in puts]

    def lease(self, shard, range_, checkpoint="TRIM_HORIZON"):
        self.tables.put_item(TableName=APPLICATION, Item={
            "leaseKey": {"S": shard}, "leaseCounter": {"N": "0"}, "ownerSwitchesSinceCheckpoint": {"N": "0"},
            "checkpoint": {"S": checkpoint}, "checkpointSubSequenceNumber": {"N": "0"},
            "startingHashKey": {"S": range_["StartingHashKey"]}, "endingHashKey": {"S": range_["EndingHashKey"]},
        }, ConditionExpression="attribute_not_exists(leaseKey)")

    def worker(self, name):
        return Worker(self.tables, name)


class LeaseTables(unittest.TestCase):
    """What a session ends with, in which an application used its lease table in some way."""

    def ends(self, use, *arguments):
        process = subprocess.Popen(
            [BINARY, "serve", "--port", "0", "--fail-on-check", "--clock", "manual", "--transitions", "0ms", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        url = process.stdout.readline().split()[-1]
        try:
            endpoint = Endpoint()
            endpoint.url = url
            use(Application(endpoint.client), endpoint)
            checks = {check["name"]: check for check in endpoint.control("checks")["checks"]}
        finally:
            process.terminate()
            _, told = process.communicate()
        return process.returncode, told, checks

    def test_a_worker_that_does_it_right_passes(self):
        def use(application, endpoint):
            for shard, numbers in application.numbers.items():
                a, b = application.worker("worker-a"), application.worker("worker-b")
                a.take(shard, 0)
                a.write(shard, 1, checkpoint=numbers[0])
                a.renew(shard, 2)
                a.write(shard, 3, checkpoint=numbers[2])
                b.take(shard, 4)
                b.write(shard, 5, checkpoint=numbers[3])
                with self.assertRaises(ClientError):
                    a.write(shard, 4, checkpoint=numbers[0])

        code, told, checks = self.ends(use)
        self.assertEqual(code, 0, told)
        for name in ("checkpoint-never-goes-back", "checkpoint-only-by-lease-holder", "leases-cover-hash-range"):
            self.assertEqual(checks[name]["verdict"], "pass", checks[name])
        for name in ("nothing-below-checkpoint-unprocessed", "resume-is-exact", "every-open-shard-owned"):
            self.assertEqual(checks[name]["verdict"], "unknown", checks[name])
            self.assertIn("lease table orders-app does not tell what its workers do", checks[name]["detail"])

    def test_a_checkpoint_that_goes_back_is_found(self):
        def use(application, endpoint):
            shard, numbers = next(iter(application.numbers.items()))
            a = application.worker("worker-a")
            a.take(shard, 0)
            a.write(shard, 1, checkpoint=numbers[2])
            a.write(shard, 2, checkpoint=numbers[1])

        code, told, _ = self.ends(use)
        self.assertEqual(code, 1, told)
        self.assertRegex(told, r"checks: 1 failed, .*\n"
                               r"  fail  checkpoint-never-goes-back: .*worker-a stored checkpoint \d+ of "
                               r"shardId-000000000000 in table orders-app, which was at \d+\n")

    def test_a_checkpoint_of_a_worker_that_has_lost_the_lease_is_found(self):
        def zombie(application, **values):
            shard, numbers = next(iter(application.numbers.items()))
            a, b = application.worker("worker-a"), application.worker("worker-b")
            a.take(shard, 0)
            a.write(shard, 1, checkpoint=numbers[0])
            b.take(shard, 2)
            a.write(shard, 2, condition=False, checkpoint=numbers[1], **values)

        for values, reason in (({}, "from an old view: its leaseCounter was 3, when that of the holder worker-b was 3"),
                               ({"owner": "worker-a"}, "worker-b held the lease")):
            code, told, _ = self.ends(lambda application, endpoint: zombie(application, **values))
            self.assertEqual(code, 1, told)
            self.assertRegex(told, rf"fail  checkpoint-only-by-lease-holder: .* in table orders-app, but {reason}\n")

    def minutes(self, application, endpoint, minutes):
        """The first shard's lease is renewed every minute."""
        shard = next(iter(application.numbers))
        a = application.worker("worker-a")
        a.take(shard, 0)
        for minute in range(minutes):
            endpoint.advance("1m")
            a.renew(shard, minute + 1)

    def test_hash_keys_without_a_lease_are_found_after_a_while(self):
        def use(application, endpoint, minutes):
            upper = list(application.numbers)[1]
            application.tables.delete_item(TableName=APPLICATION, Key={"leaseKey": {"S": upper}})
            self.minutes(application, endpoint, minutes)

        code, told, _ = self.ends(lambda application, endpoint: use(application, endpoint, 16))
        self.assertEqual(code, 1, told)
        self.assertIn(f"table orders-app has had no lease for hash keys {1 << 127} to {TOP} since", told)
        code, told, checks = self.ends(lambda application, endpoint: use(application, endpoint, 5))
        self.assertEqual(code, 0, told)
        self.assertIn("the run is too short", checks["leases-cover-hash-range"]["detail"])

    def test_an_application_that_is_over_is_not_blamed(self):
        def use(application, endpoint):
            self.minutes(application, endpoint, 2)
            for shard in application.numbers:
                application.tables.delete_item(TableName=APPLICATION, Key={"leaseKey": {"S": shard}})
            endpoint.advance("24h")
            application.tables.delete_table(TableName=APPLICATION)
            application.kinesis.delete_stream(StreamName="orders")

        code, told, _ = self.ends(use)
        self.assertEqual(code, 0, told)


if __name__ == "__main__":
    unittest.main()
