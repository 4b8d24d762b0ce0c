// Debian's Chromium, without a window and without a word to anybody outside.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

import { password } from "./pullgate.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The widths that every page is looked at in. */
export const WIDE = { width: 1280, height: 800 };
export const NARROW = { width: 390, height: 844 };

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    // Chromium's own sandbox does not work as root, and needs none here: it sees nothing but our pages.
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
});

/** A browser of somebody's own. What goes wrong in its pages is kept in `page.faults`. */
export async function open(browser, pullgate, options = {}) {
  const context = await browser.newContext({ baseURL: pullgate.base, viewport: WIDE, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.faults = [];
  page.on("console", (message) => {
    // That an answer was 4xx is the page's business.
    const expected = /Failed to load resource: the server responded with a status of 4/;
    if (message.type() === "error" && !expected.test(message.text())) page.faults.push(message.text());
  });
  page.on("pageerror", (error) => page.faults.push(String(error)));
  page.on("dialog", (dialog) => { page.faults.push(`a dialog: ${dialog.message()}`); dialog.dismiss(); });
  return page;
}

/** Signs somebody in, as they would. */
export async function signIn(page, name) {
  await page.goto("/sign-in");
  await page.getByLabel("User name").fill(name);
  await page.getByLabel("Password", { exact: true }).fill(password(name));
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}

/** What axe finds, in words. */
export async function violations(page) {
  // Not through a script tag: the page's policy would refuse that, rightly.
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  return found.violations.map((violation) =>
    `${violation.id}: ${violation.help}\n${violation.nodes.map((node) => `    ${node.target}: ${node.failureSummary}`).join("\n")}`);
}

/** That nothing sticks out at the side. */
export async function fits(page) {
  const [needed, given] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(needed <= given, `the page is ${needed} wide where ${given} are`);
}
