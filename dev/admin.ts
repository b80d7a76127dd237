// `npm run admin -- …`: the operator's API from the command line. It adds nothing of its own: each
// command is one request, or as many as its work has steps; the answers are printed as JSON.

import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Answer, callAs } from "./call.ts";
import { readDemo } from "./demo.ts";
import { explain, failure } from "./failure.ts";

type Command = {
  words: string;
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** `{name}` takes an option of that name. */
  path: string;
  /** Options that go into the body, and how their text is read; `?` marks one that may be left out. */
  body?: Record<string, "text" | "number" | "limit" | "list" | "numbers" | "flag" | "json">;
  query?: string[];
  /** A field of the body in which an answer's `next` is sent, until there is none. */
  repeatedWith?: string;
  about: string;
};

const commands: readonly Command[] = [
  {
    words: "users list",
    method: "GET",
    path: "/users",
    query: ["limit", "starting_after"],
    about: "users and their teams, the newest thousand",
  },
  {
    words: "users create",
    method: "POST",
    path: "/users",
    body: { email: "text", name: "text" },
    about: "a user with a team of their own",
  },
  {
    words: "teams create",
    method: "POST",
    path: "/teams",
    body: { name: "text", member_user_ids: "numbers" },
    about: "a team; the first member owns it",
  },
  {
    words: "members add",
    method: "POST",
    path: "/teams/{team}/members",
    body: { user_id: "number", "role?": "text" },
    about: "a user into a team, as owner or member",
  },
  {
    words: "keys create",
    method: "POST",
    path: "/users/{user}/keys",
    body: { name: "text", permissions: "list", "controls?": "json" },
    about: "an API key, shown once",
  },
  { words: "keys list", method: "GET", path: "/users/{user}/keys", about: "a user's API keys" },
  { words: "keys revoke", method: "DELETE", path: "/keys/{id}", about: "an API key, at once" },
  { words: "servers list", method: "GET", path: "/servers", about: "database servers" },
  {
    words: "servers add",
    method: "POST",
    path: "/servers",
    body: {
      name: "text",
      engine: "text",
      region: "text",
      host: "text",
      port: "number",
      admin_user: "text",
      admin_password: "text",
      "transport?": "text",
      "advertised_host?": "text",
      "tls?": "flag",
      "max_databases?": "limit",
      "max_connections?": "limit",
      "max_bytes?": "limit",
    },
    about: "register a database server",
  },
  {
    words: "servers update",
    method: "PATCH",
    path: "/servers/{id}",
    body: {
      "host?": "text",
      "port?": "number",
      "admin_user?": "text",
      "admin_password?": "text",
      "transport?": "text",
      "advertised_host?": "text",
      "tls?": "flag",
      "max_databases?": "limit",
      "max_connections?": "limit",
      "max_bytes?": "limit",
    },
    about: "change where a server is or how much it takes",
  },
  {
    words: "servers drain",
    method: "POST",
    path: "/servers/{id}/drain",
    about: "place nothing new on a server",
  },
  {
    words: "servers activate",
    method: "POST",
    path: "/servers/{id}/activate",
    about: "place databases on it again",
  },
  { words: "pool", method: "GET", path: "/pool", about: "pools: full, wanted, hit, missed" },
  {
    words: "jobs list",
    method: "GET",
    path: "/jobs",
    query: ["state"],
    about: "operations, newest first",
  },
  {
    words: "jobs retry",
    method: "POST",
    path: "/jobs/{id}/retry",
    about: "run a waiting or given-up one now: an operation's uuid, an application's number",
  },
  {
    words: "databases rebuild",
    method: "POST",
    path: "/databases/{uuid}/rebuild",
    about: "make one anew, empty, that its server lacks",
  },
  {
    words: "orphans",
    method: "GET",
    path: "/orphans",
    about: "differences between servers and rows",
  },
  {
    words: "dead-letters",
    method: "GET",
    path: "/dead_letters",
    about: "operations, applications and queue messages that were given up",
  },
  {
    words: "sealing-keys",
    method: "GET",
    path: "/sealing_keys",
    about: "keys that seal secrets, and how much each has sealed",
  },
  {
    words: "reseal",
    method: "POST",
    path: "/sealing_keys/reseal",
    body: {},
    repeatedWith: "starting_after",
    about: "seal all secrets with the newest of SEALING_KEYS, step by step",
  },
  { words: "sweep", method: "POST", path: "/sweep", about: "do the scheduled work now" },
];

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

function readValue(name: string, kind: string, text: string): unknown {
  switch (kind) {
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
      try {
        return JSON.parse(text);
      } catch {
        throw failure(`--${name} must be JSON, for example '{"requests_per_minute":60}'`);
      }
    default:
      return text;
  }
}

function target(): { origin: string; token: string } {
  const demo = readDemo(join(import.meta.dirname, "..", ".data", "demo.json"));
  const origin = process.env.POLYPUMA_URL ?? demo?.url;
  const token = process.env.ADMIN_TOKEN ?? demo?.adminToken;
  if (origin && token) return { origin, token };
  throw failure("No Worker to talk to: run npm start, or set POLYPUMA_URL and ADMIN_TOKEN");
}

async function run(words: string[]): Promise<Answer> {
  const command = commands.find((each) => {
    const wanted = each.words.split(" ");
    return wanted.every((word, index) => words[index] === word);
  });
  if (!command) throw failure(`There is no such command.\n\n${usage()}`);
  const options = optionsOf(command);
  const { values } = parseArgs({
    args: words.slice(command.words.split(" ").length),
    options: Object.fromEntries(options.map(({ name }) => [name, { type: "string" as const }])),
  });
  for (const { name, isRequired } of options) {
    if (isRequired && values[name] === undefined) throw failure(`--${name} is missing`);
  }
  const path = command.path.replace(/\{(\w+)\}/g, (_, name) =>
    encodeURIComponent(String(values[name])),
  );
  const query = new URLSearchParams();
  for (const name of command.query ?? []) {
    const value = values[name];
    if (typeof value === "string") query.set(name, value);
  }
  const body = Object.entries(command.body ?? {}).flatMap(([field, kind]) => {
    const name = field.replace("?", "");
    const text = values[name];
    return typeof text === "string" ? [[name, readValue(name, kind, text)]] : [];
  });
  const { origin, token } = target();
  const call = callAs(origin, token);
  const search = query.size > 0 ? `?${query}` : "";
  const ask = (fields: [string, unknown][]) =>
    call(
      command.method,
      `/admin/v1${path}${search}`,
      command.body ? Object.fromEntries(fields) : undefined,
    );
  let answer = await ask(body as [string, unknown][]);
  for (let next = nextOf(answer); command.repeatedWith && next; next = nextOf(answer)) {
    console.log(JSON.stringify(answer.body, null, 2));
    answer = await ask([[command.repeatedWith, next]]);
  }
  return answer;
}

/** Where an answer says that the next step begins; `null` after the last, or a failure. */
function nextOf({ body }: Answer): string | null {
  const data: unknown = typeof body === "object" && body !== null && "data" in body && body.data;
  if (typeof data !== "object" || data === null || !("next" in data)) return null;
  return typeof data.next === "string" ? data.next : null;
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
