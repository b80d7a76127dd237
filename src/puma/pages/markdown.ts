import { raw } from "hono/html";
import MarkdownIt from "markdown-it";
import { escapeText } from "./escape.ts";
import type { Html } from "./frame.ts";
import { highlighted } from "./highlight.ts";

/**
 * Markdown of strangers as HTML. Raw HTML in it is text; a link leads to http, https or mailto or is no
 * link; pictures become links, because showing one would tell another server who reads here.
 */
const markdown = new MarkdownIt({ html: false, linkify: true, maxNesting: 40 });

const linkProtocols = new Set(["http:", "https:", "mailto:"]);

markdown.validateLink = (href) => {
  if (!URL.canParse(href)) return false;
  return linkProtocols.has(new URL(href).protocol);
};
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false });

const { rules } = markdown.renderer;

rules.link_open = (tokens, index, options, _env, renderer) => {
  tokens[index]?.attrSet("rel", "noopener noreferrer nofollow ugc");
  return renderer.renderToken(tokens, index, options);
};

rules.image = (tokens, index) => {
  const token = tokens[index];
  const source = escapeText(String(token?.attrGet("src") ?? ""));
  const name = escapeText(token?.content || "picture");
  return `<a href="${source}" rel="noopener noreferrer nofollow ugc">${name} (picture)</a>`;
};

rules.fence = (tokens, index) => {
  const token = tokens[index];
  return codeHtml(token?.content ?? "", /^\S+/.exec(token?.info.trim() ?? "")?.[0] ?? "");
};
rules.code_block = (tokens, index) => codeHtml(tokens[index]?.content ?? "", "");

/** A stranger's lines end where they were ended; our own texts are broken only to be read as source. */
rules.softbreak = (_tokens, _index, _options, writing) =>
  (writing as Writing).isFlowing ? "\n" : "<br>\n";

rules.table_open = () =>
  '<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>';
rules.table_close = () => "</table></div>";

/** The library aligns cells with a style attribute, which the pages' policy does not allow. */
const cell: NonNullable<typeof rules.td_open> = (tokens, index, options, _env, renderer) => {
  const token = tokens[index];
  const side = /^text-align:(left|center|right)$/.exec(String(token?.attrGet("style") ?? ""))?.[1];
  if (token) token.attrs = side ? [["class", side]] : [];
  return renderer.renderToken(tokens, index, options);
};
rules.th_open = cell;
rules.td_open = cell;

function codeHtml(code: string, language: string): string {
  return `<pre tabindex="0"><code>${highlighted(code, language.toLowerCase())}</code></pre>`;
}

type Writing = { isFlowing: boolean };

/** `isFlowing`: a line's end within a paragraph is a space. */
export function markdownHtml(text: string, isFlowing = false): Html {
  const writing: Writing = { isFlowing };
  return raw(markdown.render(text, writing));
}
