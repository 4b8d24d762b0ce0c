// Names and texts that would be something else in a careless page.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, open, signIn } from "./browser.mjs";
import { Pullgate, password } from "./pullgate.mjs";

const SCRIPT = `"><script>alert(1)</script>`;
const IMAGE = `'"><img src=x onerror=alert(2)>`;

let browser, pullgate;

before(async () => {
  browser = await launch();
  pullgate = await Pullgate.start();
  pullgate.person("olivia");
  pullgate.command("org", "create", "acme", "--owner", "olivia", "--display-name", SCRIPT);
  pullgate.command("org", "create", "acme-labs", "--owner", "olivia", "--display-name", IMAGE);
  pullgate.person("mia");
  pullgate.command("member", "add", "acme", "mia");
  pullgate.command("policy", "set", "acme", "--iam", "on");
});

after(async () => {
  await browser?.close();
  await pullgate?.stop();
});

/** That a text is shown and nothing else was made of it. */
async function isOnlyText(page, text) {
  assert.ok((await page.locator("body").innerText()).includes(text), `${text} is not shown`);
  const made = await page.evaluate(() => document.querySelectorAll("script:not([src]), img, [onerror], [onload]").length);
  assert.equal(made, 0);
  assert.deepEqual(page.faults, []);
}

test("names of organizations", async () => {
  const page = await open(browser, pullgate);
  await signIn(page, "olivia");
  await page.goto("/account");
  await isOnlyText(page, SCRIPT);
  await page.locator("summary.here").click();
  await isOnlyText(page, IMAGE);
});

test("notes and names of a policy", async () => {
  pullgate.command("policy", "allow", "acme", "docker.io/evil/miner", "--note", SCRIPT);
  const page = await open(browser, pullgate);
  await signIn(page, "olivia");
  await page.goto("/orgs/acme/permissions/allowlist");
  await isOnlyText(page, SCRIPT);
  await page.getByRole("button", { name: "Remove docker.io/evil/miner" }).click();
  await page.getByRole("heading", { name: "Review changes" }).waitFor();
  await isOnlyText(page, SCRIPT);
  await page.getByRole("button", { name: "Remove from allowlist" }).click();
  await page.goto("/orgs/acme/permissions/history");
  await isOnlyText(page, `removed docker.io/evil/miner (${SCRIPT})`);
  await page.goto("/orgs/acme/permissions/allowlist");
  await page.getByLabel("Image", { exact: true }).fill(IMAGE);
  await page.getByLabel("Why").fill(SCRIPT);
  await page.getByRole("button", { name: "Review the entry" }).click();
  await page.locator(".fault").waitFor();
  assert.equal(await page.getByLabel("Why").inputValue(), SCRIPT);
  await isOnlyText(page, "Add to the allowlist");
  await page.goto(`/orgs/acme/permissions/allowlist?search=${encodeURIComponent(IMAGE)}`);
  assert.equal(await page.getByLabel("Search", { exact: true }).inputValue(), IMAGE);
  await isOnlyText(page, "Nothing matches");
});

test("descriptions of teams, names of tokens and whom one invites", async () => {
  const page = await open(browser, pullgate);
  await signIn(page, "olivia");
  await page.goto("/orgs/acme/teams");
  await page.getByLabel("Name", { exact: true }).fill("builders");
  await page.getByLabel("What it is for").fill(SCRIPT);
  await page.getByRole("button", { name: "Create team" }).click();
  await page.waitForURL("**/teams/builders");
  await isOnlyText(page, SCRIPT);
  for (const address of ["/orgs/acme/teams", "/orgs/acme/activity/changes"]) {
    await page.goto(address);
    await isOnlyText(page, SCRIPT);
  }
  await page.getByRole("link", { name: "Team Created" }).click();
  await isOnlyText(page, SCRIPT);
  await page.goto("/orgs/acme/teams");
  await page.getByLabel("Name", { exact: true }).fill(IMAGE);
  await page.getByRole("button", { name: "Create team" }).click();
  await page.locator(".fault").waitFor();
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), IMAGE);
  await isOnlyText(page, "is not valid");

  await page.goto("/orgs/acme/tokens");
  await page.getByLabel("What it is for").fill(IMAGE);
  await page.getByLabel("More about it").fill(SCRIPT);
  await page.getByRole("button", { name: "Create token" }).click();
  await page.getByRole("heading", { name: "Organization token created" }).waitFor();
  await isOnlyText(page, IMAGE);
  await page.goto("/orgs/acme/tokens");
  await isOnlyText(page, IMAGE);
  await isOnlyText(page, SCRIPT);
  await page.getByRole("link", { name: IMAGE }).click();
  await isOnlyText(page, IMAGE);
  await page.getByRole("link", { name: "What was pulled with it" }).click();
  assert.equal(await page.getByLabel("Person or token").inputValue(), `token:acme/${IMAGE}`);
  await isOnlyText(page, "No decision is found");

  const address = "'&ltimg/onerror=x\u202e@acme.example";
  await page.goto("/orgs/acme/members/invites");
  await page.getByLabel("E-mail addresses or user names").fill(`${address}\n<b>bold</b> <img/src=x>\nann@acme.example`);
  await page.getByRole("button", { name: "Make invite links" }).click();
  await page.getByRole("heading", { name: "People invited", exact: true }).waitFor();
  await isOnlyText(page, address);
  const [, link] = (await page.locator("#secret").innerText()).match(/ann@acme\.example (http:\S+)/);
  await page.goto("/orgs/acme/members/invites");
  await isOnlyText(page, address);
  const guest = await open(browser, pullgate);
  await guest.goto(link);
  await isOnlyText(guest, SCRIPT);
  await guest.getByLabel("User name").fill(IMAGE);
  await guest.getByLabel("Password", { exact: true }).fill("a long passphrase of ann");
  await guest.getByRole("button", { name: "Create account and join" }).click();
  await guest.locator(".fault").waitFor();
  assert.equal(await guest.getByLabel("User name").inputValue(), IMAGE);
  await isOnlyText(guest, SCRIPT);
});

