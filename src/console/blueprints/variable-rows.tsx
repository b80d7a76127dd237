import { variableTypes } from "../../polykomos/blueprints/sql/variables.ts";
import type { HtmlContent } from "../html.ts";
import { Panel } from "../parts/page.tsx";
import { blankRow, type Row } from "./declared.ts";

/** The declared variables, a row each, and an empty one for a further one. */
export function VariableRows({ rows }: { rows: readonly Row[] }) {
  return (
    <div id="variables">
      <Panel
        title="Variables"
        lead="What the SQL names in braces comes here by itself when it is checked. A row without a name is left out."
      >
        {[...rows, blankRow].map((row, at) => (
          <VariableRow row={row} at={at} />
        ))}
      </Panel>
    </div>
  );
}

function VariableRow({ row, at }: { row: Row; at: number }) {
  const id = (field: string) => `v-${at}-${field}`;
  const about = row.name === "" ? `new variable` : row.name;
  const hasMore = row.description !== "" || row.pattern !== "" || row.allowed !== "";
  return (
    <fieldset class="variable">
      <legend class="aloud">Variable {about}</legend>
      <input type="hidden" name="v_original" value={row.original} />
      <input type="hidden" name="v_found" value={row.isFound ? "1" : ""} />
      <div class="variable-line">
        <Labelled id={id("name")} label="Name">
          <input
            id={id("name")}
            name="v_name"
            class="mono"
            value={row.name}
            maxlength={63}
            spellcheck={false}
            autocapitalize="off"
            autocomplete="off"
          />
        </Labelled>
        <Labelled id={id("type")} label="Type">
          <select id={id("type")} name="v_type">
            {variableTypes.map((type) => (
              <option value={type} selected={type === row.type}>
                {type}
              </option>
            ))}
          </select>
        </Labelled>
        <Labelled id={id("need")} label="Value">
          <select id={id("need")} name="v_need">
            <option value="needed" selected={row.need === "needed"}>
              is needed
            </option>
            <option value="optional" selected={row.need === "optional"}>
              may be left out
            </option>
          </select>
        </Labelled>
        <Labelled id={id("default")} label="Default">
          <input id={id("default")} name="v_default" value={row.byDefault} autocomplete="off" />
        </Labelled>
      </div>
      <details class="more-fields" open={hasMore}>
        <summary>
          Description and limits<span class="aloud"> of {about}</span>
        </summary>
        <div class="variable-line three">
          <Labelled id={id("description")} label="Description">
            <input
              id={id("description")}
              name="v_description"
              value={row.description}
              autocomplete="off"
            />
          </Labelled>
          <Labelled id={id("pattern")} label="Pattern (a regular expression)">
            <input
              id={id("pattern")}
              name="v_pattern"
              class="mono"
              value={row.pattern}
              autocomplete="off"
            />
          </Labelled>
          <Labelled id={id("allowed")} label="Only these, one on each line">
            <textarea id={id("allowed")} name="v_allowed" rows={2} spellcheck={false}>
              {`\n${row.allowed}`}
            </textarea>
          </Labelled>
        </div>
      </details>
    </fieldset>
  );
}

function Labelled(props: { id: string; label: string; children?: HtmlContent }) {
  return (
    <div class="field">
      <label for={props.id}>{props.label}</label>
      {props.children}
    </div>
  );
}
