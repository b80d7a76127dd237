import type { Store } from "../../db/client.ts";
import { violatedUnique } from "../../db/errors.ts";
import { canonicalJson } from "../../lib/canonical-json.ts";
import type { Clock } from "../../lib/clock.ts";
import { newUuid } from "../../lib/ids.ts";
import { actOf, type Caller } from "../caller.ts";
import { fault, invalidField, notFound } from "../dialect.ts";
import type { Page } from "../page.ts";
import { diffLines, type LineDiff } from "./diff.ts";
import { slugOf } from "./slug.ts";
import { checkScript, type ScriptCheck } from "./sql/check.ts";
import { type EngineName, engineNames } from "./sql/script.ts";
import { checkDeclarations, type Declarations } from "./sql/variables.ts";
import * as store from "./store.ts";

/** The verbs of blueprints: check, decide, write. */
export type BlueprintDeps = {
  store: Store;
  clock: Clock;
  /** Sees to it that the system blueprints are in the store. */
  installSystemBlueprints(): Promise<void>;
};

export type BlueprintInput = {
  name: string;
  sqlContent: string;
  description: string | null;
  variables: Declarations | null;
  engine: EngineName | null;
  teamId: number | null;
};

const attemptsMax = 5;
/** Problems that one answer tells of. */
const problemsMax = 20;

/** Checks declarations; wrong ones are the request's fault. */
function requireGoodDeclarations(declarations: Declarations | null): void {
  const problems = checkDeclarations(declarations ?? {});
  const [first] = problems;
  if (!first) return;
  const field = `variables.${first.name}`;
  throw invalidField(field, first.message, { problems: problems.slice(0, problemsMax) });
}

/** What is checked: for one engine, or with `null` for all. */
type ScriptInput = Pick<BlueprintInput, "sqlContent" | "engine" | "variables">;

/** Checks SQL and keeps nothing. With `variables` null no placeholder counts as undeclared. */
export async function validate({
  sqlContent,
  engine,
  variables,
}: ScriptInput): Promise<ScriptCheck> {
  requireGoodDeclarations(variables);
  return await checkScript(sqlContent, engine === null ? engineNames : [engine], variables);
}

/** Checks SQL that is to be kept: what no engine can apply is refused. */
async function versionOf({
  sqlContent,
  engine,
  variables,
}: ScriptInput): Promise<store.NewVersion> {
  const check = await validate({ sqlContent, engine, variables: variables ?? {} });
  if (check.isValid) {
    return { sqlContent, variables, manifest: check.manifest, pieces: check.pieces };
  }
  const [first = "it cannot be applied"] = check.errors;
  throw fault("invalid_blueprint", `sql_content: ${first}`, {
    field: "sql_content",
    errors: check.errors,
    warnings: check.warnings.slice(0, problemsMax),
  });
}

/**
 * Creates a blueprint; a second one of a name gets another slug. Faults: `invalid_blueprint`,
 * `not_found`.
 */
export async function createBlueprint(
  deps: BlueprintDeps,
  caller: Caller,
  input: BlueprintInput,
): Promise<store.BlueprintRow> {
  await deps.installSystemBlueprints();
  const version = await versionOf(input);
  const uuid = newUuid();
  const { name, description, teamId } = input;
  const { requestKey } = caller;
  const slug = slugOf(name);
  for (let attempt = 1; ; attempt++) {
    // Where many of one name are made at once, the last attempt takes a slug that no other can want.
    const own = attempt < attemptsMax ? slug : `${slug}-${uuid}`;
    const blueprint = { uuid, name, slug: own, description, teamId, requestKey };
    try {
      const act = actOf(deps, caller);
      if (!(await store.insertBlueprint(deps.store, blueprint, version, act))) {
        throw notFound("team");
      }
      return await getBlueprint(deps, caller, uuid);
    } catch (error) {
      const earlier = await earlierRun(deps, caller, error);
      if (earlier) return earlier;
      const isRace = violatedUnique(error) === store.slugIndex;
      if (!isRace || attempt === attemptsMax) throw error;
    }
  }
}

/** What an earlier run of the same request made, when the error says that there was one. */
async function earlierRun(
  deps: BlueprintDeps,
  caller: Caller,
  error: unknown,
): Promise<store.BlueprintRow | null> {
  const index = violatedUnique(error);
  if (index === null || !store.requestKeyIndexes.includes(index)) return null;
  if (caller.requestKey === null) return null;
  return await store.findByRequestKey(deps.store, caller.userId, caller.requestKey);
}

/** A blueprint that the caller may see, at its newest version. Fault: `not_found`. */
export async function getBlueprint(
  deps: BlueprintDeps,
  caller: Caller,
  uuid: string,
): Promise<store.BlueprintRow> {
  await deps.installSystemBlueprints();
  const found = await store.findBlueprint(deps.store, caller.userId, uuid);
  if (!found) throw notFound("blueprint");
  return found;
}

