import { testSecrets } from "./worker.ts";

/**
 * Finds secrets in what Workers print. By shapes of its own, not by those that the product scrubs its
 * lines with: what slips through there is to be found here.
 */
const noLookAlikes = "A-HJ-NP-Za-km-z2-9";

const shapes: readonly [kind: string, shape: RegExp][] = [
  ["an API key", /(?:pk|puma)_live_[a-z0-9]{18}_[A-Za-z0-9]{8,}/],
  ["a signing secret", /whsec_[A-Za-z0-9+/]{16,}/],
  ["a connection string's password", /\b[a-z]+:\/\/[^\s:@/"']+:(?!…|\*)[^\s@/"']+@/],
  ["a sealed text", /v1\.[\w-]+\.[\w-]{16}\.[\w-]{20,}/],
  ["a password's verifier", /SCRAM-SHA-256\$\d+:/],
  ["a bearer token", /bearer +[\w.~+/-]{16,}/i],
  ["a link that signs in", /[0-9a-f]{40}\.[A-Za-z0-9]{40}/],
  ["a link to a page", /\/(?:view|download)\/[\w-]{40,}/],
  ["a token or code of OAuth", /[a-z0-9]{18}[.:][\w-]{16}[.:][\w-]{32}/],
  [
    "a password or the secret part of a token",
    new RegExp(
      `(?<![\\w-])(?=\\w*[a-z])(?=\\w*[A-Z])(?=\\w*\\d)(?:[${noLookAlikes}]{32}|[${noLookAlikes}]{40})(?![\\w-])`,
    ),
  ],
  ...Object.entries(testSecrets).map(([name, text]): [string, RegExp] => [
    name,
    new RegExp((text.split(":").at(-1) ?? text).replaceAll(/[^\w]/g, "\\$&")),
  ]),
];

/** On a developer's machine the log is where mail goes, and its links are meant to be followed. */
const developersMail = /Mail to \S+: [\s\S]*?without the link nobody gets in\./g;

export type Found = { kind: string; where: string };

/** The secrets in a text: what each is, and the words around it without itself. */
export function secretsIn(text: string): Found[] {
  const rest = text.replaceAll(developersMail, "");
  return shapes.flatMap(([kind, shape]) => {
    const found = shape.exec(rest);
    if (!found) return [];
    const before = rest.slice(Math.max(0, found.index - 80), found.index);
    const after = rest.slice(found.index + found[0].length).slice(0, 80);
    return [{ kind, where: `${before}…${after}`.replaceAll(/\s+/g, " ") }];
  });
}
