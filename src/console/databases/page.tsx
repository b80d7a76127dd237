import type { View } from "../area.ts";
import { askOf } from "../ask/wire.ts";
import { Live, PageHead, Panel, Table, Time } from "../parts/page.tsx";
import { engineName } from "../parts/text.ts";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { Connect } from "./connect.tsx";
import { OperationBadge, operationName } from "./operation-words.tsx";
import { isBusy, Progress } from "./progress.tsx";
import { Settings, type SettingsForm } from "./settings.tsx";
import { ConnectionMeter, StateBadge, StorageMeter, UsageLines } from "./usage.tsx";
import {
  type DatabaseView,
  databasePath,
  databasesPath,
  type HistoryView,
  type OperationView,
  type PlanView,
} from "./wire.ts";

export type Shown = {
  database: DatabaseView;
  /** Asked for, or `null`. */
  password: string | null;
  /** It was just rotated. */
  isFresh?: boolean;
  plans: readonly PlanView[];
  history: HistoryView | undefined;
  operations: readonly OperationView[];
  /** What was wrong with one of the forms. */
  wrong?: { form: SettingsForm; problem: Problem };
};

/** A database: how to connect, what it takes up, what can be changed, and what was done to it. */
export function databasePage(visit: Visit, shown: Shown): View {
  const { database, operations } = shown;
  const isMaking = database.status === "provisioning";
  const place = databasePath(database.uuid);
  const main = (
    <>
      <PageHead
        title={database.name}
        back={{ href: databasesPath, name: "Databases" }}
        lead={
          <>
            {engineName(database.db_type)} in {database.region}, plan {database.plan}
          </>
        }
      >
        <StateBadge database={database} />
        {isMaking ? null : (
          <a class="button quiet" href={askOf(database.uuid)}>
            Ask it
          </a>
        )}
      </PageHead>
      {isMaking ? (
        <Live id="progress" from={place} everyMs={700}>
          <Progress operations={operations} />
        </Live>
      ) : (
        <>
          <Connect
            visit={visit}
            database={database}
            password={shown.password}
            isFresh={shown.isFresh ?? false}
          />
          <Use shown={shown} />
          <Settings visit={visit} shown={shown} />
        </>
      )}
      <Activity visit={visit} shown={shown} />
      <Panel
        title="Delete"
        kind="danger"
        lead="Logins are refused at once. The data is kept for a while, then destroyed."
        actions={
          <a class="button danger" href={`${place}/delete`}>
            Delete this database…
          </a>
        }
      />
    </>
  );
  return { title: database.name, main, status: shown.wrong?.problem.status ?? 200 };
}

function Use({ shown }: { shown: Shown }) {
  const { database, plans, history } = shown;
  return (
    <Panel
      title="Use"
      lead={
        database.usage ? (
          <>
            Measured <Time iso={database.usage.measured_at} />.
          </>
        ) : (
          "Not measured yet; that takes a minute."
        )
      }
    >
      <div class="stack">
        <div class="columns">
          <StorageMeter database={database} plans={plans} />
          <ConnectionMeter database={database} plans={plans} />
        </div>
        <UsageLines history={history ?? { database_uuid: database.uuid, points: [] }} />
      </div>
    </Panel>
  );
}

function Activity({ visit, shown }: { visit: Visit; shown: Shown }) {
  const { database, operations } = shown;
  const isFollowed = database.status !== "provisioning" && isBusy(operations, visit.nowMs);
  return (
    <Live id="activity" from={databasePath(database.uuid)} everyMs={isFollowed ? 1_500 : null}>
      <Panel title="Activity">
        <Table
          caption="What was done to this database, newest first"
          columns={[{ name: "What", kind: "main" }, { name: "State" }, { name: "When" }]}
          rows={operations.map((each) => [
            <>
              {operationName(each)}
              {each.error ? <span class="sub">{each.error.message}</span> : null}
            </>,
            <OperationBadge operation={each} />,
            <Time iso={each.finished_at ?? each.created_at} />,
          ])}
        />
      </Panel>
    </Live>
  );
}
