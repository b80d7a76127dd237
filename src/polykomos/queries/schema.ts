import type { Caller } from "../caller.ts";
import { openPlace } from "../databases/place.ts";
import { notFound } from "../dialect.ts";
import type { Catalog } from "./catalog/catalog.ts";
import { withReader } from "./run/with-reader.ts";
import { isOutage, notReady, type QueryDeps, unavailable } from "./service.ts";
import { findQuestionPlace } from "./store.ts";

/**
 * Which tables and columns a database has, read by the login that answers questions. Faults: no such
 * database, one that is not active, a server that does not answer.
 */
export async function readSchema(
  deps: QueryDeps,
  caller: Pick<Caller, "userId">,
  uuid: string,
): Promise<Catalog> {
  const found = await findQuestionPlace(deps.store, caller.userId, uuid);
  if (!found) throw notFound("database");
  if (found.databaseStatus !== "active") throw notReady(found.databaseStatus);
  const place = await openPlace(deps, found.place);
  const { timeoutMs } = deps.queryLimits;
  const { databaseId } = place.tenant;
  try {
    return await withReader(deps, place, found.readerPasswordSealed, timeoutMs, (session) =>
      deps.catalogs.of(session, databaseId, place.server.engine),
    );
  } catch (error) {
    throw isOutage(error) ? unavailable() : error;
  }
}
