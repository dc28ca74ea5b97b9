// Clients: who writes, who reads, and who calls what else. Real clients are known by what they say of themselves.

import { byId, cell, count, holder, keyed, make, rate, table, time, write } from "./kit.js";
import { sparkline } from "./history.js";

const [WRITES, READS] = [["PutRecord", "PutRecords"], ["GetRecords", "SubscribeToShard"]];
const COLUMNS = ["Client", "Calls", "#Calls/s", "Calls so far", "#Refused"];

export function showCallers(state, history) {
  const rows = [...state.callers.map(ofClient), ...Object.entries(state.producers).map(ofScenario)];
  const is = (operations) => (row) => operations.includes(row.operation);
  const groups = [
    { name: "Producers", rows: rows.filter(is(WRITES)), isOpen: true },
    { name: "Readers", rows: rows.filter(is(READS)), isOpen: true },
    { name: "Other calls", rows: rows.filter((row) => !is([...WRITES, ...READS])(row)), isOpen: false },
  ];
  byId("no-callers").hidden = rows.length > 0;
  const now = state.clock.seconds;
  const filled = groups.filter((group) => group.rows.length > 0).map((group) => ({ ...group, now }));
  keyed(byId("caller-groups"), filled, (group) => group.name, (group) => groupPanel(group, history));
}

function ofClient(row) {
  return { ...row, key: `${row.client} ${row.operation} ${row.about}`, less: row.last_error };
}

/** A producer of the scenario: it tells more than a client does. */
function ofScenario([name, producer]) {
  return {
    key: `scenario ${name}`, client: name, operation: "PutRecords", about: producer.stream, calls: producer.attempts,
    refused: producer.records_given_up, less: producer.records_given_up ? "records given up" : "", last_at_s: null,
  };
}

function groupPanel({ isOpen }, history) {
  const summary = make("summary");
  const { element: rows, body } = table(COLUMNS);
  const element = make("details", "", summary, rows);
  element.open = isOpen;
  const show = (group) => {
    write(summary, `${group.name} (${group.rows.length})`);
    const items = group.rows.map((row) => ({ ...row, now: group.now }));
    keyed(body, items, (row) => row.key, () => callerRow(history));
  };
  return { element, show };
}

function callerRow(history) {
  const [client, calls] = [cell("", "name long"), cell("Calls")];
  const [perSecond, refused] = [cell("Calls/s", "number"), cell("Refused", "number")];
  const spark = sparkline(["load", "throttles"]);
  const element = make("tr", "", client.element, calls.element, perSecond.element,
    holder("So far", "spark", spark.element), refused.element);
  const show = (row) => {
    element.dataset.operation = row.operation;
    const [all, bad] = [`calls ${row.key}`, `refused ${row.key}`];
    const [callsNow, refusedNow] = [history.rate(all, row.calls), history.rate(bad, row.refused)];
    const last = row.last_at_s === null ? "of the scenario" : `last ${time(1000 * (row.now - row.last_at_s))} ago`;
    client.show(row.client, last);
    calls.show(row.operation, row.about);
    perSecond.show(rate(callsNow), `${count(row.calls)} in all`);
    refused.show(count(row.refused), row.less ?? "", refusedNow > 0);
    spark.show([history.points(all), history.points(bad)], (most) => `calls a second so far, ${rate(most)} at most`);
  };
  return { element, show };
}
