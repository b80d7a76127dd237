import { Badge, type BadgeKind, Empty, More, Panel, Table, Time } from "../parts/page.tsx";
import { counted } from "../parts/text.ts";
import { askOf, type ExecutionView } from "./wire.ts";

const statusWords: Record<ExecutionView["status"], readonly [BadgeKind, string]> = {
  running: ["busy", "running"],
  writing: ["warn", "not known"],
  succeeded: ["good", "done"],
  failed: ["bad", "failed"],
  refused: ["bad", "refused"],
  awaiting_confirmation: ["warn", "waits for a yes"],
};

/** What was asked of the database before, and what came of it. */
export function History(props: {
  uuid: string;
  history: readonly ExecutionView[];
  older: string | null;
}) {
  return (
    <Panel title="Asked before" lead="By you and your team, newest first.">
      {props.history.length === 0 ? (
        <Empty title="Nothing was asked yet">
          Each question stands here with its statement, to be looked at and asked again.
        </Empty>
      ) : (
        <Table
          caption="Questions that were asked"
          columns={[
            { name: "Question", kind: "main" },
            { name: "Result" },
            { name: "When" },
            { name: "Again", kind: "actions" },
          ]}
          rows={props.history.map((each) => {
            const [kind, word] = statusWords[each.status];
            return [
              <>
                {each.query}
                {each.sql ? <code class="sub">{each.sql}</code> : null}
                {each.error && each.status !== "awaiting_confirmation" ? (
                  <span class="sub">{each.error.message}</span>
                ) : null}
              </>,
              <Badge kind={kind}>{each.status === "succeeded" ? outcomeText(each) : word}</Badge>,
              <Time iso={each.created_at} />,
              <a
                class="button quiet small"
                href={`${askOf(props.uuid)}?q=${encodeURIComponent(each.query)}`}
              >
                Again<span class="aloud"> {each.query}</span>
              </a>,
            ];
          })}
        />
      )}
      <More href={props.older} />
    </Panel>
  );
}

function outcomeText(each: ExecutionView): string {
  if (each.statement_class === "read") return counted(each.row_count ?? 0, "row");
  if (each.statement_class === "write") return `${counted(each.affected_rows ?? 0, "row")} changed`;
  return "done";
}
