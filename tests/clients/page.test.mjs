// The page in a real browser, while a real client talks to the endpoint. PAGE_PICTURES=DIR keeps pictures of it.

import assert from "node:assert/strict";
import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";

import * as kinesisSdk from "@aws-sdk/client-kinesis";
import * as dynamodbSdk from "@aws-sdk/client-dynamodb";

import { CHROMIUM, browse, endpoint, options } from "./serving.mjs";

const skip = !CHROMIUM && "no chromium";
const FIRST = "shardId-000000000000";

/** Clients of an endpoint that are closed at the end, and its control routes. */
function clients(t, url) {
  const [kinesis, tables] = [new kinesisSdk.KinesisClient(options(url)), new dynamodbSdk.DynamoDBClient(options(url))];
  t.after(() => { kinesis.destroy(); tables.destroy(); });
  const control = async (route, body, method = body ? "POST" : "GET") => {
    const answer = await fetch(`${url}/_kinesim/${route}`, { method, body: body && JSON.stringify(body) });
    return answer.json();
  };
  return {
    kinesis: (name, input) => kinesis.send(new kinesisSdk[`${name}Command`](input)),
    tables: (name, input) => tables.send(new dynamodbSdk[`${name}Command`](input)),
    control,
    advance: (by) => control("clock/advance", { by }),
  };
}

/** A stream of two shards, and a table with the lease of one of them. */
async function createBoth({ kinesis, tables, advance }, throughput) {
  await kinesis("CreateStream", { StreamName: "orders", ShardCount: 2 });
  await tables("CreateTable", {
    TableName: "billing", KeySchema: [{ AttributeName: "leaseKey", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "leaseKey", AttributeType: "S" }],
    ...(throughput ? { ProvisionedThroughput: throughput } : { BillingMode: "PAY_PER_REQUEST" }),
  });
  await advance("1s");
}

const put = ({ kinesis }, PartitionKey, Data) =>
  kinesis("PutRecord", { StreamName: "orders", PartitionKey, Data: new TextEncoder().encode(Data) });

/** Reads a shard to its tip; gives the records. */
async function readAll({ kinesis }, ShardId) {
  const { ShardIterator } = await kinesis("GetShardIterator", { StreamName: "orders", ShardId, ShardIteratorType: "TRIM_HORIZON" });
  return (await kinesis("GetRecords", { ShardIterator })).Records;
}

test("without anything it says what to do", { skip }, async (t) => {
  const url = await endpoint(t);
  const page = await browse(t, url);
  await page.getByText(`aws --endpoint-url ${url} kinesis create-stream`).waitFor();
  await page.getByText(`Nobody has called ${url} yet.`).waitFor();
  await page.getByText(`aws --endpoint-url ${url} dynamodb create-table`).waitFor();
  await page.getByText("Nothing is broken on purpose.").waitFor();
});

