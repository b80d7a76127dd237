import { type Endpoint, endpoint } from "../../http/mount.ts";
import type { Caller } from "../caller.ts";
import * as contract from "./contract.ts";
import { readSchema } from "./schema.ts";
import * as service from "./service.ts";
import { viewAnswer, viewExecution, viewSchema } from "./view.ts";

/** The endpoints of questions. */
export function queryEndpoints(deps: service.QueryDeps): Endpoint<Caller>[] {
  return [
    endpoint(contract.createQueryExecution, async ({ body }, caller: Caller) => {
      const { outcome, queryId } = await service.askQuestion(deps, caller, {
        databaseUuid: body.database_uuid,
        question: body.query.trim(),
        confirm: body.confirm ?? null,
      });
      return {
        status: 200,
        body: viewAnswer(outcome, queryId, deps.queryLimits.rowsMax),
        headers: { "x-nl2sql-engine": outcome.written.translator },
      };
    }),

    endpoint(contract.listQueryExecutions, async ({ query }, caller: Caller) => {
      const { executions, hasMore } = await service.listQuestions(deps, caller, {
        databaseUuid: query.database_uuid ?? null,
        limit: query.limit,
        startingAfter: query.starting_after ?? null,
      });
      return { status: 200, body: { data: executions.map(viewExecution), has_more: hasMore } };
    }),

    endpoint(contract.getDatabaseSchema, async ({ params }, caller: Caller) => {
      const catalog = await readSchema(deps, caller, params.uuid);
      return { status: 200, body: { data: viewSchema(params.uuid, catalog) } };
    }),
  ];
}
