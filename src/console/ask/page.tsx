import type { View } from "../area.ts";
import type { DatabaseView } from "../databases/wire.ts";
import { AreaField, Form, FormActions, ProblemNote } from "../parts/form.tsx";
import { Copyable, PageHead, Panel } from "../parts/page.tsx";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { History } from "./history.tsx";
import { Result } from "./result.tsx";
import { Schema } from "./schema.tsx";
import { type AnswerView, askOf, type ExecutionView, type SchemaTableView } from "./wire.ts";

export type AskShown = {
  database: DatabaseView;
  tables: readonly SchemaTableView[] | null;
  /** Why the tables are not there. */
  schemaProblem: Problem | null;
  history: readonly ExecutionView[];
  older: string | null;
  question: string;
  answer: AnswerView | null;
  problem: Problem | null;
};

/** The question box of a database, what came of the question, and what can be asked about. */
export function askPage(visit: Visit, shown: AskShown): View {
  const { database, problem } = shown;
  const main = (
    <>
      <PageHead
        title={`Ask ${database.name}`}
        back={{ href: "/console/ask", name: "Ask" }}
        lead="Your question becomes one SQL statement, which you see. What loses data is run only after you say yes."
      />
      <div id="ask">
        <QuestionForm visit={visit} shown={shown} />
        {problem || shown.answer ? (
          <div id="outcome" tabindex={-1} data-focus>
            {problem ? <NotAnswered visit={visit} shown={shown} problem={problem} /> : null}
            {shown.answer ? (
              <Result
                visit={visit}
                uuid={database.uuid}
                question={shown.question}
                answer={shown.answer}
              />
            ) : null}
          </div>
        ) : null}
        <History uuid={database.uuid} history={shown.history} older={shown.older} />
      </div>
      <Schema tables={shown.tables} problem={shown.schemaProblem} />
    </>
  );
  // A statement that failed is 500 at the API; the page about it has not failed.
  const status = problem ? (problem.status >= 500 ? 422 : problem.status) : 200;
  return { title: `Ask ${database.name}`, main, status };
}

function QuestionForm({ visit, shown }: { visit: Visit; shown: AskShown }) {
  const { database } = shown;
  const [table] = shown.tables ?? [];
  return (
    <Panel title="Your question">
      <Form visit={visit} action={askOf(database.uuid)} class="wide-form" swap="ask" label="Ask">
        <AreaField
          name="query"
          label="In plain English"
          value={shown.question}
          rows={2}
          required
          placeholder={
            table ? `How many ${table.name} are there?` : "How many customers are there?"
          }
          problem={shown.problem?.field === "query" ? shown.problem : null}
        />
        <button type="submit">Ask</button>
      </Form>
    </Panel>
  );
}

/** Why there is no answer: a yes is wanted, or something was wrong; with the SQL where there is one. */
function NotAnswered(props: { visit: Visit; shown: AskShown; problem: Problem }) {
  const { visit, shown, problem } = props;
  const { sql, confirm, suggestions } = problem.details;
  if (problem.field === "query") return null;
  if (typeof confirm === "string" && typeof sql === "string") {
    return <Confirmation visit={visit} shown={shown} problem={problem} sql={sql} word={confirm} />;
  }
  const offered = Array.isArray(suggestions) ? suggestions.map(String).slice(0, 6) : [];
  return (
    <Panel title="No answer">
      <ProblemNote problem={problem} />
      {typeof sql === "string" ? <Copyable id="sql" text={sql} label="the SQL" /> : null}
      {offered.length > 0 ? (
        <>
          <h3>What could be asked instead</h3>
          <ul>
            {offered.map((each) => (
              <li>
                <a href={`${askOf(shown.database.uuid)}?q=${encodeURIComponent(each)}`}>{each}</a>
              </li>
            ))}
          </ul>
        </>
      ) : (
        <p class="hint">Put it in other words, with the names of tables and columns below.</p>
      )}
    </Panel>
  );
}

function Confirmation(props: {
  visit: Visit;
  shown: AskShown;
  problem: Problem;
  sql: string;
  word: string;
}) {
  const { shown, sql } = props;
  const place = askOf(shown.database.uuid);
  const { reason } = props.problem.details;
  return (
    <Panel title="Run this?" kind="danger">
      <div class="note warn" role="alert">
        <p>
          Nothing was changed yet. This statement needs your yes
          {typeof reason === "string" ? `, for ${reason}` : ""}. There is no way back.
        </p>
      </div>
      <Copyable id="sql" text={sql} label="the SQL" />
      <Form visit={props.visit} action={place} swap="ask" label="Run the statement">
        <input type="hidden" name="query" value={shown.question} />
        <input type="hidden" name="confirm" value={props.word} />
        <FormActions submit="Run it" danger leave={place} leaveLabel="Leave everything as it is" />
      </Form>
    </Panel>
  );
}
