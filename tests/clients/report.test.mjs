// The pages that runs, searches and comparisons leave, in a real browser, from the disk. PAGE_PICTURES=DIR keeps
// pictures of them.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { pathToFileURL } from "node:url";

import { CHROMIUM, open } from "./serving.mjs";

const skip = !CHROMIUM && "no chromium";
const HOSTILE = "<b>bold</b><script>alert(1)</script>";

/** A worker crashes, records are throttled, and iterator ages are as expected or not. */
const scenario = (shards, bound) => `
name = "${HOSTILE}"
duration = "6m"
seed = 5
[stream.orders]
shards = ${shards}
[producer.shop]
stream = "orders"
rate = "900/s"
[consumer.billing]
stream = "orders"
workers = 2
lease_table = { read = 5, write = 5 }
[[fault]]
crash = "billing-1"
at = "2m"
for = "60s"
[[fault]]
throttle = { service = "kinesis", operation = "PutRecords", rate = "50%" }
at = "3m"
for = "20s"
[[expect]]
iterator_age.p99 = "${bound}"
`;

/** What may vary, and what must hold. */
const plan = `
[plan]
slo = ["throttled_writes < 1%", "lease_table.throttled == 0"]
[plan.vary]
"stream.orders.shards" = [1, 2, 4, 8]
"consumer.billing.lease_table.write" = [1, 5, 10]
traffic = ["x2"]
`;

let folder;
let pages;

/** Runs kinesim; gives its exit code. */
function kinesim(...args) {
  const { status, stderr } = spawnSync(process.env.KINESIM, args, { cwd: folder, encoding: "utf8" });
  assert.ok(status === 0 || status === 1, `${args.join(" ")}: ${stderr}`);
  return status;
}

before(() => {
  if (skip) return;
  folder = mkdtempSync(join(tmpdir(), "kinesim-"));
  writeFileSync(join(folder, "a.toml"), scenario(2, "< 1s"));
  writeFileSync(join(folder, "b.toml"), scenario(4, "> 0s"));
  assert.equal(kinesim("run", "a.toml", "--quiet", "--html", "run.html"), 1, "the run fails");
  assert.equal(kinesim("diff", "a.toml", "b.toml", "--html", "diff.html"), 1, "another outcome");
  kinesim("explore", "a.toml", "--seeds", "2", "--shrink-within", "5s", "--regressions", "none", "--html", "explore.html");
  writeFileSync(join(folder, "c.toml"), scenario(2, "> 0s").replace(/\[\[fault\]\][^]*$/, plan));
  assert.equal(kinesim("plan", "c.toml", "--out", "planned"), 0, "some hold");
  renameSync(join(folder, "planned", "report.html"), join(folder, "plan.html"));
  pages = Object.fromEntries(["run", "diff", "explore", "plan"].map((name) => [name, pathToFileURL(join(folder, `${name}.html`)).href]));
});
after(() => folder && rmSync(folder, { recursive: true, force: true }));

const show = (t, name, context) => open(t, pages[name], pages[name], context);
const rows = (page) => page.locator("#log-table tbody tr:visible");

test("a failing run opens on what failed, with its timeline and plots about it", { skip }, async (t) => {
  const page = await show(t, "run");
  assert.equal(await page.locator("h1").textContent(), HOSTILE, "what users wrote is text");
  assert.equal(await page.locator("h1 b, main b").count(), 0);
  const failure = page.locator("#failures > details").first();
  assert.ok(await failure.evaluate((details) => details.open));
  await failure.locator(".moments li").first().waitFor();
  assert.ok(await failure.locator("svg.plot").count() >= 2, "plots about that minute");
  assert.match(await page.title(), /^fail: /);
});

test("the events are filtered by kind, host, shard and text", { skip }, async (t) => {
  const page = await show(t, "run");
  const all = await rows(page).count();
  assert.ok(all > 20);
  await page.locator("#log-kind").selectOption("LeaseGained");
  const gained = await rows(page).count();
  assert.ok(gained > 0 && gained < all);
  await page.locator("#log-host").selectOption("billing-2");
  await page.locator("#log-shard").selectOption("0");
  for (const row of await rows(page).all()) assert.match(await row.textContent(), /LeaseGained.*billing-2/s);
  await page.locator("#log-text").fill("no such thing");
  await page.getByText(`0 of ${all} lines`).waitFor();
  await page.locator("#log-text").fill("");
  await page.locator("#log-kind").selectOption("");
  await page.locator("#log-host").selectOption("");
  await page.locator("#log-shard").selectOption("");
  assert.equal(await rows(page).count(), all);
});

