// The JavaScript SDK v3, which speaks HTTP/2 to Kinesis, and the page in a real browser.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import test from "node:test";

import * as kinesisSdk from "@aws-sdk/client-kinesis";
import * as dynamodbSdk from "@aws-sdk/client-dynamodb";
import { chromium } from "playwright-core";

const BINARY = process.env.KINESIM;
const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const MIDDLE = (1n << 127n).toString();

async function endpoint(t, ...options) {
  const server = spawn(BINARY, ["serve", "--port", "0", ...options], { stdio: ["ignore", "pipe", "ignore"] });
  t.after(async () => {
    server.kill();
    await once(server, "exit");
  });
  for await (const line of createInterface(server.stdout)) return line.split(" ").at(-1);
}

const options = (url) => ({
  endpoint: url, region: "us-east-1", maxAttempts: 1, credentials: { accessKeyId: "key", secretAccessKey: "secret" },
});

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

test("the page shows load and leases, advances the clock, begins and heals faults", { skip: !CHROMIUM && "no chromium" }, async (t) => {
  const url = await endpoint(t, "--clock", "manual");
  const kinesis = new kinesisSdk.KinesisClient(options(url));
  const db = new dynamodbSdk.DynamoDBClient(options(url));
  t.after(() => { kinesis.destroy(); db.destroy(); });
  await kinesis.send(new kinesisSdk.CreateStreamCommand({ StreamName: "orders", ShardCount: 1 }));
  await db.send(new dynamodbSdk.CreateTableCommand({
    TableName: "leases", BillingMode: "PAY_PER_REQUEST", KeySchema: [{ AttributeName: "leaseKey", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "leaseKey", AttributeType: "S" }],
  }));
  await advance(url, "1s");
  await db.send(new dynamodbSdk.PutItemCommand({
    TableName: "leases", Item: { leaseKey: { S: "shardId-0" }, leaseOwner: { S: "worker-7" }, leaseCounter: { N: "3" } } }));
  const put = () => kinesis.send(new kinesisSdk.PutRecordCommand({ StreamName: "orders", Data: new Uint8Array(512), PartitionKey: "k" }));

  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  t.after(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  await page.goto(`${url}/_kinesim/`);
  await page.getByText("shardId-000000000000").waitFor();
  await page.getByText("worker-7").waitFor();
  for (let n = 0; n < 10; n++) await put();
  const before = await page.locator("#now").textContent();
  await page.getByRole("button", { name: "+1 s", exact: true }).click();
  await page.waitForFunction((before) => document.querySelector("#now").textContent !== before, before);
  await page.waitForFunction(() => document.querySelector("#shards tbody td:nth-child(9)").textContent === "10");

  await page.getByLabel("Begin").first().selectOption({ label: "throttle Kinesis" });
  await page.getByRole("button", { name: "Begin", exact: true }).click();
  await page.getByText("throttle at 100% on kinesis for 30s").waitFor();
  await assert.rejects(put(), kinesisSdk.ProvisionedThroughputExceededException);
  if (process.env.PAGE_PICTURE) await page.screenshot({ path: process.env.PAGE_PICTURE });
  await page.getByRole("button", { name: "Heal" }).click();
  await page.getByText("Nothing is broken on purpose.").waitFor();
  await put();
  await page.locator("#fault-for").fill("soon");
  await page.getByRole("button", { name: "Begin", exact: true }).click();
  await page.waitForFunction(() => document.querySelector("#fault-problem").textContent !== "");
  assert.deepEqual(problems.filter((problem) => !problem.includes("400")), []);
});
