// The clock: what time it is, how fast it runs, and the buttons that stop it and move it forward.

import { byId, make, send, write } from "./kit.js";

const PACES = [
  ["real", "real time"], ["x10", "10 times"], ["x60", "a minute a second"], ["x3600", "an hour a second"],
  ["auto", "auto: skips what all wait for"], ["manual", "stands still"],
];
let running = "real"; // the pace that Resume goes back to
let pace = null;

export function showClock(clock) {
  write(byId("now"), clock.now);
  byId("now").title = new Date(clock.unix_ms).toISOString();
  if (clock.pace === pace) return;
  pace = clock.pace;
  if (pace !== "manual") running = pace;
  const select = byId("pace");
  if (![...select.options].some((option) => option.value === pace)) select.append(option(pace, pace));
  select.value = pace;
  write(byId("pause"), pace === "manual" ? "Resume" : "Pause");
  document.body.classList.toggle("paused", pace === "manual");
}

function option(value, text) {
  const made = make("option", "", text);
  made.value = value;
  return made;
}

/** `afterwards` shows what has become of a request. */
export function startClock(afterwards) {
  byId("pace").append(...PACES.map(([value, text]) => option(value, text)));
  const set = (pace) => afterwards(send("clock", { pace }));
  byId("pace").addEventListener("change", (event) => set(event.target.value));
  byId("pause").addEventListener("click", () => set(pace === "manual" ? running : "manual"));
  for (const button of document.querySelectorAll("[data-by]")) {
    button.addEventListener("click", () => afterwards(send("clock/advance", { by: button.dataset.by })));
  }
}
