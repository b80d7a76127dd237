import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { experimental_readRawConfig, type Unstable_RawConfig } from "wrangler";
import type { Values } from "./values.ts";

/** What a deploy is made of, beside wrangler.toml; git ignores it. It holds no secret. */
export const configName = "wrangler.production.json";

export function readConfig(root: string): Unstable_RawConfig {
  return experimental_readRawConfig({ config: join(root, "wrangler.toml") }).rawConfig;
}

/** The hosts that the Worker is to answer on. */
function hostsOf({ vars }: Pick<Values, "vars">): string[] {
  const { PUBLIC_URL = "", POLYKOMOS_HOST = "" } = vars;
  const publicHost = URL.canParse(PUBLIC_URL) ? [new URL(PUBLIC_URL).hostname] : [];
  return [...new Set([...publicHost, ...(POLYKOMOS_HOST === "" ? [] : [POLYKOMOS_HOST])])];
}

/**
 * wrangler.toml with what only this deploy knows: account, namespace, hosts, variables, and the
 * bindings that a local run must not have because wrangler would ask for a login.
 */
export function productionConfig(base: Unstable_RawConfig, values: Values): Unstable_RawConfig {
  const { accountId, kvId, vars } = values;
  const hosts = hostsOf(values).filter((host) => !host.endsWith(".workers.dev"));
  return {
    ...base,
    ...(accountId === "" ? {} : { account_id: accountId }),
    workers_dev: hosts.length === 0,
    preview_urls: false,
    routes: hosts.map((pattern) => ({ pattern, custom_domain: true })),
    kv_namespaces: (base.kv_namespaces ?? []).map((each) => ({
      ...each,
      ...(kvId === "" ? {} : { id: kvId }),
    })),
    ...(vars.MAIL_TRANSPORT === "cloudflare" ? { send_email: [{ name: "MAIL" }] } : {}),
    ...(vars.NL2SQL_ENGINE === "workers-ai" ? { ai: { binding: "AI" } } : {}),
    observability: { enabled: true },
    vars: { ...base.vars, ...vars },
  };
}

/** Writes it beside wrangler.toml, so that paths in it mean the same. */
export function writeConfig(root: string, config: Unstable_RawConfig): string {
  const path = join(root, configName);
  writeFileSync(path, `${JSON.stringify(config, null, 2)}\n`);
  return path;
}
