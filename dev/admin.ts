// `npm run admin -- …`: the operator's API from the command line. It adds nothing of its own: each
// command is one request, or as many as its work has steps; the answers are printed as JSON.

import { join } from "node:path";
import { type Command, commands, type Kind } from "./admin-commands.ts";
import { type Answer, callAs } from "./call.ts";
import { readDemo } from "./demo.ts";
import { explain, failure } from "./failure.ts";
import { isObject } from "./json-object.ts";
import { parseWords } from "./parse-words.ts";

function optionsOf(command: Command): { name: string; isRequired: boolean }[] {
  const inPath = [...command.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  return [
    ...inPath.map((name) => ({ name, isRequired: true })),
    ...Object.keys(command.body ?? {}).map((name) => ({
      name: name.replace("?", ""),
      isRequired: !name.endsWith("?"),
    })),
    ...(command.query ?? []).map((name) => ({ name, isRequired: false })),
  ];
}

function usage(): string {
  const lines = commands.map((command) => {
    const options = optionsOf(command).map(({ name, isRequired }) =>
      isRequired ? `--${name} …` : `[--${name} …]`,
    );
    return `  ${[command.words, ...options].join(" ")}\n      ${command.about}`;
  });
  return `npm run admin -- <command>\n\n${lines.join("\n")}\n
The Worker's address and token come from .data/demo.json (npm start writes it), or from the
environment: POLYPUMA_URL and ADMIN_TOKEN.`;
}

function readValue(name: string, kind: Kind, text: string): unknown {
  switch (kind) {
    case "text":
      return text;
    case "number":
      if (!/^\d+$/.test(text)) throw failure(`--${name} must be a whole number`);
      return Number(text);
    case "limit":
      return text === "none" ? null : readValue(name, "number", text);
    case "numbers":
      return text.split(",").map((part) => readValue(name, "number", part));
    case "list":
      return text.split(",");
    case "flag":
      if (text !== "true" && text !== "false") throw failure(`--${name} must be true or false`);
      return text === "true";
    case "json":
      return readJson(name, text);
  }
}

function readJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw failure(`--${name} must be JSON, for example '{"requests_per_minute":60}'`);
  }
}

function target(): { origin: string; token: string } {
  const demo = readDemo(join(import.meta.dirname, "..", ".data", "demo.json"));
  const origin = process.env.POLYPUMA_URL ?? demo?.url;
  const token = process.env.ADMIN_TOKEN ?? demo?.adminToken;
  if (origin && token) return { origin, token };
  throw failure("No Worker to talk to: run npm start, or set POLYPUMA_URL and ADMIN_TOKEN");
}

function chosen(words: readonly string[]): Command {
  const command = commands.find((each) =>
    each.words.split(" ").every((word, index) => words[index] === word),
  );
  if (!command) throw failure(`There is no such command.\n\n${usage()}`);
  return command;
}

/** The options of a command as they were given; a failure about one that is missing or unknown. */
function readOptions(command: Command, words: readonly string[]): ReadonlyMap<string, string> {
  const options = optionsOf(command);
  const { values } = parseWords(
    {
      args: words.slice(command.words.split(" ").length),
      options: Object.fromEntries(options.map(({ name }) => [name, { type: "string" as const }])),
    },
    "All commands and their options: npm run admin -- --help",
  );
  const given = Object.entries(values).filter(([, value]) => typeof value === "string");
  const texts = new Map(given.map(([name, value]) => [name, String(value)]));
  for (const { name, isRequired } of options) {
    if (isRequired && !texts.has(name)) throw failure(`--${name} is missing`);
  }
  return texts;
}

function bodyOf({ body = {} }: Command, texts: ReadonlyMap<string, string>) {
  const fields = Object.entries(body).flatMap(([field, kind]) => {
    const name = field.replace("?", "");
    const text = texts.get(name);
    return text === undefined ? [] : [[name, readValue(name, kind, text)] as const];
  });
  return Object.fromEntries(fields);
}

function pathOf({ path, query = [] }: Command, texts: ReadonlyMap<string, string>): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(texts.get(name) ?? ""));
  const pairs = query.flatMap((name) => {
    const text = texts.get(name);
    return text === undefined ? [] : [[name, text]];
  });
  return `/admin/v1${filled}${pairs.length > 0 ? `?${new URLSearchParams(pairs)}` : ""}`;
}

/** Runs a command and gives its last answer; those of the steps before are printed. */
async function run(words: readonly string[]): Promise<Answer> {
  const command = chosen(words);
  const texts = readOptions(command, words);
  const { origin, token } = target();
  const call = callAs(origin, token);
  const path = pathOf(command, texts);
  const ask = (fields: Record<string, unknown>) =>
    call(command.method, path, command.body && fields);
  let answer = await ask(bodyOf(command, texts));
  for (let next = nextOf(answer); command.repeatedWith && next; next = nextOf(answer)) {
    console.log(JSON.stringify(answer.body, null, 2));
    answer = await ask({ [command.repeatedWith]: next });
  }
  return answer;
}

/** Where an answer says that the next step begins; `null` after the last, or a failure. */
function nextOf({ body }: Answer): string | null {
  const next = isObject(body.data) ? body.data.next : null;
  return typeof next === "string" ? next : null;
}

const words = process.argv.slice(2);
if (words.length === 0 || words.includes("--help")) {
  console.log(usage());
} else {
  try {
    const answer = await run(words);
    console.log(JSON.stringify(answer.body, null, 2));
    process.exitCode = answer.status < 400 ? 0 : 1;
  } catch (error) {
    console.error(explain(error));
    process.exitCode = 1;
  }
}