test("what a client says it is, and what one looks for", async () => {
  const client = `docker/27 ${SCRIPT}${IMAGE}`;
  assert.equal(await pullgate.asks("mia", "evil/miner", client), 403);
  const page = await open(browser, pullgate);
  await signIn(page, "olivia");
  const found = page.getByRole("link", { name: "docker.io/evil/miner:latest" });
  for (let tries = 0; tries < 50 && await found.count() === 0; tries += 1) {
    await page.goto(`/orgs/acme/activity?client=${encodeURIComponent(SCRIPT)}`);
  }
  await isOnlyText(page, "docker.io/evil/miner:latest");
  assert.equal(await page.getByLabel("Client").inputValue(), SCRIPT);
  await found.click();
  await isOnlyText(page, client);
  for (const name of ["image", "person", "team", "from"]) {
    await page.goto(`/orgs/acme/activity?${name}=${encodeURIComponent(IMAGE)}&before=`);
    await page.locator(".fault").first().waitFor();
    await isOnlyText(page, "Activity");
  }
  await page.goto(`/orgs/acme/members?search=${encodeURIComponent(IMAGE)}`);
  assert.equal(await page.getByLabel("Name or e-mail address").inputValue(), IMAGE);
  await isOnlyText(page, "Nobody is found");
});

test("what a browser says it is", async () => {
  const other = await open(browser, pullgate, { userAgent: `Firefox/1 ${SCRIPT}${IMAGE}` });
  await signIn(other, "olivia");
  const page = await open(browser, pullgate);
  await signIn(page, "olivia");
  await page.goto("/account");
  await isOnlyText(page, "Firefox");
  const title = await page.locator("td[title*=script]").first().getAttribute("title");
  assert.ok(title.includes(SCRIPT), "it is an attribute's text");
});

test("what is typed comes back as it was typed", async () => {
  const page = await open(browser, pullgate);
  await page.goto(`/sign-in?next=${encodeURIComponent(`/x${SCRIPT}`)}`);
  await page.getByLabel("User name").fill(IMAGE);
  await page.getByLabel("Password", { exact: true }).fill(SCRIPT);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").waitFor();
  assert.equal(await page.getByLabel("User name").inputValue(), IMAGE);
  await isOnlyText(page, "is not right");

  await signIn(page, "olivia");
  await page.goto(`/enforce?chosen=yes&platform=mac&others=${encodeURIComponent(IMAGE)}`);
  assert.equal(await page.getByLabel("Other organizations").inputValue(), IMAGE);
  await isOnlyText(page, "is not the name of an organization");
});

