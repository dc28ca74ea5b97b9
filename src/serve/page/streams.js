// Streams and their shards: load against the limits, throttles, and how far clients have read.

import { bar, byId, cell, count, holder, keyed, make, rate, table, time, write } from "./kit.js";
import { sparkline } from "./history.js";

const [SHARD_RECORDS_PER_S, SHARD_BYTES_PER_S] = [1000, 1024 * 1024];
const COLUMNS = ["Shard", "#Records/s", "#KiB/s", "Records and throttles so far", "#Throttled/s", "#Read/s", "#Iterator age"];

/** `open(stream, shard)` shows the records of a shard. */
export function showStreams(state, history, open) {
  const streams = Object.entries(state.existing.streams);
  byId("no-streams").hidden = streams.length > 0;
  keyed(byId("stream-list"), streams, ([key]) => key, () => streamPanel(history, open));
  for (const [key, stream] of streams) showShards(key, stream, state);
}

const panels = new Map(); // bodies of the tables of shards, by stream

function streamPanel(history, open) {
  const [name, status, about] = [make("h3"), make("span", "pill"), make("span", "less")];
  const { element: shards, body } = table(COLUMNS);
  const element = make("article", "stream", make("div", "title", name, status, about), shards);
  const show = ([key, stream]) => {
    write(name, stream.name);
    write(status, stream.status);
    status.classList.toggle("good", stream.status === "ACTIVE");
    const mode = stream.mode === "ON_DEMAND" ? "on demand" : "provisioned";
    const encrypted = stream.is_encrypted ? ", encrypted" : "";
    write(about, `${mode}, kept ${stream.retention_hours} h${encrypted}`);
    panels.set(key, { body, history, open });
  };
  return { element, show };
}

function showShards(key, stream, state) {
  const { body, history, open } = panels.get(key);
  const shards = Object.entries(state.streams[key]?.shards ?? {}).filter(([, shard]) => shard.state !== "expired");
  const items = shards.map(([id, shard]) => ({ key, id, shard, stream, now: state.clock.seconds }));
  keyed(body, items, (item) => item.id, (item) => shardRow(item, history, open));
}

function shardRow({ stream, id }, history, open) {
  const name = make("button", "link", id);
  name.type = "button";
  name.title = "Shows its latest records";
  name.addEventListener("click", () => open(stream.name, id));
  const state = make("span", "less");
  const [records, bytes] = [cell("Records/s", "number"), cell("KiB/s", "number")];
  const [recordsBar, bytesBar] = [bar(), bar()];
  records.element.append(recordsBar.element);
  bytes.element.append(bytesBar.element);
  const spark = sparkline(["load", "throttles"]);
  const [throttled, read, age] = [cell("Throttled/s", "number"), cell("Read/s", "number"), cell("Iterator age", "number")];
  const ages = sparkline(["ages"]);
  age.element.append(ages.element);
  const element = make("tr", "", holder("", "name", name, state), records.element, bytes.element,
    holder("So far", "spark", spark.element), throttled.element, read.element, age.element);
  element.dataset.shard = id;
  const show = (item) => {
    const { shard } = item;
    const figure = (what) => `shard ${item.key} ${item.id} ${what}`;
    const rateOf = (what) => history.rate(figure(what), shard[what]);
    write(state, shard.state);
    element.classList.toggle("closed", shard.state !== "open");
    const [perSecond, bytesPerSecond, refused] = ["records_acked", "bytes_acked", "records_throttled"].map(rateOf);
    records.show(rate(perSecond), `${count(shard.records_acked)} in all`);
    recordsBar.show(perSecond / SHARD_RECORDS_PER_S, "1,000 records/s");
    bytes.show(rate(bytesPerSecond / 1024), `${count(Math.round(shard.bytes_acked / 1024))} KiB in all`);
    bytesBar.show(bytesPerSecond / SHARD_BYTES_PER_S, "1 MiB/s");
    throttled.show(rate(refused), `${count(shard.records_throttled)} in all`, refused > 0);
    spark.show([history.points(figure("records_acked")), history.points(figure("records_throttled"))],
      (most) => `records and throttles a second so far, ${rate(most)} at most`);
    showReads(item, history, { read, age, ages });
  };
  return { element, show };
}

/** What was given to clients, and how long the first record has waited that the slowest of them has not read. */
function showReads({ key, id, stream, now }, history, { read, age, ages }) {
  const ways = [["polled", "GetRecords"], ["pushed", "fan-out"]];
  const reads = ways.filter(([way]) => stream.reads[id]?.[way]).map(([way, name]) => ({ name, ...stream.reads[id][way] }));
  const records = reads.reduce((sum, { records }) => sum + records, 0);
  const perSecond = history.rate(`shard ${key} ${id} read`, records);
  ages.element.classList.toggle("unused", reads.length === 0);
  if (reads.length === 0) {
    read.show("–", "never read");
    age.show("–");
    return;
  }
  read.show(rate(perSecond), `${count(records)} by ${reads.map(({ name }) => name).join(" and ")}`);
  const slowest = reads.reduce((a, b) => (b.iterator_age_ms > a.iterator_age_ms ? b : a));
  const ageFigure = `shard ${key} ${id} age`;
  history.value(ageFigure, slowest.iterator_age_ms);
  ages.show([history.points(ageFigure)], (most) => `iterator age so far, ${time(most)} at most`);
  const last = Math.max(...reads.map(({ last_at_s }) => last_at_s));
  const since = `last read ${time(1000 * (now - last))} ago`;
  const unread = slowest.unread_records > 0 ? `${count(slowest.unread_records)} unread, ` : "";
  age.show(time(slowest.iterator_age_ms), unread + since, slowest.iterator_age_ms > 60_000);
}
