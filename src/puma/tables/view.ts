import type { PumaReply } from "../endpoint.ts";
import { enclosed } from "../rules/json-text.ts";
import type { OperationValues } from "../rules/operation.ts";

export function tablesView({ tables }: OperationValues["listTables"]): PumaReply {
  return { status: 200, body: JSON.stringify({ tables }) };
}

export function exportView({ tables }: OperationValues["export"]): PumaReply {
  return { status: 200, body: enclosed('{"tables":', tables, "}") };
}
