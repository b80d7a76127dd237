import { prepared, pumaEndpoint } from "../endpoint.ts";
import * as contract from "./contract.ts";
import * as view from "./view.ts";

export const tableEndpoints = [
  pumaEndpoint(contract.listTables, () => prepared({ kind: "listTables" }, view.tablesView)),
  pumaEndpoint(contract.exportTables, () => prepared({ kind: "export" }, view.exportView)),
];
