// The demo user's keys and the fleet servers, made over the Worker's own API as an operator would.
// PostgreSQL comes last: the Worker calls itself ready once it has a server, and by then the demo
// file must be there, and all else.

import { scopes } from "../src/polykomos/scopes.ts";
import { type Call, callAs, findListed, must, textAt } from "./call.ts";
import { failure } from "./failure.ts";
import { readJsonObject, writePrivate } from "./private-file.ts";
import type { ServerLogin } from "./server.ts";

/** The content of `.data/demo.json`; `pumaKey` is null when no magic link was shown. */
export type Demo = {
  url: string;
  adminToken: string;
  polykomosKey: string;
  pumaKey: string | null;
};

const demoEmail = "demo@example.com";
const databasesMax = 200;

/** The demo file at `path`, or null when there is none that can be used. */
export function readDemo(path: string): Demo | null {
  const { url, admin_token, polykomos_key, puma_key } = readJsonObject(path) ?? {};
  if (typeof url !== "string" || typeof admin_token !== "string") return null;
  if (typeof polykomos_key !== "string") return null;
  const pumaKey = typeof puma_key === "string" ? puma_key : null;
  return { url, adminToken: admin_token, polykomosKey: polykomos_key, pumaKey };
}

/** Keeps the demo file, readable by its owner only. */
export function writeDemo(path: string, demo: Demo): void {
  const { url, adminToken: admin_token, polykomosKey: polykomos_key, pumaKey: puma_key } = demo;
  writePrivate(path, `${JSON.stringify({ url, admin_token, polykomos_key, puma_key }, null, 2)}\n`);
}

/** Sees to it that both demo keys work, keeps them at `path`, then registers the servers. */
export async function seed(
  path: string,
  url: string,
  adminToken: string,
  servers: { postgres: ServerLogin; mysql: ServerLogin | null },
): Promise<Demo> {
  const admin = callAs(url, adminToken);
  const kept = readDemo(path);
  const polykomosKey = await workingPolykomosKey(url, admin, kept?.polykomosKey ?? "");
  const pumaKey = await workingPumaKey(url, kept?.pumaKey ?? null);
  const demo = { url, adminToken, polykomosKey, pumaKey };
  writeDemo(path, demo);
  await registerServer(admin, "mysql", servers.mysql);
  await registerServer(admin, "postgres", servers.postgres);
  return demo;
}

async function workingPolykomosKey(url: string, admin: Call, kept: string): Promise<string> {
  if (kept !== "" && (await callAs(url, kept)("GET", "/api/v1/me")).status === 200) return kept;
  const userId = await demoUserId(admin);
  const wanted = { name: "demo", permissions: scopes };
  const made = await must(admin, "POST", `/admin/v1/users/${userId}/keys`, wanted);
  return textAt(made, "api_key");
}

async function demoUserId(admin: Call): Promise<string> {
  const isDemo = (user: Record<string, unknown>) => user.email === demoEmail;
  const known = await findListed(admin, "/admin/v1/users", isDemo);
  if (known !== null) return textAt(known, "id");
  const user = { email: demoEmail, name: "Demo" };
  return textAt(await must(admin, "POST", "/admin/v1/users", user), "data", "id");
}

async function workingPumaKey(url: string, kept: string | null): Promise<string | null> {
  if (kept !== null && (await callAs(url, kept)("GET", "/v1/_tables")).status === 200) return kept;
  const visitor = callAs(url, "");
  const asked = await visitor("POST", "/auth/magic-link", { email: demoEmail });
  // Too many links were asked for within the hour; the next start tries again.
  if (asked.status === 429) return null;
  if (asked.status !== 200) throw failure(`POST /auth/magic-link answered ${asked.status}`);
  const { dev_magic_link: link } = asked.body;
  // Mailed instead: this start was told not to be one of development.
  if (typeof link !== "string") return null;
  const token = new URL(link).pathname.split("/").at(-1);
  return textAt(await must(visitor, "POST", "/auth/verify", { token }), "api_key");
}

/** A server that is not there any more takes nothing new. */
async function registerServer(
  admin: Call,
  engine: "postgres" | "mysql",
  server: ServerLogin | null,
): Promise<void> {
  const name = `local-${engine}`;
  const known = await findListed(admin, "/admin/v1/servers", (each) => each.name === name);
  if (known !== null) return await updateServer(admin, known, server);
  if (server === null) return;
  await must(admin, "POST", "/admin/v1/servers", {
    name,
    engine,
    region: "local",
    host: server.host,
    port: server.port,
    advertised_host: server.host,
    tls: false,
    admin_user: server.user,
    admin_password: server.password,
    max_databases: databasesMax,
  });
}

async function updateServer(
  admin: Call,
  known: Record<string, unknown>,
  server: ServerLogin | null,
): Promise<void> {
  const path = `/admin/v1/servers/${textAt(known, "id")}`;
  if (server === null) {
    await must(admin, "POST", `${path}/drain`);
    return;
  }
  if (known.port !== server.port) await must(admin, "PATCH", path, { port: server.port });
  if (known.state !== "active") await must(admin, "POST", `${path}/activate`);
}
