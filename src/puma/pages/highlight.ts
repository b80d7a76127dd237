import highlighter from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import cpp from "highlight.js/lib/languages/cpp";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import go from "highlight.js/lib/languages/go";
import ini from "highlight.js/lib/languages/ini";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import php from "highlight.js/lib/languages/php";
import python from "highlight.js/lib/languages/python";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { raw } from "hono/html";
import { escapeText } from "./escape.ts";
import type { Html } from "./frame.ts";

/** Colours code of the languages that agents keep most. What the library returns is escaped by it. */
const languages = {
  bash,
  cpp,
  css,
  diff,
  go,
  ini,
  java,
  javascript,
  json,
  php,
  python,
  ruby,
  rust,
  sql,
  typescript,
  xml,
  yaml,
};
for (const [name, language] of Object.entries(languages)) {
  highlighter.registerLanguage(name, language);
}

/**
 * Code beyond these is shown plain. The library's work can grow with the square of what stands between
 * two breaks, so text made for that would take longer than a page may.
 */
const charactersMax = 20_000;
const tooLong = /[^\n]{301}|\n{21}/;

/** Code as HTML, coloured when its language is known. Any name may be asked for. */
export function highlighted(code: string, language: string): string {
  if (!highlighter.getLanguage(language)) return escapeText(code);
  if (code.length > charactersMax || tooLong.test(code)) return escapeText(code);
  return highlighter.highlight(code, { language, ignoreIllegals: true }).value;
}

export function codeBlock(code: string, language: string): Html {
  return raw(`<pre tabindex="0" class="wrap"><code>${highlighted(code, language)}</code></pre>`);
}
