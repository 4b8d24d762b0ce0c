// What stands around Pullgate in a story with a real client: Debian's
// docker-registry with an image in it, which plays Docker Hub's, a stand-in
// for Docker Hub's namespace API, and podman.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** A port that nobody listens on. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.on("listening", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

const digest = (bytes) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** An image FROM scratch with one file, whose label `holds` says what it is. */
function image(folder, holds) {
  mkdirSync(join(folder, "layer"));
  writeFileSync(join(folder, "layer", "image"), holds);
  const tar = execFileSync("tar", ["--mtime=@0", "--owner=0", "--group=0", "-c", "-f", "-", "image"], { cwd: join(folder, "layer") });
  const layer = gzipSync(tar);
  const config = Buffer.from(JSON.stringify({
    architecture: process.arch === "arm64" ? "arm64" : "amd64", os: "linux", created: "2026-01-01T00:00:00Z",
    config: { Labels: { holds } }, rootfs: { type: "layers", diff_ids: [digest(tar)] },
    history: [{ created: "2026-01-01T00:00:00Z", created_by: "pullgate-e2e" }],
  }));
  const of = (bytes, mediaType) => ({ mediaType, digest: digest(bytes), size: bytes.length });
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = JSON.stringify({
    schemaVersion: 2, mediaType, config: of(config, "application/vnd.oci.image.config.v1+json"),
    layers: [of(layer, "application/vnd.oci.image.layer.v1.tar+gzip")],
  });
  return { blobs: [layer, config], manifest, mediaType };
}

/** Debian's docker-registry. */
export class Registry {
  static async start() {
    const folder = mkdtempSync(join(tmpdir(), "pullgate-registry-"));
    const port = await freePort();
    const config = join(folder, "registry.yml");
    writeFileSync(config, `
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: ${join(folder, "data")}}}
http: {addr: '127.0.0.1:${port}'}
`);
    const registry = new Registry();
    const program = spawn("/usr/bin/docker-registry", ["serve", config], { stdio: "ignore" });
    Object.assign(registry, { folder, program, url: `http://127.0.0.1:${port}` });
    for (;;) {
      const answer = await fetch(`${registry.url}/v2/`).catch(() => undefined);
      if (answer?.ok) return registry;
      assert.equal(program.exitCode, null, "docker-registry runs");
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  /** Stores an image that is called like this. */
  async push(repository, tag) {
    const { blobs, manifest, mediaType } = image(mkdtempSync(join(this.folder, "image-")), `${repository}:${tag}`);
    for (const blob of blobs) {
      const begun = await fetch(`${this.url}/v2/${repository}/blobs/uploads/`, { method: "POST" });
      const place = new URL(begun.headers.get("location"), this.url);
      place.searchParams.set("digest", digest(blob));
      const kept = await fetch(place, { method: "PUT", body: blob, headers: { "content-type": "application/octet-stream" } });
      assert.equal(kept.status, 201);
    }
    const kept = await fetch(`${this.url}/v2/${repository}/manifests/${tag}`, {
      method: "PUT", body: manifest, headers: { "content-type": mediaType },
    });
    assert.equal(kept.status, 201);
  }

  async stop() {
    const ended = new Promise((done) => this.program.on("exit", done));
    this.program.kill("SIGKILL");
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Docker Hub's namespace API, in which nobody has a badge. */
export async function hubWithoutBadges() {
  const server = http.createServer((request, answer) => {
    const namespace = request.url.match(/^\/v2\/orgs\/([^/?]+)/)?.[1] ?? "";
    answer.setHeader("content-type", "application/json");
    answer.end(JSON.stringify({ orgname: namespace, full_name: "", badge: "", is_active: true, type: "Organization" }));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

/** podman, with storage and credentials of its own. */
export class Podman {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "pullgate-podman-"));
    writeFileSync(join(this.folder, "auth.json"), "{}");
    writeFileSync(join(this.folder, "registries.conf"), "");
  }

  /** Runs it. Not synchronously: what it asks for may be answered by this program. */
  async run(words, input = "") {
    const at = (name) => join(this.folder, name);
    const storage = ["--root", at("root"), "--runroot", at("run"), "--storage-driver=vfs", "--tmpdir", at("tmp"), "--cgroup-manager=cgroupfs"];
    const program = spawn("/usr/bin/podman", [...storage, ...words], {
      env: {
        PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: this.folder, XDG_RUNTIME_DIR: this.folder,
        REGISTRY_AUTH_FILE: at("auth.json"), CONTAINERS_REGISTRIES_CONF: at("registries.conf"),
      },
    });
    let said = "";
    program.stdout.on("data", (bytes) => { said += bytes; });
    program.stderr.on("data", (bytes) => { said += bytes; });
    program.stdin.end(input);
    const status = await new Promise((done, failed) => program.on("close", done).on("error", failed));
    return { ok: status === 0, said };
  }

  async signIn(gateway, name, secret) {
    const done = await this.run(["login", "--tls-verify=false", "--username", name, "--password-stdin", gateway], secret);
    assert.ok(done.ok, done.said);
  }

  pull(image) {
    return this.run(["pull", "--tls-verify=false", image]);
  }

  /** What an image that was pulled says it is. */
  async holds(image) {
    const done = await this.run(["image", "inspect", "--format", "{{index .Labels \"holds\"}}", image]);
    assert.ok(done.ok, done.said);
    return done.said.trim();
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
