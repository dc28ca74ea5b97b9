// Delivery streams: what goes in, what the function and the destination make of it, what is on its way and how old it is.

import { byId, cell, count, holder, keyed, make, rate, time } from "./kit.js";
import { sparkline } from "./history.js";

export function showDeliveries(state, history) {
  const all = state.deliveries ?? {};
  const deliveries = state.existing.deliveries.filter((name) => all[name]).map((name) => ({ name, ...all[name] }));
  byId("no-deliveries").hidden = deliveries.length > 0;
  const shown = byId("deliveries").querySelector("table");
  shown.hidden = deliveries.length === 0;
  keyed(shown.tBodies[0], deliveries, (delivery) => delivery.name, () => deliveryRow(history));
}

/** Parts of a sentence that have a count. */
function told(...parts) {
  return parts.filter(([number]) => number > 0).map(([number, what]) => `${count(number)} ${what}`).join(", ");
}

function deliveryRow(history) {
  const [name, taken, called] = [cell("", "name"), cell("In/s", "number"), cell("Function", "number")];
  const [delivered, waiting, freshness] = [cell("Delivered", "number"), cell("On their way", "number"), cell("Freshness", "number")];
  const spark = sparkline(["load", "reads", "throttles"]);
  const ages = sparkline(["ages"]);
  freshness.element.append(ages.element);
  const element = make("tr", "", name.element, taken.element, called.element, delivered.element,
    holder("So far", "spark", spark.element), waiting.element, freshness.element);
  const show = (delivery) => {
    element.dataset.delivery = delivery.name;
    const figure = (what) => `delivery ${delivery.name} ${what}`;
    const rateOf = (what, value) => history.rate(figure(what), value);
    const { records_in, records_delivered, records_failed, records_throttled } = delivery;
    const failedCalls = delivery.delivery_attempts_failed + delivery.backup_attempts_failed;
    const [refusedNow, failedNow] = [rateOf("throttled", records_throttled), rateOf("failed", records_failed)];
    name.show(delivery.name, `${delivery.source} to ${delivery.destination}`);
    taken.show(rate(rateOf("in", records_in)), told([records_in, "in all"], [records_throttled, "refused"]), refusedNow > 0);
    const functionFailed = rateOf("function", delivery.function_calls_failed) > 0;
    called.show(delivery.function_calls > 0 ? `${count(delivery.function_calls)} calls` : "–",
      told([delivery.function_calls_failed, "failed"], [delivery.records_dropped, "records dropped"]), functionFailed);
    rateOf("delivered", records_delivered);
    delivered.show(count(records_delivered), told([delivery.records_delivered_again, "once more"],
      [records_failed, "to the error output"], [delivery.records_lost, "lost"]), failedNow > 0);
    spark.show(["in", "delivered", "failed"].map((what) => history.points(figure(what))),
      (most) => `records in, delivered and failed a second so far, ${rate(most)} at most`);
    waiting.show(count(delivery.records_waiting), told([failedCalls, "calls failed"]), rateOf("calls", failedCalls) > 0);
    const age = history.value(figure("age"), delivery.oldest_waiting_ms ?? 0);
    const most = delivery.freshness_max_ms === null ? "" : `${time(delivery.freshness_max_ms)} at most when delivered`;
    freshness.show(delivery.oldest_waiting_ms === null ? "–" : time(age), most);
    ages.show([history.points(figure("age"))], (top) => `age of the oldest record on its way so far, ${time(top)} at most`);
  };
  return { element, show };
}
