// The whole story, by a browser and a real client: from the link that the
// first start prints, to a pull that is blocked, to a request that an owner
// approves, to the same pull that then works.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, open, signIn } from "./browser.mjs";
import { Pullgate, password } from "./pullgate.mjs";
import { Podman, Registry, freePort, hubWithoutBadges } from "./registry.mjs";

let browser, registry, hub, pullgate, podman;

before(async () => {
  [browser, registry, hub] = await Promise.all([launch(), Registry.start(), hubWithoutBadges()]);
  await registry.push("evil/miner", "1");
  pullgate = await Pullgate.start({ gateway: await freePort(), control: await freePort(), upstream: registry.url, hub: hub.url });
  podman = new Podman();
});

after(async () => {
  podman?.remove();
  await Promise.all([browser?.close(), pullgate?.stop(), registry?.stop()]);
  hub?.stop();
});

test("from the first start to a pull that an owner has allowed", async () => {
  const owner = await open(browser, pullgate);

  // The link that the first start prints makes the first owner.
  await owner.goto(`/setup?key=${pullgate.key}`);
  await owner.getByLabel("Name", { exact: true }).fill("acme");
  await owner.getByLabel("Name as people write it").fill("Acme Robotics");
  await owner.getByLabel("User name").fill("olivia");
  await owner.getByLabel("Password", { exact: true }).fill(password("olivia"));
  await owner.getByRole("button", { name: "Set up Pullgate" }).click();
  await owner.getByText("Welcome. acme is set up, and you are its owner.").waitFor();

  pullgate.person("mia");
  pullgate.command("member", "add", "acme", "mia");

  // Image Access Management is switched on, after seeing what that changes.
  await owner.getByRole("link", { name: "Org permissions" }).click();
  await owner.getByRole("switch", { name: "Image Access Management" }).check();
  await owner.getByRole("button", { name: "Review changes" }).click();
  await owner.getByRole("button", { name: "Save changes" }).click();
  await owner.getByText("The change is saved").waitFor();

  // mia is blocked, and her client shows the whole sentence with its link.
  const image = `${pullgate.address}/evil/miner:1`;
  const member = await open(browser, pullgate);
  await podman.signIn(pullgate.address, "mia", password("mia"));
  const blocked = await podman.pull(image);
  assert.ok(!blocked.ok, blocked.said);
  assert.match(blocked.said, /docker\.io\/evil\/miner is a community image, and community images are restricted by acme/);
  const link = blocked.said.match(/request access: (\S+\/request\?image=[a-z/]+)/)?.[1];
  assert.ok(link?.startsWith(pullgate.base), blocked.said);

  // She follows it, signs in, and comes back to it.
  await member.goto(link);
  await member.getByRole("heading", { name: "Sign in" }).waitFor();
  await member.getByLabel("User name").fill("mia");
  await member.getByLabel("Password", { exact: true }).fill(password("mia"));
  await member.keyboard.press("Enter");
  await member.getByRole("heading", { name: "Ask the owners of acme" }).waitFor();
  assert.equal(await member.getByLabel("Name").inputValue(), "evil/miner");
  await member.getByLabel("What you need it for").fill("malware analysis, ticket 4711");
  await member.getByRole("button", { name: "Request access" }).click();
  await member.getByRole("heading", { name: "Request sent" }).waitFor();
  assert.ok(!(await podman.pull(image)).ok, "asking allows nothing");

  // olivia sees that somebody waits, what the image is, and says yes.
  await owner.goto("/account");
  await owner.getByRole("link", { name: "Requests 1 open" }).click();
  await owner.getByRole("link", { name: "Answer the request for docker.io/evil/miner" }).click();
  await owner.getByText("malware analysis, ticket 4711").waitFor();
  // The log is written a moment after the pulls.
  await until(async () => {
    await owner.reload();
    return /\b2 denied/.test(await owner.locator("section", { has: owner.getByRole("heading", { name: "The image" }) }).innerText());
  }, "both pulls are counted beside the request");
  await owner.getByRole("radio", { name: "mia alone" }).check();
  await owner.getByRole("button", { name: "Approve" }).click();
  await owner.getByText("docker.io/evil/miner may be pulled by mia from the next pull on").waitFor();
  assert.equal(await owner.locator(".count").count(), 0, "nobody waits any more");

  // The same pull works.
  const pulled = await podman.pull(image);
  assert.ok(pulled.ok, pulled.said);
  assert.equal(await podman.holds(image), "evil/miner:1");
  await member.goto("/requests");
  await member.getByText("Approved").waitFor();

  // Until it is ended: then it is blocked again.
  await owner.getByRole("link", { name: "Exceptions" }).click();
  await owner.locator("summary", { hasText: "End now" }).click();
  await owner.getByRole("button", { name: "End the exception" }).click();
  await owner.getByText("The exception for docker.io/evil/miner has ended").waitFor();
  const again = await podman.pull(image);
  assert.ok(!again.ok && /restricted by acme/.test(again.said), again.said);
  assert.deepEqual([...owner.faults, ...member.faults], []);
});

test("an image is looked up by the name that the client printed", async () => {
  const page = await open(browser, pullgate);
  await signIn(page, "mia");
  await page.goto("/account");
  await page.getByRole("link", { name: "Image lookup" }).click();
  await page.getByLabel("Image").fill(`${pullgate.address}/evil/miner:1`);
  await page.getByRole("button", { name: "Look up" }).click();
  await page.getByText("docker.io/evil/miner", { exact: true }).first().waitFor();
  await page.getByText("That is this gateway").waitFor();
  await page.getByText("Docker Hub says so of its namespace.").waitFor();
  await page.getByText(`docker pull ${pullgate.address}/evil/miner:1`).waitFor();
  await page.getByRole("link", { name: "Request access" }).click();
  await page.getByRole("heading", { name: "Ask the owners of acme" }).waitFor();
  assert.deepEqual(page.faults, []);
});

/** Waits until something holds. */
async function until(holds, what) {
  const end = Date.now() + 15_000;
  while (!(await holds())) {
    assert.ok(Date.now() < end, what);
    await new Promise((done) => setTimeout(done, 200));
  }
}
