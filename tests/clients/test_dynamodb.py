"""Every DynamoDB operation that kinesim speaks, through boto3."""

import unittest

from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError

from endpoint import Endpoint

PLAIN = TypeDeserializer().deserialize


def plain(item):
    return {name: PLAIN(value) for name, value in item.items()}


class DynamoDb(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.endpoint = Endpoint("--clock", "x20").__enter__()
        cls.addClassCleanup(cls.endpoint.__exit__)
        cls.db = cls.endpoint.client("dynamodb")

    def table(self, name, **options):
        key = options.pop("key", [("leaseKey", "S", "HASH")])
        self.db.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, t, _ in key],
            KeySchema=[{"AttributeName": n, "KeyType": k} for n, _, k in key],
            BillingMode="PAY_PER_REQUEST",
            **options,
        )
        self.db.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
        return name

    def refused(self, code, call, **arguments):
        with self.assertRaises(ClientError) as raised:
            call(**arguments)
        self.assertEqual(raised.exception.response["Error"]["Code"], code)
        return raised.exception.response

    def test_a_table_lives_and_dies(self):
        name = self.table("life", Tags=[{"Key": "a", "Value": "b"}], DeletionProtectionEnabled=True)
        described = self.db.describe_table(TableName=name)["Table"]
        self.assertEqual(described["TableStatus"], "ACTIVE")
        self.assertEqual(described["BillingModeSummary"]["BillingMode"], "PAY_PER_REQUEST")
        arn = described["TableArn"]
        self.assertEqual(self.db.describe_table(TableName=arn)["Table"]["TableName"], name)
        self.assertIn(name, self.db.list_tables()["TableNames"])
        self.db.tag_resource(ResourceArn=arn, Tags=[{"Key": "c", "Value": "d"}])
        self.db.untag_resource(ResourceArn=arn, TagKeys=["a"])
        self.assertEqual(self.db.list_tags_of_resource(ResourceArn=arn)["Tags"], [{"Key": "c", "Value": "d"}])
        ttl = {"Enabled": True, "AttributeName": "expires"}
        self.assertEqual(self.db.update_time_to_live(TableName=name, TimeToLiveSpecification=ttl)["TimeToLiveSpecification"], ttl)
        status = self.db.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"]
        self.assertEqual(status, "ENABLED")
        on = {"PointInTimeRecoveryEnabled": True}
        self.db.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=on)
        self.db.describe_continuous_backups(TableName=name)
        insights = self.db.describe_contributor_insights(TableName=name)
        self.assertEqual(insights["ContributorInsightsStatus"], "DISABLED")
        self.refused("ResourceInUseException", self.db.create_table, TableName=name, BillingMode="PAY_PER_REQUEST",
                     KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
                     AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}])
        self.refused("ValidationException", self.db.delete_table, TableName=name)
        self.db.update_table(TableName=name, DeletionProtectionEnabled=False)
        self.db.delete_table(TableName=name)
        self.db.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
        self.refused("ResourceNotFoundException", self.db.describe_table, TableName=name)
        self.refused("TableNotFoundException", self.db.describe_continuous_backups, TableName=name)

    def test_items_are_put_read_changed_and_deleted(self):
        name = self.table("items")
        item = {
            "leaseKey": {"S": "shard-0"}, "n": {"N": "1.5"}, "b": {"B": b"\x00\xff"}, "yes": {"BOOL": True},
            "nothing": {"NULL": True}, "ss": {"SS": ["a", "b"]}, "ns": {"NS": ["1", "2"]}, "bs": {"BS": [b"x"]},
            "l": {"L": [{"N": "1"}, {"S": "x"}]}, "m": {"M": {"in": {"S": "side"}}},
        }
        self.db.put_item(TableName=name, Item=item)
        key = {"leaseKey": {"S": "shard-0"}}
        got = self.db.get_item(TableName=name, Key=key, ConsistentRead=True, ReturnConsumedCapacity="TOTAL")
        self.assertEqual(plain(got["Item"]), plain(item))
        self.assertEqual(got["ConsumedCapacity"], {"TableName": name, "CapacityUnits": 1.0})
        part = self.db.get_item(TableName=name, Key=key, ProjectionExpression="#m.#in, l[1]", ConsistentRead=True,
                                ExpressionAttributeNames={"#m": "m", "#in": "in"})
        self.assertEqual(plain(part["Item"]), {"m": {"in": "side"}, "l": ["x"]})
        updated = self.db.update_item(
            TableName=name, Key=key, ReturnValues="UPDATED_NEW",
            UpdateExpression="SET n = n + :one, m.#new = if_not_exists(m.#new, :s) REMOVE l[0] ADD ss :more DELETE ns :two",
            ConditionExpression="attribute_exists(leaseKey) AND size(l) = :two_n AND begins_with(leaseKey, :p)",
            ExpressionAttributeNames={"#new": "new"},
            ExpressionAttributeValues={":one": {"N": "1"}, ":s": {"S": "s"}, ":more": {"SS": ["c"]}, ":two": {"NS": ["2"]},
                                       ":two_n": {"N": "2"}, ":p": {"S": "shard-"}})
        self.assertEqual(plain(updated["Attributes"])["n"], 2.5)
        self.assertEqual(plain(updated["Attributes"])["m"], {"new": "s"})
        deleted = self.db.delete_item(TableName=name, Key=key, ReturnValues="ALL_OLD")
        self.assertEqual(plain(deleted["Attributes"])["ns"], {1})
        self.assertNotIn("Item", self.db.get_item(TableName=name, Key=key, ConsistentRead=True))

    def test_a_failed_condition_gives_the_item_back_when_asked(self):
        name = self.table("conditions")
        key = {"leaseKey": {"S": "a"}}
        self.db.put_item(TableName=name, Item={**key, "leaseCounter": {"N": "1"}})
        told = self.refused("ConditionalCheckFailedException", self.db.update_item, TableName=name, Key=key,
                            AttributeUpdates={"leaseCounter": {"Action": "PUT", "Value": {"N": "3"}}},
                            Expected={"leaseCounter": {"Value": {"N": "2"}}, "checkpointOwner": {"Exists": False}},
                            ReturnValuesOnConditionCheckFailure="ALL_OLD")
        self.assertEqual(told["Item"]["leaseCounter"], {"N": "1"})
        self.assertEqual(told["Error"]["Message"], "The conditional request failed")
        equals_one = {"AttributeValueList": [{"N": "1"}], "ComparisonOperator": "EQ"}
        self.db.update_item(TableName=name, Key=key, Expected={"leaseCounter": equals_one}, AttributeUpdates={
            "leaseCounter": {"Action": "PUT", "Value": {"N": "2"}}, "x": {"Action": "ADD", "Value": {"N": "5"}},
            "gone": {"Action": "DELETE"}})
        got = self.db.get_item(TableName=name, Key=key, AttributesToGet=["x", "leaseCounter"], ConsistentRead=True)
        self.assertEqual(plain(got["Item"]), {"x": 5, "leaseCounter": 2})

    def test_queries_and_scans_are_paged_filtered_and_counted(self):
        name = self.table("pages", key=[("user", "S", "HASH"), ("n", "N", "RANGE")])
        for n in range(10):
            self.db.put_item(TableName=name, Item={"user": {"S": "u"}, "n": {"N": str(n)}, "even": {"BOOL": n % 2 == 0}})
        pages = self.db.get_paginator("query").paginate(
            TableName=name, KeyConditionExpression="#u = :u AND n BETWEEN :low AND :high", ConsistentRead=True,
            FilterExpression="even = :t", ExpressionAttributeNames={"#u": "user"}, ScanIndexForward=False,
            ExpressionAttributeValues={":u": {"S": "u"}, ":low": {"N": "2"}, ":high": {"N": "8"}, ":t": {"BOOL": True}},
            PaginationConfig={"PageSize": 3})
        found = [int(item["n"]["N"]) for page in pages for item in page["Items"]]
        self.assertEqual(found, [8, 6, 4, 2])
        older = self.db.query(TableName=name, ConsistentRead=True, Select="COUNT", KeyConditions={
            "user": {"AttributeValueList": [{"S": "u"}], "ComparisonOperator": "EQ"},
            "n": {"AttributeValueList": [{"N": "5"}], "ComparisonOperator": "GE"}},
            QueryFilter={"even": {"AttributeValueList": [{"BOOL": True}], "ComparisonOperator": "EQ"}})
        self.assertEqual((older["Count"], older["ScannedCount"], "Items" in older), (2, 5, False))
        seen = []
        for segment in range(3):
            pages = self.db.get_paginator("scan").paginate(
                TableName=name, Segment=segment, TotalSegments=3, ConsistentRead=True, PaginationConfig={"PageSize": 2},
                ScanFilter={"n": {"AttributeValueList": [{"N": "3"}], "ComparisonOperator": "LT"}})
            seen += [int(item["n"]["N"]) for page in pages for item in page["Items"]]
        self.assertEqual(sorted(seen), [0, 1, 2])

    def test_an_index_is_added_queried_and_deleted(self):
        name = self.table("indexed")
        for n in range(6):
            self.db.put_item(TableName=name, Item={"leaseKey": {"S": f"s{n}"}, "leaseOwner": {"S": f"w{n % 2}"}})
        index = "LeaseOwnerToLeaseKeyIndex"
        self.db.update_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "leaseOwner", "AttributeType": "S"}, {"AttributeName": "leaseKey", "AttributeType": "S"}],
            GlobalSecondaryIndexUpdates=[{"Create": {
                "IndexName": index, "Projection": {"ProjectionType": "KEYS_ONLY"},
                "KeySchema": [{"AttributeName": "leaseOwner", "KeyType": "HASH"}, {"AttributeName": "leaseKey", "KeyType": "RANGE"}]}}])
        self.db.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
        described = self.db.describe_table(TableName=name)["Table"]["GlobalSecondaryIndexes"][0]
        self.assertEqual((described["IndexStatus"], described["ItemCount"]), ("ACTIVE", 6))
        pages = self.db.get_paginator("query").paginate(
            TableName=name, IndexName=index, KeyConditionExpression="leaseOwner = :o",
            ExpressionAttributeValues={":o": {"S": "w1"}}, PaginationConfig={"PageSize": 2}, ReturnConsumedCapacity="INDEXES")
        pages = list(pages)
        self.assertEqual([item["leaseKey"]["S"] for page in pages for item in page["Items"]], ["s1", "s3", "s5"])
        self.assertEqual(pages[0]["ConsumedCapacity"]["GlobalSecondaryIndexes"][index]["CapacityUnits"], 0.5)
        self.assertEqual(set(pages[0]["LastEvaluatedKey"]), {"leaseOwner", "leaseKey"})
        self.db.update_table(TableName=name, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": index}}])

    def test_batches_and_transactions(self):
        name = self.table("batches")
        puts = [{"PutRequest": {"Item": {"leaseKey": {"S": str(n)}}}} for n in range(25)]
        self.assertEqual(self.db.batch_write_item(RequestItems={name: puts})["UnprocessedItems"], {})
        keys = [{"leaseKey": {"S": str(n)}} for n in range(30)]
        got = self.db.batch_get_item(RequestItems={name: {"Keys": keys, "ConsistentRead": True}})
        self.assertEqual((len(got["Responses"][name]), got["UnprocessedKeys"]), (25, {}))
        self.db.transact_write_items(TransactItems=[
            {"Put": {"TableName": name, "Item": {"leaseKey": {"S": "x"}}, "ConditionExpression": "attribute_not_exists(leaseKey)"}},
            {"Delete": {"TableName": name, "Key": {"leaseKey": {"S": "1"}}}}])
        got = self.db.transact_get_items(ReturnConsumedCapacity="TOTAL", TransactItems=[
            {"Get": {"TableName": name, "Key": {"leaseKey": {"S": key}}}} for key in ["x", "1"]])
        self.assertEqual(got["Responses"], [{"Item": {"leaseKey": {"S": "x"}}}, {}])
        self.assertEqual(sum(of["CapacityUnits"] for of in got["ConsumedCapacity"]), 4)
        told = self.refused("TransactionCanceledException", self.db.transact_write_items, TransactItems=[
            {"ConditionCheck": {"TableName": name, "Key": {"leaseKey": {"S": "1"}}, "ConditionExpression": "attribute_exists(leaseKey)"}},
            {"Update": {"TableName": name, "Key": {"leaseKey": {"S": "2"}}, "UpdateExpression": "SET a = :a",
                        "ExpressionAttributeValues": {":a": {"N": "1"}}}}])
        self.assertEqual([reason["Code"] for reason in told["CancellationReasons"]], ["ConditionalCheckFailed", "None"])

    def test_a_transaction_is_applied_once_under_its_token(self):
        name = self.table("tokens")
        add = lambda by: [{"Update": {"TableName": name, "Key": {"leaseKey": {"S": "a"}}, "UpdateExpression": "ADD n :by",
                                      "ExpressionAttributeValues": {":by": {"N": by}}}}]
        for _ in range(2):
            self.db.transact_write_items(TransactItems=add("1"), ClientRequestToken="once")
        self.assertEqual(self.db.get_item(TableName=name, Key={"leaseKey": {"S": "a"}}, ConsistentRead=True)["Item"]["n"], {"N": "1"})
        self.refused("IdempotentParameterMismatchException", self.db.transact_write_items,
                     TransactItems=add("2"), ClientRequestToken="once")

    def test_everything_that_is_listed_comes_in_pages(self):
        for n in range(3):
            self.table(f"listed-{n}", Tags=[{"Key": str(n), "Value": ""} for n in range(12)])
        pages = self.db.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 2})
        names = [name for page in pages for name in page["TableNames"]]
        self.assertLessEqual({"listed-0", "listed-1", "listed-2"}, set(names))
        arn = self.db.describe_table(TableName="listed-0")["Table"]["TableArn"]
        pages = self.db.get_paginator("list_tags_of_resource").paginate(ResourceArn=arn)
        self.assertEqual(len([tag for page in pages for tag in page["Tags"]]), 12)

    def test_one_index_is_added_at_a_time(self):
        name = self.table("one-index")
        add = lambda index: {"Create": {
            "IndexName": index, "Projection": {"ProjectionType": "ALL"}, "KeySchema": [{"AttributeName": "o", "KeyType": "HASH"}]}}
        self.refused("LimitExceededException", self.db.update_table, TableName=name,
                     AttributeDefinitions=[{"AttributeName": "o", "AttributeType": "S"}],
                     GlobalSecondaryIndexUpdates=[add("one"), add("two")])

    def test_a_starved_table_throttles(self):
        self.db.create_table(
            TableName="starved", KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
            ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1})
        self.db.get_waiter("table_exists").wait(TableName="starved", WaiterConfig={"Delay": 1})
        with self.assertRaises(self.db.exceptions.ProvisionedThroughputExceededException) as raised:
            for n in range(3000):
                self.db.put_item(TableName="starved", Item={"k": {"S": str(n)}, "p": {"S": "x" * 5000}})
        arn = self.db.describe_table(TableName="starved")["Table"]["TableArn"]
        self.assertEqual(raised.exception.response["ThrottlingReasons"],
                         [{"reason": "TableWriteProvisionedThroughputExceeded", "resource": arn}])

    def test_wrong_requests_are_refused(self):
        name = self.table("wrong")
        key = {"leaseKey": {"S": "a"}}
        wrong = [
            (self.db.get_item, {"TableName": name, "Key": {"other": {"S": "a"}}}),
            (self.db.get_item, {"TableName": name, "Key": {"leaseKey": {"N": "1"}}}),
            (self.db.put_item, {"TableName": name, "Item": {"x": {"S": "a"}}}),
            (self.db.put_item, {"TableName": name, "Item": {"leaseKey": {"S": ""}}}),
            (self.db.put_item, {"TableName": name, "Item": key, "ReturnValues": "ALL_NEW"}),
            (self.db.update_item, {"TableName": name, "Key": key, "UpdateExpression": "SET leaseKey = :x",
                                   "ExpressionAttributeValues": {":x": {"S": "b"}}}),
            (self.db.update_item, {"TableName": name, "Key": key, "UpdateExpression": "SET status = :x",
                                   "ExpressionAttributeValues": {":x": {"S": "b"}}}),
            (self.db.query, {"TableName": name, "KeyConditionExpression": "leaseKey > :x", "ExpressionAttributeValues": {":x": {"S": "b"}}}),
        ]
        for call, arguments in wrong:
            with self.subTest(arguments=arguments):
                self.refused("ValidationException", call, **arguments)
        self.refused("ResourceNotFoundException", self.db.get_item, TableName="nowhere", Key=key)


if __name__ == "__main__":
    unittest.main()
