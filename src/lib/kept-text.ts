import { scrub } from "./log.ts";

/**
 * Text of others as it may be kept and shown: without what looks like a secret, of at most `charsMax`
 * characters, and such as the store takes: no NUL, no half of a character.
 */
export function keptText(text: string, charsMax: number): string {
  return scrub(text).slice(0, charsMax).replaceAll("\0", "\ufffd").toWellFormed();
}

/** What an error says, as it may be kept and shown. */
export function errorText(error: unknown, charsMax: number): string {
  return keptText(error instanceof Error ? error.message : String(error), charsMax);
}
