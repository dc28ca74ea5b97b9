// The JavaScript SDK v3, which speaks HTTP/2 to Kinesis.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";

import * as kinesisSdk from "@aws-sdk/client-kinesis";
import * as dynamodbSdk from "@aws-sdk/client-dynamodb";
import * as firehoseSdk from "@aws-sdk/client-firehose";
import { endpoint, options } from "./serving.mjs";

const MIDDLE = (1n << 127n).toString();

// Plain HTTP, which goes on beside TLS.
const advance = (url, by) => fetch(`${url.replace("https:", "http:")}/_kinesim/clock/advance`, { method: "POST", body: JSON.stringify({ by }) });

for (const scheme of ["http", "https"]) test(`a stream is written, read, split and pushed over HTTP/2 and ${scheme}`, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "kinesim-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const ca = join(folder, "ca.pem");
  const tls = scheme === "https" ? ["--tls", "--tls-cert", ca] : [];
  const url = await endpoint(t, "--clock", "x20", ...tls);
  const requestHandler = tls.length ? { nodeHttp2ConnectOptions: { ca: readFileSync(ca) } } : {};
  const client = new kinesisSdk.KinesisClient({ ...options(url), requestHandler });
  t.after(() => client.destroy());
  const ask = (name, input) => client.send(new kinesisSdk[`${name}Command`](input));
  await ask("CreateStream", { StreamName: "s", ShardCount: 1 });
  await kinesisSdk.waitUntilStreamExists({ client, maxWaitTime: 20, minDelay: 1 }, { StreamName: "s" });
  const Data = new TextEncoder().encode("hello");
  const put = await ask("PutRecord", { StreamName: "s", Data, PartitionKey: "k" });
  const many = await ask("PutRecords", { StreamName: "s", Records: [{ Data, PartitionKey: "a" }, { Data, PartitionKey: "b" }] });
  assert.equal(many.FailedRecordCount, 0);
  const ShardId = put.ShardId;
  const { ShardIterator } = await ask("GetShardIterator", { StreamName: "s", ShardId, ShardIteratorType: "TRIM_HORIZON" });
  const got = await ask("GetRecords", { ShardIterator });
  assert.deepEqual(got.Records.map((record) => new TextDecoder().decode(record.Data)), ["hello", "hello", "hello"]);
  assert.ok(got.Records[0].ApproximateArrivalTimestamp instanceof Date);

  const { StreamARN } = (await ask("DescribeStreamSummary", { StreamName: "s" })).StreamDescriptionSummary;
  const { Consumer } = await ask("RegisterStreamConsumer", { StreamARN, ConsumerName: "c" });
  await advance(url, "1s");
  const StartingPosition = { Type: "AT_SEQUENCE_NUMBER", SequenceNumber: put.SequenceNumber };
  const { EventStream } = await ask("SubscribeToShard", { ConsumerARN: Consumer.ConsumerARN, ShardId, StartingPosition });
  const events = EventStream[Symbol.asyncIterator]();
  const first = (await events.next()).value.SubscribeToShardEvent;
  assert.equal(first.Records.length, 3);
  assert.equal(first.MillisBehindLatest, 0);
  await ask("SplitShard", { StreamName: "s", ShardToSplit: ShardId, NewStartingHashKey: MIDDLE });
  await advance(url, "1s");
  let last;
  for (let event = await events.next(); !event.done; event = await events.next()) last = event.value.SubscribeToShardEvent;
  assert.deepEqual(last.ChildShards.map((child) => child.ShardId), ["shardId-000000000001", "shardId-000000000002"]);
  assert.equal(last.ContinuationSequenceNumber, undefined);

  await assert.rejects(ask("DescribeStream", { StreamName: "nowhere" }), kinesisSdk.ResourceNotFoundException);
  await assert.rejects(ask("GetRecords", { ShardIterator: "AAAA" }), kinesisSdk.InvalidArgumentException);
});

