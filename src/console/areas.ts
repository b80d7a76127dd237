import { accountArea } from "./account/routes.ts";
import type { Area } from "./area.ts";
import { askArea } from "./ask/routes.ts";
import { auditArea } from "./audit/routes.ts";
import { blueprintsArea } from "./blueprints/routes.ts";
import { databasesArea } from "./databases/routes.ts";
import type { ConsoleDeps } from "./deps.ts";
import { keysArea } from "./keys/routes.ts";
import { memoryArea } from "./memory/routes.ts";
import { operatorArea } from "./operator/routes.ts";
import { teamArea } from "./team/routes.ts";
import { webhooksArea } from "./webhooks/routes.ts";

/** The areas of the console, in the order of the navigation. */
export function consoleAreas(deps: ConsoleDeps): Area[] {
  return [
    databasesArea(),
    askArea(),
    blueprintsArea(),
    webhooksArea(deps),
    memoryArea(deps),
    keysArea(),
    teamArea(deps),
    auditArea(),
    accountArea(deps),
    operatorArea(deps),
  ];
}
