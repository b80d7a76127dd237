import type { Store } from "../db/client.ts";
import type { Clock } from "../lib/clock.ts";
import { newUuid } from "../lib/ids.ts";
import { fault, notFound } from "../polykomos/dialect.ts";
import { listDeadMessages } from "../polykomos/operations/dead-messages-store.ts";
import * as store from "./jobs-store.ts";

/** What the operator does about jobs: those that were given up, and what has to be made anew. */
type JobDeps = {
  store: Store;
  clock: Clock;
  announce(operationIds: readonly string[]): Promise<void>;
  announceApplications(ids: readonly number[]): Promise<void>;
};

type Retried = {
  object: "operation" | "blueprint_application";
  id: string | number;
  state: "queued";
};

const deadOperations = "failed";

/** Everything that was given up and is not tried again by itself. */
export async function listDeadLetters(deps: JobDeps) {
  const [operations, applications, messages] = await Promise.all([
    store.listJobs(deps.store, deadOperations),
    store.listGivenUpApplications(deps.store),
    listDeadMessages(deps.store),
  ]);
  return { operations, applications, messages };
}

/** Has a job run now, with a fresh count of attempts: an operation by uuid, an application by number. */
export async function retryJob(deps: JobDeps, id: string | number): Promise<Retried> {
  const now = new Date(deps.clock());
  const outcome =
    typeof id === "string"
      ? await store.makeJobDue(deps.store, id, now)
      : await store.makeApplicationDue(deps.store, id, now);
  if (outcome === "missing") throw notFound("job");
  if (outcome === "conflict") {
    throw fault("conflict", "Only a waiting or given-up job of a living database can be retried");
  }
  if (typeof id === "string") await deps.announce([id]);
  else await deps.announceApplications([id]);
  return {
    object: typeof id === "string" ? "operation" : "blueprint_application",
    id,
    state: "queued",
  };
}

/** Has a missing database made anew. Throws a Fault for one that its server has. */
export async function rebuildDatabase(
  deps: JobDeps,
  uuid: string,
  requestId: string,
): Promise<Retried> {
  const act = { action: "database.rebuild", requestId, now: new Date(deps.clock()) };
  const id = newUuid();
  const outcome = await store.queueRebuild(deps.store, uuid, id, act);
  if (outcome === "missing") throw notFound("database");
  if (outcome === "conflict") throw fault("conflict", "The database is not missing on its server");
  await deps.announce([id]);
  return { object: "operation", id, state: "queued" };
}
