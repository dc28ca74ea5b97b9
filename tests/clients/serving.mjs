// An endpoint for as long as a test lasts, and a browser that shows its page.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { chromium } from "playwright-core";

const BINARY = process.env.KINESIM;
export const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

/** The browser of each test. It goes before the endpoint does: a page that asks one that is gone complains. */
const browsers = new WeakMap();

/** The URL of an endpoint that stops with the test. */
export async function endpoint(t, ...options) {
  const server = spawn(BINARY, ["serve", "--port", "0", ...options], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(server, "close");
  t.after(async () => {
    await browsers.get(t)?.close();
    server.kill();
    await ended;
  });
  let told = "";
  server.stderr.on("data", (text) => { told += text; });
  for await (const line of createInterface(server.stdout)) return line.split(" ").at(-1);
  await ended;
  throw new Error(`the endpoint did not start: ${told}`);
}

/** What an SDK's client needs. */
export const options = (url) => ({
  endpoint: url, region: "us-east-1", maxAttempts: 1, credentials: { accessKeyId: "key", secretAccessKey: "secret" },
});

const ARGUMENTS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

/** The endpoint's page in a browser of its own. */
export const browse = (t, url, context = {}) => open(t, `${url}/_kinesim/`, url, context);

/**
 * A page in a browser of its own. What it says on its console, but for what `page.allowed` matches, and what it asks of
 * anything that does not begin with `own` fails the test.
 */
export async function open(t, address, own, context = {}) {
  const folder = mkdtempSync(join(tmpdir(), "chromium-"));
  const browser = await chromium.launchPersistentContext(folder, {
    executablePath: CHROMIUM, args: ARGUMENTS, viewport: { width: 1280, height: 900 }, ...context,
  });
  browsers.set(t, browser);
  const page = await browser.newPage();
  page.setDefaultTimeout(15_000);
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && problems.push(message.text()));
  page.on("request", (asked) => asked.url().startsWith(own) || asked.url().startsWith("data:") || problems.push(asked.url()));
  await page.goto(address);
  t.after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
    assert.deepEqual(problems.filter((problem) => !page.allowed?.test(problem)), []);
  });
  return page;
}
