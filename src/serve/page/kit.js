// What all panels use: asking the endpoint, building elements from text, and rows that stay while their content changes.

/** Asks a control route; what goes wrong is an Error in the endpoint's words. */
export async function ask(route, options) {
  const answer = await fetch(`/_kinesim/${route}`, options);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error || answer.statusText);
  return body;
}

export const send = (route, body) => ask(route, { method: "POST", body: JSON.stringify(body) });

export const byId = (id) => document.getElementById(id);

/** An element of this class that holds texts and elements. Text is never read as markup. */
export function make(tag, className = "", ...content) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

/** Changes text only where it changed, so that selections stay. */
export function write(element, text) {
  const wanted = String(text);
  if (element.textContent !== wanted) element.textContent = wanted;
}

/** Shows text in which backticks stand around words of code. */
export function writeTold(element, text) {
  if (element.dataset.told === text) return;
  element.dataset.told = text;
  element.replaceChildren(...text.split("`").map((part, n) => (n % 2 === 1 ? make("code", "", part) : part)));
}

const built = new WeakMap(); // by parent: what stands there, by key

/**
 * Shows one element for each item, and keeps those of items that were there before: a button stays the same button
 * between a press and its release. `build(item)` gives an element and a function that shows an item in it.
 */
export function keyed(parent, items, keyOf, build) {
  const before = built.get(parent) ?? new Map();
  const now = new Map();
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const kept = before.get(key) ?? build(item);
    before.delete(key);
    now.set(key, kept);
    kept.show(item);
    if (kept.element === place) place = place.nextElementSibling;
    else parent.insertBefore(kept.element, place);
  }
  for (const gone of before.values()) gone.element.remove();
  built.set(parent, now);
}

/** A cell with a main text and a smaller one below. On a narrow page its label stands before it. */
export function cell(label, className = "") {
  const [main, less] = [make("span", "main"), make("span", "less")];
  const element = make("td", className, main, less);
  element.dataset.label = label;
  const show = (text, lessText = "", isHot = false) => {
    write(main, text);
    write(less, lessText);
    element.classList.toggle("hot", isHot);
  };
  return { element, main, less, show };
}

/** A cell for anything else. */
export function holder(label, className, ...content) {
  const element = make("td", className, ...content);
  element.dataset.label = label;
  return element;
}

/** A table with these columns and no rows yet; a column that begins with `#` has numbers. */
export function table(columns) {
  const heads = columns.map((name) => {
    const head = make("th", name.startsWith("#") ? "number" : "", name.replace("#", ""));
    head.scope = "col";
    return head;
  });
  const body = make("tbody");
  return { element: make("table", "", make("thead", "", make("tr", "", ...heads)), body), body };
}

/** How much of a limit is used. */
export function bar() {
  const filled = make("i");
  const element = make("span", "bar", filled);
  const show = (share, of) => {
    filled.style.width = `${Math.min(100, 100 * share)}%`;
    element.classList.toggle("hot", share > 0.9);
    element.title = `${(100 * share).toFixed(1)} % of ${of}`;
  };
  return { element, show };
}

const counted = new Intl.NumberFormat("en-US");
export const count = (number) => counted.format(number);

/** A rate a second, with as many digits as tell something. */
export function rate(perSecond) {
  if (perSecond === 0) return "0";
  if (perSecond < 0.095) return "<0.1";
  return perSecond < 10 ? perSecond.toFixed(1) : count(Math.round(perSecond));
}

/** A length of time. */
export function time(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
