import type { PumaDeps } from "./deps.ts";

/** Where people and clients find this API: the public address, or that of the request. No slash. */
export function publicOrigin(deps: Pick<PumaDeps, "settings">, requestUrl: string): string {
  const { PUBLIC_URL } = deps.settings;
  return PUBLIC_URL === "" ? new URL(requestUrl).origin : PUBLIC_URL.replace(/\/+$/, "");
}

/** The origins under which our own pages may stand. */
export function origins(deps: Pick<PumaDeps, "settings">, requestUrl: string): string[] {
  const own = publicOrigin(deps, requestUrl);
  return [...new Set([new URL(own).origin, new URL(requestUrl).origin])];
}
