// Consumer applications: those with a lease table, those with enhanced fan-out, and those of the scenario.

import { byId, cell, count, holder, keyed, make, table, time, write } from "./kit.js";
import { sparkline } from "./history.js";

export function showConsumers(state, history) {
  const all = [...onTables(state), ...withFanOut(state), ...ofScenario(state)];
  byId("no-consumers").hidden = all.length > 0;
  const shown = byId("consumers").querySelector("table");
  shown.hidden = all.length === 0;
  keyed(shown.tBodies[0], all, (consumer) => consumer.key, () => consumerRow(history));
  keyed(byId("leases"), Object.entries(state.leases), ([name]) => name, leasesPanel);
}

const sum = (numbers) => numbers.reduce((all, number) => all + number, 0);

/** Applications of the Kinesis Client Library, as their lease tables show them. */
function onTables(state) {
  const declared = Object.entries(state.consumers);
  return Object.entries(state.leases).map(([table, leases]) => {
    const [name, of] = declared.find(([, consumer]) => consumer.lease_table === table) ?? [table, null];
    const owners = [...new Set(leases.map((lease) => lease.owner).filter(Boolean))];
    const streams = [...new Set(leases.map((lease) => lease.stream).filter(Boolean))];
    const known = leases.filter((lease) => lease.unread_records !== undefined);
    const idle = leases.filter((lease) => !lease.owner && lease.checkpoint !== "SHARD_END").length;
    return {
      key: `table ${table}`, name, kind: `leases in ${table}`, stream: of?.stream ?? streams.join(", "),
      workers: count(owners.length), less: `${leases.length} leases${idle ? `, ${idle} without owner` : ""}`, isHot: idle > 0,
      unread: known.length ? sum(known.map((lease) => lease.unread_records)) : null,
      age: known.length ? Math.max(...known.map((lease) => lease.unread_age_ms)) : null, by: "by checkpoints",
    };
  });
}

/** Consumers registered for enhanced fan-out. */
function withFanOut(state) {
  return Object.values(state.existing.streams).flatMap((stream) => stream.fan_out.map((consumer) => ({
    key: `fan-out ${stream.name} ${consumer.name}`, name: consumer.name, kind: `enhanced fan-out, ${consumer.status}`,
    stream: stream.name, workers: "–", less: `${consumer.subscriptions} subscriptions`, isHot: false,
    ...pushed(stream), by: "of subscriptions",
  })));
}

/** What the slowest subscription of a stream has before it. */
function pushed(stream) {
  const reads = Object.values(stream.reads).map((shard) => shard.pushed).filter(Boolean);
  if (reads.length === 0) return { unread: null, age: null };
  return { unread: sum(reads.map((read) => read.unread_records)), age: Math.max(...reads.map((read) => read.iterator_age_ms)) };
}

/** Consumers of the scenario that keep no leases. */
function ofScenario(state) {
  const without = Object.entries(state.consumers).filter(([, consumer]) => !state.leases[consumer.lease_table]);
  return without.map(([name, consumer]) => ({
    key: `scenario ${name}`, name, kind: `${consumer.library} of the scenario`, stream: consumer.stream,
    workers: count(consumer.workers), less: `${count(consumer.records_processed)} records processed`, isHot: false,
    unread: null, age: consumer.iterator_age_max_ms, by: "at most so far",
  }));
}

function consumerRow(history) {
  const [name, stream, workers] = [cell("", "name"), cell("Stream"), cell("Workers")];
  const [unread, age] = [cell("Unread", "number"), cell("Iterator age", "number")];
  const spark = sparkline(["load"]);
  const element = make("tr", "", name.element, stream.element, workers.element, unread.element, age.element,
    holder("So far", "spark", spark.element));
  const show = (consumer) => {
    element.dataset.consumer = consumer.name;
    name.show(consumer.name, consumer.kind);
    stream.show(consumer.stream || "–");
    workers.show(consumer.workers, consumer.less, consumer.isHot);
    unread.show(consumer.unread === null ? "–" : count(consumer.unread));
    age.show(consumer.age === null ? "–" : time(consumer.age), consumer.age === null ? "" : consumer.by, consumer.age > 60_000);
    if (consumer.age !== null) history.value(consumer.key, consumer.age);
    spark.show([history.points(consumer.key)], (most) => `iterator age so far, ${time(most)} at most`);
  };
  return { element, show };
}

function leasesPanel() {
  const summary = make("summary");
  const { element: leases, body } = table(["Lease", "Owner", "#Counter", "#Unread", "Checkpoint"]);
  const element = make("details", "", summary, leases);
  element.open = true;
  const show = ([name, rows]) => {
    write(summary, `Leases in ${name}`);
    keyed(body, rows, (lease) => lease.lease, leaseRow);
  };
  return { element, show };
}

function leaseRow() {
  const [lease, owner, counter] = [cell("", "name"), cell("Owner"), cell("Counter", "number")];
  const [unread, checkpoint] = [cell("Unread", "number"), cell("Checkpoint", "checkpoint")];
  const element = make("tr", "", ...[lease, owner, counter, unread, checkpoint].map((cell) => cell.element));
  const show = (row) => {
    lease.show(row.lease);
    owner.show(row.owner ?? "nobody", "", !row.owner && row.checkpoint !== "SHARD_END");
    counter.show(row.counter ?? "");
    unread.show(row.unread_records === undefined ? "–" : count(row.unread_records), row.unread_age_ms ? time(row.unread_age_ms) : "");
    checkpoint.show(row.checkpoint ?? "");
    checkpoint.element.title = row.checkpoint ?? "";
  };
  return { element, show };
}
