// Faults: a form for each kind that the endpoint knows, made of what it says of that kind, and those in force.

import { ask, byId, keyed, make, send, write, writeTold } from "./kit.js";

let forms = []; // of all kinds, as the endpoint gives them
let names = ""; // the streams and tables that the forms know
let isTouched = false; // something was filled in: it stays

export function startFaults(afterwards) {
  byId("fault-kind").addEventListener("change", showForm);
  byId("fault").addEventListener("input", () => { isTouched = true; });
  byId("fault").addEventListener("submit", (event) => {
    event.preventDefault();
    begin().then(afterwards);
  });
  byId("heal-all").addEventListener("click", () => afterwards(ask("faults", { method: "DELETE" })));
}

/** Asks for the forms again when there are other streams or tables, which they offer. */
export async function showForms(state) {
  const now = JSON.stringify([Object.keys(state.existing.streams), state.existing.tables]);
  if (now === names) return;
  ({ kinds: forms } = await ask("faults/kinds"));
  names = now;
  if (isTouched) return;
  const select = byId("fault-kind");
  const chosen = select.value || "throttle";
  select.replaceChildren(...forms.map((form) => {
    const option = make("option", "", form.key.replaceAll("_", " "));
    option.value = form.key;
    return option;
  }));
  select.value = chosen;
  showForm();
}

function showForm() {
  const form = forms.find((form) => form.key === byId("fault-kind").value);
  if (!form) return;
  isTouched = false;
  writeTold(byId("fault-about"), `${sentence(form.breaks)} What still holds: ${form.still_holds}.`);
  write(byId("fault-lasts"), form.lasts);
  write(byId("fault-problem"), form.missing ?? "");
  byId("fault-begin").disabled = form.missing !== null;
  byId("fault-fields").replaceChildren(...form.fields.map(field));
}

const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

function field(of) {
  const input = of.shape === "choice" ? choice(of) : entry(of);
  input.name = of.name;
  input.required = of.is_required;
  const about = make("span", "less");
  writeTold(about, of.about);
  const label = make("label", "", make("span", "", of.name || byId("fault-kind").value.replaceAll("_", " ")), input, about);
  if (of.shape !== "choice" && of.choices.length > 0) label.append(suggestions(of, input));
  return label;
}

function choice(of) {
  const none = of.is_required ? [] : [""];
  const select = make("select", "", ...[...none, ...of.choices].map((word) => {
    const option = make("option", "", word || "any");
    option.value = word;
    return option;
  }));
  select.value = of.value ?? "";
  return select;
}

function entry(of) {
  const input = make("input");
  input.autocomplete = "off";
  if (of.shape === "number") [input.type, input.min] = ["number", "0"];
  input.value = of.shape === "list" ? (of.value ?? []).join(", ") : of.value ?? "";
  if (of.shape === "list") input.placeholder = "all";
  return input;
}

function suggestions(of, input) {
  const list = make("datalist", "", ...of.choices.map((word) => {
    const option = make("option");
    option.value = word;
    return option;
  }));
  list.id = `choices-${of.name || "value"}`;
  input.setAttribute("list", list.id);
  return list;
}

/** What a field says; undefined when it says nothing. */
function filled(of) {
  const text = byId("fault-fields").querySelector(`[name="${of.name}"]`).value.trim();
  if (text === "") return undefined;
  if (of.shape === "number") return Number(text);
  return of.shape === "list" ? text.split(",").map((word) => word.trim()).filter(Boolean) : text;
}

async function begin() {
  const form = forms.find((form) => form.key === byId("fault-kind").value);
  const isPlain = form.fields.length === 1 && form.fields[0].name === "";
  const value = isPlain ? filled(form.fields[0]) : Object.fromEntries(form.fields.map((of) => [of.name, filled(of)]));
  const fault = { [form.key]: value };
  const lasts = byId("fault-for").value.trim();
  if (lasts) fault.for = lasts;
  try {
    await send("faults", fault);
    write(byId("fault-problem"), "");
  } catch (problem) {
    write(byId("fault-problem"), problem.message);
  }
}

export function showFaults(faults, afterwards) {
  byId("no-faults").hidden = faults.length > 0;
  byId("heal-all").hidden = faults.length < 2;
  keyed(byId("fault-list"), faults, (fault) => fault.id, (fault) => {
    const heal = make("button", "", "Heal");
    heal.type = "button";
    heal.addEventListener("click", () => afterwards(ask(`faults/${fault.id}`, { method: "DELETE" })));
    return { element: make("li", "", make("span", "", fault.what), heal), show: () => {} };
  });
}
