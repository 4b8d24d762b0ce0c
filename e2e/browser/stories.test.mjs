// What people do in the console, from the first minute on.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { NARROW, launch, open, signIn } from "./browser.mjs";
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

test("the first owner sets up, is signed in, and can sign in again", async () => {
  const fresh = await Pullgate.start();
  try {
    const page = await open(browser, fresh);
    await page.goto(`/setup?key=${fresh.key}`);
    await page.getByLabel("Name", { exact: true }).fill("acme");
    await page.getByLabel("Name as people write it").fill("Acme Robotics");
    await page.getByLabel("Its images on Docker Hub").fill("acme");
    await page.getByLabel("User name").fill("olivia");
    await page.getByLabel("Password", { exact: true }).fill(password("olivia"));
    await page.getByRole("button", { name: "Set up Pullgate" }).click();
    await page.getByText("Welcome. acme is set up, and you are its owner.").waitFor();
    assert.match(fresh.command("namespace", "list", "acme"), /docker\.io\/acme\/\*\*/);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("You are signed out.").waitFor();
    await signIn(page, "olivia");
    await page.goto(`/setup?key=${fresh.key}`);
    await page.getByRole("heading", { name: "This link cannot be used" }).waitFor();
    assert.deepEqual(page.faults, []);
  } finally {
    await fresh.stop();
  }
});

test("a link into the console waits for the sign-in", async () => {
  const page = await open(browser, pullgate);
  await page.goto("/connect/podman");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.getByLabel("User name").fill("mia");
  await page.getByLabel("Password", { exact: true }).fill(password("mia"));
  await page.keyboard.press("Enter");
  await page.waitForURL("**/connect/podman");
  await page.getByText("podman login registry.acme.example -u mia").waitFor();
});

test("a session that is ended in one browser is over in the other", async () => {
  const [laptop, phone] = [await open(browser, pullgate), await open(browser, pullgate, {
    userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  })];
  await signIn(laptop, "sam");
  await signIn(phone, "sam");
  await laptop.goto("/account");
  await laptop.getByRole("button", { name: "End the session of Firefox on Linux" }).click();
  await laptop.getByText("The session has ended").waitFor();
  await phone.goto("/account");
  await phone.getByRole("heading", { name: "Sign in" }).waitFor();
});

test("who belongs to two organizations switches between them", async () => {
  const page = await open(browser, pullgate);
  await signIn(page, "olivia");
  await page.goto("/account");
  await page.getByText("Acme Robotics").first().click();
  await page.getByRole("link", { name: /Acme Labs/ }).click();
  await page.goto("/account");
  assert.match(await page.locator("summary.here").innerText(), /Acme Labs\s+Member/);
});

test("somebody is invited by a link, makes an account and is in", async () => {
  const olivia = await open(browser, pullgate);
  await signIn(olivia, "olivia");
  await olivia.goto("/orgs/acme/members");
  await olivia.getByRole("link", { name: "Invite people" }).click();
  await olivia.getByLabel("E-mail addresses or user names").fill("ann@acme.example");
  await olivia.getByRole("button", { name: "Make invite links" }).click();
  const link = await olivia.locator("#secret").innerText();
  assert.ok(link.startsWith(`${pullgate.base}/invite/`), link);
  const ann = await open(browser, pullgate);
  await ann.goto(link);
  await ann.getByRole("heading", { name: "Join Acme Robotics" }).waitFor();
  await ann.getByLabel("User name").fill("ann");
  await ann.getByLabel("Password", { exact: true }).fill(password("ann"));
  await ann.getByRole("button", { name: "Create account and join" }).click();
  await ann.getByText("Welcome to acme: you are a member now.").waitFor();
  assert.match(await ann.locator(".here").first().innerText(), /Acme Robotics\s+Member/);
  await olivia.goto(link);
  await olivia.getByRole("heading", { name: "This link invites nobody any more" }).waitFor();
  await olivia.goto("/orgs/acme/members");
  await olivia.getByRole("link", { name: "ann", exact: true }).click();
  await olivia.locator("summary", { hasText: "Remove" }).click();
  await olivia.getByRole("button", { name: "Remove the member" }).click();
  await olivia.getByText("ann does not belong to acme any more").waitFor();
  await ann.goto("/orgs/acme/members");
  await ann.getByText("There is no organization acme, or you do not belong to it.").waitFor();
  assert.deepEqual([...olivia.faults, ...ann.faults], []);
});

test("what is pulled comes in by itself, until one pauses it", async () => {
  pullgate.command("policy", "set", "acme", "--iam", "on");
  const page = await open(browser, pullgate);
  await signIn(page, "olivia");
  await page.goto("/orgs/acme/activity");
  await page.getByRole("link", { name: "Follow live" }).click();
  await page.getByRole("link", { name: "Pause" }).waitFor();
  assert.equal(await pullgate.asks("mia", "evil/miner", "docker/27"), 403);
  await page.getByText("docker.io/evil/miner:latest").waitFor();
  assert.equal(await pullgate.asks("mia", "evil/second", "docker/27"), 403);
  await page.getByText("docker.io/evil/second:latest").waitFor();
  await page.getByRole("link", { name: "Pause" }).click();
  await page.getByRole("link", { name: "Follow live" }).waitFor();
  assert.equal(await page.locator("[hx-get]").count(), 0);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "CSV" }).click()]);
  assert.equal(download.suggestedFilename(), "acme-decisions.csv");
  pullgate.command("policy", "set", "acme", "--iam", "off");
  assert.deepEqual(page.faults, []);
});

test("the files follow the choice at once", async () => {
  const page = await open(browser, pullgate);
  await signIn(page, "olivia");
  await page.goto("/enforce");
  assert.equal(await page.locator("#outcome > section").count(), 3);
  await page.getByRole("checkbox", { name: "Windows" }).uncheck();
  await page.getByRole("checkbox", { name: "Linux" }).uncheck();
  await page.waitForFunction(() => document.querySelectorAll("#outcome > section").length === 1);
  await page.getByRole("checkbox", { name: "acme-labs" }).uncheck();
  await page.getByText("<string>acme</string>").first().waitFor();
  assert.match(page.url(), /platform=mac/);
  await page.reload();
  assert.equal(await page.getByRole("checkbox", { name: "Windows" }).isChecked(), false);
  assert.deepEqual(page.faults, []);
});

test("a configuration is copied as it stands", async () => {
  const page = await open(browser, pullgate, { permissions: ["clipboard-read", "clipboard-write"] });
  await signIn(page, "mia");
  await page.goto("/connect/containerd");
  await page.getByRole("button", { name: /Copy .*docker\.io\/hosts\.toml/ }).click();
  await page.getByText("Copied").waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied, 'server = "https://registry.acme.example"\n\n[host]\n');
});

test("all of it works without JavaScript", async () => {
  const page = await open(browser, pullgate, { javaScriptEnabled: false, viewport: NARROW });
  await signIn(page, "olivia");
  await page.goto("/enforce");
  await page.getByRole("checkbox", { name: "Windows" }).uncheck();
  await page.getByRole("button", { name: "Show the files" }).click();
  await page.waitForURL(/platform=mac/);
  assert.equal(await page.locator("#outcome > section").count(), 2);
  assert.equal(await page.getByRole("button", { name: /Copy/ }).count(), 0, "no dead buttons");
  await page.getByRole("button", { name: "Menu" }).click();
  await page.getByText("Acme Robotics").first().click();
  await page.getByRole("link", { name: /Acme Labs/ }).click();
  await page.getByRole("button", { name: "Menu" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("You are signed out.").waitFor();
});
