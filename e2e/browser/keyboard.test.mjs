// The console with the keyboard alone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { NARROW, launch, open } from "./browser.mjs";
import { Pullgate, password } from "./pullgate.mjs";

let browser, pullgate;

before(async () => {
  browser = await launch();
  pullgate = await Pullgate.start();
  pullgate.people();
});

after(async () => {
  await browser?.close();
  await pullgate?.stop();
});

/** What has the focus: its role and what it is called. */
const focused = (page) => page.evaluate(() => {
  const element = document.activeElement;
  return (element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent).trim().replace(/\s+/g, " ");
});

/** Goes on to what is called like this, by Tab alone. */
async function tabTo(page, name, most = 60) {
  for (let count = 0; count < most; count += 1) {
    await page.keyboard.press("Tab");
    if ((await focused(page)).startsWith(name)) {
      await isSeen(page);
      return;
    }
  }
  assert.fail(`no ${name} within ${most} steps`);
}

/** That one can see where one is. */
async function isSeen(page) {
  const seen = await page.evaluate(() => {
    const element = document.activeElement;
    const around = element.closest(".choice") ?? element;
    const box = element.getBoundingClientRect();
    const outlined = (each) => getComputedStyle(each).outlineStyle !== "none" && parseFloat(getComputedStyle(each).outlineWidth) >= 2;
    return { outlined: outlined(element) || outlined(around), onScreen: box.bottom > 0 && box.top < innerHeight };
  });
  assert.deepEqual(seen, { outlined: true, onScreen: true }, await focused(page));
}

async function signInByKeyboard(page, name) {
  await page.goto("/sign-in");
  // The first field has the focus by itself.
  assert.equal(await focused(page), "User name");
  await page.keyboard.type(name);
  await page.keyboard.press("Tab");
  await page.keyboard.type(password(name));
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}

test("signing in, the skip link, a page and signing out", async () => {
  const page = await open(browser, pullgate);
  await signInByKeyboard(page, "olivia");
  await page.goto("/connect");
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Skip to the page");
  await isSeen(page);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "docker", "past the navigation");
  await tabTo(page, "podman");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/connect/podman");
  await tabTo(page, "Sign out");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/sign-in");
});

test("a mistake is read where it was made", async () => {
  const page = await open(browser, pullgate);
  await signInByKeyboard(page, "mia");
  await page.goto("/account/password");
  assert.equal(await focused(page), "Current password");
  await page.keyboard.type("not it");
  await tabTo(page, "New password");
  await page.keyboard.type("a password of my own");
  await page.keyboard.press("Enter");
  await page.locator(".fault").waitFor();
  const current = page.getByLabel("Current password", { exact: true });
  assert.equal(await current.getAttribute("aria-invalid"), "true");
  const told = await page.locator(`#${await current.getAttribute("aria-describedby")}`).innerText();
  assert.match(told, /not your current password/);
  assert.equal(await focused(page), "Current password");
});

test("choosing platforms", async () => {
  const page = await open(browser, pullgate);
  await signInByKeyboard(page, "olivia");
  await page.goto("/enforce");
  await tabTo(page, "macOS");
  await page.keyboard.press("Space");
  await page.waitForFunction(() => document.querySelectorAll("#outcome > section").length === 2);
  assert.equal(await focused(page), "macOS", "the focus stays");
  await tabTo(page, "Show the files");
});

test("the menu on a phone opens, is walked and closed", async () => {
  const page = await open(browser, pullgate, { viewport: NARROW });
  await signInByKeyboard(page, "olivia");
  await page.goto("/connect");
  await tabTo(page, "Menu");
  await page.keyboard.press("Enter");
  await tabTo(page, "Enforce sign-in");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#sidebar").isVisible(), false);
  assert.equal(await focused(page), "Menu", "where one was");
  await page.keyboard.press("Enter");
  await tabTo(page, "Enforce sign-in");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/enforce");
});

test("switching organizations", async () => {
  const page = await open(browser, pullgate);
  await signInByKeyboard(page, "olivia");
  await page.goto("/account");
  await tabTo(page, "A Organization: Acme Robotics");
  await page.keyboard.press("Enter");
  await tabTo(page, "A Acme Labs");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/orgs/acme-labs");
  assert.match(await page.locator("summary.here").innerText(), /Acme Labs/);
});

test("switching on, restricting, reviewing, saving and undoing", async () => {
  const page = await open(browser, pullgate);
  await signInByKeyboard(page, "olivia");
  await page.goto("/orgs/acme/permissions");
  await tabTo(page, "Image Access Management");
  await page.keyboard.press("Space");
  await tabTo(page, "Enforce");
  await page.keyboard.press("ArrowDown");
  assert.equal(await focused(page), "Monitor");
  await tabTo(page, "Allowlist");
  await page.keyboard.press("Space");
  await tabTo(page, "Allowed");
  const group = await page.evaluate(() => document.activeElement.closest("fieldset").innerText);
  assert.match(group, /Docker Official Images/);
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(page), "Restricted");
  await isSeen(page);
  await tabTo(page, "Review changes");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Review changes" }).waitFor();
  assert.match(pullgate.command("policy", "show", "acme"), /off/i, "only looked at");
  await tabTo(page, "7 days");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "7 days", pressed: true }).waitFor();
  await tabTo(page, "Save changes");
  await page.keyboard.press("Enter");
  await page.getByText("The change is saved").waitFor();
  await page.getByText("Monitoring", { exact: true }).waitFor();
  const saved = JSON.parse(pullgate.command("policy", "show", "acme", "--format", "json"));
  const { enabled, mode, official, allowlist } = saved.settings?.iam ?? saved.iam;
  assert.deepEqual([enabled, mode, official, allowlist], ["on", "monitor", "restricted", "on"]);

  await tabTo(page, "History");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/permissions/history");
  await tabTo(page, "Undo");
  await page.keyboard.press("Enter");
  await page.getByText("Undone: what olivia changed is as it was before").waitFor();
  const undone = JSON.parse(pullgate.command("policy", "show", "acme", "--format", "json"));
  assert.equal((undone.settings?.iam ?? undone.iam).enabled, "off");
  await page.getByText("undid change").waitFor();
  assert.deepEqual(page.faults, []);
});
