// The JavaScript SDK v3, which speaks HTTP/2 to Kinesis.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";

import * as kinesisSdk from "@aws-sdk/client-kinesis";
import * as dynamodbSdk from "@aws-sdk/client-dynamodb";
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
