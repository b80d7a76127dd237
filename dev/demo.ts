// The demo user's keys and the first fleet server, made over the Worker's own API as an operator
// would. The server comes last: the Worker calls itself ready once it has one, and by then the
// demo file must be there.

import { type Call, callAs, findListed, must, textAt } from "./call.ts";
import { failure } from "./failure.ts";
import type { RunningPostgres } from "./postgres.ts";
import { readJsonObject, writePrivate } from "./private-file.ts";

/** The content of `.data/demo.json`; `pumaKey` is null while there is no pumaDB to give one. */
export type Demo = {
  url: string;
  adminToken: string;
  polykomosKey: string;
  pumaKey: string | null;
};

const DEMO_EMAIL = "demo@example.com";
const SERVER_NAME = "local-postgres";
const DATABASES_MAX = 200;
const CONNECTIONS_MAX = 250;

const everyScope = [
  "databases:read",
  "databases:write",
  "blueprints:read",
  "blueprints:write",
  "webhooks:read",
  "webhooks:write",
  "queries:write",
  "queries:read",
  "keys:write",
];

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

/** Sees to it that both demo keys work, keeps them at `path`, then registers the server. */
export async function seed(
  path: string,
  url: string,
  adminToken: string,
  postgres: RunningPostgres,
): Promise<Demo> {
  const admin = callAs(url, adminToken);
  const kept = readDemo(path);
  const polykomosKey = await workingPolykomosKey(url, admin, kept?.polykomosKey ?? "");
  const pumaKey = await workingPumaKey(url, kept?.pumaKey ?? null);
  const demo = { url, adminToken, polykomosKey, pumaKey };
  writeDemo(path, demo);
  await registerServer(admin, postgres);
  return demo;
}

async function workingPolykomosKey(url: string, admin: Call, kept: string): Promise<string> {
  if (kept !== "" && (await callAs(url, kept)("GET", "/api/v1/me")).status === 200) return kept;
  const userId = await demoUserId(admin);
  const wanted = { name: "demo", permissions: everyScope };
  const made = await must(admin, "POST", `/admin/v1/users/${userId}/keys`, wanted);
  return textAt(made, "api_key");
}

async function demoUserId(admin: Call): Promise<string> {
  const isDemo = (user: Record<string, unknown>) => user.email === DEMO_EMAIL;
  const known = await findListed(admin, "/admin/v1/users", isDemo);
  if (known !== null) return textAt(known, "id");
  const user = { email: DEMO_EMAIL, name: "Demo" };
  return textAt(await must(admin, "POST", "/admin/v1/users", user), "data", "id");
}

async function workingPumaKey(url: string, kept: string | null): Promise<string | null> {
  if (kept !== null && (await callAs(url, kept)("GET", "/v1/_tables")).status === 200) return kept;
  const visitor = callAs(url, "");
  const asked = await visitor("POST", "/auth/magic-link", { email: DEMO_EMAIL });
  // Too many links were asked for within the hour; the next start tries again.
  if (asked.status === 404 || asked.status === 429) return null;
  if (asked.status !== 200) throw failure(`POST /auth/magic-link answered ${asked.status}`);
  const link = new URL(textAt(asked.body, "dev_magic_link"));
  const token = link.searchParams.get("token") ?? link.pathname.split("/").at(-1) ?? "";
  return textAt(await must(visitor, "POST", "/auth/verify", { token }), "api_key");
}

async function registerServer(admin: Call, postgres: RunningPostgres): Promise<void> {
  const isLocal = (server: Record<string, unknown>) => server.name === SERVER_NAME;
  const login = {
    port: postgres.port,
    admin_user: postgres.user,
    admin_password: postgres.password,
  };
  const known = await findListed(admin, "/admin/v1/servers", isLocal);
  if (known === null) {
    await must(admin, "POST", "/admin/v1/servers", {
      name: SERVER_NAME,
      engine: "postgres",
      region: "local",
      transport: "neon",
      host: postgres.host,
      advertised_host: postgres.host,
      tls: false,
      max_databases: DATABASES_MAX,
      max_connections: CONNECTIONS_MAX,
      ...login,
    });
  } else if (known.port !== postgres.port) {
    const path = `/admin/v1/servers/${textAt(known, "id")}`;
    await must(admin, "PATCH", path, { port: postgres.port });
  }
}
