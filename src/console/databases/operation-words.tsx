import { Badge, type BadgeKind } from "../parts/page.tsx";
import type { OperationView } from "./wire.ts";

/** What the operations on databases, their states and their steps are called. */

/** The steps of a create, as they are told while they go on. */
export const stepWords: Readonly<Record<string, string>> = {
  adopt: "Take a ready database and give it its name",
  create_login: "Make its login",
  create_database: "Make the database",
  name_database: "Give it its name",
  secure: "Close it to everybody else",
  check_login: "Log in through its address, as you will",
};

const names: Record<OperationView["kind"], string> = {
  build_pooled: "Made ready",
  create: "Made",
  rename: "Renamed",
  change_quotas: "Quotas changed",
  enforce_storage: "Storage limit enforced",
  change_expiry: "Expiry changed",
  rotate_credentials: "Password rotated",
  retire_credentials: "Earlier password ended",
  rebuild: "Built anew",
  delete: "Deleted",
  destroy: "Data destroyed",
};

export function operationName({ kind }: OperationView): string {
  return names[kind];
}

export const operationStates: Record<OperationView["state"], readonly [BadgeKind, string]> = {
  queued: ["idle", "waits"],
  running: ["busy", "running"],
  succeeded: ["good", "done"],
  failed: ["bad", "given up"],
  cancelled: ["idle", "cancelled"],
};

export function OperationBadge({ operation }: { operation: OperationView }) {
  const [kind, word] = operationStates[operation.state];
  return <Badge kind={kind}>{word}</Badge>;
}
