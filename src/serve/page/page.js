// Shows the endpoint's state once a second, in panels of a file each, and what has become of what was asked for.

import { ask, byId, write } from "./kit.js";
import { History } from "./history.js";
import { showClock, startClock } from "./clock.js";
import { showStreams } from "./streams.js";
import { showRecords, startRecords } from "./records.js";
import { showConsumers } from "./consumers.js";
import { showCallers } from "./callers.js";
import { showDeliveries } from "./deliveries.js";
import { showTables } from "./tables.js";
import { showFaults, showForms, startFaults } from "./faults.js";
import { showEvents, startEvents } from "./events.js";
import { showChecks } from "./checks.js";

const EVERY_MS = 1000;
const history = new History();

function showState(state) {
  history.begin(state.clock.seconds);
  showClock(state.clock);
  showStreams(state, history, openRecords);
  showDeliveries(state, history);
  showConsumers(state, history);
  showCallers(state, history);
  showTables(state, history);
}

async function show() {
  try {
    const [state, faults, checks] = await Promise.all([ask("state"), ask("faults"), ask("checks")]);
    showState(state);
    showFaults(faults.faults, afterwards);
    showChecks(checks.checks);
    await Promise.all([showForms(state), showRecords(), showEvents()]);
    write(byId("connection"), "");
  } catch (problem) {
    write(byId("connection"), `not connected: ${problem.message}`);
  }
}

/** Shows what has become of it, or why nothing has. */
async function afterwards(work) {
  try {
    await work;
    await show();
  } catch (problem) {
    write(byId("connection"), problem.message);
  }
}

/** Again and again; a page that nobody looks at asks for nothing. */
async function keepShowing() {
  if (!document.hidden) await show();
  setTimeout(keepShowing, EVERY_MS);
}

const openRecords = startRecords(showRecords);
startClock(afterwards);
startFaults(afterwards);
startEvents(showEvents);
for (const place of document.querySelectorAll(".origin")) place.textContent = location.origin;
keepShowing();
