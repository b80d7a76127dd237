import { setTimeout as pause } from "node:timers/promises";
import type { Copies } from "./database-model.ts";
import { ask, live, type Stage } from "./polykomos-stage.ts";
import type { Steps } from "./steps.ts";

/** What a program does with blueprints. One application writes one row, so that it can be counted. */
export const blueprintSql =
  "CREATE TABLE IF NOT EXISTS soak_ledger (entry varchar(80) NOT NULL);\nINSERT INTO soak_ledger (entry) VALUES ({{entry}});";

const copiesOf: Record<string, Copies> = {
  completed: "once",
  rolled_back: "never",
  // On MySQL the row may have been written before what failed.
  failed: "at most once",
};
const pollEveryMs = 1_000;
const pollsMax = 60;

async function apply(stage: Stage): Promise<void> {
  const { tenant, step, random } = stage;
  const database = live(stage);
  if (!database) return;
  const isDryRun = random.chance(0.25);
  const entry = `${tenant.name}-b${step}`;
  database.ledger.set(entry, isDryRun ? "never" : "at most once");
  const path = `/databases/${database.uuid}/blueprint_applications`;
  const answer = await ask(stage, "createBlueprintApplication", "POST", path, {
    body: {
      blueprint_uuid: tenant.blueprintUuid,
      variables: { entry },
      dry_run: isDryRun,
      wait: random.chance(0.7),
      timeout: 10,
    },
    also: [202],
    mayWalkAway: true,
  });
  if (!answer) return;
  const status = await endOf(stage, answer.body.data);
  if (!isDryRun) database.ledger.set(entry, copiesOf[status] ?? "at most once");
}

/** Asks until an application has ended; its last status. */
async function endOf(
  stage: Stage,
  { id, status: first }: { id: number; status: string },
): Promise<string> {
  let status = first;
  for (let polls = 0; polls < pollsMax && ["pending", "running"].includes(status); polls++) {
    if (stage.soak.isOver()) break;
    await pause(pollEveryMs);
    const path = `/blueprint_applications/${id}`;
    const answer = await ask(stage, "getBlueprintApplication", "GET", path);
    status = answer?.body.data.status ?? status;
  }
  return status;
}

async function validate(stage: Stage): Promise<void> {
  const sql_content = `${blueprintSql}\nSELECT count(*) FROM soak_ledger WHERE entry <> '${stage.step}';`;
  const variables = { entry: { type: "string", required: true } };
  const path = "/blueprint_validations";
  const body = { sql_content, variables };
  const answer = await ask(stage, "createBlueprintValidation", "POST", path, { body });
  if (!answer || answer.body.data.valid) return;
  stage.soak.report({ kind: "wrong state", what: "a right script was found wrong" });
}

async function make(stage: Stage): Promise<void> {
  const { step } = stage;
  const answer = await ask(stage, "createBlueprint", "POST", "/blueprints", {
    body: { name: `Soak ${step}`, sql_content: `CREATE TABLE IF NOT EXISTS t${step} (a int);` },
  });
  if (!answer) return;
  const { uuid } = answer.body.data;
  const body = { sql_content: `CREATE TABLE IF NOT EXISTS t${step} (a int, b int);` };
  const path = `/blueprints/${uuid}`;
  const changed = await ask(stage, "updateBlueprint", "PATCH", path, { body });
  if (changed && changed.body.data.version !== 2) {
    const what = `a changed blueprint is version ${changed.body.data.version}`;
    stage.soak.report({ kind: "wrong state", what });
  }
  await ask(stage, "deleteBlueprint", "DELETE", path, { mayWalkAway: true });
}

export const blueprintSteps: Steps<Stage> = [
  [{ name: "apply", run: apply }, 8],
  [{ name: "validate", run: validate }, 2],
  [{ name: "blueprint", run: make }, 1],
];
