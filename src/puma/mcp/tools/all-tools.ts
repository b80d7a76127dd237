import { openRowTool, openTextFieldTool } from "./link-tools.ts";
import { rememberAliases, rememberTool } from "./memory-tools.ts";
import * as rows from "./row-tools.ts";
import type { McpTool } from "./tool.ts";

/** All tools in the order in which they are listed, which never changes. */
export const allTools: readonly McpTool[] = [
  rows.addTool,
  rows.queryTool,
  rows.batchTool,
  rows.upsertTool,
  rows.updateRowTool,
  rows.updateWhereTool,
  rows.listTablesTool,
  rows.countTool,
  rows.deleteTool,
  rows.versionsTool,
  rows.restoreTool,
  rememberTool,
  ...rememberAliases,
  openRowTool,
  openTextFieldTool,
];

const byName: ReadonlyMap<string, McpTool> = new Map(allTools.map((each) => [each.name, each]));

export function findTool(name: string): McpTool | undefined {
  return byName.get(name);
}
