"""Every Firehose operation, through boto3."""

import unittest

from botocore.config import Config
from botocore.exceptions import ClientError

from endpoint import Endpoint

ROLE = "arn:aws:iam::000000000000:role/firehose"
S3 = {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake"}
DESTINATION = "destinationId-000000000001"
STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/clicks"
KEY = "arn:aws:kms:us-east-1:000000000000:key/"

# A configuration of each kind of destination, by the beginning of its members' names, and an update of it.
DESTINATIONS = {
    "ExtendedS3": (S3, {"Prefix": "b/"}),
    "S3": (S3, {"CompressionFormat": "GZIP"}),
    "Redshift": (
        {"RoleARN": ROLE, "ClusterJDBCURL": "jdbc:redshift://c.x.us-east-1.redshift.amazonaws.com:5439/dev",
         "CopyCommand": {"DataTableName": "clicks"}, "Username": "user", "Password": "password", "S3Configuration": S3},
        {"RetryOptions": {"DurationInSeconds": 60}}),
    "Elasticsearch": (
        {"RoleARN": ROLE, "DomainARN": "arn:aws:es:us-east-1:000000000000:domain/logs", "IndexName": "i", "S3Configuration": S3},
        {"IndexRotationPeriod": "OneHour"}),
    "Amazonopensearchservice": (
        {"RoleARN": ROLE, "ClusterEndpoint": "https://logs.example.com", "IndexName": "i", "S3Configuration": S3},
        {"IndexName": "j"}),
    "Splunk": (
        {"HECEndpoint": "https://splunk:8088", "HECEndpointType": "Event", "HECToken": "t", "S3Configuration": S3},
        {"S3BackupMode": "AllEvents"}),
    "HttpEndpoint": (
        {"EndpointConfiguration": {"Url": "https://example.com", "Name": "n", "AccessKey": "key"}, "S3Configuration": S3},
        {"RequestConfiguration": {"ContentEncoding": "GZIP"}}),
}


class Firehose(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.endpoint = Endpoint("--clock", "x20", "--kms-key", "known").__enter__()
        cls.addClassCleanup(cls.endpoint.__exit__)
        cls.firehose = cls.endpoint.client("firehose")
        cls.unchecked = cls.endpoint.client("firehose", Config(retries={"total_max_attempts": 1}, parameter_validation=False))

    def settle(self):
        self.endpoint.advance("1s")

    def delivery(self, name, **options):
        options = options or {"ExtendedS3DestinationConfiguration": S3}
        made = self.firehose.create_delivery_stream(DeliveryStreamName=name, **options)
        self.settle()
        return made["DeliveryStreamARN"]

    def describe(self, name):
        return self.firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]

    def refused(self, code, call, **arguments):
        with self.assertRaises(ClientError) as raised:
            call(**arguments)
        self.assertEqual(raised.exception.response["Error"]["Code"], code)
        return raised.exception.response["Error"]["Message"]

    def test_a_delivery_stream_lives_and_dies(self):
        arn = self.delivery("life", ExtendedS3DestinationConfiguration=S3, Tags=[{"Key": "a", "Value": "b"}])
        self.assertEqual(arn, "arn:aws:firehose:us-east-1:000000000000:deliverystream/life")
        described = self.describe("life")
        self.assertEqual((described["DeliveryStreamStatus"], described["VersionId"]), ("ACTIVE", "1"))
        self.assertEqual(described["Destinations"][0]["DestinationId"], DESTINATION)
        self.assertIn("life", self.firehose.list_delivery_streams(Limit=100)["DeliveryStreamNames"])
        self.refused("ResourceInUseException", self.firehose.create_delivery_stream,
                     DeliveryStreamName="life", ExtendedS3DestinationConfiguration=S3)
        self.firehose.tag_delivery_stream(DeliveryStreamName="life", Tags=[{"Key": "c", "Value": "d"}])
        self.firehose.untag_delivery_stream(DeliveryStreamName="life", TagKeys=["a"])
        tags = self.firehose.list_tags_for_delivery_stream(DeliveryStreamName="life")
        self.assertEqual((tags["Tags"], tags["HasMoreTags"]), ([{"Key": "c", "Value": "d"}], False))
        many = [{"Key": str(n)} for n in range(50)]
        self.refused("LimitExceededException", self.firehose.tag_delivery_stream, DeliveryStreamName="life", Tags=many)
        self.firehose.delete_delivery_stream(DeliveryStreamName="life")
        self.settle()
        self.refused("ResourceNotFoundException", self.firehose.describe_delivery_stream, DeliveryStreamName="life")

    def test_records_are_put(self):
        self.delivery("puts")
        one = self.firehose.put_record(DeliveryStreamName="puts", Record={"Data": b"\x00\xff"})
        many = self.firehose.put_record_batch(DeliveryStreamName="puts", Records=[{"Data": b"x"}] * 500)
        self.assertEqual((many["FailedPutCount"], one["Encrypted"]), (0, False))
        ids = {record["RecordId"] for record in many["RequestResponses"]} | {one["RecordId"]}
        self.assertEqual(len(ids), 501)
        # One record that is too large, and the batch is refused.
        batch = [{"Data": b"x"}, {"Data": b"x" * 1_024_001}]
        told = self.refused("ValidationException", self.firehose.put_record_batch, DeliveryStreamName="puts", Records=batch)
        self.assertIn("'records.2.member.data' failed to satisfy constraint: Member must have length less than or equal to "
                      "1024000", told)
        self.refused("InvalidArgumentException", self.firehose.put_record_batch,
                     DeliveryStreamName="puts", Records=[{"Data": b"x" * 1_000_000}] * 5)
        self.refused("ResourceNotFoundException", self.firehose.put_record,
                     DeliveryStreamName="nowhere", Record={"Data": b"x"})

    def test_every_destination_is_created_described_and_updated(self):
        for stem, (said, change) in DESTINATIONS.items():
            with self.subTest(stem):
                self.delivery(stem, **{f"{stem}DestinationConfiguration": said})
                shown = self.describe(stem)["Destinations"][0]
                for name in said.keys() - {"S3Configuration", "Password", "EndpointConfiguration"}:
                    self.assertEqual(shown[f"{stem}DestinationDescription"][name], said[name])
                self.firehose.update_destination(
                    DeliveryStreamName=stem, CurrentDeliveryStreamVersionId="1", DestinationId=DESTINATION,
                    **{f"{stem}DestinationUpdate": change})
                self.settle()
                described = self.describe(stem)
                self.assertEqual(described["VersionId"], "2")
                shown = described["Destinations"][0][f"{stem}DestinationDescription"]
                self.assertEqual({name: shown[name] for name in change}, change)
                self.refused("ConcurrentModificationException", self.firehose.update_destination, DeliveryStreamName=stem,
                             CurrentDeliveryStreamVersionId="1", DestinationId=DESTINATION,
                             **{f"{stem}DestinationUpdate": change})

    def test_a_stream_is_the_source(self):
        source = {"KinesisStreamARN": STREAM, "RoleARN": ROLE}
        self.delivery("sourced", DeliveryStreamType="KinesisStreamAsSource", KinesisStreamSourceConfiguration=source,
                      ExtendedS3DestinationConfiguration=S3)
        shown = self.describe("sourced")["Source"]["KinesisStreamSourceDescription"]
        self.assertEqual({name: shown[name] for name in source}, source)
        self.refused("InvalidSourceException", self.firehose.put_record,
                     DeliveryStreamName="sourced", Record={"Data": b"x"})
        kinds = self.firehose.list_delivery_streams(DeliveryStreamType="KinesisStreamAsSource")
        self.assertEqual(kinds["DeliveryStreamNames"], ["sourced"])

    def test_encryption_goes_on_and_off(self):
        name = {"DeliveryStreamName": "encrypted"}
        self.delivery("encrypted")
        managed = lambda key: {"KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": key}
        start = lambda key: self.firehose.start_delivery_stream_encryption(
            **name, DeliveryStreamEncryptionConfigurationInput=managed(key))
        status = lambda: self.describe("encrypted")["DeliveryStreamEncryptionConfiguration"]["Status"]
        start(f"{KEY}known")
        self.settle()
        self.assertEqual(status(), "ENABLED")
        self.assertTrue(self.firehose.put_record(**name, Record={"Data": b"x"})["Encrypted"])
        start(f"{KEY}unknown")
        self.settle()
        self.assertEqual(status(), "ENABLING_FAILED")
        self.refused("InvalidKMSResourceException", start, key=f"{KEY}k".replace("us-east-1", "eu-west-1"))
        self.firehose.stop_delivery_stream_encryption(**name)
        self.settle()
        self.assertEqual(status(), "DISABLED")
        self.firehose.create_delivery_stream(
            DeliveryStreamName="failed", ExtendedS3DestinationConfiguration=S3,
            DeliveryStreamEncryptionConfigurationInput=managed(f"{KEY}unknown"))
        self.settle()
        failed = self.describe("failed")
        self.assertEqual((failed["DeliveryStreamStatus"], failed["FailureDescription"]["Type"]),
                         ("CREATING_FAILED", "KMS_KEY_NOT_FOUND"))

    def test_what_is_not_delivered_is_refused_by_name(self):
        for member in ["SnowflakeDestinationConfiguration", "IcebergDestinationConfiguration",
                       "AmazonOpenSearchServerlessDestinationConfiguration"]:
            told = self.refused("InvalidArgumentException", self.unchecked.create_delivery_stream,
                                DeliveryStreamName="other", **{member: {"RoleARN": ROLE}})
            self.assertIn("kinesim does not deliver to", told)

    def test_five_calls_a_second_with_all_limits(self):
        with Endpoint("--clock", "manual", "--limits", "all") as endpoint:
            firehose = endpoint.client("firehose")
            for _ in range(5):
                firehose.list_delivery_streams()
            self.refused("ThrottlingException", firehose.list_delivery_streams)


if __name__ == "__main__":
    unittest.main()
