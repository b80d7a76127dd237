import { consume } from "../queues/consume.ts";
import { type App, createApp } from "./app.ts";
import { createDeps, type Deps } from "./deps.ts";
import type { Env } from "./env.ts";
import { pause, secondMs } from "./lib/clock.ts";

export { AccountGate } from "../durable-objects/account-gate.ts";
export { PumaAccount } from "../durable-objects/puma-account.ts";
export { PumaMailbox } from "../durable-objects/puma-mailbox.ts";

type Built = { deps: Deps; app: App };

/** Built at the first event of an isolate; the environment never changes within one. */
const built = new WeakMap<Env, Built>();

function build(env: Env): Built {
  const known = built.get(env);
  if (known) return known;
  const deps = createDeps(env);
  const fresh = { deps, app: createApp(deps) };
  built.set(env, fresh);
  return fresh;
}

export default {
  fetch: (request, env, ctx) => build(env).app.fetch(request, env, ctx),

  queue: (batch, env) => consume(build(env).deps, batch),

  async scheduled(_controller, env) {
    const { deps } = build(env);
    try {
      await deps.sweep();
    } finally {
      // The cron cannot be more frequent than once a minute, and usage is to be no older than that.
      await pause(30 * secondMs);
      await deps.measureStorage();
    }
  },
} satisfies ExportedHandler<Env>;
