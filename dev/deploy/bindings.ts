import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Unstable_RawConfig } from "wrangler";
import { type Finding, good, need } from "./findings.ts";

type Kind = "object" | "queue" | "kv" | "ai";
type Binding = { name: string; kind: Kind; isOptional: boolean };

const kinds: Record<string, Kind> = {
  DurableObjectNamespace: "object",
  Queue: "queue",
  KVNamespace: "kv",
  AiBinding: "ai",
};

/** The bindings that the code reads: the type `Bindings` of src/env.ts. */
function bindingsOf(envSource: string): Binding[] {
  const body = /^(?:export )?type Bindings = \{([\s\S]*?)^\};/m.exec(envSource)?.[1];
  if (body === undefined) throw new Error("src/env.ts has no type Bindings");
  return [...body.matchAll(/^ {2}([A-Z_]+)(\??): (\w+)/gm)].map(
    ([, name = "", mark, type = ""]) => {
      const kind = kinds[type];
      if (!kind) throw new Error(`dev/deploy/bindings.ts does not know bindings of type ${type}`);
      return { name, kind, isOptional: mark === "?" };
    },
  );
}

function declaredOf(config: Unstable_RawConfig): Map<string, Kind> {
  const objects = config.durable_objects?.bindings ?? [];
  return new Map<string, Kind>([
    ...objects.map(({ name }) => [name, "object"] as const),
    ...(config.queues?.producers ?? []).map(({ binding }) => [binding, "queue"] as const),
    ...(config.kv_namespaces ?? []).map(({ binding }) => [binding, "kv"] as const),
    ...(config.ai ? [[config.ai.binding, "ai"] as const] : []),
  ]);
}

/** Compares the config with what the code reads, exports and relies on. */
export function checkConfig(root: string, config: Unstable_RawConfig): Finding[] {
  const source = (path: string) => readFileSync(join(root, path), "utf8");
  const found = [
    ...checkBindings(bindingsOf(source("src/env.ts")), declaredOf(config)),
    ...checkObjects(source("src/index.ts"), config),
    ...checkQueues(config),
    ...checkRest(config),
  ];
  return found.length > 0 ? found : [good("wrangler.toml has all that the code reads")];
}

function checkBindings(read: readonly Binding[], declared: ReadonlyMap<string, Kind>): Finding[] {
  const missing = read
    .filter(({ name, kind, isOptional }) => {
      const has = declared.get(name);
      return has === undefined ? !isOptional : has !== kind;
    })
    .map(({ name, kind }) =>
      need(`the binding ${name} (${kind}) is not in wrangler.toml`, "declare it"),
    );
  const unread = [...declared.keys()]
    .filter((name) => !read.some((each) => each.name === name))
    .map((name) => need(`nothing reads the binding ${name}`, "take it out of wrangler.toml"));
  return [...missing, ...unread];
}

/** Each class is exported by the entry, and was introduced by a migration with SQLite storage. */
function checkObjects(entry: string, config: Unstable_RawConfig): Finding[] {
  const migrations = config.migrations ?? [];
  const withSqlite = migrations.flatMap((each) => each.new_sqlite_classes ?? []);
  const classes = (config.durable_objects?.bindings ?? []).map((each) => each.class_name ?? "");
  return classes.flatMap((name) => [
    ...(new RegExp(`export \\{[^}]*\\b${name}\\b`).test(entry)
      ? []
      : [need(`src/index.ts does not export ${name}`, "export the class")]),
    ...(withSqlite.includes(name)
      ? []
      : [
          need(
            `no migration introduces ${name}`,
            `add [[migrations]] with a new tag and new_sqlite_classes = ["${name}"]`,
          ),
        ]),
  ]);
}

/** Each queue that is written to is consumed, gives up into another, and that one is consumed too. */
function checkQueues(config: Unstable_RawConfig): Finding[] {
  const consumers = new Map((config.queues?.consumers ?? []).map((each) => [each.queue, each]));
  return (config.queues?.producers ?? []).flatMap(({ queue = "" }): Finding[] => {
    const consumer = consumers.get(queue);
    if (!consumer) return [need(`nothing consumes the queue ${queue}`, "add a consumer")];
    const dead = consumer.dead_letter_queue;
    if (!dead) return [need(`the queue ${queue} has no dead_letter_queue`, "name one")];
    return consumers.has(dead)
      ? []
      : [need(`nothing consumes the queue ${dead}`, "add a consumer")];
  });
}

function checkRest(config: Unstable_RawConfig): Finding[] {
  const flags = config.compatibility_flags ?? [];
  const crons = config.triggers?.crons ?? [];
  return [
    ...["nodejs_compat", "global_fetch_strictly_public", "queue_consumer_no_wait_for_wait_until"]
      .filter((flag) => !flags.includes(flag))
      .map((flag) => need(`the compatibility flag ${flag} is missing`, "put it back")),
    ...(crons.includes("* * * * *")
      ? []
      : [need("the cron is not once a minute", 'crons = ["* * * * *"]')]),
  ];
}