test("load, throttles, readers and the records of a shard are shown", { skip }, async (t) => {
  const url = await endpoint(t, "--clock", "manual");
  const client = clients(t, url);
  await createBoth(client);
  const page = await browse(t, url);
  const row = page.locator(`#streams tr[data-shard="${FIRST}"]`);
  await row.waitFor();
  assert.equal(await page.locator("#streams tbody tr").count(), 2, "a row for each shard");
  await row.getByText("never read").waitFor();

  // Of these keys, "a" goes to the first shard.
  const sent = [];
  for (let n = 0; n < 10; n++) sent.push(await put(client, "a", `<b>order ${n}</b>`));
  assert.ok(sent.every(({ ShardId }) => ShardId === FIRST));
  await client.kinesis("PutRecord", { StreamName: "orders", PartitionKey: "a", Data: new Uint8Array([0xff, 0xfe]) });
  const flood = Array.from({ length: 500 }, () => ({ PartitionKey: "a", Data: new Uint8Array(10_000) }));
  const { FailedRecordCount } = await client.kinesis("PutRecords", { StreamName: "orders", Records: flood });
  assert.ok(FailedRecordCount > 0, "a shard takes no 5 MB at once");
  await client.advance("1s");
  await row.getByText(`${500 - FailedRecordCount + 11} in all`).waitFor();
  await row.getByText(`${FailedRecordCount} in all`).waitFor();

  await readAll(client, FIRST);
  await row.getByText("last read").waitFor();
  await put(client, "a", "one more");
  await client.advance("90s");
  await row.locator("td.hot").getByText("1 min 30 s", { exact: true }).waitFor();
  await row.getByText("1 unread").waitFor();
  await page.waitForFunction((id) => /,/.test(document.querySelector(`tr[data-shard="${id}"] .ages`).getAttribute("points")), FIRST);
  await row.getByLabel("iterator age so far, 1 min 30 s at most").waitFor();

  await page.getByRole("button", { name: FIRST }).click();
  const records = page.locator("#records tbody tr");
  await records.getByText("one more", { exact: true }).waitFor();
  const newest = await put(client, "a", "<b>order 11</b>");
  const last = records.filter({ hasText: newest.SequenceNumber });
  await last.getByText("<b>order 11</b>").waitFor();
  assert.equal(await last.locator("[data-label=Bytes]").textContent(), "15");
  assert.equal(await last.locator("[data-label='Partition key']").textContent(), "a");
  assert.equal(await page.locator("#records b").count(), 0, "data is text, and never markup");
  await page.getByRole("button", { name: "Close" }).click();
  await page.locator("#records").waitFor({ state: "hidden" });
});

test("tables, leases, consumers and callers are shown", { skip }, async (t) => {
  const url = await endpoint(t, "--clock", "manual");
  const client = clients(t, url);
  await createBoth(client, { ReadCapacityUnits: 1, WriteCapacityUnits: 1 });
  const { SequenceNumber } = await put(client, "a", "1");
  await put(client, "a", "2");
  const item = (leaseOwner) => ({
    leaseKey: { S: FIRST }, leaseOwner: { S: leaseOwner }, leaseCounter: { N: "7" }, checkpoint: { S: SequenceNumber },
  });
  await client.tables("PutItem", { TableName: "billing", Item: item("worker-7") });
  let refused = 0;
  while (refused === 0) {
    await client.tables("PutItem", { TableName: "billing", Item: item("worker-7") }).catch((error) => {
      assert.equal(error.name, "ProvisionedThroughputExceededException");
      refused += 1;
    });
  }
  const { StreamARN } = (await client.kinesis("DescribeStreamSummary", { StreamName: "orders" })).StreamDescriptionSummary;
  await client.kinesis("RegisterStreamConsumer", { StreamARN, ConsumerName: "audit" });
  await client.advance("75s");

  const page = await browse(t, url);
  const table = page.locator("#tables tr[data-table=billing]");
  await table.getByText("1 writes, 0 reads").waitFor();
  await table.getByText("of 1/s").first().waitFor();
  const consumer = page.locator("#consumers tr[data-consumer=billing]");
  await consumer.getByText("1 min 15 s").waitFor();
  await consumer.getByText("leases in billing").waitFor();
  assert.equal(await consumer.locator("[data-label=Stream]").textContent(), "orders", "as its checkpoint says");
  await page.locator("#consumers tr[data-consumer=audit]").getByText("enhanced fan-out, ACTIVE").waitFor();
  await page.locator("#leases").getByText("worker-7").waitFor();
  await page.locator("#callers tr[data-operation=PutRecord]").getByText("orders").waitFor();
  const other = page.locator("#callers tr[data-operation=PutItem]").filter({ hasText: "ProvisionedThroughputExceeded" });
  await other.waitFor({ state: "attached" });
});

