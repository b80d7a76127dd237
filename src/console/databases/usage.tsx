import { Meter, Sparkline } from "../parts/chart.tsx";
import { Badge } from "../parts/page.tsx";
import { bytesText } from "../parts/text.ts";
import type { DatabaseView, HistoryView, PlanView } from "./wire.ts";

const bytesPerGb = 1024 ** 3;

type Limits = { storageGb: number; connections: number };

/** What a database may take up: a quota that is not set is the plan's. */
export function limitsOf({ quotas, plan }: DatabaseView, plans: readonly PlanView[]): Limits {
  const caps = plans.find(({ name }) => name === plan);
  return {
    storageGb: quotas.storage_hard_limit_gb ?? caps?.storage_gb_max ?? 0,
    connections: quotas.connection_hard_limit ?? caps?.connections_max ?? 0,
  };
}

export function StorageMeter(props: { database: DatabaseView; plans: readonly PlanView[] }) {
  const { usage } = props.database;
  const { storageGb } = limitsOf(props.database, props.plans);
  return (
    <Meter
      label="Storage"
      used={usage?.storage_bytes ?? 0}
      limit={storageGb * bytesPerGb}
      usedText={usage ? bytesText(usage.storage_bytes) : "–"}
      limitText={bytesText(storageGb * bytesPerGb)}
    />
  );
}

export function ConnectionMeter(props: { database: DatabaseView; plans: readonly PlanView[] }) {
  const { usage } = props.database;
  const { connections } = limitsOf(props.database, props.plans);
  return (
    <Meter
      label="Connections"
      used={usage?.connections ?? 0}
      limit={connections}
      usedText={usage ? String(usage.connections) : "–"}
      limitText={String(connections)}
    />
  );
}

function linesOf({ points }: HistoryView) {
  return {
    size: points.map(({ at, storage_bytes: value }) => ({ at, value })),
    connections: points.map(({ at, connections: value }) => ({ at, value })),
  };
}

/** Size and connections over the last week. */
export function UsageLines({ history }: { history: HistoryView }) {
  const { size, connections } = linesOf(history);
  return (
    <div class="columns">
      <Sparkline label="Size over time" points={size} format={bytesText} />
      <Sparkline label="Connections over time" points={connections} format={String} />
    </div>
  );
}

/** The last week's size and connections in a cell of the list. */
export function Trends({ name, history }: { name: string; history: HistoryView | undefined }) {
  if (!history || history.points.length < 2) return <span class="soft">–</span>;
  const { size, connections } = linesOf(history);
  return (
    <div class="stack tight">
      <Sparkline label={`Size of ${name}`} points={size} format={bytesText} caption="Size" />
      <Sparkline
        label={`Connections of ${name}`}
        points={connections}
        format={String}
        caption="Connections"
      />
    </div>
  );
}

export function StateBadge({ database }: { database: DatabaseView }) {
  if (database.status === "provisioning") return <Badge kind="busy">being made</Badge>;
  if (database.missing_since !== null) return <Badge kind="bad">missing on its server</Badge>;
  if (database.usage?.storage_state === "exceeded")
    return <Badge kind="bad">full: read only</Badge>;
  if (database.usage?.storage_state === "warning") return <Badge kind="warn">filling up</Badge>;
  if (database.status === "active") return <Badge kind="good">active</Badge>;
  return <Badge kind="idle">{database.status}</Badge>;
}
