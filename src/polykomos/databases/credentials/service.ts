import { randomPassword } from "../../../lib/secrets.ts";
import type { Caller } from "../../caller.ts";
import { notFound } from "../../dialect.ts";
import { outcomeOf, runNow } from "../../operations/in-request.ts";
import type { DatabaseRow } from "../rows.ts";
import { databasePasswordContext } from "../seal-contexts.ts";
import { changeOf, type DatabaseDeps, earlierRun, getDatabase, once } from "../service.ts";
import * as store from "./store.ts";

type Rotated = {
  database: DatabaseRow;
  password: string;
  operationId: string;
  /** False while the credential shown is still the one before. */
  isDone: boolean;
};

/** Brings in a new credential and waits for it a moment; `overlapSeconds` later the old one ends. */
export async function rotateCredentials(
  deps: DatabaseDeps,
  caller: Caller,
  uuid: string,
  overlapSeconds: number,
): Promise<Rotated> {
  const change = changeOf(deps, caller);
  const context = databasePasswordContext(uuid.toLowerCase());
  const credentialSealed = await deps.sealer.seal(randomPassword(), context);
  const rotation = { credentialSealed, overlapSeconds };
  const isQueued = await once(deps, caller, () =>
    store.queueRotation(deps.store, uuid, rotation, change),
  );
  if (isQueued === false) throw notFound("database");
  const earlier = isQueued ? null : await earlierRun(deps, caller);
  const operationId = earlier?.operationId ?? change.operationId;
  await runNow(deps, operationId);
  const { state } = await outcomeOf(deps, operationId);
  const { database, password } = await getDatabase(deps, caller, uuid);
  return { database, password, operationId, isDone: state === "succeeded" };
}
