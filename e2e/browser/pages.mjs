// Every page there is, as whom it is looked at, and what to do on it first.
// What is proven for all pages (axe, both widths, both colour schemes, no
// fault in the console) and the screenshots go by this list; `dark` says that
// a picture is taken in the dark as well.

import { password } from "./pullgate.mjs";

const PERMISSIONS = "/orgs/acme/permissions";

/** Nobody has signed in; `KEY` stands for the end of an invite's link. */
export const OUTSIDE = [
  { name: "sign-in", path: "/sign-in", dark: true },
  {
    name: "sign-in-wrong", path: "/sign-in",
    async first(page) {
      await page.getByLabel("User name").fill("mia");
      await page.getByLabel("Password", { exact: true }).fill("not it");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "not-found-outside", path: "/nothing" },
  { name: "set-up-gone", path: "/setup?key=nothing" },
  { name: "invited", path: "/invite/KEY", dark: true },
  {
    name: "invited-wrong", path: "/invite/KEY",
    async first(page) {
      await page.getByLabel("User name").fill("Ann");
      await page.getByLabel("Password", { exact: true }).fill("a long passphrase of ann");
      await page.getByRole("button", { name: "Create account and join" }).click();
      await page.locator(".fault").waitFor();
    },
  },
  { name: "invite-gone", path: "/invite/nothing" },
];

/** On a Pullgate that nobody has set up; `KEY` stands for its link's key. */
export const SET_UP = [
  { name: "set-up", path: "/setup?key=KEY" },
  {
    name: "set-up-wrong", path: "/setup?key=KEY",
    async first(page) {
      await page.getByLabel("Name", { exact: true }).fill("Acme Robotics");
      await page.getByLabel("User name").fill("olivia");
      await page.getByLabel("Password", { exact: true }).fill("pgp_is what a token begins with");
      await page.getByRole("button", { name: "Set up Pullgate" }).click();
      await page.getByRole("alert").waitFor();
    },
  },
];

/** Each time somebody else, as people are invited once. */
let invited = 0;

/** Follows the first link of a list. */
const opens = (address) => async (page) => {
  await page.locator(`td a[href*="${address}"]`).first().click();
  await page.waitForURL(`**${address}*`);
};

/** Signed in as olivia, unless `as` says who. `KEY` as above. */
export const INSIDE = [
  { name: "account", path: "/account" },
  { name: "account-of-nobody", path: "/account", as: "sam" },
  { name: "password", path: "/account/password" },
  {
    name: "password-wrong", path: "/account/password",
    async first(page) {
      await page.getByLabel("Current password", { exact: true }).fill(password("olivia"));
      await page.getByLabel("New password", { exact: true }).fill(password("olivia"));
      await page.getByRole("button", { name: "Change password" }).click();
      await page.locator(".fault").waitFor();
    },
  },
  { name: "tokens", path: "/account/tokens", dark: true },
  {
    name: "token-made", path: "/account/tokens",
    async first(page) {
      await page.getByLabel("What it is for").fill("laptop");
      await page.getByRole("button", { name: "Create token" }).click();
      await page.getByRole("heading", { name: "Access token created" }).waitFor();
    },
  },
  {
    name: "token-deleting", path: "/account/tokens",
    async first(page) {
      await page.locator("summary", { hasText: "Delete" }).first().click();
    },
  },
  {
    name: "overview", path: "/orgs/acme", dark: true,
    async first(page) {
      await page.getByText("The numbers as a table").click();
    },
  },
  { name: "overview-of-a-member", path: "/orgs/acme", as: "mia" },
  { name: "overview-of-a-site-administrator", path: "/orgs/acme-labs", as: "oscar" },
  { name: "permissions", path: PERMISSIONS, dark: true },
  { name: "permissions-of-a-member", path: PERMISSIONS, as: "mia" },
  {
    name: "permissions-review", path: PERMISSIONS, dark: true,
    async first(page) {
      await page.getByRole("switch", { name: "Image Access Management" }).check();
      await page.getByRole("group", { name: "Docker Official Images" }).getByLabel("Restricted").check();
      await page.getByRole("button", { name: "Review changes" }).click();
      await page.getByRole("heading", { name: "Review changes" }).waitFor();
      await page.getByText("Newly denied").first().waitFor();
    },
  },
  {
    name: "permissions-nothing-changed", path: PERMISSIONS,
    async first(page) {
      await page.getByRole("button", { name: "Review changes" }).click();
      await page.getByText("You have changed nothing yet").waitFor();
    },
  },
  { name: "allowlist", path: `${PERMISSIONS}/allowlist` },
  { name: "allowlist-of-a-member", path: `${PERMISSIONS}/allowlist`, as: "mia" },
  { name: "allowlist-nothing", path: `${PERMISSIONS}/allowlist?search=nothing` },
  {
    name: "allowlist-review", path: `${PERMISSIONS}/allowlist`,
    async first(page) {
      await page.getByText("Paste many").click();
      await page.getByLabel("Images, one on each line").fill("bitnami/*\nlibrary/postgres # the shop\nquay.io/**\nghcr.io/acme/tool");
      await page.getByRole("button", { name: "Review the entries" }).click();
      await page.getByRole("heading", { name: "Review changes" }).waitFor();
    },
  },
  {
    name: "allowlist-wrong", path: `${PERMISSIONS}/allowlist`,
    async first(page) {
      await page.getByLabel("Image", { exact: true }).fill("UPPER/*/case");
      await page.getByRole("button", { name: "Review the entry" }).click();
      await page.locator(".fault").waitFor();
    },
  },
  { name: "registries", path: `${PERMISSIONS}/registries` },
  { name: "registries-of-a-member", path: `${PERMISSIONS}/registries`, as: "mia" },
  {
    name: "registries-wrong", path: `${PERMISSIONS}/registries`,
    async first(page) {
      await page.getByLabel("Add a registry").fill("docker.io");
      await page.getByLabel("Add a registry").press("Enter");
      await page.locator(".fault").waitFor();
    },
  },
  { name: "history", path: `${PERMISSIONS}/history` },
  { name: "connect-docker", path: "/connect/docker", dark: true },
  { name: "connect-containerd", path: "/connect/containerd" },
  { name: "connect-podman", path: "/connect/podman" },
  { name: "connect-buildkit", path: "/connect/buildkit" },
  { name: "connect-kubernetes", path: "/connect/kubernetes" },
  { name: "enforce", path: "/enforce" },
  { name: "enforce-wrong", path: "/enforce?chosen=yes&platform=mac&others=Acme%20Ltd" },
  { name: "members", path: "/orgs/acme/members", dark: true },
  { name: "members-found", path: "/orgs/acme/members?search=zebra&role=owner" },
  { name: "members-of-a-member", path: "/orgs/acme/members", as: "mia" },
  { name: "member", path: "/orgs/acme/members/person/mia" },
  {
    name: "member-last-owner", path: "/orgs/acme/members/person/olivia",
    async first(page) {
      await page.getByRole("radio", { name: "Member" }).check();
      await page.getByRole("button", { name: "Save role" }).click();
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "invites", path: "/orgs/acme/members/invites", dark: true },
  {
    name: "invites-wrong", path: "/orgs/acme/members/invites",
    async first(page) {
      await page.getByLabel("E-mail addresses or user names").fill("Somebody!");
      await page.getByRole("button", { name: "Make invite links" }).click();
      await page.locator(".fault").waitFor();
    },
  },
  {
    name: "invites-made", path: "/orgs/acme/members/invites",
    async first(page) {
      invited += 1;
      await page.getByLabel("E-mail addresses or user names").fill(`bo${invited}@acme.example\ncy${invited}@acme.example\nmia\nSomebody!`);
      await page.getByRole("button", { name: "Make invite links" }).click();
      await page.getByRole("heading", { name: "People invited", exact: true }).waitFor();
    },
  },
  { name: "invites-of-a-member", path: "/orgs/acme/members/invites", as: "mia" },
  { name: "invited-inside", path: "/invite/KEY", as: "sam" },
  { name: "teams", path: "/orgs/acme/teams" },
  { name: "team", path: "/orgs/acme/teams/builders", dark: true },
  { name: "team-owners", path: "/orgs/acme/teams/owners" },
  { name: "team-of-a-member", path: "/orgs/acme/teams/builders", as: "mia" },
  { name: "team-additions", path: "/orgs/acme/teams/builders/additions" },
  { name: "team-additions-of-a-member", path: "/orgs/acme/teams/builders/additions", as: "mia" },
  { name: "team-settings", path: "/orgs/acme/teams/builders/settings" },
  { name: "organization-tokens", path: "/orgs/acme/tokens" },
  { name: "organization-token", path: "/orgs/acme/tokens", first: opens("/orgs/acme/tokens/") },
  {
    name: "organization-token-made", path: "/orgs/acme/tokens",
    async first(page) {
      await page.getByLabel("What it is for").fill("cluster");
      await page.getByRole("radio", { name: "Only these repositories" }).check();
      await page.getByRole("textbox", { name: "Repositories" }).fill("acme/*");
      await page.getByRole("button", { name: "Create token" }).click();
      await page.getByRole("heading", { name: "Organization token created" }).waitFor();
    },
  },
  { name: "namespaces", path: "/orgs/acme/namespaces" },
  { name: "activity", path: "/orgs/acme/activity", dark: true },
  { name: "activity-found", path: "/orgs/acme/activity?outcome=allowed&client=podman" },
  { name: "activity-wrong", path: "/orgs/acme/activity?image=BAD//NAME&from=2026-11-01" },
  { name: "activity-live", path: "/orgs/acme/activity?live=on" },
  { name: "activity-of-a-member", path: "/orgs/acme/activity", as: "mia" },
  { name: "decision", path: "/orgs/acme/activity", first: opens("/activity/decisions/") },
  { name: "changes", path: "/orgs/acme/activity/changes" },
  { name: "change", path: "/orgs/acme/activity/changes?action=settings_changed", dark: true, first: opens("/activity/changes/") },
  { name: "lookup-empty", path: "/orgs/acme/lookup" },
  { name: "lookup", path: "/orgs/acme-labs/lookup?image=grafana/grafana:12.0", dark: true, as: "oscar" },
  { name: "lookup-wrong", path: "/orgs/acme-labs/lookup?image=Grafana/Grafana&as=nobody", as: "oscar" },
  { name: "lookup-of-a-member", path: "/orgs/acme-labs/lookup?image=registry.acme.example/evil/miner:1", as: "mia" },
  { name: "requests", path: "/orgs/acme-labs/requests", dark: true, as: "oscar" },
  { name: "requests-none", path: "/orgs/acme/requests" },
  {
    name: "request-answer", path: "/orgs/acme-labs/requests", dark: true, as: "oscar",
    async first(page) {
      await page.getByRole("link", { name: "Answer the request for ghcr.io/acme-tools/scanner" }).click();
      await page.getByRole("heading", { name: "Approve" }).waitFor();
    },
  },
  {
    name: "request-answer-wrong", path: "/orgs/acme-labs/requests", as: "oscar",
    async first(page) {
      await page.getByRole("link", { name: "Answer the request for ghcr.io/acme-tools/scanner" }).click();
      await page.getByLabel("Last day").fill("2020-01-01");
      await page.getByRole("button", { name: "Approve" }).click();
      await page.locator(".fault").waitFor();
    },
  },
  { name: "exceptions", path: "/orgs/acme-labs/requests/exceptions", as: "oscar" },
  {
    name: "exception-ending", path: "/orgs/acme-labs/requests/exceptions", as: "oscar",
    async first(page) {
      await page.locator("summary", { hasText: "End now" }).first().click();
    },
  },
  { name: "exceptions-none", path: "/orgs/acme-labs/requests/exceptions?search=nothing", as: "oscar" },
  { name: "exception-new", path: "/orgs/acme-labs/requests/exceptions/new?image=grafana/k6", as: "oscar" },
  { name: "exceptions-of-a-member", path: "/orgs/acme-labs/requests/exceptions", as: "mia" },
  { name: "request", path: "/request?image=docker.io/bitnami/redis", as: "mia", dark: true },
  { name: "request-again", path: "/request?image=evil/miner", as: "mia" },
  { name: "request-not-needed", path: "/request?image=nginx:1.27", as: "mia" },
  { name: "request-wrong", path: "/request?image=Evil/Miner", as: "mia" },
  { name: "request-of-nobody", path: "/request?image=evil/miner", as: "sam" },
  {
    name: "request-sent", path: "/request?image=evil/miner", as: "mia",
    async first(page) {
      await page.getByLabel("What you need it for").fill("malware analysis");
      await page.getByRole("button", { name: "Request access" }).click();
      await page.getByRole("heading", { name: "You have asked this already" }).waitFor();
    },
  },
  { name: "my-requests", path: "/requests", as: "mia" },
  { name: "my-requests-none", path: "/requests", as: "sam" },
  { name: "requests-of-a-member", path: "/orgs/acme-labs/requests", as: "mia" },
  {
    name: "request-of-a-member", path: "/orgs/acme-labs/requests", as: "mia",
    async first(page) {
      await page.getByRole("link", { name: "docker.io/grafana/k6", exact: true }).click();
      await page.getByRole("heading", { name: "What was asked" }).waitFor();
    },
  },
  { name: "device", path: "/device" },
  {
    name: "device-wrong", path: "/device?code=BCDF-GHJK",
    async first(page) {
      await page.getByRole("button", { name: "Continue" }).click();
      await page.locator(".fault").waitFor();
    },
  },
  {
    // A machine that waits, as `pullgate login --device` leaves one.
    name: "device-answer", path: "/device", dark: true,
    async first(page) {
      const begun = await page.request.post(new URL("/api/v1/device/authorization", page.url()).href, {
        headers: { "user-agent": "pullgate/0.1 (on mia's laptop)" },
      });
      if (!begun.ok()) throw new Error(`${begun.status()} ${await begun.text()}`);
      await page.getByLabel("Code").fill((await begun.json()).user_code);
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByRole("heading", { name: "Let this machine in?" }).waitFor();
    },
  },
  { name: "not-found", path: "/nothing" },
];
