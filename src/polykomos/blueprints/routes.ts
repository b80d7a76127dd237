import { type Endpoint, endpoint } from "../../http/mount.ts";
import type { Caller } from "../caller.ts";
import * as contract from "./contract.ts";
import * as service from "./service.ts";
import { viewBlueprint } from "./view.ts";

/** The blueprints endpoints. */
export function blueprintEndpoints(deps: service.BlueprintDeps): Endpoint<Caller>[] {
  return [
    endpoint(contract.listBlueprints, async ({ query }, caller: Caller) => {
      const startingAfter = query.starting_after ?? null;
      const page = { limit: query.limit, startingAfter, teamId: query.team_id ?? null };
      const { rows, hasMore } = await service.listBlueprints(deps, caller, page);
      return { status: 200, body: { data: rows.map(viewBlueprint), has_more: hasMore } };
    }),

    endpoint(contract.createBlueprint, async ({ body }, caller: Caller) => {
      const made = await service.createBlueprint(deps, caller, {
        name: body.name,
        sqlContent: body.sql_content,
        description: body.description ?? null,
        variables: body.variables ?? null,
        engine: body.engine ?? null,
        teamId: body.team_id ?? null,
      });
      return { status: 201, body: { data: viewBlueprint(made) } };
    }),

    endpoint(contract.createBlueprintValidation, async ({ body }, _caller: Caller) => {
      const { sql_content: sqlContent, engine = null, variables = null } = body;
      const check = await service.validate({ sqlContent, engine, variables });
      const data = {
        valid: check.isValid,
        statement_count: check.statementCount,
        errors: check.errors,
        warnings: check.warnings,
        manifest: check.manifest,
      };
      return { status: 200, body: { data } };
    }),

    endpoint(contract.getBlueprint, async ({ params }, caller: Caller) => {
      const found = await service.getBlueprint(deps, caller, params.uuid);
      return { status: 200, body: { data: viewBlueprint(found) } };
    }),

    endpoint(contract.updateBlueprint, async ({ params, body }, caller: Caller) => {
      const { sql_content: sqlContent, ...rest } = body;
      const change = { ...rest, sqlContent };
      const changed = await service.updateBlueprint(deps, caller, params.uuid, change);
      return { status: 200, body: { data: viewBlueprint(changed) } };
    }),

    endpoint(contract.deleteBlueprint, async ({ params }, caller: Caller) => {
      await service.deleteBlueprint(deps, caller, params.uuid);
      return { status: 200, body: { data: { uuid: params.uuid.toLowerCase(), deleted: true } } };
    }),

    endpoint(contract.diffBlueprint, async ({ params, query }, caller: Caller) => {
      const range = { from: query.from ?? null, to: query.to ?? null };
      const found = await service.diffBlueprint(deps, caller, params.uuid, range);
      const data = {
        object: "blueprint_diff",
        from_version: found.from,
        to_version: found.to,
        added_lines: found.addedLines,
        removed_lines: found.removedLines,
        diff: found.diff,
        variables: found.variables,
      };
      return { status: 200, body: { data } };
    }),
  ];
}
