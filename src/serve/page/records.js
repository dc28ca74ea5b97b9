// The latest records of one shard.

import { ask, byId, holder, keyed, make, write } from "./kit.js";

let shown = null; // the shard whose records are open

export function startRecords(refresh) {
  byId("records-close").addEventListener("click", () => {
    shown = null;
    byId("records").hidden = true;
  });
  return (stream, shard) => {
    shown = { stream, shard };
    refresh().then(() => byId("records").scrollIntoView({ block: "nearest" }));
  };
}

export async function showRecords() {
  if (!shown) return;
  const { stream, shard } = shown;
  const asked = new URLSearchParams({ stream, shard, last: 20 });
  let [records, problem] = [[], ""];
  try {
    ({ records } = await ask(`records?${asked}`));
  } catch (error) {
    problem = error.message;
  }
  if (shown?.stream !== stream || shown?.shard !== shard) return;
  write(byId("records-title"), `Latest records of ${stream} ${shard}`);
  const none = problem || (records.length ? "" : "It has no records, or they have left retention.");
  write(byId("no-records"), none);
  const table = byId("records").querySelector("table");
  table.hidden = records.length === 0;
  keyed(table.tBodies[0], records, (record) => record.sequence_number, recordRow);
  byId("records").hidden = false;
}

function recordRow(record) {
  const arrived = make("time", "", record.arrived);
  arrived.title = new Date(record.arrived_unix_ms).toISOString();
  const more = record.is_cut ? " …" : "";
  const data = record.text === undefined ? make("code", "bytes", `base64 ${record.base64}${more}`) : make("code", "", record.text + more);
  const element = make("tr", "",
    holder("Arrived", "", arrived),
    holder("Partition key", "long", record.partition_key),
    holder("Bytes", "number", String(record.data_bytes)),
    holder("Data", "data", data),
    holder("Sequence number", "sequence", record.sequence_number));
  return { element, show: () => {} };
}
