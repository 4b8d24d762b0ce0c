// What holds for every page, whoever looks at it and on whatever screen.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { NARROW, WIDE, fits, launch, open, signIn, violations } from "./browser.mjs";
import { INSIDE, OUTSIDE, SET_UP } from "./pages.mjs";
import { Pullgate } from "./pullgate.mjs";

let browser, fresh, pullgate;
const inside = {};

before(async () => {
  browser = await launch();
  [fresh, pullgate] = await Promise.all([Pullgate.start(), Pullgate.start()]);
  pullgate.people();
  pullgate.policy();
  await pullgate.asked();
  await pullgate.furnish();
  await pullgate.requests();
});

after(async () => {
  await browser?.close();
  await Promise.all([fresh?.stop(), pullgate?.stop()]);
});

/** The page's own checks, on both screens and in both colour schemes. */
async function isSound(page, { path, first }, key = "") {
  for (const size of [WIDE, NARROW]) {
    for (const colorScheme of ["light", "dark"]) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.goto(path.replace("KEY", key));
      await first?.(page);
      const where = `${size.width} px, ${colorScheme}`;
      assert.deepEqual(await violations(page), [], where);
      assert.deepEqual(page.faults, [], where);
      await fits(page);
      assert.equal(await page.locator("h1").count(), 1, "one title");
      assert.match(await page.title(), /\S · Pullgate$/);
    }
  }
}

for (const each of OUTSIDE) {
  test(`${each.name} is sound`, async () => {
    await isSound(await open(browser, pullgate), each, pullgate.invite);
  });
}

for (const each of SET_UP) {
  test(`${each.name} is sound`, async () => {
    await isSound(await open(browser, fresh), each, fresh.key);
  });
}

for (const each of INSIDE) {
  test(`${each.name} is sound`, async () => {
    const who = each.as ?? "olivia";
    if (!inside[who]) {
      inside[who] = await open(browser, pullgate);
      await signIn(inside[who], who);
    }
    await isSound(inside[who], each, pullgate.invite);
  });
}

test("every page that can be gone to is in the list", async () => {
  const page = inside.olivia;
  await page.setViewportSize(WIDE);
  await page.goto("/account");
  const links = await page.locator(".sidebar a").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  for (const link of links) {
    const answer = await page.request.get(link, { maxRedirects: 5 });
    const reached = new URL(answer.url()).pathname;
    assert.equal(answer.status(), 200, link);
    // A page of another organization is the same page.
    const known = reached.replace("/orgs/acme-labs/", "/orgs/acme/");
    assert.ok(INSIDE.some(({ path }) => path.split("?")[0] === known), `${link} leads to ${reached}, which pages.mjs does not have`);
  }
});

test("a page weighs less than 100 KB with all that it needs", async () => {
  const signedIn = {};
  for (const { path, as = "olivia" } of INSIDE) {
    if (!signedIn[as]) {
      const page = await open(browser, pullgate);
      await signIn(page, as);
      signedIn[as] = await page.context().storageState();
      await page.context().close();
    }
    // A browser that has seen nothing before.
    const page = await open(browser, pullgate, { storageState: signedIn[as] });
    let weight = 0;
    page.on("response", async (response) => { weight += (await response.body().catch(() => "")).length; });
    await page.goto(path, { waitUntil: "networkidle" });
    assert.equal(page.url(), new URL(path, pullgate.base).href, "it is the page itself");
    assert.ok(weight > 0 && weight < 100_000, `${path}: ${weight} bytes`);
    await page.context().close();
  }
});
