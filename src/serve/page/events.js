// The last events, by kind and text. The endpoint keeps so many of each kind, so rare ones are not drowned.

import { ask, byId, count, make, write } from "./kit.js";

const SHOWN = 100;
let last = ""; // what is shown, so that it is built anew only when it changed

export function startEvents(refresh) {
  for (const id of ["event-kind", "event-text", "event-hold"]) byId(id).addEventListener("input", refresh);
}

export async function showEvents() {
  if (byId("event-hold").checked) return;
  const asked = new URLSearchParams({ last: SHOWN, kind: byId("event-kind").value, text: byId("event-text").value.trim() });
  const { counts, events } = await ask(`events/last?${asked}`);
  showKinds(counts);
  byId("no-events").hidden = events.length > 0;
  const isAsked = asked.get("kind") || asked.get("text");
  write(byId("no-events"), isAsked ? "No event of the last ones is like that." : "Nothing has happened yet.");
  const now = JSON.stringify(events);
  if (now !== last) byId("event-list").replaceChildren(...events.map(eventLine));
  last = now;
}

function showKinds(counts) {
  const select = byId("event-kind");
  const known = new Map([...select.options].map((option) => [option.value, option]));
  for (const [kind, number] of Object.entries(counts)) {
    let option = known.get(kind);
    if (!option) {
      option = make("option");
      option.value = kind;
      const after = [...select.options].find((other) => other.value > kind);
      select.insertBefore(option, after ?? null);
    }
    write(option, `${kind} (${count(number)})`);
  }
}

function eventLine({ time_ns, time, event, ...fields }) {
  const at = make("time", "", time);
  at.title = `${time_ns} ns`;
  const told = Object.entries(fields).filter(([, value]) => value !== null);
  const text = told.map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`);
  return make("li", "", at, make("b", "", event), make("span", "", text.join(" · ")));
}
