import { isLoopback } from "../../rules/loopback.ts";

/**
 * Whether a browser's page under this origin may call. Ours are the public address, and where the
 * request says it went to; but a page behind a rebound name chooses that, so it is believed only of
 * https, whose certificate proves the name, and of this machine.
 */
export function isOwnOrigin(origin: string, publicUrl: string, requestUrl: string): boolean {
  if (publicUrl !== "" && origin === new URL(publicUrl).origin) return true;
  const requested = new URL(requestUrl);
  if (origin !== requested.origin) return false;
  return requested.protocol === "https:" || isLoopback(requested.hostname);
}