test("delivery streams are shown with what is on its way and what came of the rest", { skip }, async (t) => {
  const url = await endpoint(t, "--clock", "manual", "--scenario", scenario(t, DELIVERY));
  const { advance } = clients(t, url);
  const page = await browse(t, url);
  const row = page.locator('#deliveries tr[data-delivery="lake"]');
  await row.getByText("Direct PUT to S3").waitFor();
  await advance("20s");
  await row.getByText(/^(19\.\d|20\.0) s$/).waitFor();
  await advance("5m");
  await row.getByText(/records dropped/).waitFor();
  const delivered = await row.locator('td[data-label="Delivered"] .main').textContent();
  assert.ok(Number(delivered.replace(",", "")) > 1000, delivered);
});

test("the clock is paused, resumed and moved, and its pace changed", { skip }, async (t) => {
  const url = await endpoint(t);
  const { control } = clients(t, url);
  const page = await browse(t, url);
  const clock = () => control("clock");
  await page.waitForFunction(() => document.querySelector("#pace").value === "real");
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("button", { name: "Resume" }).waitFor();
  const stopped = await clock();
  assert.equal(stopped.pace, "manual");
  // Several polls later it is the same time still.
  await page.waitForResponse((answer) => answer.url().endsWith("/state"));
  await page.waitForResponse((answer) => answer.url().endsWith("/state"));
  assert.equal((await clock()).now, stopped.now, "it stands still");
  await page.getByRole("button", { name: "+1 h" }).click();
  await page.waitForFunction((before) => document.querySelector("#now").textContent !== before, stopped.now);
  assert.equal((await clock()).unix_ms - stopped.unix_ms, 3_600_000);
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("button", { name: "Pause" }).waitFor();
  assert.equal((await clock()).pace, "real");
  await page.getByLabel("Pace").selectOption("x60");
  await page.waitForFunction(() => fetch("/_kinesim/clock").then((a) => a.json()).then((clock) => clock.pace === "x60"));
  assert.ok((await clock()).unix_ms > stopped.unix_ms + 3_600_000, "it runs again");
});

const SCENARIO = `
name = "with hosts"
duration = "24h"
[stream.orders]
shards = 2
[consumer.billing]
stream = "orders"
workers = 2
`;

const DELIVERY = `
name = "to a lake"
duration = "1h"
[producer.web]
delivery = "lake"
rate = "10/s"
record_size = "100 B"
[function.enrich]
dropped = "20%"
[delivery.lake]
function = "enrich"
buffer = { size = "1 MiB", interval = "30s" }
s3 = {}
`;

