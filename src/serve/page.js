// Shows the endpoint's state once a second, and lets its clock be advanced and faults begin and end.
"use strict";

const byId = (id) => document.getElementById(id);
let before = null; // the state a moment ago, from which loads are taken

async function ask(route, options) {
  const answer = await fetch(`/_kinesim/${route}`, options);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error || answer.statusText);
  return body;
}

const send = (route, body) => ask(route, { method: "POST", body: JSON.stringify(body) });

function cell(row, text, kind) {
  const made = row.insertCell();
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

function bar(row, share) {
  const outer = document.createElement("span");
  outer.className = share > 0.9 ? "bar hot" : "bar";
  outer.title = `${(100 * share).toFixed(1)} %`;
  const inner = document.createElement("i");
  inner.style.width = `${Math.min(100, 100 * share)}%`;
  outer.append(inner);
  row.insertCell().append(outer);
}

function fill(id, none, rows) {
  const table = byId(id);
  table.hidden = rows.length === 0;
  byId(none).hidden = rows.length > 0;
  const body = document.createElement("tbody");
  for (const build of rows) build(body.insertRow());
  table.tBodies[0].replaceWith(body);
}

function showShards(state) {
  const seconds = before ? state.clock.seconds - before.clock.seconds : 0;
  const rows = [];
  for (const [stream, figures] of Object.entries(state.streams)) {
    for (const [shard, now] of Object.entries(figures.shards)) {
      const old = before?.streams[stream]?.shards[shard];
      const rate = (name) => (seconds > 0 && old ? (now[name] - old[name]) / seconds : 0);
      rows.push((row) => {
        cell(row, stream);
        cell(row, shard);
        cell(row, now.state);
        cell(row, rate("records_acked").toFixed(0), "number");
        bar(row, rate("records_acked") / 1000);
        cell(row, (rate("bytes_acked") / 1024).toFixed(1), "number");
        bar(row, rate("bytes_acked") / (1024 * 1024));
        cell(row, rate("records_throttled").toFixed(0), "number");
        cell(row, now.records_acked, "number");
      });
    }
  }
  fill("shards", "no-shards", rows);
}

function showLeases(state) {
  const rows = [];
  for (const [table, leases] of Object.entries(state.leases)) {
    for (const lease of leases) {
      rows.push((row) => {
        cell(row, table);
        cell(row, lease.lease);
        cell(row, lease.owner || "nobody");
        cell(row, lease.counter ?? "", "number");
        cell(row, lease.checkpoint ?? "", "checkpoint").title = lease.checkpoint ?? "";
      });
    }
  }
  fill("leases", "no-leases", rows);
}

function showFaults(faults) {
  byId("no-faults").hidden = faults.length > 0;
  byId("faults").replaceChildren(...faults.map((fault) => {
    const item = document.createElement("li");
    const heal = document.createElement("button");
    heal.textContent = "Heal";
    heal.addEventListener("click", () => afterwards(ask(`faults/${fault.id}`, { method: "DELETE" })));
    item.append(`${fault.what} `, heal);
    return item;
  }));
}

function showChecks(checks) {
  byId("checks").replaceChildren(...checks.map((check) => {
    const item = document.createElement("li");
    item.className = check.verdict;
    item.textContent = check.detail ? `${check.name}: ${check.detail}` : check.name;
    return item;
  }));
}

async function show() {
  try {
    const [state, faults, checks] = await Promise.all([ask("state"), ask("faults"), ask("checks")]);
    byId("now").textContent = state.clock.now;
    byId("pace").textContent = state.clock.pace;
    showShards(state);
    showLeases(state);
    showFaults(faults.faults);
    showChecks(checks.checks);
    before = state;
    byId("connection").textContent = "";
  } catch (problem) {
    byId("connection").textContent = `not connected: ${problem.message}`;
  }
}

/** Shows what has become of it, or why nothing has. */
function afterwards(work) {
  return work.then(show, (problem) => { byId("connection").textContent = problem.message; });
}

for (const button of document.querySelectorAll("[data-by]")) {
  button.addEventListener("click", () => afterwards(send("clock/advance", { by: button.dataset.by })));
}

byId("fault").addEventListener("submit", async (event) => {
  event.preventDefault();
  const fault = JSON.parse(byId("fault-kind").value);
  const lasts = byId("fault-for").value.trim();
  if (lasts) fault.for = lasts;
  try {
    await send("faults", fault);
    byId("fault-problem").textContent = "";
  } catch (problem) {
    byId("fault-problem").textContent = problem.message;
  }
  show();
});

show();
setInterval(show, 1000);
