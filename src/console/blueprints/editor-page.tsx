import type { View } from "../area.ts";
import { Form, FormActions, ProblemNote, TextField } from "../parts/form.tsx";
import { Note, PageHead, Panel } from "../parts/page.tsx";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import type { Row } from "./declared.ts";
import type { Checked } from "./findings.ts";
import { Findings } from "./findings-list.tsx";
import { VariableRows } from "./variable-rows.tsx";
import { blueprintPath, blueprintsPath } from "./wire.ts";

/** What is in the editor: a new blueprint, or a further version of one. */
export type Draft = {
  /** Null: it is to be made. */
  uuid: string | null;
  /** The version that was opened; told when somebody else has made another meanwhile. */
  version: number;
  name: string;
  description: string;
  sql: string;
  rows: readonly Row[];
};

const checkPath = `${blueprintsPath}/check`;

export function editorPage(
  visit: Visit,
  draft: Draft,
  shown: {
    /** Null: not checked yet. */
    checked: Checked | null;
    /** What a save was refused for, beside what is wrong with the SQL. */
    problem: Problem | null;
    /** The version that somebody else has made meanwhile. */
    newer?: number;
    status?: number;
  },
): View {
  const { problem, checked, newer } = shown;
  const isNew = draft.uuid === null;
  const place = draft.uuid === null ? blueprintsPath : blueprintPath(draft.uuid);
  const title = isNew ? "New blueprint" : `Edit ${draft.name}`;
  const main = (
    <>
      <PageHead
        title={title}
        lead={
          isNew
            ? "It is checked as you write; nothing runs until you apply it."
            : "Other SQL or variables make a new version. The earlier ones stay."
        }
        back={{ href: place, name: isNew ? "Blueprints" : draft.name }}
      />
      <ProblemNote problem={problem} toldAt={["name", "description"]} />
      {newer === undefined ? null : (
        <Note kind="warn">
          Somebody has made version {newer} since you opened this.{" "}
          <a href={`${place}/diff?from=${draft.version}&to=${newer}`}>See what changed</a>. Saving
          again puts your text on top of it.
        </Note>
      )}
      <Form visit={visit} action={place} label={title}>
        <input type="hidden" name="uuid" value={draft.uuid ?? ""} />
        <input type="hidden" name="on_version" value={String(newer ?? draft.version)} />
        <Panel title="SQL">
          <TextField
            name="name"
            label="Name"
            value={draft.name}
            required
            maxlength={120}
            problem={problem}
          />
          <TextField
            name="description"
            label="What it is for"
            value={draft.description}
            maxlength={2000}
            problem={problem}
          />
          <SqlField sql={draft.sql} />
          <Findings checked={checked} sql={draft.sql} />
          <button type="submit" class="quiet" formaction={checkPath}>
            Check it
          </button>
        </Panel>
        <VariableRows rows={draft.rows} />
        <FormActions submit={isNew ? "Make the blueprint" : "Save"} leave={place} />
      </Form>
    </>
  );
  return { title, main, status: shown.status ?? problem?.status ?? 200 };
}

/** Script makes an editor of it (assets/editor.ts). */
function SqlField({ sql }: { sql: string }) {
  return (
    <div class="field wide">
      <label for="field-sql_content">SQL</label>
      <p class="hint" id="field-sql_content-hint">
        <code>{"{{name}}"}</code> stands for a value, <code>{"{{name:ident}}"}</code> for a name.
        Leave the quotes out.
      </p>
      <div class="editor" data-editor data-check={checkPath}>
        <textarea
          id="field-sql_content"
          name="sql_content"
          rows={16}
          wrap="off"
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          aria-describedby="field-sql_content-hint findings-said"
          placeholder="CREATE TABLE IF NOT EXISTS customers (id bigint PRIMARY KEY, name text);"
        >
          {`\n${sql}`}
        </textarea>
      </div>
    </div>
  );
}
