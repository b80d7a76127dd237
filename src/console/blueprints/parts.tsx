import { Badge } from "../parts/page.tsx";
import { engineName } from "../parts/text.ts";
import type { BlueprintView } from "./wire.ts";

export function enginesText(engines: readonly string[]): string {
  return engines.map(engineName).join(" and ");
}

/** What is to be known before it is applied. */
export function Traits({ blueprint }: { blueprint: BlueprintView }) {
  const { destructive, re_runnable: isRerunnable } = blueprint.metadata;
  if (destructive) return <Badge kind="bad">destroys data</Badge>;
  if (!isRerunnable) return <Badge kind="warn">once only</Badge>;
  return <Badge kind="good">can be applied again</Badge>;
}
