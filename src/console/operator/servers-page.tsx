import type { View } from "../area.ts";
import { Meter } from "../parts/chart.tsx";
import { ActionButton, ProblemNote } from "../parts/form.tsx";
import { Badge, type BadgeKind, Empty, Facts, Panel, Table, Time } from "../parts/page.tsx";
import { bytesText, counted, engineName } from "../parts/text.ts";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { OperatorHead } from "./frame.tsx";
import { operatorPath, type PoolView, type ServerView, type SweepView } from "./wire.ts";

/** The fleet: which servers there are, how they are, how full, and what stands ready. */
export function serversPage(
  visit: Visit,
  shown: {
    servers: readonly ServerView[];
    pools: readonly PoolView[];
    swept: SweepView | null;
    problem: Problem | null;
  },
): View {
  const main = (
    <>
      <OperatorHead
        visit={visit}
        title="Operator"
        lead="The fleet, as the operator's API tells it."
      >
        <a class="button" href={`${operatorPath}/servers/new`}>
          New server
        </a>
        <ActionButton
          visit={visit}
          action={`${operatorPath}/sweep`}
          label="Do the scheduled work now"
        />
      </OperatorHead>
      <ProblemNote problem={shown.problem} />
      {shown.swept ? <Swept swept={shown.swept} /> : null}
      <Servers visit={visit} servers={shown.servers} />
      <Pools pools={shown.pools} />
    </>
  );
  return { title: "Operator", main, status: shown.problem?.status ?? 200 };
}

function Swept({ swept }: { swept: SweepView }) {
  const counts = Object.entries(swept).filter(
    ([, count]) => typeof count === "number" && count > 0,
  );
  return (
    <Panel
      title="The scheduled work is done"
      lead={counts.length > 0 ? "What there was to do:" : "There was nothing to do."}
    >
      <Facts
        facts={counts.map(([name, count]) => [name.replaceAll("_", " "), String(count)] as const)}
      />
    </Panel>
  );
}

const stateKinds: Record<ServerView["state"], BadgeKind> = {
  active: "good",
  draining: "warn",
  down: "bad",
};

function Servers({ visit, servers }: { visit: Visit; servers: readonly ServerView[] }) {
  if (servers.length === 0) {
    return (
      <Empty
        title="No server yet"
        action={
          <a class="button" href={`${operatorPath}/servers/new`}>
            New server
          </a>
        }
      >
        Take one in, here or with <code>npm run admin -- servers create</code>; databases are placed
        on it at once.
      </Empty>
    );
  }
  return (
    <Panel title="Servers">
      <Table
        caption="Servers of the fleet"
        columns={[
          { name: "Server", kind: "main" },
          { name: "State" },
          { name: "Health" },
          { name: "Promised" },
          { name: "Change", kind: "actions" },
        ]}
        rows={servers.map((server) => [
          <>
            {server.name}
            <span class="sub">
              {engineName(server.engine)} · {server.region} · {server.transport}
            </span>
            <span class="sub mono">
              {server.host}:{server.port}
            </span>
          </>,
          <Badge kind={stateKinds[server.state]}>{server.state}</Badge>,
          <Health server={server} />,
          <Capacity server={server} />,
          <Change visit={visit} server={server} />,
        ])}
      />
    </Panel>
  );
}

function Health({ server }: { server: ServerView }) {
  return (
    <span>
      {server.check_failures === 0
        ? "Answers"
        : `${counted(server.check_failures, "failed check")} in a row`}
      <span class="sub">
        checked <Time iso={server.checked_at} never="not yet" />
      </span>
      {server.down_since ? (
        <span class="sub">
          down since <Time iso={server.down_since} />
        </span>
      ) : null}
      {server.last_error && server.check_failures > 0 ? (
        <span class="sub">{server.last_error}</span>
      ) : null}
    </span>
  );
}

/** What has been promised to databases, against what may be. */
function Capacity({ server }: { server: ServerView }) {
  const number = (value: number) => value.toLocaleString("en");
  const lines = [
    ["Databases", server.databases, server.max_databases, number],
    ["Connections", server.connections, server.max_connections, number],
    ["Storage", server.bytes, server.max_bytes, bytesText],
  ] as const;
  return (
    <div class="stack tight">
      {lines.map(([label, used, limit, format]) =>
        limit === null ? (
          <span class="sub">
            {label}: {format(used)}, no limit
          </span>
        ) : (
          <Meter
            label={label}
            used={used}
            limit={limit}
            usedText={format(used)}
            limitText={format(limit)}
          />
        ),
      )}
    </div>
  );
}

function Change({ visit, server }: { visit: Visit; server: ServerView }) {
  const place = `${operatorPath}/servers/${server.id}`;
  return (
    <>
      {server.state === "active" ? null : (
        <ActionButton
          visit={visit}
          action={`${place}/activate`}
          label="Activate"
          about={server.name}
        />
      )}
      {server.state === "draining" ? null : (
        <ActionButton visit={visit} action={`${place}/drain`} label="Drain" about={server.name} />
      )}
    </>
  );
}

function Pools({ pools }: { pools: readonly PoolView[] }) {
  return (
    <Panel title="Pools" lead="Databases that stand ready, so that making one takes no time.">
      {pools.length === 0 ? (
        <Empty title="No pool">
          A pool begins with the first server of an engine in a region, unless{" "}
          <code>POOL_TARGET</code> is 0 and nobody asks for databases.
        </Empty>
      ) : (
        <Table
          caption="Pools by engine and region"
          columns={[
            { name: "Pool", kind: "main" },
            { name: "Ready", kind: "number" },
            { name: "Building", kind: "number" },
            { name: "Target", kind: "number" },
            { name: "Hits", kind: "number" },
            { name: "Misses", kind: "number" },
            { name: "Made a minute", kind: "number" },
          ]}
          rows={pools.map((pool) => [
            `${engineName(pool.engine)}, ${pool.region}`,
            String(pool.ready),
            String(pool.building),
            String(pool.target),
            String(pool.hits),
            String(pool.misses),
            pool.creations_per_minute.toFixed(1),
          ])}
        />
      )}
    </Panel>
  );
}
