import { rowHeading } from "../../puma/links/pages/frame.ts";
import { splitRow } from "../../puma/links/rules/edited-row.ts";
import { prettyJson } from "../../puma/links/rules/pretty-json.ts";
import { diffView } from "../../puma/links/text-diff.ts";
import type { JsonValue } from "../../puma/rows/rules/json-value.ts";
import type { LinkedRow } from "../../puma/rules/link.ts";
import type { View } from "../area.ts";
import { ActionButton, AreaField, Form, FormActions } from "../parts/form.tsx";
import { Copyable, Facts, PageHead, Panel, Time } from "../parts/page.tsx";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { editableText, rowPath, tablePath } from "./wire.ts";

export type RowPlace = { table: string; id: string };

export function headingOf({ table }: RowPlace, json: string): string {
  return rowHeading(splitRow(json).own, table);
}

/** One row: each of its fields for reading, and all of it as JSON. */
export function rowPage(visit: Visit, place: RowPlace, row: LinkedRow): View {
  const { table, id } = place;
  const { system, own } = splitRow(row.json);
  const here = rowPath(table, id);
  const title = headingOf(place, row.json);
  const fields = Object.entries(own);
  const main = (
    <>
      <PageHead title={title} back={{ href: tablePath(table), name: table }}>
        <a class="button quiet" href={`${here}/history`}>
          History
        </a>
        <a class="button" href={`${here}/edit`}>
          Edit
        </a>
      </PageHead>
      <Panel title="Fields">
        {fields.length === 0 ? (
          <p class="hint">The row has no fields of its own. Edit it to give it some.</p>
        ) : (
          <dl class="fields">
            {fields.map(([name, value]) => (
              <div>
                <dt class="mono">{name}</dt>
                <dd>{fieldValue(value)}</dd>
              </div>
            ))}
          </dl>
        )}
        <hr />
        <Facts
          facts={[
            ["Id", <code>{system.id}</code>],
            ["Made", <Time iso={system.created_at ?? null} />],
            ["Changed", <Time iso={system.updated_at ?? null} />],
            ["Changes so far", String(row.version)],
          ]}
        />
      </Panel>
      <Panel title="As JSON">
        <Copyable id="row-json" text={prettyJson(JSON.parse(row.json))} label="the row" />
      </Panel>
      <Panel
        title="Delete"
        kind="danger"
        lead="Its history stays for a while, and any version of it can be brought back."
        actions={
          <ActionButton visit={visit} action={`${here}/delete`} label="Delete it" kind="danger" />
        }
      />
    </>
  );
  return { title, main };
}

function fieldValue(value: JsonValue) {
  if (value === "") return <span class="soft">empty text</span>;
  if (typeof value === "string") return <span class="text">{value}</span>;
  if (value !== null && typeof value === "object") {
    return (
      <pre tabindex={0}>
        <code>{prettyJson(value)}</code>
      </pre>
    );
  }
  return <code>{prettyJson(value)}</code>;
}

/** What was written, and what it is to replace. */
export type RowDraft = { text: string; base: number };

export function editPage(
  visit: Visit,
  place: RowPlace,
  title: string,
  draft: RowDraft,
  problem: Problem | null,
): View {
  const main = (
    <>
      <PageHead
        title={`Edit ${title}`}
        back={{ href: rowPath(place.table, place.id), name: "The row" }}
      />
      <Panel title="The row" lead="Saving keeps what was there before in the history.">
        <RowForm visit={visit} place={place} draft={draft} problem={problem} label="Save" />
      </Panel>
    </>
  );
  return { title: `Edit ${title}`, main, status: problem?.status ?? 200 };
}

function RowForm(props: {
  visit: Visit;
  place: RowPlace;
  draft: RowDraft;
  problem: Problem | null;
  label: string;
}) {
  const { place, draft } = props;
  const here = rowPath(place.table, place.id);
  const lines = draft.text.split("\n").length;
  return (
    <Form visit={props.visit} action={`${here}/edit`} class="wide-form" label="Edit the row">
      <input type="hidden" name="base" value={String(draft.base)} />
      <AreaField
        name="row"
        label="Its fields, as JSON"
        value={draft.text}
        rows={Math.min(32, Math.max(8, lines + 2))}
        required
        problem={props.problem}
      />
      <FormActions submit={props.label} leave={here} />
    </Form>
  );
}

/** Somebody else changed the row meanwhile: both texts, and nothing is lost. `mine` is good JSON. */
export function conflictPage(visit: Visit, place: RowPlace, row: LinkedRow, mine: string): View {
  const stored = editableText(row.json);
  const title = headingOf(place, row.json);
  const main = (
    <>
      <PageHead
        title={`Edit ${title}`}
        back={{ href: rowPath(place.table, place.id), name: "The row" }}
      />
      <div class="note warn" role="alert">
        <p>
          The row was changed since you opened it, so nothing was saved yet. Both texts are below:
          put together what you want to keep, and save.
        </p>
      </div>
      <Panel title="What you would change in what is stored now">
        {diffView(stored, prettyJson(JSON.parse(mine)))}
      </Panel>
      <Panel title="What is stored now">
        <Copyable id="stored-now" text={stored} label="what is stored" />
      </Panel>
      <Panel title="What you wrote">
        <RowForm
          visit={visit}
          place={place}
          draft={{ text: mine, base: row.version }}
          problem={null}
          label="Save mine over it"
        />
      </Panel>
    </>
  );
  return { title: `Edit ${title}`, main, status: 409 };
}
