// Filters of the event log, and a closer look at a part of the time. The page says everything without this.
"use strict";
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const find = (id) => document.getElementById(id);
  const clock = (s) => {
    const two = (n) => String(Math.floor(n)).padStart(2, "0");
    return `${Math.floor(s / 3600)}:${two((s / 60) % 60)}:${two(s % 60)}`;
  };
  /** "1:02:05", "2:05", "45" in seconds; null for what is no time. */
  const seconds = (text) => {
    const parts = text.trim().split(":").map(Number);
    const is_time = text.trim() !== "" && parts.length <= 3 && parts.every((n) => Number.isFinite(n) && n >= 0);
    return is_time ? parts.reduce((sum, n) => sum * 60 + n, 0) : null;
  };

  // The log.
  const rows = [...document.querySelectorAll("#log-table tbody tr")].map((row) => ({
    row, s: Number(row.querySelector("time").dataset.s), cells: [...row.cells].map((cell) => cell.textContent),
    text: row.textContent.toLowerCase(),
  }));
  let span = null;
  const filter = () => {
    const [kind, host, shard, text] = ["kind", "host", "shard", "text"].map((name) => find(`log-${name}`).value);
    let shown = 0;
    for (const { row, s, cells, text: own } of rows) {
      const fits = (!kind || cells[1] === kind) && (!host || cells[2] === host || cells[4].includes(host)) &&
        (!shard || cells[3] === shard) && own.includes(text.toLowerCase()) && (!span || (s >= span[0] && s <= span[1]));
      row.hidden = !fits;
      shown += fits;
    }
    const when = span ? `, ${clock(span[0])} to ${clock(span[1])}` : "";
    find("log-count").textContent = `${shown} of ${rows.length} lines${when}`;
  };

  // A closer look.
  const plots = [...document.querySelectorAll("svg.plot[data-movable]")].map((plot) => {
    const data = plot.querySelector(".data");
    const [from, until] = [Number(plot.dataset.from), Number(plot.dataset.until)];
    const own = ["ticks", "numbers"].map((name) => plot.querySelector(`.${name}`));
    return { plot, data, from, until, own, whole: data.getAttribute("viewBox").split(" ").map(Number) };
  });
  const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];
  const ticks = ({ plot, data, own }, from, until) => {
    plot.querySelector(".closer-ticks")?.remove();
    own.forEach((part) => { part.toggleAttribute("hidden", from !== null); part.style.display = from === null ? "" : "none"; });
    if (from === null) return;
    const group = document.createElementNS(SVG, "g");
    group.setAttribute("class", "closer-ticks");
    const [left, top, width, height] = ["x", "y", "width", "height"].map((name) => Number(data.getAttribute(name)));
    const step = STEPS.find((s) => (until - from) / s <= 7) ?? 172800;
    for (let s = Math.ceil(from / step) * step; s <= until; s += step) {
      const text = document.createElementNS(SVG, "text");
      text.setAttribute("x", Math.min(left + ((s - from) / (until - from)) * width, left + width - 16));
      text.setAttribute("y", top + height + 19);
      text.setAttribute("text-anchor", "middle");
      text.setAttribute("font-size", "12.1");
      text.setAttribute("fill", "#666666");
      text.textContent = clock(s);
      group.append(text);
    }
    plot.append(group);
  };
  const look = (from, until) => {
    for (const one of plots) {
      const [, , width, height] = one.whole;
      const per_s = width / (one.until - one.from);
      const view = from === null ? one.whole : [(from - one.from) * per_s, 0, (until - from) * per_s, height];
      one.data.setAttribute("viewBox", view.join(" "));
      one.plot.classList.toggle("closer", from !== null);
      ticks(one, from, until);
    }
  };
  const show = (at, around) => {
    const end = Math.max(...plots.map(({ until }) => until));
    span = at === null ? null : [Math.max(0, at - around), Math.min(end, at + around)];
    look(span && span[0], span && span[1]);
    if (rows.length) filter();
    find("closer-said").textContent = span ? `${clock(span[0])} to ${clock(span[1])}` : "the whole run";
  };

  const closer = () => {
    const form = document.createElement("form");
    form.id = "closer";
    form.className = "controls";
    form.setAttribute("aria-label", "A closer look at plots and events");
    form.innerHTML = `<label class="short">Around <input id="closer-at" placeholder="0:05:00" autocomplete="off" inputmode="numeric"></label>
      <label class="short">give or take <select id="closer-by"><option value="30">30 s</option><option value="60">1 min</option>
      <option value="120" selected>2 min</option><option value="600">10 min</option><option value="3600">1 h</option></select></label>
      <button type="submit">Show</button> <button type="button" id="closer-whole">Whole run</button>
      <p id="closer-said" role="status">the whole run</p>`;
    document.querySelector("nav").after(form);
    const update = () => {
      const at = seconds(find("closer-at").value);
      find("closer-at").setAttribute("aria-invalid", String(at === null));
      if (at === null) find("closer-said").textContent = "a time such as 0:05:00 is needed";
      else show(at, Number(find("closer-by").value));
    };
    form.addEventListener("submit", (event) => { event.preventDefault(); update(); });
    find("closer-by").addEventListener("change", () => find("closer-at").value && update());
    find("closer-whole").addEventListener("click", () => { find("closer-at").value = ""; show(null, 0); });
    for (const time of document.querySelectorAll(".moments time[data-s]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.title = "Show plots and events around this time";
      button.textContent = time.textContent;
      button.addEventListener("click", () => {
        find("closer-at").value = clock(Number(time.dataset.s));
        update();
        find(rows.length ? "log" : "main").scrollIntoView();
      });
      time.replaceChildren(button);
    }
  };

  if (rows.length) {
    find("log-filter").hidden = false;
    find("log-filter").addEventListener("input", filter);
    find("log-filter").addEventListener("submit", (event) => event.preventDefault());
    filter();
  }
  if (plots.length) closer();
})();
