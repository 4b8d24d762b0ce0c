// A Pullgate of its own for a test file: the real program, on an empty folder.

import { spawn, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { freePort } from "./registry.mjs";

const PROGRAM = process.env.PULLGATE_BIN;
if (!PROGRAM) {
  throw new Error("PULLGATE_BIN does not name the program; run the tests with: cargo xtask browser");
}

/** What everybody's password is. */
export const password = (name) => `a long passphrase of ${name}`;

export class Pullgate {
  /**
   * Starts one that nobody has set up. Its gateway's address is a fixed one, so that pages are the same each time,
   * unless a client is to pull through it: then `gateway` is its port and `control` the console's, `upstream` is what it takes for
   * Docker Hub's registry, and `hub` for its namespace API.
   */
  static async start({ gateway, control, upstream, hub } = {}) {
    control ??= await freePort();
    const address = gateway ? `127.0.0.1:${gateway}` : "registry.acme.example";
    const folder = mkdtempSync(join(tmpdir(), "pullgate-browser-"));
    const config = join(folder, "pullgate.toml");
    writeFileSync(config, `
      data = "${join(folder, "data")}"
      public_url = "http://127.0.0.1:${control}"
      [gateway]
      listen = "127.0.0.1:${gateway ?? 0}"
      public_url = "${gateway ? "http" : "https"}://${address}"
      [control]
      listen = "127.0.0.1:${control}"
      [operations]
      listen = "127.0.0.1:0"
      [hub]
      url = "${hub ?? "http://127.0.0.1:9"}"
      [[upstreams]]
      registry = "docker.io"
      url = "${upstream ?? "http://127.0.0.1:9"}"
      [[upstreams]]
      registry = "ghcr.io"
      url = "http://127.0.0.1:9"
    `);
    const process = spawn(PROGRAM, ["--config", config, "serve"], { stdio: ["ignore", "pipe", "pipe"] });
    const pullgate = new Pullgate();
    Object.assign(pullgate, { folder, config, process, log: "", address });
    await new Promise((ready, failed) => {
      const read = (bytes) => {
        pullgate.log += bytes;
        const link = pullgate.log.match(/(http:\/\/\S+)\/setup\?key=(\S+)/);
        if (!link) return;
        [, pullgate.base, pullgate.key] = link;
        [, pullgate.gateway] = pullgate.log.match(/gateway="?(http:\/\/[^\s"]+)/);
        ready();
      };
      process.stdout.on("data", read);
      process.stderr.on("data", read);
      process.on("exit", (code) => failed(new Error(`pullgate ended (${code}):\n${pullgate.log}`)));
    });
    return pullgate;
  }

  /** Runs a command on it, and returns what it printed. */
  command(...words) {
    return execFileSync(PROGRAM, ["--config", this.config, ...words], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  }

  /** Makes an account. */
  person(name) {
    execFileSync(PROGRAM, ["--config", this.config, "user", "create", name, "--email", `${name}@acme.example`, "--password-stdin"],
      { input: `${password(name)}\n`, stdio: ["pipe", "pipe", "pipe"] });
  }

  /** acme, which olivia owns and mia is a member of; olivia is a member of acme-labs, too; sam belongs to nothing. */
  people() {
    for (const name of ["olivia", "oscar", "mia", "sam"]) this.person(name);
    this.command("org", "create", "acme", "--owner", "olivia", "--display-name", "Acme Robotics");
    this.command("org", "create", "acme-labs", "--owner", "oscar", "--display-name", "Acme Labs");
    this.command("member", "add", "acme", "mia");
    this.command("member", "add", "acme-labs", "olivia");
  }

  /** acme's policy, before it is switched on: namespaces, an allowlist, registries. */
  policy() {
    this.command("namespace", "add", "acme", "docker.io/acme/**");
    this.command("namespace", "add", "acme", "ghcr.io/acme/**");
    this.command("policy", "allow", "acme", "docker.io/bitnami/postgresql", "--note", "Database of the shop");
    this.command("policy", "allow", "acme", "docker.io/library/nginx", "ghcr.io/somebody/**");
    this.command("policy", "registry", "add", "acme", "ghcr.io");
    this.command("policy", "trust", "acme", "ghcr.io/kedacore/**");
    this.command("policy", "set", "acme", "--sponsored-oss", "allowed");
    this.command("policy", "set", "acme", "--sponsored-oss", "restricted");
    this.command("user", "set", "oscar", "--site-administrator", "on");
  }

  /** Asks for an image as somebody's container client would. No registry is there to have it: what counts is what is decided. */
  async asks(name, image, client = "docker/27.3.1") {
    const basic = Buffer.from(`${name}:${password(name)}`).toString("base64");
    const scope = encodeURIComponent(`repository:${image}:pull`);
    const granted = await fetch(`${this.gateway}/token?service=registry.acme.example&scope=${scope}`, { headers: { authorization: `Basic ${basic}`, "user-agent": client } });
    const { token } = await granted.json();
    const answer = await fetch(`${this.gateway}/v2/${image}/manifests/latest`, { headers: { authorization: `Bearer ${token}`, "user-agent": client } });
    return answer.status;
  }

  /** What acme's people have asked for before anybody restricted anything. */
  async asked() {
    for (const image of ["library/nginx", "library/nginx", "library/python", "evil/miner", "ghcr.io/somebody/tool"]) {
      await this.asks("mia", image);
    }
    await this.asks("olivia", "library/nginx");
    // The log is written a moment after the decisions.
    while (!/evil\/miner/.test(this.command("decisions", "acme"))) await new Promise((done) => { setTimeout(done, 100); });
  }

  /** What acme's people have made: a team, an invite and a token; and pulls that were denied for a while. */
  async furnish() {
    this.command("team", "create", "acme", "builders");
    this.command("team", "add", "acme", "builders", "mia");
    this.command("team", "allow", "acme", "builders", "bitnami/redis");
    this.command("token", "create", "--org", "acme", "--label", "ci");
    [, this.invite] = this.command("invite", "create", "acme", "ann@acme.example").match(/\/invite\/(\S+)/);
    this.command("policy", "set", "acme", "--iam", "on");
    await this.asks("mia", "evil/miner");
    await this.asks("mia", "someone/handy", "containerd/2.0.0");
    while (!this.command("decisions", "acme").includes("someone/handy")) await new Promise((done) => setTimeout(done, 100));
    this.command("policy", "set", "acme", "--iam", "off");
  }

  /** Has somebody ask for access, as the command line does. */
  async ask(name, image, reason) {
    const post = async (path, body, headers = {}) => {
      const answer = await fetch(this.base + path, {
        method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers },
      });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    };
    const { token } = await post("/v2/users/login", { username: name, password: password(name) });
    return post("/api/v1/requests", { image, reason }, { authorization: `Bearer ${token}` });
  }

  /** acme-labs, which oscar owns, restricts what is not official; mia, of its team data, asks for images, and some exceptions are there. */
  async requests() {
    this.command("member", "add", "acme-labs", "mia");
    this.command("policy", "set", "acme-labs", "--iam", "on");
    this.command("team", "create", "acme-labs", "data");
    this.command("team", "add", "acme-labs", "data", "mia");
    for (const [image, reason] of [
      ["grafana/k6:0.56", "Load test of the shop before the sales week, ticket 4711"],
      ["ghcr.io/acme-tools/scanner:2", "Scanning our images for known holes.\nThe security team asked for this one."],
      ["evil/miner", "malware analysis"],
    ]) await this.ask("mia", image, reason);
    for (const words of [
      ["grafana/grafana", "--until", "30d", "--team", "data", "--reason", "dashboards of the data team"],
      ["prom/prometheus", "--until", "7d", "--user", "mia", "--reason", "trying it out"],
      ["nats", "--until", "90d", "--reason", "until the message bus has moved"],
    ]) this.command("exception", "add", "acme-labs", ...words);
  }

  /** Ends it. */
  async stop() {
    this.process.removeAllListeners("exit");
    const ended = new Promise((done) => this.process.on("exit", done));
    this.process.kill("SIGKILL");
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
