import type { Finding } from "./finding.ts";

/** Whether a log holds a secret: one that somebody was given, or what has the shape of one. Pure. */
const shapes: readonly [name: string, shape: RegExp][] = [
  ["an API key", /\b(?:pk_live|puma_live)_[0-9a-z]+_[A-Za-z0-9]{16,}/],
  ["a signing secret", /\bwhsec_[A-Za-z0-9+/=]{16,}/],
  ["a connection string", /\b(?:postgres(?:ql)?|mysql):\/\/[^:@/\s"]+:(?!…|\*\*\*)[^@\s"]+@/],
  ["a password verifier", /SCRAM-SHA-256\$\d/],
  ["a bearer token", /\bBearer [A-Za-z0-9._~+/-]{16,}/i],
];

/** Shorter ones stand in many a word. */
const secretCharactersMin = 12;

/** `secrets` by what they are; a line is told of by its number, never by its text. */
export function auditLog(
  lines: readonly string[],
  secrets: ReadonlyMap<string, string>,
): Finding[] {
  const known = [...secrets].filter(([secret]) => secret.length >= secretCharactersMin);
  const text = lines.join("\n");
  const findings: Finding[] = [];
  const report = (what: string, at: number) => {
    const line = text.slice(0, at).split("\n").length;
    findings.push({ kind: "secret in the log", what: `${what} in line ${line}` });
  };
  for (const [secret, what] of known) {
    const at = text.indexOf(secret);
    if (at >= 0) report(what, at);
  }
  for (const [name, shape] of shapes) {
    const at = text.search(shape);
    if (at >= 0) report(`what looks like ${name}`, at);
  }
  return findings;
}

/** The password in a connection string. */
export function passwordOf(connectionString: string): string {
  return decodeURIComponent(new URL(connectionString).password);
}
