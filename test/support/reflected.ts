import { scriptMark } from "./naughty-strings.ts";

/**
 * Whether a page would run what one of the naughty strings says: markup with the mark in it, or an
 * address that is a script. What stands within a quoted attribute or is escaped is text.
 */
export function runsScript(page: string): boolean {
  if (quotedScriptAddress.test(page) || inScript.test(page)) return true;
  const tags = page.replaceAll(/=\s*"[^"]*"/g, "=q").replaceAll(/=\s*'[^']*'/g, "=q");
  return bareScriptAddress.test(tags) || inTag.test(tags);
}

const quotedScriptAddress = /\s(href|src|action|formaction|srcdoc)\s*=\s*["']\s*(\w*script|data):/i;
const bareScriptAddress = /<[^<>]*\s(href|src|action|formaction)\s*=\s*(\w*script|data):/i;
const inTag = new RegExp(`<[^<>]*${scriptMark}`, "i");
/** Between the tags of a script. */
const inScript = new RegExp(`<script[^>]*>(?:(?!</script)[^])*${scriptMark}`, "i");