test("a delivery stream is created, put to, updated and deleted", async (t) => {
  const url = await endpoint(t, "--clock", "x20");
  const client = new firehoseSdk.FirehoseClient(options(url));
  t.after(() => client.destroy());
  const ask = (name, input) => client.send(new firehoseSdk[`${name}Command`]({ DeliveryStreamName: "d", ...input }));
  const bucket = { RoleARN: "arn:aws:iam::000000000000:role/firehose", BucketARN: "arn:aws:s3:::lake" };
  const { DeliveryStreamARN } = await ask("CreateDeliveryStream", { ExtendedS3DestinationConfiguration: bucket });
  assert.equal(DeliveryStreamARN, "arn:aws:firehose:us-east-1:000000000000:deliverystream/d");
  await advance(url, "1s");
  const Data = new TextEncoder().encode("hello");
  const { RecordId, Encrypted } = await ask("PutRecord", { Record: { Data } });
  assert.ok(RecordId && Encrypted === false);
  const put = await ask("PutRecordBatch", { Records: [{ Data }, { Data }] });
  assert.deepEqual([put.FailedPutCount, put.RequestResponses.length], [0, 2]);
  const tooLarge = ask("PutRecordBatch", { Records: [{ Data }, { Data: new Uint8Array(1_024_001) }] });
  await assert.rejects(tooLarge, { name: "ValidationException" });
  const [{ DestinationId }] = (await ask("DescribeDeliveryStream")).DeliveryStreamDescription.Destinations;
  const change = { CurrentDeliveryStreamVersionId: "1", DestinationId, ExtendedS3DestinationUpdate: { Prefix: "p/" } };
  await ask("UpdateDestination", change);
  await assert.rejects(ask("UpdateDestination", change), firehoseSdk.ConcurrentModificationException);
  const described = (await ask("DescribeDeliveryStream")).DeliveryStreamDescription;
  assert.equal(described.Destinations[0].ExtendedS3DestinationDescription.Prefix, "p/");
  assert.ok(described.CreateTimestamp instanceof Date && described.LastUpdateTimestamp instanceof Date);
  await ask("StartDeliveryStreamEncryption");
  await ask("TagDeliveryStream", { Tags: [{ Key: "a", Value: "b" }] });
  assert.deepEqual((await ask("ListTagsForDeliveryStream")).Tags, [{ Key: "a", Value: "b" }]);
  await ask("UntagDeliveryStream", { TagKeys: ["a"] });
  assert.deepEqual((await client.send(new firehoseSdk.ListDeliveryStreamsCommand({}))).DeliveryStreamNames, ["d"]);
  await ask("DeleteDeliveryStream");
  await advance(url, "1s");
  await assert.rejects(ask("PutRecord", { Record: { Data } }), firehoseSdk.ResourceNotFoundException);
});

test("a table is written and read", async (t) => {
  const url = await endpoint(t);
  const client = new dynamodbSdk.DynamoDBClient(options(url));
  t.after(() => client.destroy());
  const ask = (name, input) => client.send(new dynamodbSdk[`${name}Command`](input));
  await ask("CreateTable", {
    TableName: "leases", BillingMode: "PAY_PER_REQUEST", KeySchema: [{ AttributeName: "k", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "k", AttributeType: "S" }],
  });
  await dynamodbSdk.waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName: "leases" });
  const Key = { k: { S: "a" } };
  await ask("PutItem", { TableName: "leases", Item: { ...Key, b: { B: new Uint8Array([0, 255]) }, n: { N: "1" } } });
  const update = (n) => ask("UpdateItem", {
    TableName: "leases", Key, UpdateExpression: "SET n = n + :one", ConditionExpression: "n = :n", ReturnValues: "ALL_NEW",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD", ExpressionAttributeValues: { ":one": { N: "1" }, ":n": { N: n } },
  });
  assert.equal((await update("1")).Attributes.n.N, "2");
  await assert.rejects(update("1"), (error) =>
    error instanceof dynamodbSdk.ConditionalCheckFailedException && error.Item.n.N === "2");
  const { Item } = await ask("GetItem", { TableName: "leases", Key, ConsistentRead: true });
  assert.deepEqual(Item.b.B, new Uint8Array([0, 255]));
});