/** A scenario file that is gone at the end. */
function scenario(t, text = SCENARIO) {
  const folder = mkdtempSync(join(tmpdir(), "kinesim-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "scenario.toml");
  writeFileSync(file, text);
  return file;
}

test("every kind of fault begins with what its form offers, and is healed", { skip }, async (t) => {
  const url = await endpoint(t, "--clock", "manual", "--scenario", scenario(t));
  const { control } = clients(t, url);
  const page = await browse(t, url);
  const { kinds } = await control("faults/kinds");
  const select = page.getByLabel("Kind").first();
  await page.waitForFunction((count) => document.querySelectorAll("#fault-kind option").length === count, kinds.length);
  for (const { key } of kinds) {
    await select.selectOption(key);
    await page.getByRole("button", { name: "Begin", exact: true }).click();
    await page.locator("#fault-list li").first().waitFor();
    assert.equal(await page.locator("#fault-problem").textContent(), "", key);
    assert.equal((await control("faults")).faults.length, 1, key);
    await page.getByRole("button", { name: "Heal", exact: true }).click();
    await page.getByText("Nothing is broken on purpose.").waitFor();
  }
  assert.ok(kinds.length >= 16, "all kinds that scenarios have");
});

test("a fault does what was filled in, and what is wrong is told", { skip }, async (t) => {
  const url = await endpoint(t, "--clock", "manual");
  const client = clients(t, url);
  await createBoth(client);
  const page = await browse(t, url);
  await page.getByLabel("Kind").first().selectOption("crash");
  await page.getByText("needs a host or consumer of a scenario").waitFor();
  assert.ok(await page.getByRole("button", { name: "Begin", exact: true }).isDisabled());
  await page.getByLabel("Kind").first().selectOption("throttle");
  await page.locator("#fault-fields [name=rate]").fill("100%");
  await page.locator("#fault-fields [name=shard]").fill("");
  await page.getByRole("button", { name: "Begin", exact: true }).click();
  await page.locator("#fault-list").getByText("throttle at 100% on orders for 30s").waitFor();
  await assert.rejects(put(client, "a", "x"), kinesisSdk.ProvisionedThroughputExceededException);
  await page.getByRole("button", { name: "Heal", exact: true }).click();
  await page.getByText("Nothing is broken on purpose.").waitFor();
  await put(client, "a", "x");
  await page.locator("#fault-for").fill("soon");
  page.allowed = /400/;
  await page.getByRole("button", { name: "Begin", exact: true }).click();
  await page.waitForFunction(() => document.querySelector("#fault-problem").textContent.includes("soon"));
});

test("the last events are shown by kind and text, and held", { skip }, async (t) => {
  const url = await endpoint(t, "--clock", "manual");
  const client = clients(t, url);
  await createBoth(client);
  const page = await browse(t, url);
  for (let n = 0; n < 300; n++) await put(client, "a", "x");
  await page.waitForFunction(() => document.querySelectorAll("#event-list li").length === 100);
  await page.locator("#event-kind").selectOption("StreamDeclared");
  await page.locator("#event-list li").getByText("name orders").waitFor();
  await page.locator("#event-kind").selectOption("");
  await page.locator("#event-text").fill("TableDeclared");
  await page.waitForFunction(() => document.querySelectorAll("#event-list li").length === 1);
  await page.locator("#event-text").fill("no such thing");
  await page.getByText("No event of the last ones is like that.").waitFor();

  await page.locator("#event-text").fill("PutAnswered");
  const first = page.locator("#event-list li").first();
  await first.waitFor();
  await page.getByLabel("Hold").check();
  const held = await first.textContent();
  await client.advance("1m");
  await put(client, "a", "one more");
  // Two polls later it is what it was.
  await page.waitForResponse((answer) => answer.url().endsWith("/state"));
  await page.waitForResponse((answer) => answer.url().endsWith("/state"));
  assert.equal(await first.textContent(), held);
  await page.getByLabel("Hold").uncheck();
  await page.waitForFunction((held) => document.querySelector("#event-list li").textContent !== held, held);
});

test("nothing is wider than a phone, and what is pressed is large enough", { skip }, async (t) => {
  const url = await endpoint(t, "--clock", "manual", "--scenario", scenario(t));
  const client = clients(t, url);
  await client.advance("90s");
  for (let n = 0; n < 20; n++) await put(client, `${"long".repeat(30)}-${n}`, "x".repeat(400));
  await readAll(client, FIRST);
  const page = await browse(t, url, { viewport: { width: 375, height: 740 } });
  await page.getByRole("button", { name: FIRST }).first().click();
  await page.locator("#records tbody tr").first().waitFor();
  await page.locator("#leases tbody tr").first().waitFor();
  const wide = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const isScrolled = (e) => e.closest("pre, code, #event-list");
    const all = [...document.querySelectorAll("body *")].filter((e) => !isScrolled(e));
    return all.filter((e) => e.getBoundingClientRect().right > width + 1).map((e) => e.outerHTML.slice(0, 80));
  });
  assert.deepEqual(wide, []);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 375);
  const small = await page.evaluate(() => [...document.querySelectorAll("button, select, input:not([type=checkbox])")]
    .filter((e) => e.offsetParent !== null && e.getBoundingClientRect().height < 32).map((e) => e.outerHTML.slice(0, 80)));
  assert.deepEqual(small, []);
});
