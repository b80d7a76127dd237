import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../support/build.ts";

/**
 * Who may import whom. Targets are paths below the root, or `package:` and a package's name. A type
 * leaves nothing behind at run time, so some rules and the rule of no cycles look at values alone;
 * where they do, they say so.
 */
type Import = { from: string; to: string; isType: boolean };
type Rule = {
  files: RegExp;
  because: string;
  /** All that they may import; everything else is a fault. */
  only?: RegExp[];
  /** What they may not import. */
  never?: RegExp[];
  /** Looks at values alone. */
  valuesOnly?: boolean;
};

const node = /^package:node:/;
const hono = /^package:(hono|@hono)/;
const drizzle = /^package:drizzle/;
const objects = /^durable-objects\//;
const drivers = /^package:(@neondatabase\/serverless|mysql2|pg|cloudflare:sockets)/;

/** Pure files: a decision, and nothing that acts. */
const pure =
  /\/(rules\/[\w-]+|scopes|plans|event-types|steps|failures|schedule|signature|outcome|limits|script|template|variables|pattern|findings|guard|grant)\.ts$/;
const contracts = /\/(contract|schemas)\.ts$/;
const stores = /\/([\w-]+-)?(store|rows)\.ts$/;

const rules: Rule[] = [
  {
    files: /^src\/lib\//,
    because: "lib is a leaf",
    only: [/^src\/lib\//, node],
  },
  {
    files: /^src\/http\//,
    because: "HTTP is what both APIs share, and knows neither",
    only: [/^src\/(http|lib)\//, /^package:(hono|zod)$/, node],
  },
  {
    files: /^src\/db\//,
    because: "the store's client knows the store alone",
    only: [/^src\/(db|lib)\//, drizzle, drivers, node],
  },
  {
    files: /^src\/fleet\//,
    because: "a server of customers knows nothing of the APIs",
    only: [/^src\/(fleet|lib)\//, drivers, node],
  },
  {
    files: contracts,
    because: "a contract is read, never run",
    only: [
      /^src\/http\/(declare|query-integer)\.ts$/,
      contracts,
      pure,
      /^src\/lib\//,
      /^package:zod$/,
    ],
  },
  {
    files: pure,
    because: "a pure file decides and does not act",
    only: [pure, /^src\/lib\//, /^src\/fleet\/identifiers\.ts$/, /^package:(zod|node:crypto)$/],
    valuesOnly: true,
  },
  {
    files: pure,
    because: "a pure file does not know what acts, not by its types either",
    never: [hono, drizzle, objects, /\/(routes|service)\.ts$/, /^src\/(deps|env|db)/],
  },
  {
    files: stores,
    because: "a store knows the store and what it keeps",
    never: [
      hono,
      objects,
      /^src\/(http|env|deps|admin\/(?!store))/,
      /\/(routes|service|view)\.ts$/,
    ],
    valuesOnly: true,
  },
  {
    files: /\/view\.ts$/,
    because: "a view turns a row into the wire form, without clock and without I/O",
    never: [hono, drizzle, /^src\/(db|env|deps|sweep)/, /\/(routes|service)\.ts$/, /lib\/clock/],
  },
  {
    files: /\/view\.ts$/,
    because: "a view calls no store",
    never: [stores],
    valuesOnly: true,
  },
  {
    files: /\/service\.ts$/,
    because: "a verb is given what it works with, and knows neither HTTP nor SQL",
    never: [hono, drizzle, /^src\/http\//, /^src\/(env|deps|index)/, /\/(routes|view)\.ts$/],
  },
  {
    files: /\/routes\.ts$/,
    because: "a route adapts: valid input in, one verb, one response",
    never: [drizzle, /^src\/(db|fleet|env|deps)/, objects],
    valuesOnly: true,
  },
  {
    files: /^src\/polykomos\//,
    because: "the APIs do not know each other, nor who mounts them",
    never: [/^src\/(puma|admin)\//, /^src\/[\w-]+\.ts$/, /^queues\//],
  },
  {
    files: /^src\/puma\//,
    because: "the APIs do not know each other, nor who mounts them",
    never: [/^src\/(polykomos|admin|db|fleet)\//, /^src\/[\w-]+\.ts$/, /^queues\//],
  },
  {
    files: /^src\/console\//,
    because: "the console does what the API does: it asks operations, and calls no verb past them",
    never: [
      /^src\/polykomos\/.*\/([\w-]+-)?(service|store)\.ts$/,
      /^src\/(admin\/(?!(contract|routes)\.ts$)|fleet|deps|env)/,
    ],
    valuesOnly: true,
  },
  {
    files: /^src\/(?!(console|site)\/|(app|deps|sweep)\.ts$)/,
    because:
      "the console stands on top: nobody else knows it, but for the looks that the site shares",
    never: [/^src\/console\//],
  },
  {
    files: objects,
    because: "an object is its own world: its storage, lib and pure rules",
    only: [
      objects,
      /^src\/lib\//,
      /^src\/puma\/limits\.ts$/,
      /^src\/puma\/.*rules\//,
      /^package:cloudflare:workers$/,
      node,
    ],
  },
  {
    files: /^queues\//,
    because: "a job hands an id to a verb",
    only: [/^queues\//, /^src\/lib\//, /^src\/polykomos\/([\w-]+\/)+[\w-]+\.ts$/, /^package:zod$/],
  },
  {
    files: /^queues\//,
    because: "a job goes through a verb, not past it",
    never: [stores, /\/(routes|view|contract)\.ts$/],
  },
  {
    files: /^src\/(?!index\.ts$)/,
    because: "objects are reached by RPC; only the entry exports their classes",
    never: [objects],
    valuesOnly: true,
  },
  {
    files: /^src\/(?!(deps|index|app)\.ts$)/,
    because: "one file turns bindings into ports, and nobody reaches around it",
    never: [/^src\/(deps|index)\.ts$/, /^package:cloudflare:workers$/],
  },
  {
    files: /^src\/(?!(fleet\/|db\/|deps\.ts$))/,
    because: "drivers stand behind the ports of store and fleet",
    never: [drivers],
  },
  {
    files: /^src\/(?!db\/|.*([\w-]+-)?(store|rows)\.ts$)/,
    because: "SQL stands in stores",
    never: [drizzle],
  },
];

/** Departures from the rules, each with its reason; one that is no longer needed is a fault too. */
const departures: [from: string, to: string, because: string][] = [
  [
    "src/polykomos/operations/routes.ts",
    "src/polykomos/operations/store.ts",
    "two plain reads need no verbs",
  ],
  [
    "src/polykomos/events.ts",
    "package:drizzle-orm",
    "the part of a statement that tells of a change",
  ],
  ["src/health.ts", "package:drizzle-orm", "one statement that asks whether the store is there"],
  ["durable-objects/puma-mailbox.ts", "src/puma/mail/mail.ts", "the mailbox sends its mail itself"],
  [
    "durable-objects/puma-mailbox.ts",
    "src/puma/mail/mailer.ts",
    "the mailbox sends its mail itself",
  ],
];

/** What one sits down to read in one go. */
const linesMax = 320;

const folders = ["src", "durable-objects", "queues"];

const files = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `${folder}/${name}`),
);

/** `import type …`, or braces with nothing but types in them. */
function isTypeOnly(keyword: string | undefined, clause: string): boolean {
  if (keyword) return true;
  const names = /^\{([^}]*)\}$/
    .exec(clause.trim())?.[1]
    ?.split(",")
    .filter((each) => each.trim());
  return names?.every((each) => each.trim().startsWith("type ")) ?? false;
}

const importPattern =
  /^(?:import|export)\s+(type\s+)?([^"';]*?)\s*from\s*"([^"]+)"|^import\s+"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;

function importsOf(from: string): Import[] {
  const text = readFileSync(join(root, from), "utf8");
  return [...text.matchAll(importPattern)].map(([, keyword, clause, named, bare, dynamic]) => {
    const target = named ?? bare ?? dynamic ?? "";
    const to = target.startsWith(".")
      ? normalize(join(dirname(from), target))
      : `package:${target.startsWith("node:") ? target : packageOf(target)}`;
    return { from, to, isType: isTypeOnly(keyword, clause ?? "") };
  });
}

/** `drizzle-orm/pg-core` is of `drizzle-orm`. */
function packageOf(target: string): string {
  return target.startsWith("@")
    ? target.split("/").slice(0, 2).join("/")
    : (target.split("/")[0] ?? "");
}

const imports = files.flatMap(importsOf);

function isAgainst(rule: Rule, { from, to, isType }: Import): boolean {
  if (!rule.files.test(from) || (rule.valuesOnly && isType)) return false;
  if (rule.only && !rule.only.some((each) => each.test(to))) return true;
  return rule.never?.some((each) => each.test(to)) ?? false;
}

function departs({ from, to }: Import): boolean {
  return departures.some(([file, target]) => file === from && target === to);
}

test("the tree is read: there are files, and imports among them", () => {
  expect(files.length).toBeGreaterThan(80);
  expect(imports.length).toBeGreaterThan(files.length);
  const unknown = imports.filter(({ to }) => !to.startsWith("package:") && !files.includes(to));
  expect(unknown.filter(({ to }) => /\.tsx?$/.test(to))).toEqual([]);
});

describe("imports", () => {
  test.each(rules.map((rule) => [String(rule.files), rule.because, rule] as const))(
    "of %s: %s",
    (_, __, rule) => {
      const faults = imports
        .filter((each) => isAgainst(rule, each) && !departs(each))
        .map(({ from, to, isType }) => `${from} imports ${isType ? "a type of " : ""}${to}`);
      expect(faults).toEqual([]);
      expect(files.some((each) => rule.files.test(each))).toBe(true);
    },
  );

  test("go no way past another resource's service to its store", () => {
    const faults = imports.filter(({ from, to, isType }) => {
      const [mine, theirs] = [dirname(from), dirname(to)];
      const isService = /\/(service|routes)\.ts$/.test(from);
      const isStore = /\/([\w-]+-)?store\.ts$/.test(to) && !/^src\/\w+\/[\w-]+\.ts$/.test(to);
      return isService && isStore && mine !== theirs && !isType;
    });
    expect(faults.filter((each) => !departs(each))).toEqual([]);
  });

  test("depart from the rules only where it is written down, and still needed", () => {
    const unneeded = departures.filter(
      ([from, to]) => !imports.some((each) => each.from === from && each.to === to),
    );
    expect(unneeded).toEqual([]);
  });
});

/** A ring of files that import each other, or `null`. */
function cycleAmong(edges: readonly Import[]): string[] | null {
  const targets = Map.groupBy(edges, (each) => each.from);
  const done = new Set<string>();
  function visit(file: string, trail: readonly string[]): string[] | null {
    const at = trail.indexOf(file);
    if (at >= 0) return [...trail.slice(at), file];
    if (done.has(file)) return null;
    for (const { to } of targets.get(file) ?? []) {
      const found = visit(to, [...trail, file]);
      if (found) return found;
    }
    done.add(file);
    return null;
  }
  for (const file of targets.keys()) {
    const found = visit(file, []);
    if (found) return found;
  }
  return null;
}

test("no file needs itself to run: values are imported without a cycle", () => {
  expect(cycleAmong(imports.filter((each) => !each.isType))).toBeNull();
});

test("a file is read in one go: none is much longer than three hundred lines", () => {
  expect(files.filter((file) => linesOf(file) > linesMax)).toEqual([]);
});

function linesOf(file: string): number {
  return readFileSync(join(root, file), "utf8").split("\n").length - 1;
}