test("plots and events are shown around a minute, and whole again", { skip }, async (t) => {
  const page = await show(t, "run");
  const data = page.locator("#ages svg.plot .data").first();
  const whole = await data.getAttribute("viewBox");
  const all = await rows(page).count();
  await page.getByLabel("Around").fill("2:00");
  await page.getByLabel("give or take").selectOption("30");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.locator("#closer-said").getByText("0:01:30 to 0:02:30").waitFor();
  const [from, , width] = (await data.getAttribute("viewBox")).split(" ").map(Number);
  const [, , whole_width] = whole.split(" ").map(Number);
  assert.ok(Math.abs(from / whole_width - 90 / 360) < 0.001 && Math.abs(width / whole_width - 60 / 360) < 0.001);
  assert.ok(await page.locator("#ages .closer-ticks text").count() >= 3, "with ticks of its own");
  const near = await rows(page).count();
  assert.ok(near > 0 && near < all, "the events of that minute");
  await page.getByRole("button", { name: "Whole run" }).click();
  assert.equal(await data.getAttribute("viewBox"), whole);
  assert.equal(await rows(page).count(), all);
  await page.getByLabel("Around").fill("soon");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.getByText("a time such as 0:05:00 is needed").waitFor();
  const moment = page.locator(".moments button").first();
  const time = await moment.textContent();
  await moment.press("Enter");
  assert.equal(await page.getByLabel("Around").inputValue(), time.split(".")[0], "a moment of the timeline is looked at");
});

test("a plan shows what is recommended, its promises over two keys, its limits, and all that was tried", { skip }, async (t) => {
  const page = await show(t, "plan");
  assert.match(await page.title(), /^holds: plan of c.toml/);
  const maps = page.locator("#promises figure");
  assert.ok(await maps.count() >= 2, "all promises, and one that is broken");
  assert.equal(await page.locator("#headroom svg.plot").count(), 1);
  const cells = (await maps.first().locator("tbody td").allTextContents());
  assert.equal(cells.length, 12);
  assert.ok(cells.some((cell) => cell.endsWith("(fails)")) && cells.some((cell) => !cell.endsWith("(fails)")));
  assert.equal(await page.locator("#tried tbody tr").count(), 12);
  await page.locator("#why h3").getByText("Beside the public formula").waitFor();
});

test("without a script everything is there but the filters", { skip }, async (t) => {
  const page = await show(t, "run", { javaScriptEnabled: false });
  await page.locator("#log-table tbody tr").first().waitFor();
  assert.ok(!await page.locator("#log-filter").isVisible());
  assert.ok(await page.locator("#shards svg.plot").count() >= 2);
});

test("who cannot see a plot has its words and its table, and a keyboard reaches everything", { skip }, async (t) => {
  const page = await show(t, "run");
  for (const landmark of ["main", "nav", "header", "footer"]) assert.equal(await page.locator(landmark).count(), 1, landmark);
  const silent = await page.evaluate(() => [...document.querySelectorAll("svg.plot")]
    .filter((plot) => !plot.querySelector("title")?.textContent || !plot.querySelector("desc")?.textContent).length);
  assert.equal(silent, 0);
  const without = await page.evaluate(() => [...document.querySelectorAll("table")].filter((table) => !table.caption).length);
  assert.equal(without, 0, "tables have captions");
  const levels = await page.evaluate(() => [...document.querySelectorAll("h1,h2,h3,h4")].map((h) => Number(h.tagName[1])));
  assert.ok(levels.every((level, n) => level <= (levels[n - 1] ?? 0) + 1), "no level is left out");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip", "the first stop leads past the head");
  const outline = await page.evaluate(() => {
    document.querySelector("nav a").focus({ focusVisible: true });
    return getComputedStyle(document.activeElement).outlineStyle;
  });
  assert.notEqual(outline, "none", "the focus is seen");
});

/** Texts with less contrast than WCAG's AA asks for. */
const faint = () => {
  const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = parts(colour).map((n) => (n / 255 <= 0.03928 ? n / 255 / 12.92 : ((n / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (parts(colour)[3] !== 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const texts = [...document.querySelectorAll("body *")].filter((e) => !e.closest(".data, .cells, script, style") && e.checkVisibility() &&
    [...e.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()));
  const found = texts.map((e) => {
    const [a, b] = [light(e instanceof SVGElement ? getComputedStyle(e).fill : getComputedStyle(e).color), light(ground(e))];
    return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.outerHTML.slice(0, 90)];
  });
  return found.filter(([contrast]) => contrast < 4.5);
};

for (const name of ["run", "diff", "explore", "plan"]) {
  for (const width of [1440, 768, 390]) {
    for (const colorScheme of ["light", "dark"]) {
      test(`the page of ${name} fits ${width} px and can be read, ${colorScheme}`, { skip }, async (t) => {
        const page = await show(t, name, { viewport: { width, height: 900 }, colorScheme });
        await page.locator("section").first().waitFor();
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, "nothing is wider");
        assert.deepEqual(await page.evaluate(faint), []);
        if (width === 390) {
          const small = await page.evaluate(() => [...document.querySelectorAll("#closer button, #closer select, input, select")]
            .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 40).map((e) => e.outerHTML.slice(0, 80)));
          assert.deepEqual(small, [], "what is pressed is large enough");
        }
        if (process.env.PAGE_PICTURES) {
          mkdirSync(process.env.PAGE_PICTURES, { recursive: true });
          await page.screenshot({ path: join(process.env.PAGE_PICTURES, `${name}-${width}-${colorScheme}.png`), fullPage: true });
        }
      });
    }
  }
}