test("reasons, answers and names of images, typed and in an address", async () => {
  const hostile = `${SCRIPT}${IMAGE}</textarea></title><svg onload=alert(3)>{{7*7}}`;
  const agent = `Firefox/1 ${SCRIPT}${IMAGE}`;
  const [mia, olivia] = [await open(browser, pullgate, { userAgent: agent }), await open(browser, pullgate, { userAgent: agent })];
  await signIn(mia, "mia");
  await signIn(olivia, "olivia");

  // An image's name that is none comes back in its field, and nowhere as markup.
  for (const path of ["/request?image=", "/orgs/acme/lookup?image="]) {
    await mia.goto(path + encodeURIComponent(hostile));
    await isOnlyText(mia, "is not an image");
    assert.equal(await mia.locator("#image").inputValue(), hostile);
  }
  for (const path of [`/request?image=nginx&organization=`, "/orgs/acme/requests?state=", "/orgs/acme/requests?page=", "/orgs/acme/requests/"]) {
    await mia.goto(path + encodeURIComponent(hostile));
    await isOnlyText(mia, "Pullgate");
  }

  // A reason is a reason, wherever it is shown.
  await mia.goto("/request?image=evil/miner");
  await mia.getByLabel("What you need it for").fill(hostile);
  await mia.getByRole("button", { name: "Request access" }).click();
  await mia.getByRole("heading", { name: "Request sent" }).waitFor();
  await isOnlyText(mia, hostile);
  await mia.goto("/requests");
  await isOnlyText(mia, hostile);
  await olivia.goto("/orgs/acme/requests");
  await isOnlyText(olivia, hostile);
  await olivia.getByRole("link", { name: /^Answer the request/ }).click();
  await isOnlyText(olivia, hostile);

  // What an owner answers, and what cannot be taken of it.
  await olivia.getByLabel("What you answer").fill(hostile);
  await olivia.getByLabel("Last day").fill("2020-01-01");
  await olivia.getByRole("button", { name: "Approve" }).click();
  await isOnlyText(olivia, "The end has passed");
  assert.equal(await olivia.getByLabel("What you answer").inputValue(), hostile);
  await olivia.getByLabel("Why not").fill(hostile);
  await olivia.getByRole("button", { name: "Decline" }).click();
  await olivia.getByText("Nobody waits for an answer").waitFor();
  await mia.goto("/requests");
  await isOnlyText(mia, `olivia: ${hostile}`);

  // Exceptions: names of teams and members are refused as they stand, and reasons kept.
  await olivia.goto(`/orgs/acme/requests/exceptions/new?image=${encodeURIComponent(hostile)}`);
  assert.equal(await olivia.locator("#image").inputValue(), hostile);
  await olivia.locator("#image").fill("evil/miner");
  await olivia.getByLabel("The members of a team").check();
  await olivia.getByLabel("Which team or member").fill(hostile);
  await olivia.getByLabel("Why").fill(hostile);
  await olivia.getByRole("button", { name: "Add exception" }).click();
  await olivia.locator("#whom-fault").waitFor();
  await isOnlyText(olivia, "Add an exception");
  assert.equal(await olivia.getByLabel("Which team or member").inputValue(), hostile);
  await olivia.getByLabel("Everybody in acme").check();
  await olivia.getByRole("button", { name: "Add exception" }).click();
  await olivia.getByText("may be pulled by all members").waitFor();
  await isOnlyText(olivia, hostile);
  await olivia.goto(`/orgs/acme/requests/exceptions?search=${encodeURIComponent(hostile)}`);
  await isOnlyText(olivia, "Nothing found");
  assert.equal(await olivia.locator("#search").inputValue(), hostile);
  await olivia.goto(`/orgs/acme/lookup?image=evil/miner&as=${encodeURIComponent(hostile)}`);
  await isOnlyText(olivia, "is not among them");
  assert.equal(await olivia.locator("#as").inputValue(), hostile);

  // The sign-in that comes before a denial's link.
  const stranger = await open(browser, pullgate);
  await stranger.goto(`/request?image=${encodeURIComponent(hostile)}`);
  await isOnlyText(stranger, "Sign in");
});

test("what a page says once", async () => {
  const page = await open(browser, pullgate);
  await signIn(page, "olivia");
  await page.context().addCookies([{ name: "pullgate-flash", value: encodeURIComponent(`d${SCRIPT}`), url: pullgate.base }]);
  await page.goto("/account");
  await isOnlyText(page, SCRIPT);
  assert.equal(await page.locator(".flash").count(), 1);
  await page.goto("/account");
  assert.equal(await page.locator(".flash").count(), 0);
});

test("a page stands in no frame", async () => {
  const page = await open(browser, pullgate);
  await page.goto("/sign-in");
  const answer = await page.request.get("/sign-in");
  assert.match(answer.headers()["content-security-policy"], /frame-ancestors 'none'/);
  const loaded = await page.evaluate(async (address) => {
    const frame = document.createElement("iframe");
    frame.src = address;
    document.body.append(frame);
    await new Promise((done) => { frame.onload = done; setTimeout(done, 3000); });
    try { return frame.contentDocument?.title ?? ""; } catch { return ""; }
  }, `${pullgate.base}/sign-in`);
  assert.equal(loaded, "");
});

test("a script that got into a page would not run", async () => {
  const page = await open(browser, pullgate);
  await page.goto("/sign-in");
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.body.append(script);
    document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.ran = true'>");
  });
  await page.waitForTimeout(200);
  assert.equal(await page.evaluate(() => window.ran), undefined);
  assert.ok(page.faults.some((fault) => /Content Security Policy/.test(fault)));
});

test("a form on another site's page is refused", async () => {
  const page = await open(browser, pullgate);
  await signIn(page, "olivia");
  // Another site on this machine; whether the browser sends the cookie along is up to it.
  const elsewhere = pullgate.base.replace("127.0.0.1", "localhost");
  await page.route(`${elsewhere}/evil`, (route) => route.fulfill({
    contentType: "text/html",
    body: `<form method="post" action="${pullgate.base}/sign-out/everywhere"><button>Win</button></form>`,
  }));
  await page.goto(`${elsewhere}/evil`);
  await page.getByRole("button").click();
  await page.getByText("Your session has ended").or(page.getByText("This form cannot be taken")).waitFor();
  await page.goto("/account");
  await page.getByRole("heading", { name: "My account" }).waitFor();
});

test("nothing of a password is in the log", () => {
  assert.ok(!pullgate.log.includes(password("olivia")));
  assert.ok(!pullgate.log.includes("passphrase"));
});
