import type { View } from "../area.ts";
import { ActionButton, ProblemNote } from "../parts/form.tsx";
import { Badge, Empty, Table, Time } from "../parts/page.tsx";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { OperatorHead } from "./frame.tsx";
import { type OrphanView, operatorPath } from "./wire.ts";

/** Where the servers' catalogs and our rows differ, at this moment. */
export function orphansPage(
  visit: Visit,
  orphans: readonly OrphanView[] | null,
  problem: Problem | null,
): View {
  const main = (
    <>
      <OperatorHead
        visit={visit}
        title="Orphans"
        lead="What stands on a server and belongs to nobody, and what ought to stand there and does not. Every server is asked now."
      />
      <ProblemNote problem={problem} />
      {orphans === null ? null : orphans.length === 0 ? (
        <Empty title="Everything is where it belongs">
          The servers have what our rows say, and nothing else of ours.
        </Empty>
      ) : (
        <Table
          caption="Differences between servers and rows"
          columns={[
            { name: "Name", kind: "main" },
            { name: "Server" },
            { name: "Found" },
            { name: "First seen" },
            { name: "Change", kind: "actions" },
          ]}
          rows={orphans.map((each) => [
            <>
              <code>{each.name}</code>
              <span class="sub">
                {each.kind}
                {each.database_uuid ? ` of ${each.database_uuid}` : ""}
              </span>
            </>,
            each.server,
            each.found_in === "server" ? (
              <Badge kind="warn">on the server alone</Badge>
            ) : (
              <Badge kind="bad">missing on the server</Badge>
            ),
            <Time iso={each.first_seen_at} never="just now" />,
            each.found_in === "store" && each.database_uuid ? (
              <ActionButton
                visit={visit}
                action={`${operatorPath}/databases/${each.database_uuid}/rebuild`}
                label="Make anew, empty"
                about={each.name}
                kind="danger"
              />
            ) : (
              <span class="soft">
                {each.will_be_removed ? "removed by the sweep" : "left alone"}
              </span>
            ),
          ])}
        />
      )}
    </>
  );
  return { title: "Orphans", main, status: problem?.status ?? 200 };
}
