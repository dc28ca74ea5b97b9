// What the checks say so far: those that failed, with their first evidence, before all others.

import { byId, count, keyed, make, write } from "./kit.js";

export function showChecks(checks) {
  const of = (verdict) => checks.filter((check) => check.verdict === verdict);
  const [failed, passed, unknown] = ["fail", "pass", "unknown"].map(of);
  write(byId("checks-sum"), `${count(failed.length)} failed, ${count(passed.length)} passed, ${count(unknown.length)} had nothing to judge`);
  byId("checks-sum").className = failed.length > 0 ? "fail" : "pass";
  keyed(byId("checks-failed"), failed, (check) => check.name, checkLine);
  keyed(byId("checks-rest"), [...passed, ...unknown], (check) => check.name, checkLine);
}

function checkLine() {
  const [name, detail] = [make("b"), make("span", "less")];
  const element = make("li", "", name, detail);
  const show = (check) => {
    element.className = check.verdict;
    write(name, check.name);
    write(detail, [check.detail, ...check.evidence.slice(0, 1)].filter(Boolean).join(" "));
  };
  return { element, show };
}
