import { accountArea } from "./account/routes.tsx";
import type { Area } from "./area.ts";
import { askArea } from "./ask/routes.tsx";
import { auditArea } from "./audit/routes.tsx";
import { blueprintsArea } from "./blueprints/routes.tsx";
import { databasesArea } from "./databases/routes.tsx";
import type { ConsoleDeps } from "./deps.ts";
import { keysArea } from "./keys/routes.tsx";
import { memoryArea } from "./memory/routes.tsx";
import { operatorArea } from "./operator/routes.tsx";
import { teamArea } from "./team/routes.tsx";
import { webhooksArea } from "./webhooks/routes.tsx";

/** The areas of the console, in the order of the navigation. */
export function consoleAreas(deps: ConsoleDeps): Area[] {
  return [
    databasesArea(),
    askArea(),
    blueprintsArea(),
    webhooksArea(),
    memoryArea(deps),
    keysArea(),
    teamArea(deps),
    auditArea(),
    accountArea(deps),
    operatorArea(deps),
  ];
}
