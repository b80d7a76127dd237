import type { HtmlContent } from "../html.ts";
import { Form } from "../parts/form.tsx";
import { Copyable, Note, Panel } from "../parts/page.tsx";
import { counted, shortened } from "../parts/text.ts";
import type { Visit } from "../visit.ts";
import { type AnswerView, askOf } from "./wire.ts";

/** Rows on the page; a file has them all. */
const rowsShownMax = 200;
const cellCharactersMax = 400;

/** What came of a question, with the statement that was run. */
export function Result(props: {
  visit: Visit;
  uuid: string;
  question: string;
  answer: AnswerView;
}) {
  const { sql, result, translator } = props.answer;
  const isRead = result.type === "select";
  return (
    <Panel
      title="Answer"
      lead={
        translator === "embedded"
          ? "The statement was written by our own translator."
          : "The statement was written by a language model: read it before you rely on it."
      }
      actions={isRead && result.rows.length > 0 ? <Downloads {...props} /> : null}
    >
      {isRead ? null : (
        <Note kind="good">
          {result.type === "write"
            ? `${counted(result.affectedRows, "row")} changed.`
            : "It is done."}
        </Note>
      )}
      <Copyable id="sql" text={sql} label="the SQL" />
      {isRead ? <Rows result={result} /> : null}
    </Panel>
  );
}

function Rows({ result }: { result: AnswerView["result"] }) {
  const { rows } = result;
  const shown = rows.slice(0, rowsShownMax);
  const isCut = result.truncated;
  const isLong = rows.length > shown.length;
  return (
    <>
      <p class="hint" role="status" id="result-count">
        {counted(result.rowCount, "row")}
        {isCut ? `: the answer was cut off there, at most ${counted(result.maxRows, "row")}` : ""}
        {isLong ? `; the first ${shown.length} are shown, a file has them all` : ""}.
      </p>
      {shown.length > 0 ? <RowsTable rows={shown} /> : null}
    </>
  );
}

function RowsTable({ rows }: { rows: AnswerView["result"]["rows"] }) {
  const columns = Object.keys(rows[0] ?? {});
  return (
    <section class="table scroll" tabindex={0} aria-label="Rows of the answer">
      <table>
        <caption class="aloud">Rows of the answer</caption>
        <thead>
          <tr>
            {columns.map((name) => (
              <th scope="col">{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {columns.map((name) => (
                <td class={typeof row[name] === "number" ? "number" : undefined} data-name={name}>
                  <span>{cell(row[name])}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function cell(value: unknown): HtmlContent {
  if (value === null || value === undefined) return <span class="soft">null</span>;
  if (value === "") return <span class="soft">empty</span>;
  return shortened(typeof value === "string" ? value : JSON.stringify(value), cellCharactersMax);
}

/** The statement is run again for a file, with the right to read alone. */
function Downloads(props: { visit: Visit; uuid: string; question: string; answer: AnswerView }) {
  return (
    <Form
      visit={props.visit}
      action={`${askOf(props.uuid)}/download`}
      class="inline"
      label="Download"
      download
    >
      <input type="hidden" name="query" value={props.question} />
      <input type="hidden" name="sql" value={props.answer.sql} />
      <span class="actions">
        {["csv", "json"].map((format) => (
          <button type="submit" class="quiet small" name="format" value={format}>
            {format.toUpperCase()}
            <span class="aloud"> of the answer</span>
          </button>
        ))}
      </span>
    </Form>
  );
}