/** Blueprints that the caller may see, newest first. Fault: `invalid_cursor`. */
export async function listBlueprints(
  deps: BlueprintDeps,
  caller: Caller,
  page: { limit: number; startingAfter: string | null; teamId: number | null },
): Promise<Page<store.BlueprintRow>> {
  await deps.installSystemBlueprints();
  const { limit, startingAfter, teamId } = page;
  const found = await store.listBlueprints(deps.store, caller.userId, teamId, limit, startingAfter);
  if (found) return found;
  throw fault("invalid_cursor", "starting_after: must be the uuid of a blueprint of yours", {
    field: "starting_after",
  });
}

/** A blueprint that the caller may change. Faults: `not_found`, `read_only_blueprint`. */
async function requireOwn(
  deps: BlueprintDeps,
  caller: Caller,
  uuid: string,
): Promise<store.BlueprintRow> {
  const found = await getBlueprint(deps, caller, uuid);
  if (found.teamId !== null) return found;
  throw fault("read_only_blueprint", "A system blueprint cannot be changed; make your own of it");
}

export type BlueprintChange = {
  name?: string | undefined;
  description?: string | null | undefined;
  sqlContent?: string | undefined;
  variables?: Declarations | null | undefined;
  engine?: EngineName | undefined;
};

/** Changes a blueprint; other SQL or variables make a new version. */
export async function updateBlueprint(
  deps: BlueprintDeps,
  caller: Caller,
  uuid: string,
  change: BlueprintChange,
): Promise<store.BlueprintRow> {
  for (let attempt = 1; ; attempt++) {
    const present = await requireOwn(deps, caller, uuid);
    const version = await nextVersion(present, change);
    const next = {
      name: change.name ?? present.name,
      description: change.description === undefined ? present.description : change.description,
      onVersion: present.version,
      version,
      requestKey: caller.requestKey,
    };
    try {
      const act = actOf(deps, caller);
      const isDone = await store.updateBlueprint(deps.store, uuid, next, act);
      if (isDone) return await getBlueprint(deps, caller, uuid);
    } catch (error) {
      const earlier = await earlierRun(deps, caller, error);
      if (earlier) return earlier;
      throw error;
    }
    // Another change came in between; what this one means is now to be read on top of it.
    if (attempt === attemptsMax) {
      throw fault("conflict", "The blueprint is being changed elsewhere; read it and try again");
    }
  }
}

/**
 * The version that a change makes; null: nothing that makes one is different. The store keeps the
 * members of its JSON in an order of its own.
 */
async function nextVersion(
  present: store.BlueprintRow,
  change: BlueprintChange,
): Promise<store.NewVersion | null> {
  const sqlContent = change.sqlContent ?? present.sqlContent;
  const variables = change.variables === undefined ? present.variables : change.variables;
  const isSame =
    sqlContent === present.sqlContent &&
    canonicalJson(variables) === canonicalJson(present.variables) &&
    change.engine === undefined;
  if (isSame) return null;
  return await versionOf({ sqlContent, variables, engine: change.engine ?? null });
}

/** Deletes a blueprint; what it was applied to stays. Faults: `not_found`, `read_only_blueprint`. */
export async function deleteBlueprint(
  deps: BlueprintDeps,
  caller: Caller,
  uuid: string,
): Promise<void> {
  // Deleting twice is not an error: what was asked for is so.
  if (await store.wasDeleted(deps.store, caller.userId, uuid)) {
    if (caller.requestKey !== null) return;
    throw notFound("blueprint");
  }
  await requireOwn(deps, caller, uuid);
  await store.deleteBlueprint(deps.store, uuid, actOf(deps, caller));
}

export type BlueprintDiff = LineDiff & {
  from: number;
  to: number;
  variables: { added: string[]; removed: string[]; changed: string[] };
};

/** Compares two versions; by default the newest with the one before it. */
export async function diffBlueprint(
  deps: BlueprintDeps,
  caller: Caller,
  uuid: string,
  range: { from: number | null; to: number | null },
): Promise<BlueprintDiff> {
  const present = await getBlueprint(deps, caller, uuid);
  const to = range.to ?? present.version;
  const from = range.from ?? Math.max(1, to - 1);
  const [before, after] = await Promise.all(
    [from, to].map((version) => store.findVersion(deps.store, caller.userId, uuid, version)),
  );
  if (!before || !after) throw notFound("version of this blueprint");
  return {
    from,
    to,
    ...diffLines(before.sqlContent, after.sqlContent),
    variables: diffVariables(before.variables ?? {}, after.variables ?? {}),
  };
}

function diffVariables(before: Declarations, after: Declarations): BlueprintDiff["variables"] {
  const isIn = (all: Declarations) => (name: string) => Object.hasOwn(all, name);
  const names = Object.keys(after);
  return {
    added: names.filter((name) => !isIn(before)(name)),
    removed: Object.keys(before).filter((name) => !isIn(after)(name)),
    changed: names
      .filter(isIn(before))
      .filter((name) => canonicalJson(before[name]) !== canonicalJson(after[name])),
  };
}
