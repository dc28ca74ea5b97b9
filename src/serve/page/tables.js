// DynamoDB's tables: units consumed against what is provisioned, throttles, and conditions that failed.

import { bar, byId, cell, count, holder, keyed, make, rate } from "./kit.js";
import { sparkline } from "./history.js";

export function showTables(state, history) {
  const tables = state.existing.tables.filter((name) => state.tables[name]).map((name) => ({ name, ...state.tables[name] }));
  byId("no-tables").hidden = tables.length > 0;
  const shown = byId("tables").querySelector("table");
  shown.hidden = tables.length === 0;
  keyed(shown.tBodies[0], tables, (table) => table.name, () => tableRow(history));
}

/** Units a second of what is provisioned. */
function units(label) {
  const [shown, used] = [cell(label, "number"), bar()];
  shown.element.append(used.element);
  const show = (perSecond, provisioned, all) => {
    shown.show(`${rate(perSecond)}/s`, provisioned ? `of ${count(provisioned)}/s` : `on demand, ${count(all)} in all`);
    used.element.hidden = !provisioned;
    if (provisioned) used.show(perSecond / provisioned, `${count(provisioned)} units/s`);
  };
  return { element: shown.element, show };
}

function tableRow(history) {
  const [name, items] = [cell("", "name"), cell("Items", "number")];
  const [written, read] = [units("Write units"), units("Read units")];
  const spark = sparkline(["load", "reads", "throttles"]);
  const [throttled, failed] = [cell("Throttled", "number"), cell("Conditions failed", "number")];
  const element = make("tr", "", name.element, items.element, written.element, read.element,
    holder("So far", "spark", spark.element), throttled.element, failed.element);
  const show = (table) => {
    element.dataset.table = table.name;
    const figure = (what) => `table ${table.name} ${what}`;
    const rateOf = (what, value) => history.rate(figure(what), value);
    const refused = table.write_throttled + table.read_throttled;
    const refusedNow = rateOf("throttled", refused);
    name.show(table.name);
    items.show(count(table.items));
    written.show(rateOf("written", table.write_units_consumed), table.write_units_provisioned, table.write_units_consumed);
    read.show(rateOf("read", table.read_units_consumed), table.read_units_provisioned, table.read_units_consumed);
    throttled.show(count(refused), `${count(table.write_throttled)} writes, ${count(table.read_throttled)} reads`, refusedNow > 0);
    failed.show(count(table.conditions_failed));
    spark.show(["written", "read", "throttled"].map((what) => history.points(figure(what))),
      (most) => `write units, read units and throttles a second so far, ${rate(most)} at most`);
  };
  return { element, show };
}
